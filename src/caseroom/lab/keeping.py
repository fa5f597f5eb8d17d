"""Which outputs of a run are kept to be read and rated: some of each kind and group. The choice depends on the record alone, so two designs on the
same data keep the same records, and what a record became never decides whether it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import chain, zip_longest
from typing import TypeVar

from caseroom.pipeline.route import even

T = TypeVar("T")
_SEED = "kept outputs"


def each_stratum(rows: Iterable[T], most: int, stratum: Callable[[T], Hashable], name: Callable[[T], str], seed: str = _SEED) -> list[T]:
    """At most `most` rows of each stratum, in an order that the seed and the row's name alone decide."""
    return [row for rows_of in _strata(rows, stratum, name, seed) for row in rows_of[:most]]


def stratified(rows: Iterable[T], count: int, stratum: Callable[[T], Hashable], name: Callable[[T], str], seed: str) -> list[T]:
    """`count` rows, the strata by turns, so that a small one is seen as well; all of them if there are fewer."""
    turns = zip_longest(*_strata(rows, stratum, name, seed))
    return [row for row in chain.from_iterable(turns) if row is not None][:count]


def _strata(rows: Iterable[T], stratum: Callable[[T], Hashable], name: Callable[[T], str], seed: str) -> Iterator[list[T]]:
    found: dict[Hashable, list[T]] = {}
    for row in sorted(rows, key=lambda row: (even(seed, name(row)), name(row))):
        found.setdefault(stratum(row), []).append(row)
    return (found[key] for key in sorted(found, key=str))
