"""The JSON API under /api: the same use-cases as the pages, typed and described in /api/openapi.json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextvars import copy_context
from queue import SimpleQueue
from threading import Thread
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Header, Path, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from caseroom import events as ev
from caseroom.app import again, exports, scorecards
from caseroom.app.booth import Booth
from caseroom.app.desk import Desk
from caseroom.app.interviews import Interview
from caseroom.app.progress import progress
from caseroom.app.saying import Mouth
from caseroom.app.spokenturns import hearing_of
from caseroom.app.voice import delete_session as delete_stored
from caseroom.errors import UsageError
from caseroom.web import views
from caseroom.web.api_forms import LONGEST, AgainForm, Board, Changed, DisputeForm, DisputeRow, Levels, Notes, StepId
from caseroom.web.held import the_desk, the_room
from caseroom.web.voice_api import SpokenForm, the_booth, the_mouth

Id = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class Problem(BaseModel):
    """What went wrong, in words."""

    detail: str


class CaseRow(BaseModel):
    """A case on the shelf."""

    id: str
    title: str
    company: str
    domain: str
    level: str
    minutes: int
    opening: str
    attempts: int
    best: int | None = Field(description="The best limiting level so far, 0 to 4.")
    draft: bool = Field(description="Drafted by a machine, not read by a person yet.")


class SessionRow(BaseModel):
    """A session in the list."""

    id: str
    case: str
    title: str
    created: str
    turns: int
    step: str
    open: bool
    state: str


class NewSession(BaseModel):
    """Which case to talk about."""

    case: str = Field(max_length=200)


class Begun(BaseModel):
    """A new session and its opening words."""

    id: str
    opening: str


class Turn(BaseModel):
    """What the candidate says."""

    text: str = Field(min_length=1, max_length=LONGEST, pattern=r"\S")
    spoken: SpokenForm | None = Field(None, description="How it was spoken; left out where it was typed.")


class MoveRow(BaseModel):
    """One thing that the interviewer says."""

    kind: str
    text: str
    refs: list[str] = Field(description="Ids of what it speaks of: facts, a point, a messy turn, a step.")


class Standing(BaseModel):
    """Where an interview stands. Times are seconds of interview time."""

    at: float
    total: float
    paused: bool
    step: str
    seconds: dict[str, float] = Field(description="Seconds spent in each step that was entered.")
    turns: int
    ended: bool
    held: bool = Field(description="Whether a person holds the interview, by a link.")
    waiting: bool = Field(description="Whether the last turn is not answered yet.")


class Answer(BaseModel):
    """The reply to a turn."""

    turn: int
    moves: list[MoveRow]
    by: str = Field("", description="The large model that worded it, if one did.")
    state: Standing


router = APIRouter(
    prefix="/api", responses={400: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem}, 503: {"model": Problem}}
)


@router.get("/cases")
def list_cases(request: Request) -> list[CaseRow]:
    """The shelf."""
    found, _ = the_room(request).shelf.all()
    attempts = progress(the_room(request)).attempts
    return [CaseRow(**views.case_row(case, attempts)) for case in found]


@router.get("/cases/{case_id}")
def show_case(request: Request, case_id: Id) -> CaseRow:
    """A case's brief; nothing that is withheld."""
    return CaseRow(**views.case_row(the_room(request).shelf.case(case_id), progress(the_room(request)).attempts))


@router.get("/sessions")
def list_sessions(request: Request) -> list[SessionRow]:
    """All sessions, the newest first."""
    return [SessionRow(**row) for row in views.session_rows(the_room(request))]


@router.post("/sessions", status_code=201)
def begin(request: Request, new: NewSession) -> Begun:
    """Begin an interview."""
    interview = Interview.start(the_room(request), new.case)
    return Begun(id=interview.id, opening=" ".join(move.text for move in interview.session.replies()[0].moves))


@router.get("/sessions/{session_id}")
def show_session(request: Request, session_id: Id) -> dict[str, Any]:
    """Everything stored of a session: events, transcript, and its scorecard if it is over and graded."""
    return exports.session_data(the_room(request), session_id)


