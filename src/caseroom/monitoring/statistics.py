"""Tests of a window against its reference: pure functions of two samples to a statistic, a p-value and an effect. Decide nothing.

All p-values are two-sided unless a `side` says otherwise: "up" is a window above its reference. Sources stand in the docstrings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from caseroom.monitoring.measured import Share, Values
from caseroom.monitoring.special import Floats, chi2_tail, kolmogorov_tail, log_factorials, normal_tail, t_tail

Side = Literal["up", "down", "either"]
EXACT_KS = 10_000
"""Values in the larger sample up to which the KS test counts paths; the same border as scipy's."""
EXACT_SHARES = 50
"""Expected hits and misses in the window below which shares are compared exactly."""
POOLED = 5.0
"""Expected items in a cell below which chi-squared pools the cell with the other small ones (Cochran 1954)."""
SMOOTH = 0.5
"""Added to every category before PSI takes logarithms (Jeffreys' prior), so that an empty one is not infinite."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test says."""

    statistic: float
    p: float
    effect: float
    """How large the difference is: in the units of the reading, or as the test's docstring says."""


NOTHING = Tested(0.0, 1.0, 0.0)
"""There is nothing to compare."""


def both_sides(up: float, down: float, side: Side) -> float:
    """The p-value of a side from the chances of both tails."""
    return min(1.0, {"up": up, "down": down, "either": 2 * min(up, down)}[side])


def ks(window: ArrayLike, reference: ArrayLike, exact: bool | None = None) -> Tested:
    """The two-sample test of Kolmogorov and Smirnov; the effect is D, the largest distance of the two distributions, 0 to 1.

    Exact (paths of a lattice that stay within D, Hodges 1958) up to 10,000 values a side, else by Kolmogorov's limit.
    """
    a, b = (np.sort(np.asarray(side, np.float64)) for side in (window, reference))
    if not len(a) or not len(b):
        return NOTHING
    every = np.concatenate([a, b])
    first, second = (np.searchsorted(side, every, "right") for side in (a, b))
    steps = int(np.abs(first * len(b) - second * len(a)).max())
    d = steps / (len(a) * len(b))
    if exact is None:
        exact = max(len(a), len(b)) <= EXACT_KS
    p = _paths_outside(len(a), len(b), steps) if exact else kolmogorov_tail(d * math.sqrt(len(a) * len(b) / (len(a) + len(b))))
    return Tested(d, p, d)


def _paths_outside(m: int, n: int, steps: int) -> float:
    """The share of lattice paths from (0, 0) to (m, n) on which |i·n - j·m| reaches `steps` somewhere."""
    columns = np.arange(n + 1)
    row, scale = (columns * m < steps).astype(np.float64), 0.0
    for i in range(1, m + 1):
        row[np.abs(i * n - columns * m) >= steps] = 0.0
        row = np.cumsum(row)
        row[np.abs(i * n - columns * m) >= steps] = 0.0
        largest = float(row.max())
        if largest == 0.0:
            return 1.0
        row /= largest
        scale += math.log(largest)
    table = log_factorials(m + n)
    if row[n] <= 0:
        return 1.0
    return min(1.0, max(0.0, 1 - math.exp(math.log(row[n]) + scale - (table[m + n] - table[m] - table[n]))))


def chi2(window: Mapping[str, float], reference: Mapping[str, float]) -> Tested:
    """Pearson's chi-squared of contingency (1900); cells with fewer than 5 expected are pooled. Effect: the share of items that changed category."""
    names = sorted(set(window) | set(reference))
    table = np.array([[side.get(name, 0.0) for name in names] for side in (window, reference)])
    return chi2_of(table[0], table[1])


def chi2_of(window: Floats, reference: Floats) -> Tested:
    """The same of two rows of counts."""
    table = _pooled(np.stack([window, reference]))
    sizes = table.sum(axis=1, keepdims=True)
    if table.shape[1] < 2 or (sizes == 0).any():
        return NOTHING
    expected = sizes * table.sum(axis=0) / sizes.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    shares = table / sizes
    return Tested(statistic, chi2_tail(statistic, table.shape[1] - 1), float(np.abs(shares[0] - shares[1]).sum() / 2))


