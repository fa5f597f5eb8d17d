"""The JSON API of the lab: proposals of sessions, and runs. Typed and described in /api/openapi.json."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from caseroom.app import propose, runs
from caseroom.app.interviews import Room
from caseroom.errors import UsageError
from caseroom.proposal.check import remarks
from caseroom.proposal.file import to_data
from caseroom.proposal.model import Proposal
from caseroom.web import lab_views
from caseroom.web.api import Id, Problem
from caseroom.web.held import the_bench, the_room

RunId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
LONGEST = 200_000
"""Characters of a proposal's file."""


class Step(BaseModel):
    """What a run is doing."""

    what: str = Field(description="documents, design, simple, attacks, ratings, or switch:PATH=VALUE.")
    words: str
    done: int
    total: int


class RunRow(BaseModel):
    """A run in the list."""

    id: str
    created: str
    case: str = Field(description="The case's id, or the folder of one's own data.")
    title: str
    session: str | None
    state: Literal["running", "stopped", "failed", "waiting", "done"]
    why: str = Field(description="Why it failed or stopped, or how many outputs wait for a reviewer.")
    quick: bool = Field(description="Parts are not changed one at a time.")
    progress: Step | None = Field(description="Where it stands, while it runs.")


class RunShown(RunRow):
    """A run with what was asked."""

    proposal: dict[str, Any]


class NewRun(BaseModel):
    """What to run: a case's data, or a session's case."""

    case: str | None = Field(None, max_length=200)
    session: str | None = Field(None, max_length=64)
    proposal_yaml: str | None = Field(None, max_length=LONGEST, description="Without it the session's own proposal.")
    quick: bool = False
    limit: int | None = Field(None, ge=1, le=10_000_000, description="Records at most.")
    review: bool = Field(False, description="Flagged outputs wait for people.")
    keep: int = Field(0, ge=0, le=10_000, description="Outputs of each kind and group that are kept to be rated.")


class ProposalForm(BaseModel):
    """A proposal's file."""

    yaml: str = Field(max_length=LONGEST)


class ProposalShown(BaseModel):
    """A session's proposal."""

    yaml: str
    edited: bool = Field(description="Whether it was edited after the interview.")
    remarks: list[str] = Field(description="What contradicts itself in it.")
    proposal: dict[str, Any]


router = APIRouter(prefix="/api", responses={400: {"model": Problem}, 404: {"model": Problem}, 503: {"model": Problem}})


@router.get("/runs")
def list_runs(request: Request) -> list[RunRow]:
    """All runs, the newest first."""
    return [RunRow(**row) for row in lab_views.rows(the_room(request), the_bench(request))]


@router.post("/runs", status_code=201)
def begin(request: Request, new: NewRun) -> RunRow:
    """Begin a run; it is carried out in the background, one at a time."""
    room = the_room(request)
    proposal = _proposal(room, new)
    case = new.case or (room.store.session(new.session).case if new.session else None)
    begun = runs.begin(room, proposal, case=case, session=new.session, quick=new.quick, limit=new.limit, review=new.review, keep=new.keep)
    the_bench(request).start(begun.id)
    return _row(request, begun.id)


def _proposal(room: Room, new: NewRun) -> Proposal:
    if new.proposal_yaml is not None:
        return propose.from_text(new.proposal_yaml)
    if new.session is None:
        raise UsageError("Send proposal_yaml, or the id of a finished session.")
    return propose.proposal_of(room, new.session)


def _row(request: Request, run_id: str) -> RunRow:
    return RunRow(**lab_views.row(*lab_views.standing(the_room(request), the_bench(request), run_id)))


@router.get("/runs/{run_id}")
def show(request: Request, run_id: RunId) -> RunShown:
    """A run, and where it stands."""
    run, progress = lab_views.standing(the_room(request), the_bench(request), run_id)
    return RunShown(**lab_views.row(run, progress), proposal=run.proposal)


@router.post("/runs/{run_id}/stop")
def stop(request: Request, run_id: RunId) -> RunRow:
    """Stop a run after the window that it is in; what was computed is kept."""
    the_bench(request).stop(run_id)
    return _row(request, run_id)


@router.post("/runs/{run_id}/resume")
def resume(request: Request, run_id: RunId) -> RunRow:
    """Go on with a run that stopped or failed; what was computed is not computed again."""
    if runs.run(the_room(request), run_id).state != "done":
        the_bench(request).start(run_id)
    return _row(request, run_id)


@router.delete("/runs/{run_id}", status_code=204)
def delete(request: Request, run_id: RunId) -> Response:
    """Delete a run for good."""
    the_bench(request).stop(run_id)
    runs.delete(the_room(request), run_id)
    return Response(status_code=204)


@router.get("/runs/{run_id}/report")
def report(request: Request, run_id: RunId) -> dict[str, Any]:
    """The report of a run that is done."""
    run = runs.run(the_room(request), run_id)
    if run.report is None:
        raise UsageError("This run is not done, so it has no report yet.")
    return run.report


@router.get("/sessions/{session_id}/proposal")
def show_proposal(request: Request, session_id: Id) -> ProposalShown:
    """The proposal of a finished session: derived from it, or as it was edited."""
    text, edited = lab_views.proposal_text(the_room(request), session_id)
    return _shown(text, edited)


def _shown(text: str, edited: bool) -> ProposalShown:
    proposal = propose.from_text(text)
    return ProposalShown(yaml=text, edited=edited, remarks=list(remarks(proposal)), proposal=to_data(proposal))


@router.put("/sessions/{session_id}/proposal")
def keep_proposal(request: Request, session_id: Id, form: ProposalForm) -> ProposalShown:
    """Keep an edited proposal."""
    propose.keep(the_room(request), session_id, form.yaml)
    return _shown(form.yaml, True)


@router.delete("/sessions/{session_id}/proposal", status_code=204)
def forget_proposal(request: Request, session_id: Id) -> Response:
    """Drop the edits; the proposal is the one that the interview makes again."""
    the_room(request).store.session(session_id)
    propose.forget(the_room(request), session_id)
    return Response(status_code=204)
