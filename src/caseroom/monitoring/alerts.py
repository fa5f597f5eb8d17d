"""Alerts and what became of them: an append-only book of entries, folded into alerts and incidents. Tests nothing and tells nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from caseroom.errors import MonitorError
from caseroom.monitoring.watch import Level

State = Literal["open", "acknowledged", "closed"]
What = Literal["raised", "went on", "acknowledged", "closed", "calmed", "raised again"]
Kind = Literal["moved", "blind"]
LOUD: Mapping[Level, int] = {"info": 0, "ticket": 1, "page": 2}


@dataclass(frozen=True, slots=True)
class Alert:
    """A watch that stands out, as it is today."""

    id: str
    """The watch, the part if it watches parts, and the day since; unique on a board."""
    watch: str
    since: int
    """The first day of the days in a row that raised it."""
    raised: int
    """The day on which it was told first, or told again: after a silence, or because it is louder now."""
    last: int
    """The latest day on which it stood out."""
    level: Level
    value: float | None
    """What was measured, in the units of the reading; None where there is no one number, or nothing was measured."""
    expected: float | None
    """What the reference has, for the same mix of parts; of a range its border."""
    p: float | None
    """The chance of as large a difference without a change, on one look; None of an alert that nothing is measured."""
    why: str
    """In words."""
    owner: str
    action: str
    state: State = "open"
    part: str = ""
    """Of a watch of parts: which one."""
    kind: Kind = "moved"
    """Whether the number moved, or is not measured any more."""

    def is_new(self, day: int) -> bool:
        """Whether it was raised, or raised again, on this day."""
        return self.raised == day


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to one alert. Entries are appended and never changed."""

    day: int
    what: What
    alert: Alert
    """As it was after this."""
    who: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody is told of a watch for a while; it is looked at all the same."""

    watch: str
    """Its name; * for all."""
    start: int
    """The first day."""
    until: int
    """The last day."""
    reason: str

    def covers(self, watch: str, day: int) -> bool:
        """Whether it holds for a watch on a day."""
        return self.watch in ("*", watch) and self.start <= day <= self.until


@dataclass(frozen=True, slots=True)
class Incident:
    """Alerts of one day or of days side by side, which one cause may have."""

    id: str
    since: int
    last: int
    level: Level
    """The loudest of its alerts."""
    alerts: tuple[Alert, ...]

    @property
    def open(self) -> bool:
        """Whether any of its alerts is not closed."""
        return any(alert.state != "closed" for alert in self.alerts)


def incidents(alerts: Iterable[Alert]) -> list[Incident]:
    """Alerts that were raised on one day or on days side by side, together; in order of days."""
    groups: list[list[Alert]] = []
    for alert in sorted(alerts, key=lambda alert: (alert.raised, alert.id)):
        if groups and alert.raised <= groups[-1][-1].raised + 1:
            groups[-1].append(alert)
        else:
            groups.append([alert])
    return [_incident(group) for group in groups]


def _incident(group: Sequence[Alert]) -> Incident:
    loudest = max((alert.level for alert in group), key=lambda level: LOUD[level])
    return Incident(
        f"incident@{group[0].raised}", min(alert.since for alert in group), max(alert.last for alert in group), loudest, tuple(group)
    )


@dataclass(slots=True)
class Book:
    """All that happened, in order."""

    entries: list[Entry] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    _now: dict[str, Alert] = field(default_factory=dict)
    """The fold of the entries: each alert as it is."""

    def alerts(self) -> list[Alert]:
        """Every alert as it is, in the order in which they were raised."""
        return list(self._now.values())

    def get(self, id: str) -> Alert:
        """One alert as it is.

        Raises:
            MonitorError: if there is none of that id.
        """
        if id not in self._now:
            raise MonitorError(f"No alert has the id {id!r}. The open ones are: {', '.join(self._open()) or 'none'}.")
        return self._now[id]

    def _open(self) -> list[str]:
        return [alert.id for alert in self._now.values() if alert.state != "closed"]

    def append(self, day: int, what: What, alert: Alert, who: str = "", why: str = "") -> Alert:
        """Writes down what happened; returns the alert as it is now."""
        self.entries.append(Entry(day, what, alert, who, why))
        self._now[alert.id] = alert
        return alert

    def acknowledge(self, id: str, day: int, who: str, why: str = "") -> Alert:
        """Somebody has seen it.

        Raises:
            MonitorError: if there is no such alert, or it is closed.
        """
        alert = self._unclosed(id)
        return self.append(day, "acknowledged", replace(alert, state="acknowledged"), who, why)

    def close(self, id: str, day: int, who: str, why: str = "") -> Alert:
        """Somebody says that it is over.

        Raises:
            MonitorError: if there is no such alert, or it is closed.
        """
        return self.append(day, "closed", replace(self._unclosed(id), state="closed"), who, why)

    def _unclosed(self, id: str) -> Alert:
        alert = self.get(id)
        if alert.state == "closed":
            raise MonitorError(f"The alert {id!r} is closed already. If it goes on, it is raised anew under its own id.")
        return alert

    def silence(self, silence: Silence) -> None:
        """Nobody is told of a watch from a day to a day.

        Raises:
            MonitorError: without a reason, or if it ends before it begins.
        """
        if not silence.reason.strip():
            raise MonitorError("A silence needs a reason: whoever is on call next must know why nobody was told.")
        if silence.until < silence.start:
            raise MonitorError(f"The silence of {silence.watch!r} ends on day {silence.until}, before it begins on day {silence.start}.")
        self.silences.append(silence)

    def silenced(self, watch: str, day: int) -> bool:
        """Whether nobody is told of this watch on this day."""
        return any(silence.covers(watch, day) for silence in self.silences)

    def to_data(self) -> dict[str, Any]:
        """As plain data that JSON takes."""
        return {"entries": [asdict(entry) for entry in self.entries], "silences": [asdict(silence) for silence in self.silences]}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Book:
        """From `to_data`: the entries are folded again."""
        book = cls(silences=[Silence(**silence) for silence in data["silences"]])
        for entry in data["entries"]:
            book.append(**entry | {"alert": Alert(**entry["alert"])})
        return book
