"""What is measured while the product works: how long a turn, a grading and a run take, and what goes wrong. It stays in the store of this machine.

What the events of the store tell already is never measured a second time. A reading holds a number and the kind of an error, never what anybody said;
taking one never fails and never makes a turn wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from caseroom import tracing
from caseroom.store.sessions import SessionStore

P = ParamSpec("P")
R = TypeVar("R")
OURS, THEIRS = "ours", "theirs"
_KINDS = {
    OURS: """
        CaseroomError StoreError StoreTooNew StoreUnusable WeightsError StageError
        ModelUnavailable TookTooLong LeftAlone NobodyAnswered RateLimited ModelGarbage RequestRefused StoppedInTheMiddle Unanswered
        Busy EngineFailed
    """,
    THEIRS: """
        UsageError UnknownCase CaseError TranscriptError DataError ProposalError
        SessionNotFound SessionMoved LinkGone RunError RunNotFound RolloutNotFound ReviewNotFound RatingError CycleNotFound MonitorError
        ModelError ModelRefused BudgetSpent NotAgreed ModelSettingsError
        SpeechError NotThere
    """,
}
"""Each kind of the error tree. Theirs: somebody has to write, choose, set up, agree or pay otherwise, and nothing is broken. Ours: the product, its disk, or a
model that was there does not do what it should, whatever was asked. A test says when a kind is missing here."""
FAULTS = {kind: whose for whose, kinds in _KINDS.items() for kind in kinds.split()}
"""Whose fault each kind is, by its name: some stand in rooms whose imports are heavy."""
_COUNTED = "_caseroom_counted"


CAME: ContextVar[float | None] = ContextVar("came", default=None)
"""When the request that is answered came in, on the clock of `time.perf_counter`."""


class HasStore(Protocol):
    """A room, as far as it matters here."""

    @property
    def store(self) -> SessionStore:
        """The store that readings go to."""


def came() -> None:
    """Note that a request came in now; what it waits for begins here, a free thread among it."""
    CAME.set(time.perf_counter())


def since() -> float:
    """When the request came in, or now where there is none."""
    return CAME.get() or time.perf_counter()


def record(room: HasStore, name: str, value: float, labels: Mapping[str, str] | None = None) -> None:
    """Take a reading."""
    room.store.readings.record(name, value, labels)


def failed(room: HasStore, error: BaseException, where: str) -> None:
    """Count an error, once, however many doors it goes through."""
    if getattr(error, _COUNTED, False):
        return
    setattr(error, _COUNTED, True)
    record(room, "error", 1.0, {"kind": type(error).__name__, "where": where, "fault": fault(error)})


def fault(error: BaseException) -> str:
    """Whose fault an error is: a person's who asked for what cannot be, or the product's. What is no error of the tree is the product's."""
    return next((FAULTS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in FAULTS), OURS)


def observed(name: str, labels: Callable[[Any], Mapping[str, str]] | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Measure a use-case whose first argument is the room or has one: seconds where it makes something, the kind of error where it does not."""

    def decorate(call: Callable[P, R]) -> Callable[P, R]:
        """The use-case, measured."""

        @wraps(call)
        def measured(*args: P.args, **kwargs: P.kwargs) -> R:
            """The same as before."""
            room = _room(args[0])
            began = time.perf_counter()
            try:
                with tracing.span(f"caseroom.{name}") as span:
                    made = call(*args, **kwargs)
                    told = dict(labels(made)) if labels else {}
                    span.set({f"caseroom.{key}": value for key, value in told.items()})
            except Exception as error:
                failed(room, error, name)
                raise
            if made is not None:
                record(room, name, time.perf_counter() - began, told)
            return made

        return measured

    return decorate


def _room(first: Any) -> HasStore:
    room: HasStore = getattr(first, "room", first)
    return room
