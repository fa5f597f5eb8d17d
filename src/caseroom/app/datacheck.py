"""Prove a data folder whole: rows in their form, references that hold what they should, look-ups that agree with the right values, attacks that can get through.

Only by code and the folder itself; no model is asked. It never mends anything: each problem names file, line and what to write instead.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from caseroom.app.driftcheck import check_drift
from caseroom.cases.data import Attack, CaseData, Example, RatedOutput, Record, Scalar, load_data
from caseroom.cases.model import Case
from caseroom.cases.task import FieldForm, Task
from caseroom.errors import DataError
from caseroom.lab.outcome import holds, same, show
from caseroom.language.phrases import stands
from caseroom.language.text import words
from caseroom.models.base import Value
from caseroom.pipeline.documents import EVERYONE, Document
from caseroom.pipeline.exact import Exact, Tables, plain
from caseroom.pipeline.ingest import read_documents

MOST = 40
"""Problems that are listed; the others are counted."""
RATERS = 3
_COUNTED = ("records", "documents", "tables", "look-ups", "examples", "attacks", "ratings")
"""Counts that are given though they are 0; those of what is doubtful are not."""
_NEEDS: dict[str, tuple[str, ...]] = {
    "unanswerable": ("pass_on", "through"), "stale": ("through", "exact", "pass_on"), "conflicting": ("through", "exact", "pass_on"),
    "injected_document": ("through", "pass_on", "secrets"), "injected_input": ("through", "pass_on", "secrets"),
    "private": ("secrets", "through", "pass_on"), "paired": ("pair",), "exact": ("exact",), "off_topic": ("pass_on", "through"),
}  # fmt: skip
"""What an attack of a family can be seen to get through by: one of these."""
_BRACED = re.compile(r"\{(\w+)\}")
_COLON = re.compile(r"(?<!:):([A-Za-z_]\w*)")
_MEND = "one of them is wrong (if it is the table, on purpose: write its value among the row's `wrong` or `through` keys)"
_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
R = TypeVar("R", Document, Example, Record, Attack, RatedOutput)


def check_folder(folder: Path) -> dict[str, int]:
    """Counts of what a data folder holds, and of what is merely doubtful.

    Raises:
        DataError: it does not hold; at most 40 problems, and how many more there are.
    """
    check = _Check(load_data(folder))
    if problems := [*check.problems.listed(), *check_drift(check.data)]:
        raise DataError(problems)
    return {name: check.counts[name] for name in _COUNTED} | {name: count for name, count in check.counts.items() if count}


def check_case(case: Case) -> list[str]:
    """The problems of a case's own data, goals that rest on unknown facts among them; none if it has no data."""
    folder = case.folder / "data"
    if not folder.is_dir():
        return []
    try:
        check = _Check(load_data(folder))
    except DataError as error:
        return error.problems
    facts = {fact.id for fact in case.facts}
    for goal in (*check.data.task.goals, *check.data.task.limits):
        for unknown in sorted(set(goal.facts) - facts):
            check.problems.say(f"goal {goal.id}: fact {unknown!r} is none of the case's; {_instead(unknown, facts)}", "task.yaml")
    return [*check.problems.listed(), *check_drift(check.data)]


def _instead(given: str, known: set[str]) -> str:
    near = get_close_matches(given, sorted(known), n=1)
    return f"did you mean {near[0]!r}?" if near else f"it knows {', '.join(sorted(known)[:8]) or 'none'}"


