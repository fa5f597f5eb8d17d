"""The tail probabilities that the tests need, in plain Python and numpy: normal, Student's t, chi-squared, Kolmogorov. Knows no watches.

scipy is the yardstick in the tests (tests/golden/test_detectors.py) and is not needed to run.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_TINY, _CLOSE, _STEPS = 1e-300, 1e-16, 10_000
_STANDARD = NormalDist()


def normal_tail(z: float) -> float:
    """The chance of a standard normal above z."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def normal_cut(p: float) -> float:
    """The z that a standard normal passes with chance p; the inverse of `normal_tail`."""
    return -_STANDARD.inv_cdf(min(max(p, _TINY), 1 - 1e-16))


def chi2_tail(x: float, df: float) -> float:
    """The chance of a chi-squared of `df` degrees of freedom above x: the upper regularised gamma function (Abramowitz and Stegun 6.5)."""
    if x <= 0:
        return 1.0
    a, half = df / 2, x / 2
    front = math.exp(-half + a * math.log(half) - math.lgamma(a))
    return 1 - front * _gamma_series(a, half) if half < a + 1 else front * _gamma_fraction(a, half)


def _gamma_series(a: float, x: float) -> float:
    """The lower part by its power series."""
    term = total = 1 / a
    for step in range(1, _STEPS):
        term *= x / (a + step)
        total += term
        if term < total * _CLOSE:
            break
    return total


def _gamma_fraction(a: float, x: float) -> float:
    """The upper part by its continued fraction, evaluated by Lentz's rule."""
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    total = d
    for step in range(1, _STEPS):
        by = -step * (step - a)
        b += 2
        d = 1 / (by * d + b or _TINY)
        c = b + by / c or _TINY
        total *= d * c
        if abs(d * c - 1) < _CLOSE * 10:
            break
    return total


def t_tail(t: float, df: float) -> float:
    """The chance of Student's t of `df` degrees of freedom above t; the normal where df is not finite, its limit of a half where df is 0."""
    if t == 0 or df <= 0:
        return 0.5
    if not math.isfinite(df):
        return normal_tail(t)
    tail = 0.5 * _beta(df / 2, 0.5, df / (df + t * t))
    return tail if t >= 0 else 1 - tail


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function (Abramowitz and Stegun 26.5.8)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, 1 - x) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Its continued fraction, evaluated by Lentz's rule."""
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or _TINY)
    total = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for by in (even, odd):
            d = 1 / (1 + by * d or _TINY)
            c = 1 + by / c or _TINY
            total *= d * c
        if abs(d * c - 1) < _CLOSE * 10:
            break
    return total


def kolmogorov_tail(x: float) -> float:
    """The limit of the chance that √n·D is above x (Kolmogorov 1933; for small x Jacobi's form of the same series)."""
    if x <= 0.04:
        return 1.0
    if x < 1:
        odd = np.arange(1, 40, 2)
        return 1 - math.sqrt(2 * math.pi) / x * float(np.exp(-(odd**2) * math.pi**2 / (8 * x * x)).sum())
    step = np.arange(1, 40)
    return min(1.0, 2 * float(((-1.0) ** (step - 1) * np.exp(-2 * step**2 * x * x)).sum()))


@lru_cache(maxsize=8)
def _log_factorials(size: int) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, size + 1)))])


def log_factorials(largest: int) -> Floats:
    """log k! for k of 0 to at least `largest`; tables grow by doubling and are remembered."""
    return _log_factorials(1 << max(10, int(largest).bit_length()))
