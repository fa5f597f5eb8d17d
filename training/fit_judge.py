"""Fit the judge: the glance, the finder and the gate, three logistic models over measures.

    python training/fit_judge.py [--glance] [--finder] [--gate]

The glance: the tuning cases' rubric lines, each measured with itself left out, and their strong answers. The finder: all passages of the training
interviews and of the tuning cases' gold interviews. The gate: what the judge reads in the gold interviews of the tuning cases and in the training
interviews on businesses that no network is trained on (`FITTING`). Test cases give no rows. Without an option all three are fitted, in this order.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from common import SOURCE, Interview, fit, fit_classes, gold_interviews, interviews, library_cases, save
from evals.gold import kappa
from evals.split import TUNING
from tune_entailment import LABELS, Row, twisted

from caseroom.cases.load import common_points
from caseroom.cases.model import Case
from caseroom.grading.evidence import Passage, line_passage, passages
from caseroom.grading.finder import FEATURES as MEASURES
from caseroom.grading.finder import READING, Finder
from caseroom.grading.judge import FEATURES, KINDS, Candidate, Judge
from caseroom.language.clauses import clauses
from caseroom.language.encoder import Encoder
from caseroom.language.entailment import Entailment
from caseroom.language.match import Fitted, FittedClasses

GLANCE, FINDER, GATE = (SOURCE / "grading" / f"{name}.json" for name in ("glance", "finder", "judge"))
GLANCING = {
    "floor": 0.4,
    "nearer_miss": 0.1,
    "found": 0.75,
    "rival_margin": 0.05,
    "against": 0.65,
    "against_margin": 0.05,
    "named": 0.6,
    "named_margin": 0.02,
    "named_rival": 0.06,
    "worth": 0.35,
}
FINDING = {"read": 0.004}
JUDGING = {"credit": 0.5, "sure": 0.5, "doubtful": 0.5, "whole": 0.5, "contradicted": 0.5}
"""Where the search for thresholds starts."""
VERDICT_OF = {"whole": "covered", "partial": "partial", "contradicted": "contradicted", "missed": "missed"}
FALSE_CREDIT = 0.05
"""Share of the points that were not made that may get credit, when thresholds are chosen."""
FOLDS = 6
LINE = 0.5
"""Weight of a rubric line beside a passage of an interview."""
ELSEWHERE = 0.5
"""Weight of a passage as speaking of nothing where its point is made elsewhere: nobody looked at it."""
_NEAR = MEASURES.index("near")
_RIVALS = 6


def glance_rows(case: Case, encoder: Encoder) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Measures, labels and weights of one case's lines against its points."""
    finder = Finder(case, encoder, _blank(), _blank())
    place = {point.id: number for number, point in enumerate(finder.points)}
    lines: list[tuple[str, int, bool]] = []
    for number, point in enumerate(finder.points):
        lines += [(line, number, True) for line in point.examples]
        lines += [(line, number, False) for line in (*point.near_misses, *point.contradicts)]
    lines += [(passage.text, place[passage.point], True) for passage in case.strong]
    texts = [line for line, _, _ in lines]
    measured = finder.features(texts, encoder.encode(texts), [any(c.asks for c in clauses(t)) for t in texts], leave_out=True)
    features, labels, weights = [], [], []
    for row, (_, number, right) in zip(measured, lines, strict=True):
        features.append(row[number])
        labels.append(right)
        weights.append(4.0 if right else 2.0)
        if right:
            hard = [n for n in np.argsort(-row[:, _NEAR])[:_RIVALS].tolist() if n != number]
            features += [row[n] for n in hard]
            labels += [False] * len(hard)
            weights += [1.0] * len(hard)
    told = [line for fact in case.facts for line in fact.near_misses if line.endswith(".")] + [fact.say for fact in case.facts]
    strange = finder.features(told, encoder.encode(told), [False] * len(told))
    for row in strange:  # talk about the business that makes no point
        n = int(np.argmax(row[:, _NEAR]))
        features.append(row[n])
        labels.append(False)
        weights.append(1.0)
    return np.array(features), np.array(labels), np.array(weights)


