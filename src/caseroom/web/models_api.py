"""The JSON API of large models: what is set up, what is agreed to, a second reader and a coach. Typed; never a key, and nothing is sent before somebody agreed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Path, Request
from pydantic import BaseModel, Field

from caseroom.app import coaching, largemodels
from caseroom.app.opinions import Purpose, Standing
from caseroom.app.standing_models import standing
from caseroom.web.api import Id, Problem
from caseroom.web.held import the_opinions, the_room

Name = Annotated[str, Path(min_length=1, max_length=200)]
Used = Literal["interviewer", "reader", "coach", "draft", "lab"]
_PROBLEMS = (400, 403, 404, 409, 503)


class NoticeRow(BaseModel):
    """What leaves the machine for one purpose."""

    name: str
    model: str
    purpose: str
    host: str = Field(description="Who gets it; empty where nothing leaves the machine.")
    encrypted: bool
    sends: list[str]
    masked: bool
    price: tuple[float, float] | None = Field(description="Of a million tokens in and out.")
    currency: str
    agreed: bool


class ModelRow(BaseModel):
    """A model that is set up."""

    name: str
    kind: str
    model: str
    sends_to: str
    at: str
    key: str = Field(description="The name of the variable that holds the key; never the key.")
    key_found: bool
    installed: bool
    price: dict[str, float] | None
    purposes: list[str]
    masked: bool
    agreed: list[str]
    notices: list[NoticeRow]


class CallsRow(BaseModel):
    """Calls of today, by model and purpose."""

    name: str
    purpose: str
    calls: int
    failed: int
    tokens_in: int
    tokens_out: int
    cost: float
    unpriced: int
    seconds: float


class LimitsRow(BaseModel):
    """What may be spent; null is no limit."""

    cost: float | None
    tokens: int | None


class SpentRow(BaseModel):
    """What was spent."""

    tokens: int
    cost: float


class Models(BaseModel):
    """All that is set up."""

    models: list[ModelRow]
    use: dict[str, list[str]] = Field(description="By purpose: who is asked, in order; at the end stands the embedded engine.")
    currency: str
    session: LimitsRow
    day: LimitsRow
    spent_today: SpentRow
    calls_today: list[CallsRow]


class OpinionState(BaseModel):
    """Where a second reader or a coach stands."""

    state: Literal["not set up", "not asked", "under way", "failed", "done"]
    done: int
    total: int
    why: str = Field(description="Why it failed.")
    names: list[str] = Field(description="Who would be asked, in order.")


class CoachedRow(BaseModel):
    """What the coach says of one change."""

    point: str
    name: str
    feedback: str
    better: str
    fact: str
    dropped: list[str] = Field(description="Sentences that nothing supports; not advice.")
    by: str


router = APIRouter(prefix="/api", responses={code: {"model": Problem} for code in _PROBLEMS})


@router.get("/models")
def list_models(request: Request) -> Models:
    """What is set up, agreed and spent."""
    return Models.model_validate(standing(the_room(request)))


@router.put("/models/{name}/consents/{purpose}")
def consent(request: Request, name: Name, purpose: Used, agreed: Annotated[bool, Body(embed=True)]) -> NoticeRow:
    """Agree that a model gets text for a purpose, or take it back."""
    room = the_room(request)
    largemodels.agree(room, name, [purpose], agreed=agreed)
    return NoticeRow.model_validate(asdict(largemodels.first_call_notice(room, name, purpose)))


@router.get("/sessions/{session_id}/opinions/{purpose}")
def opinion(request: Request, session_id: Id, purpose: Purpose) -> OpinionState:
    """Where it stands."""
    return _state(the_opinions(request).standing(session_id, purpose))


@router.post("/sessions/{session_id}/opinions/{purpose}", status_code=202)
def ask(request: Request, session_id: Id, purpose: Purpose) -> OpinionState:
    """Have a finished interview read, or coached; it goes on in the background."""
    the_opinions(request).ask(session_id, purpose)
    return _state(the_opinions(request).standing(session_id, purpose))


@router.get("/sessions/{session_id}/coaching")
def coached(request: Request, session_id: Id) -> list[CoachedRow]:
    """What the coach said last; empty where it was not asked."""
    return [CoachedRow.model_validate(asdict(one)) for one in coaching.kept(the_room(request), session_id)]


def _state(standing: Standing) -> OpinionState:
    return OpinionState.model_validate(asdict(standing))
