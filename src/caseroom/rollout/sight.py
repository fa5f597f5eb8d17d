"""What watches the days: the room `monitoring` with a roadmap's monitors, the standard set, or nothing. Only carries readings there and alerts back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from caseroom.monitoring.alerts import Alert
from caseroom.monitoring.measured import Measured
from caseroom.proposal.model import Monitors


@dataclass(frozen=True, slots=True)
class Signal:
    """A new alert of a watch."""

    id: str
    watch: str
    reads: str
    said: str
    level: str = "ticket"
    owner: str = ""
    action: str = ""
    blind: bool = False
    limit: bool = False
    """A fixed limit is broken, not a test against the weeks before."""


class Sight(Protocol):
    """Watches days."""

    monitors: Monitors
    """What is measured for it."""

    def see(self, day: int, readings: Mapping[str, Measured]) -> Sequence[Signal]:
        """The new alerts of a day."""

    def standing(self) -> Sequence[Alert]:
        """The alerts that are not over, as they are today."""

    def silence(self, watch: str, day: int, until: int) -> None:
        """Nobody is told of a watch for a while."""

    def acknowledge(self, watch: str, day: int) -> None:
        """Somebody has seen its alerts."""

    def mended(self, day: int) -> None:
        """What was behind the open alerts is gone: windows begin anew."""

    def renew(self, day: int) -> None:
        """What is usual is learnt anew from a day on: the design has changed."""


class Blindfold:
    """Nothing is watched."""

    def __init__(self) -> None:
        self.monitors = Monitors()

    def see(self, day: int, readings: Mapping[str, Measured]) -> Sequence[Signal]:
        """Nothing is seen."""
        return ()

    def standing(self) -> Sequence[Alert]:
        """None."""
        return ()

    def silence(self, watch: str, day: int, until: int) -> None:
        """Nothing to silence."""

    def acknowledge(self, watch: str, day: int) -> None:
        """Nothing to acknowledge."""

    def mended(self, day: int) -> None:
        """Nothing stood out."""

    def renew(self, day: int) -> None:
        """Nothing is known."""
