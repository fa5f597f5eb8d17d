"""The monitor as JSON: alerts, and each measure over the days. Numbers only; what was said in an interview is not in it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from caseroom.app.watching import DAYS, LONGEST_REASON, MOST_DAYS, Shown, Silenced
from caseroom.app.watching_data import alert_data, seen_data
from caseroom.web.api import Problem
from caseroom.web.held import the_watching


class ToldRow(BaseModel):
    """A webhook or a log file, and what came of telling it."""

    where: str
    state: str = Field(description="trying, taken or failed")
    when: str
    tries: int
    why: str


class AlertRow(BaseModel):
    """An alert about the room itself."""

    id: str
    measure: str
    words: str
    why: str
    todo: str
    owner: str
    level: str
    state: str = Field(description="open, acknowledged, silenced or closed")
    since: str
    last: str
    told: list[ToldRow]


class SilenceForm(BaseModel):
    """For how long nobody is told of a measure."""

    days: int = Field(7, ge=1, le=MOST_DAYS)
    reason: str = Field("", max_length=LONGEST_REASON)


class SilenceRow(BaseModel):
    """A measure of which nobody is told."""

    measure: str
    until: str
    reason: str


AlertId = Annotated[str, Path(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_@:|.-]+$")]
Measure = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]
router = APIRouter(prefix="/api/monitor", responses={400: {"model": Problem}, 503: {"model": Problem}})


@router.get("")
def monitor(request: Request, days: Annotated[int, Query(ge=2, le=MOST_DAYS)] = DAYS) -> dict[str, Any]:
    """How the room is doing: alerts, silences, and every measure day by day."""
    return seen_data(the_watching(request).look(), days)


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge(request: Request, alert_id: AlertId) -> AlertRow:
    """Keep that somebody has seen an alert."""
    return _row(the_watching(request).acknowledge(alert_id))


@router.post("/silences/{measure}", status_code=201)
def silence(request: Request, measure: Measure, form: SilenceForm) -> SilenceRow:
    """Tell nobody of a measure for some days, today among them."""
    made: Silenced = the_watching(request).silence(measure, form.days, form.reason)
    return SilenceRow(measure=made.measure, until=made.until.isoformat(), reason=made.reason)


def _row(alert: Shown) -> AlertRow:
    return AlertRow(**{name: value for name, value in alert_data(alert).items() if name in AlertRow.model_fields})
