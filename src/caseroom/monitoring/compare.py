"""A window of days against a reference of days: one watch's test on what was kept. Decides nothing about alarms and keeps nothing.

Days that differ by more than their samples explain (an over-dispersed reference) make the test milder: the variance is multiplied by how much
the reference's own days stand out from each other (Finney's heterogeneity factor), as far as that is more than one standard error above 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from caseroom.monitoring.days import VALUES, Day, Row, block, together
from caseroom.monitoring.looks import scales
from caseroom.monitoring.special import Floats, chi2_tail, kolmogorov_tail, normal_cut, normal_tail, t_tail
from caseroom.monitoring.statistics import EXACT_SHARES, both_sides, chi2_of, cmh, exact_tails, psi_of, standardised, unskewed
from caseroom.monitoring.watch import Watch

KNOWN = {2: 5.0, VALUES: 2.0}
"""Items (or values) of a part in the reference from which it is compared with itself; a rarer or new part is compared with the reference as a
whole."""
SPREAD = 8.0
"""Degrees of freedom from which a part's own variance is used; below, that of all parts of the reference."""
WORTHWHILE = 2.0
"""The z from which an exact p-value is worked out: below it no watch could alarm."""
KS_MEAN = math.pi**2 / 12
"""The mean of n·D² without a change, in the limit."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at one window found."""

    p: float
    value: float | None
    expected: float | None
    effect: float
    """The difference, signed where it has a direction."""
    days: int
    """Of the window."""
    part: str = ""
    share: bool = False
    """Whether the values are shares, to be told in percent."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A reference, made ready."""

    names: tuple[str, ...]
    """The parts that are compared with themselves."""
    sums: Floats
    """Of each of them, and of everything together: what the test needs."""
    dispersion: float
    """By how much its days differ beyond their samples; at least 1."""
    days: int


def width(watch: Watch) -> int:
    """Numbers that are kept of a part."""
    return {"chi2": 1, "psi": 1, "share": 2, "mean": VALUES}.get(watch.test, 2)


def dispersion(squares: Floats) -> float:
    """The heterogeneity factor of standardised squares that are 1 on average without it."""
    return max(1.0, float(squares.mean()) - math.sqrt(2 / len(squares))) if len(squares) else 1.0


# Shares


def share_baseline(kept: Mapping[int, Day], days: Sequence[int]) -> Baseline:
    """Of shares in parts."""
    names, found = _known(kept, days, 2)
    total = np.concatenate([found[:, :-1].sum(axis=0), found.sum(axis=(0, 1))[None]])
    rest = total - found
    z, *_ = cmh(found[..., 1], found[..., 0], np.where(rest[..., 0] > 0, rest[..., 1], 0.0), np.maximum(rest[..., 0], 0.0))
    return Baseline(names, total, dispersion(z**2), len(days))


def share_looks(watch: Watch, found: Floats, base: Baseline) -> list[Look]:
    """Of each window: Cochran, Mantel and Haenszel."""
    sizes, pooled = _windows(watch, found)
    n1, h1 = pooled[..., 0], pooled[..., 1]
    n0, h0 = base.sums[:, 0], base.sums[:, 1]
    z, skew, expected, difference = cmh(h1, n1, h0, n0)
    rate = (n1 * h0 / np.maximum(n0, 1e-12) * (n0 > 0)).sum(axis=-1) / np.maximum((n1 * (n0 > 0)).sum(axis=-1), 1e-12)
    looks = []
    for i, days in enumerate(sizes):
        up, down = normal_tail(unskewed(z[i], skew[i])), normal_tail(unskewed(-z[i], -skew[i]))
        if abs(z[i]) > WORTHWHILE and min(expected[i], n1[i].sum() - expected[i]) < EXACT_SHARES:
            up, down = exact_tails(h1[i], n1[i], h0, n0)
        up, down = (_milder(tail, base.dispersion) for tail in (up, down))
        looks.append(
            Look(both_sides(up, down, watch.worse), float(rate[i] + difference[i]), float(rate[i]), float(difference[i]), days, share=True)
        )
    return looks


def _milder(p: float, factor: float) -> float:
    """A tail with its variance multiplied."""
    return p if factor == 1.0 or p >= 0.5 else normal_tail(normal_cut(p) / math.sqrt(factor))


# Means


