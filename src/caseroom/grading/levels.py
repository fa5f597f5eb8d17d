"""Levels: 0 to 4 for a step, anchored in words. There is no mean over steps; the limiting step is named instead."""

from __future__ import annotations

from collections.abc import Sequence

from caseroom.cases.model import Point
from caseroom.grading.judge import Finding, Verdict

ANCHORS: tuple[str, ...] = (
    "Nothing that the rubric can hold on to.",
    "Topics are named, little is worked out.",
    "About half of the core stands; the rest is missing or only named.",
    "Most of the core stands, with its figures and reasons.",
    "The core stands whole, with depth beyond it.",
)
_WORTH: dict[Verdict, float] = {"covered": 1.0, "partial": 0.35, "missed": 0.0, "contradicted": 0.0, "unsure": 0.0, "not_reached": 0.0}
# a core that is only named, point by point, stays at level 1; what the judge is unsure of earns nothing until a person has looked
_FROM = (0.08, 0.40, 0.65, 0.85)
"""Share of the core from which a step is at level 1, 2, 3 and 4."""
_DEPTH = 2
"""Extra points needed for level 4."""


def level(points: Sequence[Point], findings: dict[str, Finding]) -> int | None:
    """The level of one step from its points; None if the step was not reached.

    Contradicting a core point caps the step at 2; missing the point of a trap caps it at 1.
    """
    core = [p for p in points if p.weight == "core"]
    trap = [p for p in points if p.weight == "trap"]
    verdicts = {p.id: findings[p.id].verdict for p in points if p.id in findings}
    if not verdicts or ("not_reached" in verdicts.values() and set(verdicts.values()) <= {"not_reached", "unsure"}):
        return None
    counted = [p for p in core + trap if p.id in verdicts]
    share = sum(_WORTH[verdicts[p.id]] for p in counted) / max(1, len(counted))
    reached = sum(share >= limit for limit in _FROM)
    extras = sum(verdicts.get(p.id) == "covered" for p in points if p.weight == "extra")
    if reached == 4 and extras < _DEPTH:
        reached = 3
    if any(verdicts[p.id] == "contradicted" for p in counted):
        reached = min(reached, 2)
    if trap and verdicts.get(trap[0].id) in ("missed", "contradicted"):
        reached = min(reached, 1)
    return reached
