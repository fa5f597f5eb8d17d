"""Read one's own tables, CSV or JSON Lines, row by row: whatever encoding and delimiter they come in. Guess what a column holds. It never writes."""

from __future__ import annotations

import codecs
import csv
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TextIO

from caseroom.cases.data import Scalar
from caseroom.errors import DataError

LONGEST_LINE = 1_000_000
"""Characters of the longest line of a JSON Lines file."""
MOST_ROWS = 500_000
"""Rows of the largest file: of each a number is kept in memory to find it again. The lab needs hundreds."""
MOST_VALUES = 100
"""Different values of a column beyond which it is no label."""
LONGEST_VALUE = 60
"""Characters of a label's longest value."""
_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its line in the file, and its cells by column, all as text."""

    line: int
    cells: Mapping[str, str]

    def get(self, name: str) -> str:
        """A cell without the blanks around it; empty if there is none."""
        return self.cells.get(name, "").strip()


@dataclass
class Sheet:
    """A CSV or JSON Lines file, read row by row and more than once if need be."""

    path: Path
    notes: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    """Of a CSV file; a JSON Lines file has them row by row."""
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.path.is_dir():
            raise DataError([f"{self.path}: is a folder; name a CSV or JSON Lines file"])
        self._encoding = _encoding(self.path, self.notes)
        self._json = self.path.suffix.lower() in (".jsonl", ".ndjson")

    def rows(self) -> Iterator[Row]:
        """The rows that hold something.

        Raises:
            DataError: a row that cannot be read, or too many of them.
        """
        with self.path.open(encoding=self._encoding, errors="replace", newline="") as file:
            for number, row in enumerate(self._of_json(file) if self._json else self._of_csv(file), 1):
                if number > MOST_ROWS:
                    raise DataError([f"{self.path}: has more than {MOST_ROWS:,} rows; take a sample of some hundreds"])
                yield row

    def _of_csv(self, file: TextIO) -> Iterator[Row]:
        header = file.readline(LONGEST_LINE)
        delimiter = max(",;\t|", key=header.count)
        file.seek(0)
        rows = csv.reader(self._lines(file), delimiter=delimiter, strict=True)
        try:
            self.columns = [_name(cell, place) for place, cell in enumerate(next(rows, []), 1)]
            if twice := {name for name in self.columns if name and self.columns.count(name) > 1}:
                raise DataError([f"{self.path}:1: the column {min(twice)!r} stands twice; give one of them another name"])
            for cells in rows:
                if any(cell.strip() for cell in cells[len(self.columns) :]) or 0 < len(cells) < len(self.columns):
                    self.wrong(rows.line_num, f"has {len(cells)} cells, and the first line {len(self.columns)}; put cells that hold {delimiter!r} in double quotes")  # fmt: skip
                elif any(cell.strip() for cell in cells):
                    yield Row(rows.line_num, {name: cell for name, cell in zip(self.columns, cells, strict=False) if name})
        except csv.Error as error:
            raise DataError(
                [f"{self.path}:{rows.line_num}: {error}; look for a double quote that is not closed (a cell may have 131,072 characters)"]
            ) from None

    def _of_json(self, file: TextIO) -> Iterator[Row]:
        for number, line in enumerate(self._lines(file), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if isinstance(row, dict):
                yield Row(number, {_name(str(name), place): _cell(value) for place, (name, value) in enumerate(row.items(), 1)})
            else:
                self.wrong(number, 'is no JSON object; write one a line, such as {"question": "...", "answer": "..."}')

    def _lines(self, file: TextIO) -> Iterator[str]:
        """The lines of the file; one without an end would take all memory."""
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if len(line) >= LONGEST_LINE:
                raise DataError([f"{self.path}:{number}: is longer than {LONGEST_LINE:,} characters; write one row a line"])
            yield line

    def wrong(self, line: int, message: str) -> None:
        """Note a problem of a line.

        Raises:
            DataError: these are too many.
        """
        self.problems.append(f"{self.path}:{line}: {message}")
        if len(self.problems) >= _PROBLEMS:
            raise DataError([*self.problems, "and perhaps more; it was not read to its end"])

    def need(self, row: Row, names: tuple[str, ...]) -> None:
        """See that a row has these columns; of a JSON Lines file the first, since there what is missing is left out.

        Raises:
            DataError: it has not.
        """
        if lacking := [name for name in names[: 1 if self._json else None] if name not in row.cells]:
            have = ", ".join(name for name in row.cells) or "nothing"
            line = row.line if self._json else 1
            raise DataError(
                [f"{self.path}:{line}: has no column {' and no column '.join(lacking)}; it has {have}. Name it so in the first line."]
            )


def _name(text: str, place: int) -> str:
    """A column's name as files of the lab can hold it; empty if it has none."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return name if name[:1].isalpha() or not text.strip() else f"column_{name or place}"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(_cell(part) for part in value)
    return "" if value is None else str(value)


