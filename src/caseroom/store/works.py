"""Work that was asked for and takes long, one table for each kind: what was asked, where it stands, and its report. A report is set once and never changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caseroom.errors import CaseroomError
from caseroom.store.database import Database, new_id, no_session


@dataclass(frozen=True, slots=True)
class KeptWork:
    """Work as it is stored."""

    id: str
    created: str
    session: str | None
    state: str
    """open, running, stopped, failed or done; a run may be waiting, too."""
    why: str
    asked: dict[str, Any]
    report: dict[str, Any] | None


class WorkStore:
    """Work of one kind in a database."""

    def __init__(self, database: Database, table: sa.Table, missing: Callable[[str], CaseroomError]) -> None:
        """`missing` makes the error of an id that is not there."""
        self._database, self._table, self._missing = database, table, missing

    def begin(self, created: str, session: str | None, asked: dict[str, Any]) -> KeptWork:
        """Keep what was asked.

        Raises:
            SessionNotFound: the session is gone.
        """
        kept = KeptWork(new_id(), created, session, "open", "", asked, None)
        row = {"id": kept.id, "created": created, "session": session, "state": kept.state, "why": kept.why, "asked": json.dumps(asked)}
        if not self._database.added(self._table, row):
            raise no_session(str(session))
        return kept

    def set(self, work_id: str, state: str, why: str = "", report: dict[str, Any] | None = None) -> None:
        """Where it stands now; a report is only set once."""
        values: dict[str, Any] = {"state": state, "why": why, **({"report": json.dumps(report)} if report is not None else {})}
        self._database.write(self._table.update().where(self._table.c.id == work_id).values(**values))

    def one(self, work_id: str) -> KeptWork:
        """One with its report.

        Raises:
            RunNotFound, RolloutNotFound: there is none.
        """
        rows = self._database.rows(sa.select(self._table).where(self._table.c.id == work_id))
        if not rows:
            raise self._missing(work_id)
        return _kept(rows[0], rows[0].report)

    def every(self) -> list[KeptWork]:
        """All, the newest first, without their reports."""
        of = self._table.c
        columns = [column for column in of if column.name != "report"]
        return [_kept(row) for row in self._database.rows(sa.select(*columns).order_by(of.created.desc(), of.id))]

    def delete(self, work_id: str) -> None:
        """Remove one for good, with all that belongs to it.

        Raises:
            RunNotFound, RolloutNotFound: there is none.
        """
        if not self._database.write(self._table.delete().where(self._table.c.id == work_id)):
            raise self._missing(work_id)


def _kept(row: Any, report: str | None = None) -> KeptWork:
    return KeptWork(
        row.id, row.created, row.session, row.state, row.why, json.loads(row.asked), json.loads(report) if report else None
    )  # fmt: skip
