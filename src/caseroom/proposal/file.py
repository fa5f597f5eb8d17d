"""The proposal as a file: YAML that a person likes to read and edit, and its JSON schema. Never executes anything."""

from __future__ import annotations

import dataclasses
import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from caseroom.errors import ProposalError
from caseroom.forms import read_yaml
from caseroom.proposal.model import Proposal
from caseroom.steps import STEPS

_WIDTH = 118
_HEAD = """\
# A proposal: the answer to a case in six sections, each of which can be run.
# `caseroom run {case} FILE` executes it; what is off or not said is not switched on. `caseroom propose --schema` prints what may stand here.
"""


class _Dumper(yaml.SafeDumper):
    """Writes signs that other readers take for the end of a line as escapes."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if re.search("[\x85\u2028\u2029\ufeff]", text) else None)


_Dumper.add_representer(str, _text)


@cache
def _adapter() -> TypeAdapter[Proposal]:
    return TypeAdapter(Proposal)


def schema() -> dict[str, Any]:
    """The JSON schema of the file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_adapter().json_schema()}


def read_proposal(path: Path) -> Proposal:
    """The proposal in a file.

    Raises:
        ProposalError: each problem with file, line, field and the allowed values.
    """
    proposal, lines = read_yaml(path, lambda data: _adapter().validate_python({} if data is None else data), ProposalError)
    known = set(paths())
    unknown = [f"{path}:{lines.get(('said', name), 1)}: said.{name}: there is no such field" for name in proposal.said if name not in known]
    if unknown:
        raise ProposalError(unknown)
    return proposal


def from_data(data: Any) -> Proposal:
    """The proposal that `to_data` made plain.

    Raises:
        pydantic.ValidationError: it is none.
    """
    return _adapter().validate_python(data)


def to_data(proposal: Proposal) -> dict[str, Any]:
    """The proposal as plain data."""
    data: dict[str, Any] = _adapter().dump_python(proposal, mode="json")
    return data


@cache
def paths() -> dict[str, str]:
    """All fields that may be set by words, by their paths, each with its comment: `technical.retrieve.method` and so on."""
    found: dict[str, str] = {}

    def walk(value: Any, prefix: str) -> None:
        """The fields of a part, and of its parts."""
        for field in dataclasses.fields(value):
            path = f"{prefix}{field.name}"
            found[path] = _comments()[type(value).__name__].get(field.name, "")
            inner = getattr(value, field.name)
            if dataclasses.is_dataclass(inner):
                walk(inner, f"{path}.")

    empty = Proposal()
    for step in STEPS:
        walk(getattr(empty, step.id), f"{step.id}.")
    return found


def is_words(path: str) -> bool:
    """Whether a field holds the candidate's words and is not executed; the file of a local model and the name of a provider are the texts that are."""
    part, _, name = path.rpartition(".")
    holder: Any = Proposal()
    for step in part.split("."):
        holder = getattr(holder, step)
    return name not in ("file", "provider") and any(
        field.name == name and field.type == "str | None" for field in dataclasses.fields(holder)
    )


@cache
def _comments() -> dict[str, dict[str, str]]:
    """The comments of the fields, class by class, as the schema has them."""
    whole = _adapter().json_schema()
    classes = {**whole["$defs"], "Proposal": whole}
    return {
        name: {field: entry.get("description", "") for field, entry in part.get("properties", {}).items()} for name, part in classes.items()
    }


def to_yaml(proposal: Proposal) -> str:
    """The proposal as its file: every switch with its comment, the candidate's words where there are any."""
    lines = [_HEAD.format(case=proposal.case if re.fullmatch(r"[\w-]+", proposal.case or "") else "CASE"), "format: 1"]
    lines += [f"{name}: {_scalar(value)}" for name in ("case", "title") if (value := getattr(proposal, name))]
    for step in STEPS:
        lines += ["", f"# {step.letter} · {step.title}", f"{step.id}:", *_block(getattr(proposal, step.id), 1)]
    if proposal.said:
        lines += ["", "# The words that set them", "said:"]
        for path, said in proposal.said.items():
            if said.quote is None:
                lines.append(f"  {path}: {_flow(said)}")
            else:
                lines += [f"  {path}:", *_dumped({"quote": said.quote, **({"turn": said.turn} if said.turn is not None else {})}, 2)]
    return "\n".join(lines) + "\n"


def _block(part: Any, depth: int) -> list[str]:
    lines, unsaid = [], []
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        pad = "  " * depth
        if field.type == "str | None" and value is None:
            unsaid.append(field.name)
        elif field.type == "str | None":
            lines += _dumped({field.name: value}, depth)
        elif dataclasses.is_dataclass(value) and field.name not in ("goal", "stop", "launch_bar"):
            lines += [f"{pad}{field.name}:", *_block(value, depth + 1)]
        else:
            comment = _comments()[type(part).__name__].get(field.name, "")
            lines.append(_commented(f"{pad}{field.name}: {_flow(value)}", comment, pad))
    if unsaid:
        lines += textwrap.wrap(
            f"not said: {', '.join(unsaid)}", _WIDTH, initial_indent="  " * depth + "# ", subsequent_indent="  " * depth + "#   "
        )
    return lines


def _commented(line: str, comment: str, pad: str) -> str:
    """The line with its comment behind it, or above it where there is no room."""
    if not comment:
        return line
    behind = f"{line:<46}  # {comment}"
    if len(behind) <= _WIDTH:
        return behind
    above = textwrap.wrap(comment, _WIDTH, initial_indent=f"{pad}# ", subsequent_indent=f"{pad}# ")
    return "\n".join([*above, line])


def _dumped(data: dict[str, Any], depth: int) -> list[str]:
    text = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH - 2 * depth)
    return ["  " * depth + line if line else line for line in text.rstrip("\n").split("\n")]


def _flow(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return f"[{', '.join(_flow(entry) for entry in value)}]"
    if dataclasses.is_dataclass(value):
        parts = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in parts if inner is not None) + "}"
    return _scalar(value)


def _scalar(value: Any) -> str:
    dumped = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, width=10_000, default_flow_style=True)
    return dumped.removesuffix("...\n").strip("\n")  # a blank that is no line end is part of the value
