"""The store read across all sessions, from some day on: what is counted to watch the product. It reads; it never writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caseroom.store import tables as t
from caseroom.store.database import Database


@dataclass(frozen=True, slots=True)
class Marked:
    """One save of a peer."""

    session: str
    peer: str
    created: str
    points: dict[str, str]
    """The marks that this save changed."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of a dispute."""

    session: str
    dispute: int
    created: str
    decision: str


class Log:
    """Reads across sessions."""

    def __init__(self, database: Database) -> None:
        self._rows = database.rows

    def sessions(self, since: str) -> list[tuple[str, str, int]]:
        """Id, start and number of events of each session that began since."""
        lengths = sa.select(t.events.c.session, sa.func.count().label("length")).group_by(t.events.c.session).subquery()
        query = sa.select(t.sessions.c.id, t.sessions.c.created, lengths.c.length).join(lengths, lengths.c.session == t.sessions.c.id)
        return [(row.id, row.created, row.length) for row in self._rows(query.where(t.sessions.c.created >= since))]

    def scorecards(self, since: str) -> list[tuple[str, int, str]]:
        """Session, number and time of each scorecard that was made since, in the order of time."""
        c = t.scorecards.c
        query = sa.select(c.session, c.number, c.created).where(c.created >= since).order_by(c.created, c.session, c.number)
        return [(row.session, row.number, row.created) for row in self._rows(query)]

    def scorecard(self, session: str, number: int) -> dict[str, Any]:
        """One scorecard as data; nothing where it is gone."""
        c = t.scorecards.c
        rows = self._rows(sa.select(c.body).where(c.session == session, c.number == number))
        return dict(json.loads(rows[0].body)) if rows else {}

    def newest_scorecard(self, session: str) -> int:
        """The number of a session's newest scorecard; 0 if it was never graded."""
        c = t.scorecards.c
        return self._rows(sa.select(sa.func.max(c.number).label("number")).where(c.session == session))[0].number or 0

    def decisions(self, since: str) -> list[Decided]:
        """What was decided of disputes since."""
        c = t.dispute_decisions.c
        query = sa.select(c.session, c.dispute, c.created, c.decision).where(c.created >= since).order_by(c.created)
        return [Decided(row.session, row.dispute, row.created, row.decision) for row in self._rows(query)]

    def marks(self, since: str) -> list[Marked]:
        """What peers marked since, in the order of their saves."""
        marks, peers, links = t.peer_marks, t.peers, t.share_links
        joined = marks.join(peers, peers.c.id == marks.c.peer).join(links, links.c.id == peers.c.link)
        query = sa.select(links.c.session, marks.c.peer, marks.c.created, marks.c.body).select_from(joined).where(marks.c.created >= since)
        rows = self._rows(query.order_by(marks.c.created, marks.c.number))
        return [Marked(row.session, row.peer, row.created, json.loads(row.body).get("points", {})) for row in rows]

    def runs(self, since: str) -> list[tuple[str, str]]:
        """Begin and state of each run of the lab since."""
        query = sa.select(t.runs.c.created, t.runs.c.state).where(t.runs.c.created >= since)
        return [(row.created, row.state) for row in self._rows(query)]

    def reviews(self, since: str) -> list[tuple[str, str]]:
        """When each output that a person decided of since came into the queue, and when it was decided."""
        items, decisions = t.review_items, t.review_decisions
        query = sa.select(items.c.created, decisions.c.created.label("decided")).select_from(
            items.join(decisions, decisions.c.item == items.c.id)
        )
        rows = self._rows(query.where(decisions.c.stands == "decided", decisions.c.created >= since))
        return [(row.created, row.decided) for row in rows]
