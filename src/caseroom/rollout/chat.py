"""The labelled outputs of a rollout in the form that chat models are tuned on: one JSON object a line, messages of system, user and assistant. Private data is masked; what a
person put right is the answer. Writes no file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from caseroom.cases.data import Record
from caseroom.lab.experiment import item_of
from caseroom.pipeline.intake import Intake
from caseroom.pipeline.prompt import Prompting
from caseroom.pipeline.search import Search
from caseroom.pipeline.state import State
from caseroom.proposal.model import Proposal
from caseroom.rollout.labels import SIGNALS, Label, counted
from caseroom.rollout.lessons import Lesson, lessons, values_of
from caseroom.rollout.masking import masked, names_in
from caseroom.rollout.model import Planted
from caseroom.rollout.world import CaseWorld

UNKNOWN = "I don't know."
"""The answer where none is right: what the prompt asks a model to say."""
ROLES = ("system", "user", "assistant")
NOT_TOLD = "nobody wrote down what would have been right"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exported:
    """The labelled set."""

    train: tuple[Row, ...]
    held_out: tuple[Row, ...]
    provenance: Row
    """Where it comes from, in counts; no text of a record."""

    @property
    def count(self) -> int:
        """Rows of both parts."""
        return len(self.train) + len(self.held_out)


def export(world: CaseWorld, proposal: Proposal, labels: Sequence[Label], planted: Sequence[Planted], day: int, seed: int) -> Exported:
    """The labels as conversations, as they stand on a day.

    Raises:
        DataError, ModelError, StageError: as their rooms say.
    """
    known = lessons(world, labels, planted, day, seed)
    signalled = [lesson for lesson in known.every if lesson.label.signals]
    left_out, hidden = Counter(known.left_out), Counter[str]()
    rows: dict[bool, list[Row]] = {False: [], True: []}
    for lesson, state in _prompted(world, proposal, signalled):
        answer = answer_of(lesson.record, state)
        if answer is None:
            left_out[NOT_TOLD] += lesson.label.signals
            continue
        row, kinds = conversation(lesson.record, state, answer)
        hidden += kinds
        rows[lesson.held].append(row)
    days = [lesson.label.day for lesson in signalled]
    used = [lesson.label for lesson in signalled]
    provenance = {
        "form": "chat", "days": [min(days), max(days)] if days else [], "signals": counted(used), "labels_in_all": sum(label.signals for label in labels),
        "rows": {"train": len(rows[False]), "held_out": len(rows[True])}, "left_out": dict(left_out), "masked": dict(hidden), "split_seed": seed,
        "names": list(SIGNALS),
    }  # fmt: skip
    return Exported(tuple(rows[False]), tuple(rows[True]), provenance)


def _prompted(world: CaseWorld, proposal: Proposal, given: Sequence[Lesson]) -> list[tuple[Lesson, State]]:
    """Each record with the prompt that the design writes, without examples, and without handing it over."""
    technical = replace(proposal.technical, prompt=replace(proposal.technical.prompt, examples=0))
    bare = replace(proposal, technical=technical, hallucinations=replace(proposal.hallucinations, handover=False, mask=False))
    found: list[tuple[Lesson, State]] = []
    for name in dict.fromkeys(lesson.label.state for lesson in given):
        workshop, _, _ = world.scene(name)
        mine = [lesson for lesson in given if lesson.label.state == name]
        states = [State(item_of(lesson.record)) for lesson in mine]
        for stage in (Intake(bare, workshop), Search(bare, workshop), Prompting(bare, workshop)):
            states = [state for state, _ in stage.run(states)]
        found += zip(mine, states, strict=True)
    return found


def answer_of(record: Record, state: State) -> str | None:
    """What a person put in the place of the output; None where nobody says. Of values those that a model is asked for, as JSON."""
    if record.handover or not record.answerable:
        return UNKNOWN
    request = state.request
    if request is not None and request.kind == "fields":
        right = values_of(record)
        asked = {entry.name: right[entry.name] for entry in request.wanted if entry.name in right}
        return json.dumps(asked, ensure_ascii=False) if asked else None
    return record.reference


def conversation(record: Record, state: State, answer: str) -> tuple[Row, Counter[str]]:
    """A line of the file, and how much of each kind was masked."""
    prompt = state.request.prompt if state.request else state.item.input
    system, _, user = prompt.partition("\n\n")
    names, known = names_in(record, record.reference or answer), dict[str, str]()
    user = user.removesuffix("\n\nOutput:")
    texts = [masked(text, names, known) for text in (system, user or state.item.input, answer)]
    kinds = Counter(stand_in.strip("[]").rsplit(" ", 1)[0].lower() for stand_in in known.values())
    return {"messages": [{"role": role, "content": text} for role, text in zip(ROLES, texts, strict=True)]}, kinds


def problems(line: str) -> str | None:
    """What is wrong with a line by the common form; None if nothing is."""
    try:
        row = json.loads(line)
    except ValueError as error:
        return f"no JSON: {error}"
    messages = row.get("messages") if isinstance(row, dict) else None
    if not isinstance(messages, list) or set(row) != {"messages"}:
        return "a line is an object with `messages` alone"
    if any(
        not isinstance(one, dict) or set(one) != {"role", "content"} or not isinstance(one["content"], str) or not one["content"]
        for one in messages
    ):
        return "a message has a role and a content that is a text"
    if [one["role"] for one in messages] != list(ROLES):
        return f"the roles are {', '.join(ROLES)}, in this order"
    return None
