"""Make a data folder of one's own material: documents with questions, pairs of input and output, or a table of values. See docs/lab-data.md.

It copies and never changes what it is given, guesses as little as it can and says what it guessed. Files are read row by row; the folder is
written beside its place and moved there when it is whole, so nothing half-written is left behind.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from caseroom.app import starting
from caseroom.app.datacheck import check_folder
from caseroom.app.sheets import Guess, Row, Sheet, day_of, value_of
from caseroom.cases.data import Claim, Example, Record
from caseroom.errors import DataError, UsageError
from caseroom.forms import row_problems
from caseroom.language.text import words
from caseroom.pipeline.formats import READERS
from caseroom.pipeline.ingest import read_documents

check = check_folder
"""Prove a data folder whole: counts of what it holds, or a DataError with what is wrong."""
KINDS = ("documents", "pairs", "fields")
_EVERY = 5
"""Every fifth answered question is an example."""
_KNOWN = frozenset(("id", "document", "documents", "group", "kind", "facts", "answerable", "role", "day"))
"""Columns that a row of questions may have, beside the question and the answer."""


def import_folder(kind: str, path: Path, folder: Path, *, questions: Path | None = None, force: bool = False) -> list[str]:
    """Write the data folder `folder`; what was made of what, in lines for people.

    `documents`: `path` is a folder of documents, `questions` a CSV or JSON Lines file with the columns question and answer. `pairs`: `path` is
    such a file with the columns input and output. `fields`: with the column input, every other column being a value to be found.

    Raises:
        UsageError: an unknown kind, or questions where none are wanted or the other way round.
        DataError: material that does not hold (line, and what to write instead), or a folder that is there; then nothing was written.
    """
    if kind not in KINDS:
        raise UsageError(f"{kind!r} cannot be imported; write one of {', '.join(KINDS)}.")
    if (questions is None) == (kind == "documents"):
        raise UsageError("Kind documents, and no other, needs --questions FILE: a CSV with the columns question and answer.")
    table = questions or path
    _may_write(folder, [path, table], force)
    try:
        with tempfile.TemporaryDirectory(dir=_standing(folder.absolute().parent), prefix=".caseroom-import-") as beside:
            new = Path(beside) / "data"
            new.mkdir()
            said = _of_fields(table, new) if kind == "fields" else _of_texts(table, new, documents=path if questions else None)
            said += _doubts(new, folder)
            _move(new, folder.absolute(), Path(beside))
    except OSError as error:
        raise DataError([f"{error.filename or folder}: {error.strerror or error}; nothing was written"]) from None
    return [f"Wrote {folder}: " + said[0], *said[1:]]


def _may_write(folder: Path, material: list[Path], force: bool) -> None:
    for path in material:
        if not path.exists():
            raise DataError([f"{path}: no such folder or file"])
        inside, around = folder.resolve(), path.resolve()
        if inside == around or inside in around.parents or (around in inside.parents and path.is_dir()):
            raise DataError([f"{folder}: lies in {path}, or the other way round; name a folder elsewhere"])
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / "task.yaml").is_file():
            raise DataError([f"{folder}: is there and is no data folder (it has no task.yaml); name a new one"])
        if not force:
            raise DataError([f"{folder}: is there; name a new folder, or add --force to write it anew (your edits in it are lost)"])
    elif folder.exists() and not folder.is_dir():
        raise DataError([f"{folder}: is a file; name a new folder"])


def _standing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there: on the same disk, so that moving is one step."""
    return folder if folder.is_dir() else _standing(folder.parent)


