"""How a roadmap did: each planted event, seen or not, by which monitor, how late, at what harm; beside the same weeks (the same items, the same phases and designs)
with the standard set of monitors, with perfect sight, and with nobody looking. Simulates; judges no design.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from caseroom.proposal.model import Proposal
from caseroom.rollout.drawing import Stage
from caseroom.rollout.model import Planted
from caseroom.rollout.oncall import Way
from caseroom.rollout.settings import Action
from caseroom.rollout.weeks import Harm, Simulation, Weeks

TWELVE_WEEKS = 84
WAYS: tuple[Way, ...] = ("own", "standard", "perfect", "none")
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one way of watching made of an event."""

    seen: bool
    day: int | None
    """The day on which somebody knew."""
    delay: int | None
    """Days from the event's first day."""
    by: str
    """The monitor that told it first."""
    mended: int | None
    touched: int
    wrong: float
    """Wrong answers more than without the event, in all; 0 where its items went better than the usual ones."""
    money: float
    unseen_wrong: float
    """Of these, until somebody knew."""
    unseen_money: float
    seconds: float
    """Seconds that users waited longer."""

    @property
    def harmed(self) -> bool:
        """Whether it did any harm."""
        return self.wrong > 0 or self.money > 0 or self.seconds > 0


@dataclass(frozen=True, slots=True)
class Row:
    """An event under all ways of watching."""

    event: Planted
    reached: bool
    """Whether it touched the design at all: before the launch, or after it ended, an event meets nothing."""
    harmed: bool
    """Whether it does harm on these weeks if nobody looks: wrong answers, money or seconds. One that met few items may do none, and is then not missed. While weeks
    are played it is not known, and what can do harm counts."""
    ways: Mapping[Way, Sighting]


@dataclass(frozen=True, slots=True)
class Total:
    """A way of watching over all weeks."""

    harmful: int
    """Events that met the design and did harm."""
    spared: int
    """Harmful ones that met it and did none."""
    unmet: int
    """Harmful ones that met nothing."""
    seen: int
    median_delay: float | None
    false_alarms: int
    false_in_twelve_weeks: float
    wrong: float
    """Wrong answers more than without events."""
    money: float
    unseen_wrong: float
    unseen_money: float
    looks: int


@dataclass(frozen=True, slots=True)
class Scored:
    """The score of a roadmap."""

    rows: tuple[Row, ...]
    totals: Mapping[Way, Total]


def score(stage: Stage, proposal: Proposal, actions: tuple[Action, ...] = (), told: Told | None = None) -> tuple[Weeks, Scored]:
    """The weeks of a proposal, and what its monitors are worth beside the others on the same weeks."""
    found: dict[Way, Weeks] = {}
    for number, way in enumerate(WAYS):
        if told:
            told(f"the weeks: {way}", number, len(WAYS))
        pinned = found["own"].schedule if found else None
        found[way] = Simulation(stage, proposal, way, actions if way == "own" else (), pinned).run()
    if told:
        told("the weeks", len(WAYS), len(WAYS))
    return found["own"], scored(found, stage.settings.days)


def scored(found: Mapping[Way, Weeks], days: int) -> Scored:
    """The score of weeks that were simulated."""
    own = next(iter(found.values()))
    rows = tuple(_row(event, {way: sighting(weeks, event) for way, weeks in found.items()}) for event in own.events)
    return Scored(rows, {way: total(weeks, rows, way, days) for way, weeks in found.items()})


def _row(event: Planted, ways: Mapping[Way, Sighting]) -> Row:
    reached, alone = ways["own"].touched > 0, ways.get("none")
    return Row(event, reached, reached and not event.harmless and (alone is None or alone.harmed), ways)


def sighting(weeks: Weeks, event: Planted) -> Sighting:
    """What a way of watching made of an event."""
    day, harm = weeks.noticed.get(event.id), weeks.harm.get(event.id, Harm())
    seen, wrong, money = day is not None, max(0.0, harm.wrong), max(0.0, harm.money)
    return Sighting(
        seen, day, day - event.start if day is not None else None, weeks.by.get(event.id, ""), weeks.mended.get(event.id), harm.touched,
        wrong, money, min(wrong, max(0.0, harm.unseen_wrong)), min(money, max(0.0, harm.unseen_money)), max(0.0, harm.seconds),
    )  # fmt: skip


def total(weeks: Weeks, rows: tuple[Row, ...], way: Way, days: int) -> Total:
    """The sums."""
    mine = [row.ways[way] for row in rows if row.harmed]
    harmful = [row for row in rows if not row.event.harmless]
    delays = sorted(one.delay for one in mine if one.delay is not None)
    middle = (delays[(len(delays) - 1) // 2] + delays[len(delays) // 2]) / 2 if delays else None
    return Total(
        len(mine), sum(row.reached and not row.harmed for row in harmful), sum(not row.reached for row in harmful), sum(one.seen for one in mine), middle, len(weeks.false), len(weeks.false) * TWELVE_WEEKS / days if days else 0.0,
        sum(one.wrong for one in mine), sum(one.money for one in mine), sum(one.unseen_wrong for one in mine), sum(one.unseen_money for one in mine),
        weeks.looks,
    )  # fmt: skip
