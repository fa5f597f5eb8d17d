"""A model that fails again and again is left alone for a while, so that nobody waits for it; then one request tries it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from caseroom.errors import ModelError, ModelGarbage, ModelRefused, ModelUnavailable, RateLimited
from caseroom.models.failures import RequestRefused


class Breaker:
    """Of one model, for all threads of this process."""

    def __init__(self, fails: int = 3, rest: float = 60.0, tick: Callable[[], float] = time.monotonic) -> None:
        """After `fails` failures in a row it rests for `rest` seconds; a wrong key or no credit is one too many."""
        self._fails, self._rest, self._tick = fails, rest, tick
        self._lock = threading.Lock()
        self._failed, self._until, self._trying = 0, 0.0, False

    def closed_for(self) -> float:
        """Seconds that the model is still left alone; 0 where it may be asked (after a rest: once, until that one is over)."""
        with self._lock:
            left = self._until - self._tick()
            if left > 0:
                return left
            if self._until and self._trying:
                return 1.0
            self._trying = self._until > 0
            return 0.0

    def good(self) -> None:
        """It answered."""
        with self._lock:
            self._failed, self._until, self._trying = 0, 0.0, False

    def let_go(self) -> None:
        """It was asked, and nobody waited for how that ends."""
        with self._lock:
            self._trying = False

    def bad(self, error: ModelError) -> None:
        """It did not; what is not its fault does not count."""
        with self._lock:
            self._trying = False
            if isinstance(error, ModelRefused) and not isinstance(error, RequestRefused):
                self._until = self._tick() + self._rest
            elif isinstance(error, RateLimited):
                self._until = max(self._until, self._tick() + min(error.retry_after or 1.0, self._rest))
            elif isinstance(error, ModelUnavailable | ModelGarbage):
                self._failed += 1
                if self._failed >= self._fails:
                    self._until = self._tick() + self._rest
