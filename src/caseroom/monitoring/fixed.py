"""A window of days against fixed borders, by chance: a border is broken when the number lies beyond it by more than its sample explains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from caseroom.monitoring.compare import Look
from caseroom.monitoring.days import Day
from caseroom.monitoring.looks import scales
from caseroom.monitoring.special import Floats, log_factorials, t_tail
from caseroom.monitoring.watch import Watch


def range_looks(watch: Watch, kept: Mapping[int, Day], days: Sequence[int]) -> list[Look]:
    """Of each window and each border: a binomial test of a share or a percentile, Student's t of a mean."""
    looks = []
    for size in scales(watch.window):
        rows = [np.array(row) for day in days[-size:] for row in kept.get(day, {}).values()]
        if rows:
            table = np.array(rows)
            looks += [_look(watch, table, size, side) for side in (1, -1) if _border(watch, side) is not None]
    return looks


def _border(watch: Watch, side: int) -> float | None:
    return watch.high if side > 0 else watch.low


def _look(watch: Watch, table: Floats, days: int, side: int) -> Look:
    border = _border(watch, side) or 0.0
    n = table[:, 0]
    if watch.percentile is not None:
        value = float((n * table[:, 3]).sum() / n.sum())
        share = 1 - watch.percentile / 100 if side > 0 else watch.percentile / 100
        p = binomial_tail(table[:, 1 if side > 0 else 2].sum(), n.sum(), share)
    elif table.shape[1] == 2:
        hits = float(table[:, 1].sum())
        value = hits / float(n.sum())
        p = binomial_tail(hits if side > 0 else n.sum() - hits, n.sum(), border if side > 0 else 1 - border)
    else:
        value, p = _mean(table, border, side)
    beyond = side * (value - border) > 0
    return Look(p if beyond else 1.0, value, border, value - border, days, share=watch.percentile is None and table.shape[1] == 2)


def binomial_tail(hits: float, of: float, share: float) -> float:
    """The chance of so many hits or more, if each has this chance (Clopper and Pearson 1934)."""
    n, k = round(of), round(hits)
    if k <= 0 or share >= 1:
        return 1.0
    if share <= 0:
        return 0.0
    table, many = log_factorials(n), np.arange(k, n + 1)
    logs = table[n] - table[many] - table[n - many] + many * math.log(share) + (n - many) * math.log1p(-share)
    return min(1.0, float(np.exp(logs).sum()))


def _mean(table: Floats, border: float, side: int) -> tuple[float, float]:
    """The mean of all values, and the chance of it if the border were the mean; a single value is taken at its word."""
    n = float(table[:, 0].sum())
    mean = float((table[:, 0] * table[:, 1]).sum() / n)
    squares = float((table[:, 2] + table[:, 0] * (table[:, 1] - mean) ** 2).sum())
    if n < 2 or squares <= 0:
        return mean, 0.0
    return mean, t_tail(side * (mean - border) / math.sqrt(squares / (n - 1) / n), n - 1)