def _pooled(table: Floats) -> Floats:
    """Without empty columns, and those with few expected in one; if that one is small still, it joins the smallest of the others."""
    columns = table.sum(axis=0)
    table, columns = table[:, columns > 0], columns[columns > 0]
    total = columns.sum()
    if not total:
        return table[:, :0]
    few = columns * table.sum(axis=1).min() / total < POOLED
    if not few.any():
        return table
    kept, rest = table[:, ~few], table[:, few].sum(axis=1, keepdims=True)
    if kept.shape[1] and rest.sum() * table.sum(axis=1).min() / total < POOLED:
        smallest = int(kept.sum(axis=0).argmin())
        kept[:, smallest] += rest[:, 0]
        return kept
    return np.concatenate([kept, rest], axis=1)


def psi(window: Mapping[str, float], reference: Mapping[str, float], smooth: float = SMOOTH) -> Tested:
    """The population stability index (Lewis 1994; Siddiqi 2006): Σ (q - p) ln(q / p), smoothed. Effect: the index itself.

    By custom below 0.1 is stable and above 0.25 is a shift. p: without a change PSI / (1/n + 1/m) is chi-squared with one degree of freedom
    fewer than categories (Yurdakul 2018).
    """
    names = sorted(set(window) | set(reference))
    first, second = (np.array([side.get(name, 0.0) for name in names]) for side in (window, reference))
    return psi_of(first, second, smooth)


def psi_of(window: Floats, reference: Floats, smooth: float = SMOOTH) -> Tested:
    """The same of two rows of counts."""
    n, m = float(window.sum()), float(reference.sum())
    kept = window + reference > 0
    if kept.sum() < 2 or not n or not m:
        return NOTHING
    q, p = ((side[kept] + smooth) / (side[kept] + smooth).sum() for side in (window, reference))
    index = float(((q - p) * np.log(q / p)).sum())
    return Tested(index, chi2_tail(index / (1 / n + 1 / m), float(kept.sum()) - 1), index)


def shares(window: Share, reference: Share, side: Side = "either") -> Tested:
    """Two proportions: Fisher's exact test (1935) where few are expected, else the pooled z. Effect: the difference of the shares."""
    return stratified_shares({"": window}, {"": reference}, side)


def stratified_shares(
    window: Mapping[str, Share], reference: Mapping[str, Share], side: Side = "either", exact: bool | None = None
) -> Tested:
    """Cochran (1954), Mantel and Haenszel (1959): shares in parts, so that another mix of parts alone is no difference.

    Effect: the difference of shares with Mantel-Haenszel weights. Where few hits or misses are expected the p-value is exact, given the
    margins of each part (Mehta, Patel and Gray 1985); else z is corrected for the skew of its distribution (Cornish and Fisher 1938).
    """
    names = sorted(name for name, part in window.items() if part.of > 0 and name in reference and reference[name].of > 0)
    if not names:
        return NOTHING
    h1, n1, h0, n0 = (np.array([getattr(where[name], what) for name in names]) for where in (window, reference) for what in ("hits", "of"))
    z, skew, expected, difference = (float(found) for found in cmh(h1, n1, h0, n0))
    few = min(expected, float(n1.sum()) - expected) < EXACT_SHARES
    if exact if exact is not None else few:
        up, down = exact_tails(h1, n1, h0, n0)
    else:
        up, down = normal_tail(unskewed(z, skew)), normal_tail(unskewed(-z, -skew))
    return Tested(z, both_sides(up, down, side), difference)


def unskewed(z: float, skew: float) -> float:
    """A z as the normal would have it, if its distribution leans to one side: the first term of Cornish and Fisher."""
    return z - skew * (z * z - 1) / 6


