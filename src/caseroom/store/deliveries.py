"""Who was told of which alert. Whoever tells takes the alert for a sink first, so that of several processes one tells it; nothing is sent here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from caseroom.store import tables
from caseroom.store.database import Database

_TABLE = tables.alert_deliveries
State = Literal["trying", "taken", "failed"]
LEASE = timedelta(minutes=2)
"""After this a process that took an alert and said no more is taken for dead."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert and one sink."""

    alert: str
    sink: str
    """What kind it is, and a digest of its address, which may hold a secret."""
    where: str
    """The machine or the file, as a person may read it."""
    state: State
    when: str
    """Wall time of the newest change, ISO 8601 in UTC."""
    tries: int
    why: str
    """Why it was not taken."""


class DeliveryStore:
    """Deliveries in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, alert: str, sink: str, where: str, now: datetime, again: timedelta = timedelta(0)) -> bool:
        """Take an alert to tell a sink of it; False if it is told, somebody is telling it, or it failed less than `again` ago."""
        row = {"alert": alert, "sink": sink, "where": where[:300], "state": "trying", "when": _stamp(now), "tries": 1, "why": ""}
        if self._database.added(_TABLE, row):
            return True
        free = sa.or_(
            sa.and_(_TABLE.c.state == "failed", _TABLE.c.when <= _stamp(now - again)),
            sa.and_(_TABLE.c.state == "trying", _TABLE.c.when <= _stamp(now - LEASE)),
        )
        taken = _TABLE.update().where(_TABLE.c.alert == alert, _TABLE.c.sink == sink, free)
        return self._database.write(taken.values(state="trying", when=_stamp(now), tries=_TABLE.c.tries + 1)) == 1

    def settle(self, alert: str, sink: str, now: datetime, why: str = "") -> None:
        """Say what became of it: taken, or why not. What was taken once stays so."""
        mine = _TABLE.update().where(_TABLE.c.alert == alert, _TABLE.c.sink == sink, _TABLE.c.state != "taken")
        self._database.write(mine.values(state="failed" if why else "taken", when=_stamp(now), why=why))

    def all(self) -> list[Delivery]:
        """All of them, in order of alerts and sinks."""
        query = sa.select(_TABLE).order_by(_TABLE.c.alert, _TABLE.c.sink)
        return [Delivery(r.alert, r.sink, r.where, r.state, r.when, r.tries, r.why) for r in self._database.rows(query)]

    def forget(self) -> None:
        """Remove all of them."""
        self._database.write(_TABLE.delete())


def _stamp(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")
