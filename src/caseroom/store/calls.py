"""Calls of large models that are over, and what was agreed. Both are appended and never changed; nothing of what was said is here."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import sqlalchemy as sa

from caseroom.store import tables
from caseroom.store.database import Database


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A call as it is stored."""

    created: str
    """Wall time, ISO 8601 in UTC."""
    session: str | None
    purpose: str
    name: str
    host: str
    """Where text went; empty where it stayed on this machine."""
    tokens_in: int
    tokens_out: int
    cost: float | None
    seconds: float
    outcome: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What some calls took together."""

    name: str
    purpose: str
    calls: int
    failed: int
    tokens_in: int
    tokens_out: int
    cost: float
    unpriced: int
    """Calls whose cost is not known."""
    seconds: float


class CallStore:
    """Calls and consents in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, call: KeptCall) -> None:
        """Note a call.

        Raises:
            StoreUnusable: could not be written.
        """
        self._database.write(tables.model_calls.insert().values(asdict(call)))

    def spent(self, session: str | None, since: str) -> tuple[tuple[int, float], tuple[int, float]]:
        """Tokens and cost of a session (none without one), and of all since a moment; of calls that left the machine or have a price."""
        calls = tables.model_calls
        counted = sa.or_(calls.c.host != "", calls.c.cost.is_not(None))
        amount = sa.func.sum(calls.c.tokens_in + calls.c.tokens_out), sa.func.sum(calls.c.cost)
        [day] = self._database.rows(sa.select(*amount).where(counted, calls.c.created >= since))
        [mine] = self._database.rows(sa.select(*amount).where(counted, calls.c.session == session)) if session else [(0, 0.0)]
        return (mine[0] or 0, mine[1] or 0.0), (day[0] or 0, day[1] or 0.0)

    def sums(self, since: str = "", session: str | None = None) -> list[Sum]:
        """What calls took by name and purpose, since a moment and of a session if they are given."""
        calls = tables.model_calls
        one = sa.literal(1)
        query = sa.select(
            calls.c.name, calls.c.purpose, sa.func.count(), sa.func.sum(sa.case((calls.c.outcome.in_(("ok", "stopped")), 0), else_=one)),
            sa.func.sum(calls.c.tokens_in), sa.func.sum(calls.c.tokens_out), sa.func.coalesce(sa.func.sum(calls.c.cost), 0.0),
            sa.func.sum(sa.case((sa.and_(calls.c.cost.is_(None), calls.c.tokens_in > 0), one), else_=0)), sa.func.sum(calls.c.seconds),
        ).where(calls.c.created >= since).group_by(calls.c.name, calls.c.purpose).order_by(calls.c.name, calls.c.purpose)  # fmt: skip
        if session is not None:
            query = query.where(calls.c.session == session)
        return [Sum(*row) for row in self._database.rows(query)]

    def calls(self, session: str | None = None, since: str = "") -> list[KeptCall]:
        """All calls in order, or those of a session, from a moment on."""
        calls = tables.model_calls
        columns = [column for column in calls.c if column.name != "id"]
        query = sa.select(*columns).where(calls.c.created >= since).order_by(calls.c.id)
        if session is not None:
            query = query.where(calls.c.session == session)
        return [KeptCall(**row._mapping) for row in self._database.rows(query)]

    def agree(self, created: str, name: str, purpose: str, host: str, *, agreed: bool) -> None:
        """Note that somebody agrees that a model gets text for a purpose at a host, or does not any more."""
        row = {"created": created, "name": name, "purpose": purpose, "host": host, "agreed": agreed}
        self._database.write(tables.model_consents.insert().values(row))

    def agreed(self) -> set[tuple[str, str, str]]:
        """Name, purpose and host of all that is agreed to; the last word counts."""
        consents = tables.model_consents
        rows = self._database.rows(sa.select(consents).order_by(consents.c.id))
        last = {(row.name, row.purpose, row.host): row.agreed for row in rows}
        return {key for key, agreed in last.items() if agreed}
