"""What an output is worth against what a right one holds: right, incomplete, wrong, or passed on. By code, the same each time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from caseroom.cases.data import Claim, Record
from caseroom.cases.task import Task
from caseroom.language.phrases import flat, stands
from caseroom.models.base import Value
from caseroom.pipeline.exact import plain
from caseroom.pipeline.state import Output

Kind = Literal["right", "incomplete", "wrong", "passed_on", "unscored"]
_CENT = 0.005


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an output stands against its record."""

    kind: Kind
    why: str
    """What is wrong, or lacks, first of all."""
    exact: tuple[int, int] = (0, 0)
    """Exact values that are right, and all that are expected."""
    facts: tuple[int, int] = (0, 0)
    """Facts that stand in it, and all that should."""
    values: tuple[int, int, int] = (0, 0, 0)
    """Values given and right, given, wanted."""


def outcome(record: Record, output: Output | None, task: Task) -> Outcome:
    """The outcome of a record; `output` is None where the item was passed on to a person."""
    if output is None:
        return Outcome(
            "passed_on", "passed on to a person", exact=(0, len(record.exact)), facts=(0, len(record.facts)), values=(0, 0, _wanted(record))
        )
    judged = _of_values(record, output, task) if task.kind == "fields" else _of_text(record, output, task)
    if record.handover:
        return Outcome("wrong", "should have been handed over to a person", judged.exact, judged.facts, judged.values)
    if not record.answerable:
        return Outcome("wrong", "was answered although nothing here answers it", judged.exact, judged.facts, judged.values)
    return judged


def _of_text(record: Record, output: Output, task: Task) -> Outcome:
    exact_right = sum(stands(output.text, value) for value in record.exact.values())
    found = [claim for claim in record.facts if holds(output.text, claim)]
    exact, facts = (exact_right, len(record.exact)), (len(found), len(record.facts))
    if false := next((claim for claim in record.wrong if holds(output.text, claim)), None):
        return Outcome("wrong", f"says: {false.text}", exact, facts)
    if not record.exact and not record.facts:
        return Outcome("unscored", "nothing is said of what a right output holds", exact, facts)
    lacking = [name for name, value in record.exact.items() if not stands(output.text, value)]
    if lacking:
        return Outcome("incomplete", f"lacks {lacking[0]}: {record.exact[lacking[0]]}", exact, facts)
    if len(found) < math.ceil(task.enough * len(record.facts) - 1e-9):
        first = next(claim.text for claim in record.facts if claim not in found)
        return Outcome("incomplete", f"lacks: {first}", exact, facts)
    return Outcome("right", "", exact, facts)


def _of_values(record: Record, output: Output, task: Task) -> Outcome:
    if not record.values:
        return Outcome("unscored", "nothing is said of the right values")
    wrong: list[str] = []
    lacking: list[str] = []
    judged = [name for name in task.judged_by or record.values if name in record.values]
    for name, expected in ((name, record.values[name]) for name in judged):
        given = output.values.get(name)
        if not same(given, expected):
            (lacking if given is None else wrong).append(f"{name} is {show(given)}, right is {show(expected)}")
    given_all = sum(output.values.get(name) is not None for name in record.values)
    right = sum(expected is not None and same(output.values.get(name), expected) for name, expected in record.values.items())
    counts = (right, given_all, _wanted(record))
    if wrong:
        return Outcome("wrong", wrong[0], values=counts)
    if not judged:
        return Outcome("unscored", "nothing is said of the values that it is judged by", values=counts)
    return Outcome("incomplete", lacking[0], values=counts) if lacking else Outcome("right", "", values=counts)


def says_what_is_right(record: Record) -> bool:
    """Whether a record says what a right output holds, or that none is right; otherwise nothing that becomes of it is scored."""
    return bool(record.facts or record.exact or record.values or record.wrong or record.handover or not record.answerable)


def _wanted(record: Record) -> int:
    return sum(value is not None for value in record.values.values())


def holds(text: str, claim: Claim) -> bool:
    """Whether a claim stands in a text: one of its keys does."""
    return any(stands(text, key) for key in claim.keys)


def same(given: Value, expected: Value) -> bool:
    """Whether two values say the same: numbers to half a cent, texts by their words."""
    given, expected = plain(given), plain(expected)
    if isinstance(given, int | float) and isinstance(expected, int | float):
        return abs(given - expected) < _CENT
    if given is None or expected is None:
        return given is expected
    left, right = flat(str(given)), flat(str(expected))
    return left == right if left.strip() or right.strip() else str(given).strip() == str(expected).strip()


def show(value: Value) -> str:
    """A value for people."""
    return "unknown" if value is None else str(plain(value))


def shown_output(output: Output | None) -> str:
    """An output for people: its text, or its values."""
    if output is None:
        return "(passed on to a person)"
    return output.text or "; ".join(f"{name}: {show(value)}" for name, value in output.values.items())
