"""Does the metric matter? For each metric that can be computed of a single output: how its ranking of the case's sample outputs agrees with people's
ratings and with what the output is worth to the business. So that "we use BLEU" gets its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from caseroom.cases.data import CaseData, RatedOutput, Record
from caseroom.cases.task import Economics
from caseroom.lab.outcome import holds
from caseroom.language.encoder import Encoder
from caseroom.language.phrases import stands
from caseroom.metrics.bertscore import bertscore_rows
from caseroom.metrics.correlation import spearman
from caseroom.metrics.overlap import ROUGES, rouge_rows, sentence_bleu
from caseroom.metrics.score import Score, unscored
from caseroom.metrics.text import word_edits

TITLES = {
    "bleu": "BLEU", "rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L", "bertscore": "BERTScore", "facts": "expected facts and figures",
    "edit_rate": "edits needed (fewer is better)", "length": "length",
    "human_accuracy": "people: accuracy", "human_fluency": "people: fluency", "human_helpfulness": "people: helpfulness",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matter:
    """How a metric agrees with people and with the business: Spearman's rank correlations over the sample outputs."""

    metric: str
    title: str
    accuracy: Score
    helpfulness: Score
    fluency: Score
    value: Score


def matter_of(data: Mapping[str, Any]) -> Matter:
    """The row that `asdict` made plain."""
    parts: dict[str, Any] = {name: Score(**value) if isinstance(value, Mapping) else value for name, value in data.items()}
    return Matter(**parts)


def matters(data: CaseData, encoder: Encoder, ratings: Sequence[RatedOutput] | None = None) -> list[Matter]:
    """All metrics that can be told of rated outputs, those that track the business best first; none where nothing is rated. Without `ratings` the
    case's own are taken."""
    given = data.ratings if ratings is None else ratings
    wanted = {rated.record for rated in given}
    known = {record.id: record for record in data.records() if record.id in wanted} if wanted else {}
    rated = [row for row in given if row.record in known]
    if not rated:
        return []
    people = {
        f"human_{name}": [mean(getattr(r, name) for r in row.ratings) for row in rated] for name in ("accuracy", "fluency", "helpfulness")
    }
    worth = [_worth(known[row.record], row.output, data.economics) for row in rated]
    found = []
    for name, values in {**_automatic(rated, known, encoder), **people}.items():
        accuracy, fluency, helpfulness, value = (
            spearman(values, other, name="agreement")
            for other in (*(people[p] for p in ("human_accuracy", "human_fluency", "human_helpfulness")), worth)
        )
        if name == "facts":
            value = unscored("agreement", value.n, "by-construction")  # what an output is worth is worked out from its facts
        found.append(Matter(name, TITLES[name], accuracy, helpfulness, fluency, value))
    return sorted(found, key=lambda m: -next((s.value for s in (m.value, m.accuracy) if s.value is not None), -2.0))


def _automatic(rated: Sequence[RatedOutput], known: dict[str, Record], encoder: Encoder) -> dict[str, list[float | None]]:
    outputs = [row.output for row in rated]
    references = [known[row.record].reference or "" for row in rated]
    rouges, near = rouge_rows(outputs, references), bertscore_rows(encoder, outputs, references)[:, 2]
    bleu = sentence_bleu(outputs, references)
    has = [bool(reference) for reference in references]

    def where(values: Sequence[float]) -> list[float | None]:
        """Unscored where there is no reference."""
        return [float(value) if there else None for value, there in zip(values, has, strict=True)]

    return {
        "bleu": where(bleu.tolist()), **{name: where(rouges[:, i].tolist()) for i, name in enumerate(ROUGES)}, "bertscore": where(near.tolist()),
        "facts": [_facts(known[row.record], row.output) for row in rated], "edit_rate": where([-_edits(o, r) for o, r in zip(outputs, references, strict=True)]),
        "length": [float(len(output.split())) for output in outputs],
    }  # fmt: skip


def _edits(output: str, reference: str) -> float:
    return word_edits(output, reference) / max(1, len(reference.split()))


def _facts(record: Record, output: str) -> float | None:
    """The share of expected facts and exact values, less one for each false claim."""
    expected = len(record.facts) + len(record.exact)
    if not expected and not record.wrong:
        return None
    there = sum(holds(output, claim) for claim in record.facts) + sum(stands(output, value) for value in record.exact.values())
    return there / max(1, expected) - sum(holds(output, claim) for claim in record.wrong)


def _worth(record: Record, output: str, economics: Economics) -> float | None:
    """Money, if this output were sent as a draft that a person looks at: time saved by what is right in it, the expected cost of what is false."""
    saved = economics.minutes.today - economics.minutes.approve
    found = _facts(record, output)
    if found is None:
        return None
    share = max(0.0, min(1.0, found))
    false = any(holds(output, claim) for claim in record.wrong)
    return saved * economics.wage_per_minute * share - false * (1 - economics.noticed) * economics.cost_of_wrong
