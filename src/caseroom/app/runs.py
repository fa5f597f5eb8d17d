"""The use-cases of the lab: begin a run, carry it out (again, if it was stopped), look at runs, compare two, delete one."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from caseroom.app import largemodels, reviews, telemetry
from caseroom.app.carrying import Stopped, Told, asked_for, carry, same_data, stamp
from caseroom.app.interviews import Room
from caseroom.errors import DataError, RunError
from caseroom.lab.decisions import Queue
from caseroom.lab.pages import change
from caseroom.lab.study import Lab, Waiting
from caseroom.lab.writing import report
from caseroom.metrics.registry import BY_NAME
from caseroom.models.base import Reply, Request
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.file import from_data, is_words, paths
from caseroom.proposal.model import Proposal
from caseroom.store.remembered import Remembered
from caseroom.store.runs import RunStore
from caseroom.store.works import KeptWork

State = Literal["open", "running", "stopped", "failed", "waiting", "done"]


@dataclass(frozen=True, slots=True)
class Run:
    """A run: what was asked, where it stands, and its report once it is done."""

    id: str
    created: str
    case: str
    """The case's id, or the folder of one's own data."""
    title: str
    session: str | None
    state: State
    why: str
    """Why it failed or stopped."""
    proposal: dict[str, Any]
    report: dict[str, Any] | None
    quick: bool
    keep: int = 0
    """Outputs of each kind and group that are kept to be rated."""


def begin(
    room: Room, proposal: Proposal, *, case: str | None = None, data: Path | None = None, session: str | None = None, quick: bool = False,
    limit: int | None = None, keep: int = 0, review: bool = False,
) -> Run:  # fmt: skip
    """Keep what is asked; nothing is run yet. `data` is a folder of one's own, else the case's is taken; of each kind and group `keep`
    outputs are kept to be rated; with `review` the flagged ones wait for people.

    Raises:
        UnknownCase, CaseError, DataError: there is no such case, or its data do not hold.
        UsageError: the proposal answers another case.
        RunError: neither a case nor data is named, or the case has none.
    """
    opened, asked = asked_for(room, proposal, case, data, "run it")
    if next(iter(opened.records(1)), None) is None:
        raise DataError([f"{opened.folder / 'records.jsonl'}: holds no record; write at least one input, one a line"])
    asked |= {"quick": quick, "limit": limit, "keep": keep, "review": review}
    return _run(_store(room).begin(stamp(), session, asked))


def wait(room: Room, run_id: str) -> None:
    """Mark a run that is not done as waiting to be carried out.

    Raises:
        RunNotFound: no such run.
    """
    store = _store(room)
    if store.run(run_id).state != "done":
        store.set(run_id, "open")


@telemetry.observed("run", lambda run: {"state": run.state})
def carry_out(
    room: Room, run_id: str, told: Told | None = None, stopped: Stopped | None = None, *, force: bool = False
) -> Run:  # fmt: skip
    """Carry a run out, or go on with one that was stopped or killed, or that waited: what was computed is not computed again. While outputs wait for a
    reviewer it waits, unless `force`; with it, too, what a provider left unanswered counts as failed.

    Raises:
        RunNotFound: no such run.
        DataError, ModelError, StageError, StoreError, Unanswered: the run is marked as failed, with why.
    """
    store = _store(room)
    kept = store.run(run_id)
    if kept.state == "done":
        return _run(kept)

    def work() -> dict[str, Any] | None:
        """The report; None while it waits for people."""
        try:
            return _study(room, kept, told, stopped, _queue(room, kept, force), force=force)
        except Waiting:
            store.set(run_id, "waiting", reviews.words(reviews.waiting(room, run_id)))
            return None

    carry(store, run_id, work)
    return run(room, run_id)


def _queue(room: Room, kept: KeptWork, force: bool) -> reviews.RunQueue | None:
    if not kept.asked.get("review"):
        return None
    return reviews.RunQueue(room, kept.id, kept.asked["case"] or kept.asked["data"], force=force)


def _study(
    room: Room, kept: KeptWork, told: Told | None, stopped: Stopped | None, queue: Queue | None, *, force: bool
) -> dict[str, Any]:  # fmt: skip
    asked = kept.asked
    data = same_data(room, asked, "run")
    with closing(Remembered(room.settings.cache / "lab.db")) as remembered:
        engine, notes = room.engine, list[str]()
        progress = (lambda done, total: told("documents", done, total)) if told else None
        workshop = Workshop(
            data, engine.encoder, engine.entailment, engine.reader, progress, notes, lambda name: largemodels.generator(room, name, kept.id)
        )
        lab = Lab(workshop, Replies(remembered), Windows(remembered), told, stopped, asked["limit"], asked.get("keep", 0), queue, force)
        study = lab.study(from_data(asked["proposal"]), quick=asked["quick"])
        if lab.unanswered:
            notes.append(f"What got no answer from the provider counts as failed: {lab.unanswered} of all requests.")
        notes += largemodels.spent_in_words(room, kept.id, data.economics.currency)
        return report(study, data, case=asked["case"] or asked["data"], title=asked["title"], notes=notes).to_dict()


class Replies:
    """Replies of models by content: the same request to the same model costs nothing the second time."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered

    def find(self, signature: str, requests: Sequence[Request]) -> list[Reply | None]:
        """The remembered reply of each request, None where there is none."""
        if signature.startswith(_CHEAP):
            return [None] * len(requests)
        bodies = (self._remembered.body("reply", _request_key(signature, request)) for request in requests)
        return [Reply(**body) if body else None for body in bodies]

    def keep(self, signature: str, made: Sequence[tuple[Request, Reply]]) -> None:
        """Remember replies."""
        if not signature.startswith(_CHEAP):
            self._remembered.keep("reply", [(_request_key(signature, request), 0, dataclasses.asdict(reply)) for request, reply in made])


