"""A number with its interval and its signature, and the bootstrap behind the interval. Never re-reads a text.

A metric first makes one row of sufficient statistics for each record (matches and totals; a value and a 1). A resample is a count of how
often each row was drawn, so its score comes from weighted sums (Efron & Tibshirani 1993; Koehn 2004 for corpus BLEU). Draws are made in
blocks of bounded size, and the same seed draws the same rows for every metric over the same records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
_DRAWS_IN_BLOCK = 1_000_000
FEWEST_TOLD = 8
"""Records below which no verdict is given, no difference is told from chance and a bootstrap gives no interval: resamples of so few are too alike."""


@dataclass(frozen=True, slots=True)
class Score:
    """A metric's value over some records."""

    name: str
    """A name of the registry, or of a comparison such as spearman."""
    value: float | None
    """None: there was nothing to score."""
    low: float | None
    """The lower end of the interval; None where the records are too few for one."""
    high: float | None
    """The upper end of the interval."""
    n: int
    """Records that were scored."""
    signature: str
    """What was measured, with which settings and versions: two values compare only where their signatures are equal."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """The percentile bootstrap over records."""

    resamples: int = 1000
    seed: int = 12345
    level: float = 0.95

    def interval(self, drawn: Floats) -> tuple[float, float] | tuple[None, None]:
        """The middle `level` of the resampled values; those that are not defined are left out."""
        defined = drawn[np.isfinite(drawn)]
        if not defined.size:
            return None, None
        low, high = np.quantile(defined, [(1 - self.level) / 2, (1 + self.level) / 2])
        return float(low), float(high)

    def counts(self, n: int) -> Iterator[Floats]:
        """How often each of n rows is drawn, in blocks of shape (resamples, n): a multinomial draw, made by counting uniform ones."""
        chance = np.random.default_rng(self.seed)
        block = max(1, _DRAWS_IN_BLOCK // n)
        for first in range(0, self.resamples, block):
            rows = min(block, self.resamples - first)
            drawn = chance.integers(n, size=(rows, n)) + np.arange(rows)[:, None] * n
            yield np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n).astype(np.float64)

    def __str__(self) -> str:
        """The part of a signature that names the interval."""
        return f"boot:{self.resamples}/{self.seed}"


BOOTSTRAP = Bootstrap()


def sign(head: str, bootstrap: Bootstrap, **settings: object) -> str:
    """A signature in the manner of sacrebleu: `BLEU|nrefs:1|case:mixed|…|boot:1000/12345`."""
    return "|".join([head, *(f"{key}:{value}" for key, value in settings.items()), str(bootstrap)])


def column(values: Sequence[float | None] | ArrayLike) -> Floats:
    """Values as floats; an unscored one becomes NaN, which stays inside this room."""
    return np.asarray(values, dtype=np.float64)


def of_weights(name: str, n: int, value: Callable[[Floats], Floats], signature: str, bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The score of n records where `value` makes, of weights of shape (m, n), m values (NaN where not defined)."""
    if n:
        whole = float(value(np.ones((1, n)))[0])
        if np.isfinite(whole):
            drawn = np.concatenate([value(weights) for weights in bootstrap.counts(n)]) if n >= FEWEST_TOLD else np.zeros(0)
            low, high = bootstrap.interval(drawn)
            return Score(name, whole, low, high, n, signature)
    return unscored(name, n, signature)


