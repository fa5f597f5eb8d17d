"""The database behind the stores: opened, prepared, guarded. SQLAlchemy Core, so that SQLite today and PostgreSQL tomorrow are one implementation."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError, SQLAlchemyError

from caseroom.errors import SessionNotFound, StoreTooNew, StoreUnusable
from caseroom.store import tables

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # no letters that are taken for others


def new_id() -> str:
    """A short random id that is easy to read out."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


def no_session(session_id: str) -> SessionNotFound:
    """The error of a session that is not there."""
    return SessionNotFound(f"There is no session {session_id!r}. `caseroom sessions list` shows those that are there.")


class Database:
    """A database at an address."""

    def __init__(self, url: str) -> None:
        """Opens it, and makes it where there is none.

        Raises:
            StoreTooNew: written by a newer caseroom.
            StoreUnusable: cannot be opened or written.
        """
        self.url = url
        self._where = url.removeprefix("sqlite:///")
        try:
            if url.startswith("sqlite:///"):
                Path(self._where).parent.mkdir(parents=True, exist_ok=True)
            self.engine = sa.create_engine(url)
        except (OSError, SQLAlchemyError) as error:
            raise self._unusable(error) from None
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _careful_sqlite)
        self._prepare()

    def _prepare(self) -> None:
        with self.guarded(), self.engine.begin() as connection:
            known = sa.inspect(connection).has_table("store")
            version = connection.execute(sa.select(sa.func.max(tables.store.c.version))).scalar() if known else None
            if version is not None and version > tables.VERSION:
                raise StoreTooNew(
                    f"The session store {self._where} was written by a newer caseroom (form {version}; this one knows {tables.VERSION}). "
                    "Update caseroom, or set CASEROOM_HOME to another folder."
                )
            there = set(sa.inspect(connection).get_table_names())
            if not there.issuperset(tables.metadata.tables):  # all versions only add tables, and two may be added side by side
                tables.metadata.create_all(connection)
            if version is None or version < tables.VERSION:
                _insert_once(connection, tables.store, {"version": tables.VERSION})

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Errors of the database as errors of the tree, with what to do next; an integrity error passes."""
        try:
            yield
        except IntegrityError:
            raise
        except (DatabaseError, OSError, SQLAlchemyError) as error:
            raise self._unusable(error) from None

    def _unusable(self, error: Exception) -> StoreUnusable:
        said = str(getattr(error, "orig", None) or error).splitlines()[0]
        if "readonly" in said or "unable to open" in said or isinstance(error, PermissionError):
            advice = "It cannot be written; check the folder's permissions, or set CASEROOM_HOME to a folder that you can write."
        elif "full" in said or "No space" in said:
            advice = "The disk is full; free some space and go on (`caseroom practice --resume`, `caseroom runs go-on`). All that was stored stands."
        elif "malformed" in said or "not a database" in said:
            advice = "The file is damaged. Move it away to start a new store; `sqlite3 FILE .recover` may bring the sessions back."
        elif "locked" in said:
            advice = "Another process is writing to it; try again."
        else:
            advice = "Check the address (CASEROOM_STORE) and the folder (CASEROOM_HOME)."
        return StoreUnusable(f"The session store {self._where} cannot be used: {said}. {advice}")

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        """All rows of a query."""
        with self.guarded(), self.engine.connect() as connection:
            return list(connection.execute(query))

    def write(self, *statements: sa.Executable) -> int:
        """Carry statements out, all or none; how many rows the last one met."""
        met = 0
        with self.guarded(), self.engine.begin() as connection:
            for statement in statements:
                met = connection.execute(statement).rowcount
        return met

    def added(self, table: sa.Table, rows: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> bool:
        """Insert rows, all or none; False where one of that key is there already, or what it belongs to is gone."""
        try:
            with self.guarded(), self.engine.begin() as connection:
                connection.execute(table.insert(), rows)
        except IntegrityError:
            return False
        return True

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def _careful_sqlite(connection: Any, _record: object) -> None:
    """Readers and a writer side by side; waits for the other process; a committed event survives a power cut."""
    cursor = connection.cursor()
    for pragma in ("busy_timeout=10000", "foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _insert_once(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> None:
    try:
        with connection.begin_nested():
            connection.execute(table.insert().values(row))
    except IntegrityError:
        pass  # another process made the store at the same moment
