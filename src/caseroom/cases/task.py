"""What one output of a case is: the kind of task, its exact parts, the simple baseline, the goals, the money. Frozen data, read strictly."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from caseroom.errors import DataError
from caseroom.forms import Form, Slug, Text, read_yaml
from caseroom.proposal.model import MetricName

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0)]


class Trigger(Form):
    """Words that an input must hold, need not all hold, must not hold. One without `any` and `all` fits nothing."""

    name: Text
    any: list[Text] = []
    all: list[Text] = []
    none: list[Text] = []


class Reply(Trigger):
    """A canned reply of the baseline."""

    reply: Text


class Reading(Form):
    """A value of a field by words; `any`, `all`, `none` as in a trigger."""

    value: str | float | bool
    any: list[Text] = []
    all: list[Text] = []
    none: list[Text] = []


class Section(Form):
    """A section of a note."""

    name: Text
    about: Text


class FieldForm(Form):
    """A named value of an output."""

    name: Name
    kind: Literal["label", "flag", "number", "money", "date", "text"]
    question: Text | None = None
    statement: Text | None = None
    where: Literal["input", "documents"] = "input"
    values: dict[str, Text] = {}

    @model_validator(mode="after")
    def _whole(self) -> FieldForm:
        if self.kind == "label" and not self.values:
            raise ValueError("a label needs `values`: each value and what it means")
        if self.kind == "flag" and self.question and not self.statement:
            raise ValueError("a flag needs a `statement`: what must be supported for a yes")
        return self

    @property
    def is_read(self) -> bool:
        """Whether a model can read it from text; otherwise it is only computed."""
        return bool(self.question or self.statement)


class Lookup(Form):
    """An exact part: one row of the systems of record."""

    name: Name
    needs: list[Name] = []
    sql: Text
    says: Text | None = None


class Baseline(Form):
    """The simple way, beside the design."""

    kind: Literal["template", "search", "rules", "sql"]
    about: Text
    rules: list[Reply] = []
    fields: dict[Name, list[Reading]] = {}


class GoalForm(Form):
    """A yardstick that step G may choose; of a limit, `target` is what must not be broken."""

    id: Slug
    metric: MetricName
    words: list[Text] = Field(min_length=1)
    facts: list[Slug] = []
    today: float | None = None
    target: float


class Task(Form):
    """task.yaml"""

    format: Literal[1]
    kind: Literal["answer", "note", "fields"]
    ask: Text
    channel: Text
    person: Text
    enough: Share = 0.6
    sections: list[Section] = []
    fields: list[FieldForm] = []
    judged_by: list[Name] = []
    decision: Name | None = None
    selected: list[str] = []
    lookups: list[Lookup] = []
    compute: dict[Name, Text] = {}
    baseline: Baseline
    handover: list[Trigger] = []
    private: list[Text] = []
    goals: list[GoalForm] = Field(min_length=1)
    limits: list[GoalForm] = []

    @model_validator(mode="after")
    def _fits(self) -> Task:
        names = {field.name for field in self.fields}
        if self.kind == "note" and not self.sections:
            raise ValueError("a note needs `sections`")
        if self.kind == "fields" and not self.fields:
            raise ValueError("kind `fields` needs `fields`")
        if self.decision and self.decision not in names:
            raise ValueError(f"decision {self.decision!r} is none of the fields: {', '.join(sorted(names))}")
        if unknown := {*self.baseline.fields, *self.judged_by} - names:
            raise ValueError(f"judged_by or baseline.fields: {', '.join(sorted(unknown))}: no such field")
        for sql in (lookup.sql for lookup in self.lookups):
            if not re.match(r"\s*(select|with)\b", sql, re.IGNORECASE):
                raise ValueError(f"a look-up reads only; begin with SELECT: {sql[:60]!r}")
        return self


class Minutes(Form):
    """A person's minutes for one item."""

    today: Amount
    approve: Amount
    correct: Amount
    review: Amount


class Reviewers(Form):
    """Who looks at flagged outputs."""

    a_day: Amount
    noticed: Share


class Economics(Form):
    """economics.yaml"""

    format: Literal[1]
    currency: Text
    items_a_day: Annotated[float, Field(gt=0)]
    days_a_year: Annotated[float, Field(gt=0)]
    wage_per_minute: Amount
    minutes: Minutes
    wait_minutes: Amount
    wrong_today: Share
    cost_of_wrong: Amount
    cost_of_missed_handover: Amount
    cost_of_leak: Amount
    noticed: Share
    reviewers: Reviewers


def read_task(folder: Path) -> Task:
    """The task of a data folder.

    Raises:
        DataError: each problem with file, line and what to write instead.
    """
    return read_yaml(folder / "task.yaml", Task.model_validate, DataError)[0]


def read_economics(folder: Path) -> Economics:
    """The money of a data folder.

    Raises:
        DataError: each problem with file, line and what to write instead.
    """
    return read_yaml(folder / "economics.yaml", Economics.model_validate, DataError)[0]
