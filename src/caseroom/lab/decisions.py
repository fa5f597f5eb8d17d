"""Outputs of a run that wait for a person, and what people decided of them in place of the simulated reviewer. Judges an edited output by the same code as
any other; never changes what the design made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from caseroom.cases.data import Record
from caseroom.cases.task import Task
from caseroom.errors import UsageError
from caseroom.lab.columns import Columns
from caseroom.lab.outcome import outcome, show
from caseroom.models.base import Value
from caseroom.pipeline.state import Output, State

Action = Literal["approve", "modify", "reject", "escalate"]
ACTIONS: tuple[Action, ...] = get_args(Action)
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Flagged:
    """An output that waits for a person. Holds nothing of what a right one would be."""

    place: int
    """The record's place among the records of the run."""
    record: str
    input: str
    output: str
    values: dict[str, Value]
    """The values of an output that is no text; `output` shows them, one a line."""
    why: str
    objections: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    """What it may stand on: a name and a text each."""


def flagged(place: int, state: State) -> Flagged | None:
    """The item that waits for a person; None where none does."""
    if state.route != "review" or state.output is None:
        return None
    passages = [(f"{p.chunk.title} › {p.chunk.heading}" if p.chunk.heading else p.chunk.title, p.chunk.text) for p in state.passages]
    systems = [("the systems of record", "\n".join(state.told))] if state.told else []
    objections = tuple(f"{finding.check}: {finding.message}" for finding in state.findings)
    return Flagged(place, state.item.id, state.item.input, shown(state.output), dict(state.output.values) if not state.output.text else {},
                   state.why, objections, tuple(systems + passages))  # fmt: skip


def shown(output: Output) -> str:
    """An output as a text that a person can edit: values one a line."""
    return output.text or "\n".join(f"{name}: {' '.join(show(value).split())}" for name, value in output.values.items())


def edited(text: str, values: Mapping[str, Value]) -> Output:
    """The output that a person wrote; where it is made of values, they are read back, one a line.

    Raises:
        UsageError: a line names no value of the output.
    """
    if not values:
        return Output(text)
    made = dict(values)
    for line in filter(str.strip, text.splitlines()):
        name, colon, said = (part.strip() for part in line.partition(":"))
        if not colon or name not in made:
            raise UsageError(
                f"{line[:80]!r} sets no value of this output. Write lines like `{next(iter(values))}: value`; it has {', '.join(values)}."
            )
        if said != " ".join(show(values[name]).split()):
            made[name] = _value(said, values[name])
    return Output(values=made)


def _value(said: str, before: Value) -> Value:
    if said in ("", "unknown"):
        return None
    if isinstance(before, str | bool):
        return said
    try:
        return float(said.replace(",", ""))
    except ValueError:
        return said


@dataclass(frozen=True, slots=True)
class Decision:
    """What holds of a flagged output."""

    place: int
    action: Action
    output: str
    """What the design made."""
    sent: str | None
    """What left: the edited output, or the same; None where the item was passed on."""
    made: Output | None
    """What the edited output says; None where nothing was edited."""
    minutes: float | None
    """From taking the item to deciding it; None where it was not taken from the queue."""
    waited: float
    """Minutes from the queue to the decision."""
    others: int
    """Further reviewers who decided of it."""
    differing: int
    """Of them those who decided otherwise."""


@dataclass(frozen=True, slots=True)
class Reviews:
    """All that people decided of a run."""

    waiting: int
    """Outputs that waited."""
    decisions: tuple[Decision, ...]
    """Of those that were decided; a reviewer was simulated for the others."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What became of the records that people decided of, one mark a record."""

    decided: Mask
    rejected: Mask
    modified: Mask
    wrong: Mask
    incomplete: Mask


class Queue(Protocol):
    """Where outputs of a run wait for people."""

    def add(self, items: Sequence[Flagged]) -> None:
        """More that wait; those that are there already stay as they are."""

    def decided(self) -> Reviews | None:
        """What people decided; None while outputs wait."""


def hands(reviews: Reviews, columns: Columns, records: Iterable[Record], task: Task) -> Hands:
    """What left after people decided: an edited output is judged as any other, an approved one is what it was."""
    size = len(columns)
    decided, rejected, modified = (np.zeros(size, np.bool_) for _ in range(3))
    found = Hands(decided, rejected, modified, columns["wrong"] == 1, columns["incomplete"] == 1)
    by_place = {decision.place: decision for decision in reviews.decisions if decision.place < size}
    for place, record in enumerate(records):
        if (decision := by_place.get(place)) is None:
            continue
        found.decided[place], found.rejected[place] = True, decision.action == "reject"
        if decision.made is not None:
            kind = outcome(record, decision.made, task).kind
            found.modified[place], found.wrong[place], found.incomplete[place] = True, kind == "wrong", kind == "incomplete"
    return found


def to_data(item: Flagged) -> dict[str, Any]:
    """Plain data, for keeping."""
    return {"place": item.place, "record": item.record, "input": item.input, "output": item.output, "values": item.values, "why": item.why,
            "objections": list(item.objections), "sources": [list(source) for source in item.sources]}  # fmt: skip


def from_data(data: Mapping[str, Any]) -> Flagged:
    """What `to_data` made plain."""
    sources: Sequence[Sequence[str]] = data["sources"]
    return Flagged(data["place"], data["record"], data["input"], data["output"], data["values"], data["why"], tuple(data["objections"]),
                   tuple((name, text) for name, text in sources))  # fmt: skip
