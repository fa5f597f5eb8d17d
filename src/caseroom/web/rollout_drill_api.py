"""The JSON API of a drill: where it stands, go on, act, take back, end. Never the truth before the end."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from caseroom.app import drill, rollouts
from caseroom.app.interviews import Room
from caseroom.rollout.settings import ActionKind
from caseroom.web import rollout_drill_views as views
from caseroom.web.api import Problem
from caseroom.web.held import the_rollouts, the_room
from caseroom.web.rollout_api import AlertShown, NoteShown, Reading, RolloutId, RolloutRow, day_data, resume
from caseroom.web.rollout_drill_pages import played

Number = Annotated[int, Field(ge=0, le=1_000_000, description="Of the entry that it is to become: `number` of the drill as it was read.")]


class Step(BaseModel):
    """Go on."""

    number: Number
    how: Literal["day", "alert", "week"] = Field(
        "day", description="A day, a week, or until somebody is called; an alert ends it in any case."
    )


class NewAction(BaseModel):
    """What is done on this evening."""

    number: Number
    kind: ActionKind
    target: str = Field("", max_length=200, description="look: a place; fix: a cause; silence and acknowledge: a monitor.")
    value: int = Field(0, ge=0, le=1000, description="silence: days; sample: outputs a day.")
    reason: str = Field("", max_length=drill.LONGEST_REASON, description="Of a silence.")


class Only(BaseModel):
    """The number alone."""

    number: Number


class OpenAlert(BaseModel):
    """An alert that is not over."""

    id: str
    watch: str
    part: str
    level: str
    state: str
    since: int
    raised: int
    why: str
    owner: str
    action: str
    blind: bool


class ClueRow(BaseModel):
    """A number of the last week beside the weeks before."""

    title: str
    now: str
    before: str
    count: int


class LookedRow(BaseModel):
    """What a look today showed."""

    place: str
    words: str
    said: str
    clues: list[ClueRow]


class DidRow(BaseModel):
    """What was done, and what came of it."""

    number: int
    day: int
    kind: str
    words: str
    reason: str
    said: str


class DrillShown(BaseModel):
    """Where a drill stands: what the person on call may know."""

    id: str
    number: int = Field(description="The number that the next entry gets.")
    day: int
    last: int
    over: bool
    date: str
    phase: str
    live: bool
    hours: int = Field(description="Left today; a look and a mending take one each.")
    numbers: dict[str, str]
    readings: list[Reading]
    alerts: list[AlertShown] = Field(description="Of today.")
    open: list[OpenAlert]
    notes: list[NoteShown]
    looked: list[LookedRow]
    log: list[DidRow] = Field(description="The newest first.")
    monitors: list[str] = Field(description="What can be silenced; none: nobody will ever be called.")
    checks: list[str]
    causes: list[str]


router = APIRouter(
    prefix="/api/rollouts/{rollout_id}/drill",
    responses={400: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem}, 503: {"model": Problem}},
)


@router.get("")
def show(request: Request, rollout_id: RolloutId) -> DrillShown:
    """Where the drill stands. One that is not open is being opened: ask again."""
    room, bench = the_room(request), the_rollouts(request)
    found = rollouts.rollout(room, rollout_id)
    played(found)
    if found.state == "open" and not rollouts.log_of(room, rollout_id).ended:
        bench.open(rollout_id)
    return _shown(request, rollout_id)


def _shown(request: Request, rollout_id: str) -> DrillShown:
    room = the_room(request)
    with the_rollouts(request).play(rollout_id) as play:
        at = views.shown(drill.standing(room, play, rollout_id))
    named = {name: at[name] for name in ("id", "number", "over", "live", "hours", "monitors", "looked", "log")}
    lists = {
        "checks": [one["place"] for one in at["checks"]],
        "causes": [one["kind"] for one in at["causes"]],
        "open": [OpenAlert(**one) for one in at["open"]],
    }
    shared = {name: value for name, value in day_data({**at, "open": []}).items() if name not in ("open", "known")}
    return DrillShown(**{**shared, **named, **lists})


@router.post("/go")
def go(request: Request, rollout_id: RolloutId, step: Step) -> DrillShown:
    """Go on; the same step under the same number is not gone twice."""
    room = _playing(request, rollout_id)
    with the_rollouts(request).play(rollout_id) as play:
        drill.go(room, play, rollout_id, step.number, step.how)
    return _shown(request, rollout_id)


@router.post("/actions", status_code=201)
def act(request: Request, rollout_id: RolloutId, new: NewAction) -> DrillShown:
    """Do something; the same under the same number is not done twice."""
    room = _playing(request, rollout_id)
    with the_rollouts(request).play(rollout_id) as play:
        drill.do(room, play, rollout_id, new.number, new.kind, new.target, new.value, new.reason)
    return _shown(request, rollout_id)


@router.post("/undo")
def undo(request: Request, rollout_id: RolloutId, only: Only) -> DrillShown:
    """Take the last action back."""
    room = _playing(request, rollout_id)
    with the_rollouts(request).play(rollout_id) as play:
        drill.undo(room, play, rollout_id, only.number)
    return _shown(request, rollout_id)


@router.post("/end")
def end(request: Request, rollout_id: RolloutId, only: Only) -> RolloutRow:
    """End the drill; the rest goes on as it was left, and the report tells the truth."""
    room = _playing(request, rollout_id)
    drill.end(room, rollout_id, only.number)
    return resume(request, rollout_id)


def _playing(request: Request, rollout_id: str) -> Room:
    room = the_room(request)
    played(rollouts.rollout(room, rollout_id))
    return room
