"""Answer one step again: the interview is graded once more with the new answer in place of what was said in that step."""

from __future__ import annotations

from dataclasses import dataclass

from caseroom.app.grading import grade_with
from caseroom.app.interviews import Room
from caseroom.app.scorecards import scorecard
from caseroom.grading.scorecard import PointScore, StepScore


@dataclass(frozen=True, slots=True)
class Difference:
    """A step as it was graded then and as it is with the new answer."""

    before: StepScore
    after: StepScore

    @property
    def changed(self) -> list[tuple[PointScore, PointScore]]:
        """The points that are seen differently."""
        pairs = zip(self.before.points, self.after.points, strict=True)
        return [(one, two) for one, two in pairs if one.verdict != two.verdict]


def difference(room: Room, session_id: str, step: str, text: str) -> Difference:
    """What another answer to a step changes in it.

    Raises:
        SessionNotFound: no such session.
    """
    before = scorecard(room, session_id).card
    session = room.store.session(session_id)
    case = room.shelf.case(session.case)
    room.engine.prepare(case)
    after = grade_with(room.engine, case, session, step, text)
    return Difference(*(next(s for s in card.steps if s.step == step) for card in (before, after)))
