"""Runs of the lab and edited proposals. A run is what was asked, where it stands, and its report; a report is never changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caseroom.errors import RunNotFound, SessionNotFound
from caseroom.store import tables
from caseroom.store.database import Database, new_id

State = str
"""open, running, stopped, failed, waiting or done."""


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run as it is stored."""

    id: str
    created: str
    session: str | None
    state: State
    why: str
    asked: dict[str, Any]
    report: dict[str, Any] | None


class RunStore:
    """Runs and proposals in a database."""

    def __init__(self, database: Database) -> None:
        self._engine, self._guarded = database.engine, database.guarded

    def begin(self, created: str, session: str | None, asked: dict[str, Any]) -> KeptRun:
        """Keep what was asked.

        Raises:
            SessionNotFound: the session is gone.
        """
        run_id, body = new_id(), json.dumps(asked)
        try:
            with self._guarded(), self._engine.begin() as connection:
                row = {"id": run_id, "created": created, "session": session, "state": "open", "why": "", "asked": body}
                connection.execute(tables.runs.insert().values(**row))
        except sa.exc.IntegrityError:
            raise SessionNotFound(f"There is no session {session!r}. `caseroom sessions list` shows those that are there.") from None
        return KeptRun(run_id, created, session, "open", "", asked, None)

    def set(self, run_id: str, state: State, why: str = "", report: dict[str, Any] | None = None) -> None:
        """Where a run stands now; a report is only set once."""
        values: dict[str, Any] = {"state": state, "why": why}
        if report is not None:
            values["report"] = json.dumps(report)
        with self._guarded(), self._engine.begin() as connection:
            connection.execute(tables.runs.update().where(tables.runs.c.id == run_id).values(**values))

    def say(self, run_id: str, state: State, why: str) -> None:
        """Say more of why a run stands where it does; nothing happens if it stands elsewhere by now."""
        where = (tables.runs.c.id == run_id, tables.runs.c.state == state)
        with self._guarded(), self._engine.begin() as connection:
            connection.execute(tables.runs.update().where(*where).values(why=why))

    def run(self, run_id: str) -> KeptRun:
        """A run with its report.

        Raises:
            RunNotFound: no such run.
        """
        with self._guarded(), self._engine.connect() as connection:
            row = connection.execute(sa.select(tables.runs).where(tables.runs.c.id == run_id)).first()
        if row is None:
            raise RunNotFound(f"There is no run {run_id!r}. `caseroom runs list` shows those that are there.")
        report = json.loads(row.report) if row.report else None
        return KeptRun(row.id, row.created, row.session, row.state, row.why, json.loads(row.asked), report)

    def runs(self) -> list[KeptRun]:
        """All runs, the newest first, without their reports."""
        columns = [column for column in tables.runs.c if column.name != "report"]
        with self._guarded(), self._engine.connect() as connection:
            rows = connection.execute(sa.select(*columns).order_by(tables.runs.c.created.desc(), tables.runs.c.id)).all()
        return [KeptRun(row.id, row.created, row.session, row.state, row.why, json.loads(row.asked), None) for row in rows]

    def delete(self, run_id: str) -> None:
        """Remove a run for good.

        Raises:
            RunNotFound: no such run.
        """
        self.run(run_id)
        with self._guarded(), self._engine.begin() as connection:
            connection.execute(tables.runs.delete().where(tables.runs.c.id == run_id))

    def proposal(self, session: str) -> str | None:
        """The edited proposal of a session, as its file's text; None if it was not edited."""
        query = sa.select(tables.proposals.c.text).where(tables.proposals.c.session == session)
        with self._guarded(), self._engine.connect() as connection:
            text: str | None = connection.execute(query).scalar()
        return text

    def keep_proposal(self, session: str, text: str | None) -> None:
        """Keep an edited proposal; None forgets the edits."""
        with self._guarded(), self._engine.begin() as connection:
            connection.execute(tables.proposals.delete().where(tables.proposals.c.session == session))
            if text is not None:
                connection.execute(tables.proposals.insert().values(session=session, text=text))