@router.delete("/sessions/{session_id}", status_code=204)
def delete_session(request: Request, session_id: Id) -> Response:
    """Delete a session for good."""
    delete_stored(the_room(request), session_id)
    the_desk(request).forget(session_id)
    the_booth(request).forget(session_id)
    the_mouth(request).forget(session_id)
    return Response(status_code=204)


@router.get("/sessions/{session_id}/state")
def state(request: Request, session_id: Id) -> Standing:
    """Where an interview stands."""
    with the_desk(request).interview(session_id) as interview:
        return Standing(**views.state(interview))


@router.post("/sessions/{session_id}/here", status_code=204)
def here(request: Request, session_id: Id) -> Response:
    """A sign that the candidate is there, so that the clock goes on."""
    with the_desk(request).interview(session_id):
        return Response(status_code=204)


@router.post("/sessions/{session_id}/turns", response_model=Answer, responses={200: {"content": {"text/event-stream": {}}}})
def say(request: Request, session_id: Id, turn: Turn, accept: Annotated[str, Header()] = "application/json") -> Answer | StreamingResponse:
    """Say something. With `Accept: text/event-stream` the reply comes as events: stored, move …, state."""
    room = the_room(request)
    if "text/event-stream" in accept:
        room.store.session(session_id)  # unknown is told before the stream begins
        return StreamingResponse(
            _told(the_desk(request), the_booth(request), the_mouth(request), session_id, turn),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )
    with the_desk(request).turn(session_id) as interview:
        interview.say(turn.text, _hearing(the_booth(request), interview, turn))
        _said(the_booth(request), session_id, turn)
        return _answer(interview)


@router.get("/sessions/{session_id}/turns/last")
def last_answer(request: Request, session_id: Id) -> Answer:
    """The reply to the last turn; without moves while the person who holds the interview has not answered."""
    with the_desk(request).interview(session_id) as interview:
        return _answer(interview)


def _answer(interview: Interview) -> Answer:
    turn = interview.session.turns[-1] if interview.session.turns else None
    said = turn.reply.said if turn and turn.reply else ()
    by = turn.reply.by if turn and turn.reply else ""
    return Answer(turn=turn.number if turn else 0, moves=[_move(move) for move in said], by=by, state=Standing(**views.state(interview)))


def _move(move: ev.Move) -> MoveRow:
    return MoveRow(kind=move.kind, text=move.text, refs=list(move.refs))


def _hearing(booth: Booth, interview: Interview, turn: Turn) -> ev.Hearing | None:
    """How the turn was heard, if it was spoken."""
    return hearing_of(booth, interview, turn.text, turn.spoken.spoken()) if turn.spoken else None


def _said(booth: Booth, session_id: str, turn: Turn) -> None:
    """The turn is stored: its sound is forgotten here, so that a recording lives beside its turn or nowhere."""
    for part in turn.spoken.parts if turn.spoken else ():
        booth.drop(session_id, part.id)


def _told(desk: Desk, booth: Booth, mouth: Mouth, session_id: str, turn: Turn) -> Iterator[str]:
    """Server-sent events of a turn: it is stored, then answered, even if nobody listens any more.

    A thread of its own holds the interview: what is streamed is asked for by any thread, and a lock must be let go by the one that took it.
    """
    told: SimpleQueue[str | Exception | None] = SimpleQueue()

    def work() -> None:
        """The whole turn."""
        try:
            for event in _turn(desk, booth, mouth, session_id, turn):
                told.put(event)
        except Exception as error:
            told.put(error)
        finally:
            told.put(None)

    Thread(target=copy_context().run, args=(work,), name=f"turn-{session_id}").start()
    while (event := told.get()) is not None:
        if isinstance(event, Exception):
            raise event
        yield event


def _turn(desk: Desk, booth: Booth, mouth: Mouth, session_id: str, turn: Turn) -> Iterator[str]:
    with desk.turn(session_id) as interview:
        heard = _hearing(booth, interview, turn)
        for piece in interview.saying(turn.text, heard):
            if isinstance(piece, ev.Said):
                _said(booth, session_id, turn)
                yield _event("stored", {"turn": piece.turn, "garbled": heard.garbled if heard else ()})
            elif isinstance(piece, ev.Move):
                (part,) = views.moves((piece,))
                mouth.told(session_id, part.text)
                yield _event("move", {"turn": interview.session.last_turn, "text": part.text, "quiet": part.quiet})
            else:
                yield _event("by", {"turn": piece.turn, "model": piece.by})
        now = views.state(interview)
    yield _event("state", now)


