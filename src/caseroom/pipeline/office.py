"""PDF and Word files to light Markdown, by pypdf and python-docx: the optional extra `documents`. Page by page, never shown, never run."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from caseroom.errors import DataError

if TYPE_CHECKING:
    from docx.document import Document as Word

UNPACKED = 200_000_000
"""Bytes that a Word file may hold when unpacked; more is a bomb or a photo album."""


def pdf(path: Path, name: str) -> tuple[str, str]:
    """Title and text of a PDF, read page by page from the open file; pages are apart by a blank line.

    Raises:
        DataError: torn, locked with a password, or pypdf is not installed.
    """
    try:
        from pypdf import PdfReader
    except ModuleNotFoundError:
        _not_installed(name)
    import logging

    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # else Python itself prints its warnings on the terminal
    try:
        with path.open("rb") as file, PdfReader(file) as reader:
            if reader.is_encrypted and not reader.decrypt(""):
                raise DataError([f"{name}: is locked with a password. Save a copy without one."])
            title = str(reader.metadata.title or "") if reader.metadata else ""
            return title, "\n\n".join(text for page in reader.pages if (text := page.extract_text().strip()))
    except DataError:
        raise
    except Exception as error:  # pypdf trusts what it parses: a torn file fails in it with whatever comes next
        raise DataError([f"{name}: is torn or not a PDF ({error}). Save it again from where it came from."]) from None


def docx(path: Path, name: str) -> tuple[str, str]:
    """Title and text of a Word file: heading styles as `#` lines, tables as rows of cells parted by bars.

    Raises:
        DataError: torn, larger than `UNPACKED` inside, or python-docx is not installed.
    """
    try:
        from docx import Document as open_word
    except ModuleNotFoundError:
        _not_installed(name)
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED:
                raise DataError([f"{name}: unpacks to more than {UNPACKED // 1_000_000} MB. Take the pictures out or split it."])
        word = open_word(str(path))
        return word.core_properties.title, "\n\n".join(block for block in _blocks(word) if block)
    except DataError:
        raise
    except Exception as error:  # zipfile's, lxml's and python-docx's own kinds have no common root
        raise DataError([f"{name}: is torn or not a Word file ({error}). Save it again as .docx."]) from None


def _blocks(word: Word) -> Iterator[str]:
    from docx.text.paragraph import Paragraph

    for block in word.iter_inner_content():
        if isinstance(block, Paragraph):
            style, text = (block.style.name or "" if block.style else ""), " ".join(block.text.split())
            level = "1" if style == "Title" else style.removeprefix("Heading ")
            yield f"{'#' * min(int(level), 6)} {text}" if text and level.isdecimal() else text
        else:
            rows = (" | ".join(" ".join(cell.text.split()) for cell in row.cells) for row in block.rows)
            yield "\n".join(row for row in rows if row.strip(" |"))


def _not_installed(name: str) -> NoReturn:
    raise DataError([f"{name}: PDF and Word files need two more packages: pip install 'caseroom[documents]'"])
