"""The use-cases of an interview: start, say, pause, undo, end, self-score, grade. Each turn is stored before it is answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce

from caseroom import events as ev
from caseroom.app import grading, telemetry, voice, worded
from caseroom.app.engine import Engine, Progress
from caseroom.cases.model import Case
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.errors import UsageError
from caseroom.interview import clock, interviewer
from caseroom.interview.disclosure import Disclosure
from caseroom.steps import STEP_IDS
from caseroom.store.people import HOST, PeopleStore
from caseroom.store.sessions import SessionStore

LONGEST_TURN = 20_000
"""Characters of a turn that are listened to; a longer one is stored whole and heard up to here."""
Clock = Callable[[], float]
Decided = tuple[ev.Replied, interviewer.Noticed]


@dataclass(frozen=True, slots=True)
class Room:
    """Everything that the use-cases need, made once a process."""

    settings: Settings
    shelf: Shelf
    engine: Engine
    store: SessionStore


def open_room(settings: Settings) -> Room:
    """Choose the implementations.

    Raises:
        StoreError: the session store cannot be used.
    """
    shelf = Shelf([*settings.case_folders, settings.user_cases])
    return Room(
        settings, shelf, Engine(settings.cache, settings.judge), SessionStore(settings.database, keep_readings=settings.keep_readings)
    )


class Interview:
    """One session that is being held. `tick` tells seconds; a script gives its own."""

    def __init__(self, room: Room, session_id: str, tick: Clock = time.monotonic, began: float | None = None) -> None:
        """Take up a stored session where it stands; its clock goes on from there, or has run since the clock's reading `began`.

        Raises:
            SessionNotFound: no such session.
            UnknownCase, CaseError: its case is gone or does not hold.
        """
        self.room = room
        self.id = session_id
        self.session = room.store.session(session_id)
        self.case: Case = room.shelf.case(self.session.case)
        self.thinking: AbstractContextManager[object] = nullcontext()
        """Held while the embedded models work on a turn."""
        self._tick = tick
        self.began = tick() - self.session.at if began is None else began

    @classmethod
    def start(cls, room: Room, case_id: str, tick: Clock = time.monotonic) -> Interview:
        """Begin a session with the opening words."""
        case = room.shelf.case(case_id)
        created = datetime.now(UTC).isoformat(timespec="seconds")
        started = ev.Started(case.id, case.version, room.engine.signature(case), created, case.minutes)
        interview = cls(room, room.store.start(started), tick)
        interview._add(ev.Entered("ground", 0.0, 0), ev.Replied(0, interviewer.opening(case), 0.0))
        return interview

    def prepare(self, progress: Progress | None = None) -> None:
        """Load the models and vectors now, so that the first turn does not wait."""
        self.room.engine.prepare(self.case, progress)
        self.room.engine.warm()

    @property
    def now(self) -> float:
        """Seconds of interview time."""
        return self.session.at if self.session.paused else max(self.session.at, self._tick() - self.began)

    def _add(self, *new: ev.Event) -> None:
        self.room.store.append(self.id, self.session.length, new)
        self.session = reduce(ev.advance, new, self.session)

    @property
    def held(self) -> bool:
        """Whether a person holds the interview: a link for a host is open, so the machine does not answer."""
        now = datetime.now(UTC)
        links = PeopleStore(self.room.store.database).links(self.id)
        return any(link.role == HOST and not link.revoked and now < datetime.fromisoformat(link.expires) for link in links)

    def say(self, text: str, heard: ev.Hearing | None = None) -> ev.Replied | None:
        """Store a turn of the candidate, then answer it; None where a person holds the interview, who answers later.

        Raises:
            UsageError: the interview is over, or the person who holds it has not answered the turn before.
            SessionMoved: another process went on with the session.
        """
        last = list(self.saying(text, heard))[-1]
        return last if isinstance(last, ev.Replied) else None

    def saying(self, text: str, heard: ev.Hearing | None = None) -> Iterator[ev.Said | ev.Move | ev.Replied]:
        """The same, step by step: the turn when it is stored, what is said as it comes, the reply when it is stored. Go on to the end, or it is not answered.

        Raises:
            UsageError, SessionMoved: as `say`.
        """
        said, decided = self._taken(text, heard)
        yield said
        if decided:
            yield from self._worded(*decided)

    @telemetry.observed("turn")
    def _taken(self, text: str, heard: ev.Hearing | None) -> tuple[ev.Said, Decided | None]:
        """Store a turn, then decide what the reply says; None where a person holds the interview."""
        if self.session.ended:
            raise UsageError(f"The interview is over. `caseroom sessions show {self.id}` shows its scorecard.")
        held = self.held
        if held and self.unanswered:
            raise UsageError("A person holds this interview and has not answered yet. Wait, take the turn back, or revoke their link.")
        if self.session.paused:
            self.resume()
        said = ev.Said(self.session.next_turn, text, round(self.now, 2), heard)
        self._add(said)
        if held:
            self._follow(self.heard()[1])
        return said, None if held else self._decided()

    def answer(self) -> ev.Replied:
        """Answer the last turn: just now, when a crash came between, or when nobody holds the interview any more."""
        *_, reply = self.answering()
        assert isinstance(reply, ev.Replied)
        return reply

    def answering(self) -> Iterator[ev.Move | ev.Replied]:
        """What is said as it comes, then the reply when it is stored."""
        yield from self._worded(*self._decided())

    def _decided(self) -> Decided:
        """The plain reply to the last turn, and what the interviewer noticed in it."""
        with self.thinking:
            disclosure, noticed = self.heard()
            self._follow(noticed)
            return interviewer.reply(self.case, self.session, disclosure, noticed, round(self.now, 2)), noticed

    def _worded(self, reply: ev.Replied, noticed: interviewer.Noticed) -> Iterator[ev.Move | ev.Replied]:
        for piece in worded.worded(self.room, self.case, self.id, self.session, reply, noticed):
            if isinstance(piece, ev.Replied):
                self._add(piece)
            yield piece

    def relay(self, moves: Sequence[ev.Move]) -> ev.Replied:
        """Answer the last turn with what a person says. What was assumed is heard as ever, and the clock adds its word."""
        now = round(self.now, 2)
        due = clock.mark(self.session, now)
        marks = (ev.Move("clock", due[1], (due[0],)),) if due else ()
        reply = ev.Replied(self.session.last_turn, (*moves, *marks), now, self.heard()[0].assumptions)
        self._add(reply)
        return reply

    def heard(self) -> tuple[Disclosure, interviewer.Noticed]:
        """What the last turn unlocks, and what the interviewer may notice in it."""
        words = self.session.turns[-1].text[:LONGEST_TURN]
        disclosure = self.room.engine.ear(self.case).listen(words, interviewer.context(self.session))
        return disclosure, grading.notice(self.room.engine.judge(self.case).finder, words, disclosure)

    def _follow(self, noticed: interviewer.Noticed) -> None:
        turn = self.session.turns[-1]
        if any(entry.turn == turn.number for entry in self.session.entered):
            return  # they came to a step in this turn already
        if step := interviewer.entered_step(self.case, self.session, turn.text[:LONGEST_TURN], noticed):
            self._add(ev.Entered(step, turn.at, turn.number))

    @property
    def unanswered(self) -> bool:
        """Whether a turn is stored that was never answered."""
        return bool(self.session.turns) and self.session.turns[-1].reply is None

    def enter(self, step: str) -> None:
        """Go to a step, as the candidate decided."""
        if step != self.session.step:
            self._add(ev.Entered(step, round(self.now, 2), self.session.last_turn))

    def pause(self) -> None:
        """Stop the clock."""
        if not self.session.paused:
            self._add(ev.Paused(round(self.now, 2)))

    def resume(self) -> None:
        """Let the clock go on."""
        if self.session.paused:
            self._add(ev.Resumed(self.session.at))
            self.began = self._tick() - self.session.at

    def undo(self) -> bool:
        """Take back the last turn and its reply, and remove its recording for good; False if there is none."""
        if not self.session.turns:
            return False
        self._add(ev.Undone(self.session.last_turn, round(self.now, 2)))
        self._prune()
        return True

    def _prune(self) -> None:
        voice.prune_audio(self.room.settings, self.id, self.session)

    def time_words(self) -> str:
        """How much time is left, in words."""
        return clock.left_words(self.session, self.now)

    def note(self, text: str) -> None:
        """Keep the scratch pad."""
        if text != self.session.notes:
            self._open()
            self._add(ev.Noted(text, round(self.now, 2)))

    def sketch(self, boxes: tuple[ev.Box, ...], joins: tuple[tuple[str, str], ...]) -> None:
        """Keep the sketch board."""
        board = self.session.board
        if board is None or (board.boxes, board.joins) != (boxes, joins):
            self._open()
            self._add(ev.Sketched(boxes, joins, round(self.now, 2)))

    def dispute(self, point: str, words: str) -> ev.Disputed:
        """Keep the candidate's word that they made a point, with the place where the words stand.

        Raises:
            UsageError: no such point, or the words are not the candidate's.
        """
        if point not in {p.id for p in self.case.points}:
            raise UsageError(f"There is no point {point[:20]!r} in this case.")
        wanted = words.strip()
        for turn in grading.transcript_of(self.session).candidate():
            start = turn.text.find(wanted) if wanted else -1
            if start >= 0:
                dispute = ev.Disputed(point, turn.number, start, start + len(wanted), wanted, self.session.at)
                self._add(dispute)
                return dispute
        raise UsageError("These words do not stand in what you said. Copy them from the transcript as they are.")

    def answer_again(self, step: str, text: str) -> None:
        """Keep another answer to a step, given after the end.

        Raises:
            UsageError: no such step, or nothing said.
        """
        if step not in STEP_IDS or not text.strip():
            raise UsageError("Say something to answer the step again.")
        self._add(ev.Reanswered(step, text, self.session.at))

    def _open(self) -> None:
        if self.session.ended:
            raise UsageError("The interview is over; its notes and board stay as they were.")

    def end(self) -> None:
        """End the interview."""
        if not self.session.ended:
            late = self.now >= clock.total_seconds(self.session)
            self._add(ev.Ended("time" if late else "closed" if self.session.step == "roadmap" else "early", round(self.now, 2)))
            self._prune()  # what a crash left between a turn's taking back and its recording's end

    def self_score(self, levels: dict[str, int]) -> None:
        """The candidate's own levels.

        Raises:
            UsageError: a level outside 0 to 4.
        """
        if any(not 0 <= level <= 4 for level in levels.values()):
            raise UsageError("A level is a whole number from 0 to 4.")
        self._add(ev.SelfScored(tuple(levels.items()), round(self.now, 2)))


def newest_open(room: Room) -> str:
    """The id of the newest session that is not over.

    Raises:
        UsageError: there is none.
    """
    for stored in room.store.sessions():
        if not stored.session.ended:
            return stored.id
    raise UsageError("No session is open. `caseroom practice CASE` starts one.")


def ask_once(engine: Engine, case: Case, turn: str) -> tuple[Disclosure, str]:
    """What one turn unlocks outside of an interview, and the reply to it."""
    session = ev.Session(case=case.id, minutes=case.minutes, turns=(ev.Turn(1, turn, 0.0, "ground"),))
    disclosure = engine.ear(case).listen(turn[:LONGEST_TURN])
    reply = interviewer.reply(case, session, disclosure, interviewer.Noticed(), 0.0)
    return disclosure, " ".join(move.text for move in reply.moves)
