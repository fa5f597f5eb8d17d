"""Search by words: BM25 over stems, by bm25s (Lù 2024), which scores every chunk for every word when it is built."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from caseroom.language.text import STOP, stem, words

K1, B = 1.5, 0.75
"""How soon a repeated word stops counting, how much a long chunk is held back (Robertson & Zaragoza 2009); bm25s's own values."""


def terms(text: str) -> list[str]:
    """The stems of the words that carry meaning, in the text's order, as often as they stand there."""
    return [stem(word) for word in words(text) if word not in STOP]


class Keyword:
    """BM25 in Lucene's variant over texts that are lists of terms. Rebuilt, never changed: what a word is worth depends on all texts."""

    signature = f"bm25s:{version('bm25s')},k1:{K1},b:{B}"

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        """Builds it; 10,000 texts of 80 terms take about a second."""
        from bm25s import BM25  # imports scipy if it is there

        logging.getLogger("bm25s").setLevel(
            logging.WARNING
        )  # it asks for its own steps to be told, as soon as anything in the process logs
        self._count = len(texts)
        self._vocabulary: dict[str, int] = {}
        ids = [[self._vocabulary.setdefault(term, len(self._vocabulary)) for term in text] for text in texts]
        self._bm25 = BM25(k1=K1, b=B)
        if self._vocabulary:
            self._bm25.index((ids, self._vocabulary), create_empty_token=False, show_progress=False)

    def scores(self, wanted: Sequence[str]) -> NDArray[np.float32]:
        """The score of each text for these terms, shape (texts,); 0 where it has none of them."""
        known = [self._vocabulary[term] for term in wanted if term in self._vocabulary]
        if not known:
            return np.zeros(self._count, np.float32)
        found: NDArray[np.float32] = self._bm25.get_scores_from_ids(known)
        return found
