"""Labels come home: whatever people decided, as rows with provenance: who, when, on what, what the machine had said, what the person said.

A row names people by role and link, never by name unless they gave one. Kinds are registered in `KINDS`; each reads its own store. Nothing
is decided, changed or judged here, and no scorecard is made for an export: where the machine had said nothing, `machine` is None.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from caseroom.app import scorecards
from caseroom.app.grading import transcript_of
from caseroom.app.interviews import Room
from caseroom.app.people_labels import DecidedDisputes, PeerMarks
from caseroom.app.rating_labels import RatingLabels
from caseroom.app.reviews import ReviewLabels
from caseroom.errors import UsageError
from caseroom.events import Disputed, SelfScored, Session
from caseroom.grading.scorecard import Scorecard

Row = dict[str, Any]
REQUIRED = ("kind", "by", "at", "machine", "person")
"""Keys of every row. `by`: `candidate`, `owner`, `link:ID` or `rater:NAME`; `at`: wall time, ISO 8601. The other keys say on what."""
CANDIDATE = "candidate"
TRANSCRIPT = "transcript"
"""The kind of the rows that hold what was said, so that a file of labels can be judged where the sessions are not."""


class Labelled(Protocol):
    """One kind of decisions."""

    @property
    def kind(self) -> str:
        """disputes, marks, reviews or ratings; two may bear one name."""

    def rows(self, room: Room) -> Iterator[Row]:
        """A row with the keys of `REQUIRED` for each decision, in a stable order."""


class Claims:
    """What candidates say that they did say. A claim is no label until somebody else has decided it."""

    kind = "disputes"

    def rows(self, room: Room) -> Iterator[Row]:
        """One row for each dispute."""
        for session_id, session, card in _sessions(room):
            verdicts = {p.id: p.verdict for step in card.steps for p in step.points} if card else {}
            for number, event in enumerate(room.store.events(session_id)):
                if isinstance(event, Disputed):
                    place = {"point": event.point, "turn": event.turn, "start": event.start, "end": event.end, "words": event.words}
                    yield {**_head(self.kind, session_id, session, card, number, event.at), **place,
                           "machine": verdicts.get(event.point), "person": "made"}  # fmt: skip


class OwnLevels:
    """The levels that candidates gave themselves before they saw the scorecard."""

    kind = "marks"

    def rows(self, room: Room) -> Iterator[Row]:
        """One row for each step, each time."""
        for session_id, session, card in _sessions(room):
            levels = {step.step: step.level for step in card.steps} if card else {}
            for number, event in enumerate(room.store.events(session_id)):
                for step, level in event.levels if isinstance(event, SelfScored) else ():
                    head = _head(self.kind, session_id, session, card, number, event.at)
                    yield {**head, "step": step, "machine": levels.get(step), "person": level}


KINDS: tuple[Labelled, ...] = (Claims(), OwnLevels(), RatingLabels(), DecidedDisputes(), PeerMarks(), ReviewLabels())
"""All kinds there are; what else people decide is added here."""


def _sessions(room: Room) -> Iterator[tuple[str, Session, Scorecard | None]]:
    """All sessions, the oldest first, each with the first scorecard of it as it stands: what was shown when people spoke."""
    for stored in reversed(room.store.sessions()):
        if stored.session.disputes or stored.session.self_scores:
            graded = scorecards.history(room, stored.id)
            yield stored.id, stored.session, graded[0].card if graded else None


def _head(kind: str, session_id: str, session: Session, card: Scorecard | None, number: int, seconds: float) -> Row:
    """Who, when and on what, of a candidate's event. Its time is that of the session's start and `seconds` of interview time."""
    return {"kind": kind, "by": CANDIDATE, "at": session.created, "seconds": seconds, "session": session_id, "number": number,
            "case": session.case, "case_version": session.case_version, "judge": card.judge if card else None}  # fmt: skip


def kinds() -> tuple[str, ...]:
    """The names of all kinds."""
    return tuple(dict.fromkeys(labelled.kind for labelled in KINDS))


def rows(room: Room, kind: str | None = None) -> Iterator[Row]:
    """All decisions, or those of one kind.

    Raises:
        UsageError: no such kind.
    """
    if kind is not None and kind not in kinds():
        raise UsageError(f"There is no kind {kind[:20]!r} of labels; write one of {', '.join(kinds())}.")
    for labelled in KINDS:
        if kind in (None, labelled.kind):
            yield from labelled.rows(room)


def transcripts(room: Room, found: Sequence[Row]) -> Iterator[Row]:
    """What was said in the sessions that rows are about, a row each."""
    there = {stored.id: stored.session for stored in room.store.sessions()}
    for session_id in dict.fromkeys(row["session"] for row in found if row.get("session") in there):
        turns = [{"number": t.number, "speaker": t.speaker, "text": t.text, "step": t.step, "prompted": t.prompted}
                 for t in transcript_of(there[session_id]).turns]  # fmt: skip
        yield {"kind": TRANSCRIPT, "session": session_id, "case": there[session_id].case, "turns": turns}


def to_lines(found: Sequence[Row]) -> str:
    """Rows as JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found)
