"""Runs of the lab in the background of one long-lived process: one at a time, each with its progress, each to be stopped."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from caseroom.app import runs
from caseroom.app.interviews import Room
from caseroom.errors import CaseroomError


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands."""

    what: str
    done: int
    total: int


@dataclass
class _Job:
    progress: Progress = field(default_factory=lambda: Progress("waiting for another run", 0, 1))
    stop: threading.Event = field(default_factory=threading.Event)


class Bench:
    """Carries runs out."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._jobs: dict[str, _Job] = {}
        self._lock, self._turn = threading.Lock(), threading.Lock()

    def start(self, run_id: str, *, force: bool = False) -> None:
        """Carry a run out in the background, unless it is under way; `force` does not wait for reviewers.

        Raises:
            RunNotFound: no such run.
        """
        runs.run(self._room, run_id)
        with self._lock:
            if run_id in self._jobs:
                return
            runs.wait(self._room, run_id)
            job = self._jobs[run_id] = _Job()
        threading.Thread(target=self._work, args=(run_id, job, force), name=f"run-{run_id}", daemon=True).start()

    def progress(self, run_id: str) -> Progress | None:
        """Where a run stands; None if it is not under way here."""
        job = self._jobs.get(run_id)
        return job.progress if job else None

    def stop(self, run_id: str) -> None:
        """Stop a run after the window that it is in; what was computed is kept."""
        if job := self._jobs.get(run_id):
            job.stop.set()

    def _work(self, run_id: str, job: _Job, force: bool) -> None:
        def told(what: str, done: int, total: int) -> None:
            """Keep where it stands."""
            job.progress = Progress(what, done, total)

        try:
            with self._turn:
                runs.carry_out(self._room, run_id, told, job.stop.is_set, force=force)
        except CaseroomError:
            pass  # the run says that it failed, and why
        finally:
            with self._lock:
                self._jobs.pop(run_id, None)
