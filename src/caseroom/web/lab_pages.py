"""The pages of the lab: a proposal to edit, runs while they run, their reports, two side by side. They work without a script."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import AfterValidator, BaseModel, Field

from caseroom.app import exports, propose, runs
from caseroom.errors import ProposalError, UsageError
from caseroom.lab import pages as reports
from caseroom.proposal.file import from_data
from caseroom.proposal.model import Proposal
from caseroom.web import lab_views, views
from caseroom.web.held import the_bench, the_desk, the_room
from caseroom.web.rendering import go, render

router = APIRouter(include_in_schema=False)
LIMITS = (("", "all records"), ("100", "the first 100"), ("30", "the first 30"))
_KEPT = 10
"""Outputs of each kind and group that are kept to be rated, where somebody wants to."""
_SHOWN = 30
"""Runs in the list that are shown with their verdict; a report is read for each."""
_FORMS = {"html": ("text/html", "html"), "json": ("application/json", "json"), "proposal": ("application/yaml", "yaml")}


def _lines(text: str) -> str:
    """Lines end as in a file; a browser sends carriage returns."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Edited(BaseModel, frozen=True):
    """The editor of a proposal as it was sent: the text, what is to become of it, and how it is to run."""

    text: Annotated[str, AfterValidator(_lines)] = ""
    action: Literal["save", "run", "download", "again"] = "save"
    """`again` is a session's alone: start again from the interview."""
    quick: bool = False
    limit: Annotated[str, Field(pattern=r"^\d{0,9}$")] = ""
    review: bool = False
    keep: bool = False


@router.get("/lab")
def lab(request: Request) -> Response:
    """All runs."""
    room = the_room(request)
    rows = lab_views.rows(room, the_bench(request))
    for number, row in enumerate(rows):
        row["reached"], row["verdict"] = lab_views.verdict(room, row["id"]) if row["state"] == "done" and number < _SHOWN else (None, "")
    cases = [{"id": case.id, "title": case.title} for case in room.shelf.all()[0] if (case.folder / "data").is_dir()]
    finished = [row for row in views.session_rows(room) if not row["open"]][:5]
    return render(request, "lab.html", runs=rows, done=[row for row in rows if row["state"] == "done"], cases=cases, finished=finished)


@router.get("/lab/compare")
def compare(request: Request, a: str, b: str) -> Response:
    """Two runs side by side."""
    room = the_room(request)
    found = runs.compare(runs.run(room, a), runs.run(room, b))
    switches = [lab_views.switched(row.name, row.a, row.b) for row in found.switches]
    return render(request, "lab_compare.html", a=found.a, b=found.b, switches=switches, rows=found.rows)


# proposals


@router.get("/sessions/{session_id}/proposal")
def proposal(request: Request, session_id: str, saved: bool = False) -> Response:
    """The proposal of a session; a page that waits while its scorecard is made."""
    room = the_room(request)
    if not room.store.session(session_id).ended:
        return go(f"/sessions/{session_id}")
    if job := the_desk(request).grading(session_id):
        return render(request, "waiting.html", done=job.done, total=job.total)
    text, edited = lab_views.proposal_text(room, session_id)
    return _session_editor(request, session_id, Edited(text=text), edited=edited, told="Saved." if saved else None)


def _session_editor(
    request: Request, session_id: str, form: Edited, *, edited: bool, told: str | None = None, status: int = 200
) -> Response:
    case = the_room(request).store.session(session_id).case
    return _editor(request, f"/sessions/{session_id}/proposal", form, case, status, session=session_id, edited=edited, told=told)


def _editor(request: Request, where: str, form: Edited, case: str, status: int, **more: Any) -> Response:
    folder = the_room(request).shelf.case(case).folder
    return render(
        request, "proposal.html", status, where=where, form=form, case=case, title=views.title(the_room(request), case), limits=LIMITS,
        has_data=(folder / "data").is_dir(), **lab_views.checked(form.text), **more,
    )  # fmt: skip


@router.post("/sessions/{session_id}/proposal")
def keep_proposal(request: Request, session_id: str, form: Annotated[Edited, Form()]) -> Response:
    """Save it, run it, download it, or start again from the interview."""
    room, text, action = the_room(request), form.text, form.action
    session = room.store.session(session_id)
    if action == "again":
        propose.forget(room, session_id)
        return go(f"/sessions/{session_id}/proposal")
    if action == "download":
        return _file(text, "application/yaml", f"proposal-{session_id}.yaml")
    try:
        kept = propose.from_text(text)
        if _is_changed(request, session_id, text):
            kept = propose.keep(room, session_id, text)
    except ProposalError:
        return _session_editor(request, session_id, form, edited=True, status=400)
    if action == "run":
        return _begin(request, kept, session.case, session_id, form)
    return go(f"/sessions/{session_id}/proposal?saved=true")