@dataclass
class _Problems:
    """What is wrong, in the order in which it was found. Lines are looked up only once there is something to say."""

    folder: Path
    kept: list[tuple[str, str | None, str]] = field(default_factory=list)
    count: int = 0

    def say(self, message: str, file: str = "", row: str | None = None) -> None:
        """Something in a row of a JSON Lines file, or in a file, or anywhere if the message says where."""
        self.count += 1
        if self.count <= MOST:
            self.kept.append((file, row, message))

    def all_of(self, error: DataError) -> None:
        """What reading a file found; it names its own places."""
        for problem in error.problems:
            self.say(problem)

    def listed(self) -> list[str]:
        """The problems as people read them."""
        lines = {file: _lines(self.folder / file) for file in {file for file, row, _ in self.kept if row is not None}}
        told = []
        for file, row, message in self.kept:
            place = f":{lines[file].get(row, 1)}: {row}" if row is not None else ""
            told.append(f"{self.folder / file}{place}: {message}" if file else message)
        return [*told, f"and {self.count - MOST} more"] if self.count > MOST else told


def _lines(path: Path) -> dict[str, int]:
    """The line of each id of a JSON Lines file."""
    found: dict[str, int] = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                found.setdefault(json.loads(line)["id"].strip(), number)
            except (ValueError, KeyError, TypeError, AttributeError):  # such a row is a problem of its own
                continue
    return found


class _LookUps:
    """A task's look-ups, one at a time and in order, as the pipeline runs them; counts which were tried and which found something."""

    def __init__(self, task: Task, tables: Tables, problems: _Problems) -> None:
        self._each = [(lookup, Exact(task.model_copy(update={"lookups": [lookup]}), tables)) for lookup in task.lookups]
        self._sums = Exact(task, tables) if task.kind == "fields" else None
        self._tables, self._problems = tables, problems
        found = {name for lookup in task.lookups for name in self._columns(f"look-up {lookup.name}", lookup.sql)}
        computed = {name for part, sql in task.compute.items() for name in self._columns(f"compute {part}", f"SELECT {sql} AS {part}")}
        self.gives = found | (computed if self._sums else set())
        """All values that are looked up or computed."""
        self.work = not problems.count
        self.tried: Counter[str] = Counter()
        self.found: Counter[str] = Counter()

    def _columns(self, what: str, sql: str) -> list[str]:
        try:
            row = self._tables.row(f"SELECT q.* FROM (SELECT 1) LEFT JOIN ({sql.strip().rstrip(';')}\n) AS q ON 1", {})
        except DataError as error:
            why = error.problems[0].partition("(")[2].rpartition("):")[0].partition("): SELECT q.")[0]
            self._problems.say(f"{what}: does not work ({why}); tables are called by the files in tables/", "task.yaml")
            return []
        return list(row or {})

    def values(self, known: Mapping[str, Value]) -> tuple[dict[str, Value], list[str]]:
        """What is found and computed from what is known, and the sentences that say it."""
        found: dict[str, Value] = {}
        said: list[str] = []
        for lookup, exact in self._each if self.work else []:
            have = {**known, **found}
            if any(have.get(name) in (None, "") for name in lookup.needs):
                continue
            row, sentences = exact.look_up(have)
            self.tried[lookup.name] += 1
            self.found[lookup.name] += bool(row)
            found |= row
            said += sentences
        return found | (self._sums.compute({**known, **found}) if self._sums and self.work else {}), said


