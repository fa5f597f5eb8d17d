"""A case as frozen data: the brief, the withheld facts, the rubric, the messy turns, the strong answer. No behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal[
    "count", "duration", "money", "share", "frequency", "size", "quality", "person", "reason", "date", "place", "list", "process",
    "data", "rule", "yes_no",
]  # fmt: skip
Weight = Literal["core", "extra", "trap"]
Figure = Literal["number", "threshold"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the interviewer knows and withholds."""

    id: str
    step: str
    topic: str
    """A neutral phrase, without a figure, for asking back."""
    entity: tuple[str, ...]
    """What it is about: the plain name, then synonyms."""
    attribute: tuple[str, ...]
    """What about it."""
    kind: tuple[Kind, ...]
    """What sort of answer it is."""
    say: str
    """Exactly what is said."""
    numbers: tuple[tuple[str, float], ...]
    asking_earns: tuple[str, ...]
    """Rubric points that asking for it earns."""
    questions: tuple[str, ...]
    near_misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """What makes a point whole and not only named."""

    figure: Figure | None = None
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the rubric: the common one with the case's instance laid over it."""

    id: str
    step: str
    """A step's id, or `communication`."""
    name: str
    weight: Weight
    statement: str
    why: str
    examples: tuple[str, ...]
    """The case's first, then the common ones."""
    partial: tuple[str, ...]
    near_misses: tuple[str, ...]
    contradicts: tuple[str, ...]
    whole: Whole
    follow_ups: tuple[str, ...]
    sets: str | None


@dataclass(frozen=True, slots=True)
class When:
    """The moment of a messy turn: one of the three."""

    step: str | None = None
    after_turns: int = 0
    point: str | None = None
    minute: float | None = None


@dataclass(frozen=True, slots=True)
class MessyTurn:
    """A changed requirement or a push-back."""

    id: str
    kind: Literal["change", "push_back"]
    when: When
    say: str
    topic: str
    reactions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StrongPassage:
    """One paragraph of the strong answer and the point it makes."""

    point: str
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """A whole case."""

    id: str
    folder: Path
    title: str
    company: str
    domain: str
    level: Literal["junior", "middle", "senior"]
    trap: bool
    minutes: tuple[tuple[str, float], ...]
    opening: str
    terms: tuple[str, ...]
    facts: tuple[Fact, ...]
    points: tuple[Point, ...]
    turns: tuple[MessyTurn, ...]
    strong: tuple[StrongPassage, ...]
    version: str
    """A digest of the case's files and of the common rubric."""
    draft: bool = False
    """Drafted by a machine, and not read by a person yet."""

    def fact(self, fact_id: str) -> Fact:
        """The fact of that id."""
        return next(fact for fact in self.facts if fact.id == fact_id)

    def point(self, point_id: str) -> Point:
        """The point of that id."""
        return next(point for point in self.points if point.id == point_id)

    def total_minutes(self) -> float:
        """The length of the whole interview."""
        return sum(minutes for _, minutes in self.minutes)