def _move(new: Path, folder: Path, beside: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    old = beside / "old"
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise


def _doubts(new: Path, folder: Path) -> list[str]:
    """What `caseroom data check` will say of the new folder: to be mended there, since the material itself may be right."""
    try:
        check_folder(new)
    except DataError as error:
        told = [f"  {problem.replace(str(new), str(folder))}" for problem in error.problems[:5]]
        return [f"`caseroom data check {folder}` finds something to mend:", *told, *(["  ..."] if len(error.problems) > 5 else [])]
    return []


class _Written:
    """records.jsonl and examples.jsonl while they are written. Every fifth answered row is an example, and rows with the same input go the same way."""

    def __init__(self, folder: Path, sheet: Sheet) -> None:
        self._sheet, self._folder = sheet, folder
        self._records = (folder / "records.jsonl").open("w", encoding="utf-8")
        self._examples = (folder / "examples.jsonl").open("w", encoding="utf-8")
        self._ids: dict[int, int] = {}
        self._inputs: dict[int, bool] = {}
        self.records = self.examples = self.answered = self.bare = self.judged = 0

    def __enter__(self) -> _Written:
        return self

    def __exit__(self, *failed: object) -> None:
        self._records.close()
        self._examples.close()
        if not self.examples:
            (self._folder / "examples.jsonl").unlink()

    def add(self, record: Record, line: int) -> None:
        """Write a row as a record or as an example."""
        if (first := self._ids.setdefault(_digest(record.id), line)) != line:
            self._sheet.wrong(
                line, f"id {record.id!r} stands in line {first}, too; give one of them another, or leave the column out: ids are made then"
            )
            return
        answered = record.answerable and bool(record.reference or record.values)
        self.answered += answered
        example = self._inputs.setdefault(_digest(" ".join(words(record.input))), answered and self.answered % _EVERY == 0)
        if example and answered:
            past = Example(
                id=record.id, input=record.input, output=record.reference, values=record.values, fields=record.fields, day=record.day
            )
            self._examples.write(past.model_dump_json(exclude_defaults=True) + "\n")
            self.examples += 1
        elif not example:
            self._records.write(record.model_dump_json(exclude_defaults=True) + "\n")
            self.records += 1
            self.bare += not answered and record.answerable
            self.judged += bool(record.facts or record.values or not record.answerable)

    def said(self) -> list[str]:
        """What became of the rows.

        Raises:
            DataError: rows that do not hold, or none at all.
        """
        if self._sheet.problems or not self.records:
            raise DataError(self._sheet.problems or [f"{self._sheet.path}: holds no row below its first line; each row is a record"])
        told = [f"{self.records} records, {self.examples} examples"]
        if self.examples:
            told.append(
                f"Every fifth answered row, {self.examples} of {self.answered}, went to examples.jsonl, which models may remember; none of these is a record."
            )
        else:
            told.append(
                f"No examples: of {self.answered} answered rows there is no fifth one to spare, so models have nothing to remember."
            )
        if self.bare:
            told.append(f"Without an answer: {self.bare} records. They are kept and run, and not scored.")
        return [*told, *self._sheet.notes]


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())


def _of_texts(table: Path, new: Path, documents: Path | None) -> list[str]:
    """A folder of questions on documents, or of pairs without any."""
    sheet = Sheet(table)
    ask, answer = ("question", "answer") if documents else ("input", "output")
    names = _copied(documents, new / "documents", sheet) if documents else {}
    others: dict[str, None] = {}
    with _Written(new, sheet) as out:
        for number, row in enumerate(sheet.rows(), 1):
            sheet.need(row, (ask, answer))
            if record := _record(sheet, row, number, (ask, answer), names):
                others.update(dict.fromkeys(record.fields))
                out.add(record, row.line)
        said = out.said()
    (new / "task.yaml").write_text(starting.of_texts(documents=bool(documents), judged=bool(out.judged)), encoding="utf-8")
    (new / "economics.yaml").write_text(starting.ECONOMICS, encoding="utf-8")
    if documents:
        said[0] += f", {len(set(names.values()))} documents"
    if others:
        said.append(
            f"Other columns are kept as what the systems know with a question: {', '.join(others)}. None of them may give the answer away."
        )
    if not out.judged:
        said.append(
            "No row has facts, so outputs are only compared with the answers; a column facts (separated by ;) lets them be right or wrong."
        )
    return said


def _record(sheet: Sheet, row: Row, number: int, columns: tuple[str, str], names: Mapping[str, str]) -> Record | None:
    """A row as a record; None, and a problem noted, if it does not hold."""
    ask, answer = columns
    if not row.get(ask):
        sheet.wrong(row.line, f"{ask} is empty; write it, or delete the line")
        return None
    answerable = value_of("flag", row.get("answerable")) if row.get("answerable") else "yes"
    if answerable is None:
        sheet.wrong(row.line, f"answerable is {row.get('answerable')!r}; write yes or no")
    documents = [_document(sheet, row, name, names) for name in _parts(row.get("document") or row.get("documents"))]
    other = {name: cell.strip() for name, cell in row.cells.items() if name not in _KNOWN and name not in columns and cell.strip()}
    return _whole(
        sheet, row, id=row.get("id") or f"q-{number:04}", input=row.get(ask), reference=row.get(answer) or None, fields=other,
        documents=documents, facts=[Claim(text=_parts(fact, "|")[0], keys=_parts(fact, "|")) for fact in _parts(row.get("facts"))],
        kind=row.get("kind"), group=row.get("group"), role=row.get("role") or "everyone", answerable=answerable != "no",
    )  # fmt: skip


