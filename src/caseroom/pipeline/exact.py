"""The exact parts, outside of any model: look-ups by SQL in the systems of record, and values computed by SQLite. The same input gives the same value."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from caseroom.cases.task import Task
from caseroom.errors import DataError
from caseroom.models.base import Value

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?")
"""A longer one is a name: a float would not hold its last digits."""
_NAME = re.compile(r"[A-Za-z_]\w*")
_PARAMETER = re.compile(r"(?<!:):([A-Za-z_]\w*)")
_STEPS = 2_000_000
"""SQLite's own steps after which a query is given up."""


class Tables:
    """The tables of a data folder in memory, for reading only."""

    def __init__(self, files: Sequence[Path]) -> None:
        """Reads the files.

        Raises:
            DataError: a file that is no table; names file and what to write instead.
        """
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        problems = []
        for path in files:
            try:
                self._load(path)
            except (DataError, OSError, UnicodeDecodeError, csv.Error, sqlite3.Error) as error:
                problems.append(f"{path}: cannot be read as a table ({error}); the first line names the columns, UTF-8, commas")
        if problems:
            raise DataError(problems)
        self._base.execute("PRAGMA query_only = ON")
        self._base.set_progress_handler(lambda: self._count(), 10_000)
        self._left = 0

    def _load(self, path: Path) -> None:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        if not rows or not all(_NAME.fullmatch(name) for name in (path.stem, *rows[0])):
            raise DataError(["names of tables and columns are letters, digits and _"])
        columns = [_column([row[i] if i < len(row) else "" for row in rows[1:]]) for i in range(len(rows[0]))]
        # a column of numbers compares by value with a text that is one: an order "1042" of a record meets the table's 1042
        kinds = ("NUMERIC" if any(isinstance(cell, int | float) for cell in column) else "" for column in columns)
        names = ", ".join(f'"{name}" {kind}' for name, kind in zip(rows[0], kinds, strict=True))
        self._base.execute(f'CREATE TABLE "{path.stem}" ({names})')
        marks = ", ".join("?" * len(rows[0]))
        self._base.executemany(f'INSERT INTO "{path.stem}" VALUES ({marks})', zip(*columns, strict=True))
        for name in rows[0]:
            self._base.execute(f'CREATE INDEX "{path.stem}_{name}" ON "{path.stem}" ("{name}")')

    def _count(self) -> int:
        self._left -= 10_000
        return int(self._left <= 0)

    def row(self, sql: str, values: Mapping[str, Value]) -> dict[str, Value] | None:
        """The first row that a query gives, by column; None if there is none.

        Raises:
            DataError: the query does not hold, or takes too long.
        """
        self._left = _STEPS
        try:
            cursor = self._base.execute(sql, {name: values.get(name) for name in _PARAMETER.findall(sql)})
            found = cursor.fetchone()
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise DataError([f"task.yaml: this query does not work ({error}): {' '.join(sql.split())[:200]}"]) from None
        return None if found is None else {part[0]: value for part, value in zip(cursor.description, found, strict=True)}

    def columns(self, sql: str) -> set[str]:
        """The names of the columns that a query gives.

        Raises:
            DataError: the query does not hold.
        """
        self._left = _STEPS
        try:
            cursor = self._base.execute(sql, dict.fromkeys(_PARAMETER.findall(sql)))
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise DataError([f"task.yaml: this query does not work ({error}): {' '.join(sql.split())[:200]}"]) from None
        return {part[0] for part in cursor.description}


def _column(cells: Sequence[str]) -> list[Value]:
    """A column as numbers if all of its cells are; an empty cell is nothing."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if filled and all(_NUMBER.fullmatch(cell) for cell in filled):
        return [float(cell) if cell.strip() else None for cell in cells]
    return [cell.strip() or None for cell in cells]


class Exact:
    """The look-ups and sums of a task over its tables."""

    def __init__(self, task: Task, tables: Tables) -> None:
        self._task, self._tables = task, tables

    @cached_property
    def covers(self) -> frozenset[str]:
        """Fields that are code's alone: the computed ones, and what stands in a system of record rather than in the item. A model's guess never stands in for them."""
        looked_up = set[str]().union(*(self._tables.columns(lookup.sql) for lookup in self._task.lookups))
        known = {field.name for field in self._task.fields if field.where == "documents"}
        return frozenset(looked_up & known | set(self._task.compute))

    def look_up(self, known: Mapping[str, Value]) -> tuple[dict[str, Value], list[str]]:
        """What the look-ups find, given what is known, and the sentences that say it. A look-up that lacks something it needs is skipped."""
        found: dict[str, Value] = {}
        said: list[str] = []
        for lookup in self._task.lookups:
            have = {**known, **found}
            if any(have.get(name) in (None, "") for name in lookup.needs):
                continue
            row = self._tables.row(lookup.sql, have)
            if row is None or all(value is None for value in row.values()):
                continue
            found.update({name: plain(value) for name, value in row.items()})
            if lookup.says and (sentence := filled(lookup.says, {**known, **found})):
                said.append(sentence)
        return found, said

    def compute(self, known: Mapping[str, Value], only: set[str] | None = None) -> dict[str, Value]:
        """The computed values, in order, each from what is known and what was computed before; `only` these names."""
        made: dict[str, Value] = {}
        for name, expression in self._task.compute.items():
            have = {**known, **made}
            if (only is not None and name not in only) or any(wanted not in have for wanted in _PARAMETER.findall(expression)):
                continue
            row = self._tables.row(f"SELECT {expression} AS value", have)
            made[name] = plain(row["value"]) if row else None
        return made


def plain(value: Value) -> Value:
    """Yes and no as words, whole numbers without a point: one form for each value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def filled(template: str, values: Mapping[str, Value]) -> str | None:
    """The sentence with its {names} filled in; None if one is missing."""
    names = re.findall(r"\{(\w+)\}", template)
    if any(values.get(name) in (None, "") for name in names):
        return None
    return re.sub(r"\{(\w+)\}", lambda match: str(plain(values[match[1]])), template)
