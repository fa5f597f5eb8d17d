"""The use-cases of reviews: what waits, taking an item, deciding of it, and what holds when a run goes on. Never changes or removes a decision: changing one's
mind is a further one. The first reviewer's decision holds; another's is kept and shown where it differs. Who escalates leaves the item to the next reviewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast, get_args

from caseroom.app.interviews import Room
from caseroom.errors import RunError, StoreUnusable, UsageError
from caseroom.lab.decisions import Action, Decision, Flagged, Reviews, edited, from_data, to_data
from caseroom.store.reviews import KeptDecision, KeptItem, Lease, ReviewStore
from caseroom.store.runs import RunStore

LEASE = timedelta(minutes=10)
"""So long an item is in the hands of who took it; then others may take it."""
LONGEST = 200_000
"""Characters of an edited output."""
LONGEST_REASON, LONGEST_NAME = 4_000, 60
STATES = ("open", "escalated", "decided", "left")
_TRIES = 20
Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Review:
    """An item with all that is known of it."""

    id: str
    run: str
    case: str
    state: str
    """open, escalated, decided, or left: its run was finished without it."""
    created: str
    """When it came."""
    item: Flagged
    decisions: tuple[KeptDecision, ...]
    holds: KeptDecision | None
    """The decision that holds."""
    held_by: str | None
    """Who has taken it and not decided yet."""

    @property
    def others(self) -> tuple[KeptDecision, ...]:
        """The last decision of each further reviewer."""
        last = {decision.reviewer: decision for decision in self.decisions}
        return tuple(decision for name, decision in last.items() if self.holds is not None and name != self.holds.reviewer)


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def holding(decisions: Sequence[KeptDecision]) -> KeptDecision | None:
    """The decision that holds: the first reviewer's last one; where they escalated, the next reviewer's."""
    holder: KeptDecision | None = None
    for decision in decisions:
        if holder is None or holder.action == "escalate" or decision.reviewer == holder.reviewer:
            holder = decision
    return holder


def differs(one: KeptDecision, other: KeptDecision) -> bool:
    """Whether two decisions come to something else; an escalation comes to nothing yet."""
    if "escalate" in (one.action, other.action):
        return False
    return (one.action, one.output) != (other.action, other.output)


def _store(room: Room) -> ReviewStore:
    return ReviewStore(room.store.database)


def page(room: Room, *, run: str = "", case: str = "", state: str = "", offset: int = 0, limit: int = 50) -> list[KeptItem]:
    """Some of the queue, in the order in which it came."""
    return _store(room).page(run=run, case=case, state=state, offset=offset, limit=limit)


def counts(room: Room, *, run: str = "", case: str = "") -> dict[str, int]:
    """How many items stand where: a number for each of `STATES`."""
    found = _store(room).counts(run=run, case=case)
    return {state: found.get(state, 0) for state in STATES}


def waiting(room: Room, run: str = "") -> int:
    """How many outputs wait for a decision."""
    found = counts(room, run=run)
    return found["open"] + found["escalated"]


def words(count: int) -> str:
    """How many outputs wait, for people."""
    if not count:
        return "Every output is decided; the run can go on."
    return f"{count} output{'' if count == 1 else 's'} wait{'s' if count == 1 else ''} for a reviewer."


def review(room: Room, item_id: str, moment: Now = now) -> Review:
    """An item with its decisions.

    Raises:
        ReviewNotFound: there is none, or its run is deleted.
    """
    store = _store(room)
    kept, decisions, leases = store.item(item_id), tuple(store.decisions(item_id)), store.leases(item_id)
    holds = holding(decisions)
    return Review(
        kept.id, kept.run, kept.case, kept.state, kept.created, from_data(kept.body), decisions, holds, _held(leases, decisions, moment())
    )


def _held(leases: Sequence[Lease], decisions: Sequence[KeptDecision], at: datetime) -> str | None:
    if not leases or leases[-1].taken <= _stamp(at - LEASE):
        return None
    last = leases[-1]
    gone = any(decision.reviewer == last.reviewer and decision.created >= last.taken for decision in decisions)
    return None if gone else last.reviewer


def take(room: Room, reviewer: str, *, run: str = "", case: str = "", moment: Now = now) -> str | None:
    """Take the next item that nobody has; None if nothing waits for this reviewer. What is not decided in ten minutes is free again.

    Raises:
        UsageError: no name.
    """
    store, name = _store(room), named(reviewer)
    for _ in range(_TRIES):
        free = store.free(name, _stamp(moment() - LEASE), run=run, case=case)
        if not free:
            return None
        for item_id in free:
            if _leased(store, item_id, name, moment()):
                return item_id
    return None


def hold(room: Room, item_id: str, reviewer: str, moment: Now = now) -> bool:
    """Take a certain item; False if another has it.

    Raises:
        ReviewNotFound: there is none.
    """
    found = review(room, item_id, moment)
    if found.held_by not in (None, named(reviewer)):
        return False
    return _leased(_store(room), item_id, named(reviewer), moment())


def _leased(store: ReviewStore, item_id: str, reviewer: str, at: datetime) -> bool:
    leases = store.leases(item_id)
    if leases and leases[-1].taken > _stamp(at - LEASE):
        if leases[-1].reviewer == reviewer:
            return True  # it is theirs already; its time goes on from when they took it
        if _held(leases, store.decisions(item_id), at) is not None:
            return False
    return store.lease(item_id, len(leases) + 1, reviewer, _stamp(at))


def decide(
    room: Room, item_id: str, reviewer: str, action: str, *, output: str | None = None, reason: str = "", moment: Now = now
) -> Review:  # fmt: skip
    """Decide of an item, or once more of it.

    Raises:
        ReviewNotFound: there is none, or its run is deleted.
        UsageError: no such action, an edited output that is none, no name, or something too long.
        RunError: the run is finished; a decision would change nothing.
    """
    store, name = _store(room), named(reviewer)
    for _ in range(_TRIES):
        kept = store.item(item_id)
        if RunStore(room.store.database).run(kept.run).state == "done":
            raise RunError(f"Run {kept.run} is finished, so its report stands. `caseroom run CASE FILE --review` begins another.")
        made = _checked(from_data(kept.body), action, output, reason)
        before = store.decisions(item_id)
        decision = KeptDecision(len(before) + 1, name, _stamp(moment()), action, made, reason.strip(), "")
        stands = "escalated" if cast(KeptDecision, holding([*before, decision])).action == "escalate" else "decided"
        if store.decide(item_id, KeptDecision(decision.number, name, decision.created, action, made, decision.reason, stands)):
            RunStore(room.store.database).say(kept.run, "waiting", words(waiting(room, kept.run)))
            return review(room, item_id, moment)
    raise StoreUnusable(f"Others decide of {item_id} at the same moment, again and again. Nothing was stored; decide again.")


def _checked(item: Flagged, action: str, output: str | None, reason: str) -> str | None:
    if action not in get_args(Action):
        raise UsageError(f"There is no decision {action!r}; write one of {', '.join(get_args(Action))}.")
    if len(reason) > LONGEST_REASON:
        raise UsageError(f"That reason has {len(reason)} characters; at most {LONGEST_REASON} are kept.")
    if action != "modify":
        return None
    text = (output or "").replace("\r\n", "\n").strip()
    if not text:
        raise UsageError("Modify needs the output as it should leave. Write it, or reject the item to pass it on.")
    if len(text) > LONGEST:
        raise UsageError(f"That output has {len(text)} characters; at most {LONGEST} are kept.")
    if text == item.output.strip():
        raise UsageError("The output was not changed. Approve it, or change it.")
    edited(text, item.values)
    return text


def named(reviewer: str) -> str:
    """A reviewer's name, as it is kept.

    Raises:
        UsageError: there is none, or it is too long.
    """
    name = " ".join(reviewer.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"Say who reviews: a name of 1 to {LONGEST_NAME} letters.")
    return name


class ReviewLabels:
    """What reviewers decided, as labels: never by name; reviewers of a run are told apart by a number, the first one is 1."""

    kind = "reviews"

    def rows(self, room: Room) -> Iterator[dict[str, Any]]:
        """One row for each decision; `holds` where it is the one that counts."""
        numbers: dict[str, dict[str, int]] = {}
        for kept, decisions, _ in _store(room).decided():
            who, holds = numbers.setdefault(kept.run, {}), holding(decisions)
            for decision in decisions:
                yield {
                    "kind": self.kind, "by": "reviewer", "at": decision.created, "run": kept.run, "case": kept.case, "record": kept.body["record"],
                    "number": decision.number, "reviewer": who.setdefault(decision.reviewer, len(who) + 1), "input": kept.body["input"],
                    "objections": kept.body["objections"], "machine": kept.body["output"], "person": decision.action, "output": decision.output,
                    "reason": decision.reason, "holds": decision == holds,
                }  # fmt: skip


class RunQueue:
    """The queue of one run, as the lab sees it."""

    def __init__(self, room: Room, run: str, case: str, *, force: bool = False, moment: Now = now) -> None:
        """`force`: goes on although outputs wait; reviewers are simulated for these."""
        self._room, self._run, self._case, self._force, self._moment = room, run, case, force, moment

    def add(self, items: Sequence[Flagged]) -> None:
        """More that wait; those that are there already stay as they are."""
        rows = [(item.place, item.record, to_data(item)) for item in items]
        _store(self._room).add(self._run, self._case, _stamp(self._moment()), rows)

    def decided(self) -> Reviews | None:
        """What people decided; None while outputs wait."""
        found = counts(self._room, run=self._run)
        if found["open"] + found["escalated"] and not self._force:
            return None
        decisions = (_decision(*row) for row in _store(self._room).decided(run=self._run))
        return Reviews(sum(found.values()), tuple(decision for decision in decisions if decision is not None))


def _decision(kept: KeptItem, decisions: Sequence[KeptDecision], leases: Sequence[Lease]) -> Decision | None:
    holds = holding(decisions)
    if holds is None or holds.action == "escalate":
        return None
    item = from_data(kept.body)
    sent = None if holds.action == "reject" else holds.output or item.output
    last = {decision.reviewer: decision for decision in decisions if decision.reviewer != holds.reviewer}
    taken = [lease.taken for lease in leases if lease.reviewer == holds.reviewer and lease.taken <= holds.created]
    return Decision(
        item.place, cast(Action, holds.action), item.output, sent, edited(holds.output, item.values) if holds.output else None,
        min(_minutes(taken[-1], holds.created), LEASE.total_seconds() / 60) if taken else None, _minutes(kept.created, holds.created),
        len(last), sum(differs(holds, other) for other in last.values()),
    )  # fmt: skip


def _stamp(moment: datetime) -> str:
    """A moment that sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _minutes(start: str, end: str) -> float:
    return max(0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 60)
