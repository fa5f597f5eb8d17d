"""The JSON API of a host's link: where the interview stands, and saying something in it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from caseroom.app import hosting
from caseroom.app.links import Link
from caseroom.web import views
from caseroom.web.api import Problem, Standing
from caseroom.web.held import the_desk
from caseroom.web.peers_views import the_link

router = APIRouter(prefix="/api/host", responses={status: {"model": Problem} for status in (400, 404, 409, 410)})


def _link(request: Request, written: Annotated[str, Path(min_length=1, max_length=200)]) -> Link:
    return the_link(request, written, "host")


HostLink = Annotated[Link, Depends(_link)]


class Watched(BaseModel):
    """Where a held interview stands."""

    changed: str = Field(description="Another word whenever there is something new to see.")
    turn: str | None = Field(description="A mark of the turn that waits for an answer.")
    state: Standing


class ReplyForm(BaseModel):
    """What a host says."""

    model_config = ConfigDict(extra="forbid")
    turn: str = Field(max_length=64, description="The mark of the turn that it answers.")
    chosen: list[Annotated[str, Field(max_length=100)]] = Field(
        default_factory=list, max_length=hosting.MOST_AT_ONCE, description="`fact:ID`, `probe:POINT:NUMBER` or `turn:ID`, in any order."
    )
    words: str = Field("", max_length=hosting.LONGEST_WORDS)


@router.get("/{written}")
def watch(request: Request, link: HostLink) -> Watched:
    """Where the interview stands."""
    with the_desk(request).interview(link.session) as interview:
        session = interview.session
        return Watched(changed=hosting.changed(session), turn=hosting.pending(session), state=Standing(**views.state(interview)))


@router.post("/{written}/reply", status_code=204)
def reply(request: Request, link: HostLink, form: ReplyForm) -> Response:
    """Answer the turn that waits. Whoever comes second gets a 409."""
    with the_desk(request).turn(link.session) as interview:
        hosting.reply(interview, form.turn, form.chosen, form.words)
    return Response(status_code=204)
