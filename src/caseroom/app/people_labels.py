"""Marks of peers and decided disputes as labels: what the words were, what the machine had said, what the person said. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from caseroom.app import disputes, scorecards
from caseroom.app.interviews import Room
from caseroom.app.links import people
from caseroom.grading.scorecard import Scorecard


class DecidedDisputes:
    """What was decided of what candidates say that they did say."""

    kind = "disputes"

    def rows(self, room: Room) -> Iterator[dict[str, Any]]:
        """One row for each decision; `holds` is False where a later one stands over it."""
        for session_id, number, decided in sorted(disputes.queue(room)):
            if not decided:
                continue
            dispute, head, card = disputes.one(room, session_id, number), *_head(room, session_id)
            machine = {point.id: point.verdict for step in card.steps for point in step.points} if card else {}
            said = dispute.said
            for decision in dispute.decisions:
                yield {
                    "kind": self.kind, "by": decision.by, "at": decision.created, **head, "dispute": number, "number": decision.number, "point": said.point,
                    "turn": said.turn, "start": said.start, "end": said.end, "words": said.words, "machine": machine.get(said.point),
                    "person": decision.decision, "reason": decision.reason, "holds": decision is dispute.decision,
                }  # fmt: skip


class PeerMarks:
    """What peers marked before they saw the machine's. A peer is known by the link and a number, never by name."""

    kind = "marks"

    def rows(self, room: Room) -> Iterator[dict[str, Any]]:
        """One row for each mark and level of each save; `holds` is False where the peer changed it later."""
        for stored in reversed(room.store.sessions()):
            for peer in people(room).peers(stored.id):
                head, card = _head(room, stored.id)
                machine: dict[str, Any] = {point.id: point.verdict for step in card.steps for point in step.points} if card else {}
                machine |= {step.step: step.level for step in card.steps} if card else {}
                latest = {key: save.number for save in peer.saves for part in ("points", "levels") for key in save.body.get(part, {})}
                for save in peer.saves:
                    for what, part in (("point", "points"), ("step", "levels")):
                        for key, value in save.body.get(part, {}).items():
                            yield {
                                "kind": self.kind, "by": f"link:{peer.link}/{peer.number}", "at": save.created, **head, "number": save.number, what: key,
                                "machine": machine.get(key), "person": value, "holds": latest[key] == save.number,
                            }  # fmt: skip


def _head(room: Room, session_id: str) -> tuple[dict[str, Any], Scorecard | None]:
    session, graded = room.store.session(session_id), scorecards.history(room, session_id)
    card = graded[0].card if graded else None
    judge = card.judge if card else None
    return {"session": session_id, "case": session.case, "case_version": session.case_version, "judge": judge}, card
