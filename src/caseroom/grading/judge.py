"""The judge: which rubric points a transcript makes, and where. Deterministic; every verdict stands on a place in the text.

The finder proposes passages for each point; an entailment model reads the likeliest of them against the point's statement; a fitted gate makes
of both, for each passage, the probabilities that it makes the point, half makes it, says the opposite, or does not speak of it. Where the
probabilities of the best passages are close, the point is unsure, with the verdict that it leans to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from caseroom.cases.model import Case, Point
from caseroom.errors import WeightsError
from caseroom.grading.evidence import Evidence, Passage, in_context, line_passage, passages, to_make
from caseroom.grading.finder import READING, Finder, what_lacks
from caseroom.grading.transcript import Transcript
from caseroom.language.encoder import Encoder, Vectors
from caseroom.language.entailment import OUTCOMES, Entailment
from caseroom.language.match import FittedClasses, load_classes
from caseroom.steps import STEP_IDS

Verdict = Literal["covered", "partial", "missed", "contradicted", "unsure", "not_reached"]
KINDS = ("covered", "partial", "contradicted", "missed")
"""What a passage can be to a point, in the order of the gate's classes."""
COVERED, PARTIAL, CONTRADICTED, MISSED = range(4)
FEATURES = (*READING, "relevance", "lead", *(f"{kind}_odds" for kind in OUTCOMES), "support_over_rest", "lacks", "core", "manner", "asks")
THRESHOLDS = ("credit", "sure", "doubtful", "whole", "contradicted")
"""Where probabilities become verdicts: credit at all, for sure, not quite none; whole rather than partial; the opposite said."""
GATE = Path(__file__).parent / "judge.json"
_AGREES = 0.1
"""Probability of being supported, wholly or partly, under which the entailment model does not agree to any credit."""
_REJECTED, _REJECTS = OUTCOMES.index("contradicted"), 0.8
"""Probability from which the sentences around a passage reject the point."""
_NEAR = 0.1
"""Probability from which a passage that does not make a point came near it."""
_PLACES = 5
"""Places in the transcript that are read for a point, at most."""
_PAIRS = 320
"""Pairs that are read for a transcript, at most; the likeliest."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one point."""

    point: str
    verdict: Verdict
    chance: float
    """The judge's probability of its verdict, 0 to 1."""
    evidence: Evidence | None = None
    lacks: str | None = None
    """Why it is not whole, in words."""
    leans: Verdict | None = None
    """Where the judge is unsure: the likeliest verdict."""
    near: Evidence | None = None
    """Of a missed point: the passage that came nearest, if any came near."""
    taken_for: str | None = None
    """The point that this passage was taken for instead; its id."""

    @property
    def best_guess(self) -> Verdict:
        """The verdict, or what it leans to."""
        return self.leans or self.verdict


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact that the candidate asked for, and where."""

    fact: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that is read for a point: places in the judge's points and in the transcript's passages, and the gate's features."""

    point: int
    piece: int
    rival: int
    """The point that the passage speaks of most, by the finder."""
    features: NDArray[np.float32]