def _encoding(path: Path, notes: list[str]) -> str:
    """UTF-8 or UTF-16 by its mark, UTF-16 by its zeros, UTF-8 if all of it is, else Windows-1252 with a note."""
    with path.open("rb") as file:
        start = file.read(4000)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in start:
            even, odd = start[::2].count(0), start[1::2].count(0)
            if start.startswith(b"PK") or min(even, odd) > max(even, odd) / 10:
                raise DataError([f"{path}: is not text; save it as CSV (in a spreadsheet: Save as, CSV UTF-8)"])
            return "utf-16-be" if even > odd else "utf-16-le"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(start)
            while piece := file.read(1 << 20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            notes.append(f"{path.name} is not UTF-8 and was read as Windows-1252; look at its accents and signs.")
            return "cp1252"
    return "utf-8-sig"


class Guess:
    """What a column holds, by all of its cells: yes or no, dates, numbers, money, few different values, or text. It remembers only these few."""

    def __init__(self) -> None:
        self.filled = 0
        self.values: dict[str, int] = {}
        """The different cells, in order, and how often each stands there; no more than may be a label's."""
        self._money = False
        self._may = set(_READ)

    def see(self, cell: str) -> None:
        """Take a cell that is not empty into account."""
        self.filled += 1
        self._may = {kind for kind in self._may if _READ[kind](cell) is not None}
        self._money |= bool(_SIGN.search(cell))
        if len(self.values) <= MOST_VALUES:
            self.values[cell] = self.values.get(cell, 0) + 1

    @property
    def kind(self) -> str:
        """The kind of field."""
        if not self.filled:
            return "text"
        if sure := next((kind for kind in _READ if kind in self._may), None):
            return "money" if sure == "number" and self._money else sure
        few = len(self.values) <= min(MOST_VALUES, self.filled // 2)
        return "label" if few and max(map(len, self.values)) <= LONGEST_VALUE else "text"


def value_of(kind: str, cell: str) -> Scalar:
    """A cell as a value of a field of that kind."""
    read = _READ.get("number" if kind == "money" else kind)
    return read(cell) if read else cell


_SIGN = re.compile(r"[€$£]|\b(?:EUR|USD|GBP|CHF)\b")
_PLAIN = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_COMMA = re.compile(r"[+-]?(?:0|[1-9]\d*),\d{1,2}")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ][\d:.]+Z?)?|(\d{1,2})\.(\d{1,2})\.(\d{4})")


def _flag(cell: str) -> str | None:
    return {"yes": "yes", "true": "yes", "y": "yes", "no": "no", "false": "no", "n": "no"}.get(cell.lower())


def _number(cell: str) -> float | None:
    """A number with a point or, of one or two decimals, with a comma. 01234 is none: it is a code."""
    text = _SIGN.sub("", cell).strip().removesuffix("%").strip()
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    elif _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if not _PLAIN.fullmatch(text) or len(text) > 15:
        return None
    return float(text) if "." in text else int(text)


def day_of(cell: str) -> str | None:
    """A date as 2026-03-04, from that or from 4.3.2026; None if it is no date. With slashes nobody knows which is the month."""
    found = _DAY.fullmatch(cell)
    if not found:
        return None
    year, month, day = (int(part) for part in (found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)))
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


_READ: dict[str, Callable[[str], Scalar]] = {"flag": _flag, "date": day_of, "number": _number}
