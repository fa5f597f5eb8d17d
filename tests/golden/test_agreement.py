"""Our agreement against the packages that people use for it, on tables of many shapes: equal to the ninth digit."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from caseroom.metrics.agreement import Level, Weights, cohen_kappa, krippendorff_alpha
from caseroom.metrics.score import Bootstrap

FEW = Bootstrap(resamples=40)
EXACT = 1e-9
HAYES = """
    1 1 2 . 0 0 1 1 2 2 . 0 1 3 1 1 2 1 1 2 . . . 3
    . . 3 . 0 . 1 . 2 . . . . 2 . . . . . . . . . 3
    . 2 . . 1 0 . 1 . 2 1 1 0 . . . 2 1 2 2 1 1 1 .
"""
"""Three raters, many gaps."""
KRIPPENDORFF = """
    1 2 3 3 2 1 4 1 2 . . .
    1 2 3 3 2 2 4 1 2 5 . 3
    . 3 3 3 2 3 4 2 2 5 1 .
    1 2 3 3 2 4 4 1 2 5 1 .
"""
"""Four raters, twelve items: the example of Krippendorff (2011)."""
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")


def read(table: str) -> np.ndarray:
    """Raters by items, NaN where not rated."""
    return np.array([[np.nan if cell == "." else float(cell) for cell in line.split()] for line in table.strip().splitlines()])


def drawn(seed: int, raters: int, items: int, labels: int, missing: float, agree: float) -> np.ndarray:
    """Ratings by raters who see the truth with some chance and guess otherwise."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(labels, size=items)
    guess = chance.integers(labels, size=(raters, items))
    ratings = np.where(chance.random((raters, items)) < agree, truth, guess).astype(float)
    ratings[chance.random((raters, items)) < missing] = np.nan
    return ratings


TABLES = {
    "krippendorff": read(KRIPPENDORFF),
    "gaps": read(HAYES),
    **{f"drawn-{seed}": drawn(seed, 2 + seed % 4, 12 + 9 * seed, 2 + seed % 5, 0.1 * (seed % 3), 0.2 * (seed % 6)) for seed in range(12)},
}


def theirs(table: np.ndarray, level: Level) -> float:
    """What the krippendorff package says."""
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", list(TABLES))
def test_alpha_is_the_krippendorff_packages(name: str, level: Level) -> None:
    ours = krippendorff_alpha(TABLES[name].T.tolist(), level, bootstrap=FEW)
    assert ours.value == pytest.approx(theirs(TABLES[name], level), abs=EXACT)


def test_the_published_values() -> None:
    """Krippendorff (2011), pages 4 to 8: nominal 0.743, ordinal 0.815, interval 0.849."""
    values = [krippendorff_alpha(read(KRIPPENDORFF).T.tolist(), level, bootstrap=FEW).value for level in LEVELS]
    assert values == pytest.approx([0.743, 0.815, 0.849], abs=5e-4)


@pytest.mark.parametrize("level", LEVELS)
def test_a_resample_of_items_is_scored_as_the_package_scores_it(level: Level) -> None:
    table = drawn(99, 3, 60, 4, 0.0, 0.6)
    (counts,) = FEW.counts(60)
    values = [theirs(np.repeat(table, row.astype(int), axis=1), level) for row in counts]
    ours = krippendorff_alpha(table.T.tolist(), level, bootstrap=FEW)
    assert (ours.low, ours.high) == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])), abs=EXACT)


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
@pytest.mark.parametrize("seed", range(12))
def test_kappa_is_scikit_learns(seed: int, weights: Weights | None) -> None:
    a, b = drawn(seed, 2, 10 + 7 * seed, 2 + seed % 5, 0.0, 0.2 * (seed % 6)).astype(int).tolist()
    assert cohen_kappa(a, b, weights, bootstrap=FEW).value == pytest.approx(cohen_kappa_score(a, b, weights=weights), abs=EXACT)


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_kappa_of_words_on_a_scale_is_scikit_learns(weights: Weights | None) -> None:
    scale = ["missed", "barely", "partial", "covered"]  # nobody says "barely": its place still counts
    words = np.array(["missed", "partial", "covered"])
    a, b = (words[side.astype(int)].tolist() for side in drawn(5, 2, 40, 3, 0.0, 0.5))
    ours = cohen_kappa(a, b, weights, order=scale, bootstrap=FEW)
    assert ours.value == pytest.approx(cohen_kappa_score(a, b, labels=scale, weights=weights), abs=EXACT)
