"""The board: watches over the days. Learns what is usual, looks once a day, and says which watches stand out. Tells nobody; keeps plain data.

A day is a whole number that only grows (a day of a simulation, or a date's ordinal). The same days with the same readings give the same
alerts, whatever the machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from caseroom.errors import MonitorError
from caseroom.monitoring.alerts import Alert, Book, Silence
from caseroom.monitoring.guard import Guard, Seen
from caseroom.monitoring.looks import budgets
from caseroom.monitoring.measured import Measured
from caseroom.monitoring.telling import blind, moved, over
from caseroom.monitoring.watch import Watch

VERSION = 1
Readings = Mapping[str, Measured]


class Board:
    """Watches, what they have seen, and the book of their alerts."""

    def __init__(self, watches: Sequence[Watch], budget: float = 1.0) -> None:
        """`budget`: false alarms in 84 daily looks that all watches together may cause.

        Raises:
            MonitorError: if watches share a name, explain themselves by one that is not there, or leave no budget.
        """
        names = [watch.name for watch in watches]
        double = sorted({name for name in names if names.count(name) > 1})
        if double:
            raise MonitorError(f"Two watches share the name {', '.join(double)}. Give each its own.")
        missing = [watch.name for watch in watches if watch.unless and watch.unless not in names]
        if missing:
            raise MonitorError(f"The watch {missing[0]!r} is explained by one that is not on the board. Add it, or leave `unless` out.")
        if not 0 < budget < float("inf"):
            raise MonitorError("The budget of a board must be above 0: a board that may never alarm falsely may never alarm.")
        self.watches, self.budget, self.book = tuple(watches), budget, Book()
        self.guards = {watch.name: Guard(watch, share) for watch, share in zip(watches, budgets(watches, budget), strict=True)}
        self.last: int | None = None
        """The latest day that was learned or seen."""

    def learn(self, readings: Mapping[int, Readings]) -> None:
        """Takes days as usual ones, without looking.

        Raises:
            MonitorError: if a day is not after the last one, or a reading does not suit its watch.
        """
        for day in sorted(readings):
            self._next(day)
            taken = {watch.name: self.guards[watch.name].take(day, readings[day].get(watch.reads)) for watch in self.watches}
            for name, row in taken.items():
                self.guards[name].learn(day, row)
            self.last = day

    def see(self, day: int, readings: Readings) -> list[Alert]:
        """Looks at a day: the alerts that are new on it, and those that went on.

        Raises:
            MonitorError: as `learn`. Nothing is taken of such a day.
        """
        self._next(day)
        taken = {watch.name: self.guards[watch.name].take(day, readings.get(watch.reads)) for watch in self.watches}
        seen = {name: self.guards[name].look(day, row) for name, row in taken.items()}
        self.last = day
        told = [alert for watch in self.watches for alert in self._settle(day, watch, seen)]
        return sorted(told, key=lambda alert: alert.id)

    def _settle(self, day: int, watch: Watch, seen: Mapping[str, list[Seen]]) -> list[Alert]:
        """What one watch has to tell today."""
        told = []
        for one in seen[watch.name]:
            found = moved(self.book, day, watch, one, self._explained(watch, one, seen))
            told += [found] if found else over(self.book, day, watch, one)
        found = blind(self.book, day, watch, self.guards[watch.name])
        told += [found] if found else []
        return told

    def _explained(self, watch: Watch, one: Seen, seen: Mapping[str, list[Seen]]) -> bool:
        """Whether the watch that may explain it stands out. Of two shares of changed items the explaining one must be the larger: outputs that
        are made of inputs as before cannot change more than the inputs did (the data-processing inequality)."""
        if not watch.unless:
            return False
        both = watch.test == self.guards[watch.unless].watch.test == "chi2"
        return any(other.lingers and (not both or other.look.effect >= one.look.effect) for other in seen[watch.unless])

    def _next(self, day: int) -> None:
        if isinstance(day, bool) or not isinstance(day, int):
            raise MonitorError(f"A day is a whole number, not {day!r}. Of a date take its ordinal.")
        if self.last is not None and day <= self.last:
            again = "was seen already" if day == self.last else f"lies before day {self.last}, the last that was seen"
            raise MonitorError(f"Day {day} {again}. Was the clock set back? Days must come in order, each once.")

    def alerts(self) -> list[Alert]:
        """Every alert as it is today."""
        return self.book.alerts()

    def acknowledge(self, id: str, day: int, who: str, why: str = "") -> Alert:
        """Somebody has seen it and acts."""
        return self.book.acknowledge(id, day, who, why)

    def close(self, id: str, day: int, who: str, why: str = "") -> Alert:
        """Somebody says that it is over: its watch forgets the days up to this one in its windows, so that only what comes can raise it again."""
        alert = self.book.close(id, day, who, why)
        self.guards[alert.watch].restart(day)
        return alert

    def silence(self, watch: str, start: int, until: int, reason: str) -> None:
        """Nobody is told of a watch (* for all) from a day to a day."""
        if watch != "*" and watch not in self.guards:
            raise MonitorError(f"There is no watch {watch!r}. There are: {', '.join(self.guards)}.")
        self.book.silence(Silence(watch, start, until, reason))

    def renew(self, day: int, names: Sequence[str] = ()) -> None:
        """What comes after this day is the new usual: references (of some watches, or all) are learned again from it."""
        for name in names or list(self.guards):
            self.guards[name].renew(day)

    def to_data(self) -> dict[str, Any]:
        """All of it as plain data that JSON takes."""
        guards = {name: guard.to_data() for name, guard in self.guards.items()}
        watches = [asdict(watch) for watch in self.watches]
        return {
            "version": VERSION,
            "budget": self.budget,
            "last": self.last,
            "watches": watches,
            "guards": guards,
            "book": self.book.to_data(),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Board:
        """From `to_data`: goes on where it was.

        Raises:
            MonitorError: if another version wrote it.
        """
        if data.get("version") != VERSION:
            raise MonitorError(f"The board was kept by version {data.get('version')}; this is {VERSION}. Learn it anew.")
        board = cls([Watch(**watch) for watch in data["watches"]], data["budget"])
        board.last, board.book = data["last"], Book.from_data(data["book"])
        for name, guard in data["guards"].items():
            board.guards[name].restore(guard)
        return board
