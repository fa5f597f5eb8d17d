"""The days of the product, counted: the store's events, scorecards, marks, decisions and runs folded into sums, and its readings added.

What happened in an interview counts on the day on which it began, in UTC. Nothing is kept that can be counted again; only numbers leave this module.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from caseroom import events as ev
from caseroom.app.comparison import MARK_OF
from caseroom.app.interviews import Room
from caseroom.app.tally import EAR, SECONDS, Tally
from caseroom.app.telemetry import OURS
from caseroom.errors import SessionNotFound
from caseroom.store.calls import CallStore
from caseroom.store.log import Log
from caseroom.store.readings import ReadingStore

Days = Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class _Talk:
    """What one session adds."""

    length: int
    said: int
    undone: int
    disputed: tuple[str, ...]
    """The point of each dispute, in order."""
    ear: Mapping[str, int]


class Tallies:
    """Counts the days of a room. What was folded once is remembered, since events and scorecards never change."""

    def __init__(self, room: Room) -> None:
        database = room.store.database
        self._room, self._log, self._readings, self._calls = room, Log(database), ReadingStore(database), CallStore(database)
        self._talks: dict[str, _Talk] = {}
        self._verdicts: dict[tuple[str, int], Mapping[str, str]] = {}
        self._pause = 0.0

    def days(self, count: int, today: date | None = None, pause: float = 0.0) -> list[Tally]:
        """The last days, today the last of them. `pause`: seconds that it sleeps between its pieces, so that others go first."""
        self._pause = pause
        last = today or datetime.now(UTC).date()
        made = [Tally(last - timedelta(days=back)) for back in range(count - 1, -1, -1)]
        days = {tally.day.isoformat(): tally for tally in made}
        for part in (self._talked, self._graded, self._decided, self._marked, self._ran, self._reviewed, self._read, self._called):
            part(days, made[0].day.isoformat())
        return made

    def _talked(self, days: Days, since: str) -> None:
        for session, created, length in self._log.sessions(since):
            tally, talk = days.get(created[:10]), self._talk(session, length)
            if tally and talk:
                tally.said += talk.said
                tally.undone += talk.undone
                tally.disputed += len(talk.disputed)
                tally.ear.update(talk.ear)

    def _talk(self, session: str, length: int) -> _Talk | None:
        """What a session of so many events adds; None where it is gone."""
        known = self._talks.get(session)
        if known is None or known.length < length:
            breathe(self._pause)
            try:
                known = self._talks[session] = _fold(self._room.store.events(session))
            except SessionNotFound:
                return None
        return known

    def _graded(self, days: Days, since: str) -> None:
        for session, number, created in self._log.scorecards(since):
            if tally := days.get(created[:10]):
                verdicts = self._verdicts_of(session, number)
                tally.points += len(verdicts)
                tally.unsure += sum(verdict == "unsure" for verdict in verdicts.values())

    def _verdicts_of(self, session: str, number: int) -> Mapping[str, str]:
        key = (session, number)
        if key not in self._verdicts:
            steps = self._log.scorecard(session, number).get("steps", ())
            self._verdicts[key] = {point["id"]: point["verdict"] for step in steps for point in step["points"]}
        return self._verdicts[key]

    def _machine(self, session: str, point: str) -> str | None:
        """The machine's mark of a point; None where it has none, or was unsure."""
        number = self._log.newest_scorecard(session)
        return MARK_OF.get(self._verdicts_of(session, number).get(point, "")) if number else None

    def _decided(self, days: Days, since: str) -> None:
        for decided in self._log.decisions(since):
            tally, talk = days.get(decided.created[:10]), self._talk(decided.session, decided.dispute + 1)
            if tally and talk and decided.dispute < len(talk.disputed):
                machine = self._machine(decided.session, talk.disputed[decided.dispute])
                tally.decided["unsure" if machine is None else "judge" if machine == decided.decision else "candidate"] += 1

    def _marked(self, days: Days, since: str) -> None:
        saves = self._log.marks(since)
        newest = {(save.session, save.peer, point): (save.created, mark) for save in saves for point, mark in save.points.items()}
        for (session, _, point), (created, mark) in newest.items():
            tally, machine = days.get(created[:10]), self._machine(session, point)
            if tally and machine:
                tally.marked += 1
                tally.alike += machine == mark

    def _ran(self, days: Days, since: str) -> None:
        for created, state in self._log.runs(since):
            if tally := days.get(created[:10]):
                tally.runs[state] += 1

    def _reviewed(self, days: Days, since: str) -> None:
        for came, decided in self._log.reviews(since):
            if tally := days.get(decided[:10]):
                waited = datetime.fromisoformat(decided) - datetime.fromisoformat(came)
                tally.review_hours.append(max(0.0, waited.total_seconds() / 3600))

    def _read(self, days: Days, since: str) -> None:
        self._room.store.readings.flush()
        for number, reading in enumerate(self._readings.since(since)):
            if number % 100 == 0:
                breathe(self._pause)
            tally = days.get(reading.when[:10])
            if tally and reading.name in SECONDS and reading.labels.get("state", "done") == "done":
                tally.seconds[reading.name].append(reading.value)
            elif tally and reading.name == "error":
                of = tally.errors if reading.labels.get("fault") == OURS else tally.refusals
                of[reading.labels.get("kind", "unknown")] += 1

    def _called(self, days: Days, since: str) -> None:
        for call in self._calls.calls(since=since):
            if tally := days.get(call.created[:10]):
                tally.calls.append(call)


def breathe(seconds: float) -> None:
    """Let other threads go first."""
    if seconds:
        time.sleep(seconds)


def _fold(events: Iterable[ev.Event]) -> _Talk:
    length, said, undone, disputed, ear = 0, 0, 0, list[str](), Counter[str]()
    for event in events:
        length += 1
        match event:
            case ev.Said():
                said += 1
            case ev.Undone():
                undone += 1
            case ev.Disputed(point):
                disputed.append(point)
            case ev.Replied(_, moves):
                ear.update(move.kind for move in moves if move.kind in EAR)
    return _Talk(length, said, undone, tuple(disputed), ear)
