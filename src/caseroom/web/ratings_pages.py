"""The pages of rating: cycles, one output after the other, results. They work without a script, and a rater never sees which design made an output."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from caseroom.app import rating_results, rating_samples, ratings, runs
from caseroom.app.scales import DIMENSIONS, VALUES
from caseroom.lab.verdict import interval
from caseroom.metrics.score import Score
from caseroom.web.held import the_room
from caseroom.web.ratings_api import rater_of, remember
from caseroom.web.rendering import go, render

router = APIRouter(include_in_schema=False)
SHARES = (("0", "none"), ("0.25", "a quarter"), ("0.5", "half"), ("1", "all"))
_APART = 20
"""Outputs that raters differ on, to read on the page."""
Value = Annotated[int | None, Form(ge=1, le=5)]


@router.get("/ratings")
def overview(request: Request) -> Response:
    """All cycles, and a form for a new one."""
    room = the_room(request)
    cycles = [{"cycle": cycle, "standings": ratings.standings(room, cycle.id)} for cycle in ratings.cycles(room)]
    able = [run for run in runs.runs(room) if run.state == "done" and run.keep]
    cases = [{"id": case.id, "title": case.title} for case in room.shelf.all()[0] if (case.folder / "data" / "ratings.jsonl").is_file()]
    return render(request, "ratings.html", cycles=cycles, able=able, cases=cases, shares=SHARES)


@router.post("/ratings")
def begin(
    request: Request, run: Annotated[list[str] | None, Form()] = None, case: Annotated[str, Form()] = "", outputs: Annotated[int, Form()] = 30,
    double: Annotated[float, Form()] = 0.5, simple: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """Make a cycle."""
    room = the_room(request)
    if case:
        made = rating_samples.from_data(room, case=case, outputs=outputs, double=double)
    else:
        made = rating_samples.from_runs(room, run or [], outputs=outputs, double=double, simple=simple)
    return go(f"/ratings/{made.id}")


# rating


@router.get("/ratings/{cycle_id}/rate")
def rate_page(request: Request, cycle_id: str, item: int | None = None) -> Response:
    """The next output for whoever sits at this browser."""
    cycle = ratings.cycle(the_room(request), cycle_id)
    if not (rater := rater_of(request)):
        return render(request, "rating_name.html", cycle=cycle, rater="", longest=ratings.LONGEST_NAME)
    task = ratings.task(the_room(request), cycle_id, rater, item)
    if task is None:
        return render(request, "rating_done.html", cycle=cycle, rater=rater)
    return render(request, "rating.html", cycle=cycle, rater=rater, task=task, dimensions=DIMENSIONS, values=VALUES)


@router.get("/ratings/{cycle_id}/rater")
def name_page(request: Request, cycle_id: str) -> Response:
    """Who rates at this browser."""
    cycle = ratings.cycle(the_room(request), cycle_id)
    return render(request, "rating_name.html", cycle=cycle, rater=rater_of(request), longest=ratings.LONGEST_NAME)


@router.post("/ratings/{cycle_id}/rater")
def name(request: Request, cycle_id: str, rater: Annotated[str, Form()] = "") -> Response:
    """Remember who rates; somebody who gives no name gets one."""
    ratings.cycle(the_room(request), cycle_id)
    response = go(f"/ratings/{cycle_id}/rate")
    remember(response, ratings.rater_name(rater))
    return response


@router.post("/ratings/{cycle_id}/rate")
def rate(
    request: Request, cycle_id: str, item: Annotated[int, Form()], accuracy: Value = None, fluency: Value = None, helpfulness: Value = None
) -> Response:
    """What was chosen without a script."""
    rater = rater_of(request)
    if rater:
        given = {"accuracy": accuracy, "fluency": fluency, "helpfulness": helpfulness}
        ratings.rate(the_room(request), cycle_id, rater, item, {name: value for name, value in given.items() if value is not None})
    return go(f"/ratings/{cycle_id}/rate")


# results


@router.get("/ratings/{cycle_id}")
def results_page(request: Request, cycle_id: str, anyway: bool = False) -> Response:
    """What a cycle says; whoever still has outputs to rate is asked first."""
    room, rater = the_room(request), rater_of(request)
    left = ratings.task(room, cycle_id, rater) if rater and not anyway else None
    if left and ratings.rows(room, cycle_id):
        return render(request, "rating_early.html", cycle=ratings.cycle(room, cycle_id), rater=rater, left=left)
    found = rating_results.results(room, cycle_id)
    return render(request, "rating_results.html", cycle=found.cycle, found=found, dimensions=DIMENSIONS, most=_APART, mean=_mean, rho=_rho)


def _mean(score: Score) -> str:
    return "not rated" if score.value is None else interval(score.name, score)


def _rho(score: Score) -> str:
    return "–" if score.value is None else f"{score.value:.2f} [{score.low:.2f}, {score.high:.2f}]"


@router.post("/ratings/{cycle_id}/delete")
def delete(request: Request, cycle_id: str, sure: Annotated[Literal["", "yes"], Form()] = "") -> Response:
    """Delete a cycle once asked."""
    cycle = ratings.cycle(the_room(request), cycle_id)
    if sure != "yes":
        return render(request, "rating_delete.html", cycle=cycle)
    ratings.delete(the_room(request), cycle_id)
    return go("/ratings")
