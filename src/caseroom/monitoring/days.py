"""What is kept of a day for one watch: sums by part, small enough to keep for ever and enough for its test. Compares nothing.

Shares keep hits and items; values keep how many, their mean and their squared distances from it; categories keep counts; `ks` keeps a
thinned sample. What is not a number is left out; what is left with too few items is no measurement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from caseroom.errors import MonitorError
from caseroom.monitoring.measured import Counts, Measured, Share, Strata, Values
from caseroom.monitoring.special import Floats
from caseroom.monitoring.watch import Watch

KEPT = 256
"""Values of a day that a `ks` watch keeps of each part: evenly spaced in order, so that the distribution is at most 1/512 off."""
VALUES = 3
"""Numbers that are kept of the values of a part."""
Row = tuple[float, ...]
Day = dict[str, Row]
"""By part."""


def reduced(watch: Watch, day: int, measured: Measured | None) -> Day | None:
    """What this watch keeps of a reading; None if that is no measurement.

    Raises:
        MonitorError: if the test does not suit the reading.
    """
    if measured is None:
        return None
    parts = _counts(watch, measured) if watch.test in ("chi2", "psi") else _parts(watch, measured)
    if not parts or sum(row[0] for row in parts.values()) < watch.fewest:
        return None
    return {f"{name}|{day % 7}": row for name, row in parts.items()} if watch.weekday else parts


def _unsuited(watch: Watch, measured: Measured) -> MonitorError:
    return MonitorError(f"Watch {watch.name!r}: the test {watch.test} does not suit {watch.reads!r}, which is {type(measured).__name__}.")


def _counts(watch: Watch, measured: Measured) -> Day:
    """Items by category; counts that are no numbers, or below 0, are left out."""
    if not isinstance(measured, Counts):
        raise _unsuited(watch, measured)
    counts = {name: float(count) for name, count in measured.by.items()}
    return {name: (count,) for name, count in sorted(counts.items()) if np.isfinite(count) and count > 0}


def _parts(watch: Watch, measured: Measured) -> Day:
    if isinstance(measured, Counts):
        raise _unsuited(watch, measured)
    parts: Mapping[str, Share | Values] = measured.parts if isinstance(measured, Strata) else {"": measured}
    if watch.percentile is not None or watch.test == "ks":
        make = _beyond if watch.percentile is not None else _sample
        if any(isinstance(part, Share) for part in parts.values()):
            raise _unsuited(watch, measured)
    else:
        make = _sums
        expected = {"share": Share, "mean": Values}.get(watch.test)
        if expected is not None and any(not isinstance(part, expected) for part in parts.values()):
            raise _unsuited(watch, measured)
    rows = {name: make(watch, part) for name, part in sorted(parts.items())}
    return {name: row for name, row in rows.items() if row is not None}


def _sums(watch: Watch, part: Share | Values) -> Row | None:
    """Of a share: items, hits. Of values: how many, mean, squared distances."""
    if isinstance(part, Share):
        sound = np.isfinite(part.hits) and np.isfinite(part.of) and part.of > 0 and 0 <= part.hits <= part.of
        return (float(part.of), float(part.hits)) if sound else None
    values = _finite(part)
    return (float(len(values)), float(values.mean()), float(((values - values.mean()) ** 2).sum())) if len(values) else None


def _beyond(watch: Watch, part: Share | Values) -> Row | None:
    """Of a percentile: how many, those above the high border, those below the low one, the percentile itself."""
    assert isinstance(part, Values)
    values = _finite(part)
    if not len(values) or watch.percentile is None:
        return None
    above = 0.0 if watch.high is None else float((values > watch.high).sum())
    below = 0.0 if watch.low is None else float((values < watch.low).sum())
    return float(len(values)), above, below, float(np.percentile(values, watch.percentile))


def _sample(watch: Watch, part: Share | Values) -> Row | None:
    """How many, then at most 256 of them in order."""
    assert isinstance(part, Values)
    values = np.sort(_finite(part))
    if len(values) > KEPT:
        values = values[((np.arange(KEPT) + 0.5) * len(values) / KEPT).astype(np.int64)]
    return (float(np.isfinite(part.values).sum()), *values.tolist()) if len(values) else None


def _finite(part: Values) -> Floats:
    values = np.asarray(part.values, np.float64).ravel()
    return values[np.isfinite(values)]


def block(kept: Mapping[int, Day], days: Sequence[int], names: Sequence[str], width: int) -> Floats:
    """The numbers of some days (0 where nothing was measured), shape (days, names and one more, width).

    The last column is for parts that are not among the names: their items and hits, or their mean, together.
    """
    places = {name: place for place, name in enumerate(names)}
    found = np.zeros((len(days), len(names) + 1, width))
    for index, day in enumerate(days):
        strange = []
        for name, row in kept.get(day, {}).items():
            place = places.get(name)
            if place is None:
                strange.append(row)
            else:
                found[index, place] = row[:width]
        if strange:
            found[index, -1] = together(np.array([row[:width] for row in strange]))
    return found


def together(rows: Floats) -> Floats:
    """Parts as one: of values (how many, mean, squares) the mean and the squares of all, of everything else the sums. Over the second last axis."""
    if rows.shape[-1] != VALUES:
        return np.asarray(rows.sum(axis=-2), np.float64)
    n, mean, squares = rows[..., 0], rows[..., 1], rows[..., 2]
    total = n.sum(axis=-1)
    middle = (n * mean).sum(axis=-1) / np.maximum(total, 1e-300)
    return np.stack([total, middle, (squares + n * (mean - middle[..., None]) ** 2).sum(axis=-1)], axis=-1)
