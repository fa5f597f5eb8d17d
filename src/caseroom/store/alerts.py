"""Alerts that were raised about the product, and what people did about them. An action is appended and never changed; an alert only grows older."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseroom.store import tables
from caseroom.store.database import Database

_ALERTS, _ACTIONS = tables.alerts, tables.alert_actions


@dataclass(frozen=True, slots=True)
class KeptAlert:
    """An alert as it is stored."""

    id: str
    watch: str
    since: str
    """The day on which it was raised."""
    last: str
    """The last day on which it held."""
    level: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptAction:
    """What somebody did."""

    watch: str
    alert: str | None
    """The alert that it is about; None where it is about the whole watch."""
    when: str
    action: str
    """acknowledge, silence or speak."""
    until: str | None
    """The last day of a silence."""
    reason: str = ""


class AlertStore:
    """Alerts and actions in a database."""

    def __init__(self, database: Database) -> None:
        self._engine, self._guarded = database.engine, database.guarded

    def keep(self, alert: KeptAlert) -> bool:
        """Keep an alert as it stands now; True if it was not there before. Two processes that keep the same one leave one."""
        row = {
            "id": alert.id,
            "watch": alert.watch,
            "since": alert.since,
            "last": alert.last,
            "level": alert.level,
            "body": json.dumps(dict(alert.body)),
        }
        changed = _ALERTS.update().where(_ALERTS.c.id == alert.id)
        try:
            with self._guarded(), self._engine.begin() as connection:
                if connection.execute(changed.values(last=alert.last, level=alert.level, body=row["body"])).rowcount:
                    return False
                connection.execute(_ALERTS.insert().values(row))
        except IntegrityError:
            return False
        return True

    def alerts(self) -> list[KeptAlert]:
        """All alerts, the newest first."""
        with self._guarded(), self._engine.connect() as connection:
            rows = connection.execute(sa.select(_ALERTS).order_by(_ALERTS.c.since.desc(), _ALERTS.c.id)).all()
        return [KeptAlert(row.id, row.watch, row.since, row.last, row.level, json.loads(row.body)) for row in rows]

    def act(self, action: KeptAction) -> None:
        """Keep what somebody did."""
        row = {
            "watch": action.watch,
            "alert": action.alert,
            "when": action.when,
            "action": action.action,
            "until": action.until,
            "reason": action.reason,
        }
        with self._guarded(), self._engine.begin() as connection:
            connection.execute(_ACTIONS.insert().values(row))

    def actions(self) -> list[KeptAction]:
        """All that was done, in order."""
        with self._guarded(), self._engine.connect() as connection:
            rows = connection.execute(sa.select(_ACTIONS).order_by(_ACTIONS.c.number)).all()
        return [KeptAction(row.watch, row.alert, row.when, row.action, row.until, row.reason) for row in rows]

    def forget(self) -> None:
        """Remove all alerts and actions."""
        with self._guarded(), self._engine.begin() as connection:
            for table in (_ACTIONS, _ALERTS):
                connection.execute(table.delete())
