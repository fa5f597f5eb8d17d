"""What all improvements share: what one gives back, how few labels are too few, and what records cost by the case's economics. Fits nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from caseroom.cases.task import Economics
from caseroom.lab.columns import Columns
from caseroom.lab.people import Settled, settle
from caseroom.pipeline.route import even
from caseroom.pipeline.state import Output, State
from caseroom.proposal.model import Proposal
from caseroom.rollout.lessons import Lesson, Worked, kind_of
from caseroom.rollout.model import Floats
from caseroom.rollout.taught import Learnt

FEWEST = 20
"""Records below which nothing is fitted."""
SURE = 2.0
"""Standard errors by which what is spared must stand above nothing."""


@dataclass(frozen=True, slots=True)
class Tried:
    """Another design, or the reason why there is none."""

    proposal: Proposal | None
    said: str
    """What changes, or why nothing does."""
    records: int
    """Records that it was fitted on."""


def few(what: str, count: int) -> Tried:
    """Too few to fit anything on."""
    return Tried(None, f"Nothing was fitted: {count} {what}; at least {FEWEST} are needed.", count)


def learnt_of(proposal: Proposal) -> Learnt:
    """What a design has learnt already."""
    known = getattr(proposal, "learnt", None)
    return known if isinstance(known, Learnt) else Learnt()


def names_of(given: Sequence[Lesson]) -> tuple[str, ...]:
    """The records of lessons."""
    return tuple(sorted({lesson.origin for lesson in given}))


def cheaper(spared: Floats) -> bool:
    """Whether what is spared stands well above its standard error: harm is rare and large, so the best of many settings is often a lucky one."""
    return bool(spared.mean() > SURE * spared.std(ddof=1) / np.sqrt(len(spared)) > 0)


def money(made: Sequence[tuple[Worked, State]], design: Proposal, economics: Economics, sent: Mapping[str, Output | None]) -> Floats:
    """What each record costs by the case's economics: errors, people's time, the machine; `sent`: what users saw of it."""
    columns = Columns()
    for one, state in made:
        record, spent = one.lesson.record, sum(trace.cost for trace in one.state.trace)
        kind = kind_of(one.lesson, state.output, sent.get(record.id), one.workshop)
        columns.add({
            **{name: float(kind == name) for name in ("right", "incomplete", "wrong", "passed_on")}, "scored": 1.0, "handover": float(record.handover),
            **{route: float(state.route == route) for route in ("look", "review", "send", "baseline")}, "latency": 0.0, "cost": spent,
            **{f"luck_{who}": even(record.id, who) for who in ("look", "review", "queue", "person")},
        })  # fmt: skip
    settled: Settled = settle(columns, design, economics)
    return settled.harm + settled.cost
