"""Pages of large models: what is set up; a second reader and a coach for a scorecard. Each says what leaves the machine, and to whom, before it does."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from caseroom.app import coaching, largemodels
from caseroom.app.interviews import Room
from caseroom.app.opinions import NAMES, PURPOSES, Purpose, agreement, how, notices
from caseroom.app.standing_models import standing
from caseroom.errors import ModelSettingsError, UsageError
from caseroom.grading.scorecard import Scorecard
from caseroom.web.held import the_opinions, the_room
from caseroom.web.rendering import go, render

router = APIRouter(include_in_schema=False)


@router.get("/models")
def models(request: Request) -> Response:
    """What is set up."""
    try:
        return render(request, "models.html", problems=[], **standing(the_room(request)))
    except ModelSettingsError as error:
        return render(request, "models.html", problems=error.problems, models=[], use={}, calls_today=[])


@router.post("/models/agree")
def agree(request: Request, name: Annotated[str, Form()], purpose: Annotated[str, Form()], host: Annotated[str, Form()], agreed: Annotated[str, Form()]) -> Response:  # fmt: skip
    """Agree to what a page showed, or take it back."""
    _agree(the_room(request), name, purpose, host, agreed == "yes")
    return go("/models")


def _agree(room: Room, name: str, purpose: str, host: str, agreed: bool) -> None:
    if agreed and largemodels.first_call_notice(room, name, purpose).host != host:
        raise UsageError("The settings changed since the page was shown. Nothing was agreed; look again.")
    largemodels.agree(room, name, [purpose], agreed=agreed)


@router.get("/sessions/{session_id}/opinions/{purpose}")
def opinion(request: Request, session_id: str, purpose: Purpose) -> Response:
    """While it is under way, and why it failed; else back to the scorecard."""
    stands = the_opinions(request).standing(session_id, purpose)
    if stands.state not in ("under way", "failed"):
        return go(f"/sessions/{session_id}/scorecard#{purpose}")
    return render(request, "opinion.html", id=session_id, purpose=purpose, name=NAMES[purpose], stands=stands)


@router.post("/sessions/{session_id}/opinions/{purpose}")
def ask(request: Request, session_id: str, purpose: Purpose, agreed: Annotated[list[str] | None, Form()] = None) -> Response:
    """Ask; before the first time, show what would be sent."""
    room = the_room(request)
    room.store.session(session_id)
    for shown in agreed or ():
        name, _, host = shown.partition("@")
        _agree(room, name, purpose, host, True)
    asking = [notice for notice in notices(room, purpose) if not notice.agreed]
    if asking:
        return render(request, "agree.html", id=session_id, purpose=purpose, name=NAMES[purpose], notices=asking)
    the_opinions(request).ask(session_id, purpose)
    return go(f"/sessions/{session_id}/opinions/{purpose}")


def shown(request: Request, session_id: str, card: Scorecard) -> dict[str, Any]:
    """What a scorecard's page shows of both."""
    try:
        stands = {purpose: the_opinions(request).standing(session_id, purpose) for purpose in PURPOSES}
    except ModelSettingsError as error:
        return {
            "opinions": {},
            "opinions_problem": error.problems[0],
            "agreement": agreement(card),
            "coached": _coached(request, session_id),
            "how": how,
        }
    return {"opinions": stands, "opinions_problem": "", "agreement": agreement(card), "coached": _coached(request, session_id), "how": how}


def _coached(request: Request, session_id: str) -> dict[str, Any]:
    return {one.point: one for one in coaching.kept(the_room(request), session_id)}