def _event(kind: str, data: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n"


@router.put("/sessions/{session_id}/step")
def enter(request: Request, session_id: Id, step: Annotated[StepId, Body(embed=True)]) -> Standing:
    """Go to a step."""
    with the_desk(request).interview(session_id) as interview:
        interview.enter(step)
        return Standing(**views.state(interview))


@router.put("/sessions/{session_id}/notes", status_code=204)
def notes(request: Request, session_id: Id, pad: Notes) -> Response:
    """Keep the scratch pad."""
    with the_desk(request).interview(session_id) as interview:
        interview.note(pad.text)
    return Response(status_code=204)


@router.put("/sessions/{session_id}/board", status_code=204)
def board(request: Request, session_id: Id, drawn: Board) -> Response:
    """Keep the sketch board."""
    known = {box.id for box in drawn.boxes}
    if len(known) < len(drawn.boxes) or any(not {a, b} <= known for a, b in drawn.joins):
        raise UsageError("Two boxes have one id, or a join leads to a box that is not there.")
    with the_desk(request).interview(session_id) as interview:
        interview.sketch(tuple(ev.Box(b.id, b.kind, b.x, b.y, b.reason) for b in drawn.boxes), tuple(drawn.joins))
    return Response(status_code=204)


@router.put("/sessions/{session_id}/self-scores", status_code=204)
def self_scores(request: Request, session_id: Id, own: Levels) -> Response:
    """The candidate's own levels."""
    with the_desk(request).interview(session_id) as interview:
        interview.self_score({str(step): level for step, level in own.levels.items()})
    return Response(status_code=204)


@router.get("/sessions/{session_id}/scorecard")
def scorecard(request: Request, session_id: Id) -> dict[str, Any]:
    """The newest scorecard of a session that is over; it is made if there is none, which takes a few seconds."""
    room = the_room(request)
    if not room.store.session(session_id).ended:
        raise UsageError("The interview is still open, so it has no scorecard.")
    return scorecards.scorecard(room, session_id).card.to_dict()


@router.post("/sessions/{session_id}/disputes", status_code=201)
def dispute(request: Request, session_id: Id, form: DisputeForm) -> DisputeRow:
    """Say that words of the candidate make a point. Kept beside the judge's mark, never over it."""
    with the_desk(request).interview(session_id) as interview:
        kept = interview.dispute(form.point, form.words)
    return DisputeRow(point=kept.point, turn=kept.turn, start=kept.start, end=kept.end, words=kept.words)


@router.post("/sessions/{session_id}/again", status_code=201)
def answer_again(request: Request, session_id: Id, form: AgainForm) -> Changed:
    """Answer a step again; what it changes."""
    with the_desk(request).interview(session_id) as interview:
        if not interview.session.ended:
            raise UsageError("The interview is still open.")
        interview.answer_again(form.step, form.text)
    made = again.difference(the_room(request), session_id, form.step, form.text)
    points = [
        {"point": two.id, "name": two.name, "before": one.verdict, "after": two.verdict, "quote": two.quote} for one, two in made.changed
    ]
    return Changed(step=form.step, before=made.before.level, after=made.after.level, points=points)


@router.post("/sessions/{session_id}/{action}")
def act(request: Request, session_id: Id, action: Literal["undo", "pause", "resume", "end"]) -> Standing:
    """Take the last turn back, stop the clock, let it go on, or end."""
    with the_desk(request).interview(session_id) as interview:
        {"undo": interview.undo, "pause": interview.pause, "resume": interview.resume, "end": interview.end}[action]()
        return Standing(**views.state(interview))


@router.get("/progress")
def show_progress(request: Request) -> dict[str, Any]:
    """Attempts, calibration of the candidate's own levels, the weakest points, and what to drill next."""
    return exports.progress_data(the_room(request))


@router.get("/export")
def everything(request: Request) -> dict[str, Any]:
    """All that is stored."""
    return exports.everything(the_room(request))
