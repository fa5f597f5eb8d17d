"""Pages of feedback by a link: the candidate makes and revokes links, a peer marks blind, and then both see the comparison. They work without a script."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from caseroom.app import links, peers
from caseroom.app.comparison import Comparison
from caseroom.app.links import Link, Options, Role
from caseroom.errors import UsageError
from caseroom.web import views
from caseroom.web.held import the_room
from caseroom.web.peers_views import change_of, compared, remember, the_key, the_link
from caseroom.web.rendering import go, render

router = APIRouter(include_in_schema=False)


def _peers(request: Request, written: str) -> Link:
    return the_link(request, written, "peer")


PeerLink = Annotated[Link, Depends(_peers)]


async def _fields(request: Request) -> dict[str, str]:
    return {key: str(value) for key, value in (await request.form()).items()}


Fields = Annotated[dict[str, str], Depends(_fields)]


# the candidate's side


@router.get("/sessions/{session_id}/share")
def sharing(request: Request, session_id: str) -> Response:
    """The links of a session, and a form for a new one."""
    return _sharing(request, session_id)


def _sharing(request: Request, session_id: str, made: links.Shared | None = None) -> Response:
    room, now = the_room(request), links.today()
    session = room.store.session(session_id)
    marked = peers.of_session(room, session_id)
    rows = [
        {"link": link, "state": link.state(now), "peers": [peer for peer in marked if peer.link == link.id]}
        for link in links.links(room, session_id)
    ]
    address = f"{str(request.base_url).rstrip('/')}{made.path}" if made else None
    return render(
        request,
        "share.html",
        id=session_id,
        title=views.title(room, session.case),
        open=session.ended is None,
        rows=rows,
        address=address,
        days=links.DAYS,
        most=links.MOST_DAYS,
    )


@router.post("/sessions/{session_id}/share")
def share(
    request: Request, session_id: str, role: Annotated[Role, Form()] = "peer", days: Annotated[str, Form()] = "",
    mask: Annotated[bool, Form()] = False, names: Annotated[str, Form(max_length=2_000)] = "", board: Annotated[bool, Form()] = False,
    notes: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """Make a link; its address is shown this once."""
    hidden = tuple(name.strip() for name in names.replace("\n", ",").split(",") if name.strip())
    if days and not days.isdecimal():
        raise UsageError(f"Days are a whole number from 1 to {links.MOST_DAYS}.")
    options = Options(mask=mask, names=hidden, board=board, notes=notes)
    return _sharing(request, session_id, links.share(the_room(request), session_id, role, int(days or links.DAYS), options))


@router.post("/sessions/{session_id}/share/{link_id}/revoke")
def revoke(request: Request, session_id: str, link_id: str) -> Response:
    """Let a link hold no more."""
    if link_id not in {link.id for link in links.links(the_room(request), session_id)}:
        raise UsageError("There is no such link of this session.")
    links.revoke(the_room(request), link_id)
    return go(f"/sessions/{session_id}/share")


@router.get("/sessions/{session_id}/comparison")
def own_comparison(request: Request, session_id: str) -> Response:
    """The candidate, the peers and the machine, point by point."""
    if not the_room(request).store.session(session_id).ended:
        return go(f"/sessions/{session_id}")
    return _comparison(request, session_id, "You", f"/sessions/{session_id}/scorecard")


# the peer's side


@router.get("/peer/{written}")
def marking(request: Request, written: str, link: PeerLink) -> Response:
    """The transcript beside the rubric; nothing of the machine's is in it."""
    key = the_key(request)
    marks = peers.marks_of(the_room(request), link, key)
    if marks.done:
        return go(f"/peer/{written}/comparison")
    shown = peers.view(the_room(request), link)
    return remember(
        request, render(request, "peer.html", shown=shown, marks=marks, kinds=peers.MARK_WORDS, longest=peers.LONGEST_NOTE), key
    )


@router.post("/peer/{written}")
def mark(request: Request, written: str, link: PeerLink, fields: Fields) -> Response:
    """Keep all marks, without a script; with `action=done` they stand."""
    key, room = the_key(request), the_room(request)
    peers.save(room, link, key, change_of(fields))
    done = fields.get("action") == "done"
    if done:
        peers.finish(room, link, key)
    return remember(request, go(f"/peer/{written}{'/comparison' if done else ''}"), key)


@router.get("/peer/{written}/comparison")
def peers_comparison(request: Request, written: str, link: PeerLink) -> Response:
    """The comparison, once the peer is done."""
    if not peers.marks_of(the_room(request), link, the_key(request)).done:
        return go(f"/peer/{written}")
    return _comparison(request, link.session, "Candidate", None, link.options)


def _comparison(request: Request, session_id: str, own: str, back: str | None, options: Options | None = None) -> Response:
    found = compared(request, session_id, options)
    if not isinstance(found, Comparison):
        return render(request, "waiting.html", done=found.done, total=found.total)
    return render(request, "comparison.html", c=found, own=own, back=back, kinds=peers.MARK_WORDS)
