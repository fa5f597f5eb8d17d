"""The six steps of a case-study answer (GATHER): one table. Everything that speaks of a step takes its words from here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the answer."""

    id: str
    """The name in files and in the proposal."""
    letter: str
    """G, A, T, H, E or R."""
    title: str
    """The heading people read."""
    said: tuple[str, ...]
    """Words by which a candidate announces it."""


STEPS: tuple[Step, ...] = (
    Step("ground", "G", "Ground the problem", ("ground", "grounding the problem", "clarifying questions", "the problem")),
    Step(
        "assess",
        "A",
        "Assess AI fit",
        ("ai fit", "assess", "ai appropriateness", "whether ai", "whether genai", "is genai", "does ai", "does genai", "fit for ai"),
    ),
    Step("technical", "T", "Technical architecture", ("architecture", "technical part", "technical design", "the design", "system design")),
    Step(
        "hallucinations",
        "H",
        "Hallucinations and risks",
        ("hallucination", "hallucinations", "risk", "risks", "failure modes", "what can go wrong", "what could go wrong"),
    ),
    Step("evaluation", "E", "Evaluation metrics", ("evaluation", "metrics", "measurement", "how we measure")),
    Step("roadmap", "R", "Roadmap and iteration", ("roadmap", "road map", "rollout", "roll-out", "iteration", "launch plan")),
)
STEP_IDS: tuple[str, ...] = tuple(step.id for step in STEPS)
BY_ID: dict[str, Step] = {step.id: step for step in STEPS}


def position(step_id: str) -> int:
    """The place of a step in the order, 0 to 5."""
    return STEP_IDS.index(step_id)
