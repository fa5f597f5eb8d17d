"""The launch: which phase is open, what share the design gets, what its gate lacks, when it is rolled back, and what ends it. Looks at evidence only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from caseroom.metrics.registry import BY_NAME
from caseroom.numerals import counted
from caseroom.proposal.model import Bound, MetricName, Phase, Proposal
from caseroom.rollout.gates import Checked, Evidence, check, checks, ending, lacking
from caseroom.rollout.refine import Refined

LOOKS = 7
"""Days between two looks at a gate that did not hold, at the limits and at the stop: who looks every day finds a lucky one."""
TRAILING = 14
"""Days that limits and the stop look back at."""
BACK_ALONE = 7
"""Days that a rollback lasts where no cause was found."""
TWICE = 2
"""The rollback without a found cause after which it is not tried again."""
PhaseName = Literal["proof", "test", "full", "all"]
Refiner = Callable[[Proposal, Phase, MetricName, Evidence], Refined]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened to the launch."""

    day: int
    kind: Literal["opened", "gate", "refined", "rollback", "returned", "stopped", "improved", "note"]
    title: str
    said: str = ""
    ok: bool | None = None


@dataclass
class Launch:
    """Where the launch stands."""

    proposal: Proposal
    """The design as it is now."""
    currency: str
    refiner: Refiner
    limits: tuple[Bound, ...] = ()
    goal: MetricName = "right_rate"
    pinned: tuple[tuple[str, Proposal], ...] | None = None
    """The phase and the design of each day, where another run's are taken; no gate is looked at then. A phase without a name: it was over."""
    index: int = 0
    opened: int = 0
    designed: int = 0
    """The day since which the design is as it is."""
    refined: bool = False
    rolled: int | None = None
    """The day from which it is live again; None: it is live."""
    found_cause: bool = False
    without_cause: int = 0
    ended: str = ""
    """Why it ended, if it did."""
    gates: list[Checked] = field(default_factory=list)
    """The latest look at the open phase's gate."""
    stop: Checked | None = None
    held: list[Checked] = field(default_factory=list)
    """The latest look at the limits."""
    notes: list[Note] = field(default_factory=list)

    def __post_init__(self) -> None:
        roadmap = self.proposal.roadmap
        named: tuple[tuple[PhaseName, Phase | None], ...] = (("proof", roadmap.proof), ("test", roadmap.test), ("full", roadmap.full))
        self.phases: list[tuple[PhaseName, Phase]] = [(name, phase) for name, phase in named if phase is not None]
        if not self.phases:
            self.phases = [("all", Phase(share=1.0, days=1))]
            self._note(0, "opened", "everything is live", "No phase was named: all traffic goes to the design from the first day.")
        else:
            self._opened(0)

    @property
    def name(self) -> PhaseName:
        """The open phase."""
        return self.phases[self.index][0]

    @property
    def phase(self) -> Phase:
        """The open phase as it was proposed."""
        return self.phases[self.index][1]

    def share(self, day: int) -> float:
        """The share of the traffic that the design gets on a day."""
        if self.ended or (self.rolled is not None and day < self.rolled):
            return 0.0
        return self.phase.share

    def begin(self, day: int) -> None:
        """A day begins: what was rolled back may return, and a pinned launch goes where the other one went."""
        if self.pinned is not None and day < len(self.pinned):
            name, self.proposal = self.pinned[day]
            self.index = next((n for n, (known, _) in enumerate(self.phases) if known == name), self.index)
            self.ended = "" if name else "stopped"
        if self.rolled is not None and day >= self.rolled and not self.ended:
            self.rolled = None
            self._note(day, "returned", "live again", "" if self.found_cause else "No cause was found; it is tried again.")

    def roll_back(self, day: int, why: str, until: int | None, *, cause: bool) -> None:
        """Back to today's way from the next day on."""
        if self.ended or (self.rolled is not None and self.rolled > day + 1):
            return
        self.found_cause = cause
        self.without_cause += not cause
        if not cause and self.without_cause >= TWICE:
            self.rolled = 1_000_000
            self._note(
                day,
                "rollback",
                "rolled back for good",
                f"{why} It happened again without a cause that could be mended: it stays with today's way.",
                False,
            )
            return
        self.rolled = (day + 1 + BACK_ALONE) if until is None else max(until, day + 2)
        self._note(day, "rollback", "rolled back", f"{why} Until day {self.rolled} the work is done as today.", False)

    def end(self, day: int, why: str) -> None:
        """It is over."""
        self.ended = why
        self._note(day, "stopped", "stopped", why, False)

    def evening(self, day: int, evidence: Evidence) -> str:
        """A day is over: look at what is due. Gives what broke a limit, if one was broken and the roadmap says that this rolls it back."""
        if self.ended or self.pinned is not None or self.share(day) == 0.0:
            return ""
        broken = ""
        monitors = self.proposal.roadmap.monitors
        if day % LOOKS == LOOKS - 1:
            recent = evidence.since(max(self.designed, day + 1 - TRAILING))
            if (bound := self.proposal.assess.stop) is not None and day + 1 >= (self.proposal.assess.stop_days or 0):
                self.stop = check(bound, recent, monitors, self.currency)
                if self.stop.state == "broken":
                    self.end(day, f"The result that would end it was reached. {ending(bound, self.stop, self.currency)}")
                    return ""
            self.held = checks(self.limits, recent, monitors, self.currency)
            broken = next((limit.said for limit in self.held if limit.state == "broken"), "")
        self._look_at_gate(day, evidence)
        return broken if self.proposal.roadmap.rollback else ""

    def _look_at_gate(self, day: int, evidence: Evidence) -> None:
        age = day + 1 - self.opened
        over = age - self.phase.days
        if over < 0 or over % LOOKS or (self._last and self.refined):
            return
        since = evidence.since(max(self.opened, self.designed))
        self.gates = checks(self.phase.gate, since, self.proposal.roadmap.monitors, self.currency)
        holds = all(gate.state == "holds" for gate in self.gates)
        self._said_of_gate(day, holds)
        changed = self._refine(day, since)
        if self._last:
            self.refined = True
        elif holds:
            self.index += 1
            self.opened, self.refined, self.gates = day + 1, False, []
            self._opened(day + 1)
        elif changed:
            self._note(day, "note", "the gate is measured anew", "The design has changed, so what was graded before does not count.")

    @property
    def _last(self) -> bool:
        return self.index == len(self.phases) - 1

    def _said_of_gate(self, day: int, holds: bool) -> None:
        if not self.gates:
            if not self._last:
                self._note(day, "gate", f"{self.name}: no gate", "No gate was named: its time was over, so the next phase opened.", None)
            return
        word = "holds" if holds else "does not hold"
        self._note(day, "gate", f"{self.name}: the gate {word}", " ".join(gate.said for gate in self.gates), holds)

    def _refine(self, day: int, evidence: Evidence) -> bool:
        if self.phase.refine is None or self.refined:
            return False
        self.refined = True
        metric = self.phase.gate[0].metric if self.phase.gate else self.goal
        found = self.refiner(self.proposal, self.phase, metric, evidence)
        self._note(
            day,
            "refined",
            f"{self.name}: {found.part} refined" if found.kept else f"{self.name}: nothing changed",
            found.said,
            found.kept or None,
        )
        if found.kept:
            self.redesign(found.proposal, day + 1)
        return found.kept

    def improve(self, day: int, title: str, said: str, proposal: Proposal | None) -> None:
        """Something was made of users' labels; a design that was taken is live from the next day on."""
        self._note(day, "improved", title, said, proposal is not None or None)
        if proposal is not None:
            self.redesign(proposal, day + 1)

    def redesign(self, proposal: Proposal, day: int) -> None:
        """Another design from a day on."""
        self.proposal, self.designed = proposal, day

    def _opened(self, day: int) -> None:
        purpose = f" {self.phase.purpose[0].upper()}{self.phase.purpose[1:]}" if self.phase.purpose else ""
        self._note(
            day,
            "opened",
            f"{self.name} opens",
            f"{self.phase.share:.0%} of the traffic, at least {counted(self.phase.days, 'day')}.{purpose}",
        )

    def _note(self, day: int, kind: str, title: str, said: str = "", ok: bool | None = None) -> None:
        self.notes.append(Note(day, kind, title, said, ok))  # type: ignore[arg-type]

    def reached(self, days: int) -> str:
        """Where it stood at the horizon, and what kept it there, in a sentence."""
        if self.ended:
            return self.ended
        if self.rolled is not None:
            return "The weeks ended while it was rolled back: the work was done as today."
        if self.name == "all":
            return "Everything was live from the first day; no gate stood before it."
        if self._last:
            return f"It reached its last phase, {self.name}, on day {self.opened}, with {self.phase.share:.0%} of the traffic."
        left = self.phase.days - (days - self.opened)
        if left > 0:
            return f"The weeks ended in the phase {self.name}, {counted(left, 'day')} before its gate was due."
        return f"The phase {self.name} never ended: {self._lacked()}"

    def _lacked(self) -> str:
        monitors = self.proposal.roadmap.monitors
        never = [gate for gate in self.phase.gate if lacking(gate.metric, monitors)]
        if never:
            return " ".join(
                f"its gate asks for {BY_NAME[gate.metric].title.lower()}, which nobody measures ({lacking(gate.metric, monitors)})."
                for gate in never
            )
        open_ones = [gate.said for gate in self.gates if gate.state != "holds"]
        return (
            f"its gate did not hold. {' '.join(open_ones)}" if open_ones else "its gate was never looked at, for the design got no traffic."
        )
