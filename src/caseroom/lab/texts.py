"""The metrics that compare an output with a reference, as numbers for each record: BLEU's counts, ROUGE, BERTScore, edits."""

from __future__ import annotations

from collections.abc import Sequence

from caseroom.cases.data import Record
from caseroom.language.encoder import Encoder
from caseroom.metrics.bertscore import bertscore_rows
from caseroom.metrics.overlap import ROUGES, bleu_counts, rouge_rows
from caseroom.metrics.text import word_edits
from caseroom.pipeline.state import State


def text_rows(encoder: Encoder, records: Sequence[Record], states: Sequence[State]) -> list[dict[str, float]]:
    """For each record its numbers; none where it has no reference, or nothing was said."""
    open_ = [i for i, (r, s) in enumerate(zip(records, states, strict=True)) if r.reference and s.output is not None and s.output.text]
    outputs = [states[i].output.text for i in open_]  # type: ignore[union-attr]
    references = [records[i].reference or "" for i in open_]
    rows: list[dict[str, float]] = [{} for _ in records]
    if not open_:
        return rows
    counts, rouges = bleu_counts(outputs, references), rouge_rows(outputs, references)
    near = bertscore_rows(encoder, outputs, references)[:, 2]
    for place, i in enumerate(open_):
        rows[i] = {f"bleu{n}": float(value) for n, value in enumerate(counts[place])}
        rows[i] |= {name: float(value) for name, value in zip(ROUGES, rouges[place], strict=True)}
        rows[i] |= {"bertscore": float(near[place]), **_edits(outputs[place], references[place])}
    return rows


def _edits(output: str, reference: str) -> dict[str, float]:
    """Words that a person would change to send the reference instead."""
    return {"edits": float(word_edits(output, reference)), "sent_words": float(len(reference.split()))}
