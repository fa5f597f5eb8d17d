"""Does a metric order outputs as people do? Spearman's rho and Kendall's tau-b, with ties, each with an interval.

Both are written for weighted records, so that a resample is only other weights: nothing is sorted again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from caseroom.metrics.score import BOOTSTRAP, Bootstrap, Floats, Score, column, of_weights, sign, unscored

FEWEST = 8
"""Records below which a correlation is not told: its interval would span nearly everything."""
Places = NDArray[np.int64]


def spearman(
    a: Sequence[float | None] | Floats, b: Sequence[float | None] | Floats, name: str = "spearman", bootstrap: Bootstrap = BOOTSTRAP
) -> Score:
    """Spearman's rho (1904): the correlation of ranks, ties at their average rank. None with too few records or a constant side."""

    def rho(x: Places, y: Places, weights: Floats) -> Floats:
        """Of records at these places in order."""
        return _correlation(_ranks(x, weights), _ranks(y, weights), weights)

    return _correlated(rho, a, b, name, sign("spearman", bootstrap, ties="average"), bootstrap)


def kendall(
    a: Sequence[float | None] | Floats, b: Sequence[float | None] | Floats, name: str = "kendall", bootstrap: Bootstrap = BOOTSTRAP
) -> Score:
    """Kendall's tau-b (1945): pairs ordered alike less pairs ordered otherwise, corrected for ties."""
    return _correlated(_tau_b, a, b, name, sign("kendall", bootstrap, ties="b"), bootstrap)


def _correlated(
    measure: Callable[[Places, Places, Floats], Floats],
    a: Sequence[float | None] | Floats,
    b: Sequence[float | None] | Floats,
    name: str,
    signature: str,
    bootstrap: Bootstrap,
) -> Score:
    """A measure of two sides, by their places in order, over the records that have both."""
    first, second = column(a), column(b)
    both = ~np.isnan(first) & ~np.isnan(second)
    x, y = (np.unique(side[both], return_inverse=True)[1].astype(np.int64) for side in (first, second))
    if len(x) < FEWEST or x.max() == 0 or y.max() == 0:
        return unscored(name, len(x), signature)
    return of_weights(name, len(x), lambda weights: measure(x, y, weights), signature, bootstrap)


def _groups(places: Places, weights: Floats) -> Floats:
    """The weight that lies on each place, shape (m, places)."""
    order = np.argsort(places, kind="stable")
    return np.add.reduceat(weights[:, order], np.flatnonzero(np.diff(places[order], prepend=-1)), axis=1)


def _ranks(places: Places, weights: Floats) -> Floats:
    """The average rank of each record where each counts as often as its weight says."""
    held = _groups(places, weights)
    return np.asarray((held.cumsum(axis=1) - (held - 1) / 2)[:, places], np.float64)


def _correlation(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Pearson's, weighted; NaN where a side does not vary."""
    total = weights.sum(axis=1, keepdims=True)
    x, y = (side - (weights * side).sum(axis=1, keepdims=True) / total for side in (x, y))
    shared, own_x, own_y = ((weights * product).sum(axis=1) for product in (x * y, x * x, y * y))
    return _scaled(shared, own_x, own_y)


def _tau_b(x: Places, y: Places, weights: Floats) -> Floats:
    pairs = _pairs(weights.sum(axis=1, keepdims=True))
    tied_x, tied_y = _pairs(_groups(x, weights)), _pairs(_groups(y, weights))
    both = np.unique(x * (y.max() + 1) + y, return_inverse=True)[1].astype(np.int64)
    tied = _pairs(_groups(both, weights))
    apart = pairs - tied_x - tied_y + tied  # ordered by both sides
    return _scaled(apart - 2 * _discordant(x, y, weights), pairs - tied_x, pairs - tied_y)


def _scaled(shared: Floats, own_x: Floats, own_y: Floats) -> Floats:
    """Divided by one root after the other: the product of two counts of pairs may be larger than a float holds exactly."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = shared / np.sqrt(own_x) / np.sqrt(own_y)
    return np.asarray(np.where((own_x > 0) & (own_y > 0), np.clip(found, -1, 1), np.nan), np.float64)


def _pairs(held: Floats) -> Floats:
    """Pairs within groups of these weights."""
    return np.asarray((held * (held - 1) / 2).sum(axis=1), np.float64)


def _discordant(x: Places, y: Places, weights: Floats) -> Floats:
    """Pairs that the sides order otherwise, counted bit by bit of y.

    In the order of x (and of y where x ties, so that tied pairs never count) a pair is discordant if the first has the greater y. The highest
    bit in which the two differ decides: records are grouped by the bits above it, and each 0 counts the weight of the 1s before it.
    """
    order = np.lexsort((y, x))
    found = np.zeros(len(weights))
    for bit in range(int(y.max()).bit_length()):
        order_here = order[np.argsort(y[order] >> (bit + 1), kind="stable")]
        high, ones = y[order_here] >> (bit + 1), (y[order_here] >> bit) & 1
        held = weights[:, order_here]
        before = np.cumsum(held * ones, axis=1)
        starts = np.flatnonzero(np.diff(high, prepend=-1))
        earlier = np.concatenate([np.zeros((len(weights), 1)), before], axis=1)[:, starts]  # all 1s of the groups before this one
        within = before - np.repeat(earlier, np.diff(starts, append=len(high)), axis=1)
        found += (held * (1 - ones) * within).sum(axis=1)
    return found
