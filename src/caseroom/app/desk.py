"""Interviews that one long-lived process holds at once: one at a time for each session, each with its running clock; grading beside them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from caseroom.app import scorecards, telemetry
from caseroom.app.interviews import Interview, Room
from caseroom.errors import CaseroomError

AWAY = 150.0
"""Seconds without a sign of the candidate after which the clock stood still since the last one: the page was closed."""


@dataclass
class _Seat:
    lock: threading.RLock = field(default_factory=threading.RLock)
    began: float | None = None
    """Reading of the clock at which the interview began, if it runs."""
    seen: float = 0.0


@dataclass
class Job:
    """A grading that runs or ran."""

    done: int = 0
    total: int = 0
    error: CaseroomError | None = None
    over: bool = False


class Desk:
    """Hands out interviews."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._seats: dict[str, _Seat] = {}
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._answering = threading.BoundedSemaphore(max(1, (os.cpu_count() or 2) // 2))

    @contextmanager
    def interview(self, session_id: str) -> Iterator[Interview]:
        """The interview as it is stored now, for one user at a time. Its clock went on while the candidate was there.

        Raises:
            SessionNotFound: no such session.
        """
        with self._lock:
            seat = self._seats.setdefault(session_id, _Seat())
        with seat.lock:
            now = time.monotonic()
            interview = Interview(self.room, session_id, began=seat.began if now - seat.seen <= AWAY else None)
            try:
                yield interview
            finally:
                seat.began, seat.seen = interview.began, time.monotonic()

    @contextmanager
    def turn(self, session_id: str) -> Iterator[Interview]:
        """The interview, ready to be talked to. Half as many turns are answered at a time as there are cores, since each uses two; more would only hold each other up."""
        began = telemetry.since()
        with self.interview(session_id) as interview:
            with self._answering:
                self.room.engine.prepare(interview.case)
            interview.thinking = self._answering  # a large model that words the reply holds nobody else up
            telemetry.record(self.room, "wait", time.perf_counter() - began)
            yield interview

    def forget(self, session_id: str) -> None:
        """Let go of a session that is gone."""
        with self._lock:
            self._seats.pop(session_id, None)
            self._jobs.pop(session_id, None)

    def grading(self, session_id: str) -> Job | None:
        """The grading of a session that has no scorecard yet, begun now if it is not under way; None where there is a scorecard.

        Raises:
            SessionNotFound: no such session.
            CaseroomError: what the grading before ended with; asking again begins a new one.
        """
        if scorecards.history(self.room, session_id):
            self._jobs.pop(session_id, None)
            return None
        with self._lock:
            job = self._jobs.get(session_id)
            if job is None or (job.over and job.error is None):
                job = self._jobs[session_id] = Job()
                threading.Thread(target=self._grade, args=(session_id, job), name=f"grade-{session_id}", daemon=True).start()
        if job.error:
            self._jobs.pop(session_id, None)
            raise job.error
        return job

    def _grade(self, session_id: str, job: Job) -> None:
        def told(done: int, total: int) -> None:
            job.done, job.total = done, total

        try:
            scorecards.grade_again(self.room, session_id, told)
        except CaseroomError as error:
            job.error = error
        finally:
            job.over = True
