"""What a day's outputs came to: how long they took, what failed, what they cost, what users did, what people left wrong. Stated assumptions only
(`settings.py`); no monitor and no gate stands here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caseroom.rollout.deck import AT, Deck
from caseroom.rollout.drawing import Drawn
from caseroom.rollout.model import Floats
from caseroom.rollout.settings import (
    EDITS_RIGHT,
    EDITS_WRONG,
    FAILS,
    JITTER,
    NO_REASON,
    ONE_ITEM,
    PRICE_OF_TOKEN,
    REOPENED,
    SECONDS,
    THUMBS_DOWN,
    TIME_OUT,
    Business,
)  # fmt: skip

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Served:
    """What became of the day's items, one number each."""

    seconds: Floats
    failed: Mask
    price: Floats
    """The machine's."""
    wrong: Mask
    """Left wrong."""
    harm: Floats
    minutes: Floats
    """A person's."""
    cost: Floats
    """People's time and the machine's price."""
    passed_on: Mask
    out: Mask
    """An output was made."""
    signal: Mask
    """The user sent it back, or gave a thumb down; where a person sends it: they edited it."""


def served(drawn: Drawn, deck: Deck, business: Business, rows: Floats | None = None, *, usual: bool = False) -> Served:
    """The day's items, or `rows` in their place; `usual`: no event changes the service. `deck`: the design as usual, whose seconds are taken for all tables, for
    two runs of the same design never take the same time."""
    at = drawn.rows if rows is None else rows
    money, items = business.economics, drawn.items
    factor, price_factor = (1.0, 1.0) if usual else (drawn.seconds, drawn.price)
    base = usual_seconds(deck)
    seconds = base * factor * np.exp(JITTER * items.seconds)
    failed = (at[:, AT["failed"]] == 1) | (items.luck < FAILS) | (seconds > TIME_OUT * base)
    given = np.nan_to_num(at[:, AT["cost"]])
    price = np.where(given > 0, given, ONE_ITEM + PRICE_OF_TOKEN * np.nan_to_num(at[:, AT["tokens"]])) * price_factor
    today_wrong = items.grade < money.wrong_today  # a failed item is done as today
    wrong = np.where(failed, today_wrong, at[:, AT["left_wrong"]] == 1)
    harm = np.where(failed, today_wrong * money.cost_of_wrong, at[:, AT["harm"]])
    minutes = np.where(failed, money.minutes.today, at[:, AT["minutes"]])
    cost = minutes * money.wage_per_minute + price
    passed_on = (at[:, AT["passed_on"]] == 1) | failed
    out = ~passed_on
    signal = _signals(at, items.user, out)
    return Served(seconds, failed, price, wrong, harm, minutes, cost, passed_on, out, signal)


def usual_seconds(deck: Deck) -> float:
    """Seconds that an output takes, the median of those that were timed."""
    timed = deck.rows[:, AT["latency"]]
    timed = timed[~np.isnan(timed)]
    return float(np.median(timed)) if len(timed) else SECONDS


def _signals(at: Floats, chance: Floats, out: Mask) -> Mask:
    """What users do, of the outputs that were made."""
    bad = (at[:, AT["wrong"]] == 1) | (at[:, AT["incomplete"]] == 1)
    looked = at[:, AT["look"]] == 1
    left_bad = (at[:, AT["left_wrong"]] == 1) | (bad & (at[:, AT["left_right"]] != 1))
    edits = np.where(bad, EDITS_WRONG, EDITS_RIGHT)
    back = np.where(left_bad, REOPENED + THUMBS_DOWN, NO_REASON)
    return np.asarray(out & (chance < np.where(looked, edits, back)))