def finder_rows(interview: Interview, encoder: Encoder) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Measures of an interview's passages against its points, whether each speaks of the point, and weights."""
    finder = Finder(interview.case, encoder, _blank())
    pieces, vectors = passages(interview.transcript, encoder, finder.worth)
    measured = finder.measure(pieces, vectors)
    features, labels, weights = [], [], []
    for n, point in enumerate(finder.points):
        if point.id in interview.disputed:
            continue
        for i, piece in enumerate(pieces):
            kind = interview.of(point.id, piece)
            features.append(measured[i, n])
            labels.append(kind not in (None, "missed"))
            weights.append(1.0 if kind else ELSEWHERE)
    return np.array(features), np.array(labels), np.array(weights)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the judge reads in one interview."""

    interview: Interview
    judge: Judge
    pieces: list[Passage]
    candidates: list[Candidate]

    def rows(self) -> Iterator[tuple[np.ndarray, str]]:
        """Features and kinds of the passages whose kind is known."""
        for candidate in self.candidates:
            point = self.judge.points[candidate.point].id
            if point not in self.interview.disputed and (label := self.interview.of(point, self.pieces[candidate.piece])):
                yield candidate.features, VERDICT_OF[label]

    def verdicts(self, gate: FittedClasses) -> list[tuple[str, str, bool]]:
        """(by hand, by the judge, whether it is sure) for each point of certain label."""
        findings = Judge(self.interview.case, self.judge.encoder, self.judge.entailment, self.judge.finder, gate).verdicts(
            self.pieces, self.candidates
        )
        return [
            (VERDICT_OF[self.interview.label(f.point)], f.best_guess, f.verdict != "unsure") for f in findings if f.point not in self.interview.disputed
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a case's own rubric and what rules make of them, as the judge reads them alone."""

    features: np.ndarray
    kinds: list[str]


def line_rows(case: Case, encoder: Encoder, entailment: Entailment) -> Lines:
    """Each line of a case's points against its own point, itself left out of the measures."""
    chance = random.Random(case.id)
    judge = _blank_judge(case, encoder, entailment)
    shared = {line for point in common_points() for line in (*point.examples, *point.partial, *point.near_misses, *point.contradicts)}
    texts: list[tuple[str, int, str]] = []
    for n, point in enumerate(judge.points):
        for name, kind in (("examples", "covered"), ("partial", "partial"), ("near_misses", "missed"), ("contradicts", "contradicted")):
            texts += [(line, n, kind) for line in getattr(point, name) if line not in shared]
        for line in (line for line in point.examples if line not in shared):
            row = Row(point.statement, line, LABELS.index("supported"), "point:")
            if twist := twisted(row, [Row("", passage.text, 0, "") for passage in case.strong if passage.point != point.id], chance):
                texts.append((twist.passage or ".", n, {"contradicted": "contradicted", "absent": "missed"}[LABELS[twist.label]]))
    pieces = [line_passage(text) for text, _, _ in texts]
    vectors = encoder.encode([piece.text for piece in pieces])
    measures = judge.finder.measure(pieces, vectors, leave_out=True)
    chosen = [(n, i) for i, (_, n, _) in enumerate(texts)]
    read = judge.look(pieces, vectors, measures, judge.finder.relevance(measures), chosen)
    return Lines(np.array([c.features for c in read]), [kind for _, _, kind in texts])


def fit_gate(heard: Sequence[Heard], lines: Sequence[Lines], thresholds: dict[str, float]) -> FittedClasses:
    """The gate over all rows of some interviews and over rubric lines."""
    rows = [row for one in heard for row in one.rows()]
    features = np.concatenate([np.array([f for f, _ in rows]), *(part.features for part in lines)])
    kinds = [*(kind for _, kind in rows), *(kind for part in lines for kind in part.kinds)]
    weights = np.concatenate([np.ones(len(rows)), *(np.full(len(part.kinds), LINE) for part in lines)])
    return fit_classes(features, kinds, weights, FEATURES, KINDS, thresholds, 0.3)


