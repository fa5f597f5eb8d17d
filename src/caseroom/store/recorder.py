"""Takes readings at once and writes them later, many in one transaction and in a thread of its own: nobody waits for them.

Those that are older than they are kept go at the same time. Losing a few at a power cut is accepted; a reading never fails or slows what it is about. Where the store cannot be written, they are dropped in the end.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from caseroom.errors import StoreError
from caseroom.store.database import Database
from caseroom.store.readings import Reading, ReadingStore

_EVERY = 2.0
"""Seconds for which readings are gathered."""
_MOST = 20_000
"""Readings that wait at most; the oldest are dropped."""
Listener = Callable[[Reading], None]


class Recorder:
    """Gathers readings for a store."""

    def __init__(self, database: Database, keep: int | None = None) -> None:
        """Opens nothing; the first reading does. `keep`: days for which readings are kept; None: for ever."""
        self._store, self._waiting, self._keep = ReadingStore(database), deque[Reading](maxlen=_MOST), keep
        self._writing, self._timer, self._listeners = threading.Lock(), threading.Lock(), list[Listener]()
        weakref.finalize(self, _write, self._store, self._waiting, self._writing, keep)  # also at the end of the process

    def record(self, name: str, value: float, labels: Mapping[str, str] | None = None) -> None:
        """Take a reading; it is written within a few seconds."""
        reading = Reading(datetime.now(UTC).isoformat(timespec="milliseconds"), name, value, labels or {})
        self._waiting.append(reading)
        for listener in self._listeners:
            listener(reading)
        if self._timer.acquire(blocking=False):
            later = threading.Timer(_EVERY, self._later)
            later.daemon = True
            later.start()

    def listen(self, listener: Listener) -> None:
        """Also tell a listener of each reading, at once."""
        self._listeners.append(listener)

    def flush(self) -> None:
        """Write what waits, now."""
        _write(self._store, self._waiting, self._writing, self._keep)

    def _later(self) -> None:
        self._timer.release()
        self.flush()


def _write(store: ReadingStore, waiting: deque[Reading], writing: threading.Lock, keep: int | None) -> None:
    with writing:
        batch = [waiting.popleft() for _ in range(len(waiting))]
        if not batch:
            return
        before = (datetime.now(UTC) - timedelta(days=keep)).isoformat(timespec="milliseconds") if keep else None
        try:
            store.add(batch, before=before)
        except StoreError:
            waiting.extendleft(reversed(batch))  # a disk may have space again at the next reading
