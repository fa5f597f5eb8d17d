"""Detectors that read a series value by value: Page-Hinkley and ADWIN, step for step as in river. Plain state; no clock, no store."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(slots=True)
class PageHinkley:
    """The test of Page (1954) and Hinkley (1971) with fading sums; up, down or both. It begins anew after each change that it found."""

    min_instances: int = 30
    """Values before it may find anything."""
    delta: float = 0.005
    """Change that is let pass at each step."""
    threshold: float = 50.0
    """How far the sum may leave its extreme; the lambda of the papers."""
    alpha: float = 1 - 0.0001
    """How slowly the sums forget."""
    mode: Literal["up", "down", "both"] = "both"
    """Which change counts."""
    drift: bool = False
    """Whether the last value showed a change."""
    seen: int = 0
    mean: float = 0.0
    rise: float = 0.0
    fall: float = 0.0
    lowest: float = math.inf
    highest: float = -1.0

    def update(self, x: float) -> bool:
        """Takes one value; whether it shows a change."""
        if self.drift:
            self._begin()
        self.seen += 1
        self.mean += (x - self.mean) / self.seen
        off = x - self.mean
        self.rise = self.alpha * self.rise + off - self.delta
        self.fall = self.alpha * self.fall + off + self.delta
        self.lowest, self.highest = min(self.lowest, self.rise), max(self.highest, self.fall)
        up, down = self.rise - self.lowest > self.threshold, self.highest - self.fall > self.threshold
        self.drift = self.seen >= self.min_instances and ((up and self.mode != "down") or (down and self.mode != "up"))
        return self.drift

    def _begin(self) -> None:
        self.drift, self.seen, self.mean, self.rise, self.fall = False, 0, 0.0, 0.0, 0.0
        self.lowest, self.highest = math.inf, -1.0

    def to_data(self) -> dict[str, Any]:
        """As plain data that JSON takes."""
        return asdict(self) | {"lowest": None if math.isinf(self.lowest) else self.lowest}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> PageHinkley:
        """From `to_data`."""
        return cls(**data | {"lowest": math.inf if data["lowest"] is None else data["lowest"]})


Bucket = tuple[float, float]
"""A sum of values, and their squared distances from their mean."""


@dataclass(slots=True)
class Adwin:
    """ADWIN2 of Bifet and Gavaldà (2007): a window that grows while nothing changes and drops its old end when two parts of it differ in mean.

    The window is kept as sums of 1, 2, 4 … values, at most `max_buckets` of a size (variances as in Babcock et al. 2003).
    """

    delta: float = 0.002
    """Chance of a false change at a check."""
    clock: int = 32
    """Values between checks."""
    max_buckets: int = 5
    """Sums of one size before two are merged."""
    min_window_length: int = 5
    """Values in each part that are compared at least."""
    grace_period: int = 10
    """Values before anything is checked."""
    drift: bool = False
    """Whether the last value showed a change."""
    ticks: int = 0
    detections: int = 0
    width: int = 0
    total: float = 0.0
    variance: float = 0.0
    """Sum of squared distances from the mean of the window."""
    rows: list[list[Bucket]] = field(default_factory=lambda: [[]])
    """Row i holds sums of 2^i values, oldest first."""

    def update(self, x: float) -> bool:
        """Takes one value; whether it shows a change."""
        if self.drift:
            self._begin()
        self._insert(x)
        self.ticks += 1
        self.drift = False
        if self.ticks % self.clock == 0 and self.width > self.grace_period:
            while self._differs():
                self.drift = True
                self._drop()
        self.detections += self.drift
        return self.drift

    def _begin(self) -> None:
        self.drift, self.ticks, self.detections, self.width, self.total, self.variance, self.rows = False, 0, 0, 0, 0.0, 0.0, [[]]

    def _insert(self, x: float) -> None:
        self.rows[0].append((x, 0.0))
        if self.width:
            off = x - self.total / self.width
            self.variance += self.width * off * off / (self.width + 1)
        self.width += 1
        self.total += x
        self._merge()

    def _merge(self) -> None:
        """Where a row is over-full its two oldest become one of the next row."""
        for level in range(len(self.rows)):
            row = self.rows[level]
            if len(row) <= self.max_buckets:
                return
            (a, v), (b, w) = row[:2]
            del row[:2]
            off = (a - b) / 2**level
            if level + 1 == len(self.rows):
                self.rows.append([])
            self.rows[level + 1].append((a + b, v + w + 2**level * 0.5 * off * off))

    def _drop(self) -> None:
        """Forgets the oldest sum."""
        size = 2 ** (len(self.rows) - 1)
        total, variance = self.rows[-1].pop(0)
        self.width -= size
        self.total -= total
        if self.width:
            off = total / size - self.total / self.width
            self.variance -= variance + size * self.width * off * off / (size + self.width)
        if not self.rows[-1] and len(self.rows) > 1:
            self.rows.pop()

    def _differs(self) -> bool:
        """Whether at some cut the old and the new part differ by more than chance allows."""
        old, new, old_sum, new_sum = 0, self.width, 0.0, self.total
        for level in range(len(self.rows) - 1, -1, -1):
            for total, _ in self.rows[level]:
                old, new = old + 2**level, new - 2**level
                old_sum, new_sum = old_sum + total, new_sum - total
                if min(old, new) >= max(self.min_window_length, 1) and abs(old_sum / old - new_sum / new) > self._allowed(old, new):
                    return True
        return False

    def _allowed(self, old: int, new: int) -> float:
        """The epsilon of the paper, with the variance of the window."""
        confidence = math.log(2 * math.log(self.width) / self.delta)
        harmonic = 1 / (old - self.min_window_length + 1) + 1 / (new - self.min_window_length + 1)
        return math.sqrt(2 * harmonic * (self.variance / self.width) * confidence) + 2 / 3 * confidence * harmonic

    def to_data(self) -> dict[str, Any]:
        """As plain data that JSON takes."""
        return asdict(self) | {"rows": [[list(bucket) for bucket in row] for row in self.rows]}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Adwin:
        """From `to_data`."""
        return cls(**data | {"rows": [[(total, variance) for total, variance in row] for row in data["rows"]]})
