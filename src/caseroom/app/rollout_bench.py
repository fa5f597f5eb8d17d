"""Rollouts in the background of one long-lived process: carried out one at a time, with progress, each to be stopped; and drills that are held open while somebody plays.
A drill that is not held is opened again from what is kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from caseroom.app import rollouts
from caseroom.app.bench import Progress
from caseroom.app.interviews import Room
from caseroom.app.playing import Play
from caseroom.errors import CaseroomError, UsageError
from caseroom.lab.study import Cancelled
from caseroom.store.rollouts import RolloutStore

_HELD = 3
"""Drills that are held at most: each holds its tables."""


@dataclass
class _Job:
    progress: Progress = field(default_factory=lambda: Progress("waiting for another rollout", 0, 1))
    stop: threading.Event = field(default_factory=threading.Event)

    def told(self, what: str, done: int, total: int) -> None:
        """Keep where it stands."""
        self.progress = Progress(what, done, total)


@dataclass
class _Held:
    play: Play
    lock: threading.RLock = field(default_factory=threading.RLock)


class RolloutBench:
    """Carries rollouts out and holds drills."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._jobs: dict[str, _Job] = {}
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._lock, self._turn = threading.Lock(), threading.Lock()

    def start(self, rollout_id: str) -> None:
        """Carry a rollout out in the background, unless it is under way; a drill is over then.

        Raises:
            RolloutNotFound: no such rollout.
        """
        if rollouts.rollout(self._room, rollout_id).state != "done":
            self.close(rollout_id)
            self._begin(rollout_id, self._carry_out)

    def open(self, rollout_id: str) -> None:
        """Have the tables of a drill computed in the background and hold it, unless that is so.

        Raises:
            RolloutNotFound: no such rollout.
        """
        if rollouts.rollout(self._room, rollout_id).state != "done" and rollout_id not in self._held:
            self._begin(rollout_id, self._open)

    def _begin(self, rollout_id: str, work: Callable[[str, _Job], None]) -> None:
        with self._lock:
            if rollout_id in self._jobs:
                return
            job = self._jobs[rollout_id] = _Job()
        threading.Thread(target=self._work, args=(rollout_id, job, work), name=f"rollout-{rollout_id}", daemon=True).start()

    def _work(self, rollout_id: str, job: _Job, work: Callable[[str, _Job], None]) -> None:
        try:
            with self._turn:
                work(rollout_id, job)
        except CaseroomError:
            pass  # the rollout says that it failed, and why
        finally:
            with self._lock:
                self._jobs.pop(rollout_id, None)

    def _carry_out(self, rollout_id: str, job: _Job) -> None:
        rollouts.carry_out(self._room, rollout_id, job.told, job.stop.is_set)

    def _open(self, rollout_id: str, job: _Job) -> None:
        store = RolloutStore(self._room.store.database)
        try:
            play = Play.open(self._room, rollout_id, job.told, job.stop.is_set)
        except Cancelled:
            store.set(rollout_id, "stopped", "It was stopped; what was computed is kept.")
            return
        except Exception as error:
            store.set(rollout_id, "failed", str(error) if isinstance(error, CaseroomError) else f"{type(error).__name__}: {error}")
            raise
        store.set(rollout_id, "open")
        self._hold(rollout_id, play)

    def _hold(self, rollout_id: str, play: Play) -> None:
        with self._lock:
            self._held[rollout_id] = _Held(play)
            gone = [self._held.popitem(last=False)[1] for _ in range(len(self._held) - _HELD)]
        for held in gone:
            with held.lock:
                held.play.close()

    def progress(self, rollout_id: str) -> Progress | None:
        """Where a rollout stands; None if it is not under way here."""
        job = self._jobs.get(rollout_id)
        return job.progress if job else None

    def is_open(self, rollout_id: str) -> bool:
        """Whether a drill can be played at once."""
        return rollout_id in self._held

    def stop(self, rollout_id: str) -> None:
        """Stop a rollout after the window that it is in; what was computed is kept."""
        if job := self._jobs.get(rollout_id):
            job.stop.set()

    def close(self, rollout_id: str) -> None:
        """Let go of a drill; what was done in it is kept."""
        with self._lock:
            held = self._held.pop(rollout_id, None)
        if held:
            with held.lock:
                held.play.close()

    @contextmanager
    def play(self, rollout_id: str) -> Iterator[Play]:
        """A drill, for one at a time.

        Raises:
            UsageError: it is not open: `open` it, and come again.
        """
        with self._lock:
            held = self._held.get(rollout_id)
            if held:
                self._held.move_to_end(rollout_id)
        if held is None:
            raise UsageError("This drill is not open yet. Its tables are being made; open its page and try again in a moment.")
        with held.lock:
            yield held.play