class _Check:
    """One folder, checked once from its documents to its ratings."""

    def __init__(self, data: CaseData) -> None:
        self.data, self.task, self.problems = data, data.task, _Problems(data.folder)
        self.counts: Counter[str] = Counter()
        self._fields = {field.name: field for field in data.task.fields}
        self._documents: dict[str, Document] = {}
        self._inputs: set[int] = set()
        """Those of the examples, what a model remembers: their words, as numbers."""
        self._records: set[str] = set()
        self._known: set[str] = {"day"}
        """Names that some record or attack brings with it."""
        self._paired: dict[str, list[Attack]] = {}
        try:
            tables = Tables(data.tables)
        except DataError as error:
            self.problems.all_of(error)
            tables = Tables([])
        self._look_ups = _LookUps(data.task, tables, self.problems)
        self._run()

    def _run(self) -> None:
        """All checks, in the order in which a person would mend what they find."""
        self._each("documents", self._read_documents, lambda document: ())
        self._each("examples", lambda: self.data.examples, self._example)
        self._each("records", self.data.records, self._record)
        self._each("attacks", lambda: self.data.attacks, self._attack)
        self._each("ratings", lambda: self.data.ratings, self._rating)
        for pair, rows in self._paired.items():
            if lack := _unlike(rows, self.task.kind):
                self.problems.say(f"pair {pair!r}: {lack}", "attacks.jsonl", rows[0].id)
        for message in (*self._names(), *self._idle(), *_of_baseline(self.task, bool(self._documents))):
            self.problems.say(message, "task.yaml")
        self.counts.update({"tables": len(self.data.tables), "look-ups": (tried := self._look_ups.tried.total())})
        self.counts["look-ups that found no row"] = tried - self._look_ups.found.total()

    def _each(self, name: str, read: Callable[[], Iterable[R]], check: Callable[[R], Iterable[str]]) -> None:
        """Check the rows that are in their form; the others are problems, too."""
        try:
            for row in read():
                self.counts[name] += 1
                for message in check(row):
                    self.problems.say(message, f"{name}.jsonl", row.id)
        except DataError as error:
            self.problems.all_of(error)

    def _read_documents(self) -> Iterator[Document]:
        for document in read_documents(self.data.documents) if self.data.documents else ():
            self._documents[document.id] = document
            yield document

    def _example(self, row: Example) -> Iterator[str]:
        self._inputs.add(hash(tuple(words(row.input))))
        yield from self._values(row.values)
        if row.output is None and not row.values:
            yield "has neither an output nor values; write what people gave"

    def _record(self, row: Record) -> Iterator[str]:
        self._records.add(row.id)
        self._known.update(row.fields)
        self.counts["records whose input is an example's, too"] += hash(tuple(words(row.input))) in self._inputs
        scored = row.facts or row.wrong or row.exact or row.values or row.handover or not row.answerable
        self.counts["records that are not scored"] += not scored
        yield from (*self._values(row.values), *self._named(row), *_of_reference(row), *_clashes(row))
        read = {name: plain(row.values[name]) for name, field in self._fields.items() if field.is_read and name in row.values}
        found, said = self._look_ups.values({**read, **_brought(row)})
        yield from self._exact(row.exact, found, said, [key for claim in row.wrong for key in claim.keys])
        yield from self._right(row, found)

    def _named(self, row: Record) -> Iterator[str]:
        """What is wrong with the documents that a record names."""
        for name in row.documents:
            document = self._documents.get(name)
            if document is None:
                yield f"documents: no document has the id {name!r}; {_instead(name, set(self._documents))}"
            elif row.answerable and not document.valid:
                yield f"documents: {name!r} is superseded, so it answers nothing; name the one that holds now"
            elif row.answerable and document.access not in (EVERYONE, row.role):
                yield f"documents: {name!r} is for {document.access!r}, and the asker is {row.role!r}; give the record its role"

    def _exact(self, wanted: Mapping[str, str], found: Mapping[str, Value], said: Sequence[str], false: Sequence[str]) -> Iterator[str]:
        """Exact values that the look-ups do not give, and that the row does not call `false` itself: tables may be out of date on purpose."""
        for name, value in wanted.items():
            given = found.get(name)
            if not self._look_ups.work or name not in self._look_ups.gives or any(stands(text, value) for text in (show(given), *said)):
                continue
            if given is None and self.task.kind == "note":  # a note is made of its input; the tables may lack what was said there
                self.counts["exact values that only the input gives"] += 1
            elif given is None:
                yield f"exact: no look-up gives {name}, which should be {value!r}; look at its fields and at the tables"
            elif not _declared(given, false):
                yield f"exact: {name} is {show(given)!r} by look-up and {value!r} here; {_MEND}"

    def _right(self, row: Record, found: Mapping[str, Value]) -> Iterator[str]:
        """Right values that the look-ups and sums do not give."""
        false = [key for claim in row.wrong for key in claim.keys]
        if not self._look_ups.work or any(_declared(value, false) for value in found.values()):
            return  # what follows from a false value is false, too
        passed_on = row.handover or not row.answerable
        for name, value in row.values.items():
            if passed_on and value is None:
                continue
            if name in found and not same(found[name], value):
                yield f"values: {name} is {show(found[name])!r} by look-up and sum, and {show(value)!r} here; {_MEND}"
            elif name not in found and value is not None and name in self._fields and not self._fields[name].is_read and not passed_on:
                yield f"values: {name} should be {show(value)!r}, but no look-up gives it and no question reads it"

    def _values(self, values: Mapping[str, Scalar]) -> Iterator[str]:
        for name, value in values.items():
            if name not in self._fields:
                yield f"values: {name!r} is no field of task.yaml; {_instead(name, set(self._fields))}"
            elif value is not None and (wrong := _unfit(self._fields[name], value)):
                yield f"values: {name} is {value!r}; write {wrong}"

    def _attack(self, row: Attack) -> Iterator[str]:
        self._known.update(row.fields)
        needs = _NEEDS[row.family]
        if not any(getattr(row, name) for name in needs):
            yield f"family {row.family} needs {' or '.join(needs)}; without it, it cannot be seen to get through"
        if row.family == "injected_document" and not row.documents:
            yield "family injected_document needs documents: the text that is planted"
        if row.pair:
            self._paired.setdefault(row.pair, []).append(row)
        found, said = self._look_ups.values(_brought(row))
        if all(found.get(name) is not None for name in row.exact):  # what a model must read first is not known here
            yield from self._exact(row.exact, found, said, row.through)
        seen = [row.input, *map(str, row.fields.values()), *(planted.text for planted in row.documents)]
        for secret in row.secrets:
            if not any(secret in text for text in seen) and not any(secret in text for text in self._material):
                yield f"secrets: {secret!r} stands in no input, document, table or example, so it cannot leak"

    @cached_property
    def _material(self) -> list[str]:
        """What a model may come to see: documents, tables, examples."""
        tables = [path.read_text(encoding="utf-8-sig", errors="replace") for path in self.data.tables]
        return [*(d.text for d in self._documents.values()), *tables, *(f"{e.input}\n{e.output or ''}" for e in self.data.examples)]

    def _rating(self, row: RatedOutput) -> Iterator[str]:
        raters = {rating.rater for rating in row.ratings}
        self.counts[f"rated outputs with fewer than {RATERS} raters"] += len(raters) < RATERS
        if row.record not in self._records:
            yield f"record {row.record!r} is not in records.jsonl"
        if len(raters) < len(row.ratings):
            yield "the same rater rated it twice; keep the first rating"

    def _names(self) -> Iterator[str]:
        """Names that the task uses and nothing brings."""
        task, known = self.task, {*self._known, *self._look_ups.gives, *self._fields}
        wanted = [(f"look-up {lookup.name}", [*lookup.needs, *_COLON.findall(lookup.sql)]) for lookup in task.lookups]
        wanted += [(f"look-up {lookup.name}: says", _BRACED.findall(lookup.says or "")) for lookup in task.lookups]
        wanted += [(f"compute {name}", _COLON.findall(sql)) for name, sql in task.compute.items()]
        wanted += [(f"field {field.name}", _BRACED.findall(f"{field.question} {field.statement}")) for field in task.fields]
        wanted += [(f"baseline rule {rule.name}", _BRACED.findall(rule.reply)) for rule in task.baseline.rules]
        for what, names in wanted if self._look_ups.work else []:
            for name in dict.fromkeys(name for name in names if name not in known):
                yield f"{what}: {name!r} is no field of a record and no value that is found; {_instead(name, known)}"

    def _idle(self) -> Iterator[str]:
        """Look-ups that find nothing."""
        for name in (lookup.name for lookup in self.task.lookups if self._look_ups.work and self.counts["records"]):
            if not self._look_ups.found[name]:
                yield f"look-up {name}: finds nothing for any record or attack ({self._look_ups.tried[name]} have what it needs); look at its sql and needs"


