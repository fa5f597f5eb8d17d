"""Marks of a peer: points and levels and a note for each step, given before the machine's are seen. Saves only append; after “done” there are none.

Until a peer is done, nothing here tells what the machine, the candidate or another peer thinks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import reduce
from typing import Any, Literal, get_args

from caseroom.app.interviews import Room
from caseroom.app.links import Link, people, stamp
from caseroom.app.masks import masks
from caseroom.cases.model import Case, Point
from caseroom.errors import UsageError
from caseroom.grading.transcript import Said
from caseroom.steps import STEP_IDS, STEPS, Step
from caseroom.store.people import KeptPeer

Mark = Literal["made", "named", "not_made"]
MARKS: tuple[str, ...] = get_args(Mark)
MARK_WORDS = {"made": "made", "named": "named, not whole", "not_made": "not made"}
LONGEST_NOTE, LONGEST_NAME = 4_000, 60


@dataclass(frozen=True, slots=True)
class Change:
    """What one save changes; all else stays."""

    name: str | None = None
    points: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Marks:
    """What a peer thinks, as it now stands."""

    name: str = ""
    points: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    done: bool = False


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer of a session with their marks."""

    id: str
    link: str
    name: str
    """As given; “Peer 2” without."""
    marks: Marks
    saves: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a peer marks: a step, and its points."""

    step: Step
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Viewed:
    """An interview as a peer sees it before they are done."""

    title: str
    ended: bool
    turns: tuple[tuple[Step | None, tuple[Said, ...]], ...]
    """What was said in each step, in order; None: beside the talk, on the board and in the notes."""
    sheets: tuple[Sheet, ...]


def view(room: Room, link: Link) -> Viewed:
    """The interview of a link, as it is shown by the link's options.

    Raises:
        SessionNotFound, UnknownCase, CaseError: the session or its case is gone.
    """
    session = room.store.session(link.session)
    case = room.shelf.case(session.case)
    turns = masks(session, link.options).turns()
    return Viewed(case.title, session.ended is not None, _by_step(turns), sheets(case))


def sheets(case: Case) -> tuple[Sheet, ...]:
    """The rubric of a case, step by step."""
    return tuple(Sheet(step, tuple(point for point in case.points if point.step == step.id)) for step in STEPS)


def _by_step(turns: Sequence[Said]) -> tuple[tuple[Step | None, tuple[Said, ...]], ...]:
    groups: list[tuple[Step | None, list[Said]]] = []
    here: Step | None = STEPS[0]
    for said in turns:
        if said.speaker == "candidate":  # a reply stands with the turn that it answers
            here = next((step for step in STEPS if step.id == said.step), None)
        if not groups or groups[-1][0] != here:
            groups.append((here, []))
        groups[-1][1].append(said)
    return tuple((step, tuple(said)) for step, said in groups)


def marks_of(room: Room, link: Link, key: str) -> Marks:
    """The marks of the peer who holds this key; empty before the first save."""
    kept = people(room).peer(link.id, key)
    return _fold(kept) if kept else Marks()


def save(room: Room, link: Link, key: str, change: Change) -> Marks:
    """Keep what changes; nothing is kept where nothing does.

    Raises:
        UsageError: the interview is not over, the peer is done, or what is marked is not in the rubric.
    """
    _check(room, link, change)
    now = marks_of(room, link, key)
    if now.done:
        raise UsageError("You said that you are done; your marks stand as they were before you saw the machine's.")
    body = _difference(now, change)
    if body:
        peer = people(room).join(link.id, key, stamp())
        people(room).save(peer.id, stamp(), body, unless="done")
    return marks_of(room, link, key)


def finish(room: Room, link: Link, key: str) -> Marks:
    """The peer is done: from now on they see the comparison, and their marks stand.

    Raises:
        UsageError: nothing is marked yet.
    """
    now = marks_of(room, link, key)
    if now.done:
        return now
    if not now.points and not now.levels:
        raise UsageError("Mark a point or a level first; without marks there is nothing to compare.")
    peer = people(room).join(link.id, key, stamp())
    people(room).save(peer.id, stamp(), {"done": True}, unless="done")
    return marks_of(room, link, key)


def of_session(room: Room, session_id: str) -> list[Peer]:
    """All peers of a session, for its owner.

    Raises:
        SessionNotFound: no such session.
    """
    room.store.session(session_id)
    found = [(kept, _fold(kept)) for kept in people(room).peers(session_id)]
    return [Peer(kept.id, kept.link, marks.name or f"Peer {n}", marks, len(kept.saves)) for n, (kept, marks) in enumerate(found, start=1)]


def _fold(kept: KeptPeer) -> Marks:
    return reduce(_after, (save.body for save in kept.saves), Marks())


def _after(marks: Marks, body: dict[str, Any]) -> Marks:
    return Marks(
        body.get("name", marks.name), {**marks.points, **body.get("points", {})}, {**marks.levels, **body.get("levels", {})},
        {**marks.notes, **body.get("notes", {})}, marks.done or bool(body.get("done")),
    )  # fmt: skip


def _difference(now: Marks, change: Change) -> dict[str, Any]:
    body: dict[str, Any] = {"name": change.name} if change.name is not None and change.name != now.name else {}
    for part, known, given in (("points", now.points, change.points), ("levels", now.levels, change.levels)):
        if new := {key: value for key, value in given.items() if known.get(key) != value}:
            body[part] = new
    if notes := {step: text for step, text in change.notes.items() if now.notes.get(step, "") != text}:
        body["notes"] = notes
    return body


def _check(room: Room, link: Link, change: Change) -> None:
    session = room.store.session(link.session)
    if session.ended is None:
        raise UsageError("The interview is not over yet; mark it when it is.")
    known = {point.id for sheet in sheets(room.shelf.case(session.case)) for point in sheet.points}
    if unknown := [*(set(change.points) - known), *({*change.levels, *change.notes} - set(STEP_IDS))]:
        raise UsageError(f"There is no {str(unknown[0])[:20]!r} in this rubric. Reload the page.")
    if any(mark not in MARKS for mark in change.points.values()):
        raise UsageError(f"A point is {', '.join(MARKS)}.")
    if any(not 0 <= level <= 4 for level in change.levels.values()):
        raise UsageError("A level is a whole number from 0 to 4.")
    if any(len(text) > LONGEST_NOTE for text in change.notes.values()) or len(change.name or "") > LONGEST_NAME:
        raise UsageError(f"A note has at most {LONGEST_NOTE} letters, a name {LONGEST_NAME}. Nothing was kept; shorten it.")


def stored(room: Room, session_id: str) -> dict[str, Any]:
    """All that is stored of people beside a session, as plain data; of a link no secret, and not its digest."""
    kept = people(room)
    return {
        "links": [asdict(link) for link in kept.links(session_id)],
        "peers": [asdict(peer) for peer in kept.peers(session_id)],
        "decisions": {dispute: [asdict(one) for one in decided] for dispute, decided in kept.decisions(session_id).items()},
    }
