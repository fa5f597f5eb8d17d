"""The items that come in, day by day: how many, on which date, and the chances that each item carries. The same seed gives the same items whatever is done
about them, so that two designs, or two sets of monitors, meet the same weeks. Knows nothing of designs.

A day is a calendar day, so a clock change makes none longer or shorter. Volumes: the economics' items on a working day, with a week's shape, weekends as the
working days a year imply, a yearly season, rare bursts, and days on which nothing comes.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from caseroom.cases.task import Economics
from caseroom.rollout.settings import Settings

Floats = NDArray[np.float64]
_WEEK = (1.18, 1.05, 1.0, 0.95, 0.82)
"""Monday to Friday against their mean."""
_SEASON = 0.12
"""How far the year's peak and trough stand from its mean."""
_SPREAD = 0.05
"""How far a day strays from what is expected of it: the standard deviation of its logarithm."""
_BURST, _CLOSED = 0.02, 0.01
"""Chance of a day with a burst, and of one on which nothing comes (a strike, a feast, a broken line)."""
_MIX = 0.05
"""How far the share of a kind strays from day to day: the standard deviation of its logarithm."""
_WEEKDAYS = 260.7


def chance(seed: int, day: int, what: str) -> np.random.Generator:
    """The chance of one thing on one day: drawn anew from the seed, so that nothing else moves it."""
    return np.random.default_rng([seed & 0x7FFFFFFF, day & 0x7FFFFFFF, zlib.crc32(what.encode())])


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a day: each a row of chances from 0 to 1."""

    pick: Floats
    """Which record it is."""
    touch: Floats
    """Which event touches it."""
    live: Floats
    """Whether the design gets it: it does where this is under the phase's share."""
    seconds: Floats
    """How long it takes against others like it: a standard normal number."""
    luck: Floats
    """Whether it fails."""
    user: Floats
    """What its user does."""
    grade: Floats
    """Whether it is graded, and how carefully."""

    def __len__(self) -> int:
        return len(self.pick)


class Traffic:
    """The weeks' items, by seed."""

    def __init__(self, settings: Settings, economics: Economics) -> None:
        self._seed = settings.seed
        self._a_day = economics.items_a_day if settings.a_day is None else settings.a_day
        self._weekend = min(1.0, max(0.04, (economics.days_a_year - _WEEKDAYS) / (365.25 - _WEEKDAYS)))
        always = chance(settings.seed, 0, "year")
        self._peak, monday = int(always.integers(365)), int(always.integers(52))
        self.launch = settings.launch or date(2026, 1, 5) + timedelta(weeks=monday)

    def date(self, day: int) -> date:
        """The calendar date of a day; 0 is the launch."""
        return self.launch + timedelta(days=day)

    def expected(self, day: int) -> float:
        """Items that a day like this brings on average."""
        when = self.date(day)
        weekday = when.weekday()
        shape = _WEEK[weekday] if weekday < 5 else self._weekend
        year = 1 + _SEASON * math.cos(2 * math.pi * (when.timetuple().tm_yday - self._peak) / 365)
        return self._a_day * shape * year

    def count(self, day: int, boost: float = 1.0) -> int:
        """Items that come on a day; `boost` is what a season adds."""
        drawn = chance(self._seed, day, "count")
        stray, burst, size = drawn.normal(0, _SPREAD), drawn.random(), drawn.uniform(1.4, 2.2)
        if burst < _CLOSED:
            return 0
        factor = size if burst > 1 - _BURST else 1.0
        return round(self.expected(day) * boost * math.exp(stray) * factor)

    def items(self, day: int, boost: float = 1.0) -> Items:
        """The items of a day."""
        count = self.count(day, boost)
        draws = {what: chance(self._seed, day, what).random(count) for what in ("pick", "touch", "live", "luck", "user", "grade")}
        return Items(**draws, seconds=chance(self._seed, day, "seconds").standard_normal(count))

    def mix(self, day: int, kind: str) -> float:
        """How much more often a kind comes on this day than on others: it strays a little from day to day."""
        return math.exp(_MIX * float(chance(self._seed, day, f"mix:{kind}").standard_normal()))
