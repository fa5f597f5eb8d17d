"""What is refined between phases: another design, measured on the phase's own sample, pair by pair, and kept only if it is better there. Invents no design that a
proposal cannot name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from caseroom.lab.measures import difference
from caseroom.lab.pages import change_interval
from caseroom.metrics.registry import BY_NAME
from caseroom.metrics.score import Score, tells
from caseroom.proposal.model import Check, MetricName, Part, Proposal
from caseroom.rollout.deck import measured
from caseroom.rollout.drawing import Stage
from caseroom.rollout.gates import Evidence

_FALLBACK: MetricName = "right_rate"
COMPARED = (
    "right_rate", "wrong_rate", "minutes_per_item", "resolution_minutes", "cost_per_item", "harm_per_item", "value_per_item", "handled_rate", "deflection",
    "exactness", "omission_rate", "grounded_rate", "extraction_precision", "extraction_recall",
)  # fmt: skip
"""Metrics that compare pair by pair."""


@dataclass(frozen=True, slots=True)
class Refined:
    """What was tried."""

    part: Part
    what: str
    """What was changed, in words."""
    metric: str
    score: Score
    """The changed design less the design, on the phase's sample."""
    kept: bool
    said: str
    proposal: Proposal
    """The design that goes on: the changed one if it was kept."""


def candidates(proposal: Proposal, part: Part, documents: bool) -> Iterator[tuple[str, Proposal]]:
    """Changed designs, with what was changed."""
    technical, guards = proposal.technical, proposal.hallucinations
    if part == "prompt":
        examples = 3 if technical.prompt.examples == 0 else min(8, technical.prompt.examples + 2)
        if examples != technical.prompt.examples:
            yield (
                f"{examples} examples shown instead of {technical.prompt.examples}",
                replace(proposal, technical=replace(technical, prompt=replace(technical.prompt, examples=examples))),
            )
    elif part == "retrieval" and documents:
        search = technical.retrieve
        if search.method != "hybrid":
            yield (
                f"hybrid search instead of {search.method}",
                replace(proposal, technical=replace(technical, retrieve=replace(search, method="hybrid"))),
            )
        top = min(50, search.top_k + 4)
        yield (
            f"{top} passages instead of {search.top_k}",
            replace(proposal, technical=replace(technical, retrieve=replace(search, top_k=top))),
        )
    elif part == "threshold":
        if not guards.abstain:
            yield "it says that it does not know", replace(proposal, hallucinations=replace(guards, abstain=True))
        if technical.failure is None:
            yield "what a check objects to goes to a person", replace(proposal, technical=replace(technical, failure="person"))
        wanted: tuple[Check, ...] = ("grounding", "numbers")
        lacks = tuple(name for name in wanted if name not in guards.checks)
        if lacks:
            checks = (*guards.checks, *lacks)
            yield (
                f"more outputs are passed on: checks of {' and '.join(lacks)}",
                replace(
                    proposal,
                    hallucinations=replace(guards, checks=checks),
                    technical=replace(technical, failure=technical.failure or "person"),
                ),
            )


def refine(stage: Stage, proposal: Proposal, part: Part, metric: MetricName, evidence: Evidence, currency: str = "") -> Refined:
    """Try what can be changed, on the records that the phase graded; the best that is better than chance is kept."""
    metric = metric if metric in COMPARED else _FALLBACK
    index = evidence.graded_index()
    none = Score(metric, None, None, None, 0, "")
    if not len(index):
        why = "Nothing was refined: no output was graded in this phase, so nothing could be compared."
        return Refined(part, "", metric, none, False, why, proposal)
    tried = [
        (what, changed, _compared(stage, proposal, changed, metric, index))
        for what, changed in candidates(proposal, part, stage.business.documents)
    ]
    if not tried:
        return Refined(part, "", metric, none, False, f"Nothing was refined: the {part} has nothing left to change.", proposal)
    sign = -1 if BY_NAME[metric].better == "lower" else 1
    what, changed, score = max(tried, key=lambda entry: sign * (entry[2].value or 0.0))
    kept = tells(score) and score.value is not None and sign * score.value > 0
    title = BY_NAME[metric].title.lower()
    verdict = "kept" if kept else "not kept, for it is no better that could be told" if not tells(score) else "not kept, for it is worse"
    said = f"Refined the {part}: {what}. On {score.n} outputs of this phase {title} changes by {change_interval(metric, score, currency)}: {verdict}."
    return Refined(part, what, metric, score, kept, said, changed if kept else proposal)


def _compared(stage: Stage, proposal: Proposal, changed: Proposal, metric: MetricName, index: object) -> Score:
    sides = [measured(stage.deck(design).rows[np.asarray(index, np.int64)], stage.names) for design in (proposal, changed)]
    return difference(metric, sides[0], sides[1])