def mean_baseline(kept: Mapping[int, Day], days: Sequence[int]) -> Baseline:
    """Of values in parts: how many, mean, variance, degrees of freedom of it."""
    names, found = _known(kept, days, VALUES)
    columns = np.concatenate([found[:, :-1], together(found)[:, None]], axis=1)
    sums = _moments(columns)
    each = np.stack([found[..., 0], found[..., 1], found[..., 2], np.maximum(found[..., 0] - 1, 0)], axis=-1)
    left = _without(sums, np.stack([columns[..., 0], columns[..., 1], columns[..., 2], np.maximum(columns[..., 0] - 1, 0)], axis=-1))
    difference, error, _ = _compared(each, left, _spread(columns))
    z = difference[error > 0] / error[error > 0]
    return Baseline(names, np.concatenate([sums, np.full((len(sums), 1), _spread(columns))], axis=1), dispersion(z**2), len(days))


def _moments(found: Floats) -> Floats:
    """Of days x parts x (n, mean, squares) over the days: n, mean, squares within days, degrees of freedom."""
    n = found[..., 0].sum(axis=-2)
    mean = (found[..., 0] * found[..., 1]).sum(axis=-2) / np.maximum(n, 1e-300)
    days = (found[..., 0] > 0).sum(axis=-2)
    return np.stack([n, mean, found[..., 2].sum(axis=-2), n - days], axis=-1)


def _without(sums: Floats, day: Floats) -> Floats:
    """The moments of all days but one, for each day."""
    n = np.maximum(sums[:, 0] - day[..., 0], 0.0)
    mean = (sums[:, 0] * sums[:, 1] - day[..., 0] * day[..., 1]) / np.maximum(n, 1e-300)
    return np.stack(
        [n, np.where(n > 0, mean, 0.0), np.maximum(sums[:, 2] - day[..., 2], 0.0), np.maximum(sums[:, 3] - day[..., 3], 0.0)], axis=-1
    )


def _spread(columns: Floats) -> float:
    """The variance of one value in any part: within days, or with one value a day between the days."""
    parts = columns[:, :-1]
    n, _, within, df = np.moveaxis(_moments(parts), -1, 0)
    if df.sum() >= SPREAD:
        return float(within.sum() / df.sum())
    mean = (parts[..., 0] * parts[..., 1]).sum(axis=0) / np.maximum(n, 1e-300)
    squares = (parts[..., 2] + parts[..., 0] * (parts[..., 1] - mean) ** 2).sum()
    return float(squares / max(n.sum() - (n > 0).sum(), 1.0))


def _compared(window: Floats, reference: Floats, spread: float) -> tuple[Floats, Floats, Floats]:
    """Difference, standard error and degrees of freedom of moments."""
    sides = np.stack(np.broadcast_arrays(window, reference))
    n, mean, squares, df = np.moveaxis(sides, -1, 0)
    both = (n[0] > 0) & (n[1] > 0)
    own = df >= SPREAD
    variance = np.where(own, squares / np.maximum(df, 1e-12), spread)
    safe = np.where(both, n, 0.0)
    squared = np.where(both, variance / np.maximum(n, 1e-12), 0.0)
    difference, error, freedom = standardised(
        safe, mean, squared, np.where(own, df, np.maximum(reference[..., 0].sum(axis=-1, keepdims=True) - 1, 1))
    )
    size = np.abs(mean).max(axis=(0, -1))
    return np.where(np.abs(difference) <= 1e-12 * size, 0.0, difference), error, freedom


def mean_looks(watch: Watch, found: Floats, base: Baseline) -> list[Look]:
    """Of each window: Welch's t, standardised to the mix of the window."""
    sizes = [min(days, len(found)) for days in scales(watch.window)]
    spread = float(base.sums[0, 4])
    window = np.stack([_moments(found[-days:]) for days in sizes])
    reference = base.sums[:, :4]
    difference, error, freedom = _compared(window, reference, spread)
    weights = window[..., 0] * (reference[:, 0] > 0)
    expected = (weights * reference[:, 1]).sum(axis=-1) / np.maximum(weights.sum(axis=-1), 1e-300)
    error = error * math.sqrt(base.dispersion)
    looks = []
    for i, days in enumerate(sizes):
        gap = float(difference[i])
        if error[i] <= 1e-12 * abs(gap):
            up, down = (float(sign * gap <= 0) for sign in (1, -1))
        else:
            up = t_tail(gap / float(error[i]), float(freedom[i]))
            down = 1 - up if gap < 0 else t_tail(-gap / float(error[i]), float(freedom[i]))
        looks.append(Look(both_sides(up, down, watch.worse), float(expected[i]) + gap, float(expected[i]), gap, days))
    return looks


# Categories


def count_baseline(kept: Mapping[int, Day], days: Sequence[int], watch: Watch) -> Baseline:
    """Of counts by category."""
    names = tuple(sorted({name for day in days for name in kept[day]}))
    found = block(kept, days, names, 1)[..., 0]
    total = found.sum(axis=0)  # the last one, of categories that the reference has not, is 0
    squares = [square for row in found if (square := _count_square(watch, row, total - row)) is not None]
    return Baseline(names, total, dispersion(np.array(squares)), len(days))


