"""The scorecard: steps with levels and points, facts, communication, time, and the three changes that would lift the answer most.

A projection of a transcript; the same transcript gives the same scorecard, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from caseroom.cases.model import Case, Point
from caseroom.grading import communication
from caseroom.grading.communication import Happened
from caseroom.grading.delivery import Measure, delivery
from caseroom.grading.evidence import Evidence
from caseroom.grading.judge import Asked, Finding, Judge, Verdict, furthest_step, with_reach
from caseroom.grading.levels import ANCHORS, level
from caseroom.grading.second import Second, settled
from caseroom.grading.transcript import Transcript
from caseroom.steps import STEP_IDS, STEPS

Progress = Callable[[int, int], None]
_CHANGES = 3


@dataclass(frozen=True, slots=True)
class SecondSays:
    """A second reader's opinion of a point, beside the judge's."""

    by: str
    says: Verdict
    quote: str | None
    """The candidate's words that it stands on, cut from the transcript."""
    note: str = ""
    """Why what it said does not count."""


@dataclass(frozen=True, slots=True)
class PointScore:
    """One point of the rubric with its verdict and its evidence."""

    id: str
    name: str
    weight: str
    statement: str
    verdict: Verdict
    quote: str | None
    """The candidate's own words, cut from the transcript."""
    evidence: Evidence | None
    lacks: str | None
    prompted: bool
    """Whether it was made in answer to a probe for it."""
    leans: Verdict | None = None
    """Where the judge is unsure: what it leans to. A person decides; until then it earns nothing."""
    near: str | None = None
    """Of a missed point: the candidate's words that came nearest."""
    taken_for: str | None = None
    """The point that those words were taken for instead: id and name."""
    second: SecondSays | None = None
    """What a second reader, a large model, says of it."""


