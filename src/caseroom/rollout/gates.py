"""A bound against what the roadmap measures of it: a gate, a limit, the result that would end it. What nobody measures is unscored, and said so.

A gate holds only if the worse end of the 95 % interval is on the right side: a lucky week opens no phase. A limit is broken, and a stop is reached, only if
the better end is on the wrong side: an unlucky week ends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from caseroom.lab.measures import measure
from caseroom.lab.verdict import interval, shown
from caseroom.metrics.registry import BY_NAME
from caseroom.metrics.score import Score
from caseroom.proposal.model import Bound, MetricName, Monitors
from caseroom.proposal.sources import COUNTED, RATED, REFERENCES, Source, source_of
from caseroom.rollout.deck import COLUMNS, Names, measured
from caseroom.rollout.model import Floats, Ints
from caseroom.rollout.readings import Graded

FEWEST = 20
"""Graded outputs, or items, below which no gate is decided."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A bound with what was measured."""

    metric: str
    value: float
    """Of the bound."""
    score: Score
    state: Literal["holds", "broken", "open", "unmeasured"]
    """open: the interval lies on both sides, or nothing could be graded or counted."""
    said: str
    """In a sentence."""


@dataclass
class Evidence:
    """What was graded and counted, day by day. Bounded: samples only."""

    names: Names
    days: list[tuple[int, Graded]] = field(default_factory=list)

    def add(self, day: int, graded: Graded) -> None:
        """One day more."""
        self.days.append((day, graded))

    def since(self, day: int) -> Evidence:
        """From a day on."""
        return Evidence(self.names, [entry for entry in self.days if entry[0] >= day])

    def rows(self, source: Source) -> Floats:
        """The rows of a source."""
        named = {"graded": "rows", "groups": "by_group", "counted": "counted"}
        parts = [getattr(graded, named[source]) for _, graded in self.days] if source in named else []
        return np.concatenate(parts) if parts else np.zeros((0, len(COLUMNS)))

    def graded_index(self) -> Ints:
        """Of the graded outputs that no event touched, their places in the design's table."""
        parts = [graded.index for _, graded in self.days]
        index = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        return index[index >= 0]


def lacking(metric: MetricName, monitors: Monitors) -> str:
    """What would have to be watched for a metric to be measured, in words; empty where it is."""
    if source_of(metric, monitors) != "none":
        return ""
    if metric in REFERENCES:
        return "it compares with references, which live traffic does not have; the lab reads it on records that have them"
    if metric in RATED:
        return "people's ratings are held in cycles of their own (caseroom rate), not in the weeks"
    return f"it needs the monitor {' or '.join(COUNTED.get(metric, ('quality',)))}"


def check(bound: Bound, evidence: Evidence, monitors: Monitors, currency: str = "") -> Checked:
    """A bound against the evidence."""
    source = source_of(bound.metric, monitors)
    title = BY_NAME[bound.metric].title
    rows = evidence.rows(source)
    if source == "none":
        empty = Score(bound.metric, None, None, None, 0, "")
        return Checked(bound.metric, bound.value, empty, "unmeasured", f"{title} is not measured: {lacking(bound.metric, monitors)}.")
    score = measure(bound.metric, *measured(rows, evidence.names)) if len(rows) else Score(bound.metric, None, None, None, 0, "")
    state = _state(bound, score)
    return Checked(bound.metric, bound.value, score, state, _sentence(bound, score, state, source, title, currency, len(rows)))


def _state(bound: Bound, score: Score) -> Literal["holds", "broken", "open"]:
    if score.value is None or score.low is None or score.high is None or score.n < FEWEST:
        return "open"
    lower = BY_NAME[bound.metric].better == "lower"
    if score.high <= bound.value if lower else score.low >= bound.value:
        return "holds"
    return "broken" if (score.low > bound.value if lower else score.high < bound.value) else "open"


def _sentence(bound: Bound, score: Score, state: str, source: Source, title: str, currency: str, rows: int) -> str:
    wanted = f"{'at most' if BY_NAME[bound.metric].better == 'lower' else 'at least'} {shown(bound.metric, bound.value, currency)}"
    what = "graded" if source in ("graded", "groups") else "counted"
    if score.value is None:
        if rows >= FEWEST:
            return f"{title} cannot be {what} here: none of {rows} {'outputs' if what == 'graded' else 'items'} has it; wanted {wanted}."
        return f"{title}: nothing could be {what} yet; wanted {wanted}."
    known = f"{title} {interval(bound.metric, score, currency)} of {score.n} {what}, wanted {wanted}"
    if score.n < FEWEST:
        return f"{known}: too few to tell."
    return f"{known}: {'holds' if state == 'holds' else 'not reached' if state == 'broken' else 'cannot be told yet'}."


def ending(bound: Bound, found: Checked, currency: str = "") -> str:
    """Of a result that ends it, what was measured and the value beyond which it ends."""
    side = "above" if BY_NAME[bound.metric].better == "lower" else "below"
    what = f"{BY_NAME[bound.metric].title} {interval(bound.metric, found.score, currency)}"
    return f"{what} of {found.score.n}; {side} {shown(bound.metric, bound.value, currency)} it was to end."


def checks(bounds: Sequence[Bound], evidence: Evidence, monitors: Monitors, currency: str = "") -> list[Checked]:
    """All of them."""
    return [check(bound, evidence, monitors, currency) for bound in bounds]
