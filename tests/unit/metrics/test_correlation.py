from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from caseroom.metrics.correlation import FEWEST, kendall, spearman
from caseroom.metrics.score import Bootstrap

FEW = Bootstrap(resamples=20)
sides = st.lists(st.tuples(st.integers(0, 6), st.integers(-3, 3) | st.integers(-1000, 1000)), min_size=FEWEST, max_size=40)


@given(sides)
@settings(deadline=None)
def test_ties_are_counted_as_scipy_counts_them(rows: list[tuple[int, int]]) -> None:
    a, b = np.array(rows, np.float64).T
    assume(len(set(a)) > 1 and len(set(b)) > 1)
    assert spearman(a, b, bootstrap=FEW).value == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)
    assert kendall(a, b, bootstrap=FEW).value == pytest.approx(stats.kendalltau(a, b).statistic, abs=1e-12)


def test_an_interval_is_the_one_that_scipy_gives_on_the_drawn_records() -> None:
    chance = np.random.default_rng(3)
    a, b = chance.integers(5, size=60).astype(float), chance.normal(size=60)
    few = Bootstrap(resamples=40)
    (counts,) = few.counts(60)
    drawn = [np.repeat(np.arange(60), row.astype(int)) for row in counts]
    for ours, theirs in ((spearman, stats.spearmanr), (kendall, stats.kendalltau)):
        low, high = np.quantile([theirs(a[rows], b[rows]).statistic for rows in drawn], [0.025, 0.975])
        score = ours(a, b, bootstrap=few)
        assert [score.low, score.high] == pytest.approx([low, high], abs=1e-12)


@pytest.mark.parametrize("measure", [spearman, kendall])
def test_order_is_all_that_counts(measure: type) -> None:
    rising = np.arange(10.0)
    assert measure(rising, np.exp(rising)).value == pytest.approx(1, abs=1e-12)
    assert measure(rising, -rising).value == pytest.approx(-1, abs=1e-12)


@pytest.mark.parametrize("measure", [spearman, kendall])
def test_too_few_records_or_a_constant_side_are_unscored(measure: type) -> None:
    assert measure([1, 2, 3], [1, 2, 3]).value is None
    assert measure([1.0] * 9, range(9)).value is None
    gaps = measure([1, None, 3, 4, 5, 6, 7, 8, 9, 10], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    assert (gaps.value, gaps.n) == (None, 9)


@pytest.mark.parametrize(
    ("measure", "error"), [(spearman, lambda r: ((1 + r * r / 2) / 9) ** 0.5), (kendall, lambda r: (0.437 / 8) ** 0.5)]
)
def test_a_dozen_records_have_the_interval_of_fishers_z(measure: type, error: Callable[[float], float]) -> None:
    """One record of twelve is rated otherwise: resamples either leave it out, and are not defined, or hold it, and are all alike."""
    score = measure([1.0] * 11 + [5.0], [float(n) for n in range(6, 12)] + [float(n) for n in range(6)])
    assert score.value is not None and score.low is not None and score.high is not None
    z = np.arctanh(score.value)
    assert [score.low, score.high] == pytest.approx(np.tanh([z - 1.96 * error(score.value), z + 1.96 * error(score.value)]), abs=1e-3)
    assert score.low < score.value < score.high and score.signature.endswith("|interval:fisher-z")
