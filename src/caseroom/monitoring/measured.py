"""What was measured of one day, in the form that a test needs. Plain data, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many: errors, abstentions, right ones in a graded sample."""

    hits: float
    of: float


@dataclass(frozen=True, slots=True)
class Values:
    """A sample of a number: latencies, lengths, distances."""

    values: Floats


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each category."""

    by: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Strata:
    """The same measure in parts (kinds of items, groups), so that a changed mix alone is no change of the measure."""

    parts: Mapping[str, Share | Values]


Measured = Share | Values | Counts | Strata
