"""How probabilities become verdicts: with a gate that says the same of every passage."""

from __future__ import annotations

import math

import pytest

from caseroom.app.engine import Engine
from caseroom.cases.model import Case
from caseroom.grading.finder import Finder
from caseroom.grading.judge import FEATURES, KINDS, Finding, Judge
from caseroom.grading.levels import level
from caseroom.grading.transcript import Said, Transcript
from caseroom.language.match import FittedClasses

LIMITS = {"credit": 0.5, "sure": 0.6, "doubtful": 0.4, "whole": 0.5, "contradicted": 0.5}


def says(covered: float, partial: float, contradicted: float, **limits: float) -> FittedClasses:
    """A gate that gives every passage these probabilities."""
    rest = 1 - covered - partial - contradicted
    bias = tuple(math.log(chance + 1e-9) for chance in (covered, partial, contradicted, rest))
    zeros = tuple(0.0 for _ in FEATURES)
    return FittedClasses(FEATURES, KINDS, (zeros,) * len(KINDS), bias, LIMITS | limits, "test")


def finding(engine: Engine, case: Case, gate: FittedClasses, point: str = "1.06") -> Finding:
    judge = Judge(case, engine.encoder, engine.entailment, Finder(case, engine.encoder), gate)
    text = "How long does it take an agent to answer one ticket today?"
    return next(f for f in judge.read(Transcript((Said(1, "candidate", text),))) if f.point == point)


@pytest.mark.parametrize(
    ("chances", "verdict", "leans"),
    [
        ((0.8, 0.1, 0.0), "covered", None),
        ((0.2, 0.7, 0.0), "partial", None),
        ((0.1, 0.1, 0.7), "contradicted", None),
        ((0.1, 0.1, 0.0), "missed", None),
        ((0.5, 0.05, 0.0), "unsure", "covered"),
        ((0.1, 0.45, 0.0), "unsure", "partial"),
        ((0.4, 0.05, 0.0), "unsure", "missed"),
        ((0.1, 0.1, 0.55), "unsure", "contradicted"),
    ],
)
def test_where_probabilities_are_close_the_point_is_unsure(
    engine: Engine, support: Case, chances: tuple[float, float, float], verdict: str, leans: str | None
) -> None:
    found = finding(engine, support, says(*chances))
    assert (found.verdict, found.leans) == (verdict, leans)
    assert found.best_guess == (leans or verdict)
    assert (found.evidence is None) == (verdict == "missed")


def test_a_missed_point_tells_what_came_near(engine: Engine, support: Case) -> None:
    found = finding(engine, support, says(0.2, 0.1, 0.0))
    assert found.verdict == "missed" and found.near is not None
    assert finding(engine, support, says(0.01, 0.01, 0.0)).near is None


def test_unsure_points_earn_nothing(support: Case) -> None:
    points = [p for p in support.points if p.step == "assess"]
    covered = {p.id: Finding(p.id, "covered", 1.0) for p in points}
    unsure = {p.id: Finding(p.id, "unsure", 0.5, leans="covered") for p in points}
    assert level(points, unsure) == 0 < (level(points, covered) or 0)
