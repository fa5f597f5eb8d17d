"""The product watches itself: its days, compared with those before by `caseroom.monitoring`; alerts with what people did about them.

The days are counted anew each time from the store, and so are the alerts; an alert that was raised is kept, and so is every acknowledgement and silence.
Nothing is sent from here (`alerting.py` does, where somebody set an address) and nothing about the product is changed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from caseroom.app.interviews import Room
from caseroom.app.series import BY_NAME, Line, lines
from caseroom.app.series import told as valued
from caseroom.app.tallies import Tallies, breathe
from caseroom.app.tally import Tally
from caseroom.app.watching_rules import GAP, watches
from caseroom.errors import MonitorError, UsageError
from caseroom.monitoring.alerts import Alert, incidents
from caseroom.monitoring.board import Board
from caseroom.monitoring.guard import FEWEST_DAYS
from caseroom.store.alerts import AlertStore, KeptAction, KeptAlert
from caseroom.store.deliveries import Delivery, DeliveryStore
from caseroom.store.readings import ReadingStore

HISTORY = 120
"""Days that are looked at: the reference, and enough before it that an alert is the same tomorrow."""
DAYS, MOST_DAYS = 30, HISTORY
_FRESH = 30.0
"""Seconds for which a look is good: pages, scrapes and a screen that repeats itself do not count everything anew."""
_BREATH = 0.001
"""Seconds for which a gentle look sleeps between its pieces, so that a turn gets the interpreter at once."""
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Shown:
    """An alert as it is shown."""

    id: str
    measure: str
    title: str
    words: str
    """What moved, from what to what, since when."""
    why: str
    """The comparison behind it."""
    todo: str
    owner: str
    level: str
    state: str
    """open, acknowledged, silenced or closed."""
    since: date
    last: date
    told: tuple[Delivery, ...] = ()
    """Where it was told, if a webhook or a log is set, and what came of it."""


@dataclass(frozen=True, slots=True)
class Silenced:
    """A measure of which nobody is told for a while."""

    measure: str
    title: str
    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The product as it is seen now."""

    days: tuple[Tally, ...]
    """All days that were looked at, today the last."""
    groups: tuple[tuple[Shown, ...], ...]
    """Alerts that one cause may have stand together; the newest group first."""
    silences: tuple[Silenced, ...]

    @property
    def alerts(self) -> list[Shown]:
        """All alerts, the newest group first."""
        return [alert for group in self.groups for alert in group]

    @property
    def open(self) -> list[Shown]:
        """Alerts that somebody should look at."""
        return [alert for alert in self.alerts if alert.state == "open"]

    @property
    def going(self) -> list[Shown]:
        """Alerts that are not over."""
        return [alert for alert in self.alerts if alert.state != "closed"]

    def last(self, count: int) -> tuple[Tally, ...]:
        """The last days."""
        return self.days[-count:]

    def lines(self, count: int) -> list[Line]:
        """The measures over the last days."""
        return lines(self.last(count))

    @property
    def empty(self) -> bool:
        """Whether nothing has happened yet."""
        return not any(tally.measured() for tally in self.days)

    @property
    def young(self) -> bool:
        """Whether there are too few days for any comparison."""
        return sum(bool(tally.measured()) for tally in self.days[:-GAP]) < FEWEST_DAYS


