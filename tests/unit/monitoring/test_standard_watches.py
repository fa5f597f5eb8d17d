"""The standard watches on weeks of readings made here: quiet with a season in mix and volume, and with things going wrong.

More seeds: `python -m tests.unit.monitoring.test_standard_watches 200`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from statistics import median

import numpy as np
import pytest
from numpy.typing import NDArray

from caseroom.monitoring.alerts import Alert
from caseroom.monitoring.board import Board
from caseroom.monitoring.measured import Counts, Measured, Share, Strata, Values
from caseroom.monitoring.special import Floats
from caseroom.monitoring.standard import standard

Ints = NDArray[np.int64]
LEARNED, DAYS, START = 28, 112, 56
KINDS, MIX, RIGHT = "abcdef", np.array([0.3, 0.25, 0.2, 0.12, 0.08, 0.05]), np.array([0.9, 0.88, 0.85, 0.8, 0.75, 0.7])
OUTPUTS = np.array([[0.8, 0.15, 0.05], [0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.5, 0.3, 0.2], [0.4, 0.4, 0.2], [0.3, 0.4, 0.3]])
WEEK, GRADED, WOBBLE = (1.1, 1.05, 1, 1, 0.95, 0.5, 0.4), 30, 0.02
EVENTS = {
    "quality -10": 0.1, "quality -20": 0.2, "quality -30": 0.3, "group": 0.3, "checks": 1.0, "abstention": 0.5, "latency": 1.5, "errors": 0.02, "cost": 1.3,
    "unseen": 1.3, "far": 1.2, "words": 1.3, "asked": 1.2, "replayed": 0.1, "wrong": 0.2, "values": 0.2, "attacks": 0.01,
}  # fmt: skip


class Weeks:
    """Readings day by day; an event begins on day 56."""

    def __init__(self, seed: int, volume: int, event: str = "") -> None:
        self.random, self.volume, self.event = np.random.default_rng(seed), volume, event
        self.asked = np.random.default_rng([seed, 1])
        self.tilt, self.peak = self.random.normal(0, 0.5, 6), self.random.integers(LEARNED, DAYS)
        self.strength = EVENTS.get(event, 0.0)

    def on(self, name: str, day: int) -> float:
        return self.strength if day >= START and self.event.startswith(name) else 0.0

    def factor(self, name: str, day: int) -> float:
        return self.on(name, day) or 1.0

    def day(self, day: int) -> dict[str, Measured]:
        random, season = self.random, float(np.exp(-(((day - self.peak) / 14) ** 2)))
        mix = MIX * np.exp(self.tilt * season)
        mix /= mix.sum()
        came = max(5, int(random.poisson(self.volume * WEEK[day % 7] * (1 + 0.6 * season) * np.exp(random.normal(0, 0.05)))))
        counts, loss = random.multinomial(came, mix), self.on("quality", day)
        outputs = np.sum([random.multinomial(n, p) for n, p in zip(counts, OUTPUTS, strict=True)], axis=0)
        moved = int(outputs[0] * self.on("values", day))
        mean_right = float((RIGHT * mix).sum()) - loss
        groups = {name: mean_right - (self.on("group", day) if name == "old" else 0.0) for name in ("young", "old", "other")}
        return {
            "quality": self.shares(random.multinomial(GRADED, mix), RIGHT - loss),
            "quality.wrong": self.counted(self.asked.multinomial(GRADED, mix), 0.6 * (1 - RIGHT) + self.on("wrong", day)),
            "quality.groups": Strata({name: self.share(10, level) for name, level in groups.items()}),
            "proxies": self.shares(counts, self.wobbly(0.1 + 0.3 * (1 - RIGHT), float(np.log1p(4 * loss)))),
            "checks": self.shares(counts, self.wobbly(0.05 + 0.2 * (1 - RIGHT), self.on("checks", day))),
            "abstention": self.shares(counts, self.wobbly(0.08 + 0.4 * (1 - RIGHT), self.on("abstention", day))),
            "latency": Values(self.skewed(counts, 1.0, 0.5) * self.factor("latency", day) * np.exp(random.normal(0, WOBBLE))),
            "errors": self.share(came, 0.005 + self.on("errors", day)),
            "cost": Values(self.skewed(counts, 0.01, 0.4) * self.factor("cost", day)),
            "inputs.kinds": Counts({kind: float(n) for kind, n in zip(KINDS, counts, strict=True)}),
            "inputs.unseen": self.values(counts, 0.1 * self.factor("unseen", day), 0.08),
            "inputs.far": self.values(counts, 0.4 * self.factor("far", day), 0.12),
            "inputs.words": Values(self.asked.normal(80 * self.factor("asked", day), 30, came).clip(0)),
            "outputs.words": self.values(counts, 60 * self.factor("words", day), 25),
            "outputs.values": Counts({"x": float(outputs[0] - moved), "y": float(outputs[1] + moved), "z": float(outputs[2])}),
            "outputs.replayed": Share(float(self.asked.binomial(100, 0.01 + self.on("replayed", day))), 100.0),
            "attacks": self.share(came, 0.002 + self.on("attacks", day)),
            "volume": Values(np.array([float(came)])),
        }

    def share(self, of: int, level: float) -> Share:
        return Share(float(self.random.binomial(of, level)), float(of))

    def shares(self, counts: Ints, levels: Floats) -> Strata:
        return Strata({kind: self.share(int(n), float(level)) for kind, n, level in zip(KINDS, counts, levels, strict=True) if n})

    def counted(self, counts: Ints, levels: Floats) -> Strata:
        return Strata(
            {kind: Share(float(self.asked.binomial(n, p)), float(n)) for kind, n, p in zip(KINDS, counts, levels, strict=True) if n}
        )

    def wobbly(self, levels: Floats, by: float) -> Floats:
        """Days differ a little more than their samples."""
        odds = levels / (1 - levels) * np.exp(by + self.random.normal(0, WOBBLE))
        return np.asarray(odds / (1 + odds))

    def skewed(self, counts: Ints, middle: float, spread: float) -> Floats:
        return np.concatenate([self.random.lognormal(np.log(middle * (1 + 0.3 * i)), spread, int(n)) for i, n in enumerate(counts)])

    def values(self, counts: Ints, mean: float, spread: float) -> Strata:
        made = {
            kind: self.random.normal(mean * (1 + 0.1 * i), spread, int(n))
            for i, (kind, n) in enumerate(zip(KINDS, counts, strict=True))
            if n
        }
        return Strata({kind: Values(values.clip(0)) for kind, values in made.items()})


def alerts(seed: int, volume: int, event: str = "") -> Iterator[Alert]:
    """New ones that somebody is called for."""
    weeks, board = Weeks(seed, volume, event), Board(standard())
    board.learn({day: weeks.day(day) for day in range(LEARNED)})
    for day in range(LEARNED, DAYS):
        for alert in board.see(day, weeks.day(day)):
            if alert.is_new(day) and alert.level != "info":
                yield alert


def delay(seed: int, volume: int, event: str) -> int:
    """Days until it is told; 1: on its first day."""
    return next((alert.raised - START + 1 for alert in alerts(seed, volume, event) if alert.raised >= START), 999)


@pytest.mark.parametrize("volume", [100, 1000])
def test_a_season_alone_alarms_within_the_budget(volume: int) -> None:
    seeds = 6
    assert sum(len(list(alerts(seed, volume))) for seed in range(seeds)) <= seeds


@pytest.mark.parametrize("event", EVENTS)
def test_events_are_seen_within_days(event: str) -> None:
    delays = [delay(100 + seed, 300, event) for seed in range(3)]
    assert median(delays) <= 4


def main(seeds: int) -> None:
    """Prints how often nothing is told as something, and after how many days something is told."""
    for volume in (100, 1000, 5000):
        found = Counter(alert.watch for seed in range(seeds) for alert in alerts(seed, volume))
        print(
            f"{volume} a day, quiet: {sum(found.values()) / seeds:.2f} false alarms per 12 weeks over {seeds} seeds {dict(found)}",
            flush=True,
        )
    for event in EVENTS:
        for volume in (100, 1000):
            delays = [delay(10_000 + seed, volume, event) for seed in range(max(seeds // 5, 3))]
            missed = sum(day > DAYS for day in delays)
            print(f"{volume} a day, {event}: median on day {median(delays):g}, missed {missed} of {len(delays)}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
