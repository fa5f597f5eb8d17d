"""Outputs that wait for a person: the queue, who took what, and what was decided. Everything appends: a number taken twice is refused, so two processes never
write over each other. Never judges which decision holds.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caseroom.errors import ReviewNotFound
from caseroom.store import tables
from caseroom.store.database import Database

_ITEMS, _LEASES, _DECISIONS, _RUNS = tables.review_items, tables.review_leases, tables.review_decisions, tables.runs
_ADDED = 500
"""Items that are written in one statement."""


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision as it is stored."""

    number: int
    reviewer: str
    created: str
    action: str
    output: str | None
    """The edited output."""
    reason: str
    stands: str
    """Where the item stood after it: decided, or escalated."""


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item of the queue."""

    id: str
    run: str
    case: str
    number: int
    """Its place in its run's queue."""
    created: str
    state: str
    """open, escalated, decided, or left: its run was finished without it."""
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lease:
    """Who took an item, and when."""

    number: int
    reviewer: str
    taken: str


class ReviewStore:
    """The queue in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run: str, case: str, created: str, items: Sequence[tuple[int, str, Mapping[str, Any]]]) -> None:
        """More items of a run, each with its number, its record and what is shown; those that are there stay as they are.

        Raises:
            StoreUnusable: could not be written.
        """
        for first in range(0, len(items), _ADDED):
            part = items[first : first + _ADDED]
            numbers = [number for number, _, _ in part]
            with self._database.guarded(), self._database.engine.begin() as connection:
                known = sa.select(_ITEMS.c.number).where(_ITEMS.c.run == run, _ITEMS.c.number.in_(numbers))
                there = set(connection.execute(known).scalars())
                rows = [
                    {"id": f"{run}-{number}", "run": run, "number": number, "case_id": case, "record": record, "created": created, "body": json.dumps(body)}
                    for number, record, body in part if number not in there
                ]  # fmt: skip
                if rows:
                    connection.execute(_ITEMS.insert(), rows)

    def page(self, *, run: str = "", case: str = "", state: str = "", offset: int = 0, limit: int = 50) -> list[KeptItem]:
        """Some items in the order in which they came."""
        return [_item(row) for row in self._database.rows(_some(_where(_ids(), run, case, state), offset, limit))]

    def counts(self, *, run: str = "", case: str = "") -> dict[str, int]:
        """How many items stand where."""
        every = _where(sa.select(_RUNS.c.state, sa.func.count()).select_from(_ITEMS.join(_RUNS, _RUNS.c.id == _ITEMS.c.run)), run, case, "")
        later = _DECISIONS.alias()
        newest = ~sa.exists().where(later.c.item == _LATEST.c.item, later.c.number == _LATEST.c.number + 1)
        joined = _LATEST.join(_ITEMS, _ITEMS.c.id == _LATEST.c.item).join(_RUNS, _RUNS.c.id == _ITEMS.c.run)
        told = _where(sa.select(_RUNS.c.state, _LATEST.c.stands, sa.func.count()).select_from(joined).where(newest), run, case, "")
        found = Counter[str]()
        with self._database.guarded(), self._database.engine.connect() as connection:
            for run_state, count in connection.execute(every.group_by(_RUNS.c.state)):
                found["left" if run_state == "done" else "open"] += count
            for run_state, stands, count in connection.execute(told.group_by(_RUNS.c.state, _LATEST.c.stands)):
                found["left" if run_state == "done" else "open"] -= count
                found["left" if run_state == "done" and stands == "escalated" else stands] += count
        return dict(found)

    def runs(self) -> list[tuple[str, str]]:
        """The runs that have items, each with its case, the newest first."""
        query = sa.select(_ITEMS.c.run, sa.func.min(_ITEMS.c.case_id), sa.func.max(_ITEMS.c.created).label("at")).group_by(_ITEMS.c.run)
        return [(row[0], row[1]) for row in self._database.rows(query.order_by(sa.text("at DESC"), _ITEMS.c.run))]

    def item(self, item_id: str) -> KeptItem:
        """An item.

        Raises:
            ReviewNotFound: there is none, or its run is deleted.
        """
        rows = self._database.rows(_queue().where(_ITEMS.c.id == item_id))
        if not rows:
            raise ReviewNotFound(f"No output {item_id!r} waits for a reviewer; its run may be deleted. `caseroom review` shows what waits.")
        return _item(rows[0])

    def free(self, reviewer: str, since: str, *, run: str = "", case: str = "", limit: int = 20) -> list[str]:
        """The first items that this reviewer may take: undecided, not escalated by themselves, not in the hands of another since then."""
        let_go = sa.and_(_LATEST.c.reviewer == _LEASE.c.reviewer, _LATEST.c.created >= _LEASE.c.taken)
        held = sa.and_(_LEASE.c.reviewer != reviewer, _LEASE.c.taken > since, sa.or_(_LATEST.c.item.is_(None), ~let_go))
        query = (
            _where(_ids(), run, case, "")
            .outerjoin(_LEASE, _last(_LEASE, _LEASES))
            .where(sa.or_(_STATE == "open", sa.and_(_STATE == "escalated", _LATEST.c.reviewer != reviewer)))
            .where(sa.or_(_LEASE.c.item.is_(None), ~held))
            .order_by(*_ORDER)
            .limit(limit)
        )
        return [row.id for row in self._database.rows(query)]

    def leases(self, item_id: str) -> list[Lease]:
        """Who took an item, the first one first."""
        query = sa.select(_LEASES).where(_LEASES.c.item == item_id).order_by(_LEASES.c.number)
        return [Lease(row.number, row.reviewer, row.taken) for row in self._database.rows(query)]

    def lease(self, item_id: str, number: int, reviewer: str, taken: str) -> bool:
        """Take an item; False if another was faster, or the item is gone."""
        return self._database.added(_LEASES, {"item": item_id, "number": number, "reviewer": reviewer, "taken": taken})

    def decisions(self, item_id: str) -> list[KeptDecision]:
        """All that was decided of an item, the first one first."""
        query = sa.select(_DECISIONS).where(_DECISIONS.c.item == item_id).order_by(_DECISIONS.c.number)
        return [_decision(row) for row in self._database.rows(query)]

    def decide(self, item_id: str, decision: KeptDecision) -> bool:
        """Append a decision; False if another came between, or the item is gone."""
        row = {"item": item_id, "number": decision.number, "reviewer": decision.reviewer, "created": decision.created, "action": decision.action,
               "output": decision.output, "reason": decision.reason, "stands": decision.stands}  # fmt: skip
        return self._database.added(_DECISIONS, row)

    def decided(self, *, run: str = "") -> Iterator[tuple[KeptItem, list[KeptDecision], list[Lease]]]:
        """Items that somebody decided of, with all decisions and leases, in order."""
        offset = 0
        while items := self._some_decided(run, offset):
            offset += len(items)
            ids = [item.id for item in items]
            found, taken = self._of(_DECISIONS, ids), self._of(_LEASES, ids)
            for item in items:
                leases = [Lease(row.number, row.reviewer, row.taken) for row in taken.get(item.id, [])]
                yield item, [_decision(row) for row in found[item.id]], leases

    def _some_decided(self, run: str, offset: int) -> list[KeptItem]:
        ids = _where(_ids(), run, "", "").where(_LATEST.c.item.is_not(None))
        return [_item(row) for row in self._database.rows(_some(ids, offset, _ADDED))]

    def _of(self, table: sa.Table, ids: Sequence[str]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        query = sa.select(table).where(table.c.item.in_(ids)).order_by(table.c.item, table.c.number)
        for row in self._database.rows(query):
            found.setdefault(row.item, []).append(row)
        return found


def _last(alias: Any, table: sa.Table) -> sa.ColumnElement[bool]:
    """The newest row of an item."""
    newest = table.alias()
    number = sa.select(sa.func.max(newest.c.number)).where(newest.c.item == _ITEMS.c.id).correlate(_ITEMS).scalar_subquery()
    return sa.and_(alias.c.item == _ITEMS.c.id, alias.c.number == number)


_LATEST, _LEASE = _DECISIONS.alias("latest"), _LEASES.alias("lease")
_ORDER = (_ITEMS.c.created, _ITEMS.c.run, _ITEMS.c.number)
_STATE: sa.ColumnElement[str] = sa.case(
    (_LATEST.c.stands == "decided", "decided"),
    (_RUNS.c.state == "done", "left"),
    (_LATEST.c.stands == "escalated", "escalated"),
    else_="open",
)


_JOINED = _ITEMS.join(_RUNS, _RUNS.c.id == _ITEMS.c.run).outerjoin(_LATEST, _last(_LATEST, _DECISIONS))


def _queue() -> sa.Select[Any]:
    columns = (_ITEMS.c.id, _ITEMS.c.run, _ITEMS.c.case_id, _ITEMS.c.number, _ITEMS.c.created, _ITEMS.c.body, _STATE.label("state"))
    return sa.select(*columns).select_from(_JOINED)


def _ids() -> sa.Select[Any]:
    return sa.select(_ITEMS.c.id).select_from(_JOINED)


def _some(ids: sa.Select[Any], offset: int, limit: int) -> sa.Select[Any]:
    """The items of a page: places are found by the indexes alone, and bodies are read of these few."""
    chosen = ids.order_by(*_ORDER).offset(offset).limit(limit).subquery()
    return _queue().where(_ITEMS.c.id.in_(sa.select(chosen.c.id))).order_by(*_ORDER)


def _where(query: sa.Select[Any], run: str, case: str, state: str) -> sa.Select[Any]:
    if run:
        query = query.where(_ITEMS.c.run == run)
    if case:
        query = query.where(_ITEMS.c.case_id == case)
    return query.where(_STATE.in_([state])) if state else query


def _item(row: Any) -> KeptItem:
    return KeptItem(row.id, row.run, row.case_id, row.number, row.created, row.state, json.loads(row.body))


def _decision(row: Any) -> KeptDecision:
    return KeptDecision(row.number, row.reviewer, row.created, row.action, row.output, row.reason, row.stands)
