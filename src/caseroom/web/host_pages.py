"""The page of a host: the talk, the clock, and what may be said. It works without a script."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from caseroom.app import hosting
from caseroom.app.links import Link
from caseroom.web import views
from caseroom.web.held import the_desk
from caseroom.web.peers_views import the_link
from caseroom.web.rendering import go, render

router = APIRouter(include_in_schema=False)


def _host(request: Request, written: str) -> Link:
    return the_link(request, written, "host")


HostLink = Annotated[Link, Depends(_host)]


@router.get("/host/{written}")
def hosting_page(request: Request, link: HostLink) -> Response:
    """The interview as its host sees it."""
    with the_desk(request).turn(link.session) as interview:
        shown, now = hosting.view(interview, link), views.state(interview)
        return render(
            request, "host.html", shown=shown, now=now, steps=views.steps(interview), changed=hosting.changed(interview.session),
            time=f"{views.clock_words(now['at'])} of {views.clock_words(now['total'])}", longest=hosting.LONGEST_WORDS,
        )  # fmt: skip


@router.post("/host/{written}")
def say(
    request: Request,
    written: str,
    link: HostLink,
    turn: Annotated[str, Form(max_length=64)] = "",
    chosen: Annotated[list[str] | None, Form(max_length=500)] = None,
    words: Annotated[str, Form()] = "",
) -> Response:
    """Say what was gathered."""
    with the_desk(request).turn(link.session) as interview:
        hosting.reply(interview, turn, chosen or [], words)
    return go(f"/host/{written}")
