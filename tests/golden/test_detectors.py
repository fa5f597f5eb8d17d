"""Our tests and detectors against the packages that define them, on shared seeded series: scipy to 1e-9 or closer, river step for step."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from river import drift
from scipy import special, stats

from caseroom.monitoring.fixed import binomial_tail
from caseroom.monitoring.measured import Share
from caseroom.monitoring.special import Floats, chi2_tail, kolmogorov_tail, normal_cut, normal_tail, t_tail
from caseroom.monitoring.statistics import chi2, ks, means, shares, stratified_shares
from caseroom.monitoring.streams import Adwin, PageHinkley

EXACT = 1e-9
THEIR_ADWIN: Any = drift.ADWIN
THEIR_PAGE: Any = drift.PageHinkley


def close(value: float, abs: float = EXACT) -> object:
    return pytest.approx(value, rel=EXACT, abs=abs)


def test_tails_are_scipys() -> None:
    for x in (0.05, 0.3, 0.7, 0.999, 1.0, 1.4, 2.5, 5.0):
        assert kolmogorov_tail(x) == close(special.kolmogorov(x), 1e-14)
    for df in (1, 2, 3.5, 10, 100, 1000):
        for x in (0.0, 0.01, 1, 5, 50, 200, 900):
            assert chi2_tail(x, df) == pytest.approx(stats.chi2.sf(x, df), rel=1e-8, abs=1e-290)
        for t in (-40, -2, 0, 0.1, 3, 8, 60):
            assert t_tail(t, df) == pytest.approx(stats.t.sf(t, df), rel=1e-8, abs=1e-290)
    for z in (-6, -1, 0, 2, 10, 30):
        assert normal_tail(z) == pytest.approx(stats.norm.sf(z), rel=1e-9)
    for p in (1e-200, 1e-12, 0.02, 0.5, 0.9):
        assert normal_cut(p) == close(stats.norm.isf(p))


@pytest.mark.parametrize(("m", "n"), [(1, 1), (2, 9), (30, 30), (47, 31), (100, 300), (900, 60), (1500, 1400)])
@pytest.mark.parametrize("shift", [0.0, 0.2, 1.0])
def test_ks_is_scipys(m: int, n: int, shift: float) -> None:
    random = np.random.default_rng(m * 1000 + n)
    for digits in (8, 1):  # the second with many ties
        a, b = random.normal(size=m).round(digits), random.normal(shift, size=n).round(digits)
        theirs = stats.ks_2samp(a, b, method="exact")
        ours = ks(a, b)
        assert (ours.statistic, ours.p) == (close(theirs.statistic), close(theirs.pvalue))


def test_the_limit_of_ks_is_kolmogorovs() -> None:
    """scipy's method "asymp" is not the limit but the distribution of one sample of the harmonic size; the two come together as samples grow."""
    random = np.random.default_rng(5)
    a, b = random.normal(size=30_000), random.normal(0.01, size=20_000)
    ours = ks(a, b)
    assert ours.p == close(special.kolmogorov(ours.statistic * np.sqrt(12_000)))
    assert ours.p == pytest.approx(stats.ks_2samp(a, b, method="asymp").pvalue, abs=0.005)


def test_chi_squared_is_scipys() -> None:
    random = np.random.default_rng(2)
    for categories in (2, 3, 8):
        rows = random.multinomial(400, np.full(categories, 1 / categories), size=2)
        theirs = stats.chi2_contingency(rows, correction=False)
        ours = chi2(*({str(place): float(count) for place, count in enumerate(row)} for row in rows))
        assert (ours.statistic, ours.p) == (close(theirs.statistic), close(theirs.pvalue))


def test_small_cells_are_pooled_before_it() -> None:
    theirs = stats.chi2_contingency([[50, 40, 8], [60, 30, 9]], correction=False)
    ours = chi2({"a": 50, "b": 40, "c": 4, "d": 4}, {"a": 60, "b": 30, "c": 1, "d": 3, "e": 5})
    assert ours.p == close(theirs.pvalue)