class Watching:
    """Looks at one room. Several threads may share it."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._tallies, self._store, self._lock = Tallies(room), AlertStore(room.store.database), threading.Lock()
        self._deliveries = DeliveryStore(room.store.database)
        self._known: tuple[float, date, Seen] | None = None

    def look(self, today: date | None = None, *, fresh: bool = False, gently: bool = False) -> Seen:
        """How the product is doing; counted anew if the last look is some seconds old, or `fresh` is asked for. `gently`: takes longer, and lets others go first.

        Raises:
            StoreError: the store cannot be read.
        """
        day = today or datetime.now(UTC).date()
        with self._lock:
            if self._known and not fresh and self._known[1] == day and time.monotonic() - self._known[0] < _FRESH:
                return self._known[2]
            seen = self._looked(day, _BREATH if gently else 0.0)
            self._known = (time.monotonic(), day, seen)
            return seen

    def _looked(self, today: date, pause: float) -> Seen:
        days = self._tallies.days(HISTORY, today, pause)
        actions = self._store.actions()
        board = _replayed(days, actions, pause)
        raised = {alert.id: alert for alert in board.book.alerts()}
        known = {kept.id: kept for kept in self._store.alerts()}
        for kept in map(_kept, raised.values()):
            if known.get(kept.id) != kept:
                self._store.keep(kept)
        past = [_alert(kept) for kept in known.values() if kept.id not in raised]
        groups = incidents([*raised.values(), *past])
        silences, told = _silences(actions, today), self._told()
        quiet = {silence.measure for silence in silences}
        shown = tuple(tuple(_shown(alert, quiet, told.get(alert.id, ())) for alert in group.alerts) for group in reversed(groups))
        return Seen(tuple(days), shown, silences)

    def _told(self) -> dict[str, tuple[Delivery, ...]]:
        """Of each alert: who was told."""
        told: dict[str, tuple[Delivery, ...]] = {}
        for delivery in self._deliveries.all():
            told[delivery.alert] = (*told.get(delivery.alert, ()), delivery)
        return told

    def acknowledge(self, alert_id: str) -> Shown:
        """Keep that somebody has seen an alert.

        Raises:
            UsageError: there is no such alert, or it is over.
        """
        found = next((alert for alert in self.look(fresh=True).alerts if alert.id == alert_id), None)
        if found is None:
            raise UsageError(f"There is no alert {alert_id[:80]!r}. `caseroom monitor` lists them.")
        if found.state == "closed":
            raise UsageError("This alert is over; there is nothing to acknowledge. If it comes again, it is raised anew.")
        if found.state != "acknowledged":
            self._act(KeptAction(found.measure, found.id, _stamp(), "acknowledge", None))
        return next(alert for alert in self.look(fresh=True).alerts if alert.id == alert_id)

    def silence(self, measure: str, days: int, reason: str = "") -> Silenced:
        """Tell nobody of a measure for some days, today among them. It is looked at all the same.

        Raises:
            UsageError: no such measure, or days that cannot be.
        """
        known = [name for name, one in BY_NAME.items() if one.worse]
        if measure not in known:
            raise UsageError(f"There is no measure {measure[:40]!r} to silence; write one of {', '.join(known)}.")
        if not 1 <= days <= MOST_DAYS:
            raise UsageError(f"A silence lasts 1 to {MOST_DAYS} days; {days} were asked for.")
        if len(reason) > LONGEST_REASON:
            raise UsageError(f"Say why in at most {LONGEST_REASON} letters.")
        until = datetime.now(UTC).date() + timedelta(days=days - 1)
        self._act(KeptAction(measure, None, _stamp(), "silence", until.isoformat(), reason.strip()))
        return Silenced(measure, BY_NAME[measure].title, until, reason.strip())

    def speak(self, measure: str) -> None:
        """End the silence of a measure."""
        self._act(KeptAction(measure, None, _stamp(), "speak", None))

    def forget(self) -> None:
        """Remove all readings, alerts and actions for good."""
        self._room.store.readings.flush()
        ReadingStore(self._room.store.database).forget()
        self._store.forget()
        self._deliveries.forget()
        self.changed()

    def changed(self) -> None:
        """Let the next look count anew."""
        with self._lock:
            self._known = None

    def _act(self, action: KeptAction) -> None:
        self._store.act(action)
        self.changed()


def _stamp() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _replayed(days: Sequence[Tally], actions: Sequence[KeptAction], pause: float) -> Board:
    """A board that has seen these days, from the first on which anything happened, with what people did meanwhile."""
    board = Board(watches())
    begun = False
    for tally in days:
        measured = tally.measured()
        begun = begun or bool(measured)
        if begun:
            breathe(pause)
            with np.errstate(invalid="ignore"):  # days without a single hit have no skewness; the value is not used then
                board.see(tally.day.toordinal(), measured)
            for action in actions:
                if action.action == "acknowledge" and action.when[:10] == tally.day.isoformat():
                    _acknowledged(board, action, tally.day.toordinal())
    return board


def _acknowledged(board: Board, action: KeptAction, day: int) -> None:
    try:
        board.book.acknowledge(str(action.alert), day, "owner")
    except MonitorError:
        pass  # it is over by now, or was counted otherwise after sessions were deleted


def _silences(actions: Sequence[KeptAction], today: date) -> tuple[Silenced, ...]:
    """The silences that hold today: of each measure the newest word."""
    newest = {action.watch: action for action in actions if action.action in ("silence", "speak")}
    holding = [
        a for a in newest.values() if a.action == "silence" and a.until and date.fromisoformat(a.until) >= today and a.watch in BY_NAME
    ]
    return tuple(Silenced(a.watch, BY_NAME[a.watch].title, date.fromisoformat(str(a.until)), a.reason) for a in holding)


def _kept(alert: Alert) -> KeptAlert:
    since, last = (date.fromordinal(day).isoformat() for day in (alert.since, alert.last))
    return KeptAlert(alert.id, alert.watch, since, last, alert.level, asdict(alert))


def _alert(kept: KeptAlert) -> Alert:
    """An alert that was raised once and that the days of today do not raise again: it is over."""
    return Alert(**{**kept.body, "state": "closed"})


def _shown(alert: Alert, quiet: set[str], told: tuple[Delivery, ...]) -> Shown:
    state = "silenced" if alert.state == "open" and alert.watch in quiet else alert.state
    since, last = date.fromordinal(alert.since), date.fromordinal(alert.last)
    measure = BY_NAME.get(alert.watch)
    title = measure.title if measure else alert.watch
    return Shown(
        alert.id, alert.watch, title, _words(alert, since), alert.why, alert.action, alert.owner, alert.level, state, since, last, told
    )


def _words(alert: Alert, since: date) -> str:
    measure = BY_NAME.get(alert.watch)
    if measure is None or alert.value is None:
        return alert.why
    usual = f", where {valued(measure.form, alert.expected)} was usual" if alert.expected is not None else ""
    mean = "" if measure.form == "share" else " on average"
    return f"{measure.title}: {valued(measure.form, alert.value)}{mean} since {day_words(since)}{usual}."


def day_words(day: date) -> str:
    """A day in words: "26 November"."""
    return f"{day.day} {day:%B}"


def stored(room: Room) -> dict[str, Any]:
    """All that is stored for watching, as plain data."""
    room.store.readings.flush()
    kept = AlertStore(room.store.database)
    return {
        "readings": [asdict(reading) for reading in ReadingStore(room.store.database).since()],
        "alerts": [asdict(alert) for alert in kept.alerts()],
        "actions": [asdict(action) for action in kept.actions()],
        "told": [asdict(delivery) for delivery in DeliveryStore(room.store.database).all()],
    }
