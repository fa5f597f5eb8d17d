"""The finder: which passages may speak for which rubric points, by nearness to their example lines. Fast; it reads nothing.

A passage is measured against each point's example lines, near-misses, contradictions and the words that only name it; a fitted model makes a
probability of the measures. The judge reads what the finder finds. The interviewer, who has no time to read, goes by its glance.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from caseroom.cases.model import Case, Point
from caseroom.grading.evidence import Passage, passages
from caseroom.grading.transcript import Said, Transcript
from caseroom.language.encoder import Encoder, Vectors
from caseroom.language.match import MEASURES, Entry, Fitted, Index, load_fitted
from caseroom.language.text import holds, stems, words
from caseroom.numerals import has_number, has_threshold

FEATURES = (
    "best", "near", "miss", "rival", "overlap", "miss_overlap", "rival_overlap", "statement", "partial", "contradicts", "asks_in_ground",
    "tells_in_ground", "asks_elsewhere", "near_over_miss", "short",
)  # fmt: skip

READING = (*FEATURES, "asked")
"""What the finder goes by: the measures, and how much nearer the interviewer's question before is to a point than to others."""
_BLOCK = 512


class Finder:
    """Measures passages against the points of one case."""

    def __init__(self, case: Case, encoder: Encoder, fitted: Fitted | None = None, quick: Fitted | None = None) -> None:
        self.case = case
        self.encoder = encoder
        self.fitted = fitted or load_fitted(Path(__file__).parent / "finder.json")
        self.quick = quick or load_fitted(Path(__file__).parent / "glance.json")
        self.points: tuple[Point, ...] = tuple(point for point in case.points if point.examples)
        self._ground = np.array([point.step == "ground" for point in self.points])

    @cached_property
    def _index(self) -> Index:
        return Index(self.encoder, [Entry(p.id, p.examples, (*p.near_misses, *p.contradicts)) for p in self.points])

    @cached_property
    def _against(self) -> Index:
        return Index(self.encoder, [Entry(p.id, p.contradicts, p.partial) for p in self.points])

    @cached_property
    def _statements(self) -> Vectors:
        return self.encoder.encode([point.statement for point in self.points])

    def lines(self) -> list[str]:
        """All texts whose vectors this judge needs."""
        return [line for p in self.points for line in (*p.examples, *p.near_misses, *p.contradicts, *p.partial, p.statement)]

    def features(self, texts: Sequence[str], vectors: Vectors, asks: Sequence[bool], *, leave_out: bool = False) -> NDArray[np.float32]:
        """Features of each text for each point, shape (texts, points, features)."""
        measures = self._index.measure(texts, vectors, leave_out=leave_out)
        against = self._against.measure(texts, vectors, leave_out=leave_out)
        near, miss = measures[:, :, MEASURES.index("near")], measures[:, :, MEASURES.index("miss")]
        asking = np.array(asks, bool)[:, None]
        short = np.array([len(words(text)) < 4 for text in texts])[:, None] & np.ones(len(self.points), bool)
        own = (
            vectors @ self._statements.T, against[:, :, MEASURES.index("miss")], against[:, :, MEASURES.index("best")], asking & self._ground, ~asking & self._ground,
            asking & ~self._ground, near - miss, short,
        )  # fmt: skip
        return np.concatenate([measures, np.stack(own, axis=2)], axis=2).astype(np.float32)

    def measure(self, pieces: Sequence[Passage], vectors: Vectors, *, leave_out: bool = False) -> NDArray[np.float32]:
        """What `READING` names of each passage for each point, shape (passages, points, measures)."""
        features = self.features([piece.text for piece in pieces], vectors, [piece.asks for piece in pieces], leave_out=leave_out)
        questions = sorted({piece.question for piece in pieces} - {""})
        near = self.encoder.encode(questions) @ self._statements.T
        near -= near.mean(axis=1, keepdims=True)
        rows = np.concatenate([near, np.zeros((1, len(self.points)), np.float32)])
        asked = rows[[questions.index(piece.question) if piece.question else -1 for piece in pieces]]
        return np.concatenate([features, asked[:, :, None]], axis=2)

    def relevance(self, measures: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities that passages speak of points at all: make them, half make them or say the opposite."""
        return self.fitted.probability(measures)

    def _likely(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """The fitted model's probabilities; zero where the passage is near to nothing, nearer to a near-miss, or nearer to another point."""
        chances = self.quick.probability(features)
        limits = self.quick.thresholds
        rivalled = chances < chances.max(axis=1, keepdims=True) - limits["rival_margin"]
        best, miss = features[:, :, FEATURES.index("best")], features[:, :, FEATURES.index("miss")]
        strange = (best < limits["floor"]) | (miss - best > limits["nearer_miss"])
        found: NDArray[np.float64] = np.where(rivalled | strange, 0.0, chances)
        return found

    def likest(self, point: int, text: str, vector: Vectors) -> str:
        """The example line of a point (its place) that is likest to a passage, and is not the passage itself."""
        lines = [line for line in self.points[point].examples if line != text]
        return lines[int((self.encoder.encode(lines) @ vector).argmax())] if lines else ""

    def worth(self, texts: Sequence[str], vectors: Vectors) -> NDArray[np.bool_]:
        """Whether a sentence may bear on any point: it is near one of the rubric's lines, or gives a figure."""
        lines = self.encoder.encode(self.lines())
        near = np.concatenate([(vectors[n : n + _BLOCK] @ lines.T).max(axis=1) for n in range(0, len(vectors), _BLOCK)] or [np.empty(0)])
        worth: NDArray[np.bool_] = (near >= self.quick.thresholds["worth"]) | np.array([has_number(text) for text in texts], bool)
        return worth

    def glance(self, text: str) -> tuple[list[str], list[str]]:
        """Points that a turn seems to make, in the rubric's order, and those of them that it seems only to name, the likeliest first; ids."""
        pieces, vectors = passages(Transcript((Said(1, "candidate", text),)), self.encoder)
        if not pieces:
            return [], []
        features = self.features([piece.text for piece in pieces], vectors, [piece.asks for piece in pieces])
        chances = self._likely(features)
        named, opposed = self._named(features, chances), self._opposed(pieces, features)
        made: list[str] = []
        half: list[tuple[float, str]] = []
        for n, point in enumerate(self.points):
            found = np.flatnonzero(chances[:, n] >= self.quick.thresholds["found"]).tolist()
            if (not found and not named[:, n].any()) or (opposed[:, n].any() and not found):
                continue
            made.append(point.id)
            if all(what_lacks(point, pieces[i]) for i in found):
                half.append((-float(chances[:, n].max()), point.id))
        return made, [point for _, point in sorted(half)]

    def _named(self, features: NDArray[np.float32], chances: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Where a passage only names a point: nearest to the words that name it, nearer than to any point's examples or its near-misses.
        A passage that makes a point names no other.
        """
        limits = self.quick.thresholds
        partial, miss, short = (features[:, :, FEATURES.index(name)] for name in ("partial", "miss", "short"))
        nearest = features[:, :, FEATURES.index("best")].max(axis=1, keepdims=True)
        first = partial >= partial.max(axis=1, keepdims=True) - limits["named_rival"]
        near = (partial > limits["named"]) & (partial - nearest > limits["named_margin"]) & (partial > miss)
        steps = np.array([point.step != "communication" for point in self.points])
        makes = (chances >= limits["found"]) & ~near
        named: NDArray[np.bool_] = near & first & steps & (short < 1) & ~makes.any(axis=1, keepdims=True)
        return named

    def _opposed(self, pieces: Sequence[Passage], features: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Where a passage says the opposite of a point: nearer to its contradictions than to any point's examples, and no question."""
        limits = self.quick.thresholds
        opposite = features[:, :, FEATURES.index("contradicts")]
        nearest = features[:, :, FEATURES.index("best")].max(axis=1, keepdims=True)
        tells = np.array([not piece.asks for piece in pieces])[:, None]
        opposed: NDArray[np.bool_] = tells & (opposite > limits["against"]) & (opposite - nearest > limits["against_margin"])
        return opposed


def what_lacks(point: Point, piece: Passage) -> str | None:
    """What a passage and its neighbours lack to make the point whole; None if nothing."""
    if point.whole.figure == "number" and not has_number(piece.around):
        return "no figure is given"
    if point.whole.figure == "threshold" and not has_threshold(piece.around):
        return "no threshold is given"
    if point.whole.terms:
        said = frozenset(stems(piece.around))
        if not any(holds(said, term) for term in point.whole.terms):
            return f"it stays general: none of this case's own terms ({', '.join(point.whole.terms[:4])})"
    return None