@dataclass(frozen=True, slots=True)
class Figures:
    """How verdicts agree with hands."""

    kappa: float
    false_credit: float
    found: float
    right_when_sure: float
    unsure: float

    @classmethod
    def of(cls, verdicts: Sequence[tuple[str, str, bool]]) -> Figures:
        """The figures of (by hand, by the judge, sure) rows."""
        credit = ("covered", "partial")
        given = [judge in credit and sure for hand, judge, sure in verdicts if hand not in credit]
        found = [judge in credit for hand, judge, _ in verdicts if hand in credit]
        sure = [hand == judge for hand, judge, certain in verdicts if certain]
        return cls(
            kappa([(hand, judge) for hand, judge, _ in verdicts]), float(np.mean(given)), float(np.mean(found)), float(np.mean(sure)),
            1 - len(sure) / len(verdicts),
        )  # fmt: skip


def choose(heard: Sequence[Heard], lines: Sequence[Lines]) -> tuple[dict[str, float], Figures]:
    """The thresholds with the best κ at little false credit, on gates that were fitted without the interview they judge."""
    folds = [heard[n::FOLDS] for n in range(FOLDS)]
    gates = [fit_gate([one for other in folds if other is not fold for one in other], lines, JUDGING) for fold in folds]
    best: tuple[float, dict[str, float], Figures] | None = None
    grid = itertools.product((0.3, 0.36, 0.42, 0.48, 0.54), (0.0, 0.08, 0.16, 0.24), (0.0, 0.08, 0.16), (0.4, 0.5, 0.6), (0.3, 0.45, 0.6))
    for credit, up, down, whole, against in grid:
        limits = {"credit": credit, "sure": credit + up, "doubtful": credit - down, "whole": whole, "contradicted": against}
        tried = [FittedClasses(g.features, g.classes, g.weights, g.bias, limits, "") for g in gates]
        figures = Figures.of([v for fold, gate in zip(folds, tried, strict=True) for one in fold for v in one.verdicts(gate)])
        worth = (
            figures.kappa
            - 4 * max(0.0, figures.false_credit - FALSE_CREDIT)
            - 2 * max(0.0, 0.9 - figures.right_when_sure)
            - 0.2 * figures.unsure
        )
        if best is None or worth > best[0]:
            best = (worth, limits, figures)
    assert best
    return best[1], best[2]


def _blank() -> Fitted:
    return Fitted(MEASURES, (0.0,) * len(MEASURES), 0.0, dict(GLANCING), "")


def _blank_judge(case: Case, encoder: Encoder, entailment: Entailment) -> Judge:
    return Judge(case, encoder, entailment, gate=FittedClasses(FEATURES, KINDS, (), (), JUDGING, ""))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for part in ("glance", "finder", "gate"):
        parser.add_argument(f"--{part}", action="store_true", help=f"fit the {part} only")
    options = parser.parse_args()
    everything = not (options.glance or options.finder or options.gate)
    encoder, entailment = Encoder(), Entailment()
    tuning = [case for case in library_cases() if case.id in TUNING]
    if everything or options.glance:
        parts = [glance_rows(case, encoder) for case in tuning]
        features, labels, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
        fitted = fit(features, labels, weights, MEASURES, GLANCING)
        save(fitted, GLANCE)
        print(f"glance: {len(labels)} rows, {labels.mean():.0%} making a point; wrote {GLANCE.name} {fitted.signature}")
    marked = [one for case in tuning for one in gold_interviews(case)]
    if everything or options.finder:
        parts = [finder_rows(one, encoder) for one in (*marked, *interviews(True), *interviews(False))]
        features, labels, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
        fitted = fit(features, labels, weights, READING, FINDING)
        save(fitted, FINDER)
        print(f"finder: {len(labels)} rows, {labels.mean():.0%} speaking of their point; wrote {FINDER.name} {fitted.signature}")
    if everything or options.gate:
        heard = [listen(one, encoder, entailment) for one in (*marked, *interviews(True))]
        lines = [line_rows(case, encoder, entailment) for case in tuning]
        limits, figures = choose(heard, lines)
        gate = fit_gate(heard, lines, limits)
        save(gate, GATE)
        print(
            f"gate: {sum(len(one.candidates) for one in heard)} passages of {len(heard)} interviews; thresholds {limits}; wrote {GATE.name} {gate.signature}"
        )
        print(f"on interviews left out: {figures}")


def listen(interview: Interview, encoder: Encoder, entailment: Entailment) -> Heard:
    """Let the judge read an interview."""
    judge = _blank_judge(interview.case, encoder, entailment)
    return Heard(interview, judge, *judge.candidates(interview.transcript))


if __name__ == "__main__":
    main()
