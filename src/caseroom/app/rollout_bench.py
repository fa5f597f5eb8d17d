"""Rollouts in the background of one long-lived process: carried out one at a time, with progress, each to be stopped; and drills that are held open while somebody plays.
A drill that is not held is opened again from what is kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from caseroom.app import rollouts
from caseroom.app.bench import Background, Job
from caseroom.app.carrying import tried
from caseroom.app.interviews import Room
from caseroom.app.playing import Play
from caseroom.errors import UsageError
from caseroom.store.rollouts import RolloutStore

_HELD = 3
"""Drills that are held at most: each holds its tables."""


@dataclass
class _Held:
    play: Play
    lock: threading.RLock = field(default_factory=threading.RLock)


class RolloutBench(Background):
    """Carries rollouts out and holds drills."""

    def __init__(self, room: Room) -> None:
        super().__init__(room, "rollout")
        self._held: OrderedDict[str, _Held] = OrderedDict()

    def start(self, rollout_id: str) -> None:
        """Carry a rollout out in the background, unless it is under way; a drill is over then.

        Raises:
            RolloutNotFound: no such rollout.
        """
        if rollouts.rollout(self._room, rollout_id).state != "done":
            self.close(rollout_id)
            self._begin(rollout_id, lambda job: rollouts.carry_out(self._room, rollout_id, job.told, job.stop.is_set))

    def open(self, rollout_id: str) -> None:
        """Have the tables of a drill computed in the background and hold it, unless that is so.

        Raises:
            RolloutNotFound: no such rollout.
        """
        if rollouts.rollout(self._room, rollout_id).state != "done" and rollout_id not in self._held:
            self._begin(rollout_id, lambda job: self._open(rollout_id, job))

    def _open(self, rollout_id: str, job: Job) -> None:
        store = RolloutStore(self._room.store.database)
        play = tried(store, rollout_id, lambda: Play.open(self._room, rollout_id, job.told, job.stop.is_set))
        if play is not None:
            store.set(rollout_id, "open")
            self._hold(rollout_id, play)

    def _hold(self, rollout_id: str, play: Play) -> None:
        with self._lock:
            self._held[rollout_id] = _Held(play)
            gone = [self._held.popitem(last=False)[1] for _ in range(len(self._held) - _HELD)]
        for held in gone:
            with held.lock:
                held.play.close()

    def is_open(self, rollout_id: str) -> bool:
        """Whether a drill can be played at once."""
        return rollout_id in self._held

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
