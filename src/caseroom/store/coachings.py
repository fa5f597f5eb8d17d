"""What the coach said of finished sessions. It is appended and never changed, and goes with its session."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseroom.errors import SessionMoved
from caseroom.store import tables
from caseroom.store.database import Database


@dataclass(frozen=True, slots=True)
class KeptCoaching:
    """What was said at some time."""

    number: int
    created: str
    """Wall time, ISO 8601 in UTC."""
    length: int
    """How many events the session had."""
    body: list[dict[str, Any]]


class CoachingStore:
    """The coach's words in a database."""

    def __init__(self, database: Database) -> None:
        self._engine, self._guarded = database.engine, database.guarded

    def keep(self, session_id: str, created: str, length: int, body: list[dict[str, Any]]) -> None:
        """Keep what was said, after what is there.

        Raises:
            SessionMoved: the session is gone, or another process kept some at the same moment.
            StoreUnusable: could not be written.
        """
        number = len(self.of(session_id)) + 1
        row = {
            "session": session_id,
            "number": number,
            "created": created,
            "length": length,
            "body": json.dumps(body, separators=(",", ":")),
        }
        try:
            with self._guarded(), self._engine.begin() as connection:
                connection.execute(tables.coachings.insert(), row)
        except IntegrityError:
            raise SessionMoved(
                f"Session {session_id} was coached in another window at the same moment, or is deleted; look again."
            ) from None

    def of(self, session_id: str) -> list[KeptCoaching]:
        """All that was said of a session, the oldest first."""
        query = sa.select(tables.coachings).where(tables.coachings.c.session == session_id).order_by(tables.coachings.c.number)
        with self._guarded(), self._engine.connect() as connection:
            return [KeptCoaching(row.number, row.created, row.length, json.loads(row.body)) for row in connection.execute(query)]
