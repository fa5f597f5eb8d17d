"""The report of a study: what was proposed, what became of it, section by section; plain data that pages and terminals show."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from caseroom.lab.experiment import Case
from caseroom.lab.matters import Matter
from caseroom.lab.redteam import Attacked, Family
from caseroom.lab.switches import Effect
from caseroom.lab.verdict import Yardstick
from caseroom.metrics.score import Score


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a section's table."""

    name: str
    design: str
    simple: str = ""
    note: str = ""
    score: Score | None = None
    """The design's number, where it is one."""
    simple_score: Score | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The candidate's words behind a field."""

    path: str
    quote: str
    turn: int | None


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the proposal: the candidate's own words, then what was measured."""

    step: str
    title: str
    words: tuple[Words, ...]
    remark: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole."""

    case: str
    title: str
    verdict: str
    reached: bool | None
    goal: Yardstick
    limits: tuple[Yardstick, ...]
    sections: tuple[Section, ...]
    effects: tuple[Effect, ...]
    families: tuple[Family, ...]
    attacked: tuple[Attacked, ...]
    """The attacks that got through, to read."""
    matters: tuple[Matter, ...]
    worst: tuple[Case, ...]
    remarks: tuple[str, ...]
    """What contradicts itself in the proposal, what was left out of the data."""
    currency: str
    records: int
    scored: int
    """Of them those that say what is right."""
    data_version: str
    signature: str
    kept: tuple[Case, ...] = ()
    """Outputs of the design that were kept to be rated, some of each kind and group."""
    kept_simple: tuple[Case, ...] = ()
    """The simple way's."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)
