"""The JSON API of a share link: what a peer sees, their marks, and the comparison once they are done. Nothing of the machine's comes before."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from caseroom.app import comparison, peers, scorecards
from caseroom.app.links import Link
from caseroom.errors import UsageError
from caseroom.web.api import Problem
from caseroom.web.api_forms import StepId
from caseroom.web.held import the_room
from caseroom.web.peers_views import remember, the_key, the_link

router = APIRouter(prefix="/api/peer", responses={status: {"model": Problem} for status in (400, 404, 410)})


def _link(request: Request, written: Annotated[str, Path(min_length=1, max_length=200)]) -> Link:
    return the_link(request, written, "peer")


PeerLink = Annotated[Link, Depends(_link)]


class ChangeForm(BaseModel):
    """What a save changes; all else stays."""

    model_config = ConfigDict(extra="forbid")
    name: str | None = Field(None, max_length=peers.LONGEST_NAME)
    points: dict[str, Literal["made", "named", "not_made"]] = Field(default_factory=dict, max_length=500)
    levels: dict[StepId, Annotated[int, Field(ge=0, le=4)]] = Field(default_factory=dict)
    notes: dict[StepId, Annotated[str, Field(max_length=peers.LONGEST_NOTE)]] = Field(default_factory=dict)


class MarksRow(BaseModel):
    """A peer's marks, as they now stand."""

    name: str
    points: dict[str, str]
    levels: dict[str, int]
    notes: dict[str, str]
    done: bool


@router.get("/{written}")
def view(request: Request, link: PeerLink) -> dict[str, Any]:
    """The interview as the link shows it, the rubric, and this browser's marks."""
    shown = peers.view(the_room(request), link)
    said = [
        {"step": step.id if step else None, "speaker": one.speaker, "text": one.text, "at": one.at}
        for step, turns in shown.turns
        for one in turns
    ]
    rubric = [
        {
            "step": sheet.step.id,
            "title": sheet.step.title,
            "points": [{"id": p.id, "name": p.name, "statement": p.statement, "weight": p.weight} for p in sheet.points],
        }
        for sheet in shown.sheets
    ]
    marks = _row(peers.marks_of(the_room(request), link, the_key(request)))
    return {"title": shown.title, "ended": shown.ended, "turns": said, "rubric": rubric, "marks": marks.model_dump()}


@router.put("/{written}/marks")
def save(request: Request, response: Response, link: PeerLink, change: ChangeForm) -> MarksRow:
    """Keep what changes. A browser without a cookie is a new peer and gets one."""
    key = the_key(request)
    levels, notes = ({str(step): value for step, value in given.items()} for given in (change.levels, change.notes))
    kept = peers.save(the_room(request), link, key, peers.Change(change.name, dict(change.points), levels, notes))  # type: ignore[arg-type]
    remember(request, response, key)
    return _row(kept)


@router.post("/{written}/done")
def finish(request: Request, link: PeerLink) -> MarksRow:
    """Be done: the marks stand, and the comparison can be seen."""
    return _row(peers.finish(the_room(request), link, the_key(request)))


@router.get("/{written}/comparison")
def compare(request: Request, link: PeerLink) -> dict[str, Any]:
    """Self, peers and machine side by side; only for a peer who is done."""
    room = the_room(request)
    if not peers.marks_of(room, link, the_key(request)).done:
        raise UsageError("Say that you are done first; what the machine thinks is shown after that.")
    return asdict(comparison.compare(room, link.session, scorecards.scorecard(room, link.session).card, link.options))


def _row(marks: peers.Marks) -> MarksRow:
    return MarksRow(name=marks.name, points=dict(marks.points), levels=dict(marks.levels), notes=dict(marks.notes), done=marks.done)
