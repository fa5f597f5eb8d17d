"""What may be spent: each call is held against the budgets before it is sent, at the most that it can cost, and noted when it is over.

Where spending is kept is the caller's; this module knows a protocol. What stays on this machine and has no price is noted and never refused.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from caseroom.errors import BudgetSpent, ModelError, ModelGarbage
from caseroom.models.base import words_as_tokens
from caseroom.models.chat import Answer, Ask, ChatModel
from caseroom.models.entries import Entry, Limits, ModelSettings, tokens_of
from caseroom.models.failures import TookTooLong
from caseroom.models.relay import relayed


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent; of calls that leave the machine or have a price."""

    tokens: int = 0
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is over, as it is kept. Nothing of what was said."""

    name: str
    purpose: str
    session: str | None
    host: str
    """Where text went; empty where it stayed here."""
    tokens_in: int
    tokens_out: int
    cost: float | None
    seconds: float
    outcome: str
    """ok, stopped, or the name of the error's class."""


class Spending(Protocol):
    """Where spending is kept."""

    def spent(self, session: str | None) -> tuple[Spent, Spent]:
        """In this session (nothing where there is none), and today."""

    def keep(self, call: Call) -> None:
        """Note a call that is over."""


@dataclass
class UnderWay:
    """The most that calls which are not over can cost, by session; one for all threads of this process."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    held: dict[str | None, Spent] = field(default_factory=dict)

    def add(self, session: str | None, most: Spent, sign: int) -> None:
        """Hold, or let go (sign -1); what is nothing is forgotten."""
        before = self.held.get(session, Spent())
        after = Spent(before.tokens + sign * most.tokens, max(0.0, before.cost + sign * most.cost))
        if after.tokens:
            self.held[session] = after
        else:
            self.held.pop(session, None)


class Purse:
    """The budgets: what is on its way counts as spent."""

    def __init__(self, settings: ModelSettings, spending: Spending, under_way: UnderWay | None = None) -> None:
        self._settings, self._spending, self._under_way = settings, spending, under_way or UnderWay()

    def keep(self, call: Call) -> None:
        """Note a call that is over."""
        self._spending.keep(call)

    @contextmanager
    def held(self, entry: Entry, ask: Ask, session: str | None) -> Iterator[None]:
        """Hold the most that a call can cost until it is over.

        Raises:
            BudgetSpent: it does not fit any more; nothing is sent.
        """
        if not entry.host and entry.price is None:
            yield
            return
        tokens_in = tokens_of(ask)
        most = Spent(tokens_in + ask.max_tokens, entry.cost(tokens_in, ask.max_tokens) or 0.0)
        with self._under_way.lock:
            self._check(most, session)
            self._under_way.add(session, most, 1)
        try:
            yield
        finally:
            with self._under_way.lock:
                self._under_way.add(session, most, -1)

    def _check(self, most: Spent, session: str | None) -> None:
        of_session, of_day = self._spending.spent(session)
        if session is not None:
            mine = _sum(of_session, self._under_way.held.get(session, Spent()))
            self._fits(self._settings.session, mine, most, "this session")
        every = of_day
        for under_way in self._under_way.held.values():
            every = _sum(every, under_way)
        self._fits(self._settings.day, every, most, "today")

    def _fits(self, limits: Limits, spent: Spent, most: Spent, when: str) -> None:
        if limits.tokens is not None and spent.tokens + most.tokens > limits.tokens:
            raise BudgetSpent(
                f"The budget for {when} is used up: {spent.tokens} of {limits.tokens} tokens are spent, and this call may take {most.tokens}. {_RAISE}"
            )
        if limits.cost is not None and spent.cost + most.cost > limits.cost:
            money = self._settings.currency
            raise BudgetSpent(
                f"The budget for {when} is used up: {spent.cost:.4f} of {limits.cost:g} {money} are spent, and this call may cost {most.cost:.4f}. {_RAISE}"
            )


_RAISE = "`caseroom models budget` raises it."


def _sum(a: Spent, b: Spent) -> Spent:
    return Spent(a.tokens + b.tokens, a.cost + b.cost)


class Counted:
    """A model whose calls are held against the budgets, and noted, also those that failed."""

    def __init__(self, model: ChatModel, entry: Entry, purse: Purse, session: str | None) -> None:
        self._model, self._entry, self._purse, self._session = model, entry, purse, session
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
        """The model's answer.

        Raises:
            ModelError: the model's, or BudgetSpent.
        """
        with self._purse.held(self._entry, ask, self._session):
            began = time.monotonic()
            try:
                answer = self._model.ask(ask)
            except ModelError as error:
                self._keep(ask, self._failed(ask, error, time.monotonic() - began), type(error).__name__)
                raise
            self._keep(ask, answer, "ok")
            return answer

    def stream(self, ask: Ask) -> Generator[str, None, Answer | None]:
        """The model's pieces.

        Raises:
            ModelError: the model's, or BudgetSpent.
        """
        with self._purse.held(self._entry, ask, self._session):
            began, outcome, whole = time.monotonic(), "stopped", None
            said: list[str] = []
            try:
                whole = yield from relayed(self._model.stream(ask), said.append)
                outcome = "ok"
                return whole
            except ModelError as error:
                outcome = type(error).__name__
                if not said:
                    whole = self._failed(ask, error, time.monotonic() - began)
                raise
            finally:
                self._keep(ask, whole or self._so_far(ask, "".join(said), time.monotonic() - began), outcome)

    def _failed(self, ask: Ask, error: ModelError, seconds: float) -> Answer:
        """What a call that failed may have used: all of it, where the model worked and nothing of use came."""
        used = (tokens_of(ask), ask.max_tokens) if isinstance(error, ModelGarbage | TookTooLong) else (0, 0)
        return Answer("", tokens_in=used[0], tokens_out=used[1], seconds=seconds, cost=self._entry.cost(*used) if any(used) else None)

    def _so_far(self, ask: Ask, text: str, seconds: float) -> Answer:
        """What a stream that broke off, or that nobody heard to its end, has used about."""
        used = (tokens_of(ask), words_as_tokens(text)) if text else (0, 0)
        return Answer(text, tokens_in=used[0], tokens_out=used[1], seconds=seconds, cost=self._entry.cost(*used) if text else None)

    def _keep(self, ask: Ask, answer: Answer, outcome: str) -> None:
        self._purse.keep(
            Call(
                self.name,
                ask.purpose,
                self._session,
                self.sends_to,
                answer.tokens_in,
                answer.tokens_out,
                answer.cost,
                answer.seconds,
                outcome,
            )
        )