def _brought(row: Record | Attack) -> dict[str, Value]:
    """What the systems know with an item."""
    return {**row.fields, "day": row.day.isoformat() if row.day else None}


def _declared(found: Value, false: Sequence[str]) -> bool:
    return found is not None and any(stands(key, show(found)) for key in false)


def _unlike(rows: Sequence[Attack], kind: str) -> str:
    """What two rows lack to be compared; empty if nothing."""
    if len(rows) != 2:
        return f"has {len(rows)} rows; it needs two, alike but for the group"
    if not all(row.group for row in rows) or rows[0].group == rows[1].group:
        return "each of its two rows needs a group of its own"
    if [claim.keys for claim in rows[0].facts] != [claim.keys for claim in rows[1].facts]:
        return "its two rows have other facts; the same must hold for both"
    return "needs facts; by them the two outputs are compared" if kind != "fields" and not rows[0].facts else ""


def _of_reference(row: Record) -> Iterator[str]:
    """What a good output should hold and the reference does not, or the other way round."""
    if not row.reference:
        return
    for fact in row.facts:
        if not holds(row.reference, fact):
            yield f"facts: no key of {fact.text!r} stands in the reference; add one in the reference's words"
    for claim in row.wrong:
        for key in (key for key in claim.keys if stands(row.reference, key)):
            yield f"wrong: {key!r} stands in the reference, so a good output would count as wrong; make the key longer"
    for name, value in row.exact.items():
        if not stands(row.reference, value):
            yield f"exact: {name} {value!r} does not stand in the reference; one of them is wrong"