@dataclass(frozen=True, slots=True)
class StepScore:
    """One step."""

    step: str
    title: str
    level: int | None
    """0 to 4; None if the step was not reached."""
    anchor: str
    own_level: int | None
    """The candidate's self-score."""
    points: tuple[PointScore, ...]
    seconds: float | None
    """Time spent, where known."""
    box_seconds: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What became of the withheld facts."""

    asked: tuple[str, ...]
    missed: tuple[str, ...]
    used: tuple[str, ...]
    """Asked for, and a figure of it used later."""
    assumed: tuple[str, ...]
    """What the candidate assumed, in their words."""


@dataclass(frozen=True, slots=True)
class Change:
    """One of the changes that would lift the answer most."""

    point: str
    name: str
    step: str
    verdict: Verdict
    do: str
    why: str
    strong: str
    """What a strong answer says at that place."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A measure of delivery with the words that show it."""

    measure: Measure
    quotes: tuple[str, ...]
    """The words at its places, cut from the transcript."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The whole."""

    case: str
    title: str
    case_version: str
    judge: str
    """The signature of all models and thresholds at work."""
    limiting: str | None
    """The step that holds the answer back most; None if all are at the top."""
    steps: tuple[StepScore, ...]
    communication: tuple[PointScore, ...]
    facts: Facts
    changes: tuple[Change, ...]
    delivery: tuple[Delivered, ...] = ()
    """How it was delivered, by words and times. No part of any level."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of an interview besides its words. A transcript from a file knows little of it."""

    asked: tuple[Asked, ...] = ()
    assumed: tuple[str, ...] = ()
    happened: tuple[Happened, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    self_scores: tuple[tuple[str, int], ...] = ()
    reached: str | None = None
    """The furthest step that was entered, where known."""


def score(
    judge: Judge, transcript: Transcript, record: Record, by: str, progress: Progress | None = None, second: Mapping[str, Second] | None = None
) -> Scorecard:  # fmt: skip
    """Grade a transcript; `by` is the signature that the scorecard will bear, `second` what a second reader says of the points."""
    case, opinions = judge.case, second or {}
    asked = _clear(record.asked, transcript)
    earned = {point for entry in asked for point in case.fact(entry.fact).asking_earns}
    findings = [f if f.point in earned else settled(f, opinions.get(f.point)) for f in judge.read(transcript, asked, progress)]
    reached = max((s for s in (record.reached, furthest_step(case, findings)) if s), key=STEP_IDS.index)
    counted = {f.point: f for f in communication.counted(case, transcript, judge.encoder, record.happened, reached)}
    by_id = {f.point: f for f in with_reach(case, findings, reached)} | counted
    seen = {point: _says(opinion, transcript) for point, opinion in opinions.items()}
    steps = tuple(_step(case, step.id, by_id, transcript, record, seen) for step in STEPS)
    return Scorecard(
        case=case.id, title=case.title, case_version=case.version,
        judge=by, limiting=_limiting(steps), steps=steps,
        communication=_points([p for p in case.points if p.step == "communication"], case.points, by_id, transcript, {}),
        facts=_facts(case, transcript, record), changes=_changes(case, steps), delivery=_delivery(judge, transcript),
    )  # fmt: skip


def _clear(asked: Sequence[Asked], transcript: Transcript) -> tuple[Asked, ...]:
    """What was asked in words that were heard well; the others earn nothing."""
    turns = {turn.number: turn for turn in transcript.candidate()}
    return tuple(a for a in asked if (turn := turns.get(a.evidence.turn)) is None or not turn.garbled(a.evidence.start, a.evidence.end))


def _delivery(judge: Judge, transcript: Transcript) -> tuple[Delivered, ...]:
    return tuple(
        Delivered(measure, tuple(transcript.quote(place.turn, place.start, place.end) for place in measure.places))
        for measure in delivery(transcript, judge.encoder)
    )


def _says(opinion: Second, transcript: Transcript) -> SecondSays:
    place = opinion.evidence
    return SecondSays(opinion.by, opinion.says, transcript.quote(place.turn, place.start, place.end) if place else None, opinion.dropped)


def _step(
    case: Case, step: str, findings: dict[str, Finding], transcript: Transcript, record: Record, seen: Mapping[str, SecondSays]
) -> StepScore:  # fmt: skip
    points = [p for p in case.points if p.step == step]
    reached = level(points, findings)
    seconds = dict(record.seconds)
    return StepScore(
        step=step, title=STEPS[STEP_IDS.index(step)].title, level=reached, anchor="Not reached." if reached is None else ANCHORS[reached],
        own_level=dict(record.self_scores).get(step), points=_points(points, case.points, findings, transcript, seen),
        seconds=round(seconds[step], 1) if step in seconds else None, box_seconds=dict(case.minutes)[step] * 60,
    )  # fmt: skip


def _points(
    points: Sequence[Point], every: Sequence[Point], findings: dict[str, Finding], transcript: Transcript, seen: Mapping[str, SecondSays]
) -> tuple[PointScore, ...]:
    prompted = {turn.number: turn.prompted for turn in transcript.candidate() if turn.prompted}
    names = {point.id: point.name for point in every}
    made = []
    for point in points:
        finding = findings.get(point.id) or Finding(point.id, "missed", 0.0)
        place = finding.evidence
        quote = transcript.quote(place.turn, place.start, place.end) if place else None
        made.append(
            PointScore(point.id, point.name, point.weight, point.statement, finding.verdict, quote, place, finding.lacks,
                       bool(place and prompted.get(place.turn) == point.id), finding.leans,
                       transcript.quote(finding.near.turn, finding.near.start, finding.near.end) if finding.near else None,
                       f"{finding.taken_for} {names[finding.taken_for]}" if finding.taken_for else None, seen.get(point.id))
        )  # fmt: skip
    return tuple(made)


def _limiting(steps: Sequence[StepScore]) -> str | None:
    lowest = min(steps, key=lambda s: -1 if s.level is None else s.level)
    return None if lowest.level == 4 else lowest.step


def _facts(case: Case, transcript: Transcript, record: Record) -> Facts:
    first: dict[str, int] = {}
    for entry in record.asked:
        first.setdefault(entry.fact, entry.evidence.turn)
    places = communication.number_places(case, transcript)
    used = {fact for fact, place in places if fact in first and place.turn > first[fact]}
    order = [fact.id for fact in case.facts]
    return Facts(
        asked=tuple(first),
        missed=tuple(f for f in order if f not in first),
        used=tuple(f for f in order if f in used),
        assumed=record.assumed,
    )


def _changes(case: Case, steps: Sequence[StepScore]) -> tuple[Change, ...]:
    """Core points first where something false was said, then where nothing was, the weakest step first; one a step before a second."""
    worst = {"contradicted": 0, "missed": 1, "not_reached": 1, "partial": 2, "unsure": 3}
    wanted = [
        (count, -1 if step.level is None else step.level, worst[point.verdict], STEP_IDS.index(step.step), point)
        for step in steps
        for count, point in enumerate(
            sorted(
                (p for p in step.points if p.weight != "extra" and p.verdict in worst), key=lambda p: (p.weight != "trap", worst[p.verdict])
            )
        )
    ]
    chosen = [row[4] for row in sorted(wanted, key=lambda row: (row[4].weight != "trap", *row[:4], row[4].id))[:_CHANGES]]
    return tuple(_change(case, point) for point in chosen)


def _change(case: Case, scored: PointScore) -> Change:
    point = case.point(scored.id)
    strong = next((passage.text for passage in case.strong if passage.point == point.id), point.examples[0] if point.examples else "")
    do = point.statement if scored.lacks is None else f"{point.statement} You named it: {scored.lacks}."
    return Change(point.id, point.name, point.step, scored.verdict, do, point.why, strong)
