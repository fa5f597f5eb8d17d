"""Trying again: what may pass by itself is asked again after a while, longer each time and never at the same moment as others; within the time of an answer.

A wrong key, an empty purse and a request that is refused are not asked again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

from caseroom.errors import ModelError, ModelGarbage, ModelUnavailable, RateLimited
from caseroom.models.chat import Answer, Ask, ChatModel
from caseroom.models.limiter import Limiter
from caseroom.models.relay import relayed


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long."""

    tries: int = 3
    first: float = 0.4
    """Seconds before the second try; twice as long before each further one."""
    longest: float = 8.0
    """Seconds before a try at most; a provider that asks for more patience is left alone."""


class Patient:
    """A model that is asked again. `seconds` is all the time there is, tries and pauses together."""

    def __init__(
        self, model: ChatModel, limiter: Limiter, seconds: float, patience: Patience = Patience(),
        sleep: Callable[[float], None] = time.sleep, tick: Callable[[], float] = time.monotonic, dice: random.Random | None = None,
    ) -> None:  # fmt: skip
        self._model, self._limiter, self._seconds, self._patience = model, limiter, seconds, patience
        self._sleep, self._tick, self._dice = sleep, tick, dice or random.Random()
        self.name = model.name

    @property
    def signature(self) -> str:
        """The model's."""
        return self._model.signature

    @property
    def sends_to(self) -> str:
        """The model's."""
        return self._model.sends_to

    def ask(self, ask: Ask) -> Answer:
        """The first answer that comes.

        Raises:
            ModelError: the last try's.
        """
        until = self._tick() + min(self._seconds, ask.seconds or self._seconds)
        for number in range(1, self._patience.tries + 1):
            try:
                self._limiter.wait(until - self._tick())
                return self._model.ask(replace(ask, seconds=until - self._tick()))
            except ModelError as error:
                self._pause(error, number, until)
        raise AssertionError("the last try returns or raises")

    def stream(self, ask: Ask) -> Generator[str, None, Answer | None]:
        """Pieces of text; tried again only while nothing was said yet.

        Raises:
            ModelError: the last try's, or what went wrong in the middle.
        """
        until = self._tick() + min(self._seconds, ask.seconds or self._seconds)
        for number in range(1, self._patience.tries + 1):
            said: list[str] = []
            try:
                self._limiter.wait(until - self._tick())
                return (yield from relayed(self._model.stream(replace(ask, seconds=until - self._tick())), said.append))
            except ModelError as error:
                if said:
                    raise
                self._pause(error, number, until)
        raise AssertionError("the last try returns or raises")

    def _pause(self, error: ModelError, number: int, until: float) -> None:
        """Wait before the next try, or raise what went wrong."""
        if not isinstance(error, ModelUnavailable | RateLimited | ModelGarbage) or number == self._patience.tries:
            raise error
        seconds = min(self._patience.longest, self._patience.first * 2 ** (number - 1)) * self._dice.uniform(0.5, 1.5)
        if isinstance(error, RateLimited) and error.retry_after is not None:
            self._limiter.hold(error.retry_after)
            seconds = error.retry_after + self._dice.uniform(0.0, 0.25)
        if seconds > self._patience.longest * 1.5 or self._tick() + seconds >= until:
            raise error
        self._sleep(seconds)
