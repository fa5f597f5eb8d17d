"""What can happen in a session, one frozen class each, and the fold over them. Events are only ever appended.

Times (`at`) are seconds of interview time since the opening; pauses do not count. The fold never fails on an order that the
store can hold: what cannot apply (undoing what is not there) changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import reduce
from typing import Any, Literal

MoveKind = Literal[
    "open",
    "fact",
    "ask_back",
    "unknown",
    "decline",
    "crowded",
    "acknowledge",
    "time",
    "probe",
    "accept",
    "change",
    "push_back",
    "clock",
    "close",
]


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that the interviewer does in a reply."""

    kind: MoveKind
    text: str
    """The words, as said."""
    refs: tuple[str, ...] = ()
    """Ids of what it speaks of: facts, a point, a messy turn, a step."""


_PLAIN = ("clock", "time", "open", "close", "decline", "crowded")
"""Moves that nobody words."""


@dataclass(frozen=True, slots=True)
class Started:
    """A session began."""

    case: str
    case_version: str
    """A digest of the case's files."""
    engine: str
    """The signature of the models and thresholds at work."""
    created: str
    """Wall time, ISO 8601 in UTC."""
    minutes: tuple[tuple[str, float], ...]
    """The time box of each step."""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Hearing:
    """How a spoken turn was heard. A typed one has none."""

    by: str
    """The signature of the recogniser."""
    words: tuple[tuple[int, int, int, int], ...] = ()
    """First character and the one after the last in the turn's text, begin and end in hundredths of a second since the sound began; empty
    where the recogniser gives no times."""
    garbled: tuple[tuple[int, int], ...] = ()
    """Passages of the text that were not heard well. They are never judged."""
    waited: float | None = None
    """Seconds from the interviewer's last sound to the first word, where known."""
    fillers: bool = False
    """Whether the recogniser keeps "um" and "uh"."""
    audio: str | None = None
    """The name of the kept recording, if it was asked for."""


@dataclass(frozen=True, slots=True)
class Said:
    """The candidate said something. Stored before it is answered."""

    turn: int
    text: str
    at: float
    heard: Hearing | None = None
    """How it was heard; None if it was typed."""


@dataclass(frozen=True, slots=True)
class Replied:
    """The interviewer answered turn `turn`; turn 0 is the opening."""

    turn: int
    moves: tuple[Move, ...]
    at: float
    assumptions: tuple[str, ...] = ()
    """What the candidate assumed in this turn, in their words."""
    worded: str = ""
    """The words as they were said, where a large model worded them; the moves hold the case's own."""
    by: str = ""
    """The name of the model that worded it; empty where nobody did."""

    @property
    def said(self) -> tuple[Move, ...]:
        """The reply as it was heard: worded, with what is always plain after it, or move by move."""
        if not self.worded:
            return self.moves
        first = next((move for move in self.moves if move.kind not in _PLAIN), self.moves[0])
        return (Move(first.kind, self.worded, tuple(ref for move in self.moves if move.kind not in _PLAIN for ref in move.refs)),
                *(move for move in self.moves if move.kind in _PLAIN))  # fmt: skip

    @property
    def words(self) -> str:
        """All that was heard, as one text."""
        return " ".join(move.text for move in self.said)


@dataclass(frozen=True, slots=True)
class Entered:
    """The candidate came to a step."""

    step: str
    at: float
    turn: int
    """The turn in which they did; 0 before the first."""


@dataclass(frozen=True, slots=True)
class Paused:
    """The clock was stopped."""

    at: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """The clock goes on, or the session was taken up again."""

    at: float


@dataclass(frozen=True, slots=True)
class Undone:
    """The candidate took back turn `turn` and all after it; what was said stays in the log."""

    turn: int
    at: float


@dataclass(frozen=True, slots=True)
class SelfScored:
    """The candidate's own levels, given before the scorecard is shown; a step may be left out."""

    levels: tuple[tuple[str, int], ...]
    at: float


@dataclass(frozen=True, slots=True)
class Noted:
    """The candidate's scratch pad, as it now stands."""

    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Box:
    """A layer on the sketch board. Without a reason it is bare and counts for nothing."""

    id: str
    kind: str
    x: int
    y: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sketched:
    """The candidate's sketch board, as it now stands."""

    boxes: tuple[Box, ...]
    joins: tuple[tuple[str, str], ...]
    """From box to box, by id."""
    at: float


@dataclass(frozen=True, slots=True)
class Disputed:
    """The candidate says that words of theirs make a point. It stands beside the judge's mark, never over it."""

    point: str
    turn: int
    start: int
    end: int
    words: str
    at: float


