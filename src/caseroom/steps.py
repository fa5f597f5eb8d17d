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
    question: str
    """What an interviewer would ask to come to it."""
    said: tuple[str, ...]
    """Words by which a candidate announces it."""


STEPS: tuple[Step, ...] = (
    Step(
        "ground",
        "G",
        "Ground the problem",
        "What do you need to know before you propose anything?",
        ("ground", "grounding the problem", "clarifying questions", "the problem"),
    ),
    Step(
        "assess",
        "A",
        "Assess AI fit",
        "Does this need generative AI, and for which parts?",
        ("ai fit", "assess", "ai appropriateness", "whether ai", "whether genai", "is genai", "does ai", "does genai", "fit for ai"),
    ),
    Step(
        "technical",
        "T",
        "Technical architecture",
        "How would you build it, from the request to the response?",
        ("architecture", "technical part", "technical design", "the design", "system design"),
    ),
    Step(
        "hallucinations",
        "H",
        "Hallucinations and risks",
        "What can go wrong, and what do you do about it?",
        ("hallucination", "hallucinations", "risk", "risks", "failure modes", "what can go wrong", "what could go wrong"),
    ),
    Step(
        "evaluation",
        "E",
        "Evaluation metrics",
        "How would you know that it works?",
        ("evaluation", "metrics", "measurement", "how we measure"),
    ),
    Step(
        "roadmap",
        "R",
        "Roadmap and iteration",
        "How do you bring it to people, and what comes after?",
        ("roadmap", "road map", "rollout", "roll-out", "iteration", "launch plan"),
    ),
)
STEP_IDS: tuple[str, ...] = tuple(step.id for step in STEPS)
BY_ID: dict[str, Step] = {step.id: step for step in STEPS}


def position(step_id: str) -> int:
    """The place of a step in the order, 0 to 5."""
    return STEP_IDS.index(step_id)
