"""Run a design over records, window by window: outcomes and measures of each record, the worst outputs, the time of each stage.

Memory is bounded by a window: of a record only its numbers are kept, and texts of the ten worst and of those that are to be rated.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np

from caseroom.cases.data import Record
from caseroom.lab.columns import Columns
from caseroom.lab.decisions import Queue, flagged, from_data, to_data
from caseroom.lab.keeping import each_stratum
from caseroom.lab.outcome import Outcome, outcome, says_what_is_right, shown_output
from caseroom.lab.texts import text_rows
from caseroom.language.memory import Memory
from caseroom.pipeline.route import even
from caseroom.pipeline.run import Pipeline
from caseroom.pipeline.state import Item, State
from caseroom.pipeline.validate import claims, spoken
from caseroom.pipeline.workshop import Workshop

WINDOW = 64
_WORST = 10
_REMEMBERED = 200_000
"""Sentence vectors that are kept for the next design; about 150 MB."""


class Keeper(Protocol):
    """Remembers what was computed, by content: a run that was stopped goes on where it stood, and a second one of the same thing costs nothing."""

    def done(self, key: str) -> Iterator[Mapping[str, Any]]:
        """The bodies that were kept under a key, in order."""

    def keep(self, key: str, number: int, body: Mapping[str, Any]) -> None:
        """Keep a body.

        Raises:
            StoreError: the disk is full.
        """


class Forgetful:
    """Remembers nothing."""

    def done(self, key: str) -> Iterator[Mapping[str, Any]]:
        """Nothing is done."""
        return iter(())

    def keep(self, key: str, number: int, body: Mapping[str, Any]) -> None:
        """Nothing is kept."""


@dataclass(frozen=True, slots=True)
class Case:
    """One output to read: what came in, what came out, what is wrong with it, and how it came about."""

    record: str
    badness: float
    input: str
    output: str
    why: str
    reference: str
    route: str
    objections: tuple[str, ...]
    trace: tuple[str, ...]
    kind: str = ""
    group: str = ""


@dataclass
class Measured:
    """What a design did on the records."""

    columns: Columns = field(default_factory=Columns)
    worst: list[Case] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds in each stage, over all records."""
    signatures: set[str] = field(default_factory=set)
    """Models and indexes at work."""
    keep: int = 0
    """Outputs of each kind and group that are kept to be rated."""
    kept: list[Case] = field(default_factory=list)
    unanswered: int = 0
    """Records that a provider did not answer; taken up again, they alone are asked again."""

    def add(self, window: Mapping[str, Any]) -> None:
        """A window, as `_window` made it plain."""
        for row in window["rows"]:
            numbers = {**row["numbers"]}
            for name, known in (("group", self.columns.groups), ("kind", self.columns.kinds)):
                numbers[name] = self.columns.code(known, row[name])
            self.columns.add(numbers)
        worst, kept = ([case_of(case) for case in window.get(name, ())] for name in ("worst", "kept"))
        self.worst = heapq.nsmallest(_WORST, [*self.worst, *worst], key=lambda case: (-case.badness, case.record))
        self.kept = _sample([*self.kept, *kept], self.keep)
        for stage, seconds in window["stages"].items():
            self.stages[stage] = self.stages.get(stage, 0.0) + seconds
        self.signatures.update(window["signatures"])
        self.unanswered += window.get("unanswered", 0)


def case_of(data: Mapping[str, Any]) -> Case:
    """The output that `asdict` made plain."""
    return Case(**{**data, "objections": tuple(data["objections"]), "trace": tuple(data["trace"])})


def _sample(cases: Iterable[Case], each: int) -> list[Case]:
    return each_stratum(cases, each, lambda case: (case.kind, case.group), lambda case: case.record)


def run_design(
    pipeline: Pipeline, workshop: Workshop, records: Iterable[Record], *, key: str = "", texts: bool = False, cold: int = 12, keep: int = 0,
    keeper: Keeper | None = None, progress: Callable[[int], None] | None = None, queue: Queue | None = None,
) -> Measured:  # fmt: skip
    """A design over records; with `texts` also the metrics that compare with references (BLEU, ROUGE, BERTScore). The first `cold` records are also run
    alone, with nothing remembered, to tell how long one takes; in a window the models share their work. With `keep` so many outputs of each kind and
    group are kept to be rated; `queue` gets the outputs that wait for a person. A kept window in which a provider left records unanswered is made again: replies
    that were made are remembered, so only those are asked again.

    Raises:
        DataError, ModelError, StageError, StoreError: as their rooms say; what was done until then is kept.
    """
    keeper = keeper or Forgetful()
    measured = Measured(keep=keep)
    rows, known = iter(records), keeper.done(key)
    for number in itertools.count():
        body = next(known, None)
        window = list(itertools.islice(rows, len(body["rows"]) if body else WINDOW))
        if not window:
            return measured
        if body is None or body.get("unanswered"):
            timed = _timed(pipeline, workshop, window[:cold]) if number == 0 else []
            body = _window(pipeline, workshop, window, texts, keep, timed, None if queue is None else len(measured.columns))
            keeper.keep(key, number, body)
            workshop.encoder.forget(above=_REMEMBERED)
        if queue is not None:
            queue.add([from_data(item) for item in body["flagged"]])
        measured.add(body)
        if progress:
            progress(len(window))
    return measured


def item_of(record: Record) -> Item:
    """What the pipeline may know of a record: never what is right."""
    return Item(record.id, record.input, record.fields, record.role, record.day)


