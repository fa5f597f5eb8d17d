"""The page of a drill, and what somebody on call does there. Every form works without a script; what was kept already is not done twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast, get_args

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from caseroom.app import drill, rollouts
from caseroom.app.interviews import Room
from caseroom.app.playing import Play
from caseroom.errors import UsageError
from caseroom.rollout.settings import ActionKind
from caseroom.web import rollout_drill_views as views
from caseroom.web import rollout_views
from caseroom.web.held import the_rollouts, the_room
from caseroom.web.rendering import go, render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class DrillForm:
    """What a form of the drill sent."""

    number: int
    """Of the entry that it is to become."""
    how: str = "day"
    kind: str = ""
    target: str = ""
    value: int = 0
    reason: str = ""


async def drill_form(request: Request) -> DrillForm:
    """The form; a number that is none is an error of its own."""
    sent = {name: str(value) for name, value in (await request.form()).items()}
    kind, _, target = sent.get("do", "").partition(":")
    return DrillForm(
        _number(sent.get("number", "")), sent.get("how", "day"), kind or sent.get("kind", ""), target or sent.get("target", ""), _number(sent.get("value") or "0"),
        sent.get("reason", "")[: drill.LONGEST_REASON],
    )  # fmt: skip


def _number(typed: str) -> int:
    try:
        return max(-1, min(int(typed), 1_000_000))
    except ValueError:
        raise UsageError(f"{typed[:40]!r} is no whole number. Open the drill again and write one.") from None


Sent = Annotated[DrillForm, Depends(drill_form)]


@router.get("/rollouts/{rollout_id}/drill")
def drill_page(request: Request, rollout_id: str) -> Response:
    """Where the drill stands; while its tables are made, how far that is; its report once it is over."""
    room, bench = the_room(request), the_rollouts(request)
    found, _ = rollout_views.standing(room, bench, rollout_id)
    played(found)
    if found.state == "done" or rollouts.log_of(room, rollout_id).ended:
        return go(f"/rollouts/{rollout_id}")
    if not bench.is_open(rollout_id):
        if found.state == "open":
            bench.open(rollout_id)
        row = rollout_views.row(*rollout_views.standing(room, bench, rollout_id))
        if row["state"] != "playing" or not bench.is_open(rollout_id):
            return render(request, "rollout_run.html", rollout=row, back=f"/rollouts/new?again={rollout_id}")
    return _shown(request, room, rollout_id)


def played(found: rollouts.Rollout) -> None:
    """Raises UsageError where nobody plays."""
    if not found.settings["person"]:
        raise UsageError("In this rollout the person on call is simulated. “Be on call yourself” on its page begins a drill.")


def _shown(request: Request, room: Room, rollout_id: str, wrong: str = "") -> Response:
    with the_rollouts(request).play(rollout_id) as play:
        at = views.shown(drill.standing(room, play, rollout_id))
    return render(
        request, "rollout_drill.html", 400 if wrong else 200, at=at, wrong=wrong, lasting=views.LASTING, longest=drill.LONGEST_REASON
    )


@router.post("/rollouts/{rollout_id}/drill/{what}")
def drill_act(request: Request, rollout_id: str, what: Literal["go", "act", "undo", "end"], form: Sent) -> Response:
    """Go on, do something, take the last action back, or end the drill."""
    room, bench = the_room(request), the_rollouts(request)
    played(rollouts.rollout(room, rollout_id))
    if what == "end":
        drill.end(room, rollout_id, form.number)
        bench.start(rollout_id)
        return go(f"/rollouts/{rollout_id}")
    if not bench.is_open(rollout_id):
        return go(f"/rollouts/{rollout_id}/drill")
    try:
        with bench.play(rollout_id) as play:
            _done(room, play, rollout_id, what, form)
    except UsageError as error:
        return _shown(request, room, rollout_id, str(error))
    return go(f"/rollouts/{rollout_id}/drill")


def _done(room: Room, play: Play, rollout_id: str, what: str, form: DrillForm) -> None:
    if what == "go":
        drill.go(room, play, rollout_id, form.number, cast(drill.Going, _one_of(form.how, drill.Going)))
    elif what == "undo":
        drill.undo(room, play, rollout_id, form.number)
    else:
        kind = cast(ActionKind, _one_of(form.kind, ActionKind))
        drill.do(room, play, rollout_id, form.number, kind, form.target, form.value, form.reason)


def _one_of(typed: str, known: Any) -> str:
    if typed not in get_args(known):
        raise UsageError(f"There is no {typed[:40]!r} here. There are: {', '.join(get_args(known))}.")
    return typed