def test_welch_is_scipys() -> None:
    random = np.random.default_rng(3)
    for m, n, shift in ((2, 5, 0.0), (12, 40, 1.0), (500, 90, 0.2)):
        a, b = random.normal(shift, 2, m), random.lognormal(size=n)
        for side, theirs in (("either", "two-sided"), ("up", "greater"), ("down", "less")):
            found = stats.ttest_ind(a, b, equal_var=False, alternative=theirs)
            ours = means(a, b, side)  # type: ignore[arg-type]
            assert (ours.statistic, ours.p) == (close(found.statistic), close(found.pvalue))


def test_few_of_few_are_fishers() -> None:
    for hits, of, other, rest in itertools.product((0, 1, 5), (5, 30), (0, 2, 9), (9, 80)):
        table = [[hits, of - hits], [other, rest - other]]
        for side, theirs in (("up", "greater"), ("down", "less")):
            assert shares(Share(hits, of), Share(other, rest), side).p == close(stats.fisher_exact(table, theirs).pvalue)  # type: ignore[arg-type]


def test_exact_parts_are_every_way_counted() -> None:
    """The chances of all tables with these margins, multiplied out."""
    window, reference = {"a": Share(3, 6), "b": Share(2, 5), "c": Share(4, 4)}, {"a": Share(2, 9), "b": Share(1, 7), "c": Share(6, 11)}
    tables = [
        stats.hypergeom(int(w.of + r.of), int(w.hits + r.hits), int(w.of)) for w, r in zip(window.values(), reference.values(), strict=True)
    ]
    ways = itertools.product(range(7), range(6), range(5))
    theirs = sum(float(np.prod([table.pmf(k) for table, k in zip(tables, way, strict=True)])) for way in ways if sum(way) >= 9)
    assert stratified_shares(window, reference, "up").p == close(theirs)


def test_the_corrected_z_is_near_the_exact_chance() -> None:
    """Where many are expected the z is used; far out in the tail it is within a tenth of the exact chance in the parts that it is used for."""
    window, reference = {"a": Share(85, 1000), "b": Share(45, 800)}, {"a": Share(1000, 20_000), "b": Share(650, 16_000)}
    exact, approximate = (stratified_shares(window, reference, "up", exact=how).p for how in (True, False))
    assert 1e-7 < exact < 1e-4
    assert approximate == pytest.approx(exact, rel=0.15)


def test_binomial_is_scipys() -> None:
    for hits, of, share in itertools.product((0, 1, 20), (20, 300), (0.0, 0.01, 0.5, 1.0)):
        assert binomial_tail(hits, of, share) == close(stats.binom.sf(hits - 1, of, share))


def series(seed: int) -> Floats:
    random = np.random.default_rng(seed)
    parts = [random.normal(level, spread, size) for level, spread, size in ((0, 1, 700), (0.5, 1, 300), (0.5, 3, 500), (-2, 0.2, 900))]
    return np.concatenate([*parts, np.zeros(100), (random.random(600) < 0.2).astype(float), (random.random(600) < 0.5).astype(float)])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "settings", [{}, {"delta": 0.05, "clock": 1}, {"delta": 0.3, "clock": 3, "max_buckets": 2, "min_window_length": 1, "grace_period": 2}]
)
def test_adwin_is_rivers_step_for_step(seed: int, settings: dict[str, float]) -> None:
    ours, theirs, found = Adwin(**settings), THEIR_ADWIN(**settings), 0  # type: ignore[arg-type]
    for step, x in enumerate(series(seed)):
        theirs.update(x)
        assert ours.update(float(x)) == theirs.drift_detected, step
        assert ours.width == theirs.width
        assert ours.total == pytest.approx(theirs.total, abs=EXACT)
        assert ours.variance == pytest.approx(theirs.variance, rel=EXACT, abs=1e-8)
        found += ours.drift
    assert found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mode", ["up", "down", "both"])
@pytest.mark.parametrize("settings", [{}, {"min_instances": 3, "delta": 0.3, "threshold": 5.0, "alpha": 0.99}])
def test_page_hinkley_is_rivers_step_for_step(seed: int, mode: str, settings: dict[str, float]) -> None:
    ours, theirs = PageHinkley(mode=mode, **settings), THEIR_PAGE(mode=mode, **settings)  # type: ignore[arg-type]
    found = 0
    for step, x in enumerate(series(seed)):
        theirs.update(x)
        assert ours.update(float(x)) == theirs.drift_detected, step
        found += ours.drift
    assert found
