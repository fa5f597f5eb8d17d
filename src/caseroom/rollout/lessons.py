"""The labels of a rollout with their records: what users objected to, what was right, and which part of the split each is in. Leaves out what no longer holds, and says
how many. Runs designs over labelled records by the lab's own pipeline; fits nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from caseroom.cases.data import Record
from caseroom.cases.drift import EventForm
from caseroom.lab.experiment import WINDOW, item_of
from caseroom.lab.outcome import holds, outcome, says_what_is_right
from caseroom.models.base import Value
from caseroom.numerals import figures
from caseroom.pipeline.exact import plain
from caseroom.pipeline.route import even
from caseroom.pipeline.state import Output, State
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Proposal
from caseroom.rollout.labels import Label
from caseroom.rollout.model import Planted
from caseroom.rollout.taught import origin
from caseroom.rollout.world import CaseWorld, Planting

HELD_OUT = 0.4
"""Share of the records that nothing is fitted on."""
LASTING = ("policy_change", "new_line", "vocabulary")
"""Events that change what comes in, for good; of the others, labels tell of something broken that is mended."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A label with its record."""

    label: Label
    record: Record
    held: bool
    """Nothing is fitted on it."""

    @property
    def origin(self) -> str:
        """The usual record that it is, or is made of."""
        return origin(self.record.id)

    @property
    def corrected(self) -> bool:
        """Whether a user's signal led to an output that a person put right."""
        return bool(self.label.signals) and has_answer(self.record)


@dataclass
class Lessons:
    """All that can be learnt from, and what cannot."""

    every: list[Lesson] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """Labels that are not used, by the reason."""

    @property
    def train(self) -> list[Lesson]:
        """What may be fitted on."""
        return [lesson for lesson in self.every if not lesson.held]


def has_answer(record: Record) -> bool:
    """Whether a person can have written a right output: there is something to say, and it is told what."""
    return record.answerable and not record.handover and bool(record.reference or record.values)


def held_out(record: str, seed: int) -> bool:
    """Whether a record is in the part that nothing is fitted on; one that an event wrote anew goes with its origin."""
    return even("held out", str(seed), origin(record)) < HELD_OUT


def lessons(world: CaseWorld, labels: Iterable[Label], planted: Sequence[Planted], day: int, seed: int) -> Lessons:
    """The labels with their records, as they stand on a day; one a record and state."""
    found, known, stale = Lessons(), {event.id: event for event in planted}, staleness(world, planted, day)
    for label in merged(labels):
        event = known.get(label.state)
        if label.state and (event is None or event.kind not in LASTING):
            found.left_out["taken while something was broken that is mended by now"] += label.signals
            continue
        record = world.scene(label.state)[1].records[label.index] if label.state else world.records[label.index]
        if not says_what_is_right(record):
            continue
        if any(label.day < start and not label.state and is_stale(record, old, new) for start, old, new in stale):
            found.left_out["stale: what was right in them no longer holds"] += label.signals
            continue
        found.every.append(Lesson(label, record, held_out(record.id, seed)))
    return found


def merged(labels: Iterable[Label]) -> list[Label]:
    """One label a record and state, whichever designs made its outputs: what is right does not depend on the design."""
    found: dict[tuple[str, int], Label] = {}
    for label in sorted(labels, key=lambda one: (one.state, one.index, one.day)):
        key = (label.state, label.index)
        first = found.get(key)
        found[key] = label if first is None else Label(
            *key, label.design, first.day if first.signals else label.day if label.signals else first.day, first.came + label.came, first.passed + label.passed,
            first.edited + label.edited, first.thumb_down + label.thumb_down, first.reopened + label.reopened,
        )  # fmt: skip
    return list(found.values())


Change = tuple[int, dict[str, str], dict[str, str]]
"""The day on which documents changed, their old texts and their new ones, by the old one's name."""


def staleness(world: CaseWorld, planted: Sequence[Planted], day: int) -> list[Change]:
    """The changes of documents up to a day; that they were put into the index late does not undo them."""
    found = []
    for event in planted:
        if event.kind == "policy_change" and event.start <= day:
            workshop, _, form = world.scene(event.id)
            if form is not None and form.documents:
                found.append((event.start, old_documents(workshop, form), world.new_documents(form)))
    return found


def old_documents(workshop: Workshop, form: EventForm) -> dict[str, str]:
    """The texts of the documents that an event replaces."""
    names = {document.replaces for document in form.documents}
    folder = workshop.data.documents
    if folder is None:
        return {}
    from caseroom.pipeline.ingest import read_documents

    return {document.id: document.text for document in read_documents(folder) if document.id in names}


def is_stale(record: Record, old: dict[str, str], new: dict[str, str]) -> bool:
    """Whether what was right of a record stood in a document that says something else now."""
    names = [name for name in record.documents if name in old and name in new]
    if not names:
        return False
    before, after = (" ".join(texts[name] for name in names) for texts in (old, new))
    facts = [claim for claim in record.facts if holds(before, claim)]
    if facts:
        return not all(holds(after, claim) for claim in facts)
    numbers = {float(value) for value in record.values.values() if isinstance(value, int | float) and not isinstance(value, bool)}
    given = {figure.value for figure in figures(before)} & numbers
    return not given or not given <= {figure.value for figure in figures(after)}


# designs at work on lessons


@dataclass(frozen=True, slots=True)
class Worked:
    """A lesson with what a design made of its record."""

    lesson: Lesson
    state: State
    workshop: Workshop


def worked(world: CaseWorld, proposal: Proposal, given: Sequence[Lesson]) -> list[Worked]:
    """A design over the records of lessons, each in its own state of the world.

    Raises:
        DataError, ModelError, StageError: as their rooms say.
    """
    found: list[Worked] = []
    for state in dict.fromkeys(lesson.label.state for lesson in given):
        mine = [lesson for lesson in given if lesson.label.state == state]
        workshop, touched, _ = world.scene(state)
        pipeline = Planting(proposal, workshop, None, touched)
        for first in range(0, len(mine), WINDOW):
            part = mine[first : first + WINDOW]
            states = pipeline.run([item_of(lesson.record) for lesson in part])
            found += [Worked(lesson, done, workshop) for lesson, done in zip(part, states, strict=True)]
    return found


def kind_of(lesson: Lesson, output: Output | None, sent: Output | None, workshop: Workshop) -> str:
    """How an output stands, as far as labels tell: against what a person made of it, where one did; what users left alone is taken for right."""
    if not lesson.label.known and output is not None and sent is not None and output == sent:
        return "right"
    return outcome(lesson.record, output, workshop.data.task).kind


def values_of(record: Record) -> dict[str, Value]:
    """The right values in one form."""
    return {name: plain(value) for name, value in record.values.items()}
