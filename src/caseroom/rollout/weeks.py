"""The fold over the days: traffic, events, the design or today's way, what is measured of it, who is told, what is done. One step a day; a day leaves a row of
numbers and no texts. The same seed, proposal and actions give the same weeks; a person's actions move nothing before their day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from caseroom.lab.verdict import goal_of, limits_of
from caseroom.proposal.model import MetricName, Phase, Proposal
from caseroom.rollout.causes import finding, moves
from caseroom.rollout.deck import AT
from caseroom.rollout.drawing import Drawn, Force, Stage
from caseroom.rollout.feedback import Feedback
from caseroom.rollout.gates import Evidence
from caseroom.rollout.loop import Loop
from caseroom.rollout.model import Planted
from caseroom.rollout.oncall import Duty, Raised, Way
from caseroom.rollout.phases import Launch, Note
from caseroom.rollout.planting import FACTORS, level
from caseroom.rollout.readings import Graded, grade, read, samples, shown
from caseroom.rollout.refine import Refined, refine
from caseroom.rollout.replayed import replayed
from caseroom.rollout.service import Served, served
from caseroom.rollout.settings import Action
from caseroom.rollout.sight import Sight, Signal
from caseroom.rollout.watching import sight_of

LINGERS = 10
"""Days after an event's end in which an alert is still set down to it: windows look back."""
FOR_GOOD = 1_000_000


@dataclass(frozen=True, slots=True)
class Day:
    """What a day came to."""

    day: int
    date: str
    phase: str
    share: float
    """Of the traffic that the design got."""
    came: int
    live: int
    """Items of the design's."""
    wrong: float
    """Items that left wrong, the design's."""
    wrong_today: float
    """Of those that were done as today."""
    harm: float
    """Money that errors cost, of all items."""
    cost: float
    """People's time and the machine's price, of all items."""
    minutes: float
    """People's minutes, of all items."""
    saved: float
    """Money against doing everything as today."""
    graded: int
    graded_right: int
    signals: int
    """Items that a user sent back, thumbed down, or that were edited: labels."""
    readings: Mapping[str, float]
    forces: tuple[tuple[str, float], ...]
    """The events at work, with their level."""


@dataclass
class Harm:
    """What an event did, beside the same items without it."""

    touched: int = 0
    wrong: float = 0.0
    money: float = 0.0
    seconds: float = 0.0
    """Seconds that users waited longer."""
    unseen_wrong: float = 0.0
    """Of the wrong ones, those until somebody knew."""
    unseen_money: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a person on call did and what came of it."""

    action: Action
    said: str


@dataclass(frozen=True, slots=True)
class Weeks:
    """All that happened."""

    days: tuple[Day, ...]
    events: tuple[Planted, ...]
    alerts: tuple[Raised, ...]
    notes: tuple[Note, ...]
    harm: Mapping[str, Harm]
    noticed: Mapping[str, int]
    by: Mapping[str, str]
    mended: Mapping[str, int]
    false: tuple[Raised, ...]
    looks: int
    reached: str
    ended: str
    found: tuple[Found, ...]
    schedule: tuple[tuple[str, Proposal], ...]
    gates: tuple[Any, ...]
    proposal: Proposal
    """The design at the end."""
    feedback: Feedback | None = None
    """What became of users' signals."""


