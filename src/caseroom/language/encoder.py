"""The sentence encoder: texts to unit vectors, by the shipped int8 model. No torch, no network.

A vector is rounded to int8 before anyone sees it, so a remembered vector and a fresh one are the same to the last bit, and it does
not depend on what else was in the batch (`training/quantise.py` says how).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from caseroom.language.memory import Memory, key_of
from caseroom.language.runtime import WEIGHTS, Model

Vectors = NDArray[np.float32]
_LONGEST = 192  # tokens; a sentence of 60 words has fewer
_LONGEST_WHOLE = 512  # all that the network has positions for


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """A text, token by token."""

    ids: tuple[int, ...]
    """Word pieces, from [CLS] to [SEP]."""
    vectors: Vectors
    """A unit vector for each, shape (len(ids), 384)."""


class Encoder:
    """all-MiniLM-L6-v2 (Reimers & Gurevych 2019; Wang et al. 2020), tuned, mean-pooled."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Opens nothing yet; the model is loaded when the first text that is not remembered comes."""
        self.model = Model("encoder.onnx", _LONGEST, folder)
        self.memory = Memory()
        self._whole = Model("encoder.onnx", _LONGEST_WHOLE, folder)

    @property
    def signature(self) -> str:
        """Which weights: the first digits of their digest."""
        return self.model.signature

    def warm(self) -> None:
        """Load the model now, so that the first turn does not wait for it."""
        self.model.run(["ready"], _mean)

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        """Unit vectors, shape (len(texts), 384). What is remembered is not computed again; `progress` is told (done, all)."""
        keys = [key_of(text) for text in texts]
        memory = self.memory  # another thread may begin a new one meanwhile
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in memory}
        if fresh:
            memory.add(list(fresh), self.model.run(list(fresh.values()), _mean, progress))
        return memory.rows(keys)

    def forget(self, above: int) -> None:
        """Begin a new memory where more than `above` vectors are remembered; what is asked for again is computed again."""
        if len(self.memory) > above:
            self.memory = Memory()

    def pieces(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """The word pieces of each text, up to 512, as `tokens` reads them; the model is not run."""
        return self._whole.ids(texts)

    def tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """What each text is, token by token. Nothing is remembered: a text's tokens take a hundred times the room of its one vector."""
        return [TokenVectors(ids, rows / np.linalg.norm(rows, axis=1, keepdims=True)) for ids, rows in self._whole.tokens(texts)]


def _mean(tokens: NDArray[np.float32], mask: NDArray[np.int64]) -> Vectors:
    """Unit vectors: the mean of the token vectors that are not padding."""
    weight = mask[..., None].astype(np.float32)
    pooled = (tokens * weight).sum(1) / weight.sum(1)
    vectors: Vectors = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
    return vectors
