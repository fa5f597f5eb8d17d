"""Prove what can change after launch: drift.yaml, its documents and its records hold together with the data they stand beside. By code alone; no model is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from caseroom.cases.data import CaseData, Record
from caseroom.cases.drift import Drift, DriftRecord, EventForm, read_drift
from caseroom.errors import DataError
from caseroom.lab.outcome import holds, says_what_is_right
from caseroom.language.phrases import stands
from caseroom.pipeline.documents import Document
from caseroom.pipeline.ingest import read_documents
from caseroom.rollout.changes import touched

_ENOUGH = 5
"""Records that an event must touch at least to be seen at all."""


def check_drift(data: CaseData) -> list[str]:
    """The problems of what a folder says of the time after launch; none if it says nothing."""
    if not (data.folder / "drift.yaml").exists():
        return []
    try:
        drift = read_drift(data.folder)
        return list(_Check(data, drift).problems())
    except DataError as error:
        return error.problems


class _Check:
    def __init__(self, data: CaseData, drift: Drift) -> None:
        self._data, self._drift, self._task = data, drift, data.task
        self._records = list(data.records())
        self._documents = _by_id(read_documents(data.documents)) if data.documents else {}
        self._fields = {field.name for field in data.task.fields}

    def problems(self) -> Iterator[str]:
        """All of them, event by event, then record by record."""
        own = [event for event in self._drift.events if self._line(event)]
        new = dict(self._documents)
        for event in own:
            yield from (f"{self._place(event)}: {event.id}: {message}" for message in self._event(event))
            new |= _by_id(document for path in self._drift.documents(event) for document in read_documents(path))
        path = self._data.folder / "drift-records.jsonl"
        for row in self._drift.records:
            yield from (f"{path}: {row.id}: {message}" for message in self._row(row, new))

    def _line(self, event: EventForm) -> int:
        """The line of an event of the folder's own; 0 of a common one."""
        for (*_, number), line in ((place, at) for place, at in self._drift.lines.items() if len(place) == 2 and place[0] == "events"):
            if self._own_id(int(number)) == event.id:
                return line
        return 0

    def _own_id(self, number: int) -> str:
        return self._drift.events[number].id if number < len(self._drift.events) else ""

    def _place(self, event: EventForm) -> str:
        return f"{self._data.folder / 'drift.yaml'}:{self._line(event)}"

    def _event(self, event: EventForm) -> Iterator[str]:
        kinds, groups = {row.kind for row in self._records}, {row.group for row in self._records}
        for kind in [*event.kinds, *event.mix]:
            if kind not in kinds:
                yield f"no record is of the kind {kind!r}; there are {', '.join(sorted(filter(None, kinds)))}"
        if event.group is not None and event.group not in groups:
            yield f"no record is of the group {event.group!r}; there are {', '.join(sorted(filter(None, groups)))}"
        for name in event.only:
            if name not in self._fields:
                yield f"only: {name!r} is no field of task.yaml; there are {', '.join(sorted(self._fields)) or 'none'}"
        for document in event.documents:
            if document.replaces and document.replaces not in self._documents:
                yield f"replaces: no document has the id {document.replaces!r}"
        for path in self._drift.documents(event):
            yield from (f"{path.name}: the id {id!r} is that of a document; give the new version another" for id in self._taken(path))
        found = touched(event, self._records, self._drift, self._data.attacks, len(self._records))
        if len(found.records) < min(_ENOUGH, len(self._records)):
            yield f"touches {len(found.records)} records; give it words, phrases, kinds or records that more of the traffic has"
        yield from self._idle(event)

    def _taken(self, path: Path) -> list[str]:
        return [document.id for document in read_documents(path) if document.id in self._documents]

    def _idle(self, event: EventForm) -> Iterator[str]:
        """Words of a vocabulary that stand in no input."""
        said = "\n".join(row.input for row in self._records)
        idle = [word for word in event.words if not stands(said, word)]
        if event.words and len(idle) > len(event.words) / 2:
            yield f"words: {len(idle)} of {len(event.words)} stand in no input, {idle[0]!r} for one; write words that records use"

    def _row(self, row: DriftRecord, documents: dict[str, Document]) -> Iterator[str]:
        for name in row.documents:
            if name not in documents:
                yield f"documents: no document has the id {name!r}, neither now nor after the event"
        for name in row.values:
            if name not in self._fields:
                yield f"values: {name!r} is no field of task.yaml"
        if not says_what_is_right(row):
            yield "nothing is said of what is right: write facts, exact, values, wrong, answerable: false or handover: true"
        yield from _of_reference(row)


def _by_id(documents: Iterable[Document]) -> dict[str, Document]:
    return {document.id: document for document in documents}


def _of_reference(row: Record) -> Iterator[str]:
    """What a good output should hold and the reference does not, or the other way round."""
    for fact in row.facts if row.reference else ():
        if not holds(row.reference or "", fact):
            yield f"facts: no key of {fact.text!r} stands in the reference; add one in the reference's words"
    for claim in row.wrong if row.reference else ():
        for key in (key for key in claim.keys if stands(row.reference or "", key)):
            yield f"wrong: {key!r} stands in the reference, so a good output would count as wrong; make the key longer"
