"""Self, peers and machine side by side, step by step and point by point, and how far they agree. It shows marks; it never makes or changes one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from caseroom.app import disputes, peers
from caseroom.app.interviews import Room
from caseroom.app.links import Options
from caseroom.app.masks import Masks, masks
from caseroom.app.peers import Peer
from caseroom.grading.scorecard import PointScore, Scorecard, StepScore
from caseroom.metrics.agreement import cohen_kappa, in_words, krippendorff_alpha
from caseroom.metrics.score import Score

MARK_OF = {"covered": "made", "partial": "named", "missed": "not_made", "contradicted": "not_made", "not_reached": "not_made"}
"""The machine's verdicts as marks. What it is unsure of is none: that is for a person."""


@dataclass(frozen=True, slots=True)
class PointRow:
    """One point as each sees it."""

    id: str
    name: str
    statement: str
    weight: str
    peers: tuple[str | None, ...]
    verdict: str
    """The machine's, in its own words."""
    machine: str | None
    """The same as a mark."""
    quote: str | None
    """The candidate's words that the machine goes by."""
    decided: str | None
    """What a person decided of a dispute about it."""

    @property
    def differ(self) -> bool:
        """Whether two marks of it differ."""
        return len({mark for mark in (*self.peers, self.machine, self.decided) if mark}) > 1


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step as each sees it."""

    step: str
    title: str
    own: int | None
    peers: tuple[int | None, ...]
    machine: int | None
    notes: tuple[tuple[str, str], ...]
    """Who noted what."""
    points: tuple[PointRow, ...]

    @property
    def differ(self) -> bool:
        """Whether two levels of it differ."""
        return len({level for level in (self.own, *self.peers, self.machine) if level is not None}) > 1

    @property
    def apart(self) -> int:
        """How many of its points are seen differently."""
        return sum(point.differ for point in self.points)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far some of them agree about something."""

    between: str
    score: Score
    words: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole."""

    people: tuple[str, ...]
    """The peers who are done."""
    rated: bool
    """Whether the candidate gave levels of their own."""
    steps: tuple[StepRow, ...]
    agreement: tuple[Agreement, ...]


def compare(room: Room, session_id: str, card: Scorecard, options: Options | None = None) -> Comparison:
    """All who are done, beside the machine's scorecard; words are shown by these options.

    Raises:
        SessionNotFound: no such session.
    """
    done = [peer for peer in peers.of_session(room, session_id) if peer.marks.done]
    shown = masks(room.store.session(session_id), options or Options())
    decided = {d.said.point: d.decision.decision for d in disputes.of_session(room, session_id) if d.decision}
    steps = tuple(_step(step, done, shown, decided) for step in card.steps)
    return Comparison(tuple(peer.name for peer in done), any(step.own is not None for step in steps), steps, tuple(_agreement(done, steps)))


def _step(step: StepScore, done: Sequence[Peer], shown: Masks, decided: dict[str, str]) -> StepRow:
    notes = tuple((peer.name, peer.marks.notes[step.step]) for peer in done if peer.marks.notes.get(step.step, "").strip())
    points = tuple(_point(point, done, shown, decided.get(point.id)) for point in step.points)
    return StepRow(step.step, step.title, step.own_level, tuple(p.marks.levels.get(step.step) for p in done), step.level, notes, points)


def _point(point: PointScore, done: Sequence[Peer], shown: Masks, decided: str | None) -> PointRow:
    return PointRow(
        point.id, point.name, point.statement, point.weight, tuple(peer.marks.points.get(point.id) for peer in done), point.verdict,
        MARK_OF.get(point.verdict), shown.quote(point.evidence, point.quote), decided,
    )  # fmt: skip


def _agreement(done: Sequence[Peer], steps: Sequence[StepRow]) -> list[Agreement]:
    """On points: each peer with the machine, and all peers with each other. On levels: all of them, as an ordered scale."""
    if not done:
        return []
    points = [point for step in steps for point in step.points]
    made = [
        _told(
            f"{peer.name} and the machine, on points",
            cohen_kappa,
            [point.peers[n] for point in points],
            [point.machine for point in points],
        )
        for n, peer in enumerate(done)
    ]
    if len(done) > 1:
        made.append(_told("The peers, on points", krippendorff_alpha, [point.peers for point in points], "nominal"))
    everyone = [(step.own, *step.peers, step.machine) for step in steps]
    made.append(_told("All, on levels", krippendorff_alpha, everyone, "ordinal"))
    return made


def _told(between: str, measure: Callable[..., Score], *given: object) -> Agreement:
    score = measure(*given)
    return Agreement(between, score, in_words(score))
