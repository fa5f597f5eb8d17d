"""The small classifier: the optimum that a reference finds, the same each time, and no record judged by a model that saw it."""

from __future__ import annotations

import numpy as np
import pytest

from caseroom.rollout.logistic import FOLDS, fit, fitted, fold_of


def drawn(
    count: int, width: int
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    chance = np.random.default_rng(3)
    rows = chance.normal(size=(count, width))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows, (rows[:, :2] + 0.1 * chance.normal(size=(count, 2)) > 0.02).astype(float)


@pytest.mark.parametrize(("count", "width"), [(60, 200), (200, 10)])
def test_it_is_the_optimum_that_scikit_learn_finds(count: int, width: int) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    rows, hits = drawn(count, width)
    known = linear_model.LogisticRegression(C=1 / 0.7, fit_intercept=False, tol=1e-9, max_iter=5000)
    reference = known.fit(np.hstack([rows, np.full((count, 1), 5.0)]), hits[:, 0]).coef_[0]
    assert fit(rows, hits, 0.7)[0] == pytest.approx(reference, abs=2e-4)


def test_the_same_each_time_and_plain_data() -> None:
    rows, hits = drawn(40, 30)
    folds = np.array([fold_of(f"r{n}") for n in range(40)])
    one, again = (fitted(("a", "b"), rows, hits, folds, 1.0) for _ in range(2))
    assert one == again
    assert all(type(weight) is float for row in one.whole for weight in row) and len(one.folds) == FOLDS


def test_a_records_own_fold_has_not_seen_it() -> None:
    """Labels that are chance alone cannot be told from a fold, though the whole model knows them by heart."""
    chance = np.random.default_rng(5)
    rows, hits = chance.normal(size=(120, 300)), (chance.random((120, 1)) < 0.5).astype(float)
    folds = np.array([fold_of(f"r{n}") for n in range(120)])
    model = fitted(("yes",), rows, hits, folds, 1.0)
    heart = ((model.chances(rows, np.full(120, -1))[:, 0] > 0.5) == hits[:, 0]).mean()
    unseen = ((model.chances(rows, folds)[:, 0] > 0.5) == hits[:, 0]).mean()
    assert heart > 0.95 and unseen < 0.7