_CHEAP = ("extractive:", "recall:")
"""Models of the house: their replies come with the window that they stand in, and are made again faster than looked up."""


def _request_key(signature: str, request: Request) -> str:
    asked = json.dumps(dataclasses.asdict(request), sort_keys=True, default=str)
    return hashlib.sha256(f"{signature}\0{asked}".encode("utf-8", "surrogatepass")).hexdigest()


class Windows:
    """Windows of experiments by content."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered

    def done(self, key: str) -> Iterator[Mapping[str, Any]]:
        """The windows that are done."""
        return self._remembered.bodies("window", key)

    def keep(self, key: str, number: int, body: Mapping[str, Any]) -> None:
        """Keep a window."""
        self._remembered.keep("window", [(key, number, body)])


def _store(room: Room) -> RunStore:
    return RunStore(room.store.database)


def _run(kept: KeptWork) -> Run:
    asked = kept.asked
    return Run(kept.id, kept.created, asked["case"] or asked["data"], asked["title"], kept.session, cast(State, kept.state), kept.why,
               asked["proposal"], kept.report, asked["quick"], asked.get("keep", 0))  # fmt: skip


def runs(room: Room) -> list[Run]:
    """All runs, the newest first, without their reports."""
    return [_run(kept) for kept in _store(room).runs()]


def run(room: Room, run_id: str) -> Run:
    """A run with its report.

    Raises:
        RunNotFound: no such run.
    """
    return _run(_store(room).run(run_id))


def delete(room: Room, run_id: str) -> None:
    """Remove a run for good.

    Raises:
        RunNotFound: no such run.
    """
    _store(room).delete(run_id)


@dataclass(frozen=True, slots=True)
class Compared:
    """A row of a comparison."""

    name: str
    a: str
    b: str
    difference: str
    """b less a, where both are numbers."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side."""

    a: Run
    b: Run
    switches: tuple[Compared, ...]
    """Parts of the designs that differ."""
    rows: tuple[Compared, ...]
    """Measures of both."""


def compare(a: Run, b: Run) -> Comparison:
    """Two runs that are done, side by side.

    Raises:
        RunError: one is not done, or they are not of the same data.
    """
    for one in (a, b):
        if one.report is None:
            raise RunError(f"Run {one.id} is {one.state}; only finished runs can be compared. `caseroom runs go-on {one.id}` finishes it.")
    first, second = cast(dict[str, Any], a.report), cast(dict[str, Any], b.report)
    if first["data_version"] != second["data_version"]:
        raise RunError("These runs saw different data, so their numbers do not compare.")
    if first["records"] != second["records"]:
        raise RunError(
            f"Run {a.id} went over {first['records']} records and run {b.id} over {second['records']}, so their numbers do not compare. "
            "Run both with the same --limit, or without one."
        )
    mine, other = (dict(_leaves({name: one.proposal[name] for name in ("assess", "technical", "hallucinations")})) for one in (a, b))
    switches = tuple(Compared(path, str(mine[path]), str(other[path]), "") for path in mine if mine[path] != other[path])
    return Comparison(a, b, switches, tuple(_rows(first, second)))


def _leaves(part: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The switches of a design by their paths; fields of words are none."""
    for name, value in part.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        elif prefix + name in paths() and not is_words(prefix + name):
            yield prefix + name, value


def _rows(first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[Compared]:
    mine, known = ({row["name"]: row for section in report["sections"] for row in section["rows"]} for report in (first, second))
    for row in mine.values():  # a measure that stands in two sections is one row
        if other := known.get(row["name"]):
            before, after = (part["score"]["value"] if part["score"] else None for part in (row, other))
            metric = row["score"]["name"] if row["score"] else ""
            difference = (
                ""
                if before is None or after is None
                else change(metric if metric in BY_NAME else "right_rate", after - before, first["currency"])
            )
            yield Compared(row["name"], row["design"], other["design"], difference)
