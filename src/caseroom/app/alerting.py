"""Tells the sinks that somebody set, a webhook and a log file, of the room's own alerts: each alert once for each sink, whoever looks.

Every sink works in a thread of its own, so one that hangs holds up nothing. What a sink did not take stays in the store and is told again after the next
look, as long as the alert is open. Nothing is sent where nothing is set, and no word of a user is in what is sent.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Protocol

from caseroom.app.telemetry import HasStore
from caseroom.app.watching import Seen, Shown
from caseroom.config import Settings
from caseroom.errors import StoreError
from caseroom.monitoring.delivery import LogFile
from caseroom.monitoring.posting import Address
from caseroom.store.deliveries import Delivery, DeliveryStore


class Sink(Protocol):
    """Takes alerts about the room."""

    @property
    def id(self) -> str:
        """The same for the same place in every process, at most 40 letters."""

    @property
    def where(self) -> str:
        """The place, as a person may read it."""

    def take(self, alerts: Sequence[Shown]) -> str:
        """Why they were not taken; empty if they were. Never raises; may be slow."""


@dataclass(frozen=True, slots=True)
class Hook:
    """Posts the new alerts of a look to an address."""

    address: Address

    @property
    def id(self) -> str:
        """By its whole address."""
        return _id("webhook", self.address.url)

    @property
    def where(self) -> str:
        """The machine alone: the rest of an address is often a secret."""
        return self.address.host

    def take(self, alerts: Sequence[Shown]) -> str:
        """One request for all of them."""
        data = {"from": "caseroom", "text": "\n".join(f"{alert.words} {alert.todo}" for alert in alerts), "alerts": [*map(row, alerts)]}
        return self.address.send(json.dumps(data).encode())


@dataclass(frozen=True, slots=True)
class Log:
    """Writes each alert as a line."""

    file: LogFile

    @property
    def id(self) -> str:
        """By the whole path."""
        return _id("log", str(self.file.path.absolute()))

    @property
    def where(self) -> str:
        """The path."""
        return str(self.file.path)

    def take(self, alerts: Sequence[Shown]) -> str:
        """All of them or none."""
        written = datetime.now(UTC).isoformat(timespec="seconds")
        return self.file.write([{"written": written, **row(alert)} for alert in alerts])


def _id(kind: Literal["webhook", "log"], place: str) -> str:
    return f"{kind}:{sha256(place.encode()).hexdigest()[:16]}"


def row(alert: Shown) -> dict[str, Any]:
    """An alert as it is sent."""
    data = asdict(alert)
    del data["told"]
    return {**data, "since": alert.since.isoformat(), "last": alert.last.isoformat()}


def sinks(settings: Settings, webhook: str | None = None, log: Path | None = None) -> tuple[Sink, ...]:
    """What is set; an address or a file that is given goes before the setting.

    Raises:
        MonitorError: the address is none.
    """
    url, path = webhook if webhook is not None else settings.alert_webhook, log or settings.alert_log
    hooks: list[Sink] = [Hook(Address(url))] if url or webhook is not None else []
    return (*hooks, *([Log(LogFile(path))] if path else []))


@dataclass(frozen=True, slots=True)
class _Telling:
    """A sink that is being told."""

    sink: Sink
    alerts: tuple[Shown, ...]
    thread: threading.Thread


class Alerting:
    """Tells the sinks of one room."""

    def __init__(self, room: HasStore, sinks: Iterable[Sink], changed: Callable[[], None] = lambda: None) -> None:
        """`changed` is called when it is known what became of an alert."""
        self.sinks, self._changed, self._store = tuple(sinks), changed, DeliveryStore(room.store.database)
        self._at_work: dict[str, _Telling] = {}
        self._words, self._lock = list[str](), threading.Lock()

    def tell(self, seen: Seen, again: timedelta = timedelta(0)) -> None:
        """Begin to tell each sink of the open alerts that it has not taken; what failed less than `again` ago is left for later. Waits for nobody.

        Raises:
            StoreError: the store cannot be written; nothing is told then.
        """
        with self._lock:
            for sink in self.sinks:
                if not self._busy(sink):
                    self._begin(sink, seen.open, again)

    def _busy(self, sink: Sink) -> bool:
        return sink.id in self._at_work and self._at_work[sink.id].thread.is_alive()

    def _begin(self, sink: Sink, alerts: Sequence[Shown], again: timedelta) -> None:
        now = datetime.now(UTC)
        done = {told.alert for told in self._store.all() if told.sink == sink.id and told.state == "taken"}
        mine = tuple(alert for alert in alerts if alert.id not in done and self._store.claim(alert.id, sink.id, sink.where, now, again))
        if mine:
            thread = threading.Thread(target=self._tell, args=(sink, mine), name=f"caseroom-{sink.id[:7]}", daemon=True)
            self._at_work[sink.id] = _Telling(sink, mine, thread)
            thread.start()

    def _tell(self, sink: Sink, alerts: tuple[Shown, ...]) -> None:
        self._settle(sink, alerts, sink.take(alerts))

    def _settle(self, sink: Sink, alerts: Sequence[Shown], why: str) -> None:
        self._words.append(_outcome(sink, len(alerts), why))
        try:
            for alert in alerts:
                self._store.settle(alert.id, sink.id, datetime.now(UTC), why)
        except StoreError:
            pass  # the claim runs out, and the alert is told again
        self._changed()

    def close(self, wait: float) -> list[str]:
        """Give what is being told so many seconds, give up on the rest, and say what came of all. Nothing that was given up is lost."""
        end = time.monotonic() + wait
        with self._lock:
            for telling in self._at_work.values():
                telling.thread.join(max(0.0, end - time.monotonic()))
                if telling.thread.is_alive():
                    self._settle(telling.sink, telling.alerts, f"no answer in {wait:g} s")
            self._at_work.clear()
            words, self._words = self._words, []
        return words


def _outcome(sink: Sink, count: int, why: str) -> str:
    alerts = f"{count} alert{'' if count == 1 else 's'}"
    if not why:
        return f"{sink.where} took {alerts}."
    return f"{sink.where} did not take {alerts}: {why}. Nothing is lost: they stay here, and the next look tells them again."


def told_words(told: Delivery) -> str:
    """Where an alert was told, or why not, in words."""
    if told.state == "taken":
        return f"Told to {told.where}."
    if told.state == "trying":
        return f"Being told to {told.where}."
    return f"{told.where} did not take it ({told.why}; tried {told.tries}×). While it is open, each look tries again."