@dataclass(frozen=True, slots=True)
class Reanswered:
    """A step answered again after the end."""

    step: str
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The interview is over."""

    reason: Literal["closed", "early", "time"]
    at: float


Event = Started | Said | Replied | Entered | Paused | Resumed | Undone | SelfScored | Noted | Sketched | Disputed | Reanswered | Ended
_CLASSES: dict[str, type[Any]] = {
    c.__name__: c
    for c in (Started, Said, Replied, Entered, Paused, Resumed, Undone, SelfScored, Noted, Sketched, Disputed, Reanswered, Ended)
}


def to_dict(event: Event) -> dict[str, Any]:
    """The event as plain data, its class under `type`."""
    data = {"type": type(event).__name__, **asdict(event)}
    if data.get("heard", ...) is None:  # a typed turn is written as ever, so that an older caseroom reads it
        del data["heard"]
    if data.get("worded", ...) == "":
        del data["worded"], data["by"]
    return data


def from_dict(data: dict[str, Any]) -> Event:
    """The event that `to_dict` wrote.

    Raises:
        KeyError: the type is not known here (written by a newer version).
    """
    body = dict(data)
    kind = _CLASSES[body.pop("type")]
    if kind is Replied:
        body["moves"] = tuple(Move(m["kind"], m["text"], tuple(m["refs"])) for m in body["moves"])
        body["assumptions"] = tuple(body["assumptions"])
    if body.get("heard"):
        body["heard"] = hearing(body["heard"])
    if kind is Sketched:
        body["boxes"] = tuple(Box(**box) for box in body["boxes"])
        body["joins"] = tuple((a, b) for a, b in body["joins"])
    for name in ("minutes", "levels"):
        if name in body:
            body[name] = tuple((step, value) for step, value in body[name])
    event: Event = kind(**body)
    return event


def hearing(data: dict[str, Any]) -> Hearing:
    """How a turn was heard, from plain data."""
    words = tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in data.get("words", ()))
    garbled = tuple((int(a), int(b)) for a, b in data.get("garbled", ()))
    return Hearing(**{**data, "words": words, "garbled": garbled})


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing the candidate said, and the reply to it."""

    number: int
    text: str
    at: float
    step: str
    """The step that they were in when the turn was over."""
    reply: Replied | None = None
    heard: Hearing | None = None
    """How it was heard; None if it was typed."""


@dataclass(frozen=True, slots=True)
class Session:
    """The state of a session: the fold over its events."""

    case: str = ""
    case_version: str = ""
    engine: str = ""
    created: str = ""
    minutes: tuple[tuple[str, float], ...] = ()
    opening: Replied | None = None
    turns: tuple[Turn, ...] = ()
    entered: tuple[Entered, ...] = ()
    at: float = 0.0
    paused: bool = False
    self_scores: tuple[tuple[str, int], ...] = ()
    notes: str = ""
    board: Sketched | None = None
    disputes: tuple[Disputed, ...] = ()
    reanswers: tuple[Reanswered, ...] = ()
    ended: Ended | None = None
    length: int = 0
    """How many events made it: the number that the next one takes."""
    graded_by: int = 0
    """How many events a scorecard stands on: those up to the last that it depends on."""

    @property
    def step(self) -> str:
        """The step that the candidate is in."""
        return self.entered[-1].step if self.entered else "ground"

    @property
    def last_turn(self) -> int:
        """The number of the newest turn that stands; 0 before the first."""
        return self.turns[-1].number if self.turns else 0

    @property
    def next_turn(self) -> int:
        """The number of the next turn. Numbers of undone turns are used again."""
        return self.last_turn + 1

    def replies(self) -> list[Replied]:
        """All replies that stand, in order, the opening first."""
        first = [self.opening] if self.opening else []
        return first + [turn.reply for turn in self.turns if turn.reply]

    def moves(self, *kinds: MoveKind) -> list[Move]:
        """All moves of these kinds that stand, in order."""
        return [move for reply in self.replies() for move in reply.moves if move.kind in kinds]

    def facts_said(self) -> dict[str, int]:
        """Each fact that was said and the turn that first asked for it."""
        said: dict[str, int] = {}
        for turn in self.turns:
            for move in turn.reply.moves if turn.reply else ():
                if move.kind == "fact":
                    for fact in move.refs:
                        said.setdefault(fact, turn.number)
        return said

    def seconds_in(self) -> dict[str, float]:
        """Seconds spent in each step that was entered."""
        spent: dict[str, float] = {}
        ends = [*(entry.at for entry in self.entered[1:]), self.at][: len(self.entered)]
        for entry, end in zip(self.entered, ends, strict=True):
            spent[entry.step] = spent.get(entry.step, 0.0) + max(0.0, end - entry.at)
        return spent


def advance(session: Session, event: Event) -> Session:
    """The session after one more event."""
    s = replace(session, at=max(session.at, event.at), length=session.length + 1)
    if not isinstance(event, Disputed | Reanswered):  # what comes after a scorecard and leaves it as it is
        s = replace(s, graded_by=s.length)
    match event:
        case Started(case, version, engine, created, minutes):
            return replace(s, case=case, case_version=version, engine=engine, created=created, minutes=minutes)
        case Said():
            return replace(s, turns=(*s.turns, Turn(event.turn, event.text, event.at, s.step, heard=event.heard)), paused=False)
        case Replied():
            return _replied(s, event)
        case Entered():
            turns = tuple(replace(t, step=event.step) if t.number == event.turn else t for t in s.turns)
            return replace(s, entered=(*s.entered, event), turns=turns)
        case Paused():
            return replace(s, paused=True)
        case Resumed():
            return replace(s, paused=False)
        case Undone():
            kept = tuple(e for e in s.entered if e.turn < event.turn)
            return replace(s, turns=tuple(t for t in s.turns if t.number < event.turn), entered=kept, ended=None)
        case SelfScored():
            return replace(s, self_scores=event.levels)
        case Noted():
            return replace(s, notes=event.text)
        case Sketched():
            return replace(s, board=event)
        case Disputed():
            return replace(s, disputes=(*s.disputes, event))
        case Reanswered():
            return replace(s, reanswers=(*s.reanswers, event))
        case Ended():
            return replace(s, ended=event)


def _replied(session: Session, event: Replied) -> Session:
    if event.turn == 0:
        return replace(session, opening=event)
    turns = tuple(replace(t, reply=event) if t.number == event.turn else t for t in session.turns)
    return replace(session, turns=turns)


def replay(events: Iterable[Event]) -> Session:
    """The session that these events make."""
    return reduce(advance, events, Session())
