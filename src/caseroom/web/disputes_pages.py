"""Disputes wait here for a person: the owner of the machine sees all, a reviewer with a link those of one session. Without a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from caseroom.app import disputes, peers, scorecards
from caseroom.app.disputes import Dispute
from caseroom.app.interviews import Room
from caseroom.app.links import Link, Options
from caseroom.app.masks import masks
from caseroom.errors import CaseroomError
from caseroom.grading.evidence import Evidence
from caseroom.web import views
from caseroom.web.held import the_room
from caseroom.web.peers_views import the_link
from caseroom.web.rendering import go, render

router = APIRouter(include_in_schema=False)
PAGE = 20
"""Disputes on a page."""


def _reviewers(request: Request, written: str) -> Link:
    return the_link(request, written, "reviewer")


ReviewerLink = Annotated[Link, Depends(_reviewers)]
Decision = Annotated[str, Form()]
Reason = Annotated[str, Form()]
Seen = Annotated[int, Form(ge=0, le=10_000)]


@router.get("/disputes")
def all_disputes(request: Request, page: int = 1) -> Response:
    """The queue of this machine, open ones first."""
    room, rows = the_room(request), disputes.queue(the_room(request))
    last = max(1, -(-len(rows) // PAGE))
    page = min(max(page, 1), last)
    shown = [disputes.one(room, session, number) for session, number, _ in rows[(page - 1) * PAGE : page * PAGE]]
    waiting = sum(not decided for _, _, decided in rows)
    return _page(request, shown, waiting, "/disputes", None, page=page, last=last)


@router.post("/disputes/{session_id}/{number}")
def decide(request: Request, session_id: str, number: int, decision: Decision = "", reason: Reason = "", seen: Seen = 0) -> Response:
    """Keep the owner's decision."""
    disputes.decide(the_room(request), session_id, number, decision, reason, seen=seen)
    return go(f"/disputes#d{session_id}-{number}")


@router.get("/disputes/by/{written}")
def of_one(request: Request, written: str, link: ReviewerLink) -> Response:
    """The disputes of one session, for a reviewer."""
    shown = disputes.of_session(the_room(request), link.session)
    waiting = sum(one.decision is None for one in shown)
    return _page(request, shown, waiting, f"/disputes/by/{written}", link.options, page=1, last=1)


@router.post("/disputes/by/{written}/{number}")
def decide_by_link(
    request: Request, written: str, number: int, link: ReviewerLink, decision: Decision = "", reason: Reason = "", seen: Seen = 0
) -> Response:
    """Keep a reviewer's decision."""
    disputes.decide(the_room(request), link.session, number, decision, reason, by=f"link:{link.id}", seen=seen)
    return go(f"/disputes/by/{written}#d{number}")


def _page(request: Request, shown: Sequence[Dispute], waiting: int, where: str, options: Options | None, **more: int) -> Response:
    room = the_room(request)
    rows = [_row(room, dispute, options) for dispute in shown]
    return render(
        request,
        "disputes.html",
        rows=rows,
        waiting=waiting,
        base=where,
        kinds=peers.MARK_WORDS,
        owner=options is None,
        longest=disputes.LONGEST_REASON,
        **more,
    )


def _row(room: Room, dispute: Dispute, options: Options | None) -> dict[str, Any]:
    """A dispute with its words as they may be seen. Its point has no name where the case is gone."""
    session, kept = room.store.session(dispute.session), scorecards.history(room, dispute.session)
    before, words, after = masks(session, options or Options()).around(Evidence(dispute.said.turn, dispute.said.start, dispute.said.end))
    points = [p for step in kept[-1].card.steps for p in step.points] if kept else []
    name, statement = "", ""
    try:
        asked = room.shelf.case(session.case).point(dispute.said.point)
        name, statement = asked.name, asked.statement
    except (CaseroomError, StopIteration):
        pass
    return {
        "dispute": dispute, "title": views.title(room, session.case), "before": before, "words": words, "after": after, "name": name, "statement": statement,
        "point": next((p for p in points if p.id == dispute.said.point), None), "anchor": f"d{dispute.session}-{dispute.number}" if options is None else f"d{dispute.number}",
        "action": f"{dispute.session}/{dispute.number}" if options is None else str(dispute.number),
    }  # fmt: skip
