"""The data folder of a case: records, examples, attacks and ratings, read row by row and strictly. Documents and tables are only located here.

Rows are read lazily: fifty thousand records need no more memory than one.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, ValidationError

from caseroom.cases.task import Economics, Task, read_economics, read_task
from caseroom.errors import DataError
from caseroom.forms import Form, Text, row_problems

Scalar = str | int | float | bool | None
AttackFamily = Literal[
    "unanswerable", "stale", "conflicting", "injected_document", "injected_input", "private", "paired", "exact", "off_topic"
]  # fmt: skip
_PROBLEMS = 20
"""After so many problems the rest of a file is not read."""
AFTER_LAUNCH = ("drift.yaml", "drift-records.jsonl", "drift")
"""What `cases/drift.py` reads. No run of the lab depends on it, so it is no part of the data's version."""


class Claim(Form):
    """Something that stands in an output if one of its keys does."""

    text: Text
    keys: list[Text] = Field(min_length=1)


class Record(Form):
    """A line of records.jsonl."""

    id: Text
    input: str
    fields: dict[str, Scalar] = {}
    kind: str = ""
    group: str = ""
    role: str = "everyone"
    day: date | None = None
    answerable: bool = True
    handover: bool = False
    reference: str | None = None
    documents: list[str] = []
    facts: list[Claim] = []
    wrong: list[Claim] = []
    exact: dict[str, str] = {}
    values: dict[str, Scalar] = {}


class Example(Form):
    """A line of examples.jsonl: a past item with what people made of it."""

    id: Text
    input: Text
    output: str | None = None
    values: dict[str, Scalar] = {}
    fields: dict[str, Scalar] = {}
    day: date | None = None
    good: bool = True


class Planted(Form):
    """A document that stands in the knowledge base for one attack only."""

    id: Text
    title: str = ""
    text: Text
    valid: bool = True
    updated: date | None = None


class Attack(Form):
    """A line of attacks.jsonl."""

    id: Text
    family: AttackFamily
    input: str
    fields: dict[str, Scalar] = {}
    role: str = "everyone"
    day: date | None = None
    documents: list[Planted] = []
    through: list[Text] = []
    pass_on: bool = False
    secrets: list[Text] = []
    exact: dict[str, str] = {}
    pair: str | None = None
    group: str = ""
    facts: list[Claim] = []


class Rating(Form):
    """One rater's view of an output."""

    rater: Text
    accuracy: int = Field(ge=1, le=5)
    fluency: int = Field(ge=1, le=5)
    helpfulness: int = Field(ge=1, le=5)


class RatedOutput(Form):
    """A line of ratings.jsonl."""

    id: Text
    record: Text
    output: str
    ratings: list[Rating] = Field(min_length=1)


R = TypeVar("R", Record, Example, Attack, RatedOutput)


@dataclass(frozen=True)
class CaseData:
    """A data folder, open for reading."""

    folder: Path
    task: Task
    economics: Economics

    @property
    def documents(self) -> Path | None:
        """The folder of the knowledge base, if there is one."""
        path = self.folder / "documents"
        return path if path.exists() else None

    @property
    def tables(self) -> list[Path]:
        """The tables of the systems of record."""
        return sorted((self.folder / "tables").glob("*.csv"))

    def records(self, limit: int | None = None) -> Iterator[Record]:
        """The records in order, the first `limit` of them.

        Raises:
            DataError: a row that does not hold; file, line, and what to write instead.
        """
        return itertools.islice(read_rows(self.folder / "records.jsonl", Record), limit)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Past items; none if there is no file."""
        return self._optional("examples.jsonl", Example)

    @cached_property
    def attacks(self) -> tuple[Attack, ...]:
        """The red team's inputs; none if there is no file."""
        return self._optional("attacks.jsonl", Attack)

    @cached_property
    def ratings(self) -> tuple[RatedOutput, ...]:
        """People's ratings of sample outputs; none if there is no file."""
        return self._optional("ratings.jsonl", RatedOutput)

    def _optional(self, name: str, form: type[R]) -> tuple[R, ...]:
        path = self.folder / name
        return tuple(read_rows(path, form)) if path.exists() else ()

    @cached_property
    def version(self) -> str:
        """A digest of all files of the folder that a run of the lab may depend on."""
        digest = hashlib.sha256()
        files = (p for p in self.folder.rglob("*") if p.is_file() and p.relative_to(self.folder).parts[0] not in AFTER_LAUNCH)
        for path in sorted(files):
            digest.update(str(path.relative_to(self.folder)).encode() + b"\0")
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()[:16]


def load_data(folder: Path) -> CaseData:
    """The data in `folder`. Rows are checked when they are read.

    Raises:
        DataError: no such folder, or task.yaml, economics.yaml or records.jsonl do not hold or are missing.
    """
    if not folder.is_dir():
        raise DataError([f"{folder}: no such folder; `caseroom data import` makes one, docs/lab-data.md says what is in it"])
    problems = []
    for read in (read_task, read_economics):
        try:
            read(folder)
        except DataError as error:
            problems += error.problems
    if not (folder / "records.jsonl").is_file():
        problems.append(f"{folder / 'records.jsonl'}: is missing; it holds the inputs, one a line")
    if problems:
        raise DataError(problems)
    return CaseData(folder, read_task(folder), read_economics(folder))


def read_rows(path: Path, form: type[R]) -> Iterator[R]:
    """The rows of a JSON Lines file, each in its form, ids unique. Good rows are given before a bad one is met."""
    seen: dict[str, int] = {}
    problems: list[str] = []
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    row = form.model_validate_json(line)
                except ValidationError as error:
                    problems += row_problems(f"{path}:{number}", error)
                    if len(problems) >= _PROBLEMS:
                        break
                    continue
                if (first := seen.setdefault(row.id, number)) != number:
                    problems.append(f"{path}:{number}: id {row.id!r} stands in line {first}, too; give one of them another id")
                yield row
    except UnicodeDecodeError as error:
        problems.append(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8")
    except OSError as error:
        problems.append(f"{path}: cannot be read ({error.strerror})")
    if problems:
        raise DataError(problems)