def _count_square(watch: Watch, row: Floats, rest: Floats) -> float | None:
    """A day's statistic by its degrees of freedom."""
    free = float(((row + rest) > 0).sum() - 1)
    if free < 1 or not row.sum() or not rest.sum():
        return None
    if watch.test == "chi2":
        tested = chi2_of(row, rest)
        return tested.statistic / free
    return float(psi_of(row, rest).statistic / (1 / row.sum() + 1 / rest.sum()) / free)


def count_looks(watch: Watch, found: Floats, base: Baseline) -> list[Look]:
    """Of each window: chi-squared, or PSI."""
    sizes, pooled = _windows(watch, found)
    looks = []
    for i, days in enumerate(sizes):
        row = pooled[i, :, 0]
        tested = (chi2_of if watch.test == "chi2" else psi_of)(row, base.sums)
        p = tested.p
        if base.dispersion > 1 and p < 0.5:
            p = _milder_square(watch, row, base, tested.statistic)
        looks.append(Look(p, tested.effect, 0.0, tested.effect, days))
    return looks


def _milder_square(watch: Watch, row: Floats, base: Baseline, statistic: float) -> float:
    free = float(((row + base.sums) > 0).sum() - 1)
    if watch.test == "psi":
        statistic /= 1 / row.sum() + 1 / base.sums.sum()
    return chi2_tail(statistic / base.dispersion, free)


# Distributions


def ks_baseline(kept: Mapping[int, Day], days: Sequence[int], part: str) -> Baseline:
    """Of one part's values: the sample in order, each value with its weight."""
    rows = [kept[day][part] for day in days if part in kept[day]]
    squares = []
    for place, row in enumerate(rows):
        others = rows[:place] + rows[place + 1 :]
        if others:
            d, n = _distance(_weighted([row]), _weighted(others))
            squares.append(n * d * d / KS_MEAN)
    return Baseline((part,), _weighted(rows), dispersion(np.array(squares)), len(days))


def _weighted(rows: Sequence[Row]) -> Floats:
    """Values in order and how many each stands for, shape (2, values)."""
    values = np.concatenate([np.array(row[1:]) for row in rows]) if rows else np.empty(0)
    weights = np.concatenate([np.full(len(row) - 1, row[0] / (len(row) - 1)) for row in rows]) if rows else np.empty(0)
    order = np.argsort(values, kind="stable")
    return np.stack([values[order], weights[order]])


def _distance(a: Floats, b: Floats) -> tuple[float, float]:
    """D, and the size that its chance goes by."""
    every = np.concatenate([a[0], b[0]])
    first, second = (np.concatenate([[0.0], np.cumsum(s[1])])[np.searchsorted(s[0], every, "right")] / s[1].sum() for s in (a, b))
    n, m = a[1].sum(), b[1].sum()
    return float(np.abs(first - second).max()), float(n * m / (n + m))


def ks_looks(watch: Watch, kept: Mapping[int, Day], days: Sequence[int], base: Baseline, part: str) -> list[Look]:
    """Of each window: Kolmogorov and Smirnov by the limit; value and expected are the means."""
    looks = []
    for size in scales(watch.window):
        rows = [kept[day][part] for day in days[-size:] if part in kept.get(day, {})]
        if not rows or not base.sums.shape[1]:
            continue
        window = _weighted(rows)
        d, n = _distance(window, base.sums)
        value, expected = (float(np.average(side[0], weights=side[1])) for side in (window, base.sums))
        looks.append(Look(kolmogorov_tail(d * math.sqrt(n / base.dispersion)), value, expected, d, size))
    return looks


# What they share


def _known(kept: Mapping[int, Day], days: Sequence[int], width: int) -> tuple[tuple[str, ...], Floats]:
    """The parts with enough items in the reference, and its block; the last column holds the other parts."""
    seen: dict[str, float] = {}
    for day in days:
        for name, row in kept[day].items():
            seen[name] = seen.get(name, 0.0) + row[0]
    names = tuple(sorted(name for name, n in seen.items() if n >= KNOWN[width]))
    return names, block(kept, days, names, width)


def _windows(watch: Watch, found: Floats) -> tuple[list[int], Floats]:
    """Sums over the last days, shape (windows, parts, width)."""
    sizes = [min(days, len(found)) for days in scales(watch.window)]
    back = np.cumsum(found[::-1], axis=0)
    return sizes, back[[days - 1 for days in sizes]]
