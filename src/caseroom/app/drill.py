"""A drill: somebody is on call in simulated weeks. Going on, looking, mending, taking back; each is kept before it is done, and one that was kept already is not done twice.
The truth is told at the end only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from caseroom.app import rollouts
from caseroom.app.carrying import stamp
from caseroom.app.drill_log import END, UNDO, WENT, Did, Log
from caseroom.app.interviews import Room
from caseroom.app.playing import Play
from caseroom.errors import SessionMoved, UsageError
from caseroom.monitoring.alerts import Alert
from caseroom.rollout.causes import CHECKS
from caseroom.rollout.clues import Clue, clues
from caseroom.rollout.model import EventKind
from caseroom.rollout.phases import Launch
from caseroom.rollout.settings import Action, ActionKind
from caseroom.rollout.unfold import is_loud
from caseroom.rollout.watching import watches
from caseroom.store.rollouts import MOVED, RolloutStore

Going = Literal["day", "alert", "week"]
CAUSES = tuple(kind for kind in get_args(EventKind) if kind != "season")
"""Causes that can be named and mended."""
HOURS = 8
"""Hours of a day on call: each look and each mending takes one."""
MOST_DAYS, MOST_GRADED, LONGEST_REASON = 28, 1000, 200
_GOING: dict[str, int] = {"day": 1, "week": 7, "alert": 10_000}


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look today showed."""

    place: str
    said: str
    clues: Sequence[Clue]


@dataclass(frozen=True)
class Standing:
    """Where a drill stands: all that the person on call may know."""

    id: str
    log: Log
    report: dict[str, Any]
    """The weeks so far, in the form that `rollout/chart.py` draws."""
    last: int
    """The last day of the weeks."""
    open: Sequence[Alert]
    called: Sequence[dict[str, Any]]
    """The alerts of today that call somebody."""
    looked: Sequence[Looked]
    said: Sequence[tuple[Did, str]]
    """What was done, and what came of it."""
    hours: int
    """Left today."""
    monitors: Sequence[str]
    """The watches that can be silenced; none: nobody will ever be called."""
    graded: bool
    """Whether people grade outputs."""
    live: bool
    """Whether the design is live from tomorrow, not today's way."""
    ended: str

    @property
    def over(self) -> bool:
        """Whether it is the last evening."""
        return self.log.day >= self.last


def standing(room: Room, play: Play, rollout_id: str) -> Standing:
    """Where a drill stands."""
    log = rollouts.log_of(room, rollout_id)
    report, now = play.report(log.day), play.now
    days = [day for day in report["alerts"] if day["day"] == log.day and is_loud(day)]
    looked = [
        Looked(one.action.target, one.said, clues(now, log.day, one.action.target))
        for one in now.found
        if one.action.day == log.day and one.action.kind == "look"
    ]
    said = [(did, found.said) for did, found in zip(log.done, now.found, strict=True)]
    return Standing(
        rollout_id, log, report, play.stage.settings.days - 1, [alert for alert in now.sight.standing() if alert.level != "info"], days, looked, said,
        _hours(log), [watch.name for watch in watches(play.proposal.roadmap.monitors)], bool(now.monitors.quality), not _away(now.launch, log.day), now.launch.ended,
    )  # fmt: skip


def _hours(log: Log) -> int:
    return HOURS - sum(action.kind in ("look", "fix") and action.day == log.day for action in log.actions)


def go(room: Room, play: Play, rollout_id: str, number: int, how: Going) -> None:
    """A day on, a week, or until somebody is called; an alert ends it in any case.

    Raises:
        SessionMoved: it went on elsewhere.
        UsageError: the weeks are over.
    """
    log = rollouts.log_of(room, rollout_id)
    last = play.stage.settings.days - 1
    if _kept_already(room, rollout_id, log, number, WENT):
        return
    if log.day >= last:
        raise UsageError("The weeks are over. “See how you did” tells what there was.")
    day = log.day
    for _ in range(_GOING[how]):
        day += 1
        if day >= last or _calls(play, day):
            break
    _keep(room, rollout_id, number, {"day": min(day, last), "kind": WENT})


def _kept_already(room: Room, rollout_id: str, log: Log, number: int, kind: str) -> bool:
    """Whether this very step was kept before; one of another window is not this."""
    if number == log.next:
        return False
    if number == log.next - 1 and _entry(room, rollout_id, number)["kind"] == kind:
        return True
    raise SessionMoved(MOVED)