class Judge:
    """Finds the points of one case."""

    def __init__(
        self, case: Case, encoder: Encoder, entailment: Entailment, finder: Finder | None = None, gate: FittedClasses | None = None
    ) -> None:
        self.case = case
        self.encoder = encoder
        self.entailment = entailment
        self.finder = finder or Finder(case, encoder)
        self.gate = gate or load_classes(GATE)
        self.points: tuple[Point, ...] = self.finder.points

    @property
    def signature(self) -> str:
        """Which weights and thresholds are at work."""
        return (
            f"encoder:{self.encoder.signature}|finder:{self.finder.fitted.signature}|entailment:{self.entailment.signature}"
            f"|judge:{self.gate.signature}"
        )

    def read(
        self, transcript: Transcript, asked: Sequence[Asked] = (), progress: Callable[[int, int], None] | None = None
    ) -> list[Finding]:
        """One finding a point, in the rubric's order. `asked` are the facts that were asked for; asking can earn points."""
        pieces, candidates = self.candidates(transcript, progress)
        found = self._by_point(pieces, candidates)
        self._weighed(pieces, found)
        for entry in asked:
            for point in self.case.fact(entry.fact).asking_earns:
                if point in found and found[point].verdict in ("missed", "partial", "unsure"):
                    found[point] = Finding(point, "covered", 1.0, entry.evidence)
        return [found[point.id] for point in self.points]

    def of_lines(self, lines: Sequence[tuple[str, str]]) -> list[Finding]:
        """What each line, said alone, is to one point: (point's id, line)."""
        if not lines:
            return []
        place = {point.id: n for n, point in enumerate(self.points)}
        pieces = [line_passage(text) for _, text in lines]
        vectors = self.encoder.encode([piece.text for piece in pieces])
        measures = self.finder.measure(pieces, vectors)
        chosen = [(place[point], i) for i, (point, _) in enumerate(lines)]
        read = self.look(pieces, vectors, measures, self.finder.relevance(measures), chosen)
        chances = self._chances(read)
        return [
            self._finding(self.points[c.point], [pieces[c.piece]], [self.points[c.rival].id], row[None, :])
            for c, row in zip(read, chances, strict=True)
        ]

    def candidates(
        self, transcript: Transcript, progress: Callable[[int, int], None] | None = None
    ) -> tuple[list[Passage], list[Candidate]]:
        """The transcript's passages, and those that are read for each point."""
        pieces, vectors = passages(transcript, self.encoder, self.finder.worth, [point.statement for point in self.points])
        if not pieces:
            return [], []
        measures = self.finder.measure(pieces, vectors)
        relevance = self.finder.relevance(measures)
        return pieces, self.look(pieces, vectors, measures, relevance, self._chosen(pieces, relevance), progress)

    def look(self, pieces: Sequence[Passage], vectors: Vectors, measures: NDArray[np.float32], relevance: NDArray[np.float64], chosen: Sequence[tuple[int, int]],
             progress: Callable[[int, int], None] | None = None) -> list[Candidate]:  # fmt: skip
        """Read (point, passage) pairs and make the gate's features of what was measured and read."""
        read = self.entailment.read([(self._to_make(n, pieces[i], vectors[i]), pieces[i].read) for n, i in chosen], progress)
        odds = np.log((read + 0.001) / (1.001 - read))
        lead, rival = relevance - relevance.max(axis=1, keepdims=True), relevance.argmax(axis=1)
        made = []
        for (n, i), row in zip(chosen, odds, strict=True):
            point = self.points[n]
            own = (
                relevance[i, n], lead[i, n], *row, row[0] - max(row[2], row[3]), what_lacks(point, pieces[i]) is not None, point.weight == "core",
                point.step == "communication", pieces[i].asks,
            )  # fmt: skip
            made.append(Candidate(n, i, int(rival[i]), np.concatenate([measures[i, n], np.array(own, np.float32)])))
        return made

    def _to_make(self, point: int, piece: Passage, vector: Vectors) -> str:
        return to_make(self.points[point].statement, self.finder.likest(point, piece.text, vector))

    def verdicts(self, pieces: Sequence[Passage], candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding a point from what was read, in the rubric's order."""
        found = self._by_point(pieces, candidates)
        self._weighed(pieces, found)
        return [found[point.id] for point in self.points]

    def _chosen(self, pieces: Sequence[Passage], relevance: NDArray[np.float64]) -> list[tuple[int, int]]:
        """(point, passage) pairs to read: for each point the likeliest places that do not overlap, the likeliest of all first."""
        ranked: list[tuple[float, int, int]] = []
        for n in range(len(self.points)):
            places: list[Passage] = []
            for i in np.argsort(-relevance[:, n], kind="stable").tolist():
                if len(places) == _PLACES or relevance[i, n] < self.finder.fitted.thresholds["read"]:
                    break
                if not any(_overlap(pieces[i], other) for other in places):
                    places.append(pieces[i])
                    ranked.append((-float(relevance[i, n]), n, i))
        return [(n, i) for _, n, i in sorted(ranked)[:_PAIRS]]

    def _by_point(self, pieces: Sequence[Passage], candidates: Sequence[Candidate]) -> dict[str, Finding]:
        found = {point.id: Finding(point.id, "missed", 1.0) for point in self.points}
        if candidates:
            chances = self._chances(candidates)
            for n, point in enumerate(self.points):
                mine = [k for k, c in enumerate(candidates) if c.point == n]
                if mine:
                    rivals = [self.points[candidates[k].rival].id for k in mine]
                    found[point.id] = self._finding(point, [pieces[candidates[k].piece] for k in mine], rivals, chances[mine])
        return found

    def _chances(self, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
        """The gate's probabilities of `KINDS`; no credit where the entailment model does not agree, however many words are shared."""
        features = np.stack([c.features for c in candidates])
        chances = self.gate.probability(features)
        odds = features[:, [FEATURES.index("supported_odds"), FEATURES.index("partly_odds")]].astype(np.float64)
        lone = (1 / (1 + np.exp(-odds))).sum(axis=1) < _AGREES
        chances[lone, MISSED] += chances[lone, COVERED] + chances[lone, PARTIAL]
        chances[lone, COVERED] = chances[lone, PARTIAL] = 0.0
        return chances

    def _weighed(self, pieces: Sequence[Passage], found: dict[str, Finding]) -> None:
        """Take back credit where what stands around the passage rejects it ("Some would say … I would not")."""
        places = {piece.evidence: piece for piece in pieces}
        credited = [(f, places[f.evidence]) for f in found.values() if f.evidence and f.best_guess in ("covered", "partial")]
        statements = {point.id: point.statement for point in self.points}
        read = self.entailment.read([(statements[f.point], in_context(piece.wide, piece.question)) for f, piece in credited])
        for (finding, _), row in zip(credited, read, strict=True):
            if row[_REJECTED] >= _REJECTS:
                found[finding.point] = _unsure(
                    replace(finding, leans=None, verdict=finding.best_guess, lacks="what stands around it may reject it")
                )

    def _finding(self, point: Point, pieces: Sequence[Passage], rivals: Sequence[str], chances: NDArray[np.float64]) -> Finding:
        """The finding from the passages that were read for a point and their probabilities of `KINDS`."""
        limits = self.gate.thresholds
        credit = chances[:, COVERED] + chances[:, PARTIAL]
        against, best = int(chances[:, CONTRADICTED].argmax()), int(credit.argmax())
        opposed = chances[against, CONTRADICTED]
        band = limits["sure"] - limits["credit"]
        if opposed >= limits["contradicted"] and (opposed > credit[best] or _after(pieces[against], pieces[best])):
            finding = Finding(point.id, "contradicted", float(opposed), pieces[against].evidence, "the opposite was said")
            return finding if opposed >= limits["contradicted"] + band else _unsure(finding)
        made = float(credit[best])
        if made >= limits["credit"]:
            lacks = what_lacks(point, pieces[best])
            if chances[best, COVERED] / made < limits["whole"]:
                lacks = lacks or "it is named, not worked out"
            finding = Finding(point.id, "partial" if lacks else "covered", made, pieces[best].evidence, lacks)
            return finding if made >= limits["sure"] else _unsure(finding)
        if made >= limits["doubtful"]:
            return _unsure(Finding(point.id, "missed", 1 - made, pieces[best].evidence))
        if made < _NEAR:
            return Finding(point.id, "missed", 1 - made)
        taken_for = rivals[best] if rivals[best] != point.id else None
        return Finding(point.id, "missed", 1 - made, near=pieces[best].evidence, taken_for=taken_for)


def read_gate(path: Path) -> FittedClasses:
    """A re-fitted gate from a file. Its signature is that of its numbers, whatever the file says.

    Raises:
        WeightsError: the file is not there, or is no gate of this judge.
    """
    try:
        gate = load_classes(path)
        fits = (gate.features, gate.classes) == (FEATURES, KINDS) and set(gate.thresholds) == set(THRESHOLDS)
        fits = fits and np.array(gate.weights).shape == (len(KINDS), len(FEATURES)) and np.array(gate.bias).shape == (len(KINDS),)
        fits = fits and bool(np.isfinite([*gate.bias, *(w for row in gate.weights for w in row)]).all())
        fits = fits and all(0 <= value <= 1 for value in gate.thresholds.values())
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WeightsError(f"CASEROOM_JUDGE names {path}, which cannot be read as a judge ({error}). {_REFIT}") from None
    if not fits:
        raise WeightsError(f"CASEROOM_JUDGE names {path}, which is the judge of another version. {_REFIT}")
    return gate.with_thresholds(gate.thresholds)


_REFIT = "`caseroom labels refit` writes one; without CASEROOM_JUDGE the shipped judge is used."


def _unsure(finding: Finding) -> Finding:
    return Finding(finding.point, "unsure", finding.chance, finding.evidence, finding.lacks, finding.verdict)


def _overlap(one: Passage, other: Passage) -> bool:
    return one.turn is other.turn and one.start < other.end and other.start < one.end


def _after(one: Passage, other: Passage) -> bool:
    return (one.turn.number, one.start) > (other.turn.number, other.start)


def with_reach(case: Case, findings: Sequence[Finding], reached: str) -> list[Finding]:
    """Findings with the steps after `reached` marked as not reached where nothing was found in them."""
    last = STEP_IDS.index(reached)
    late = {p.id for p in case.points if p.step in STEP_IDS and STEP_IDS.index(p.step) > last}
    return [Finding(f.point, "not_reached", f.chance) if f.point in late and f.best_guess == "missed" else f for f in findings]


def furthest_step(case: Case, findings: Sequence[Finding]) -> str:
    """The last step of which something was found; `ground` if nothing was."""
    step_of = {point.id: point.step for point in case.points}
    made = [step_of[f.point] for f in findings if f.verdict in ("covered", "partial", "contradicted")]
    return max((step for step in made if step in STEP_IDS), key=STEP_IDS.index, default="ground")
