"""The JSON API of rating: cycles, the next output for a rater, a value given, results. A rater's output never comes with the design that made it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from caseroom.app import rating_results, rating_samples, ratings
from caseroom.app.ratings import Cycle
from caseroom.errors import RatingError
from caseroom.web.api import Id, Problem
from caseroom.web.held import the_room

COOKIE = "rater"
_YEAR = 365 * 24 * 3600


class RaterRow(BaseModel):
    """How far a rater is."""

    rater: str
    done: int
    total: int


class CycleRow(BaseModel):
    """A rating cycle."""

    id: str
    created: str
    title: str
    case: str = Field(description="The case's id, or the folder of one's own data.")
    runs: list[str]
    outputs: int
    double: float = Field(description="The share of outputs that two raters rate.")
    gone: int = Field(description="Outputs whose run was deleted; they cannot be rated any more.")
    raters: list[RaterRow]


class NewCycle(BaseModel):
    """A cycle to make: of runs that kept outputs, or of a case's sample outputs."""

    runs: list[str] = Field([], max_length=20)
    case: str | None = Field(None, max_length=200)
    outputs: int = Field(30, ge=1, le=10_000)
    double: float = 0.5
    simple: bool = Field(False, description="Also outputs of the first run's simple way.")


class Shown(BaseModel):
    """An output to rate, and where the rater stands."""

    item: int
    input: str
    output: str
    reference: str
    given: dict[str, int] = Field(description="What this rater gave it so far.")
    previous: int | None = Field(description="The output that they rated before.")
    done: int
    total: int


class Next(BaseModel):
    """What comes next for a rater."""

    rater: str
    task: Shown | None = Field(description="Nothing when nothing is left for them.")


class Given(BaseModel):
    """Values that a rater gives."""

    item: int = Field(ge=1, le=1_000_000)
    values: dict[str, int] = Field(
        min_length=1, max_length=3, description="accuracy, fluency and helpfulness, 1 to 5; what is left out stays open."
    )
    rater: str = Field("", max_length=100, description="Who rates; without it the name in the cookie.")


router = APIRouter(prefix="/api/ratings", responses={400: {"model": Problem}, 404: {"model": Problem}, 503: {"model": Problem}})


def rater_of(request: Request) -> str:
    """The rater that this browser has named; nothing if it has not."""
    return unquote(request.cookies.get(COOKIE, ""))[: ratings.LONGEST_NAME]


def remember(response: Response, rater: str) -> None:
    """Let this browser be the rater."""
    response.set_cookie(COOKIE, quote(rater), max_age=_YEAR, httponly=True, samesite="lax")


@router.get("")
def list_cycles(request: Request) -> list[CycleRow]:
    """All cycles, the newest first."""
    return [_row(request, cycle) for cycle in ratings.cycles(the_room(request))]


def _row(request: Request, cycle: Cycle) -> CycleRow:
    raters = [RaterRow(**asdict(standing)) for standing in ratings.standings(the_room(request), cycle.id)]
    names = ("id", "created", "title", "case", "runs", "outputs", "double", "gone")
    return CycleRow(**{name: getattr(cycle, name) for name in names}, raters=raters)


@router.post("", status_code=201)
def begin(request: Request, new: NewCycle) -> CycleRow:
    """Make a cycle."""
    room = the_room(request)
    if bool(new.runs) == bool(new.case):
        raise RatingError("Send the ids of runs that kept outputs, or a case whose sample outputs are to be rated.")
    if new.case:
        made = rating_samples.from_data(room, case=new.case, outputs=new.outputs, double=new.double)
    else:
        made = rating_samples.from_runs(room, new.runs, outputs=new.outputs, double=new.double, simple=new.simple)
    return _row(request, made)


@router.get("/{cycle_id}")
def show(request: Request, cycle_id: Id) -> CycleRow:
    """A cycle."""
    return _row(request, ratings.cycle(the_room(request), cycle_id))


@router.delete("/{cycle_id}", status_code=204)
def delete(request: Request, cycle_id: Id) -> Response:
    """Delete a cycle with its ratings for good."""
    ratings.delete(the_room(request), cycle_id)
    return Response(status_code=204)


@router.get("/{cycle_id}/next")
def what_next(request: Request, cycle_id: Id, rater: str = "") -> Next:
    """The next output for a rater."""
    return _next(request, cycle_id, _named(request, rater))


def _named(request: Request, given: str) -> str:
    name = given or rater_of(request)
    if not name.strip():
        raise RatingError("Say who rates: send `rater`, or open the cycle's page first, which gives you a name.")
    return ratings.rater_name(name)


def _next(request: Request, cycle_id: str, rater: str) -> Next:
    task = ratings.task(the_room(request), cycle_id, rater)
    return Next(rater=rater, task=Shown(**asdict(task)) if task else None)


@router.post("/{cycle_id}/values", status_code=201)
def rate(request: Request, cycle_id: Id, given: Given) -> Next:
    """Give an output values; each is appended, and the latest holds. Answers with what comes next."""
    rater = _named(request, given.rater)
    ratings.rate(the_room(request), cycle_id, rater, given.item, given.values)
    return _next(request, cycle_id, rater)


@router.get("/{cycle_id}/results")
def results(request: Request, cycle_id: Id) -> dict[str, Any]:
    """What the cycle says so far: it names the designs, so raters look at it afterwards."""
    found = asdict(rating_results.results(the_room(request), cycle_id))
    return {name: found[name] for name in ("standings", "designs", "differences", "agreement", "apart", "matters", "unsaid")}
