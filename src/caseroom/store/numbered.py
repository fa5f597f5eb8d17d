"""Bodies by whom they belong to and by number. They are appended and never changed: a number that is taken is refused, so two processes never write over each other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from caseroom.errors import SessionMoved
from caseroom.store.database import Database

Body = TypeVar("Body")


class Numbered:
    """The bodies of a table whose key is an owner and a number."""

    def __init__(self, database: Database, table: sa.Table) -> None:
        self._database, self._table, self._owner = database, table, next(iter(table.primary_key))

    def rows(self, owner: str) -> list[Any]:
        """The rows of an owner, in order; `body` is JSON."""
        return self._database.rows(sa.select(self._table).where(self._owner == owner).order_by(self._table.c.number))

    def newest(self, owner: str) -> int | None:
        """The last number of an owner; None where there is none."""
        number: int | None = self._database.rows(sa.select(sa.func.max(self._table.c.number)).where(self._owner == owner))[0][0]
        return number

    def add(self, owner: str, number: int, body: Any, **more: Any) -> bool:
        """Append a body; False where its number is taken, or the owner is gone."""
        packed = json.dumps(body, separators=(",", ":"))
        return self._database.added(self._table, {self._owner.name: owner, "number": number, "body": packed, **more})


@dataclass(frozen=True, slots=True)
class KeptOfSession(Generic[Body]):
    """What was made of a session at some time."""

    number: int
    """1, 2, 3 … in the order of making."""
    created: str
    """Wall time, ISO 8601 in UTC."""
    length: int
    """How many events the session had."""
    body: Body


class OfSessions(Generic[Body]):
    """What is made of sessions, again and again, in a database."""

    def __init__(self, database: Database, table: sa.Table, moved: str) -> None:
        """`moved` says what happened to a session where a number is taken."""
        self._numbered, self._moved = Numbered(database, table), moved

    def keep(self, session_id: str, created: str, length: int, body: Body) -> KeptOfSession[Body]:
        """Keep one after those that are there.

        Raises:
            SessionMoved: another process kept one at the same moment, or the session is gone.
            StoreUnusable: could not be written.
        """
        number = (self._numbered.newest(session_id) or 0) + 1
        if not self._numbered.add(session_id, number, body, created=created, length=length):
            raise SessionMoved(f"Session {session_id} {self._moved}")
        return KeptOfSession(number, created, length, body)

    def of(self, session_id: str) -> list[KeptOfSession[Body]]:
        """All of a session, the oldest first."""
        return [KeptOfSession(row.number, row.created, row.length, json.loads(row.body)) for row in self._numbered.rows(session_id)]
