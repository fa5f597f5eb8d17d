"""What holds for any readings: constant ones never alarm, a larger shift is not seen later, the order of parts is nothing, empty days do no harm."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.monitoring.board import Board
from caseroom.monitoring.measured import Counts, Measured, Share, Strata, Values
from caseroom.monitoring.watch import Test, Watch

CALM = settings(max_examples=15, deadline=None)
SHARES: tuple[Test, ...] = ("share", "page_hinkley", "adwin")
VALUES: tuple[Test, ...] = ("mean", "ks", "page_hinkley", "adwin")
COUNTS: tuple[Test, ...] = ("chi2", "psi")
numbers = st.floats(-1e6, 1e6, allow_nan=False)
sizes = st.integers(5, 60)


def alarms(watches: list[Watch], days: list[dict[str, Measured]], budget: float = 1.0) -> list[int]:
    made = Board(watches, budget)
    made.learn(dict(enumerate(days[:28])))
    return [day for day in range(28, len(days)) for alert in made.see(day, days[day]) if alert.is_new(day) and alert.kind == "moved"]


@CALM
@given(hits=st.integers(0, 60), of=sizes, value=numbers, many=sizes, counts=st.lists(st.integers(0, 50), min_size=1, max_size=5))
def test_nothing_fires_on_constant_readings(hits: int, of: int, value: float, many: int, counts: list[int]) -> None:
    share, values = Share(min(hits, of), of), Values(np.full(many, value))
    day: dict[str, Measured] = {
        "s": share,
        "v": values,
        "c": Counts({str(i): float(n) for i, n in enumerate(counts)}),
        "p": Strata({"a": share, "b": share}),
    }
    watches = [Watch(f"s {test}", "s", test) for test in SHARES] + [Watch(f"v {test}", "v", test) for test in VALUES]
    watches += [Watch(f"c {test}", "c", test) for test in COUNTS] + [
        Watch("each", "p", "share", each=True),
        Watch("week", "v", "mean", weekday=True),
    ]
    assert alarms(watches, [day] * 60) == []


@CALM
@given(
    seed=st.integers(0, 10_000),
    small=st.floats(0, 2),
    more=st.floats(0, 3),
    test=st.sampled_from(["mean", "share"]),
    up=st.booleans(),
    patience=st.integers(1, 3),
)
def test_a_larger_shift_is_not_seen_later(seed: int, small: float, more: float, test: Test, up: bool, patience: int) -> None:
    """The same noise and a larger shift: of values each one is moved further, of shares more of the same items are hits."""

    def first(shift: float) -> int:
        random, days, sign = np.random.default_rng(seed), list[dict[str, Measured]](), 1 if up else -1
        for day in range(60):
            moved = sign * shift if day >= 40 else 0.0
            draws = random.normal(size=40)
            days.append({"x": Values(draws + moved) if test == "mean" else Share(float((draws + moved > 0).sum()), 40)})
        return next((day for day in alarms([Watch("x", "x", test, "up" if up else "down", patience=patience)], days) if day >= 40), 999)

    assert first(small + more) <= first(small)


@CALM
@given(seed=st.integers(0, 10_000), order=st.permutations(list("abcd")))
def test_the_order_of_parts_is_nothing(seed: int, order: list[str]) -> None:
    def days(names: list[str]) -> list[dict[str, Measured]]:
        found: list[dict[str, Measured]] = []
        for day in range(60):
            parts: dict[str, Share | Values] = {}
            for name in "abcd":
                random = np.random.default_rng([seed, day, ord(name)])
                parts[name] = Share(float(random.binomial(20, 0.8 if day < 45 else 0.6)), 20)
            counts = {name: float(parts[name].hits) for name in names}  # type: ignore[union-attr]
            found.append({"s": Strata({name: parts[name] for name in names}), "c": Counts(counts)})
        return found

    watches = [
        Watch("all", "s", "share"),
        Watch("each", "s", "share", each=True),
        Watch("page", "s", "page_hinkley"),
        Watch("c", "c", "chi2"),
    ]
    first, second = (Board(watches) for _ in range(2))
    for made, names in ((first, list("abcd")), (second, order)):
        for day, readings in enumerate(days(names)):
            made.see(day, readings)
    assert first.to_data() == second.to_data()


broken = st.sampled_from([
    {}, {"s": Share(0, 0), "v": Values(np.array([])), "c": Counts({})}, {"s": Share(float("nan"), 10), "v": Values(np.full(9, np.nan)), "c": Counts({"a": float("nan")})},
    {"s": Share(1, float("inf")), "v": Values(np.array([np.inf, -np.inf])), "c": Counts({"a": -5.0})}, {"s": Strata({}), "v": Strata({"a": Values(np.array([]))})},
])  # fmt: skip


@CALM
@given(bad=st.dictionaries(st.integers(0, 59), broken, max_size=25), seed=st.integers(0, 1000))
def test_empty_and_broken_days_are_harmless(bad: dict[int, dict[str, Measured]], seed: int) -> None:
    random = np.random.default_rng(seed)
    good: list[dict[str, Measured]] = [
        {
            "s": Share(float(random.binomial(50, 0.8)), 50),
            "v": Values(random.normal(size=50)),
            "c": Counts({"a": float(random.poisson(50)), "b": 50.0}),
        }
        for _ in range(60)
    ]
    watches = [Watch("s", "s", "share", budget=1e-5), Watch("v", "v", "mean", budget=1e-5), Watch("c", "c", "chi2", budget=1e-5)]
    watches += [
        Watch("ks", "v", "ks", budget=1e-5),
        Watch("p", "s", "page_hinkley", budget=1e-5),
        Watch("r", "v", "range", high=5.0, budget=1e-5),
    ]
    assert alarms(watches, [bad.get(day, good[day]) for day in range(60)]) == []
