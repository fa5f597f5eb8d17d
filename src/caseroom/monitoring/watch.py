"""A watch: which reading is looked at, by which test, how long, who is told and what they do. Plain data that is checked; it looks at nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from caseroom.errors import MonitorError

Test = Literal["range", "share", "mean", "ks", "chi2", "psi", "page_hinkley", "adwin"]
Worse = Literal["up", "down", "either"]
Level = Literal["info", "ticket", "page"]
Reference = Literal["frozen", "rolling"]
LONGEST = 28
"""Days that may be pooled at most."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One number that is watched."""

    name: str
    """What it is called in alerts; no two watches of a board share it."""
    reads: str
    """The name of the reading."""
    test: Test
    """How a window is compared: with a range, or with the reference by a test that suits the reading."""
    worse: Worse = "either"
    """Which direction alarms. Of `ks`, `chi2` and `psi` always either."""
    low: float | None = None
    """Of `range`: it must not fall below."""
    high: float | None = None
    """Of `range`: it must not rise above."""
    percentile: float | None = None
    """Of `range` over values: which percentile is held against it, 0 to 100; without one the mean."""
    effect: float = 0.0
    """The smallest difference that matters, in units of the reading (points of a share, seconds, money; of `ks` D, of `chi2` the share of items
    that changed category, of `psi` the index; of the streams standard deviations of a day). A smaller one never alarms, however sure it is."""
    relative: bool = False
    """Whether `effect` is a share of the reference: 0.3 is thirty percent more or less."""
    window: int = 7
    """Days that are pooled at most. Shorter windows are looked at, too, so that a large change is seen at once."""
    reference: int = 28
    """Days of the reference."""
    kind: Reference = "frozen"
    """`frozen`: the days that were learned, or the first quiet ones, until it is renewed. `rolling`: the latest days before the gap."""
    gap: int = 14
    """Of a rolling reference: days between it and today. All days enter it in time, so what has long been so is no news."""
    patience: int = 1
    """Measured days in a row that it must stand out before anybody is told."""
    calm: int = 3
    """Measured days in a row without standing out that end an alert."""
    weekday: bool = False
    """Whether days are compared with the same days of the week only."""
    each: bool = False
    """Whether each part of the reading is watched for itself (groups), beside what the others do."""
    fewest: int = 5
    """Items in a day below which the day is not measured."""
    blind: int = 3
    """Days in a row without a measurement that raise an alert of their own."""
    unless: str = ""
    """Another watch that explains this one: while that one stands out, this one is told as `info`."""
    budget: float | None = None
    """False alarms in 12 weeks that it may cause; without one it has an equal share of what the board allows."""
    level: Level = "ticket"
    """How loudly it is told."""
    owner: str = ""
    """Who is told."""
    action: str = ""
    """What they do first."""

    def __post_init__(self) -> None:
        wrong = [message for holds, message in self._rules() if not holds]
        if wrong:
            raise MonitorError(f"Watch {self.name or self.reads or '?'!r}: {'; '.join(wrong)}.")

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        ranged = self.low is not None or self.high is not None
        return (
            (bool(self.name and self.reads), "it needs a name and the name of a reading"),
            (ranged == (self.test == "range"), "`low` and `high` belong to the test range, which needs at least one of them"),
            (self.low is None or self.high is None or self.low < self.high, "`low` must lie below `high`, or it always fires"),
            (
                self.percentile is None or (0 < self.percentile < 100 and self.test == "range"),
                "`percentile` is between 0 and 100, of a range",
            ),
            (all(x is None or abs(x) < float("inf") for x in (self.low, self.high, self.effect)), "its numbers must be finite"),
            (self.effect >= 0, "`effect` must be 0 or more"),
            (1 <= self.window <= LONGEST, f"`window` is 1 to {LONGEST} days"),
            (self.reference >= 2, "`reference` is at least 2 days"),
            (self.gap >= self.window or self.kind == "frozen", "the `gap` of a rolling reference is at least its window"),
            (min(self.patience, self.calm, self.fewest, self.blind) >= 1, "`patience`, `calm`, `fewest` and `blind` are at least 1"),
            (
                self.patience == 1 or self.test not in ("page_hinkley", "adwin"),
                "a stream tells a change on one day, so its `patience` is 1",
            ),
            (not self.weekday or self.test in ("share", "mean", "ks"), "`weekday` belongs to the tests share, mean and ks"),
            (
                not self.each or (self.test not in ("chi2", "psi") and not self.weekday),
                "`each` watches parts: not of categories, and not by weekday",
            ),
            (self.budget is None or 0 < self.budget <= 84, "`budget` is above 0"),
            (self.unless != self.name, "it cannot explain itself"),
        )
