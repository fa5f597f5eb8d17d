"""One file to what it holds, by the ending of its name: Markdown, text, HTML, PDF, Word, CSV, JSON Lines.

Fields come from where the format has a place for them: front matter, `<meta>`, columns, keys; for any file also from a YAML file
beside it (`terms.pdf.yaml`), since a PDF has no place to say who may read it. What they must look like is checked in `ingest`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from caseroom.errors import DataError
from caseroom.pipeline import markup, office
from caseroom.pipeline.documents import Note

LARGEST = 50_000_000
"""Bytes of the largest file that is read. A knowledge base's page has thousands; a PDF of 200 MB is a scan or an archive and would
give no text worth its memory, so it is refused and the message says to split it."""
Tell = Callable[[Note], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What a file or one row of it holds, before it is a document."""

    place: str
    """The file's name within the folder, and the line of a row."""
    title: str
    """What the file itself suggests; a field named title comes before it."""
    text: str
    fields: Mapping[str, object]


def read(path: Path, name: str, tell: Tell) -> Iterator[Found]:
    """What the file at `path` holds; `name` is what it is called in messages.

    Raises:
        DataError: too large, torn, or not what its ending says. Rows before the torn one have been given by then.
    """
    if path.stat().st_size > LARGEST:
        raise DataError([f"{name}: is larger than {LARGEST // 1_000_000} MB. Split it into its parts, or leave the pictures out."])
    fields = _beside(path, name, tell)
    for found in READERS[path.suffix.lower()](path, name, tell):
        yield replace(found, fields={**fields, **found.fields})


def decode(data: bytes, name: str, tell: Tell) -> str:
    """Text of bytes: UTF-8 or UTF-16 by its mark, else UTF-8, else Windows-1252 with a note.

    Raises:
        DataError: it holds zero bytes, so it is no text (or UTF-16 without its mark).
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _lines(data.decode("utf-16", "replace"))
    if b"\0" in data:
        raise DataError([f"{name}: is not text. Save it as UTF-8, or give the file the ending of what it is."])
    try:
        return _lines(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        tell(Note(name, "encoding", "is not UTF-8; it was read as Windows-1252. Look at its accents and signs, and save it as UTF-8."))
        return _lines(data.decode("cp1252", "replace"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _beside(path: Path, name: str, tell: Tell) -> dict[str, object]:
    """The fields in the YAML file beside a file, if there is one."""
    sidecar, called = path.with_name(f"{path.name}.yaml"), f"{name}.yaml"
    return _yaml(decode(sidecar.read_bytes(), called, tell), called) if sidecar.is_file() else {}


def _yaml(text: str, name: str) -> dict[str, object]:
    try:
        fields = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = " ".join(str(error).split())
        raise DataError([f"{name}: its fields are not YAML ({problem}). Write one a line, such as `updated: 2026-03-01`."]) from None
    if not isinstance(fields, dict | None):
        raise DataError([f"{name}: its fields are not `name: value` lines."])
    return {str(key): value for key, value in (fields or {}).items()}


_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL)


def _markdown(path: Path, name: str, tell: Tell) -> Iterator[Found]:
    text = decode(path.read_bytes(), name, tell)
    front = _FRONT.match(text)
    body = markup.light(text[front.end() :] if front else text)
    yield Found(name, markup.first_heading(body), body, _yaml(front[1], name) if front else {})


def _text(path: Path, name: str, tell: Tell) -> Iterator[Found]:
    yield Found(name, "", decode(path.read_bytes(), name, tell).strip(), {})


def _html(path: Path, name: str, tell: Tell) -> Iterator[Found]:
    page = markup.page(decode(path.read_bytes(), name, tell))
    yield Found(name, page.title or markup.first_heading(page.text), page.text, page.meta)


def _pdf(path: Path, name: str, tell: Tell) -> Iterator[Found]:
    yield Found(name, *office.pdf(path, name), {})


def _docx(path: Path, name: str, tell: Tell) -> Iterator[Found]:
    title, text = office.docx(path, name)
    yield Found(name, title or markup.first_heading(text), text, {})


def _csv(path: Path, name: str, tell: Tell) -> Iterator[Found]:
    text = decode(path.read_bytes(), name, tell)
    header = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=header.count), strict=True)
    try:
        columns = [column.strip().lower() for column in next(rows, [])]
        if "text" not in columns:
            raise DataError([f"{name}: has no column named text; its first line says {header[:80]!r}."])
        for row in rows:
            if len(row) not in (0, len(columns)):  # a shifted row would be read by the wrong people
                raise DataError([f"{name}:{rows.line_num}: has {len(row)} cells, the first line {len(columns)}. Check its quotes."])
            cells = {column: cell for column, cell in zip(columns, row, strict=False) if cell.strip()}
            if cells:
                yield Found(f"{name}:{rows.line_num}", "", cells.pop("text", ""), cells)
    except csv.Error as error:
        raise DataError([f"{name}:{rows.line_num}: {error}. Check the quotes on this line; a cell may have 131,072 characters."]) from None


def _jsonl(path: Path, name: str, tell: Tell) -> Iterator[Found]:
    for number, line in enumerate(decode(path.read_bytes(), name, tell).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError([f"{name}:{number}: is not JSON ({error})."]) from None
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise DataError([f'{name}:{number}: is not an object with a text. Write {{"id": "...", "title": "...", "text": "..."}}.'])
        yield Found(f"{name}:{number}", "", row.pop("text"), row)


READERS: dict[str, Callable[[Path, str, Tell], Iterator[Found]]] = {
    ".md": _markdown, ".markdown": _markdown, ".txt": _text, ".html": _html, ".htm": _html,
    ".pdf": _pdf, ".docx": _docx, ".csv": _csv, ".tsv": _csv, ".jsonl": _jsonl, ".ndjson": _jsonl,
}  # fmt: skip
"""What can be read, by the ending of a file's name in lower case."""
