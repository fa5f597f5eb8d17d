"""The pages of rollouts: begin one, see it being made, its report, the weeks as they unfold, two side by side. They work without a script."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from caseroom.app import exports, rollouts
from caseroom.errors import ProposalError, UsageError
from caseroom.rollout import pages as reports
from caseroom.rollout.watching import named
from caseroom.web import lab_pages, rollout_views
from caseroom.web.held import the_rollouts, the_room
from caseroom.web.rendering import go, render
from caseroom.web.rollout_forms import NewForm, Source, Typed, settings, source

router = APIRouter(include_in_schema=False)
_SHOWN = 30
"""Rollouts in the list that are shown with their verdict; a report is read for each."""
_FORMS = {"html": "text/html", "json": "application/json"}


@router.get("/rollouts")
def all_rollouts(request: Request) -> Response:
    """All rollouts."""
    room = the_room(request)
    rows = rollout_views.rows(room, the_rollouts(request))
    for number, row in enumerate(rows):
        row["verdict"] = (
            (rollouts.rollout(room, row["id"]).report or {}).get("reached", "") if row["state"] == "done" and number < _SHOWN else ""
        )
    return render(request, "rollouts.html", rollouts=rows, done=[row for row in rows if row["state"] == "done"])


@router.get("/rollouts/compare")
def compare(request: Request, a: str, b: str) -> Response:
    """Two roadmaps on the same weeks."""
    room = the_room(request)
    first, second = rollouts.rollout(room, a), rollouts.rollout(room, b)
    return render(request, "rollout_compare.html", a=first, b=second, rows=rollouts.compare(first, second))


# beginning


@router.get("/rollouts/new")
@router.post("/rollouts/new")
def new(request: Request, form: Typed) -> Response:
    """The form of a new rollout; the editor of a proposal posts its text here."""
    try:
        return _form(request, form, source(the_room(request), form))
    except ProposalError:
        if not form.text:
            raise
        return lab_pages.wrong_again(request, form.session or None, form.case, form.text)


def _form(request: Request, form: NewForm, found: Source, wrong: str = "") -> Response:
    room = the_room(request)
    library = rollouts.library(room, found.case, found.data)
    chosen = dict(form.chosen)
    events = [
        {"id": one.id, "title": one.title, "harmless": one.harmless, "ticked": one.id in chosen, "day": chosen.get(one.id) or str(30)}
        for one in library
    ]
    title = found.proposal.title or (found.data.name if found.data else room.shelf.case(str(found.case)).title)
    return render(
        request, "rollout_new.html", 400 if wrong else 200, form=form, events=events, wrong=wrong, title=title, monitors=bool(named(found.proposal.roadmap.monitors)),
        phases=bool(found.proposal.roadmap.proof or found.proposal.roadmap.test or found.proposal.roadmap.full),
    )  # fmt: skip


@router.post("/rollouts")
def begin(request: Request, form: Typed) -> Response:
    """Begin a rollout, or a drill."""
    room, bench = the_room(request), the_rollouts(request)
    found = source(room, form)
    try:
        begun = rollouts.begin(room, found.proposal, settings(form), case=found.case, data=found.data, session=found.session)
    except UsageError as error:
        return _form(request, form, found, str(error))
    if begun.settings["person"]:
        bench.open(begun.id)
        return go(f"/rollouts/{begun.id}/drill")
    bench.start(begun.id)
    return go(f"/rollouts/{begun.id}")


# one


@router.get("/rollouts/{rollout_id}")
def one(request: Request, rollout_id: str) -> Response:
    """A rollout: how far it is, why it stopped, or its report."""
    found, progress = rollout_views.standing(the_room(request), the_rollouts(request), rollout_id)
    row = rollout_views.row(found, progress)
    if found.report is not None:
        return render(request, "rollout_report.html", rollout=row, body=reports.to_body(found.report))
    if row["state"] == "playing":
        return go(f"/rollouts/{rollout_id}/drill")
    return render(request, "rollout_run.html", rollout=row, back=f"/rollouts/new?again={rollout_id}")


@router.get("/rollouts/{rollout_id}/weeks")
def weeks(request: Request, rollout_id: str, day: int = 0) -> Response:
    """The weeks as they unfold, up to the evening of a day."""
    found = rollouts.rollout(the_room(request), rollout_id)
    report = rollout_views.done(the_room(request), rollout_id)
    return render(request, "rollout_weeks.html", rollout=found, at=rollout_views.day_of(report, day))


@router.get("/rollouts/{rollout_id}/file/{form}")
def download(request: Request, rollout_id: str, form: Literal["html", "json"]) -> Response:
    """The report as a file."""
    report = rollout_views.done(the_room(request), rollout_id)
    text = exports.to_json(report) if form == "json" else reports.to_html(report)
    headers = {"Content-Disposition": f'attachment; filename="caseroom-rollout-{rollout_id}.{form}"'}
    return Response(text, media_type=f"{_FORMS[form]}; charset=utf-8", headers=headers)


@router.post("/rollouts/{rollout_id}/{action}")
def act(request: Request, rollout_id: str, action: Literal["stop", "resume", "delete"], sure: Annotated[str, Form()] = "") -> Response:
    """Stop a rollout, go on with it, or delete it once asked."""
    room, bench = the_room(request), the_rollouts(request)
    found, progress = rollout_views.standing(room, bench, rollout_id)
    if action == "delete" and sure != "yes":
        return render(request, "rollout_delete.html", rollout=rollout_views.row(found, progress))
    if action == "delete":
        delete(request, rollout_id)
        return go("/rollouts")
    if action == "stop":
        bench.stop(rollout_id)
    else:
        resume(request, found)
    return go(f"/rollouts/{rollout_id}")


def resume(request: Request, found: rollouts.Rollout) -> None:
    """Go on with a rollout that stopped or failed; a drill is opened again."""
    bench = the_rollouts(request)
    (bench.open if found.settings["person"] and not rollouts.log_of(the_room(request), found.id).ended else bench.start)(found.id)


def delete(request: Request, rollout_id: str) -> None:
    """Delete a rollout for good, with what was done in it."""
    bench = the_rollouts(request)
    bench.stop(rollout_id)
    bench.close(rollout_id)
    rollouts.delete(the_room(request), rollout_id)
