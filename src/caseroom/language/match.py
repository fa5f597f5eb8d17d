"""How near a text is to things that are described by example lines and by near-misses: the mechanism under the ear and the judge.

Both ask the same question of a clause or a sentence: which of these entries does it mean, if any? An entry (a withheld fact, a rubric
point) has lines that mean it and lines that are near and do not. Measures are similarities; a small fitted model makes a
probability of them.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caseroom.language.encoder import Encoder, Vectors
from caseroom.language.text import stems

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that a text may mean."""

    id: str
    lines: tuple[str, ...]
    """Texts that mean it."""
    misses: tuple[str, ...]
    """Texts that are near and do not."""


class _Lines:
    """All lines of one sort, with their entries, vectors and word weights."""

    def __init__(self, encoder: Encoder, groups: Sequence[Sequence[str]], weight: dict[str, float]) -> None:
        self.texts = [line for group in groups for line in group]
        self.vectors = encoder.encode(self.texts)
        edges = np.concatenate([[0], np.cumsum([len(group) for group in groups])]).astype(int)
        self.members = np.full((len(groups), max([len(group) for group in groups], default=0)), len(self.texts))
        for row, (start, end) in enumerate(itertools.pairwise(edges)):
            self.members[row, : end - start] = np.arange(start, end)
        self.weight = weight
        places: dict[str, list[int]] = {}
        lengths = np.zeros(len(self.texts), np.float32)
        for number, text in enumerate(self.texts):
            for piece in dict.fromkeys(stems(text)):  # in the text's order: a set's would change from process to process
                places.setdefault(piece, []).append(number)
                lengths[number] += weight.get(piece, 1.0)
        self.lengths = np.maximum(lengths, 1e-6)
        self.index = {piece: np.array(numbers) for piece, numbers in places.items()}

    def similarity(self, texts: Sequence[str], vectors: Vectors, *, leave_out: bool) -> Matrix:
        """Cosine of each text with each line; with `leave_out`, -1 where the line is the text itself."""
        found: Matrix = vectors @ self.vectors.T
        if leave_out:
            found[np.array(texts)[:, None] == np.array(self.texts)[None, :]] = -1.0
        return found

    def overlap(self, texts: Sequence[str], *, leave_out: bool) -> Matrix:
        """Share of word weight in common: weighted Dice of the sets of stems."""
        found = np.zeros((len(texts), len(self.texts)), np.float32)
        for row, text in enumerate(texts):
            own = dict.fromkeys(stems(text))
            total = sum(self.weight.get(piece, 1.0) for piece in own)
            for piece in own:
                if piece in self.index:
                    found[row, self.index[piece]] += self.weight.get(piece, 1.0)
            found[row] *= 2.0 / (self.lengths + max(total, 1e-6))
            if leave_out:
                found[row, [i for i, line in enumerate(self.texts) if line == text]] = 0.0
        return found

    def best(self, values: Matrix, count: int, empty: float) -> Matrix:
        """Mean of the `count` highest values of each entry, shape (texts, entries); `empty` for an entry without lines."""
        padded = np.concatenate([values, np.full((len(values), 1), -np.inf, np.float32)], axis=1)[:, self.members]
        if padded.shape[2] > count:
            padded = np.partition(padded, padded.shape[2] - count, axis=2)[:, :, -count:]
        there = np.isfinite(padded)
        total, number = np.where(there, padded, 0.0).sum(axis=2), there.sum(axis=2)
        found: Matrix = np.where(number > 0, total / np.maximum(number, 1), empty).astype(np.float32)
        return found


_BLOCK = 256
"""So many texts are measured at a time, which bounds the memory of a long transcript."""
MEASURES = ("best", "near", "miss", "rival", "overlap", "miss_overlap", "rival_overlap")


