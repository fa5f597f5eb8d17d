"""The JSON API of rollouts: begin, watch, stop, go on, report, a day of it, compare, delete. Typed and described in /api/openapi.json."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from caseroom.app import rollouts
from caseroom.rollout.settings import Settings
from caseroom.web import rollout_pages, rollout_views
from caseroom.web.api import Problem
from caseroom.web.held import the_rollouts, the_room
from caseroom.web.lab_api import LONGEST
from caseroom.web.rollout_forms import MOST_SEED, MOST_WEEKS, WEEKS, NewForm, source

RolloutId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
ANY_DAY = 52 * 7


class Made(BaseModel):
    """What is being computed."""

    words: str
    done: int
    total: int


class RolloutRow(BaseModel):
    """A rollout in the list."""

    id: str
    created: str
    case: str = Field(description="The case's id, or the folder of one's own data.")
    title: str
    session: str | None
    state: Literal["running", "stopped", "failed", "playing", "done"] = Field(description="playing: a drill that somebody can go on with.")
    why: str = Field(description="Why it failed or stopped.")
    drill: bool = Field(description="A person is on call, not the simulated one.")
    seed: int
    weeks: int
    a_day: float | None
    progress: Made | None = Field(description="Where it stands, while it is computed.")


class RolloutShown(RolloutRow):
    """A rollout with what was asked."""

    proposal: dict[str, Any]


class Event(BaseModel):
    """An event, and the day on which it starts."""

    event: str = Field(min_length=1, max_length=100, description="Its id, or its kind.")
    day: int = Field(ge=0, le=ANY_DAY)


class NewRollout(BaseModel):
    """What to roll out: the proposal of a session, of a run, of another rollout, or one of its own for a case."""

    case: str = Field("", max_length=200)
    session: str = Field("", max_length=64)
    run: str = Field("", max_length=64)
    again: str = Field("", max_length=64, description="A rollout whose proposal it is.")
    proposal_yaml: str = Field("", max_length=LONGEST)
    seed: int = Field(7, ge=0, le=MOST_SEED)
    weeks: int = Field(WEEKS, ge=1, le=MOST_WEEKS)
    a_day: float | None = Field(None, ge=0, le=1e9, description="Items on an average working day; without it as the case says.")
    events: list[Event] | None = Field(
        None, max_length=50, description="The events that happen; without it they are drawn; an empty list: none."
    )
    drill: bool = Field(False, description="You are on call.")


class Reading(BaseModel):
    """A reading of a monitor: today, the mean of a week, and of the weeks before."""

    name: str
    title: str
    today: str | None
    week: str | None
    before: str | None
    limit: str | None


class AlertShown(BaseModel):
    """An alert as it was raised."""

    day: int
    watch: str
    level: str
    said: str
    owner: str
    action: str


class NoteShown(BaseModel):
    """What happened to the launch."""

    day: int
    kind: str
    title: str
    said: str


class DayShown(BaseModel):
    """The evening of a day: what somebody could have known."""

    day: int
    last: int
    date: str
    phase: str
    numbers: dict[str, str]
    readings: list[Reading]
    alerts: list[AlertShown]
    open: list[AlertShown]
    notes: list[NoteShown]
    known: list[str] = Field(description="Events that somebody knows of since today.")
    next: int | None = Field(description="The next day on which somebody is called.")
    previous: int | None


class ComparedRow(BaseModel):
    """A row of a comparison."""

    name: str
    a: str
    b: str


router = APIRouter(
    prefix="/api/rollouts", responses={400: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem}, 503: {"model": Problem}}
)


@router.get("")
def list_rollouts(request: Request) -> list[RolloutRow]:
    """All rollouts, the newest first."""
    return [RolloutRow(**row) for row in rollout_views.rows(the_room(request), the_rollouts(request))]


@router.post("", status_code=201)
def begin(request: Request, new: NewRollout) -> RolloutRow:
    """Begin a rollout; it is carried out in the background, one at a time. A drill has its tables made, and waits."""
    room, bench = the_room(request), the_rollouts(request)
    found = source(room, NewForm(new.session, new.run, new.again, new.case, new.proposal_yaml))
    events = None if new.events is None else tuple((one.event, one.day) for one in new.events)
    settings = Settings(new.seed, new.weeks, new.a_day, events, person=new.drill)
    begun = rollouts.begin(room, found.proposal, settings, case=found.case, data=found.data, session=found.session)
    (bench.open if new.drill else bench.start)(begun.id)
    return _row(request, begun.id)


@router.get("/compare")
def compare(
    request: Request, a: Annotated[str, Query(min_length=1, max_length=64)], b: Annotated[str, Query(min_length=1, max_length=64)]
) -> list[ComparedRow]:  # fmt: skip
    """Two roadmaps on the same weeks."""
    room = the_room(request)
    return [ComparedRow(name=row.name, a=row.a, b=row.b) for row in rollouts.compare(rollouts.rollout(room, a), rollouts.rollout(room, b))]


def _row(request: Request, rollout_id: str) -> RolloutRow:
    return RolloutRow(**rollout_views.row(*rollout_views.standing(the_room(request), the_rollouts(request), rollout_id)))


@router.get("/{rollout_id}")
def show(request: Request, rollout_id: RolloutId) -> RolloutShown:
    """A rollout, and where it stands."""
    found, progress = rollout_views.standing(the_room(request), the_rollouts(request), rollout_id)
    return RolloutShown(**rollout_views.row(found, progress), proposal=found.proposal)


@router.post("/{rollout_id}/stop")
def stop(request: Request, rollout_id: RolloutId) -> RolloutRow:
    """Stop it after the window that it is in; what was computed is kept."""
    the_rollouts(request).stop(rollout_id)
    return _row(request, rollout_id)


@router.post("/{rollout_id}/resume")
def resume(request: Request, rollout_id: RolloutId) -> RolloutRow:
    """Go on with one that stopped or failed; what was computed is not computed again."""
    rollout_pages.resume(request, rollouts.rollout(the_room(request), rollout_id))
    return _row(request, rollout_id)


@router.delete("/{rollout_id}", status_code=204)
def delete(request: Request, rollout_id: RolloutId) -> Response:
    """Delete a rollout for good."""
    rollout_pages.delete(request, rollout_id)
    return Response(status_code=204)


@router.get("/{rollout_id}/report")
def report(request: Request, rollout_id: RolloutId) -> dict[str, Any]:
    """The report of a rollout that is done."""
    return rollout_views.done(the_room(request), rollout_id)


@router.get("/{rollout_id}/days/{day}")
def day(request: Request, rollout_id: RolloutId, day: Annotated[int, Path(ge=0, le=ANY_DAY)]) -> DayShown:
    """A day of a rollout that is done, as it unfolded."""
    at = rollout_views.day_of(rollout_views.done(the_room(request), rollout_id), day)
    return DayShown(**day_data(at), next=at["next"], previous=at["previous"])


def day_data(at: dict[str, Any]) -> dict[str, Any]:
    """What a day and a drill have in common."""
    return {
        "day": at["day"], "last": at["last"], "date": at["date"], "phase": at["phase"], "numbers": dict(at["numbers"]),
        "readings": [Reading(**one) for one in at["readings"]], "alerts": [alert_row(one) for one in at["alerts"]],
        "notes": [NoteShown(day=one["day"], kind=one["kind"], title=one["title"], said=one["said"]) for one in at["notes"]],
        "known": [event["title"] for event in at["events"]], "open": [alert_row(one) for one in at["open"]],
    }  # fmt: skip


def alert_row(alert: dict[str, Any]) -> AlertShown:
    """An alert without what was behind it."""
    return AlertShown(**{name: alert[name] for name in AlertShown.model_fields})
