"""What is sent to the JSON API of an interview, and what comes back of disputes and answers given again. Forms alone; they do nothing."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

StepId = Literal["ground", "assess", "technical", "hallucinations", "evaluation", "roadmap"]
LONGEST = 1_000_000
"""Characters of a turn that are stored."""


class Notes(BaseModel):
    """The scratch pad."""

    text: str = Field(max_length=200_000)


class BoxForm(BaseModel):
    """A layer on the sketch board."""

    id: str = Field(pattern=r"^b[0-9]{1,6}$")
    kind: str = Field(min_length=1, max_length=40)
    x: int = Field(ge=0, le=5000)
    y: int = Field(ge=0, le=5000)
    reason: str = Field("", max_length=600)


class Board(BaseModel):
    """The sketch board: layers, and which leads to which."""

    boxes: list[BoxForm] = Field(max_length=100)
    joins: list[tuple[str, str]] = Field(max_length=400)


class Levels(BaseModel):
    """The candidate's own levels; a step may be left out."""

    levels: dict[StepId, Annotated[int, Field(ge=0, le=4)]]


class DisputeForm(BaseModel):
    """Words of the candidate that are said to make a point."""

    point: str = Field(max_length=40)
    words: str = Field(min_length=1, max_length=4000)


class DisputeRow(BaseModel):
    """A dispute with the place of its words."""

    point: str
    turn: int
    start: int
    end: int
    words: str


class AgainForm(BaseModel):
    """Another answer to a step."""

    step: StepId
    text: str = Field(min_length=1, max_length=LONGEST, pattern=r"\S")


class Changed(BaseModel):
    """What another answer changed."""

    step: str
    before: int | None
    after: int | None
    points: list[dict[str, Any]]
