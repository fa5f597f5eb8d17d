"""Who is told of an alert and what is done: the simulated person on call, somebody who looks once a week, a person who plays, one who sees everything, or nobody.
Mends events; measures nothing.

Stated assumptions: whoever looks at a true alert finds its cause; a false one costs an hour; what is mended stays mended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from caseroom.proposal.model import OnCall
from caseroom.rollout.model import Planted
from caseroom.rollout.settings import LOOKS_EVERY, MENDS_ALONE

Way = Literal["own", "standard", "perfect", "none"]


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert, and what it was."""

    id: str
    day: int
    watch: str
    reads: str
    said: str
    level: str
    owner: str
    action: str
    cause: str
    """The event behind it; empty: there was none."""
    blind: bool = False
    """It says that nothing is measured any more."""


@dataclass
class Duty:
    """Who is on duty, what they noticed, and what is mended when."""

    way: Way
    on_call: OnCall | None
    person: bool = False
    noticed: dict[str, int] = field(default_factory=dict)
    """By event: the day on which somebody knew."""
    by: dict[str, str] = field(default_factory=dict)
    """By event: the watch that told it first."""
    alerted: dict[str, int] = field(default_factory=dict)
    """By event: the day of its first alert."""
    mended: dict[str, int] = field(default_factory=dict)
    """By event: the day from which it is gone."""
    false: list[Raised] = field(default_factory=list)
    looks: int = 0
    """Times that somebody looked into something."""
    _waiting: list[str] = field(default_factory=list)

    @property
    def mending(self) -> int:
        """Days from knowing to mended."""
        return self.on_call.days if self.on_call else MENDS_ALONE

    def told(self, day: int, raised: Sequence[Raised], live: Sequence[Planted]) -> None:
        """The day's new alerts; one that comes after its event is over saw nothing in time, and is no false one either."""
        at_work = {event.id for event in live}
        for alert in raised:
            if alert.blind or alert.level == "info":
                continue
            if not alert.cause:
                self.false.append(alert)
                self.looks += 1
            elif alert.cause in at_work and alert.cause not in self.alerted:
                self.alerted[alert.cause], self.by[alert.cause] = day, alert.watch
                self._waiting.append(alert.cause)

    def evening(self, day: int, live: Sequence[Planted]) -> None:
        """Whoever is on duty acts; a person who plays does so by actions alone. `live`: the events that are at work."""
        if self.way == "perfect":
            for event in live:
                if not event.harmless:
                    self._know(event.id, day)
            return
        if self.person or self.way == "none":
            if self.person:
                self._waiting = self._seen_by_person(day)
            return
        if self.on_call or day % LOOKS_EVERY == LOOKS_EVERY - 1:
            for cause in self._waiting:
                self.looks += 1
                self._know(cause, day)
            self._waiting = []

    def _seen_by_person(self, day: int) -> list[str]:
        for cause in self._waiting:
            self.noticed.setdefault(cause, day)
        return []

    def _know(self, cause: str, day: int) -> None:
        self.noticed.setdefault(cause, day)
        self.mended.setdefault(cause, day + 1 + self.mending)

    def fix(self, cause: str, day: int) -> None:
        """A person mends a cause."""
        self._know(cause, day)
