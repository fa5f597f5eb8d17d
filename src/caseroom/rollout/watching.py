"""A roadmap's monitors as watches of the room `monitoring`, and the board that looks at the days with them. What was not named is not watched; what was is watched as
the standard set watches it, with the roadmap's own patience and owner. A limit adds a watch and takes none away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace

from caseroom.monitoring.alerts import Alert
from caseroom.monitoring.board import Board
from caseroom.monitoring.measured import Measured
from caseroom.monitoring.standard import standard
from caseroom.monitoring.watch import Watch
from caseroom.proposal.borders import Border, borders
from caseroom.proposal.model import Monitor, Monitors
from caseroom.rollout.oncall import Way
from caseroom.rollout.settings import DEFAULT_SAMPLE
from caseroom.rollout.sight import Blindfold, Sight, Signal

BUDGET = 1.0
"""False alarms in 12 weeks that all monitors together may cause."""
READS: Mapping[str, tuple[str, ...]] = {
    "quality": ("quality", "quality.wrong"), "proxies": ("proxies",), "checks": ("checks",), "abstention": ("abstention",), "latency": ("latency",), "errors": ("errors",),
    "cost": ("cost",), "inputs": ("inputs.kinds", "inputs.unseen", "inputs.far", "inputs.words"),
    "outputs": ("outputs.words", "outputs.values", "outputs.replayed"),
    "groups": ("quality.groups",), "attacks": ("attacks",),
}  # fmt: skip
"""The readings of each monitor; the volume is known to anybody who watches anything."""
ALL = Monitors(**{part.name: Monitor(sample=DEFAULT_SAMPLE if part.name in ("quality", "groups") else None) for part in fields(Monitors)})
"""The standard set."""


def named(monitors: Monitors) -> dict[str, Monitor]:
    """The monitors that are there."""
    return {part.name: monitor for part in fields(monitors) if (monitor := getattr(monitors, part.name)) is not None}


def watches(monitors: Monitors) -> tuple[Watch, ...]:
    """The watches of a roadmap."""
    found = list(_watches(monitors))
    there = {watch.name for watch in found}
    return tuple(replace(watch, unless="" if watch.unless not in there else watch.unless) for watch in found)


def _watches(monitors: Monitors) -> Iterator[Watch]:
    own = named(monitors)
    for name, monitor in own.items():
        for border in borders(name, monitor):
            yield _limit(name, monitor, border)
        for watch in standard(READS[name]):
            yield replace(watch, patience=monitor.patience, owner=monitor.owner or watch.owner, action=monitor.action or watch.action)
    if own:
        yield from standard(("volume",))


def _limit(name: str, monitor: Monitor, border: Border) -> Watch:
    """A fixed value that must not be broken."""
    own = standard((border.reads,))
    standing = (own or standard(READS[name]))[0]
    low, high = (border.value, None) if border.low else (None, border.value)
    return Watch(
        f"{standing.name if own else border.field} (limit)", border.reads, "range", low=low, high=high, percentile=95 if name == "latency" else None,
        window=3, patience=monitor.patience, level="page", owner=monitor.owner or standing.owner, action=monitor.action or standing.action,
    )  # fmt: skip


class Watched:
    """A board over the days of a rollout."""

    def __init__(self, monitors: Monitors, found: Sequence[Watch]) -> None:
        """Raises MonitorError where watches cannot be: limits that are no numbers, say."""
        self.monitors = monitors
        self._board = Board(found, BUDGET)
        self._by_name = {watch.name: watch for watch in found}

    def see(self, day: int, readings: Mapping[str, Measured]) -> Sequence[Signal]:
        """The new alerts of a day."""
        return [self._signal(alert) for alert in self._board.see(day, readings) if alert.is_new(day)]

    def _signal(self, alert: Alert) -> Signal:
        watch = self._by_name[alert.watch]
        name = f"{alert.watch}: {alert.part}" if alert.part else alert.watch
        return Signal(
            alert.id, name, watch.reads, alert.why, alert.level, alert.owner, alert.action, alert.kind == "blind", watch.test == "range" and alert.kind != "blind",
        )  # fmt: skip

    def silence(self, watch: str, day: int, until: int) -> None:
        """Nobody is told of a watch for a while."""
        self._board.silence(watch, day, until, "the person on call silenced it")

    def acknowledge(self, watch: str, day: int) -> None:
        """Somebody has seen its alerts."""
        for alert in self._open():
            if alert.watch == watch and alert.state == "open":
                self._board.acknowledge(alert.id, day, "on call")

    def mended(self, day: int) -> None:
        """What was behind the open alerts is gone: windows begin anew."""
        for alert in self._open():
            if alert.kind == "moved":
                self._board.close(alert.id, day, "on call", "mended")

    def standing(self) -> Sequence[Alert]:
        """The alerts that are not over, as they are today."""
        return self._open()

    def _open(self) -> list[Alert]:
        return [alert for alert in self._board.alerts() if alert.state != "closed"]

    def renew(self, day: int) -> None:
        """What is usual is learnt anew from a day on: the design has changed."""
        self._board.renew(day - 1)


def sight_of(way: Way, monitors: Monitors) -> Sight:
    """What watches under a way of watching."""
    if way in ("perfect", "none"):
        return Blindfold()
    own = ALL if way == "standard" else monitors
    found = watches(own)
    return Watched(own, found) if found else Blindfold()
