"""The judge, first version: which rubric points a transcript makes, and where. Deterministic; every verdict stands on a place in the text.

A passage is measured against each point's example lines, near-misses and contradictions; a fitted model makes a probability of
the measures. A point is found where its probability is high enough. It is whole if what the rubric asks for (a figure, a
threshold, a term) stands in the same paragraph, otherwise partial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from caseroom.cases.model import Case, Point
from caseroom.grading.evidence import Evidence, Passage, passages
from caseroom.grading.transcript import Transcript
from caseroom.language.encoder import Encoder, Vectors
from caseroom.language.match import MEASURES, Entry, Fitted, Index, load_fitted
from caseroom.language.text import holds, stems, words
from caseroom.numerals import has_number, has_threshold
from caseroom.steps import STEP_IDS

Verdict = Literal["covered", "partial", "missed", "contradicted", "not_reached"]
FEATURES = (
    "best", "near", "miss", "rival", "overlap", "miss_overlap", "rival_overlap", "statement", "partial", "contradicts", "asks_in_ground",
    "tells_in_ground", "asks_elsewhere", "near_over_miss", "short",
)  # fmt: skip
_CLOSER_LOOK = 12
"""So many of the likeliest passages are looked at for each point."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one point."""

    point: str
    verdict: Verdict
    chance: float
    """The judge's probability at the best passage, 0 to 1."""
    evidence: Evidence | None = None
    lacks: str | None = None
    """Why it is partial, in words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact that the candidate asked for, and where."""

    fact: str
    evidence: Evidence


class Judge:
    """Finds the points of one case."""

    def __init__(self, case: Case, encoder: Encoder, fitted: Fitted | None = None) -> None:
        self.case = case
        self.encoder = encoder
        self.fitted = fitted or load_fitted(Path(__file__).parent / "judge.json")
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

    def read(self, transcript: Transcript, asked: Sequence[Asked] = ()) -> list[Finding]:
        """One finding a point, in the rubric's order. `asked` are the facts that were asked for; asking can earn points."""
        pieces, vectors = passages(transcript, self.encoder)
        found = self._findings(pieces, vectors)
        for entry in asked:
            for point in self.case.fact(entry.fact).asking_earns:
                if point in found and found[point].verdict in ("missed", "partial"):
                    found[point] = Finding(point, "covered", 1.0, entry.evidence)
        return [found[point.id] for point in self.points]

    def _findings(self, pieces: Sequence[Passage], vectors: Vectors) -> dict[str, Finding]:
        if not pieces:
            return {point.id: Finding(point.id, "missed", 0.0) for point in self.points}
        features = self.features([piece.text for piece in pieces], vectors, [piece.asks for piece in pieces])
        chances = self.fitted.probability(features)
        rivalled = chances < chances.max(axis=1, keepdims=True) - self.fitted.thresholds["rival_margin"]
        best, miss = features[:, :, FEATURES.index("best")], features[:, :, FEATURES.index("miss")]
        strange = (best < self.fitted.thresholds["floor"]) | (miss - best > self.fitted.thresholds["nearer_miss"])
        chances = np.where(rivalled | strange, 0.0, chances)  # a passage speaks for the point that it is nearest to, if it is near any
        opposed, named = self._opposed(pieces, features), self._named(features, chances)
        return {p.id: self._finding(p, pieces, chances[:, n], named[:, n], opposed[:, n]) for n, p in enumerate(self.points)}

    def _named(self, features: NDArray[np.float32], chances: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Where a passage only names a point: nearest to the words that name it, nearer than to any point's examples or its near-misses.
        A passage that makes a point names no other.
        """
        limits = self.fitted.thresholds
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
        limits = self.fitted.thresholds
        opposite = features[:, :, FEATURES.index("contradicts")]
        nearest = features[:, :, FEATURES.index("best")].max(axis=1, keepdims=True)
        tells = np.array([not piece.asks for piece in pieces])[:, None]
        opposed: NDArray[np.bool_] = tells & (opposite > limits["against"]) & (opposite - nearest > limits["against_margin"])
        return opposed

    def _finding(self, point: Point, pieces: Sequence[Passage], chances: NDArray[np.float64], named: NDArray[np.bool_],
                 opposed: NDArray[np.bool_]) -> Finding:  # fmt: skip
        order = np.argsort(-chances, kind="stable")[:_CLOSER_LOOK].tolist()
        found = [i for i in order if chances[i] >= self.fitted.thresholds["found"]]
        against = np.flatnonzero(opposed).tolist()
        if against and not any(pieces[i].turn.number >= pieces[against[0]].turn.number for i in found):
            return Finding(point.id, "contradicted", float(chances[order[0]]), pieces[against[0]].evidence, "the opposite was said")
        found = found or np.flatnonzero(named)[:1].tolist()
        if not found:
            return Finding(point.id, "missed", float(chances[order[0]]))
        lacks = {i: "it is only named" if named[i] else what_lacks(point, pieces[i]) for i in found}
        first = next((i for i in found if not lacks[i]), found[0])
        return Finding(point.id, "partial" if lacks[first] else "covered", float(chances[first]), pieces[first].evidence, lacks[first])


def what_lacks(point: Point, piece: Passage) -> str | None:
    """What the passage's paragraph lacks to make the point whole; None if nothing. At most two sentences around it count."""
    start, end = piece.paragraph
    around = piece.turn.text[max(start, piece.start - 200) : min(end, piece.end + 200)]
    if point.whole.figure == "number" and not has_number(around):
        return "no figure is given"
    if point.whole.figure == "threshold" and not has_threshold(around):
        return "no threshold is given"
    if point.whole.terms:
        said = frozenset(stems(around))
        if not any(holds(said, term) for term in point.whole.terms):
            return f"it stays general: none of this case's own terms ({', '.join(point.whole.terms[:4])})"
    return None


def with_reach(case: Case, findings: Sequence[Finding], reached: str) -> list[Finding]:
    """Findings with the steps after `reached` marked as not reached where nothing was found in them."""
    last = STEP_IDS.index(reached)
    late = {p.id for p in case.points if p.step in STEP_IDS and STEP_IDS.index(p.step) > last}
    return [Finding(f.point, "not_reached", f.chance) if f.point in late and f.verdict == "missed" else f for f in findings]


def furthest_step(case: Case, findings: Sequence[Finding]) -> str:
    """The last step of which something was found; `ground` if nothing was."""
    step_of = {point.id: point.step for point in case.points}
    made = [step_of[f.point] for f in findings if f.verdict in ("covered", "partial", "contradicted")]
    return max((step for step in made if step in STEP_IDS), key=STEP_IDS.index, default="ground")