def _is_changed(request: Request, session_id: str, text: str) -> bool:
    return text.strip() != lab_views.proposal_text(the_room(request), session_id)[0].strip()


def wrong_again(request: Request, session_id: str | None, case_id: str, text: str) -> Response:
    """The editor with a proposal that does not hold, its problems by line."""
    if session_id:
        return _session_editor(request, session_id, Edited(text=text), edited=True, status=400)
    return _case_editor(request, case_id, Edited(text=text), status=400)


@router.get("/cases/{case_id}/lab")
def sketch(request: Request, case_id: str, start: Literal["empty", "case"] = "empty") -> Response:
    """A proposal without an interview: everything off, or what lies beside the case."""
    case = the_room(request).shelf.case(case_id)
    return _case_editor(request, case_id, Edited(text=lab_views.sketch(case, start)))


def _case_editor(request: Request, case_id: str, form: Edited, *, status: int = 200) -> Response:
    other = lab_views.has_sketch(the_room(request).shelf.case(case_id))
    return _editor(request, f"/cases/{case_id}/lab", form, case_id, status, session=None, edited=False, sketch=other)


@router.post("/cases/{case_id}/lab")
def run_sketch(request: Request, case_id: str, form: Annotated[Edited, Form()]) -> Response:
    """Run it, download it, or only check it."""
    case = the_room(request).shelf.case(case_id)
    if form.action == "download":
        return _file(form.text, "application/yaml", f"proposal-{case.id}.yaml")
    try:
        made = propose.from_text(form.text)
    except ProposalError:
        return _case_editor(request, case_id, form, status=400)
    if form.action == "run":
        return _begin(request, made, case_id, None, form)
    return _case_editor(request, case_id, form)


def _begin(request: Request, made: Proposal, case: str, session: str | None, form: Edited) -> Response:
    most = int(form.limit or 0) or None
    begun = runs.begin(
        the_room(request),
        made,
        case=case,
        session=session,
        quick=form.quick,
        limit=most,
        review=form.review,
        keep=_KEPT if form.keep else 0,
    )
    the_bench(request).start(begun.id)
    return go(f"/lab/{begun.id}")


def _file(text: str, media: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{media}; charset=utf-8", headers=headers)


# runs


@router.get("/lab/{run_id}")
def run_page(request: Request, run_id: str) -> Response:
    """A run: what it does, why it stopped, or its report."""
    run, progress = lab_views.standing(the_room(request), the_bench(request), run_id)
    row = lab_views.row(run, progress)
    back = f"/sessions/{run.session}/proposal" if run.session else f"/lab/{run_id}/again" if lab_views.is_of_a_case(run) else None
    if run.report is not None:
        return render(request, "lab_report.html", run=row, back=back, body=reports.to_body(run.report))
    now = lab_views.phase(progress.what) if progress else ""
    phases = lab_views.PHASES[:-1] if run.quick else lab_views.PHASES
    names = [name for name, _ in phases]
    return render(
        request, "lab_run.html", run=row, back=back, phases=phases, now=now, past=names[: names.index(now)] if now in names else []
    )


@router.get("/lab/{run_id}/again")
def edit_again(request: Request, run_id: str) -> Response:
    """The proposal of a run that no session stands behind, to change and run again."""
    run = runs.run(the_room(request), run_id)
    return _case_editor(request, run.case, Edited(text=propose.yaml_of(from_data(run.proposal))))


@router.post("/lab/{run_id}/{action}")
def act(request: Request, run_id: str, action: Literal["stop", "resume", "delete"], sure: Annotated[str, Form()] = "") -> Response:
    """Stop a run, go on with it, or delete it once asked."""
    room, bench = the_room(request), the_bench(request)
    run = runs.run(room, run_id)
    if action == "delete" and sure != "yes":
        return render(request, "lab_delete.html", run=lab_views.row(run, bench.progress(run_id)))
    if action == "delete":
        bench.stop(run_id)
        runs.delete(room, run_id)
        return go("/lab")
    if action == "stop":
        bench.stop(run_id)
    elif run.state != "done":
        bench.start(run_id)
    return go(f"/lab/{run_id}")


@router.get("/lab/{run_id}/file/{form}")
def download(request: Request, run_id: str, form: Literal["html", "json", "proposal"]) -> Response:
    """The report, or the proposal that was run, as a file."""
    run = runs.run(the_room(request), run_id)
    media, ending = _FORMS[form]
    if form == "proposal":
        return _file(propose.yaml_of(from_data(run.proposal)), media, f"proposal-{run_id}.{ending}")
    if run.report is None:
        raise UsageError("This run is not done, so it has no report yet.")
    text = exports.to_json(run.report) if form == "json" else reports.to_html(run.report)
    return _file(text, media, f"caseroom-lab-{run_id}.{ending}")
