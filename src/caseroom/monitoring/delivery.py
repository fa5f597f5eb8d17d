"""Where alerts go: the terminal, a log file, a page, a webhook. Sinks never raise and never hold anything up; only addresses that somebody set are called."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.text import Text

from caseroom.monitoring.alerts import Alert, incidents
from caseroom.monitoring.posting import WAIT, Address

STYLES: Mapping[str, str] = {"info": "dim", "ticket": "yellow", "page": "bold red"}


class Sink(Protocol):
    """Takes the alerts of a day."""

    def deliver(self, day: int, alerts: Sequence[Alert]) -> None:
        """Never raises, never waits for another machine."""


def as_data(day: int, alert: Alert) -> dict[str, Any]:
    """An alert as JSON takes it, with its day and whether it is new."""
    return {"day": day, "new": alert.is_new(day), **asdict(alert)}


@dataclass(slots=True)
class Terminal:
    """Lines on a terminal; words are printed as they are, never as markup."""

    console: Console
    only_new: bool = True

    def deliver(self, day: int, alerts: Sequence[Alert]) -> None:
        """One line an alert, and what to do below it."""
        for alert in alerts:
            if alert.is_new(day) or not self.only_new:
                try:
                    self.console.print(line(day, alert))
                except (OSError, ValueError):  # the terminal is gone, or cannot show a letter
                    return


def line(day: int, alert: Alert) -> Text:
    """An alert as a line."""
    text = Text(f"day {day}  ")
    text.append(f"{alert.level:<6}", STYLES[alert.level])
    text.append(f"  {alert.watch}{' of ' + alert.part if alert.part else ''}: {alert.why}")
    if alert.action:
        text.append(f"\n        {alert.owner + ': ' if alert.owner else ''}{alert.action}", "dim")
    return text


@dataclass(slots=True)
class LogFile:
    """JSON Lines in a file that is turned over when it is full: alerts.jsonl, alerts.jsonl.1, …"""

    path: Path
    largest: int = 1_000_000
    """Bytes from which it is turned over."""
    kept: int = 5
    """Older files that are kept."""
    failed: int = 0
    """Alerts that could not be written."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def deliver(self, day: int, alerts: Sequence[Alert]) -> None:
        """One line an alert."""
        self.write([as_data(day, alert) for alert in alerts])

    def write(self, rows: Sequence[Mapping[str, Any]]) -> str:
        """One line a row, all or none; returns why they could not be written, empty if they were."""
        if not rows:
            return ""
        with self._lock:
            try:
                lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
                self._turn(len(lines))
                with self.path.open("ab") as file:
                    file.write(lines)
            except (OSError, ValueError) as error:
                self.failed += len(rows)
                return getattr(error, "strerror", None) or type(error).__name__
        return ""

    def _turn(self, more: int) -> None:
        if not self.path.exists() or self.path.stat().st_size + more <= self.largest or not self.path.stat().st_size:
            return
        for place in range(self.kept, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{place - 1}") if place > 1 else self.path
            if older.exists():
                older.replace(self.path.with_name(f"{self.path.name}.{place}"))
        if self.kept == 0:
            self.path.unlink()


@dataclass(slots=True)
class Page:
    """The data of a page: the alerts of the latest day, and incidents of all that came."""

    day: int | None = None
    now: list[Alert] = field(default_factory=list)
    seen: dict[str, Alert] = field(default_factory=dict)

    def deliver(self, day: int, alerts: Sequence[Alert]) -> None:
        """Keeps them."""
        self.day, self.now = day, list(alerts)
        self.seen |= {alert.id: alert for alert in alerts}

    def data(self) -> dict[str, Any]:
        """As plain data."""
        grouped = [asdict(incident) | {"open": incident.open} for incident in incidents(self.seen.values())]
        return {"day": self.day, "alerts": [asdict(alert) for alert in self.now], "incidents": grouped}


class Webhook:
    """Posts the alerts of a day as JSON to one address, from a thread of its own.

    The queue is bounded: when it is full the new ones are dropped and counted. `close` waits a moment for what is left.
    """

    def __init__(self, address: str, *, wait: float = WAIT, tries: int = 4, pause: float = 0.5, room: int = 100) -> None:
        """
        Raises:
            MonitorError: if it is no http(s) address.
        """
        self.address, self._to = address, Address(address, wait=wait, tries=tries, pause=pause)
        self.sent = self.failed = self.dropped = 0
        self._queue: queue.Queue[bytes | None] = queue.Queue(room)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="caseroom-webhook", daemon=True)
        self._thread.start()

    def deliver(self, day: int, alerts: Sequence[Alert]) -> None:
        """Puts them into the queue."""
        if not alerts:
            return
        try:
            self._queue.put_nowait(json.dumps({"day": day, "alerts": [as_data(day, alert) for alert in alerts]}).encode())
        except (queue.Full, TypeError, ValueError):
            self.dropped += 1

    def close(self, wait: float = 1.0) -> None:
        """Stops the thread after what is in the queue, or after a moment, whichever comes first; what is left then counts as dropped."""
        end = time.monotonic() + wait
        while (self._queue.unfinished_tasks) and time.monotonic() < end:
            time.sleep(0.01)
        self._stop.set()
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            pass
        self.dropped += sum(item is not None for item in list(self._queue.queue))
        self._thread.join(max(0.0, end - time.monotonic()))

    def _work(self) -> None:
        while not self._stop.is_set():
            body = self._queue.get()
            if body is not None and not self._stop.is_set():
                if self._to.send(body, self._stop):
                    self.failed += 1
                else:
                    self.sent += 1
            self._queue.task_done()


def deliver(sinks: Sequence[Sink], day: int, alerts: Sequence[Alert]) -> int:
    """Gives the alerts of a day to all sinks; one that breaks does not keep the others from theirs. Returns how many broke."""
    broken = 0
    for sink in sinks:
        try:
            sink.deliver(day, alerts)
        except Exception:  # a sink of somebody else's must not stop the day
            broken += 1
    return broken