@dataclass
class Simulation:
    """The weeks of one proposal under one kind of watching, day by day."""

    stage: Stage
    proposal: Proposal
    way: Way = "own"
    actions: Sequence[Action] = ()
    pinned: tuple[tuple[str, Proposal], ...] | None = None
    day: int = 0
    days: list[Day] = field(default_factory=list)
    alerts: list[Raised] = field(default_factory=list)
    harm: dict[str, Harm] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    schedule: list[tuple[str, Proposal]] = field(default_factory=list)

    def __post_init__(self) -> None:
        business, roadmap = self.stage.business, self.proposal.roadmap
        limits = tuple(bound for bound, said in limits_of(self.proposal, business.task) if said)
        goal = goal_of(self.proposal, business.task)[0]
        self.launch = Launch(self.proposal, business.economics.currency, self._refined, limits, goal, self.pinned)
        self.sight: Sight = sight_of(self.way, roadmap.monitors)
        self.monitors = self.sight.monitors  # what is measured: under the standard set more than was proposed
        self.duty = Duty(self.way, roadmap.on_call, self.stage.settings.person and self.way == "own")
        self.evidence = Evidence(self.stage.names)
        self.loop = Loop(self.stage, roadmap, self.way == "own" and self.pinned is None)
        self._sample: int | None = None
        self._moves: dict[str, dict[str, float]] = {}
        self._design = self.launch.proposal

    @property
    def over(self) -> bool:
        """Whether the horizon is reached."""
        return self.day >= self.stage.settings.days

    def run(self) -> Weeks:
        """All days to the horizon."""
        while not self.over:
            self.step()
        return self.weeks()

    def step(self) -> Day:
        """One day more: its traffic, then its evening."""
        day, launch = self.day, self.launch
        launch.begin(day)
        if launch.proposal != self._design:
            self._design = launch.proposal
            self.sight.renew(day)
        if day in self.duty.mended.values():
            self.sight.mended(day - 1)
        forces = self.forces(day)
        drawn = self.stage.draw(launch.proposal, day, launch.share(day), forces)
        deck = self.stage.deck(launch.proposal)
        done = served(drawn, deck, self.stage.business)
        plain = served(drawn, deck, self.stage.business, drawn.usual, usual=True)
        self.loop.see(day, launch.proposal, drawn, done, forces)
        self._harmed(day, forces, drawn, done, plain)
        graded = grade(
            drawn, done, samples(self.monitors, self._sample), self.stage.settings.seed, self.stage.business.economics.cost_of_wrong
        )
        self.evidence.add(day, graded)
        readings = read(self.monitors, drawn, done, graded)
        if self.monitors.outputs and len(drawn):
            readings["outputs.replayed"] = replayed(self.stage, launch.proposal, day, forces)
        signals = self.sight.see(day, readings) if len(drawn) or not drawn.came else ()
        self.schedule.append(("" if launch.ended else launch.name, launch.proposal))
        row = self._row(
            day, forces, drawn, done, graded, {name: value for name, given in readings.items() if (value := shown(given)) is not None}
        )
        self.days.append(row)
        self._evening(day, forces, signals)
        self.day += 1
        return row

    # ---- the evening

    def _evening(self, day: int, forces: Sequence[Force], signals: Sequence[Signal]) -> None:
        raised = [self._raised(day, signal) for signal in signals]
        self.alerts += raised
        live = [force.event for force in forces]
        self.duty.told(day, raised, live)
        self.duty.evening(day, live)
        if self.duty.person:
            self._act(day, forces)
        broken = self.launch.evening(day, self.evidence)
        limits = [alert for alert, signal in zip(raised, signals, strict=True) if signal.limit and not signal.blind]  # unseen is not broken
        if limits and not broken and self.proposal.roadmap.rollback:
            broken = f"A limit was broken: {limits[0].said}"
        if broken and not self.duty.person:
            self._roll_back(day, broken, forces)
        self.loop.evening(day, self.launch, live, self.duty.noticed)

    def _roll_back(self, day: int, why: str, forces: Sequence[Force]) -> None:
        mended = [self.duty.mended[force.event.id] for force in forces if force.event.id in self.duty.mended]
        self.launch.roll_back(day, why, max(mended) if mended else None, cause=bool(mended))

    def _act(self, day: int, forces: Sequence[Force]) -> None:
        for action in self.actions:
            if action.day == day:
                self.found.append(Found(action, self._done(day, action, list(forces))))

    def late(self, action: Action) -> None:
        """One action more on the evening that is just over; the same as if it had been among the actions from the start. Only for actions of which
        nothing later on that evening depends: not for a rollback, a return, or a fix."""
        self.found.append(Found(action, self._done(action.day, action, self.forces(action.day))))

    def _done(self, day: int, action: Action, forces: list[Force]) -> str:
        """An action, and what came of it."""
        if action.kind == "look":
            self.duty.looks += 1
            return finding(action.target, forces)
        if action.kind == "fix":
            return self._fixed(day, action.target, forces)
        if action.kind == "rollback":
            self.launch.roll_back(day, "The person on call switched it back.", FOR_GOOD, cause=True)
            return "From tomorrow the work is done as today."
        if action.kind == "return":
            self.launch.rolled = day + 1 if self.launch.rolled is not None else None
            return "From tomorrow it is live again."
        if action.kind == "silence":
            self.sight.silence(action.target, day + 1, day + max(1, action.value))
            return f"{action.target} is silent until day {day + max(1, action.value)}."
        if action.kind == "acknowledge":
            self.sight.acknowledge(action.target, day)
            return f"The alerts of {action.target} are acknowledged."
        if action.kind == "sample":
            self._sample = max(0, action.value)
            return (
                f"From tomorrow people grade {self._sample} outputs a day."
                if self.monitors.quality
                else "Nobody grades outputs: quality is not watched."
            )
        return "Nothing was done."

    def _fixed(self, day: int, cause: str, forces: Sequence[Force]) -> str:
        hit = [force.event for force in forces if cause in (force.event.id, force.event.kind) and not force.event.harmless]
        self.duty.looks += 1
        if not hit:
            return f"There was no {cause.replace('_', ' ')} to mend: an hour is gone, and nothing changes."
        for event in hit:
            self.duty.fix(event.id, day)
        return f"{hit[0].title}: mended from day {self.duty.mended[hit[0].id]}."

    # ---- the day's numbers

    def forces(self, day: int) -> list[Force]:
        """The events at work on a day, as it is known now what was mended when."""
        levels = ((event, level(event, day, self.duty.mended.get(event.id))) for event in self.stage.planted)
        return [Force(event, size) for event, size in levels if size > 0]

    def _harmed(self, day: int, forces: Sequence[Force], drawn: Drawn, done: Served, plain: Served) -> None:
        for number, force in enumerate(forces):
            harm = self.harm.setdefault(force.event.id, Harm())
            mask = np.ones(len(drawn), bool) if force.event.kind in FACTORS else drawn.touched == number
            wrong, money = 0.0, 0.0
            if force.event.kind == "cost_rise":
                money = float((done.price[mask] - plain.price[mask]).sum())
            else:
                wrong = float(done.wrong[mask].sum()) - float(plain.wrong[mask].sum())
                money = float(
                    (done.harm[mask] - plain.harm[mask]).sum() + ((done.cost - done.price)[mask] - (plain.cost - plain.price)[mask]).sum()
                )
            if force.event.kind == "latency_creep":
                harm.seconds += float((done.seconds[mask] - plain.seconds[mask]).sum())
            self._count(harm, force.event, day, int(mask.sum()), wrong, money)

    def _count(self, harm: Harm, event: Planted, day: int, touched: int, wrong: float, money: float) -> None:
        harm.touched += touched
        harm.wrong, harm.money = harm.wrong + wrong, harm.money + money
        if event.id not in self.duty.noticed:
            harm.unseen_wrong, harm.unseen_money = harm.unseen_wrong + wrong, harm.unseen_money + money

    def _row(self, day: int, forces: Sequence[Force], drawn: Drawn, done: Served, graded: Graded, readings: Mapping[str, float]) -> Day:
        money = self.stage.business.economics
        rest = drawn.came - len(drawn)
        harm = float(done.harm.sum()) + rest * money.wrong_today * money.cost_of_wrong
        cost = float(done.cost.sum()) + rest * money.minutes.today * money.wage_per_minute
        today = drawn.came * (money.minutes.today * money.wage_per_minute + money.wrong_today * money.cost_of_wrong)
        return Day(
            day, self.stage.traffic.date(day).isoformat(), "stopped" if self.launch.ended else self.launch.name, self.launch.share(day), drawn.came, len(drawn),
            float(done.wrong.sum()), rest * money.wrong_today, harm, cost, float(done.minutes.sum()) + rest * money.minutes.today, today - harm - cost,
            len(graded.rows), int((graded.rows[:, AT["right"]] == 1).sum()), int(done.signal.sum()), readings,
            tuple((force.event.id, round(force.level, 4)) for force in forces),
        )  # fmt: skip

    # ---- alerts

    def _raised(self, day: int, signal: Signal) -> Raised:
        cause = "" if signal.blind else self._cause(day, signal.reads)
        return Raised(
            signal.id, day, signal.watch, signal.reads, signal.said, signal.level, signal.owner, signal.action, cause, signal.blind
        )

    def _cause(self, day: int, reads: str) -> str:
        """The event that can have moved a reading by now, the one that moves it most; one that is over counts while windows still see it."""
        sizes = [
            (self._moved(event).get(reads, 0.0), event.id)
            for event in self.stage.planted
            if self._lately(event, day) and not event.harmless
        ]
        size, cause = max(sizes, default=(0.0, ""))
        return cause if size else ""

    def _lately(self, event: Planted, day: int) -> bool:
        end = min(event.start + event.days, self.duty.mended.get(event.id, FOR_GOOD))
        return event.start <= day < end + LINGERS

    def _moved(self, event: Planted) -> dict[str, float]:
        if event.id not in self._moves:
            other = None if event.kind in FACTORS else self.stage.deck(self.proposal, event)
            self._moves[event.id] = moves(self.stage, self.stage.deck(self.proposal), event, other)
        return self._moves[event.id]

    # ---- the end

    def _refined(self, proposal: Proposal, phase: Phase, metric: MetricName, evidence: Evidence) -> Refined:
        assert phase.refine is not None
        return refine(self.stage, proposal, phase.refine, metric, evidence, self.stage.business.economics.currency)

    def _reached(self) -> str:
        if self.days and not any(day.came for day in self.days):
            return "Nothing came in on any day, so nothing could be tried, and nothing was rolled back."
        return self.launch.reached(self.day)

    def weeks(self) -> Weeks:
        """What happened up to now."""
        duty, launch = self.duty, self.launch
        return Weeks(
            tuple(self.days), self.stage.planted, tuple(self.alerts), tuple(launch.notes), {name: replace(harm) for name, harm in self.harm.items()},
            dict(duty.noticed), dict(duty.by), dict(duty.mended), tuple(duty.false), duty.looks, self._reached(), launch.ended,
            tuple(self.found), tuple(self.schedule), tuple(launch.gates), launch.proposal, self.loop.feedback(),
        )  # fmt: skip


def simulate(stage: Stage, proposal: Proposal, actions: Sequence[Action] = ()) -> Weeks:
    """The weeks of a proposal under its own monitors, with what a person on call does, if one plays."""
    return Simulation(stage, proposal, actions=actions).run()
