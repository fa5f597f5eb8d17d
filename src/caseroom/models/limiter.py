"""So many requests a minute and no more, for all threads of this process together. Waits; sends nothing."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from caseroom.errors import RateLimited

_WINDOW = 60.0


class Limiter:
    """A sliding minute."""

    def __init__(
        self, name: str, a_minute: int, sleep: Callable[[float], None] = time.sleep, tick: Callable[[], float] = time.monotonic
    ) -> None:
        self._name, self._most, self._sleep, self._tick = name, a_minute, sleep, tick
        self._lock = threading.Lock()
        self._sent: deque[float] = deque()
        self._held_until = 0.0

    def wait(self, most: float) -> None:
        """Wait for a place, and take it.

        Raises:
            RateLimited: there is none within `most` seconds; none is taken.
        """
        until = self._tick() + most
        while (seconds := self._take()) > 0:
            if self._tick() + seconds > until:
                raise RateLimited(
                    f"{self._name}: {self._most} requests a minute are sent; the next is free in {seconds:.0f} seconds.", seconds
                )
            self._sleep(min(seconds, 1.0))

    def hold(self, seconds: float) -> None:
        """Nobody asks for a while: the provider wants it."""
        with self._lock:
            self._held_until = max(self._held_until, self._tick() + seconds)

    def _take(self) -> float:
        """Take a place and say 0, or say how many seconds until there may be one."""
        with self._lock:
            now = self._tick()
            while self._sent and self._sent[0] <= now - _WINDOW:
                self._sent.popleft()
            if now < self._held_until:
                return self._held_until - now
            if len(self._sent) >= self._most:
                return self._sent[0] + _WINDOW - now
            self._sent.append(now)
            return 0.0
