"""Rating cycles, their items and the ratings. A rating is appended and never changed or removed; a later one of the same rater holds.

An item's texts go with the run that made them; what was planned and what was rated stays.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseroom.errors import CycleNotFound, RunNotFound, StoreUnusable
from caseroom.store import tables
from caseroom.store.database import Database, new_id

_TRIES = 20


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item as it is planned: what may be told after rating, and the texts that are rated."""

    plan: dict[str, Any]
    texts: dict[str, str]
    run: str | None
    """The run that the texts go with."""


@dataclass(frozen=True, slots=True)
class KeptCycle:
    """A cycle as it is stored."""

    id: str
    created: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item of a cycle; without texts once its run is deleted."""

    number: int
    plan: dict[str, Any]
    texts: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class KeptRating:
    """One value that one rater gave."""

    number: int
    """1, 2, 3 … in the order of rating."""
    created: str
    rater: str
    item: int
    dimension: str
    value: int


class RatingStore:
    """Cycles and ratings in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, created: str, body: dict[str, Any], items: Sequence[NewItem]) -> str:
        """Keep a cycle with its items, numbered from 1; returns its id.

        Raises:
            RunNotFound: a run was deleted meanwhile.
        """
        cycle = new_id()
        plans = [{"cycle": cycle, "number": n, "body": json.dumps(item.plan)} for n, item in enumerate(items, 1)]
        texts = [{"cycle": cycle, "number": n, "run": item.run, "body": json.dumps(item.texts)} for n, item in enumerate(items, 1)]
        try:
            with self._database.guarded(), self._database.engine.begin() as connection:
                connection.execute(tables.rating_cycles.insert().values(id=cycle, created=created, body=json.dumps(body)))
                connection.execute(tables.rating_items.insert(), plans)
                connection.execute(tables.rating_texts.insert(), texts)
        except IntegrityError:
            raise RunNotFound("A run of this cycle was deleted meanwhile. `caseroom runs list` shows those that are there.") from None
        return cycle

    def cycle(self, cycle_id: str) -> KeptCycle:
        """A cycle.

        Raises:
            CycleNotFound: no such cycle.
        """
        rows = self._database.rows(sa.select(tables.rating_cycles).where(tables.rating_cycles.c.id == cycle_id))
        if not rows:
            raise CycleNotFound(f"There is no rating cycle {cycle_id!r}. `caseroom rate list` shows those that are there.")
        return KeptCycle(rows[0].id, rows[0].created, json.loads(rows[0].body))

    def cycles(self) -> list[KeptCycle]:
        """All cycles, the newest first."""
        table = tables.rating_cycles
        rows = self._database.rows(sa.select(table).order_by(table.c.created.desc(), table.c.id))
        return [KeptCycle(row.id, row.created, json.loads(row.body)) for row in rows]

    def items(self, cycle_id: str) -> list[KeptItem]:
        """The items of a cycle, in order."""
        plan, text = tables.rating_items, tables.rating_texts
        joined = plan.outerjoin(text, sa.and_(text.c.cycle == plan.c.cycle, text.c.number == plan.c.number))
        query = sa.select(plan.c.number, plan.c.body, text.c.body.label("texts")).select_from(joined)
        rows = self._database.rows(query.where(plan.c.cycle == cycle_id).order_by(plan.c.number))
        return [KeptItem(row.number, json.loads(row.body), None if row.texts is None else json.loads(row.texts)) for row in rows]

    def rate(self, cycle_id: str, created: str, rater: str, item: int, values: Sequence[tuple[str, int]]) -> None:
        """Append values that a rater gave to an item, by dimension; all or none.

        Raises:
            StoreUnusable: could not be written.
        """
        table = tables.ratings
        highest = sa.select(sa.func.coalesce(sa.func.max(table.c.number), 0)).where(table.c.cycle == cycle_id)
        for _ in range(_TRIES):
            first = int(self._database.rows(highest)[0][0]) + 1
            known = {"cycle": cycle_id, "created": created, "rater": rater, "item": item}
            rows = [{**known, "number": first + n, "dimension": name, "value": value} for n, (name, value) in enumerate(values)]
            if self._database.added(table, rows):
                return  # if not, somebody else rated at the same moment
        raise StoreUnusable("Too many people rate at the same moment; nothing was kept of this rating. Try again.")

    def ratings(self, cycle_id: str) -> list[KeptRating]:
        """All that was ever rated in a cycle, in order."""
        table = tables.ratings
        rows = self._database.rows(sa.select(table).where(table.c.cycle == cycle_id).order_by(table.c.number))
        return [KeptRating(row.number, row.created, row.rater, row.item, row.dimension, row.value) for row in rows]

    def delete(self, cycle_id: str) -> None:
        """Remove a cycle with its ratings for good.

        Raises:
            CycleNotFound: no such cycle.
        """
        self.cycle(cycle_id)
        parts = (tables.ratings, tables.rating_texts, tables.rating_items)
        self._database.write(
            *(table.delete().where(table.c.cycle == cycle_id) for table in parts),
            tables.rating_cycles.delete().where(tables.rating_cycles.c.id == cycle_id),
        )