def of_sums(name: str, rows: ArrayLike, value: Callable[[Floats], Floats], signature: str, bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The score of records with k statistics each, where `value` makes m values of m rows of k sums."""
    table = np.asarray(rows, np.float64)
    return of_weights(name, len(table), lambda weights: value(weights @ table), signature, bootstrap)


def few(score: Score) -> bool:
    """Whether there is a number, and of too few records to say anything by it."""
    return score.value is not None and score.n < FEWEST_TOLD


def tells(difference: Score) -> bool:
    """Whether a difference can be told from chance: its interval excludes zero, and there are records enough."""
    low, high = difference.low, difference.high
    return difference.n >= FEWEST_TOLD and low is not None and high is not None and not low <= 0 <= high


def unscored(name: str, n: int, signature: str) -> Score:
    """Nothing to score: not 0, and not NaN."""
    return Score(name, None, None, None, n, signature)


def divide(parts: Floats, wholes: Floats) -> Floats:
    """Parts of wholes, NaN where there is no whole."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(wholes > 0, parts / wholes, np.nan), np.float64)


def ratio(
    name: str, parts: Sequence[float] | Floats, wholes: Sequence[float] | Floats, signature: str, bootstrap: Bootstrap = BOOTSTRAP
) -> Score:
    """A ratio of sums over records; records whose whole is nothing do not count."""
    table = np.stack([column(parts), column(wholes)], axis=1)
    return of_sums(name, table[table[:, 1] > 0], lambda sums: divide(sums[:, 0], sums[:, 1]), signature, bootstrap)


def mean(name: str, values: Sequence[float | None] | Floats, signature: str, bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The mean of the records that are scored."""
    scored = column(values)
    scored = scored[~np.isnan(scored)]
    return ratio(name, scored, np.ones_like(scored), signature, bootstrap)


def proportion(name: str, hits: int, n: int, signature: str) -> Score:
    """A share of a few trials with the score interval of Wilson (1927): a bootstrap of none or all would have no width."""
    signature = f"{signature}|interval:wilson"
    if not n:
        return unscored(name, n, signature)
    share, z = hits / n, 1.959963984540054
    middle, half = share + z * z / (2 * n), z * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    low, high = ((middle + side * half) / (1 + z * z / n) for side in (-1, 1))
    return Score(name, share, max(0.0, low) if hits else 0.0, min(1.0, high) if hits < n else 1.0, n, signature)


def share(name: str, values: Sequence[float | None] | Floats, signature: str, bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The share of the scored records that are 1 and not 0: their mean, with Wilson's interval where it is all or none, or they are few."""
    found = mean(name, values, signature, bootstrap)
    if found.value is not None and 0 <= found.value <= 1 and (found.value in (0.0, 1.0) or few(found)):
        return proportion(name, round(found.value * found.n), found.n, signature)
    return found


def share_of_sums(
    name: str, parts: Sequence[float] | Floats, wholes: Sequence[float] | Floats, signature: str, bootstrap: Bootstrap = BOOTSTRAP
) -> Score:
    """A ratio of parts that are no more than their wholes: of all or none Wilson's interval, one trial a record, since a record's parts stand or fall together."""
    found = ratio(name, parts, wholes, signature, bootstrap)
    return proportion(name, round(found.value * found.n), found.n, signature) if found.value in (0.0, 1.0) else found


def paired_difference(
    a: Sequence[float | None] | Floats,
    b: Sequence[float | None] | Floats,
    name: str = "difference",
    bootstrap: Bootstrap = BOOTSTRAP,
) -> Score:
    """The mean of a minus b over the records that both scored. The two are measures of the same records, in the same order."""
    first, second = column(a), column(b)
    if first.shape != second.shape:
        raise ValueError(f"a paired difference needs the same records: {len(first)} and {len(second)} are given")
    return mean(name, first - second, sign(name, bootstrap, pairs="both-scored"), bootstrap)


def percentile(name: str, values: Sequence[float | None] | Floats, share: float, signature: str, bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The value below which a share of the records lies, between two records by straight line (type 7 of Hyndman & Fan 1996).

    No row is drawn for its interval: the k-th smallest of n uniform draws is a beta variable, and so is the step to the next one.
    """
    scored = column(values)
    scored = np.sort(scored[~np.isnan(scored)])
    n = len(scored)
    if not n:
        return unscored(name, n, signature)
    whole, part = divmod((n - 1) * share, 1)
    k, chance = int(whole) + 1, np.random.default_rng(bootstrap.seed)
    here = chance.beta(k, n + 1 - k, bootstrap.resamples)
    there = here + (1 - here) * chance.beta(1, n - k, bootstrap.resamples) if k < n else here
    lower, upper = (scored[np.minimum((place * n).astype(np.int64), n - 1)] for place in (here, there))
    low, high = bootstrap.interval(lower + part * (upper - lower)) if n >= FEWEST_TOLD else (None, None)
    return Score(name, float(np.quantile(scored, share)), low, high, n, signature)
