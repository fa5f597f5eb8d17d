"""Disputes: what a candidate says they did say, decided by a person. A decision stands beside the judge's mark and earlier decisions, never over them."""

from __future__ import annotations

from dataclasses import dataclass

from caseroom.app.interviews import Room
from caseroom.app.links import people, stamp
from caseroom.app.peers import MARKS
from caseroom.errors import SessionMoved, UsageError
from caseroom.events import Disputed, Session
from caseroom.store.people import KeptDecision

LONGEST_REASON = 2_000
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute with what was decided."""

    session: str
    number: int
    """0, 1, 2 … in the order in which the session's candidate disputed."""
    said: Disputed
    decisions: tuple[KeptDecision, ...]
    """The oldest first; the newest holds."""

    @property
    def decision(self) -> KeptDecision | None:
        """The one that holds; None while it is open."""
        return self.decisions[-1] if self.decisions else None


def of_session(room: Room, session_id: str) -> list[Dispute]:
    """The disputes of a session.

    Raises:
        SessionNotFound: no such session.
    """
    session = room.store.session(session_id)
    return _of(room, session_id, session) if session.disputes else []


def _of(room: Room, session_id: str, session: Session) -> list[Dispute]:
    decided = people(room).decisions(session_id)
    return [Dispute(session_id, n, said, tuple(decided.get(n, ()))) for n, said in enumerate(session.disputes)]


def queue(room: Room) -> list[tuple[str, int, bool]]:
    """Session and number of every dispute, and whether it was decided: open ones first, of each the newest sessions first."""
    decided = people(room).decided()
    rows = [(stored.id, n, (stored.id, n) in decided) for stored in room.store.sessions() for n in range(len(stored.session.disputes))]
    return sorted(rows, key=lambda row: row[2])


def one(room: Room, session_id: str, number: int) -> Dispute:
    """One dispute.

    Raises:
        SessionNotFound: no such session.
        UsageError: no such dispute in it.
    """
    found = of_session(room, session_id)
    if not 0 <= number < len(found):
        raise UsageError("There is no such dispute in this session. Reload the page.")
    return found[number]


def decide(room: Room, session_id: str, number: int, decision: str, reason: str, *, by: str = OWNER, seen: int | None = None) -> Dispute:
    """Keep a decision after those that are there. `seen`: how many the one who decides had before them.

    Raises:
        UsageError: no such dispute or decision, or no reason.
        SessionMoved: somebody else decided meanwhile.
    """
    there = len(one(room, session_id, number).decisions)
    if decision not in MARKS:
        raise UsageError(f"A dispute is decided as {', '.join(MARKS)}.")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise UsageError(f"Say why, in at most {LONGEST_REASON} letters: the candidate reads it.")
    after = there if seen is None else seen
    kept = KeptDecision(after + 1, stamp(), by, decision, reason.strip())
    if after > there or not people(room).decide(session_id, number, kept):
        raise SessionMoved(
            "Somebody else decided this meanwhile. Nothing was lost; look at theirs, and decide again if you see it otherwise."
        )
    return one(room, session_id, number)
