"""Share links, the marks of peers, and what was decided of disputes. Rows are only added; they go when their session goes.

Of a secret only its SHA-256 is stored, and it is compared in constant time. A link is written `ID-SECRET`: the id finds the row, so no
secret is ever looked up by an index. Neither is written to a log or an error.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caseroom.errors import LinkGone, SessionMoved, UsageError
from caseroom.store import tables
from caseroom.store.database import Database, new_id, no_session
from caseroom.store.numbered import Numbered

HOST = "host"
"""The role of a link by which a person holds the interview."""
_BYTES = 32
"""Random bytes of a secret: 256 bits."""
MOST_PEERS = 200
"""Peers of one link; a link that went round further is no longer one that a person gave to a person."""
_TRIES = 20


@dataclass(frozen=True, slots=True)
class KeptLink:
    """A share link as it is stored."""

    id: str
    session: str
    role: str
    created: str
    expires: str
    options: dict[str, Any]
    revoked: str | None
    """When it was revoked, if it was."""


@dataclass(frozen=True, slots=True)
class KeptMarks:
    """One save of a peer: what it changed."""

    number: int
    created: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptPeer:
    """A peer of a link, with all saves in order."""

    id: str
    link: str
    number: int
    saves: tuple[KeptMarks, ...]


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """What somebody decided of a dispute."""

    number: int
    created: str
    by: str
    """`owner`, or `link:ID`."""
    decision: str
    reason: str


def digest(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


class PeopleStore:
    """Links, peers and decisions in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._marks = Numbered(database, tables.peer_marks)

    # links

    def make_link(self, session: str, role: str, created: str, expires: str, options: dict[str, Any]) -> tuple[KeptLink, str]:
        """Keep a new link; returns it with its secret, which is nowhere else.

        Raises:
            SessionNotFound: the session is gone.
        """
        link_id, secret = new_id(), secrets.token_urlsafe(_BYTES)
        row = {"id": link_id, "session": session, "role": role, "sha256": digest(secret), "created": created, "expires": expires}
        if not self._database.added(tables.share_links, {**row, "options": json.dumps(options)}):
            raise no_session(session)
        return KeptLink(link_id, session, role, created, expires, options, None), f"{link_id}-{secret}"

    def link(self, written: str) -> KeptLink:
        """The link that was written so, whether or not it still holds.

        Raises:
            LinkGone: no link has that id and secret.
        """
        link_id, _, secret = written.partition("-")
        row = self._found(link_id)
        same = hmac.compare_digest(row.sha256 if row else digest(""), digest(secret))
        if row is None or not same:
            raise LinkGone
        return _link(row)

    def link_of_id(self, link_id: str) -> KeptLink:
        """The link of an id, for the owner.

        Raises:
            UsageError: there is none.
        """
        row = self._found(link_id)
        if row is None:
            raise UsageError(f"There is no link {link_id[:20]!r}. `caseroom peers show SESSION` lists those of a session.")
        return _link(row)

    def _found(self, link_id: str) -> Any:
        return next(iter(self._database.rows(_LINKS.where(tables.share_links.c.id == link_id))), None)

    def links(self, session: str) -> list[KeptLink]:
        """All links of a session, the oldest first."""
        query = _LINKS.where(tables.share_links.c.session == session).order_by(tables.share_links.c.created, tables.share_links.c.id)
        return [_link(row) for row in self._database.rows(query)]

    def revoke(self, link_id: str, created: str) -> None:
        """Let a link hold no more; saying it twice changes nothing."""
        self._database.added(tables.share_revocations, {"link": link_id, "number": 1, "created": created})

    # peers

    def peer(self, link: str, key: str) -> KeptPeer | None:
        """The peer of a link that holds this key; None before anything was saved."""
        rows, mine = self._database.rows(sa.select(tables.peers).where(tables.peers.c.link == link)), digest(key)
        found = next((row for row in rows if hmac.compare_digest(row.sha256, mine)), None)
        return KeptPeer(found.id, link, found.number, self._saves(found.id)) if found else None

    def peers(self, session: str) -> list[KeptPeer]:
        """All peers of a session, in the order of their links and then of their first save."""
        links, peers = tables.share_links, tables.peers
        query = (
            sa.select(peers.c.id, peers.c.link, peers.c.number)
            .join(links, links.c.id == peers.c.link)
            .where(links.c.session == session)
            .order_by(links.c.created, links.c.id, peers.c.number)
        )
        return [KeptPeer(row.id, row.link, row.number, self._saves(row.id)) for row in self._database.rows(query)]

    def join(self, link: str, key: str, created: str) -> KeptPeer:
        """The peer that holds this key, made now if there is none.

        Raises:
            UsageError: the link has too many peers.
        """
        for _ in range(_TRIES):
            if known := self.peer(link, key):
                return known
            newest = self._database.rows(sa.select(sa.func.max(tables.peers.c.number)).where(tables.peers.c.link == link))[0][0]
            count = (newest or 0) + 1
            if count > MOST_PEERS:
                raise UsageError(f"This link was used in {MOST_PEERS} browsers; nobody else can mark with it. Ask for a link of your own.")
            peer_id = new_id()
            row = {"id": peer_id, "link": link, "number": count, "sha256": digest(key), "created": created}
            if self._database.added(tables.peers, row):
                return KeptPeer(peer_id, link, count, ())
        raise SessionMoved("Too many people came in at the same moment. Nothing was lost; try again.")

    def save(self, peer: str, created: str, body: dict[str, Any], *, unless: str | None = None) -> None:
        """Add a save after those that are there. With `unless`, nothing is added once a save holds that key.

        Raises:
            UsageError: a save with `unless` is there.
            SessionMoved: too many saves at the same moment.
        """
        for _ in range(_TRIES):
            saves = self._saves(peer)
            if unless and any(save.body.get(unless) for save in saves):
                raise UsageError("You said that you are done; your marks stand as they were before you saw the machine's.")
            if self._marks.add(peer, len(saves) + 1, body, created=created):
                return
        raise SessionMoved("It was saved in several windows at the same moment. Try again.")

    def _saves(self, peer: str) -> tuple[KeptMarks, ...]:
        return tuple(KeptMarks(row.number, row.created, json.loads(row.body)) for row in self._marks.rows(peer))

    # decisions

    def decisions(self, session: str) -> dict[int, list[KeptDecision]]:
        """For each dispute of a session that was decided, its decisions, the oldest first."""
        table, found = tables.dispute_decisions, dict[int, list[KeptDecision]]()
        query = sa.select(table).where(table.c.session == session).order_by(table.c.dispute, table.c.number)
        for row in self._database.rows(query):
            found.setdefault(row.dispute, []).append(KeptDecision(row.number, row.created, row.decided_by, row.decision, row.reason))
        return found

    def decided(self) -> set[tuple[str, int]]:
        """Session and number of each dispute that was decided."""
        table = tables.dispute_decisions
        return {(row.session, row.dispute) for row in self._database.rows(sa.select(table.c.session, table.c.dispute).distinct())}

    def decide(self, session: str, dispute: int, decision: KeptDecision) -> bool:
        """Keep a decision under its number; False if another of that number is there already."""
        row = {"session": session, "dispute": dispute, "number": decision.number, "created": decision.created, "decided_by": decision.by}
        return self._database.added(tables.dispute_decisions, {**row, "decision": decision.decision, "reason": decision.reason})


_LINKS = sa.select(tables.share_links, tables.share_revocations.c.created.label("revoked")).outerjoin(
    tables.share_revocations, tables.share_revocations.c.link == tables.share_links.c.id
)


def _link(row: Any) -> KeptLink:
    return KeptLink(row.id, row.session, row.role, row.created, row.expires, json.loads(row.options), row.revoked)
