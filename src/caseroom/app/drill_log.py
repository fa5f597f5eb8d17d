"""What is kept of a drill: an append-only log of days gone through, actions, and actions taken back; and the fold over it. Stores nothing and simulates nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from caseroom.rollout.settings import Action

WENT, UNDO, END = "went", "undo", "end"
"""Kinds of entries that are no actions: the drill went on to a day; the last action was taken back; it was ended."""


@dataclass(frozen=True, slots=True)
class Did:
    """An action with the number of its entry and its reason."""

    number: int
    action: Action
    reason: str = ""
    """Of a silence."""


@dataclass(frozen=True, slots=True)
class Log:
    """Where a drill stands."""

    day: int = 0
    """The day whose evening it is; a drill begins on the evening of the first."""
    done: tuple[Did, ...] = ()
    """What was done and not taken back."""
    next: int = 0
    """The number that the next entry gets."""
    undone: int = 0
    """Actions that were taken back."""
    hindsight: int = 0
    """Of these, such as were taken back after later days had been seen."""
    ended: bool = False
    """Nothing can be done any more: the rest of the weeks goes on as it was left."""

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions alone."""
        return tuple(one.action for one in self.done)


def fold(bodies: Iterable[Mapping[str, Any]]) -> Log:
    """The log of the entries, in order."""
    log = Log()
    for body in bodies:
        log = _after(log, body)
    return log


def _after(log: Log, body: Mapping[str, Any]) -> Log:
    day, kind, following = int(body["day"]), body["kind"], log.next + 1
    if kind == WENT:
        return Log(max(day, log.day), log.done, following, log.undone, log.hindsight)
    if kind == END:
        return replace(log, next=following, ended=True)
    if kind == UNDO:
        return Log(day, log.done[:-1], following, log.undone + 1, log.hindsight + (log.day > day))
    did = Did(log.next, Action(day, kind, str(body.get("target", "")), int(body.get("value", 0))), str(body.get("reason", "")))
    return Log(max(day, log.day), (*log.done, did), following, log.undone, log.hindsight)