def cmh(h1: Floats, n1: Floats, h0: Floats, n0: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Over the last axis (parts): z without continuity correction, its skewness, the hits expected in the window, the weighted difference."""
    n, m = n1 + n0, h1 + h0
    safe = np.maximum(n, 1e-12)
    both = (n1 > 0) & (n0 > 0)
    expected = n1 * m / safe
    variance = np.where(both, n1 * n0 * m * (n - m) / (safe**2 * np.maximum(n - 1, 1)), 0.0)
    third = np.where(n > 2, variance * (n - 2 * m) * (n - 2 * n1) / (safe * np.maximum(n - 2, 1)), 0.0)
    spread = variance.sum(axis=-1)
    z = np.where(both, h1 - expected, 0.0).sum(axis=-1) / np.sqrt(np.maximum(spread, 1e-300))
    weights = np.where(both, n1 * n0 / safe, 0.0)
    gap = h1 / np.maximum(n1, 1e-12) - h0 / np.maximum(n0, 1e-12)
    difference = (weights * gap).sum(axis=-1) / np.maximum(weights.sum(axis=-1), 1e-300)
    skewness = third.sum(axis=-1) / np.maximum(spread, 1e-200) ** 1.5
    return np.where(spread > 0, z, 0.0), np.where(spread > 0, skewness, 0.0), np.where(both, expected, 0.0).sum(axis=-1), difference


def exact_tails(h1: Floats, n1: Floats, h0: Floats, n0: Floats) -> tuple[float, float]:
    """The chances of as many hits in the window or more, and of as many or fewer, given all margins: hypergeometric parts, folded together."""
    table = np.ones(1)
    first = 0
    for hits, of, other, of_other in np.rint(np.stack([h1, n1, h0, n0], axis=-1)).astype(np.int64):
        low, part = _hypergeometric(int(of), int(of_other), int(hits + other))
        first += low
        table = np.convolve(table, part)
    seen = int(np.rint(h1.sum())) - first
    return min(1.0, float(table[seen:].sum())), min(1.0, float(table[: seen + 1].sum()))


def _hypergeometric(n: int, m: int, hits: int) -> tuple[int, Floats]:
    """The least number of hits among n, and the chances of it and of those above, if `hits` lie anyhow in n + m."""
    low, high = max(0, hits - m), min(n, hits)
    k, log = np.arange(low, high + 1), log_factorials(n + m)
    choose = log[hits] - log[k] - log[hits - k] + log[n + m - hits] - log[n - k] - log[m - hits + k]
    return low, np.exp(choose - (log[n + m] - log[n] - log[m]))


def means(window: ArrayLike, reference: ArrayLike, side: Side = "either") -> Tested:
    """Welch's t (1947): means of two samples of unequal spread. Effect: the difference of the means."""
    return stratified_means({"": Values(np.asarray(window, np.float64))}, {"": Values(np.asarray(reference, np.float64))}, side)


def stratified_means(window: Mapping[str, Values], reference: Mapping[str, Values], side: Side = "either") -> Tested:
    """Means in parts, directly standardised to one mix, with Welch's and Satterthwaite's degrees of freedom (Welch 1947; Satterthwaite 1946).

    Each part weighs n·m / (n + m), as in Mantel and Haenszel: with a long reference that is the mix of the window. Effect: the weighted
    difference of the means.
    """
    names = sorted(name for name, part in window.items() if len(part.values) > 1 and name in reference and len(reference[name].values) > 1)
    if not names:
        return NOTHING
    rows = [
        (len(values), values.mean(), values.var(ddof=1) / len(values), len(values) - 1)
        for where in (window, reference)
        for values in (where[name].values for name in names)
    ]
    n, mean, squared, df = (np.array(column, np.float64).reshape(2, len(names)) for column in zip(*rows, strict=True))
    difference, error, freedom = standardised(n, mean, squared, df)
    if error <= 0:
        return Tested(0.0, 1.0 if difference == 0 else 0.0, float(difference))
    t = float(difference / error)
    return Tested(t, both_sides(t_tail(t, float(freedom)), t_tail(-t, float(freedom)), side), float(difference))


def standardised(n: Floats, mean: Floats, squared: Floats, df: Floats) -> tuple[Floats, Floats, Floats]:
    """Of arrays whose first axis is window and reference and whose last is parts: difference, its standard error, degrees of freedom."""
    weights = n[0] * n[1] / np.maximum(n[0] + n[1], 1e-12)
    weights = weights / np.maximum(weights.sum(axis=-1, keepdims=True), 1e-300)
    difference = (weights * (mean[0] - mean[1])).sum(axis=-1)
    parts = weights**2 * squared
    variance = parts.sum(axis=(0, -1))
    lost = (parts**2 / np.maximum(df, 1e-12)).sum(axis=(0, -1))
    return difference, np.sqrt(variance), variance**2 / np.maximum(lost, 1e-300)
