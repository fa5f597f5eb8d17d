"""The score of a drill: a person on call beside the simulated one, the standard monitors, perfect sight and nobody, on the same weeks. Counts what was done; takes no part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from caseroom.proposal.model import Proposal
from caseroom.rollout.drawing import Stage
from caseroom.rollout.model import Planted
from caseroom.rollout.oncall import Way
from caseroom.rollout.score import WAYS, Scored, scored, sighting
from caseroom.rollout.settings import LOOK_MINUTES, Action
from caseroom.rollout.weeks import Day, Simulation, Weeks

Told = Callable[[str, int, int], None]
NAMES: Mapping[str, str] = {
    "you": "You, on call", "simulated": "Simulated on-call", "standard": "Standard monitors, same on-call", "perfect": "Perfect sight",
    "none": "Nobody looks",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """How one of them did."""

    name: str
    harmful: int
    """Events that met the design and did harm."""
    mended: int
    delay: float | None
    """Days from an event's start until it was mended: the median; None where none was."""
    wrong: float
    """Wrong answers that events added until they were mended, or over."""
    money: float
    needless: int
    """Rollbacks on days on which nothing harmful was at work."""
    wrong_causes: int
    """Causes named that were not there."""
    hours: float
    """Spent on looking and mending."""
    saved: float
    """Money of all weeks against doing everything as today: what events and rollbacks cost is in it."""


def drilled(
    stage: Stage, proposal: Proposal, actions: tuple[Action, ...], told: Told | None = None
) -> tuple[Weeks, Scored, list[dict[str, Any]]]:
    """The weeks as the person on call left them, their score, and everybody's marks."""
    found: dict[Way, Weeks] = {}
    for number, way in enumerate(WAYS):
        _tell(told, way, number)
        found[way] = Simulation(stage, proposal, way, actions if way == "own" else (), found["own"].schedule if found else None).run()
    _tell(told, "simulated", len(WAYS))
    alone = stage.again(replace(stage.settings, person=False), stage.planted)
    simulated = Simulation(alone, proposal, "own", (), found["own"].schedule).run()
    _tell(told, "done", len(WAYS) + 1)
    own = found["own"]
    ways: dict[str, Weeks] = {
        "you": own,
        "simulated": simulated,
        "standard": found["standard"],
        "perfect": found["perfect"],
        "none": found["none"],
    }
    marks = scored(found, stage.settings.days)
    met = [row.event for row in marks.rows if row.harmed]
    return own, marks, [asdict(mark(NAMES[name], weeks, met)) for name, weeks in ways.items()]


def _tell(told: Told | None, what: str, done: int) -> None:
    if told:
        told(f"the weeks: {what}", done, len(WAYS) + 1)


def mark(name: str, weeks: Weeks, met: Sequence[Planted]) -> Mark:
    """How one of them did; `met` are the events that did harm."""
    seen = [(event, sighting(weeks, event)) for event in met]
    delays = sorted(one.mended - event.start for event, one in seen if one.mended is not None)
    middle = (delays[(len(delays) - 1) // 2] + delays[len(delays) // 2]) / 2 if delays else None
    return Mark(
        name, len(met), len(delays), middle, sum(one.wrong for _, one in seen), sum(one.money for _, one in seen), needless(weeks), wrong_causes(weeks),
        weeks.looks * LOOK_MINUTES / 60, sum(day.saved for day in weeks.days),
    )  # fmt: skip


def needless(weeks: Weeks) -> int:
    """Rollbacks, by a person or by a rule, on days on which nothing harmful was at work."""
    return sum(note.kind == "rollback" and not _at_work(weeks, weeks.days[note.day]) for note in weeks.notes)


def wrong_causes(weeks: Weeks) -> int:
    """Causes that a person named and that were not there."""
    named = (one.action for one in weeks.found if one.action.kind == "fix")
    return sum(action.target not in _at_work(weeks, weeks.days[action.day]) for action in named)


def _at_work(weeks: Weeks, day: Day) -> set[str]:
    """The harmful events at work on a day, by id and by kind."""
    harmful = {event.id: event.kind for event in weeks.events if not event.harmless}
    here = [name for name, _ in day.forces if name in harmful]
    return {*here, *(harmful[name] for name in here)}
