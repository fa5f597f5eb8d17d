"""Simulated reviewers: how much of what waits for them they read, how attentively, and how long it takes. Deterministic: chance depends on the record alone,
so the same reviewer is as attentive to the same record in every design. Never decides what is right; it only says what would be noticed.

A day is as many items as are flagged a day, and no more than can be seen; they come in the order of the records, and fewer records than a day has stand for
the whole day. Attention falls over a day's
capacity (`fatigue`) and with each output in a row that was right or taken for right (`lull`); something that is noticed wakes a reviewer up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caseroom.lab.columns import Columns, Floats
from caseroom.proposal.model import ReviewerName

Mask = NDArray[np.bool_]
GLANCE = 0.1
"""What an item takes that is waved through, as a share of the minutes of one that is read."""
DEEPEST = 0.5
"""The attention that right ones in a row can take away at most."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who looks at flagged outputs."""

    diligence: float = 1.0
    """The share of items that are really read; the others are waved through."""
    accuracy: float = 1.0
    """Of the wrong outputs that the case says reviewers notice, the share that a fresh one does."""
    speed: float = 1.0
    """Minutes for an item that is read, as a share of the case's."""
    fatigue: float = 0.0
    """The share of attention that a whole day takes away."""
    lull: float = 0.0
    """The share of attention that each right output in a row takes away."""


REVIEWERS: dict[ReviewerName, Reviewer] = {
    "careful": Reviewer(),
    "tired": Reviewer(fatigue=0.5, lull=0.03),
    "rubber_stamp": Reviewer(diligence=0.0),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reviewer makes of each record, whether or not it comes before one."""

    caught: Mask
    """A wrong output would be noticed."""
    completed: Mask
    """What an output lacks would be noticed."""
    pace: Floats
    """Minutes for it, as a share of the case's."""


@dataclass(frozen=True, slots=True)
class Day:
    """A reviewer's day."""

    items: int
    """Items that come before them."""
    capacity: float
    """Items that they can see."""


def see(reviewer: Reviewer, columns: Columns, review: Mask, noticed: float, day: Day, care: float = 1.0) -> Seen:
    """What a reviewer notices of the records that `review` marks. `noticed`: the share of wrong outputs that the case says reviewers notice; `care`: what
    a measure against waving through leaves of all that is missed."""
    luck = columns["luck_review"]
    read = np.asarray(columns["luck_person"] < reviewer.diligence)  # that chance is for items which a person takes over; these are none
    sharp = np.full(len(luck), noticed * reviewer.accuracy)
    if reviewer.fatigue or reviewer.lull:
        sharp[review] *= _attention(reviewer, (columns["right"] == 1)[review], luck[review] / max(noticed * reviewer.accuracy, 1e-9), day)
    caught = luck < 1 - (1 - read * sharp) * care
    completed = luck < 1 - (1 - read) * care
    return Seen(caught, completed, np.where(read, reviewer.speed, GLANCE))


def _attention(reviewer: Reviewer, right: Mask, luck: Floats, day: Day) -> Floats:
    """The attention that each item gets, from 0 to 1. `luck` under its attention: something wrong is noticed."""
    attention = np.ones(len(right))
    items, in_a_row, before = max(day.items, 1), 0.0, 0.0
    each = max(1.0, items / max(len(right), 1))  # so many items of the day stands one record for
    for number, (is_right, chance) in enumerate(zip(right.tolist(), luck.tolist(), strict=True)):
        place = number * each % items
        if place < before:
            in_a_row = 0.0
        before = place
        fresh = 1 - reviewer.fatigue * min(1.0, place / max(day.capacity, 1.0))
        attention[number] = fresh * (1 - min(DEEPEST, reviewer.lull * in_a_row))
        in_a_row = 0.0 if not is_right and chance < attention[number] else in_a_row + each
    return attention
