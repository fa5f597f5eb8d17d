"""The JSON API of reviews: what waits, taking the next item, deciding. Typed and described in /api/openapi.json. Nothing here removes a decision."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from caseroom.app import reviews
from caseroom.app.reviews import LONGEST, LONGEST_NAME, LONGEST_REASON, Review
from caseroom.lab.decisions import Action
from caseroom.web.api import Problem
from caseroom.web.held import the_room

ItemId = Annotated[str, Path(min_length=3, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
State = Literal["open", "escalated", "decided", "left"]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class Row(BaseModel):
    """An item in the list."""

    id: str
    run: str
    case: str
    record: str
    created: str
    state: State = Field(description="left: its run was finished without it.")
    why: str = Field(description="What was objected to.")


class Listed(BaseModel):
    """Some of the queue, and how many items stand where."""

    counts: dict[str, int]
    items: list[Row]


class Source(BaseModel):
    """What an output may stand on."""

    name: str
    text: str


class Decided(BaseModel):
    """A decision."""

    reviewer: str
    created: str
    action: Action
    output: str | None = Field(description="The edited output.")
    reason: str
    holds: bool
    differs: bool = Field(description="It is another reviewer's and comes to something else than the one that holds.")


class Item(Row):
    """An item with all that a reviewer sees."""

    input: str
    output: str
    objections: list[str]
    sources: list[Source]
    held_by: str | None = Field(description="Who has taken it and not decided yet.")
    decisions: list[Decided]


class Next(BaseModel):
    """Who takes the next item."""

    reviewer: Name
    run: str = Field("", max_length=64)
    case: str = Field("", max_length=1000)


class Taken(BaseModel):
    """The item that was taken."""

    item: Item | None = Field(description="None: nothing waits for this reviewer.")


class Decision(BaseModel):
    """What a reviewer decides."""

    reviewer: Name
    action: Action
    output: str | None = Field(None, max_length=LONGEST, description="With modify: the output as it should leave; values one a line.")
    reason: str = Field("", max_length=LONGEST_REASON)


router = APIRouter(prefix="/api/reviews", responses={400: {"model": Problem}, 404: {"model": Problem}, 503: {"model": Problem}})


@router.get("")
def queue(
    request: Request, run: Annotated[str, Query(max_length=64)] = "", case: Annotated[str, Query(max_length=1000)] = "", state: State | None = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0, limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Listed:  # fmt: skip
    """Some of the queue, the oldest first."""
    room = the_room(request)
    found = reviews.page(room, run=run, case=case, state=state or "", offset=offset, limit=limit)
    rows = [
        Row(id=i.id, run=i.run, case=i.case, record=i.body["record"], created=i.created, state=cast(State, i.state), why=i.body["why"])
        for i in found
    ]  # fmt: skip
    return Listed(counts=reviews.counts(room, run=run, case=case), items=rows)


@router.post("/next")
def take(request: Request, who: Next) -> Taken:
    """Take the next item that nobody has; it is free again after ten minutes without a decision."""
    room = the_room(request)
    item_id = reviews.take(room, who.reviewer, run=who.run, case=who.case)
    return Taken(item=_shown(reviews.review(room, item_id)) if item_id else None)


@router.get("/{item_id}")
def item(request: Request, item_id: ItemId) -> Item:
    """An item with all that was decided of it."""
    return _shown(reviews.review(the_room(request), item_id))


@router.post("/{item_id}/decisions", status_code=201)
def decide(request: Request, item_id: ItemId, made: Decision) -> Item:
    """Decide of an item; once more is a further decision, and the first reviewer's last one holds."""
    found = reviews.decide(the_room(request), item_id, made.reviewer, made.action, output=made.output, reason=made.reason)
    return _shown(found)


def _shown(found: Review) -> Item:
    item, holds = found.item, found.holds
    decisions = [
        Decided(reviewer=d.reviewer, created=d.created, action=cast(Action, d.action), output=d.output, reason=d.reason, holds=d == holds,
                differs=holds is not None and d in found.others and reviews.differs(holds, d))
        for d in found.decisions
    ]  # fmt: skip
    return Item(
        id=found.id, run=found.run, case=found.case, record=item.record, created=found.created, state=cast(State, found.state), why=item.why,
        input=item.input, output=item.output, objections=list(item.objections), sources=[Source(name=name, text=text) for name, text in item.sources],
        held_by=found.held_by, decisions=decisions,
    )  # fmt: skip
