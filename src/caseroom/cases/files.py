"""Read a case's files strictly: YAML with line numbers, each file's form, errors that name file, line and what to write instead.

The forms are pydantic models with `extra="forbid"`; they live only at this edge. `load.py` turns them into the frozen case.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from caseroom.cases.model import Kind, Weight
from caseroom.errors import CaseError
from caseroom.steps import STEP_IDS

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
StepId = Literal["ground", "assess", "technical", "hallucinations", "evaluation", "roadmap"]
PointId = Annotated[str, StringConstraints(pattern=r"^([1-6]|X)\.\d{1,2}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CaseForm(_Form):
    """case.yaml"""

    format: Literal[1]
    title: Text
    company: Text
    domain: Text
    level: Literal["junior", "middle", "senior"]
    trap: bool = False
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


class FactForm(_Form):
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


class FactsForm(_Form):
    """facts.yaml"""

    facts: list[FactForm] = Field(min_length=1)


class WholeForm(_Form):
    """What makes a point whole."""

    figure: Literal["number", "threshold"] | None = None
    terms: list[Text] = []


class PointForm(_Form):
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


class RubricForm(_Form):
    """rubric.yaml"""

    points: list[PointForm] = Field(min_length=1)


class WhenForm(_Form):
    """When a messy turn is said: a step and a number of turns in it, or a point, or a minute."""

    step: StepId | None = None
    after_turns: Annotated[int, Field(ge=0)] = 0
    point: PointId | None = None
    minute: Annotated[float, Field(ge=0)] | None = None


class TurnForm(_Form):
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


class TurnsForm(_Form):
    """turns.yaml"""

    turns: list[TurnForm] = Field(min_length=1)


def read_text(path: Path) -> str:
    """A file's text.

    Raises:
        CaseError: missing, unreadable, or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CaseError([f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8"]) from None
    except OSError as error:
        raise CaseError([f"{path}: cannot be read ({error.strerror}); a case needs this file"]) from None


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _lines(node: yaml.Node, path: tuple[Any, ...], found: dict[tuple[Any, ...], int]) -> None:
    found[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if (*path, key.value) in found:
                mark = key.start_mark
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice; keep one", problem_mark=mark)
            _lines(value, (*path, key.value), found)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _lines(value, (*path, number), found)


F = TypeVar("F", bound=_Form)


def read_form(path: Path, form: type[F]) -> tuple[F, dict[tuple[Any, ...], int]]:
    """A YAML file as its form, with the line of each part.

    Raises:
        CaseError: each problem with file, line and what to write instead.
    """
    text = read_text(path)
    lines: dict[tuple[Any, ...], int] = {}
    try:
        node = yaml.compose(text, Loader=_Loader)
        if node is not None:
            _lines(node, (), lines)
        data = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        hint = "put strings that hold ':' or '#' in double quotes, and indent with spaces"
        raise CaseError([f"{path}:{line}: not valid YAML: {error.problem}; {hint}"]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise CaseError([f"{path}:1: not valid YAML: {str(error).splitlines()[0]}"]) from None
    try:
        return form.model_validate(data), lines
    except ValidationError as error:
        raise CaseError([_problem(path, lines, dict(e)) for e in error.errors()]) from None


def _problem(path: Path, lines: dict[tuple[Any, ...], int], error: dict[str, Any]) -> str:
    where = list(error["loc"])
    while where and tuple(where) not in lines:
        where.pop()
    name = ".".join(str(part) for part in error["loc"]) or "the file"
    return f"{path}:{lines.get(tuple(where), 1)}: {name}: {_advice(error)}"


def _advice(error: dict[str, Any]) -> str:
    kind, given = error["type"], error.get("input")
    context = error.get("ctx", {})
    if kind == "missing":
        return f"is missing; add `{error['loc'][-1]}: ...`"
    if kind == "extra_forbidden":
        return "is not a key of this file; remove it, or look for a typing error (docs/cases.md lists the keys)"
    if kind == "literal_error":
        return f"{given!r} is not allowed; write one of {context['expected']}"
    if kind == "too_short":
        return f"has {context['actual_length']} entries; give at least {context['min_length']}"
    if kind == "string_type":
        return f"{given!r} is not text; put it in double quotes"
    if kind == "string_pattern_mismatch":
        return f"{given!r} does not fit; write something like {_SAMPLES.get(str(error['loc'][-1]), 'the pattern ' + context['pattern'])}"
    if kind in ("model_type", "list_type", "dict_type"):
        return f"should be a {'list' if kind == 'list_type' else 'block of keys'}, not {type(given).__name__}"
    return f"{error['msg'].removeprefix('Value error, ')}; found {str(given)[:60]!r}"


_SAMPLES = {"id": '"1.04" for a point, tickets-a-day for a fact or a turn', "sets": "ground.volume or technical.retrieve.method = hybrid"}
