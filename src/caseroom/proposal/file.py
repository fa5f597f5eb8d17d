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
from caseroom.proposal.fields import entries, follow, kinds, part
from caseroom.proposal.model import Bound, Goal, Monitor, OnCall, Phase, Proposal, Said
from caseroom.steps import STEPS

_WIDTH = 118
_HEAD = """\
# A proposal: the answer to a case in six sections, each of which can be run.
# `caseroom run {case} FILE` executes it; what is off or not said is not switched on. `caseroom propose --schema` prints what may stand here.
"""
_EMPTY = (
    "the file is empty: nothing but blanks or comments stands in it. `caseroom propose SESSION -o FILE` writes one of an interview; "
    "`caseroom propose --empty CASE -o FILE` writes one to fill in"
)
_IN_LINE = (Goal, Bound, Phase, Monitor, OnCall, Said)
"""Parts that stand on one line, where there is room."""
_SAMPLES: dict[type, str] = {
    Phase: "A phase: {share: 0.05, days: 14, gate: [{metric: right_rate, value: 0.85}], refine: prompt | retrieval | threshold, purpose: words}",
    Monitor: "A monitor: {limit: a value that it must not break, sample: a day, patience: days, owner: who is told, action: what they do}; {} for the usual",
}  # fmt: skip
"""What an empty part would look like."""


class _Dumper(yaml.SafeDumper):
    """Writes signs that other readers take for the end of a line as escapes."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if re.search("[\x85\u2028\u2029\ufeff]", text) else None)


class _Quoting(yaml.SafeDumper):
    """Puts every text in double quotes."""


_Dumper.add_representer(str, _text)
_Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


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

    def filled(data: Any) -> Proposal:
        """The proposal, unless nothing was written."""
        if data is None:
            raise ProposalError([f"{path}:1: {_EMPTY}"])
        return _adapter().validate_python(data)

    proposal, lines = read_yaml(path, filled, ProposalError)
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
    """All fields that may be set by words, by their paths, each with its comment: `technical.retrieve.method`, `roadmap.proof.share`, `hallucinations.checks.numbers`."""
    found: dict[str, str] = {}

    def walk(owner: type, prefix: str) -> None:
        """The fields of a part, of its parts, and the entries of its lists of names."""
        for name, kind in kinds(owner).items():
            comment = _comments()[owner.__name__].get(name, "")
            found[f"{prefix}{name}"] = comment
            found.update({f"{prefix}{name}.{entry}": comment for entry in entries(kind)})
            inner = part(kind)
            if inner is not None:
                walk(inner, f"{prefix}{name}.")

    for step in STEPS:
        section = part(kinds(Proposal)[step.id])
        assert section is not None
        walk(section, f"{step.id}.")
    return found


def is_words(path: str) -> bool:
    """Whether a field holds the candidate's words and is not executed; the file of a local model and the names of providers are the texts that are.

    Raises:
        AttributeError: no such field.
    """
    return follow(Proposal, path) == (str | None) and not path.endswith((".file", ".provider", "hallucinations.verifier"))


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


def _block(block: Any, depth: int) -> list[str]:
    """The fields of a part, each with its comment; words that were not said are listed below."""
    lines: list[str] = []
    unsaid: list[str] = []
    shown: set[type] = set()
    for name, kind in kinds(block.__class__).items():
        value = getattr(block, name)
        inner = part(kind)
        if inner is not None and inner in _SAMPLES and inner not in shown:
            lines += textwrap.wrap(_SAMPLES[inner], _WIDTH, initial_indent="  " * depth + "# ", subsequent_indent="  " * depth + "#   ")
            shown.add(inner)
        if kind == (str | None):
            unsaid += [name] if value is None else []
            lines += [] if value is None else _dumped({name: value}, depth)
        else:
            lines += _field(name, value, _comments()[type(block).__name__].get(name, ""), depth)
    if unsaid:
        said = f"not said: {', '.join(unsaid)}"
        lines += textwrap.wrap(said, _WIDTH, initial_indent="  " * depth + "# ", subsequent_indent="  " * depth + "#   ")
    return lines


def _field(name: str, value: Any, comment: str, depth: int) -> list[str]:
    """A switch or a part: on one line where there is room, a short block where not."""
    pad = "  " * depth
    if dataclasses.is_dataclass(value) and type(value) not in _IN_LINE:
        return [*_above(comment, pad), f"{pad}{name}:", *_block(value, depth + 1)]
    line = f"{pad}{name}: {_flow(value)}"
    if len(line) <= _WIDTH or not _breaks(value):
        return [_commented(line, comment, pad)]
    if isinstance(value, tuple):
        return [*_above(comment, pad), f"{pad}{name}:", *(f"{pad}- {_flow(entry)}" for entry in value)]
    lines = [*_above(comment, pad), f"{pad}{name}:"]
    for inner, one in _told(value):
        lines += _dumped({inner: one}, depth + 1) if isinstance(one, str) else _field(inner, one, "", depth + 1)
    return lines


def _breaks(value: Any) -> bool:
    """Whether it can stand on several lines."""
    return dataclasses.is_dataclass(value) or (isinstance(value, tuple) and any(map(dataclasses.is_dataclass, value)))


def _told(value: Any) -> list[tuple[str, Any]]:
    """The fields of a part that say something: not those that are empty, nor a number of days that is the usual one beside others."""
    told = [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    told = [(name, one) for name, one in told if one not in (None, ())]
    return [(name, one) for name, one in told if (name, one) != ("patience", 1) or len(told) == 1]


def _above(comment: str, pad: str) -> list[str]:
    return textwrap.wrap(comment, _WIDTH, initial_indent=f"{pad}# ", subsequent_indent=f"{pad}# ") if comment else []


def _commented(line: str, comment: str, pad: str) -> str:
    """The line with its comment behind it, or above it where there is no room."""
    if not comment:
        return line
    behind = f"{line:<46}  # {comment}"
    if len(behind) <= _WIDTH:
        return behind
    return "\n".join([*_above(comment, pad), line])


def _dumped(data: dict[str, Any], depth: int) -> list[str]:
    text = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH - 2 * depth)
    return ["  " * depth + line if line else line for line in text.rstrip("\n").split("\n")]


def _flow(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return f"[{', '.join(_flow(entry) for entry in value)}]"
    if dataclasses.is_dataclass(value):
        return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in _told(value)) + "}"
    return _inside(value) if isinstance(value, str) else _scalar(value)


def _inside(text: str) -> str:
    """A text that may stand between braces: plain where nobody can take it for anything else, else in double quotes on one line."""
    if re.fullmatch(r"[A-Za-z][\w '’/%-]*", text) and not text.endswith(" ") and _scalar(text) == text:
        return text
    dumped: str = yaml.dump(text, Dumper=_Quoting, allow_unicode=True, width=10**9)
    return dumped.removesuffix("\n")


def _scalar(value: Any) -> str:
    dumped = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, width=10_000, default_flow_style=True)
    return dumped.removesuffix("...\n").strip("\n")  # a blank that is no line end is part of the value