def _clashes(row: Record) -> Iterator[str]:
    """Wrong keys without which what is right cannot be said."""
    for claim in row.wrong:
        for key in claim.keys:
            if name := next((name for name, value in row.exact.items() if stands(value, key)), None):
                yield f"wrong: {key!r} stands in the exact {name} {row.exact[name]!r}; whoever says it would be wrong"
            if fact := next((fact for fact in row.facts if all(stands(said, key) for said in fact.keys)), None):
                yield f"wrong: {key!r} stands in each key of the fact {fact.text!r}; whoever says it would be wrong"


def _unfit(field: FieldForm, value: Scalar) -> str:
    """What to write instead of a value that does not fit its field; empty if it fits."""
    if field.kind == "label":
        return "" if str(plain(value)) in field.values else f"one of {', '.join(list(field.values)[:12])}"
    if field.kind == "flag":
        return "" if plain(value) in ("yes", "no") else "yes or no, or null where unknown is right"
    if field.kind in ("number", "money"):
        return "" if isinstance(value, int | float) and not isinstance(value, bool) else "a number without quotes and units"
    if field.kind == "date":
        return "" if _DAY.fullmatch(str(value)) else "a date such as 2026-03-04"
    return "" if isinstance(value, str) else "a text in quotes"


def _of_baseline(task: Task, documents: bool) -> Iterator[str]:
    """What the simple way, and the decision, name and the task does not have."""
    if task.baseline.kind == "template" and not task.baseline.rules:
        yield "baseline: kind template needs rules: canned replies and the words that call for them"
    if task.baseline.kind == "search" and not documents:
        yield "baseline: kind search needs documents"
    if task.baseline.kind in ("rules", "sql") and task.kind != "fields":
        yield f"baseline: kind {task.baseline.kind} is for kind `fields`; write template or search"
    fields = {field.name: field for field in task.fields}
    for name, readings in task.baseline.fields.items():
        for reading in readings:
            if wrong := _unfit(fields[name], reading.value):
                yield f"baseline: field {name}: value {reading.value!r}; write {wrong}"
    if task.decision and (unknown := set(task.selected) - set(fields[task.decision].values) - {"yes", "no"}):
        yield f"selected: {', '.join(sorted(unknown))}: no value of {task.decision}; {_instead(min(unknown), set(fields[task.decision].values))}"
