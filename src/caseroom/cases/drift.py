"""What can change after launch in a case: drift.yaml, its records and documents, and the common library of events. Read strictly; nothing is run here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import Field, model_validator

from caseroom.cases.data import AttackFamily, Record, Scalar, read_rows
from caseroom.cases.task import Share
from caseroom.errors import DataError
from caseroom.forms import Form, Lines, Slug, Text, read_yaml

EventKind = Literal[
    "policy_change", "new_line", "vocabulary", "gaming", "model_update", "half_index", "latency_creep", "cost_rise", "group_loss", "injections",
    "season",
]  # fmt: skip
COMMON = Path(__file__).parent / "library" / "common" / "data" / "drift.yaml"
_SAMPLES = {"id": "late-credit-rules"}
_WITH_RECORDS = ("policy_change", "new_line")
_NEEDS: dict[str, tuple[str, ...]] = {
    "vocabulary": ("words", "templates"), "gaming": ("phrases",), "group_loss": ("group",), "injections": ("families", "phrases"),
}  # fmt: skip
"""What an event of a kind cannot be made without: at least one of these."""
_MAY: dict[str, tuple[str, ...]] = {
    "documents": ("policy_change",), "words": ("vocabulary", "group_loss"), "templates": ("vocabulary",), "phrases": ("gaming", "injections"),
    "place": ("gaming", "injections"), "untrue": ("gaming", "injections"), "only": ("vocabulary", "gaming"), "kinds": ("vocabulary", "gaming", "injections"), "group": ("group_loss",), "garbled": ("group_loss",), "lost": ("group_loss",),
    "cut": ("group_loss",), "families": ("injections",), "mix": ("season",), "of": ("half_index",),
}  # fmt: skip
"""The kinds that each piece of material is for."""


class NewDocument(Form):
    """A new version of a document."""

    file: Text
    replaces: Text | None = None


class EventForm(Form):
    """One entry of drift.yaml."""

    id: Slug
    kind: EventKind
    title: Text
    what: Text
    strength: float = Field(default=1.0, gt=0, le=100)
    days: int = Field(default=21, ge=1, le=365)
    ramp: int = Field(default=0, ge=0, le=180)
    harmless: bool = False
    documents: list[NewDocument] = []
    words: dict[Text, str] = {}
    templates: list[Text] = []
    phrases: list[Text] = []
    place: Literal["start", "within", "end"] = "end"
    untrue: list[Text] = []
    only: dict[Text, Scalar] = {}
    kinds: list[Text] = []
    group: Text | None = None
    garbled: Share = 0.0
    lost: Share = 0.0
    cut: Annotated[int, Field(ge=5)] | None = None
    families: list[AttackFamily] = []
    mix: dict[Text, Annotated[float, Field(ge=0)]] = {}
    of: Literal["documents", "tables"] = "documents"

    @model_validator(mode="after")
    def _whole(self) -> EventForm:
        for name in self.model_fields_set & set(_MAY):
            if self.kind not in _MAY[name]:
                raise ValueError(f"{name} is for {' and '.join(_MAY[name])}; a {self.kind} has none")
        needs = _NEEDS.get(self.kind, ())
        if needs and not any(getattr(self, name) for name in needs):
            raise ValueError(f"a {self.kind} needs {' or '.join(needs)}")
        if self.kind == "group_loss" and not (self.words or self.garbled or self.lost or self.cut):
            raise ValueError("a group_loss needs garbled, lost, cut or words: what becomes of the group's inputs")
        if self.kind in ("latency_creep", "cost_rise") and self.strength <= 1:
            raise ValueError(f"the strength of a {self.kind} is a factor above 1")
        if self.kind not in ("latency_creep", "cost_rise") and self.strength > 1:
            raise ValueError(f"the strength of a {self.kind} is a share of the traffic, over 0 to 1")
        if lacking := [text for text in self.templates if "{input}" not in text]:
            raise ValueError(f"each template needs {{input}}: {lacking[0][:40]!r} has none")
        return self


class DriftForm(Form):
    """drift.yaml"""

    format: Literal[1]
    events: list[EventForm] = []
    without: dict[Slug, Text] = {}


class DriftRecord(Record):
    """A line of drift-records.jsonl: a record, and the event that brings it."""

    event: Slug


@dataclass(frozen=True)
class Drift:
    """The events of a case, the common ones among them, with their material."""

    folder: Path
    """The data folder."""
    events: tuple[EventForm, ...]
    without: dict[str, str]
    """Common events that this case is spared, and why."""
    lines: Lines
    """Lines of drift.yaml."""

    def event(self, id: str) -> EventForm:
        """The event of a name.

        Raises:
            DataError: there is none.
        """
        found = next((event for event in self.events if event.id == id), None)
        if found is None:
            raise DataError([f"{self.folder / 'drift.yaml'}: no event is called {id!r}; there are {', '.join(e.id for e in self.events)}"])
        return found

    @cached_property
    def records(self) -> tuple[DriftRecord, ...]:
        """The records that events bring; none if there is no file.

        Raises:
            DataError: a row that does not hold.
        """
        path = self.folder / "drift-records.jsonl"
        return tuple(cast("Iterator[DriftRecord]", read_rows(path, DriftRecord))) if path.exists() else ()

    def of(self, event: EventForm) -> tuple[DriftRecord, ...]:
        """The records of an event."""
        return tuple(row for row in self.records if row.event == event.id)

    def documents(self, event: EventForm) -> list[Path]:
        """The files of an event's documents."""
        return [self.folder / "drift" / document.file for document in event.documents]

    def digest(self, event: EventForm) -> str:
        """Of all that the event's records and documents are made of; not of how long it lasts, nor of its words for people."""
        digest = hashlib.sha256(event.model_dump_json(exclude={"title", "what", "strength", "days", "ramp", "harmless"}).encode())
        for row in self.of(event) if event.kind in _WITH_RECORDS else ():
            digest.update(row.model_dump_json().encode())
        for path in self.documents(event):
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]


