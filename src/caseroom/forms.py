"""Read files that people write: YAML strictly, with the line of each part; JSON Lines row by row. Errors name file, line and what to write instead.

What a file must look like is a pydantic model or a dataclass, given by the caller; this module knows no file of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from caseroom.errors import CaseError

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Lines = dict[tuple[Any, ...], int]
Problems = Callable[[list[str]], Exception]
"""Makes the error to raise of a list of problems."""
T = TypeVar("T")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Form(BaseModel):
    """What a part of a file must look like; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def read_text(path: Path, problems: Problems = CaseError) -> str:
    """A file's text.

    Raises:
        What `problems` makes: missing, unreadable, or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise problems([f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8"]) from None
    except OSError as error:
        raise problems([f"{path}: cannot be read ({error.strerror}); this file is needed"]) from None


def read_yaml(
    path: Path, validate: Callable[[Any], T], problems: Problems = CaseError, samples: Mapping[str, str] | None = None
) -> tuple[T, Lines]:
    """A YAML file as what `validate` (of a pydantic model or type adapter) makes of it, with the line of each part.

    `samples` are things to write instead, by the last name of a key that has a pattern.

    Raises:
        What `problems` makes: each problem with file, line and what to write instead.
    """
    text = read_text(path, problems)
    lines: Lines = {}
    try:
        node = yaml.compose(text, Loader=_Loader)
        if node is not None:
            _lines(node, (), lines, set())
        data = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        hint = "put strings that hold ':' or '#' in double quotes, and indent with spaces"
        raise problems([f"{path}:{line}: not valid YAML: {error.problem}; {hint}"]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise problems([f"{path}:1: not valid YAML: {next(iter(str(error).splitlines()), type(error).__name__)}"]) from None
    try:
        return validate(data), lines
    except ValidationError as error:
        raise problems([_problem(path, lines, dict(e), samples or {}) for e in error.errors()]) from None


def row_problems(where: str, error: ValidationError) -> list[str]:
    """The problems of one row of a JSON Lines file; `where` is file and line."""
    return [f"{where}: {_name(dict(e))}: {advice(dict(e), {})}" for e in error.errors()]


def _lines(node: yaml.Node, path: tuple[Any, ...], found: Lines, seen: set[int]) -> None:
    found[path] = node.start_mark.line + 1
    if isinstance(node, yaml.CollectionNode):
        if id(node) in seen:  # a few lines of aliases of aliases would unfold to more than memory holds
            raise yaml.MarkedYAMLError(problem="a list or block is referred to by *; write it out", problem_mark=node.start_mark)
        seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key is a list or a block; write a name", problem_mark=key.start_mark)
            if (*path, key.value) in found:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice; keep one", problem_mark=key.start_mark)
            _lines(value, (*path, key.value), found, seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _lines(value, (*path, number), found, seen)


def _problem(path: Path, lines: Lines, error: dict[str, Any], samples: Mapping[str, str]) -> str:
    where = list(error["loc"])
    while where and tuple(where) not in lines:
        where.pop()
    return f"{path}:{lines.get(tuple(where), 1)}: {_name(error)}: {advice(error, samples)}"


def _name(error: dict[str, Any]) -> str:
    return ".".join(str(part) for part in error["loc"]) or "the file"


def advice(error: dict[str, Any], samples: Mapping[str, str]) -> str:
    """What to write instead, of one of pydantic's errors."""
    kind, given = error["type"], error.get("input")
    context = error.get("ctx", {})
    if kind == "missing":
        return f"is missing; add `{error['loc'][-1]}: ...`"
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return "is not a key of this file; remove it, or look for a typing error (docs/ lists the keys)"
    if kind == "literal_error":
        return f"{given!r} is not allowed; write one of {context['expected']}"
    if kind == "too_short":
        return f"has {context['actual_length']} entries; give at least {context['min_length']}"
    if kind == "string_type":
        return f"{given!r} is not text; put it in double quotes"
    if kind in ("bool_parsing", "bool_type"):
        return f"{given!r} is neither `on` nor `off`"
    if kind == "string_pattern_mismatch":
        return f"{given!r} does not fit; write something like {samples.get(str(error['loc'][-1]), 'the pattern ' + context['pattern'])}"
    if kind in ("model_type", "dataclass_type", "list_type", "tuple_type", "dict_type"):
        return f"should be a {'list' if kind in ('list_type', 'tuple_type') else 'block of keys'}, not {type(given).__name__}"
    return f"{error['msg'].removeprefix('Value error, ')}; found {str(given)[:60]!r}"
