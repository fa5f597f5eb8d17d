"""The door that every changed design goes through: the new one against the old one on records that nothing was fitted on, pair by pair. It is taken only if it is better on
the goal or on harm by more than chance, and neither anybody nor the business is worse off: what passes everything on does no harm, and costs. Knows nothing of where a change came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from caseroom.lab.columns import Columns
from caseroom.lab.measures import difference, measure
from caseroom.lab.pages import change_interval
from caseroom.lab.people import Settled
from caseroom.metrics.registry import BY_NAME
from caseroom.metrics.score import BOOTSTRAP, Score, mean, sign, tells
from caseroom.proposal.model import MetricName
from caseroom.rollout.deck import AT, Names, measured
from caseroom.rollout.model import Floats
from caseroom.rollout.refine import COMPARED

CHANGED = 6
"""Pairs that must differ before a difference is told: if fewer do, all alike, a sign test would still call it chance."""
_GROUP_METRICS = ("left_wrong", "left_right")
_FALLBACK: MetricName = "right_rate"


@dataclass(frozen=True, slots=True)
class Moved:
    """A metric of the old design and of the new one, on the same records."""

    metric: MetricName
    title: str
    old: float | None
    new: float | None
    change: Score
    said: str
    """The change with its interval, in words."""
    better: bool
    worse: bool
    """Beyond chance, both."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the door says."""

    taken: bool
    why: str
    records: int
    """Held-out records."""
    changed: int
    """Of these, those that come out otherwise."""
    moved: tuple[Moved, ...] = ()
    groups: tuple[str, ...] = ()
    """Groups that are worse off, in words."""


def judge(old: Floats, new: Floats, names: Names, goal: MetricName, currency: str) -> Verdict:
    """The new design's rows against the old one's, row by row the same held-out records; columns as in `deck.COLUMNS`."""
    count, changed = len(old), _changed(old, new)
    if not count:
        return Verdict(False, "Refused: no record is held out, so nothing could be compared.", 0, 0)
    if not changed.any():
        return Verdict(False, f"Refused: on {count} held-out records no output comes out otherwise.", count, 0)
    goal = goal if goal in COMPARED else _FALLBACK
    sides = measured(old, names), measured(new, names)
    moved = tuple(
        _moved(metric, *sides, int(changed.sum()), currency)
        for metric in dict.fromkeys((goal, "wrong_rate", "harm_per_item", "value_per_item"))
    )
    groups = tuple(_worse_groups(old, new, names))
    return _verdict(moved, groups, count, int(changed.sum()))


def _changed(old: Floats, new: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Records whose outcome, route or money differs."""
    columns = [AT[name] for name in ("right", "incomplete", "wrong", "passed_on", "left_right", "left_wrong", "harm", "minutes")]
    return np.asarray((np.abs(np.nan_to_num(old[:, columns]) - np.nan_to_num(new[:, columns])) > 1e-9).any(axis=1))


def _moved(
    metric: MetricName, old: tuple[Columns, Settled], new: tuple[Columns, Settled], changed: int, currency: str
) -> Moved:  # fmt: skip
    change = difference(metric, old, new)
    sign_ = -1 if BY_NAME[metric].better == "lower" else 1
    told = tells(change) and changed >= CHANGED and change.value is not None
    up = sign_ * (change.value or 0.0)
    before, after = (measure(metric, *side).value for side in (old, new))
    return Moved(
        metric, BY_NAME[metric].title, before, after, change, change_interval(metric, change, currency), told and up > 0, told and up < 0
    )


def _worse_groups(old: Floats, new: Floats, names: Names) -> Iterator[str]:
    """Groups in which more is left wrong, or less right, beyond chance; the more comparisons, the wider the intervals."""
    codes = [code for code in np.unique(old[:, AT["group"]]) if not np.isnan(code)]
    narrow = replace(BOOTSTRAP, level=1 - 0.05 / max(1, len(codes) * len(_GROUP_METRICS)))
    for code in codes:
        at = (old[:, AT["group"]] == code) & (old[:, AT["scored"]] == 1)
        for metric, worse, words in ((_GROUP_METRICS[0], 1, "more is left wrong"), (_GROUP_METRICS[1], -1, "less is left right")):
            apart = new[at, AT[metric]] - old[at, AT[metric]]
            found = mean(metric, apart, sign(metric, narrow, pairs="both-scored", group=names.groups[int(code)]), narrow)
            if tells(found) and found.value is not None and found.value * worse > 0 and (apart != 0).sum() >= CHANGED:
                yield f"{names.groups[int(code)]}: {words} ({found.value:+.1%} of {found.n})"


def _verdict(moved: Sequence[Moved], groups: tuple[str, ...], count: int, changed: int) -> Verdict:
    """The rule."""
    goal, harm = moved[0], next(one for one in moved if one.metric == "harm_per_item")
    said = "; ".join(f"{one.title.lower()} {one.said}" for one in moved)
    on = f"On {count} held-out records, {changed} of which come out otherwise: {said}."
    worse = [one.title.lower() for one in moved if one.worse]
    if worse or groups:
        why = " and ".join([*(f"{name} is worse" for name in worse), *groups])
        return Verdict(False, f"Refused: {why}. {on}", count, changed, tuple(moved), groups)
    if goal.better or harm.better:
        better = " and ".join(dict.fromkeys(one.title.lower() for one in (goal, harm) if one.better))
        return Verdict(True, f"Taken: {better} is better, and nothing is worse beyond chance. {on}", count, changed, tuple(moved))
    return Verdict(False, f"Refused: neither {goal.title.lower()} nor harm is better beyond chance. {on}", count, changed, tuple(moved))
