"""Does a metric order outputs as people do? Spearman's rho and Kendall's tau-b, with ties, each with an interval.

Both are written for weighted records, so that a resample is only other weights: nothing is sorted again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from caseroom.metrics.score import BOOTSTRAP, Bootstrap, Floats, Score, column, of_weights, sign, unscored

FEWEST = 10
"""Records below which a correlation is not told, as with agreement: its interval would span nearly everything."""
FEWEST_DRAWN = 30
"""Records below which a bootstrap's interval would be too narrow, at worst a point: the normal one of Fisher's z stands in its place."""
Places = NDArray[np.int64]


def spearman(
    a: Sequence[float | None] | Floats, b: Sequence[float | None] | Floats, name: str = "spearman", bootstrap: Bootstrap = BOOTSTRAP
) -> Score:
    """Spearman's rho (1904): the correlation of ranks, ties at their average rank. None with too few records or a constant side."""

    def rho(x: Places, y: Places, weights: Floats) -> Floats:
        """Of records at these places in order."""
        return _correlation(_ranks(x, weights), _ranks(y, weights), weights)

    return _correlated(
        rho, a, b, name, sign("spearman", bootstrap, ties="average"), bootstrap, lambda rho, n: ((1 + rho * rho / 2) / (n - 3)) ** 0.5
    )


def kendall(
    a: Sequence[float | None] | Floats, b: Sequence[float | None] | Floats, name: str = "kendall", bootstrap: Bootstrap = BOOTSTRAP
) -> Score:
    """Kendall's tau-b (1945): pairs ordered alike less pairs ordered otherwise, corrected for ties."""
    return _correlated(_tau_b, a, b, name, sign("kendall", bootstrap, ties="b"), bootstrap, lambda tau, n: (0.437 / (n - 4)) ** 0.5)


def _correlated(
    measure: Callable[[Places, Places, Floats], Floats],
    a: Sequence[float | None] | Floats,
    b: Sequence[float | None] | Floats,
    name: str,
    signature: str,
    bootstrap: Bootstrap,
    error: Callable[[float, int], float],
) -> Score:
    """A measure of two sides, by their places in order, over the records that have both; `error` is the standard error of its z."""
    first, second = column(a), column(b)
    both = ~np.isnan(first) & ~np.isnan(second)
    x, y = (np.unique(side[both], return_inverse=True)[1].astype(np.int64) for side in (first, second))
    if len(x) < FEWEST or x.max() == 0 or y.max() == 0:
        return unscored(name, len(x), signature)
    found = of_weights(name, len(x), lambda weights: measure(x, y, weights), signature, bootstrap)
    return _by_z(found, error) if len(x) < FEWEST_DRAWN else found


def _by_z(found: Score, error: Callable[[float, int], float]) -> Score:
    """With the normal interval of Fisher's z: Bonett & Wright (2000) for rho, Fieller, Hartley & Pearson (1957) for tau."""
    if found.value is None:
        return found
    z, half = np.arctanh(np.clip(found.value, -0.999999, 0.999999)), 1.959963984540054 * error(found.value, found.n)
    low, high = (float(np.tanh(z + side * half)) for side in (-1, 1))
    return replace(found, low=min(low, found.value), high=max(high, found.value), signature=f"{found.signature}|interval:fisher-z")


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