def _whole(sheet: Sheet, row: Row, **parts: object) -> Record | None:
    """A record of its parts and of the row's day."""
    day = day_of(row.get("day")) if row.get("day") else None
    if row.get("day") and day is None:
        sheet.wrong(row.line, f"day is {row.get('day')!r}; write a date such as 2026-03-04")
    try:
        return Record.model_validate({**parts, "day": day})
    except ValidationError as error:
        for problem in row_problems("", error):
            sheet.wrong(row.line, problem.removeprefix(": "))
        return None


def _parts(cell: str, by: str = ";") -> list[str]:
    return [part.strip() for part in cell.split(by) if part.strip()]


def _document(sheet: Sheet, row: Row, name: str, names: Mapping[str, str]) -> str:
    """The id of a document that is named by its id or its file."""
    if names and name not in names:
        near = get_close_matches(name, names, n=1)
        sheet.wrong(row.line, f"document {name!r} is none of the folder's; write {near[0] if near else 'its id or the name of its file'}")
    return names.get(name, name)


def _copied(source: Path, target: Path, sheet: Sheet) -> dict[str, str]:
    """Copy the documents as they are; each one's id by its id, its place and its file. The questions stay out, and what cannot be read."""
    root, left_out = source if source.is_dir() else source.parent, []
    for path in sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]:
        place = path.relative_to(root)
        if path.resolve() == sheet.path.resolve() or any(part.startswith(".") for part in place.parts):
            continue
        if path.suffix.lower() in READERS or (path.suffix == ".yaml" and path.with_suffix("").is_file()):
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / place)
        else:
            left_out.append(place.as_posix())
    if not target.exists():
        raise DataError([f"{source}: holds no document that can be read; it may hold {', '.join(READERS)}"])
    names: dict[str, str] = {}
    for document in read_documents(target, tell=lambda note: sheet.notes.append(f"documents/{note.source} {note.message}")):
        names |= {name: document.id for name in (Path(document.source).name, document.source) if name not in names} | {
            document.id: document.id
        }
    if left_out:
        sheet.notes.append(
            f"Left out, since files of their kind are not read: {', '.join(left_out[:5])}{' ...' if len(left_out) > 5 else ''}."
        )
    return names


def _of_fields(table: Path, new: Path) -> list[str]:
    """A folder of a table: every column but a few is a value to be found. Read twice: to guess what a column holds, and to write."""
    sheet = Sheet(table)
    guesses: dict[str, Guess] = {}
    for row in sheet.rows():
        sheet.need(row, ("input",))
        for name in row.cells:
            if name not in ("input", "id", "kind", "group", "role", "day"):
                guess = guesses.setdefault(name, Guess())
                if cell := row.get(name):
                    guess.see(cell)
    filled = {name: guess for name, guess in guesses.items() if guess.filled}
    if not filled:
        raise DataError([f"{table}: has no column of values beside input; add one for each value that is to be found"])
    again = Sheet(table)
    with _Written(new, again) as out:
        for number, row in enumerate(again.rows(), 1):
            if not row.get("input"):
                again.wrong(row.line, "input is empty; write it, or delete the line")
                continue
            values = {name: value_of(guess.kind, row.get(name)) for name, guess in filled.items() if row.get(name)}
            record = _whole(
                again, row, id=row.get("id") or f"r-{number:04}", input=row.get("input"), values=values, kind=row.get("kind"),
                group=row.get("group"), role=row.get("role") or "everyone",
            )  # fmt: skip
            if record:
                out.add(record, row.line)
        said = out.said()
    (new / "task.yaml").write_text(
        starting.of_fields({name: (guess.kind, list(guess.values)) for name, guess in filled.items()}), encoding="utf-8"
    )
    (new / "economics.yaml").write_text(starting.ECONOMICS, encoding="utf-8")
    said.append(
        f"Guessed what the columns hold: {', '.join(f'{name} {guess.kind}' for name, guess in filled.items())}. task.yaml says it; put it right there."
    )
    if empty := sorted(guesses.keys() - filled.keys()):
        said.append(f"Left out, since they are empty: {', '.join(empty)}.")
    return [*said, "Empty cells are not scored; write null in records.jsonl where unknown is the right value."]
