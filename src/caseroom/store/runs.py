"""Runs of the lab and edited proposals. A run's report is never changed."""

from __future__ import annotations

import sqlalchemy as sa

from caseroom.errors import RunNotFound
from caseroom.store import tables
from caseroom.store.database import Database
from caseroom.store.works import WorkStore


class RunStore(WorkStore):
    """Runs and proposals in a database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, tables.runs, _missing)

    run, runs = WorkStore.one, WorkStore.every

    def say(self, run_id: str, state: str, why: str) -> None:
        """Say more of why a run stands where it does; nothing happens if it stands elsewhere by now."""
        self._database.write(tables.runs.update().where(tables.runs.c.id == run_id, tables.runs.c.state == state).values(why=why))

    def proposal(self, session: str) -> str | None:
        """The edited proposal of a session, as its file's text; None if it was not edited."""
        rows = self._database.rows(sa.select(tables.proposals.c.text).where(tables.proposals.c.session == session))
        return rows[0].text if rows else None

    def keep_proposal(self, session: str, text: str | None) -> None:
        """Keep an edited proposal; None forgets the edits."""
        new = [] if text is None else [tables.proposals.insert().values(session=session, text=text)]
        self._database.write(tables.proposals.delete().where(tables.proposals.c.session == session), *new)


def _missing(run_id: str) -> RunNotFound:
    return RunNotFound(f"There is no run {run_id!r}. `caseroom runs list` shows those that are there.")
