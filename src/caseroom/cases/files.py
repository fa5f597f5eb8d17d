"""Read a case's files strictly: YAML with line numbers, each file's form, errors that name file, line and what to write instead.

The forms are pydantic models with `extra="forbid"`; they live only at this edge. `load.py` turns them into the frozen case.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, StringConstraints, field_validator

from caseroom.cases.model import Kind, Weight
from caseroom.errors import CaseError
from caseroom.forms import Form, Lines, Slug, Text, read_yaml
from caseroom.steps import STEP_IDS

StepId = Literal["ground", "assess", "technical", "hallucinations", "evaluation", "roadmap"]
PointId = Annotated[str, StringConstraints(pattern=r"^([1-6]|X)\.\d{1,2}$")]


class CaseForm(Form):
    """case.yaml"""

    format: Literal[1]
    title: Text
    company: Text
    domain: Text
    level: Literal["junior", "middle", "senior"]
    trap: bool = False
    draft: bool = False
    minutes: dict[StepId, Annotated[float, Field(gt=0, le=240)]]
    opening: Text
    terms: list[Text] = Field(min_length=1)

    @field_validator("minutes")
    @classmethod
    def _all_steps(cls, minutes: dict[str, float]) -> dict[str, float]:
        missing = [step for step in STEP_IDS if step not in minutes]
        if missing:
            raise ValueError(f"give minutes for each step; missing: {', '.join(missing)}")
        return {step: minutes[step] for step in STEP_IDS}


class FactForm(Form):
    """One entry of facts.yaml."""

    id: Slug
    step: StepId
    topic: Text
    entity: list[Text] = Field(min_length=1)
    attribute: list[Text] = Field(min_length=1)
    kind: list[Kind] = Field(min_length=1)
    say: Text
    numbers: dict[str, float] = {}
    asking_earns: list[PointId] = []
    questions: list[Text] = Field(min_length=3)
    near_misses: list[Text] = Field(min_length=1)


class FactsForm(Form):
    """facts.yaml"""

    facts: list[FactForm] = Field(min_length=1)


class WholeForm(Form):
    """What makes a point whole."""

    figure: Literal["number", "threshold"] | None = None
    terms: list[Text] = []


class PointForm(Form):
    """One entry of a rubric.yaml. In a case, what is left out comes from the common rubric."""

    id: PointId
    step: StepId | Literal["communication"] | None = None
    name: Text | None = None
    weight: Weight | None = None
    statement: Text | None = None
    why: Text = ""
    examples: list[Text] = []
    partial: list[Text] = []
    near_misses: list[Text] = []
    contradicts: list[Text] = []
    whole: WholeForm | None = None
    follow_ups: list[Text] = []
    sets: Annotated[str, StringConstraints(pattern=rf"^({'|'.join(STEP_IDS)})(\.[a-z_][a-z0-9_]*)+( = .+)?$")] | None = None


class RubricForm(Form):
    """rubric.yaml"""

    points: list[PointForm] = Field(min_length=1)


class WhenForm(Form):
    """When a messy turn is said: a step and a number of turns in it, or a point, or a minute."""

    step: StepId | None = None
    after_turns: Annotated[int, Field(ge=0)] = 0
    point: PointId | None = None
    minute: Annotated[float, Field(ge=0)] | None = None


class TurnForm(Form):
    """One entry of turns.yaml."""

    id: Slug
    kind: Literal["change", "push_back"]
    when: WhenForm
    say: Text
    topic: Text
    reactions: list[Text] = Field(min_length=1)

    @field_validator("when")
    @classmethod
    def _one_moment(cls, when: WhenForm) -> WhenForm:
        if sum(given is not None for given in (when.step, when.point, when.minute)) != 1:
            raise ValueError("give exactly one of step (with after_turns), point, or minute")
        return when


class TurnsForm(Form):
    """turns.yaml"""

    turns: list[TurnForm] = Field(min_length=1)


F = TypeVar("F", bound=Form)
_SAMPLES = {"id": '"1.04" for a point, tickets-a-day for a fact or a turn', "sets": "ground.volume or technical.retrieve.method = hybrid"}


def read_form(path: Path, form: type[F]) -> tuple[F, Lines]:
    """A YAML file as its form, with the line of each part.

    Raises:
        CaseError: each problem with file, line and what to write instead.
    """
    return read_yaml(path, form.model_validate, CaseError, _SAMPLES)
