"""A reading as one number a day, for the detectors that read a series: standardised to the mix of the reference, in standard deviations of its
days. Holds the detector; knows no alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from caseroom.monitoring.compare import Look
from caseroom.monitoring.days import VALUES, Day
from caseroom.monitoring.looks import page_threshold
from caseroom.monitoring.streams import Adwin, PageHinkley
from caseroom.monitoring.watch import Watch

FURTHEST = 50.0
"""Standard deviations at which a day is cut off."""
WIDE = 100.0
"""What a standard deviation is for ADWIN: its bound has a second term for values between 0 and 1, which numbers near the normal do not need and
which is next to nothing on this scale."""


@dataclass(slots=True)
class Series:
    """The reference's mix, mean and spread, and the detector that has read its days."""

    weights: dict[str, float]
    """The share of each part in the reference."""
    mean: float
    spread: float
    detector: PageHinkley | Adwin

    @classmethod
    def of(cls, watch: Watch, kept: Mapping[int, Day], days: Sequence[int], budget: float, alpha: float) -> Series:
        """From the reference; the detector reads its days."""
        weights: dict[str, float] = {}
        for day in days:
            for name, row in kept[day].items():
                weights[name] = weights.get(name, 0.0) + row[0]
        series = cls(weights, 0.0, 1.0, _detector(watch, len(days), budget, alpha))
        values = np.array([series.value(kept[day]) for day in days])
        series.mean, series.spread = float(values.mean()), float(values.std(ddof=1))
        for value in values:
            series.detector.update(series._scaled(float(value)))
        return series

    def value(self, row: Day) -> float:
        """A day's number: shares or means of its parts, weighted as in the reference."""
        weights = {name: self.weights.get(name, 0.0) for name in row}
        if not any(weights.values()):
            weights = {name: numbers[0] for name, numbers in row.items()}
        total = sum(weights.values())
        return sum(weights[name] * _level(numbers) for name, numbers in row.items()) / total

    def _scaled(self, value: float) -> float:
        """In standard deviations of the reference's days; for ADWIN laid out widely."""
        off = value - self.mean
        small = max(1e-9 * abs(self.mean), 1e-12)
        z = 0.0 if abs(off) <= small else float(np.clip(off / max(self.spread, small), -FURTHEST, FURTHEST))
        return z if isinstance(self.detector, PageHinkley) else z * WIDE

    def look(self, watch: Watch, row: Day, alpha: float) -> Look:
        """Reads a day; a change that was found is told with the p-value that the detector was set to."""
        value = self.value(row)
        found = self.detector.update(self._scaled(value))
        wanted = {"up": value > self.mean, "down": value < self.mean, "either": True}[watch.worse]
        return Look(alpha if found and wanted else 1.0, value, self.mean, value - self.mean, 1)

    def to_data(self) -> dict[str, Any]:
        """As plain data that JSON takes."""
        return {"weights": self.weights, "mean": self.mean, "spread": self.spread, "detector": self.detector.to_data()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Series:
        """From `to_data`."""
        detector = PageHinkley if "threshold" in data["detector"] else Adwin
        return cls(dict(data["weights"]), data["mean"], data["spread"], detector.from_data(data["detector"]))


def _level(numbers: tuple[float, ...]) -> float:
    """The share of a part, or its mean."""
    return numbers[1] if len(numbers) == VALUES else numbers[1] / numbers[0]


def _detector(watch: Watch, days: int, budget: float, alpha: float) -> PageHinkley | Adwin:
    """Set so that it alarms falsely as often as its budget."""
    if watch.test == "adwin":
        return Adwin(delta=alpha, clock=1, min_window_length=1, grace_period=days)
    delta = (watch.effect or 1.0) / 2
    mode: Literal["up", "down", "both"] = "both" if watch.worse == "either" else watch.worse
    return PageHinkley(min_instances=days + 1, delta=delta, threshold=page_threshold(budget, delta, mode == "both"), mode=mode)
