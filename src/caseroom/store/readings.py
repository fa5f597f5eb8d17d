"""Readings of the product: when, what, how much, and a few labels. Rows are added, and go when they are too old; none holds a word of a user or the id of a session."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from caseroom.store import tables
from caseroom.store.database import Database

_READINGS = tables.readings
_AT_ONCE = 1000
"""Old readings that go with a write at most, or twice as many as come: nobody waits for a great clearance."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that was measured."""

    when: str
    """Wall time, ISO 8601 in UTC."""
    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


class ReadingStore:
    """Readings in a database."""

    def __init__(self, database: Database) -> None:
        self._engine, self._guarded = database.engine, database.guarded

    def add(self, readings: Sequence[Reading], *, before: str | None = None) -> None:
        """Keep readings, all or none; some of those from before a time go with the same write, the oldest first.

        Raises:
            StoreUnusable: could not be written.
        """
        rows = [{"when": r.when, "name": r.name, "value": r.value, "labels": json.dumps(dict(r.labels), sort_keys=True)} for r in readings]
        with self._guarded(), self._engine.begin() as connection:
            connection.execute(_READINGS.insert(), rows)
            if before:
                old = sa.select(_READINGS.c.id).where(_READINGS.c.when < before).order_by(_READINGS.c.when)
                connection.execute(_READINGS.delete().where(_READINGS.c.id.in_(old.limit(max(_AT_ONCE, 2 * len(rows))))))

    def since(self, when: str = "") -> Iterator[Reading]:
        """Readings from then on, in the order of time."""
        query = sa.select(_READINGS).where(_READINGS.c.when >= when).order_by(_READINGS.c.when, _READINGS.c.id)
        with self._guarded(), self._engine.connect() as connection:
            for row in connection.execute(query):
                yield Reading(row.when, row.name, row.value, json.loads(row.labels))

    def count(self) -> int:
        """How many there are."""
        with self._guarded(), self._engine.connect() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(_READINGS)).scalar() or 0

    def forget(self, before: str = "9") -> None:
        """Remove the readings from before a time, or all."""
        with self._guarded(), self._engine.begin() as connection:
            connection.execute(_READINGS.delete().where(_READINGS.c.when < before))
