"""Logistic regression with an L2 penalty in numpy: a small classifier over sentence vectors, the same each time. Knows nothing of designs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from caseroom.pipeline.route import even
from caseroom.rollout.model import Floats, Ints

FOLDS = 5
_STEPS, _DIGITS, _CLOSE, _CONSTANT = 1000, 5, 1e-6, 5.0
Row = tuple[float, ...]


def fit(features: Floats, hits: Floats, penalty: float) -> Floats:
    """The weights of yes-or-no questions over the same records, one row a question, the constant last; `hits` has a column a question.

    The curvature is bounded by a quarter of the features' (Böhning & Lindsay 1988), which is diagonal along their singular vectors, so a step needs no solving; steps
    gather speed and begin anew where they went too far (O'Donoghue & Candès 2015). The constant is a feature of its own, so large that it is hardly penalised.
    """
    left, sizes, span = np.linalg.svd(_with_constant(features), full_matrices=False)
    rows, bound = left * sizes, (sizes**2 / 4 + penalty)[:, None]
    now = ahead = np.zeros((len(sizes), hits.shape[1]))
    speed = 1.0
    for _ in range(_STEPS):
        missed = sigmoid(np.einsum("nr,rk->nk", rows, ahead)) - hits  # einsum: one thread; small products gain nothing from more
        slope = np.einsum("nr,nk->rk", rows, missed) + penalty * ahead
        then = ahead - slope / bound
        moved = then - now
        speed_then = 1.0 if float((slope * moved).sum()) > 0 else (1 + np.sqrt(1 + 4 * speed**2)) / 2
        ahead = then + (0.0 if speed_then == 1.0 else (speed - 1) / speed_then) * moved
        now, speed = then, speed_then
        if float(np.abs(moved).max()) < _CLOSE:
            break
    return np.asarray(np.round(now.T @ span, _DIGITS))


def _with_constant(features: Floats) -> Floats:
    return np.hstack([features, np.full((len(features), 1), _CONSTANT)])


def sigmoid(odds: Floats) -> Floats:
    """Log odds as chances."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted classifier as plain data: one row of weights a class, and the rows of the same model fitted without each fifth of the records."""

    classes: tuple[str, ...]
    """Names of the classes; of a yes-or-no question the one that is a yes."""
    cut: float
    """The chance from which it counts."""
    penalty: float
    whole: tuple[Row, ...]
    folds: tuple[tuple[Row, ...], ...]

    def chances(self, features: Floats, fold: Ints) -> Floats:
        """One row an item, one column a class. `fold`: the model that has not seen the item's own record; -1: the whole one."""
        rows = _with_constant(features)
        found = np.zeros((len(rows), len(self.classes)))
        for number in np.unique(fold):
            at = fold == number
            found[at] = sigmoid(rows[at] @ np.array(self.whole if number < 0 else self.folds[number]).T)
        return found / np.maximum(found.sum(axis=1, keepdims=True), 1e-12) if len(self.classes) > 1 else found


def fitted(classes: Sequence[str], features: Floats, hits: Floats, folds: Ints, penalty: float, cut: float = 0.5) -> Linear:
    """A classifier of these records: `hits` one column a class, `folds` the fifth that each record is in."""

    def rows(mask: Ints) -> tuple[Row, ...]:
        """The rows of weights from some of the records."""
        return tuple(map(tuple, fit(features[mask], hits[mask], penalty).tolist()))

    every = np.arange(len(features))
    return Linear(tuple(classes), cut, penalty, rows(every), tuple(rows(every[folds != fold]) for fold in range(FOLDS)))


def fold_of(record: str) -> int:
    """The fifth that a record is in, by its name."""
    return int(even(record, "fold") * FOLDS)
