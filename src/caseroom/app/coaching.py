"""The coach's words on a finished interview: made on demand by the large model that the settings name, kept with the session's scorecard, never part of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from caseroom.app import scorecards
from caseroom.app.grading import transcript_of
from caseroom.app.interviews import Room
from caseroom.errors import ModelError
from caseroom.grading.coach import Coached, coach
from caseroom.models.chat import ChatModel
from caseroom.store.coachings import CoachingStore

_FORM = TypeAdapter(list[Coached])


def kept(room: Room, session_id: str) -> list[Coached]:
    """What the coach said last of a session as it stands; nothing where it was not asked."""
    length = room.store.session(session_id).graded_by
    for coaching in reversed(CoachingStore(room.store.database).of(session_id)):
        try:
            said = _FORM.validate_python(coaching.body)
        except ValidationError:
            continue  # in a form of old
        if coaching.length == length:
            return said
    return []


def coached(room: Room, session_id: str, told: Callable[[int, int], None] | None = None, model: ChatModel | None = None) -> list[Coached]:
    """What the coach says of the changes that would lift the answer most; kept beside the session.

    Raises:
        SessionNotFound, UsageError: no such session, or it is still open.
        ModelError: no coach is set up, or it does not answer.
    """
    model = model or _chosen(room, session_id)
    card = scorecards.scorecard(room, session_id).card
    session, case = room.store.session(session_id), room.shelf.case(card.case)
    transcript, said = transcript_of(session), list[Coached]()
    for number, change in enumerate(card.changes):
        if told:
            told(number, len(card.changes))
        said.append(coach(case, card, transcript, change, model, room.engine.entailment))
    if said:
        created = datetime.now(UTC).isoformat(timespec="seconds")
        CoachingStore(room.store.database).keep(session_id, created, session.graded_by, [asdict(one) for one in said])
    return said


def _chosen(room: Room, session_id: str) -> ChatModel:
    from caseroom.app.largemodels import chat_model

    model = chat_model(room, "coach", session_id)
    if model is None:
        raise ModelError("No coach is set up. `caseroom models add` names a model, `caseroom models use coach NAME` makes it the coach.")
    return model
