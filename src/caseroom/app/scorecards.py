"""Scorecards of stored sessions: made once, kept, and made again by a newer judge without losing the older one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from caseroom.app import telemetry
from caseroom.app.engine import Progress
from caseroom.app.grading import SECOND, grade_session
from caseroom.app.interviews import Room
from caseroom.errors import ModelError, StoreError
from caseroom.grading.scorecard import PointScore, Scorecard
from caseroom.models.chat import ChatModel
from caseroom.store.sessions import Stored

_FORM = TypeAdapter(Scorecard)
_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class Graded:
    """A scorecard with its number and its time."""

    number: int
    created: str
    card: Scorecard


@dataclass(frozen=True, slots=True)
class Moved:
    """A point or a step that two scorecards see differently."""

    id: str
    """The id of a point or of a step."""
    name: str
    before: str
    after: str


def scorecard(room: Room, session_id: str, progress: Progress | None = None) -> Graded:
    """The newest scorecard of a session as it stands; it is made now if there is none yet.

    Raises:
        SessionNotFound: no such session.
    """
    kept = history(room, session_id)
    return kept[-1] if kept else grade_again(room, session_id, progress)


def history(room: Room, session_id: str) -> list[Graded]:
    """All scorecards of a session as it stands, the oldest first. Those from before its last events do not count, nor those in a form of old."""
    session = room.store.session(session_id)
    found = []
    for kept in room.store.scorecards(session_id):
        try:
            card = _FORM.validate_python(kept.body)
        except ValidationError:
            continue
        if kept.length == session.graded_by:
            found.append(Graded(kept.number, kept.created, card))
    return found


def newest(room: Room) -> list[tuple[Stored, Graded]]:
    """All finished sessions that were graded as they stand, the newest first, each with its newest scorecard."""
    numbers, found = room.store.scorecard_numbers(), []
    for stored in room.store.sessions():
        valid = [number for number, length in numbers.get(stored.id, ()) if length == stored.session.graded_by]
        if stored.session.ended and valid and (graded := _read(room, stored.id, valid[-1])):
            found.append((stored, graded))
    return found


def _read(room: Room, session_id: str, number: int) -> Graded | None:
    """One scorecard; remembered, since none is ever changed."""
    key = (room.store.url, session_id, number)
    if key not in _known:
        if len(_known) >= _REMEMBERED:
            _known.clear()
        _known[key] = next((graded for graded in history(room, session_id) if graded.number == number), None)
    return _known.get(key)


_known: dict[tuple[str, str, int], Graded | None] = {}


def read_twice(room: Room, session_id: str, told: Callable[[str], None] | None = None) -> Graded:
    """The scorecard with the opinion of the second reader that the settings name; kept beside the others.

    Raises:
        SessionNotFound: no such session.
        ModelError: no reader is set up, or it read nothing.
    """
    from caseroom.app.largemodels import chat_model

    reader = chat_model(room, "reader", session_id)
    if reader is None:
        raise ModelError(
            "No second reader is set up. `caseroom models add` names a model, `caseroom models use reader NAME` makes it the reader."
        )
    return grade_again(room, session_id, None, reader, told)


@telemetry.observed("grading")
def grade_again(
    room: Room, session_id: str, progress: Progress | None = None, reader: ChatModel | None = None, told: Callable[[str], None] | None = None
) -> Graded:  # fmt: skip
    """The scorecard by the judge of today; kept beside the others unless the newest is by the same judge. `reader` is a large model that reads the points, too.

    Raises:
        SessionNotFound: no such session.
        UnknownCase, CaseError: its case is gone or does not hold.
        ModelError: the reader read nothing.
    """
    session = room.store.session(session_id)
    case = room.shelf.case(session.case)
    room.engine.prepare(case, progress)
    card = grade_session(room.engine, case, session, progress, reader, told)
    kept = history(room, session_id)
    if kept and kept[-1].card == card:
        return kept[-1]
    created = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        number = room.store.keep_scorecard(session_id, created, session.graded_by, card.to_dict()).number
    except StoreError:
        number = len(kept) + 1  # a full disk does not keep anybody from seeing it; it can be made again at any time
    return Graded(number, created, card)


def is_of_today(room: Room, card: Scorecard) -> bool:
    """Whether the judge and the case of today would give this scorecard."""
    case = room.shelf.case(card.case)
    return card.judge.partition(SECOND)[0] == room.engine.signature(case) and card.case_version == case.version


def moved(before: Scorecard, after: Scorecard) -> list[Moved]:
    """What two scorecards see differently: levels of steps first, then points."""
    levels = [
        Moved(one.step, one.title, _level(one.level), _level(two.level))
        for one, two in zip(before.steps, after.steps, strict=True)
        if one.level != two.level
    ]
    old = {point.id: point.verdict for point in _points(before)}
    points = [Moved(p.id, p.name, old.get(p.id, "not asked"), p.verdict) for p in _points(after) if old.get(p.id) != p.verdict]
    return levels + points


def _level(level: int | None) -> str:
    return "not reached" if level is None else f"level {level}"


def _points(card: Scorecard) -> Sequence[PointScore]:
    return [*(point for step in card.steps for point in step.points), *card.communication]
