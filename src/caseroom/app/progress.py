"""What somebody's attempts say: levels over time, how well they judge themselves, what they miss most, what to drill next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from caseroom.app import scorecards
from caseroom.app.interviews import Room
from caseroom.errors import CaseroomError
from caseroom.grading.scorecard import Scorecard
from caseroom.steps import BY_ID, STEPS

_OFTEN = 2
"""A point counts among the weakest from so many attempts in which it was reached."""
_WEAKEST = 10
_CLOSE = 0.5
"""Mean difference of levels under which somebody judges themselves well."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A finished interview that has a scorecard."""

    session: str
    case: str
    title: str
    created: str
    card: Scorecard

    @property
    def lowest(self) -> int:
        """The lowest level of all steps; a step that was not reached is at 0."""
        return min(step.level or 0 for step in self.card.steps)


@dataclass(frozen=True, slots=True)
class SelfJudged:
    """One step: how often it was rated by the candidate, and the mean levels of both."""

    step: str
    count: int
    own: float
    judge: float


@dataclass(frozen=True, slots=True)
class Weak:
    """A point that is often missed."""

    id: str
    name: str
    step: str
    made: int
    of: int


@dataclass(frozen=True, slots=True)
class Drill:
    """What to practise next, and in which session or case."""

    words: str
    step: str
    session: str


@dataclass(frozen=True, slots=True)
class Progress:
    """All of it."""

    attempts: tuple[Attempt, ...]
    """The oldest first."""
    calibration: tuple[SelfJudged, ...]
    weakest: tuple[Weak, ...]
    drill: Drill | None


def progress(room: Room) -> Progress:
    """The progress over all finished sessions that were graded. Sessions whose case is gone are left out."""
    attempts = sorted(_attempts(room), key=lambda a: a.created)
    return Progress(tuple(attempts), tuple(_calibration(attempts)), tuple(_weakest(attempts)), _drill(attempts))


def calibration_words(rows: Sequence[SelfJudged]) -> str:
    """In words, whether somebody rates themselves too high or too low."""
    count = sum(row.count for row in rows)
    gap = sum(row.count * (row.own - row.judge) for row in rows) / max(1, count)
    if abs(gap) < _CLOSE:
        return f"Your levels and the judge's are close: {gap:+.1f} on average over {count} ratings."
    return f"You rate yourself {abs(gap):.1f} levels {'higher' if gap > 0 else 'lower'} than the judge, on average over {count} ratings."


def _attempts(room: Room) -> list[Attempt]:
    found = []
    for stored, graded in scorecards.newest(room):
        try:
            title = room.shelf.case(stored.session.case).title
        except CaseroomError:
            continue
        found.append(Attempt(stored.id, stored.session.case, title, stored.session.created, graded.card))
    return found


def _calibration(attempts: Sequence[Attempt]) -> list[SelfJudged]:
    pairs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for attempt in attempts:
        for step in attempt.card.steps:
            if step.own_level is not None:
                pairs[step.step].append((step.own_level, step.level or 0))
    return [
        SelfJudged(step.id, len(rows), sum(own for own, _ in rows) / len(rows), sum(judge for _, judge in rows) / len(rows))
        for step in STEPS
        if (rows := pairs[step.id])
    ]


def _weakest(attempts: Sequence[Attempt]) -> list[Weak]:
    seen: dict[str, list[bool]] = defaultdict(list)
    names: dict[str, tuple[str, str]] = {}
    for attempt in attempts:
        for step in attempt.card.steps:
            for point in step.points:
                if point.weight != "extra" and point.verdict != "not_reached":
                    seen[point.id].append(point.verdict == "covered")
                    names[point.id] = (point.name, BY_ID[step.step].title)
    rows = [Weak(point, *names[point], sum(made), len(made)) for point, made in seen.items() if len(made) >= min(_OFTEN, len(attempts))]
    return sorted((row for row in rows if row.made < row.of), key=lambda row: (row.made / row.of, -row.of, row.id))[:_WEAKEST]


def _drill(attempts: Sequence[Attempt]) -> Drill | None:
    """The step that holds the newest attempt back."""
    if not attempts or attempts[-1].card.limiting is None:
        return None
    newest = attempts[-1]
    step = BY_ID[newest.card.limiting or "ground"]
    return Drill(f"{step.title} held back your last answer ({newest.title}).", step.id, newest.session)
