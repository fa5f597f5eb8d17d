"""Values read from documents, against the values that stand there: precision, recall and F1, per field and over all fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from caseroom.metrics.normal import same
from caseroom.metrics.score import BOOTSTRAP, Bootstrap, Floats, Score, divide, of_sums, sign

Values = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Extraction:
    """How well one field, or all of them, were read."""

    precision: Score
    """Of the values given, those that are right."""
    recall: Score
    """Of the values that stand in the documents, those that were read right."""
    f1: Score
    """Their harmonic mean (van Rijsbergen 1979)."""


def extraction(found: Sequence[Values], expected: Sequence[Values], bootstrap: Bootstrap = BOOTSTRAP) -> Extraction:
    """Over all fields, each value counting once (micro average)."""
    counts = _counts(found, expected)
    return _scored(sum(counts.values(), np.zeros((len(found), 3))), "micro", bootstrap)


def extraction_by_field(found: Sequence[Values], expected: Sequence[Values], bootstrap: Bootstrap = BOOTSTRAP) -> dict[str, Extraction]:
    """Each field alone, in the order of the alphabet."""
    return {field: _scored(counts, field, bootstrap) for field, counts in _counts(found, expected).items()}


def _counts(found: Sequence[Values], expected: Sequence[Values]) -> dict[str, Floats]:
    """For each field a row for each record: values that are right, given, wanted. None and an empty text are no value."""
    pairs = list(zip(found, expected, strict=True))
    fields = sorted({field for pair in pairs for values in pair for field in values})
    return {field: np.array([_count(given.get(field), wanted.get(field)) for given, wanted in pairs], np.float64) for field in fields}


def _count(given: str | None, wanted: str | None) -> tuple[int, int, int]:
    return int(bool(given) and bool(wanted) and same(wanted or "", given or "")), int(bool(given)), int(bool(wanted))


def _scored(counts: Floats, fields: str, bootstrap: Bootstrap) -> Extraction:
    """A record without a value on either side counts in n and changes nothing."""

    def part(name: str, whole: tuple[int, ...]) -> Score:
        """Right values, once for each column of the whole, divided by the whole."""
        signature = sign(name, bootstrap, fields=fields, values="by-value")
        return of_sums(name, counts, lambda sums: divide(len(whole) * sums[:, 0], sums[:, list(whole)].sum(axis=1)), signature, bootstrap)

    return Extraction(part("extraction_precision", (1,)), part("extraction_recall", (2,)), part("extraction_f1", (1, 2)))