def _calls(play: Play, day: int) -> bool:
    weeks = play.to(day)
    return any(alert.day == day and is_loud(asdict(alert)) for alert in weeks.alerts)


def do(room: Room, play: Play, rollout_id: str, number: int, kind: ActionKind, target: str = "", value: int = 0, reason: str = "") -> None:
    """Do something on this evening. The same again under the same number is not done twice.

    Raises:
        SessionMoved: it went on elsewhere.
        UsageError: that cannot be done, or not now.
    """
    log = rollouts.log_of(room, rollout_id)
    wanted = {"kind": kind, "target": target, "value": value, "reason": reason.strip()}
    if number != log.next:
        if 0 <= number < log.next and {**_entry(room, rollout_id, number), "day": None} == {**wanted, "day": None}:
            return
        raise SessionMoved(MOVED)
    play.to(log.day)
    _allowed(play, log, kind, target, value, reason.strip())
    _keep(room, rollout_id, number, {"day": log.day, **wanted})
    play.act(Action(log.day, kind, target, value))


def _allowed(play: Play, log: Log, kind: ActionKind, target: str, value: int, reason: str) -> None:
    """Raises UsageError where an action is not possible."""
    if kind in ("look", "fix") and _hours(log) <= 0:
        raise UsageError(f"The day is over: {HOURS} looks or mendings, an hour each, are all that a day has. Go on to the next one.")
    if kind == "look":
        _one_of(target, CHECKS, "look at")
    elif kind == "fix":
        _one_of(target, CAUSES, "mend")
    elif kind in ("silence", "acknowledge"):
        _one_of(target, [watch.name for watch in watches(play.proposal.roadmap.monitors)], kind)
    if kind == "silence" and not reason:
        raise UsageError("A silence needs a reason: whoever is on call next must know why nobody was told.")
    if kind == "silence" and not 1 <= value <= MOST_DAYS:
        raise UsageError(f"A silence lasts 1 to {MOST_DAYS} days.")
    if kind == "sample" and not play.proposal.roadmap.monitors.quality:
        raise UsageError("Nobody grades outputs in this roadmap: the monitor quality is not watched.")
    if kind == "sample" and not 0 <= value <= MOST_GRADED:
        raise UsageError(f"People grade 0 to {MOST_GRADED} outputs a day.")
    launch = play.now.launch
    if kind == "rollback" and (_away(launch, log.day) or launch.ended):
        raise UsageError("The work is done as today already.")
    if kind == "return" and (not _away(launch, log.day) or launch.ended):
        raise UsageError("The launch is over, so nothing can return." if launch.ended else "It is live already.")


def _away(launch: Launch, day: int) -> bool:
    """Whether the work is done as today from tomorrow on."""
    return launch.rolled is not None and launch.rolled > day + 1


def _one_of(target: str, known: Sequence[str], what: str) -> None:
    if target not in known:
        raise UsageError(f"There is nothing named {target[:80]!r} to {what}. There are: {', '.join(known) or 'none'}.")


def undo(room: Room, play: Play, rollout_id: str, number: int) -> None:
    """Take the last action back: it is the evening of its day again, and the days after it come anew.

    Raises:
        SessionMoved: it went on elsewhere.
        UsageError: nothing was done.
    """
    log = rollouts.log_of(room, rollout_id)
    if _kept_already(room, rollout_id, log, number, UNDO):
        return
    if not log.done:
        raise UsageError("Nothing was done yet, so nothing can be taken back.")
    day = log.done[-1].action.day
    _keep(room, rollout_id, number, {"day": day, "kind": UNDO})
    play.undo(day)


def end(room: Room, rollout_id: str, number: int) -> None:
    """End the drill: the days that are left go on as it was left, and then the truth is told.

    Raises:
        SessionMoved: it went on elsewhere.
    """
    log = rollouts.log_of(room, rollout_id)
    if log.ended:
        return
    _keep(room, rollout_id, number, {"day": log.day, "kind": END})


def _entry(room: Room, rollout_id: str, number: int) -> dict[str, Any]:
    found = RolloutStore(room.store.database).actions(rollout_id)
    return {"reason": "", **found[number]} if 0 <= number < len(found) else {"kind": ""}


def _keep(room: Room, rollout_id: str, number: int, body: dict[str, Any]) -> None:
    known = rollouts.rollout(room, rollout_id)
    if known.state == "done" or rollouts.log_of(room, rollout_id).ended:
        raise UsageError("This drill is over; its report says how it went. Begin another one to play again.")
    RolloutStore(room.store.database).act(rollout_id, stamp(), body, number)
