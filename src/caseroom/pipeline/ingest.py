"""The first stage: a folder or a file to documents, lazily, file by file. It guesses as little as it can and says what it guessed.

A document that is wrong is never let in half-right: an `access` that cannot be read must not become "everyone". Problems are gathered
and raised together when all that is right has been given, so that a person mends them in one go. What is merely doubtful is a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from caseroom.errors import DataError
from caseroom.pipeline.documents import EVERYONE, Document, Note
from caseroom.pipeline.formats import READERS, Found, Tell, read
from caseroom.pipeline.paragraphs import of_markdown, of_plain

Progress = Callable[[int, int], None]


def _date(value: object) -> object:
    """A date as YAML, CSV or JSON gives it. Pydantic alone would read 2026 as seconds since 1970."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        return date.fromisoformat(value.strip()[:10])
    if value is None or isinstance(value, date):
        return value
    raise ValueError("is no date")


class FieldsForm(BaseModel):
    """The fields that any format may give. Others are let be: a page's front matter serves its site, too."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = None
    title: Annotated[str, StringConstraints(strip_whitespace=True)] = ""
    updated: Annotated[date | None, BeforeValidator(_date)] = None
    valid: bool = True
    access: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] = EVERYONE
    topic: Annotated[str, StringConstraints(strip_whitespace=True)] = ""


_WRITE = {
    "id": "one word or number",
    "title": "one line",
    "updated": "a date such as 2026-03-01",
    "valid": "true or false",
    "access": f"{EVERYONE} or the name of one role",
    "topic": "one word",
}


def read_documents(source: Path, progress: Progress | None = None, tell: Tell | None = None) -> Iterator[Document]:
    """The documents of a folder (and the folders in it, hidden ones aside, in the order of their names) or of one file.

    Without an `id` of its own a document is called by its file, and by its line if it is a row. `progress` is told (files done,
    files in all); `tell` is given a note for each file that is empty, of an unknown format or in a doubtful encoding. A file is in
    memory while its own documents are given, and no longer.

    Raises:
        DataError: at once, if there is nothing to read; after the last document, for all files and rows that could not be read and
            all ids that were given twice.
    """
    if not source.exists():
        raise DataError([f"{source}: no such folder or file."])
    root = source if source.is_dir() else source.parent
    files = sorted(_inside(source)) if source.is_dir() else [source]
    known = [path for path in files if path.suffix.lower() in READERS]
    if not known:
        raise DataError([f"{source}: holds nothing that can be read. It may hold {', '.join(READERS)}."])
    tell = tell or _nobody
    for path in files:
        if path.suffix.lower() not in READERS and not _beside_another(path):
            tell(Note(path.relative_to(root).as_posix(), "unknown format", "was left out: files of its kind are not read."))
    return _documents(known, root, progress, tell)


def _nobody(note: Note) -> None:
    """Nobody wants the notes."""


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def _beside_another(path: Path) -> bool:
    """Whether a YAML file holds the fields of the file beside it."""
    return path.suffix == ".yaml" and path.with_suffix("").is_file()


_EMPTY = {
    ".pdf": " (a scan has none until it is recognised)", ".docx": " (pictures in it are not read)", ".md": " (its fields are none)",
    ".markdown": " (its fields are none)", ".html": " (what a script would load is not)", ".htm": " (what a script would load is not)",
}  # fmt: skip
"""What else there is to know of a file without text, by what it is."""


def _documents(files: list[Path], root: Path, progress: Progress | None, tell: Tell) -> Iterator[Document]:
    problems: list[str] = []
    places: dict[str, str] = {}
    for done, path in enumerate(files, 1):
        name = path.relative_to(root).as_posix()
        try:
            for found in read(path, name, tell):
                document = _document(found, problems, _UNWRAP.get(path.suffix.lower(), str))
                if document is None:
                    continue
                if not document.text:
                    tell(Note(found.place, "empty", f"was left out: it holds no text{_EMPTY.get(path.suffix.lower(), '')}."))
                elif document.id in places:
                    problems.append(f"{found.place}: has the id {document.id!r}, and so has {places[document.id]}. Give one another id.")
                else:
                    places[document.id] = found.place
                    yield document
        except DataError as error:
            problems += error.problems
        except OSError as error:
            problems.append(f"{name}: cannot be read ({error.strerror or error}).")
        if progress:
            progress(done, len(files))
    if problems:
        raise DataError(problems)


_UNWRAP: dict[str, Callable[[str], str]] = {".md": of_markdown, ".markdown": of_markdown, ".txt": of_plain}
"""Formats whose lines may be broken at a width, which no reader of a sentence must see."""


def _document(found: Found, problems: list[str], unwrap: Callable[[str], str]) -> Document | None:
    """The document, or None and what is wrong with its fields."""
    try:
        form = FieldsForm.model_validate({key: value for key, value in found.fields.items() if value is not None})
    except ValidationError as error:
        for field in dict.fromkeys(str(entry["loc"][0]) for entry in error.errors()):
            problems.append(f"{found.place}: {field} is {found.fields[field]!r}; write {_WRITE[field]}.")
        return None
    text = unwrap(found.text.encode("utf-8", "replace").decode().strip())  # half a surrogate pair would stop the tokenizer later
    title = form.title or found.title or Path(found.place).stem.replace("-", " ").replace("_", " ")
    return Document(form.id or found.place, title, text, form.updated, form.valid, form.access, form.topic, found.place)