class Index:
    """Entries ready to be matched."""

    def __init__(self, encoder: Encoder, entries: Sequence[Entry]) -> None:
        self.encoder = encoder
        self.ids = [entry.id for entry in entries]
        everything = [line for entry in entries for line in entry.lines]
        counts = Counter(piece for line in everything for piece in set(stems(line)))
        weight = {piece: math.log(1 + len(everything) / n) for piece, n in counts.items()}
        self.lines = _Lines(encoder, [entry.lines for entry in entries], weight)
        self.misses = _Lines(encoder, [entry.misses for entry in entries], weight)

    def measure(self, texts: Sequence[str], vectors: Vectors | None = None, *, leave_out: bool = False) -> NDArray[np.float32]:
        """Measures of each text for each entry, shape (texts, entries, measures), in the order of `MEASURES`.

        `leave_out` takes an equal line out of the comparison, so that a line can be measured against its own entry.
        """
        if vectors is None:
            vectors = self.encoder.encode(texts)
        blocks = [slice(start, start + _BLOCK) for start in range(0, len(texts), _BLOCK)] or [slice(0, 0)]
        return np.concatenate([self._measure(texts[block], vectors[block], leave_out) for block in blocks])

    def _measure(self, texts: Sequence[str], vectors: Vectors, leave_out: bool) -> NDArray[np.float32]:
        cosine = self.lines.similarity(texts, vectors, leave_out=leave_out)
        best, near = self.lines.best(cosine, 1, 0.0), self.lines.best(cosine, 3, 0.0)
        miss = self.misses.best(self.misses.similarity(texts, vectors, leave_out=leave_out), 1, 0.0)
        overlap = self.lines.best(self.lines.overlap(texts, leave_out=leave_out), 2, 0.0)
        miss_overlap = self.misses.best(self.misses.overlap(texts, leave_out=leave_out), 1, 0.0)
        parts = (best, near, miss, near - _rival(near), overlap, miss_overlap, overlap - _rival(overlap))
        return np.stack(parts, axis=2)


def _rival(values: Matrix) -> Matrix:
    """For each entry the highest value among the others."""
    if values.shape[1] < 2:
        return np.zeros_like(values)
    top = np.partition(values, values.shape[1] - 2, axis=1)[:, -2:]
    rival: Matrix = np.where(values >= top[:, 1:2], top[:, 0:1], top[:, 1:2])
    return rival


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted logistic model over named features, and the thresholds that go with it. Made by `training/`."""

    features: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float
    thresholds: dict[str, float]
    signature: str

    def probability(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities for features in the last axis, rounded to 1e-6 so that no machine's last bit matters."""
        score = features.astype(np.float64) @ np.array(self.weights) + self.bias
        chance: NDArray[np.float64] = np.round(1.0 / (1.0 + np.exp(-score)), 6)
        return chance


def load_fitted(path: Path) -> Fitted:
    """Read a fitted model."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Fitted(tuple(data["features"]), tuple(data["weights"]), data["bias"], dict(data["thresholds"]), data["signature"])


@dataclass(frozen=True, slots=True)
class FittedClasses:
    """A fitted multinomial logistic model over named features, and the thresholds that go with it. Made by `training/`."""

    features: tuple[str, ...]
    classes: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]
    """One row a class."""
    bias: tuple[float, ...]
    thresholds: dict[str, float]
    signature: str

    def probability(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities of the classes, shape (…, classes), for features in the last axis; rounded to 1e-6."""
        score = features.astype(np.float64) @ np.array(self.weights).T + np.array(self.bias)
        odds = np.exp(score - score.max(axis=-1, keepdims=True))
        chances: NDArray[np.float64] = np.round(odds / odds.sum(axis=-1, keepdims=True), 6)
        return chances

    def with_thresholds(self, thresholds: dict[str, float]) -> FittedClasses:
        """The same model with other thresholds, under the signature that its numbers give."""
        content = json.dumps([list(self.features), list(self.classes), self.weights, self.bias, thresholds], sort_keys=True)
        return replace(self, thresholds=dict(thresholds), signature=hashlib.sha256(content.encode()).hexdigest()[:12])


def load_classes(path: Path) -> FittedClasses:
    """Read a fitted model of several classes."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    weights = tuple(tuple(row) for row in data["weights"])
    return FittedClasses(
        tuple(data["features"]), tuple(data["classes"]), weights, tuple(data["bias"]), dict(data["thresholds"]), data["signature"]
    )