def _timed(pipeline: Pipeline, workshop: Workshop, records: Sequence[Record]) -> list[float]:
    """Seconds of each of a few records, run alone and with nothing remembered: what a person would wait."""
    encoder, entailment = workshop.encoder, workshop.entailment
    if not records:
        return []
    pipeline.run([item_of(records[0])])  # models and indexes are loaded before the clock starts
    known = encoder.memory, entailment.known
    try:
        seconds = []
        for record in records:
            encoder.memory, entailment.known = Memory(), {}
            start = time.perf_counter()
            pipeline.run([item_of(record)])
            seconds.append(time.perf_counter() - start)
        return seconds
    finally:
        encoder.memory, entailment.known = known


def _window(
    pipeline: Pipeline, workshop: Workshop, records: Sequence[Record], texts: bool, keep: int, timed: Sequence[float], first: int | None
) -> dict[str, Any]:  # fmt: skip
    """The window as plain data; with the place of its first record also what waits for a person."""
    states = pipeline.run([item_of(record) for record in records])
    judged = [outcome(record, state.output, workshop.data.task) for record, state in zip(records, states, strict=True)]
    rows = [_numbers(record, state, found, workshop) for record, state, found in zip(records, states, judged, strict=True)]
    for row, (grounded, said) in zip(rows, _grounded(states, workshop), strict=True):
        row.update({"grounded": grounded, "claims": said})
    for row, seconds in zip(rows, timed, strict=False):
        row.setdefault("latency", seconds)
    if texts:
        for row, more in zip(rows, text_rows(workshop.encoder, records, states), strict=True):
            row.update(more)
    cases = [_case(record, state, found) for record, state, found in zip(records, states, judged, strict=True)]
    spent = [(entry.stage, entry.seconds) for state in states for entry in state.trace]
    stages = {stage.name: sum(seconds for name, seconds in spent if name == stage.name) for stage in pipeline.stages}
    named = [{"numbers": row, "group": record.group, "kind": record.kind} for row, record in zip(rows, records, strict=True)]
    worst = heapq.nsmallest(_WORST, (case for case in cases if case.badness > 0), key=lambda case: (-case.badness, case.record))
    kept = _sample((case for case, state in zip(cases, states, strict=True) if state.output is not None), keep)
    signatures = sorted({entry.signature for state in states for entry in state.trace if entry.signature})
    open_ = (
        [] if first is None else [(n, state) for n, state in enumerate(states, first) if not state.unanswered]
    )  # nobody reviews what is asked again
    waits = {} if first is None else {"flagged": [to_data(item) for n, state in open_ if (item := flagged(n, state))]}
    return {
        "rows": named, "worst": [asdict(case) for case in worst], "kept": [asdict(case) for case in kept], "stages": stages, "signatures": signatures,
        "unanswered": sum(state.unanswered for state in states), **waits,
    }  # fmt: skip


def _numbers(record: Record, state: State, found: Outcome, workshop: Workshop) -> dict[str, float]:
    task = workshop.data.task
    documents = {passage.chunk.document for passage in state.passages}
    numbers: dict[str, float] = {
        "scored": found.kind != "unscored" and says_what_is_right(record), "answerable": record.answerable, "handover": record.handover,
        "exact_right": found.exact[0], "exact_all": found.exact[1], "facts_found": found.facts[0], "facts_all": found.facts[1],
        "values_right": found.values[0], "values_given": found.values[1], "values_wanted": found.values[2],
        "flagged": bool(state.findings), "failed": state.failed is not None,
        "tokens": sum(entry.tokens for entry in state.trace), "cost": sum(entry.cost for entry in state.trace),
        **{kind: found.kind == kind for kind in ("right", "incomplete", "wrong", "passed_on")},
        **{route: state.route == route for route in ("look", "review", "send", "baseline")},
        **{f"luck_{who}": even(record.id, who) for who in ("look", "review", "queue", "person")},
    }  # fmt: skip
    if state.reply is not None and state.reply.seconds:
        numbers["latency"] = state.seconds  # what the model itself says that it took, remembered or not
    if record.documents:
        numbers |= {"docs_found": len(documents & set(record.documents)), "docs_all": len(record.documents)}
    if task.decision and state.output is not None:
        numbers["selected"] = str(state.output.values.get(task.decision)) in task.selected
    return {name: float(value) for name, value in numbers.items()}


def _grounded(states: Sequence[State], workshop: Workshop) -> list[tuple[float, float]]:
    """Of each output's sentences, those that the sources support, and all."""
    from caseroom.language.entailment import PARTLY, SUPPORTED

    lacking = [claim for place, state in enumerate(states) for claim in claims(place, state)]
    pairs = [(claim.text, passage) for claim in lacking for passage in claim.passages]
    odds = workshop.entailment.read(pairs) if pairs else np.zeros((0, 4))
    support = iter(odds[:, SUPPORTED] + 0.5 * odds[:, PARTLY])
    unsupported = [0] * len(states)
    for claim in lacking:
        unsupported[claim.place] += max([next(support) for _ in claim.passages], default=0.0) < 0.5
    counts = [len(dict.fromkeys(spoken(state))) for state in states]
    return [(float(said - bad), float(said)) for said, bad in zip(counts, unsupported, strict=True)]


def _case(record: Record, state: State, found: Outcome) -> Case:
    """How bad: a missed hand-over, then what was wrong and left unseen, then what a person might still notice, then what lacks."""
    badness = {"wrong": 3.0, "incomplete": 1.0}.get(found.kind, 0.0) + (2.0 if record.handover and found.kind == "wrong" else 0.0)
    badness += 0.5 if badness and state.route in ("send", "baseline") else 0.0
    return Case(
        record.id, badness, record.input, shown_output(state.output), found.why, record.reference or "", state.route,
        tuple(f"{finding.check}: {finding.message}" for finding in state.findings), tuple(f"{e.stage}: {e.said}" for e in state.trace),
        record.kind, record.group,
    )  # fmt: skip
