"""Append events, read events. SQLAlchemy Core, so that SQLite today and PostgreSQL tomorrow are one implementation.

An event is committed before `append` returns. Two processes on one session are told apart by the number of the next event: whoever
comes second is told so, and nothing is lost.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError, SQLAlchemyError

from caseroom.errors import SessionMoved, SessionNotFound, StoreTooNew, StoreUnusable
from caseroom.events import Event, Session, Started, advance, from_dict, to_dict

VERSION = 2
"""1: sessions and events. 2: scorecards, too."""
_metadata = sa.MetaData()
_store = sa.Table("store", _metadata, sa.Column("version", sa.Integer, primary_key=True))
_sessions = sa.Table(
    "sessions",
    _metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("case_id", sa.String(200), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
)
_events = sa.Table(
    "events",
    _metadata,
    sa.Column("session", sa.String(32), sa.ForeignKey("sessions.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)
_scorecards = sa.Table(
    "scorecards",
    _metadata,
    sa.Column("session", sa.String(32), sa.ForeignKey("sessions.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("length", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # no letters that are taken for others


@dataclass(frozen=True, slots=True)
class Stored:
    """A session with its id."""

    id: str
    session: Session


@dataclass(frozen=True, slots=True)
class KeptScorecard:
    """A scorecard as it was made at some time by some judge."""

    number: int
    """1, 2, 3 … in the order of grading."""
    created: str
    """Wall time, ISO 8601 in UTC."""
    length: int
    """How many events the session had."""
    body: dict[str, Any]


class SessionStore:
    """The store at a database address."""

    def __init__(self, url: str) -> None:
        """Opens the store, and makes it where there is none.

        Raises:
            StoreTooNew: written by a newer caseroom.
            StoreUnusable: cannot be opened or written.
        """
        self.url = url
        self._folded: dict[str, Session] = {}
        self._where = url.removeprefix("sqlite:///")
        try:
            if url.startswith("sqlite:///"):
                Path(self._where).parent.mkdir(parents=True, exist_ok=True)
            self._engine = sa.create_engine(url)
        except (OSError, SQLAlchemyError) as error:
            raise self._unusable(error) from None
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _careful_sqlite)
        self._prepare()

    def _prepare(self) -> None:
        with self._guarded(), self._engine.begin() as connection:
            known = sa.inspect(connection).has_table("store")
            version = connection.execute(sa.select(sa.func.max(_store.c.version))).scalar() if known else None
            if version is not None and version > VERSION:
                raise StoreTooNew(
                    f"The session store {self._where} was written by a newer caseroom (form {version}; this one knows {VERSION}). "
                    "Update caseroom, or set CASEROOM_HOME to another folder."
                )
            if version is None or version < VERSION:
                _metadata.create_all(connection)  # version 2 only adds a table
                _insert_once(connection, _store, {"version": VERSION})

    @contextmanager
    def _guarded(self) -> Iterator[None]:
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
            advice = "The disk is full; free some space and run `caseroom practice --resume`. All that was stored stands."
        elif "malformed" in said or "not a database" in said:
            advice = "The file is damaged. Move it away to start a new store; `sqlite3 FILE .recover` may bring the sessions back."
        elif "locked" in said:
            advice = "Another process is writing to it; try again."
        else:
            advice = "Check the address (CASEROOM_STORE) and the folder (CASEROOM_HOME)."
        return StoreUnusable(f"The session store {self._where} cannot be used: {said}. {advice}")

    def start(self, event: Started) -> str:
        """Begin a session; returns its id."""
        session_id = "".join(secrets.choice(_LETTERS) for _ in range(8))
        with self._guarded(), self._engine.begin() as connection:
            connection.execute(_sessions.insert().values(id=session_id, case_id=event.case, created=event.created))
            connection.execute(_events.insert().values(session=session_id, number=0, body=_body(event)))
        return session_id

    def append(self, session_id: str, expected: int, events: Sequence[Event]) -> None:
        """Add events as numbers `expected`, `expected + 1`, …; committed when it returns, all or none.

        Raises:
            SessionMoved: somebody else added events meanwhile.
            StoreUnusable: could not be written.
        """
        rows = [{"session": session_id, "number": expected + i, "body": _body(event)} for i, event in enumerate(events)]
        try:
            with self._guarded(), self._engine.begin() as connection:
                connection.execute(_events.insert(), rows)
        except IntegrityError:
            raise SessionMoved(
                f"Session {session_id} went on in another window. Nothing was lost; `caseroom practice --resume {session_id}` takes it up there."
            ) from None

    def events(self, session_id: str) -> list[Event]:
        """All events of a session, in order.

        Raises:
            SessionNotFound: no such session.
        """
        with self._guarded(), self._engine.connect() as connection:
            query = sa.select(_events.c.body).where(_events.c.session == session_id).order_by(_events.c.number)
            bodies = connection.execute(query).scalars().all()
        if not bodies:
            raise SessionNotFound(f"There is no session {session_id!r}. `caseroom sessions list` shows those that are there.")
        return [_event(body, session_id) for body in bodies]

    def session(self, session_id: str) -> Session:
        """The state of a session.

        Raises:
            SessionNotFound: no such session.
        """
        with self._guarded(), self._engine.connect() as connection:
            known = connection.execute(sa.select(_sessions.c.id).where(_sessions.c.id == session_id)).scalar()
            if known is None:
                self._folded.pop(session_id, None)
                raise SessionNotFound(f"There is no session {session_id!r}. `caseroom sessions list` shows those that are there.")
            return self._fold(connection, session_id)

    def _fold(self, connection: sa.Connection, session_id: str) -> Session:
        """The session, from where it was folded last: events are only ever appended, so what was folded stays true."""
        session = self._folded.get(session_id, Session())
        query = (
            sa.select(_events.c.body).where(_events.c.session == session_id, _events.c.number >= session.length).order_by(_events.c.number)
        )
        for body in connection.execute(query).scalars():
            session = advance(session, _event(body, session_id))
        self._folded[session_id] = session
        return session

    def sessions(self) -> list[Stored]:
        """All sessions, the newest first."""
        lengths = sa.select(_events.c.session, sa.func.count().label("length")).group_by(_events.c.session).subquery()
        with self._guarded(), self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(_sessions.c.id, lengths.c.length)
                .join(lengths, lengths.c.session == _sessions.c.id)
                .order_by(_sessions.c.created.desc(), _sessions.c.id)
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
        number = len(self.scorecards(session_id)) + 1
        row = {
            "session": session_id,
            "number": number,
            "created": created,
            "length": length,
            "body": json.dumps(body, separators=(",", ":")),
        }
        try:
            with self._guarded(), self._engine.begin() as connection:
                connection.execute(_scorecards.insert(), row)
        except IntegrityError:
            raise SessionMoved(f"Session {session_id} was graded in another window at the same moment; look again.") from None
        return KeptScorecard(number, created, length, body)

    def scorecard_numbers(self) -> dict[str, list[tuple[int, int]]]:
        """For each session that was graded: (number, how many events the session had) of its scorecards, the oldest first."""
        found: dict[str, list[tuple[int, int]]] = {}
        columns = (_scorecards.c.session, _scorecards.c.number, _scorecards.c.length)
        with self._guarded(), self._engine.connect() as connection:
            for session_id, number, length in connection.execute(sa.select(*columns).order_by(*columns[:2])):
                found.setdefault(session_id, []).append((number, length))
        return found

    def scorecards(self, session_id: str) -> list[KeptScorecard]:
        """All scorecards of a session, the oldest first."""
        with self._guarded(), self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(_scorecards).where(_scorecards.c.session == session_id).order_by(_scorecards.c.number)
            ).all()
        return [KeptScorecard(row.number, row.created, row.length, json.loads(row.body)) for row in rows]

    def delete(self, session_id: str) -> None:
        """Remove a session with its events and scorecards for good.

        Raises:
            SessionNotFound: no such session.
        """
        with self._guarded(), self._engine.begin() as connection:
            for table in (_scorecards, _events):
                connection.execute(table.delete().where(table.c.session == session_id))
            gone = connection.execute(_sessions.delete().where(_sessions.c.id == session_id)).rowcount
        if not gone:
            raise SessionNotFound(f"There is no session {session_id!r}. `caseroom sessions list` shows those that are there.")

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


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


def _body(event: Event) -> str:
    return json.dumps(to_dict(event), ensure_ascii=True, separators=(",", ":"))


def _event(body: str, session_id: str) -> Event:
    try:
        return from_dict(json.loads(body))
    except (KeyError, TypeError, ValueError) as error:
        raise StoreTooNew(f"Session {session_id} holds something that this caseroom does not know ({error}). Update caseroom.") from None
