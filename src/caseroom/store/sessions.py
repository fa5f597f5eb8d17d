"""Append events, read events.

An event is committed before `append` returns. Two processes on one session are told apart by the number of the next event: whoever
comes second is told so, and nothing is lost.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caseroom.errors import SessionMoved, StoreTooNew
from caseroom.events import Event, Session, Started, advance, from_dict, to_dict
from caseroom.store import tables
from caseroom.store.database import Database, new_id, no_session
from caseroom.store.numbered import KeptOfSession, OfSessions
from caseroom.store.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Stored:
    """A session with its id."""

    id: str
    session: Session


KeptScorecard = KeptOfSession[dict[str, Any]]
"""A scorecard as it was made at some time by some judge."""


class SessionStore:
    """Sessions, their events and scorecards in a database."""

    def __init__(self, where: str | Database, *, keep_readings: int | None = None) -> None:
        """The store at a database address, or in a database that is open. `keep_readings`: days; None: for ever.

        Raises:
            StoreTooNew: written by a newer caseroom.
            StoreUnusable: cannot be opened or written.
        """
        self.database = where if isinstance(where, Database) else Database(where)
        self.url, self.readings = self.database.url, Recorder(self.database, keep_readings)
        self._engine, self._guarded = self.database.engine, self.database.guarded
        moved = "was graded in another window at the same moment; look again."
        self._scorecards = OfSessions[dict[str, Any]](self.database, tables.scorecards, moved)
        self._folded: dict[str, Session] = {}

    def close(self) -> None:
        """Write what waits, and let go of the database."""
        self.readings.flush()
        self.database.close()

    def start(self, event: Started) -> str:
        """Begin a session; returns its id."""
        session_id = new_id()
        self.database.write(
            tables.sessions.insert().values(id=session_id, case_id=event.case, created=event.created),
            tables.events.insert().values(session=session_id, number=0, body=_body(event)),
        )
        return session_id

    def append(self, session_id: str, expected: int, events: Sequence[Event]) -> None:
        """Add events as numbers `expected`, `expected + 1`, …; committed when it returns, all or none.

        Raises:
            SessionMoved: somebody else added events meanwhile.
            StoreUnusable: could not be written.
        """
        rows = [{"session": session_id, "number": expected + i, "body": _body(event)} for i, event in enumerate(events)]
        if not self.database.added(tables.events, rows):
            raise SessionMoved(
                f"Session {session_id} went on in another window. Nothing was lost; `caseroom practice --resume {session_id}` takes it up there."
            )

    def events(self, session_id: str) -> list[Event]:
        """All events of a session, in order.

        Raises:
            SessionNotFound: no such session.
        """
        query = sa.select(tables.events.c.body).where(tables.events.c.session == session_id).order_by(tables.events.c.number)
        rows = self.database.rows(query)
        if not rows:
            raise no_session(session_id)
        return [_event(row.body, session_id) for row in rows]

    def session(self, session_id: str) -> Session:
        """The state of a session.

        Raises:
            SessionNotFound: no such session.
        """
        with self._guarded(), self._engine.connect() as connection:
            known = connection.execute(sa.select(tables.sessions.c.id).where(tables.sessions.c.id == session_id)).scalar()
            if known is None:
                self._folded.pop(session_id, None)
                raise no_session(session_id)
            return self._fold(connection, session_id)

    def _fold(self, connection: sa.Connection, session_id: str) -> Session:
        """The session, from where it was folded last: events are only ever appended, so what was folded stays true."""
        session = self._folded.get(session_id, Session())
        query = (
            sa.select(tables.events.c.body)
            .where(tables.events.c.session == session_id, tables.events.c.number >= session.length)
            .order_by(tables.events.c.number)
        )
        for body in connection.execute(query).scalars():
            session = advance(session, _event(body, session_id))
        self._folded[session_id] = session
        return session

    def sessions(self) -> list[Stored]:
        """All sessions, the newest first."""
        lengths = sa.select(tables.events.c.session, sa.func.count().label("length")).group_by(tables.events.c.session).subquery()
        with self._guarded(), self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(tables.sessions.c.id, lengths.c.length)
                .join(lengths, lengths.c.session == tables.sessions.c.id)
                .order_by(tables.sessions.c.created.desc(), tables.sessions.c.id)
            ).all()
            found = []
            for session_id, length in rows:
                known = self._folded.get(session_id)
                found.append(Stored(session_id, known if known and known.length == length else self._fold(connection, session_id)))
        return found

    def keep_scorecard(self, session_id: str, created: str, length: int, body: dict[str, Any]) -> KeptScorecard:
        """Keep a scorecard after those that are there.

        Raises:
            SessionMoved: another process kept one at the same moment.
            StoreUnusable: could not be written.
        """
        return self._scorecards.keep(session_id, created, length, body)

    def scorecard_numbers(self) -> dict[str, list[tuple[int, int]]]:
        """For each session that was graded: (number, how many events the session had) of its scorecards, the oldest first."""
        found: dict[str, list[tuple[int, int]]] = {}
        columns = (tables.scorecards.c.session, tables.scorecards.c.number, tables.scorecards.c.length)
        for session_id, number, length in self.database.rows(sa.select(*columns).order_by(*columns[:2])):
            found.setdefault(session_id, []).append((number, length))
        return found

    def scorecards(self, session_id: str) -> list[KeptScorecard]:
        """All scorecards of a session, the oldest first."""
        return self._scorecards.of(session_id)

    def delete(self, session_id: str) -> None:
        """Remove a session with its events and scorecards for good.

        Raises:
            SessionNotFound: no such session.
        """
        calls, parts = tables.model_calls, (tables.runs, tables.proposals, tables.scorecards, tables.events)
        gone = self.database.write(
            *(table.delete().where(table.c.session == session_id) for table in parts),
            calls.update().where(calls.c.session == session_id).values(session=None),
            tables.sessions.delete().where(tables.sessions.c.id == session_id),
        )
        if not gone:
            raise no_session(session_id)


def _body(event: Event) -> str:
    return json.dumps(to_dict(event), ensure_ascii=True, separators=(",", ":"))


def _event(body: str, session_id: str) -> Event:
    try:
        return from_dict(json.loads(body))
    except (KeyError, TypeError, ValueError) as error:
        raise StoreTooNew(f"Session {session_id} holds something that this caseroom does not know ({error}). Update caseroom.") from None
