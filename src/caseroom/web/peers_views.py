"""What every page and call with a share link finds: the link, the peer's key in a cookie, the comparison. It never shows which session a link is of."""

from __future__ import annotations

import secrets

from fastapi import Request
from fastapi.responses import Response

from caseroom.app import comparison, disputes, links, scorecards
from caseroom.app.comparison import Comparison
from caseroom.app.desk import Job
from caseroom.app.disputes import Dispute
from caseroom.app.interviews import Room
from caseroom.app.links import Link, Options, Role
from caseroom.app.peers import Change
from caseroom.errors import UsageError
from caseroom.grading.scorecard import Scorecard
from caseroom.steps import STEP_IDS
from caseroom.web.held import the_desk, the_room

COOKIE = "peer"
_YEAR = 365 * 86_400
_LONGEST_KEY = 200


def the_link(request: Request, written: str, role: Role) -> Link:
    """The link of an address.

    Raises:
        LinkGone: it does not hold.
    """
    return links.open_link(the_room(request), written, role)


def the_key(request: Request) -> str:
    """What this browser is known by; new where it has none."""
    known = request.cookies.get(COOKIE, "")
    return known if 16 <= len(known) <= _LONGEST_KEY else secrets.token_urlsafe(24)


def remember(request: Request, response: Response, key: str) -> Response:
    """Let the browser know its key. It comes with the address that somebody sends, but not with what another site asks for."""
    if request.cookies.get(COOKIE) != key:
        response.set_cookie(COOKIE, key, max_age=_YEAR, httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return response


def compared(request: Request, session_id: str, options: Options | None = None) -> Comparison | Job:
    """All who are done beside the machine; the grading where it is still under way."""
    if job := the_desk(request).grading(session_id):
        return job
    room = the_room(request)
    return comparison.compare(room, session_id, scorecards.history(room, session_id)[-1].card, options)


def others(room: Room, session_id: str, card: Scorecard) -> tuple[Comparison | None, dict[str, list[Dispute]]]:
    """What people say beside a scorecard: the comparison, where a peer is done, and the disputes of each point."""
    found = comparison.compare(room, session_id, card)
    by_point: dict[str, list[Dispute]] = {}
    for dispute in disputes.of_session(room, session_id):
        by_point.setdefault(dispute.said.point, []).append(dispute)
    return found if found.people else None, by_point


def change_of(form: dict[str, str]) -> Change:
    """What a form of the marking page says; empty fields of marks and levels say nothing.

    Raises:
        UsageError: a level that is no number.
    """
    levels = {step: form.get(f"level-{step}", "") for step in STEP_IDS}
    if any(value and not value.isdecimal() for value in levels.values()):
        raise UsageError("A level is a whole number from 0 to 4.")
    return Change(
        name=form["name"].strip() if "name" in form else None,
        points={key.removeprefix("point-"): value for key, value in form.items() if key.startswith("point-") and value},
        levels={step: int(value) for step, value in levels.items() if value},
        notes={step: form[f"note-{step}"].replace("\r\n", "\n") for step in STEP_IDS if f"note-{step}" in form},
    )
