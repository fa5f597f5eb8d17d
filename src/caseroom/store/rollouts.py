"""Rollouts: what was asked, where each stands, its report, and what a person on call did. A report is set once; actions append."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseroom.errors import RolloutNotFound, SessionMoved, SessionNotFound
from caseroom.store import tables
from caseroom.store.database import Database, new_id

_MOVED = (
    "This drill went on in another window since the page was shown. Nothing of this was done; open the drill again to see where it stands."
)


@dataclass(frozen=True, slots=True)
class KeptRollout:
    """A rollout as it is stored."""

    id: str
    created: str
    session: str | None
    state: str
    """open, running, stopped, failed or done."""
    why: str
    asked: dict[str, Any]
    report: dict[str, Any] | None


class RolloutStore:
    """Rollouts in a database."""

    def __init__(self, database: Database) -> None:
        self._engine, self._guarded = database.engine, database.guarded

    def begin(self, created: str, session: str | None, asked: dict[str, Any]) -> KeptRollout:
        """Keep what was asked.

        Raises:
            SessionNotFound: the session is gone.
        """
        row = {"id": new_id(), "created": created, "session": session, "state": "open", "why": "", "asked": json.dumps(asked)}
        try:
            with self._guarded(), self._engine.begin() as connection:
                connection.execute(tables.rollouts.insert().values(**row))
        except IntegrityError:
            raise SessionNotFound(f"There is no session {session!r}. `caseroom sessions list` shows those that are there.") from None
        return KeptRollout(str(row["id"]), created, session, "open", "", asked, None)

    def set(self, rollout_id: str, state: str, why: str = "", report: dict[str, Any] | None = None) -> None:
        """Where a rollout stands now; a report is only set once."""
        values: dict[str, Any] = {"state": state, "why": why, **({"report": json.dumps(report)} if report is not None else {})}
        with self._guarded(), self._engine.begin() as connection:
            connection.execute(tables.rollouts.update().where(tables.rollouts.c.id == rollout_id).values(**values))

    def rollout(self, rollout_id: str) -> KeptRollout:
        """A rollout with its report.

        Raises:
            RolloutNotFound: no such rollout.
        """
        with self._guarded(), self._engine.connect() as connection:
            row = connection.execute(sa.select(tables.rollouts).where(tables.rollouts.c.id == rollout_id)).first()
        if row is None:
            raise RolloutNotFound(f"There is no rollout {rollout_id!r}. `caseroom rollout --list` shows those that are there.")
        report = json.loads(row.report) if row.report else None
        return KeptRollout(row.id, row.created, row.session, row.state, row.why, json.loads(row.asked), report)

    def rollouts(self) -> list[KeptRollout]:
        """All rollouts, the newest first, without their reports."""
        columns = [column for column in tables.rollouts.c if column.name != "report"]
        with self._guarded(), self._engine.connect() as connection:
            rows = connection.execute(sa.select(*columns).order_by(tables.rollouts.c.created.desc(), tables.rollouts.c.id)).all()
        return [KeptRollout(row.id, row.created, row.session, row.state, row.why, json.loads(row.asked), None) for row in rows]

    def delete(self, rollout_id: str) -> None:
        """Remove a rollout for good, and what was done in it.

        Raises:
            RolloutNotFound: no such rollout.
        """
        self.rollout(rollout_id)
        with self._guarded(), self._engine.begin() as connection:
            connection.execute(tables.rollout_actions.delete().where(tables.rollout_actions.c.rollout == rollout_id))
            connection.execute(tables.rollouts.delete().where(tables.rollouts.c.id == rollout_id))

    def act(self, rollout_id: str, created: str, body: dict[str, Any], number: int | None = None) -> int:
        """Append what a person on call did; gives its number. With a number it is only appended if it is the next one.

        Raises:
            RolloutNotFound: no such rollout.
            SessionMoved: somebody else appended since.
        """
        self.rollout(rollout_id)
        of = tables.rollout_actions.c
        with self._guarded(), self._engine.begin() as connection:
            last = connection.execute(sa.select(sa.func.max(of.number)).where(of.rollout == rollout_id)).scalar()
            following = 0 if last is None else int(last) + 1
            if number not in (None, following):
                raise SessionMoved(_MOVED)
            row = {"rollout": rollout_id, "number": following, "created": created, "body": json.dumps(body)}
            try:
                connection.execute(tables.rollout_actions.insert().values(**row))
            except IntegrityError:
                raise SessionMoved(_MOVED) from None
        return following

    def actions(self, rollout_id: str) -> list[dict[str, Any]]:
        """What a person on call did, in order."""
        of = tables.rollout_actions.c
        with self._guarded(), self._engine.connect() as connection:
            rows = connection.execute(sa.select(of.body).where(of.rollout == rollout_id).order_by(of.number)).scalars().all()
        return [json.loads(body) for body in rows]