def read_drift(folder: Path, common: Path = COMMON) -> Drift:
    """The events of a data folder: its own, and the common ones, of which one with the same name is replaced. A folder without drift.yaml has the common ones.

    Raises:
        DataError: each problem with file, line and what to write instead.
    """
    shared, _ = read_yaml(common, DriftForm.model_validate, DataError, _SAMPLES)
    path = folder / "drift.yaml"
    if not path.exists():
        return Drift(folder, tuple(shared.events), {}, {})
    own, lines = read_yaml(path, DriftForm.model_validate, DataError, _SAMPLES)
    if problems := list(_problems(path, own, shared, lines)):
        raise DataError(problems)
    left_out = {event.id for event in own.events} | set(own.without)
    drift = Drift(folder, (*own.events, *(e for e in shared.events if e.id not in left_out)), dict(own.without), lines)
    if problems := list(_unmet(path, drift, own)):
        raise DataError(problems)
    return drift


def _problems(path: Path, own: DriftForm, shared: DriftForm, lines: Lines) -> Iterator[str]:
    """Names that stand twice, or that nothing is called by."""
    seen: set[str] = set()
    for number, event in enumerate(own.events):
        if event.id in seen:
            yield f"{path}:{lines[('events', number, 'id')]}: the id {event.id!r} stands twice; give one event another id"
        seen.add(event.id)
    known = {event.id for event in shared.events}
    for name in own.without:
        if name not in known:
            yield f"{path}:{lines[('without', name)]}: {name!r} is no common event; there are {', '.join(sorted(known))}"


def _unmet(path: Path, drift: Drift, own: DriftForm) -> Iterator[str]:
    """Events whose records or documents are not there, and records of no event."""
    with_rows = {row.event for row in drift.records}
    for number, event in enumerate(own.events):
        line = drift.lines[("events", number)]
        if event.kind in _WITH_RECORDS and event.id not in with_rows:
            yield f'{path}:{line}: {event.id}: a {event.kind} needs records; write rows with `"event": "{event.id}"` into drift-records.jsonl'
        for place, file in enumerate(drift.documents(event)):
            if not file.is_file():
                yield f"{path}:{drift.lines[('events', number, 'documents', place)]}: {file.name} is not in {file.parent}; write it there"
    known = {event.id for event in own.events if event.kind in _WITH_RECORDS}
    for name in sorted(with_rows - known):
        first = next(row.id for row in drift.records if row.event == name)
        yield f"{path.parent / 'drift-records.jsonl'}: {first}: event {name!r} is no policy_change or new_line of drift.yaml"
