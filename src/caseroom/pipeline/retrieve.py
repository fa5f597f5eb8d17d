"""The second stage: for each query the passages that a prompt may be given, best first.

What a query may not see is taken out before anything is ranked: the candidates are filtered, never the results, so a forbidden passage
can neither be shown nor push a permitted one out of the first places.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from caseroom.errors import DataError
from caseroom.language.encoder import Vectors
from caseroom.pipeline.documents import EVERYONE, Chunk
from caseroom.pipeline.index import Index, Mask, Snapshot
from caseroom.pipeline.keyword import terms

Method = Literal["none", "keyword", "dense", "hybrid"]
DEPTH = 100
"""So many of each part's best are fused."""
K = 10
"""The constant of reciprocal rank fusion (Cormack, Clarke & Büttcher 2009). They had 60; the smaller it is, the more a first place counts.
Chosen on the tuning half of `evals/retrieval.py`, where weighting one part more than the other gained nothing."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked, and for whom."""

    text: str
    roles: frozenset[str] = frozenset({EVERYONE})
    """The roles of who asks; what is for everyone is theirs in any case."""
    topic: str | None = None
    """The topic that the question was sorted under, if it was."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found."""

    chunk: Chunk
    score: float
    """By the method: BM25, cosine, or the fused score. Scores of different methods do not compare."""
    rank: int
    """From 1."""
    by: tuple[tuple[str, float], ...]
    """What each part gave it, of the parts that ranked it: (("keyword", 7.1), ("dense", 0.62))."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How to search. What is False is not done: a design that forgot permissions shows everybody everything."""

    method: Method = "hybrid"
    top_k: int = 5
    current_only: bool = False
    """Leave out what is superseded or withdrawn."""
    permissions: bool = False
    """Leave out what the query's roles may not read."""
    by_topic: bool = False
    """Search only chunks of the query's topic, if it has one."""
    weights: tuple[float, float] = (1.0, 1.0)
    """What the keyword part and the dense part of a hybrid search count."""


def retrieve(index: Index, queries: Sequence[Query], how: Retrieval) -> list[list[Passage]]:
    """The passages for each query, best first, at most `top_k`; ties are broken by the documents' ids, in a fusion
    by keyword before dense.

    All queries are encoded in one batch. By keyword, a chunk without a word of the query is not found at all; method "none" finds nothing.

    Raises:
        DataError: a dense or hybrid search on an index without vectors.
    """
    if how.method == "none" or not queries:
        return [[] for _ in queries]
    made = index.snapshot()
    vectors = None if how.method == "keyword" else _encoded(index, queries)
    return [_search(made, query, None if vectors is None else vectors[row], how) for row, query in enumerate(queries)]


def _encoded(index: Index, queries: Sequence[Query]) -> Vectors:
    if index.encoder is None:
        raise DataError(["This index has no vectors. Search it by keyword, or build it with an encoder."])
    return index.encoder.encode([query.text for query in queries])


def _search(made: Snapshot, query: Query, vector: NDArray[np.float32] | None, how: Retrieval) -> list[Passage]:
    mask = made.candidates(
        roles=query.roles if how.permissions else None, topic=query.topic if how.by_topic else None, current_only=how.current_only
    )
    depth = max(how.top_k, DEPTH) if how.method == "hybrid" else how.top_k
    ranked: dict[str, dict[int, float]] = {}
    if how.method != "dense":
        scores = made.keyword.scores(terms(query.text))
        ranked["keyword"] = _best(scores, mask & (scores > 0), depth)
    if vector is not None and made.vectors is not None:
        ranked["dense"] = _best(made.vectors @ vector, mask, depth)
    fused = fuse(ranked.values(), weights=how.weights) if how.method == "hybrid" else ranked[how.method]
    return [
        Passage(made.chunks[row], fused[row], rank, tuple((part, rows[row]) for part, rows in ranked.items() if row in rows))
        for rank, row in enumerate(list(fused)[: how.top_k], 1)
    ]


def _best(scores: NDArray[np.float32], mask: Mask, depth: int) -> dict[int, float]:
    """The best rows of a mask with their scores, best first; rounded, so that no machine's last bit decides an order."""
    rows = np.flatnonzero(mask)
    rounded = np.round(scores[rows].astype(np.float64), 5)
    order = np.argsort(-rounded, kind="stable")[:depth]
    return {int(rows[place]): float(rounded[place]) for place in order}


def fuse(lists: Iterable[Iterable[int]], k: int = K, weights: Iterable[float] = ()) -> dict[int, float]:
    """Reciprocal rank fusion: for each row the sum of weight / (k + rank) over the lists that hold it; best first, ties to the first list. A list
    without a weight counts once."""
    fused: dict[int, float] = {}
    for rows, weight in zip(lists, itertools.chain(weights, itertools.repeat(1.0))):  # noqa: B905 the weights never end
        for rank, row in enumerate(rows, 1):
            fused[row] = fused.get(row, 0.0) + weight / (k + rank)
    return dict(sorted(fused.items(), key=lambda item: -item[1]))  # stable, so a tie stays in the order of the lists
