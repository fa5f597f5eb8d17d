"""Work in the background of one long-lived process: one at a time, each with its progress, each to be stopped; and the runs of the lab carried out so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from caseroom.app import runs
from caseroom.app.interviews import Room
from caseroom.errors import CaseroomError


@dataclass(frozen=True, slots=True)
class Progress:
    """Where work stands."""

    what: str
    done: int
    total: int


@dataclass
class Job:
    """Work that waits or is under way."""

    progress: Progress
    stop: threading.Event = field(default_factory=threading.Event)

    def told(self, what: str, done: int, total: int) -> None:
        """Keep where it stands."""
        self.progress = Progress(what, done, total)


class Background:
    """Carries work of one kind out."""

    def __init__(self, room: Room, kind: str) -> None:
        """`kind` is a word for one of it."""
        self._room, self._kind = room, kind
        self._jobs: dict[str, Job] = {}
        self._lock, self._turn = threading.Lock(), threading.Lock()

    def _begin(self, work_id: str, work: Callable[[Job], object], first: Callable[[], object] = lambda: None) -> None:
        """Have it done when its turn comes, unless it is under way; `first` is done at once."""
        with self._lock:
            if work_id in self._jobs:
                return
            first()
            job = self._jobs[work_id] = Job(Progress(f"waiting for another {self._kind}", 0, 1))
        threading.Thread(target=self._work, args=(work_id, job, work), name=f"{self._kind}-{work_id}", daemon=True).start()

    def _work(self, work_id: str, job: Job, work: Callable[[Job], object]) -> None:
        try:
            with self._turn:
                work(job)
        except CaseroomError:
            pass  # the store says that it failed, and why
        finally:
            with self._lock:
                self._jobs.pop(work_id, None)

    def progress(self, work_id: str) -> Progress | None:
        """Where it stands; None if it is not under way here."""
        job = self._jobs.get(work_id)
        return job.progress if job else None

    def stop(self, work_id: str) -> None:
        """Stop it after the window that it is in; what was computed is kept."""
        if job := self._jobs.get(work_id):
            job.stop.set()


class Bench(Background):
    """Carries runs out."""

    def __init__(self, room: Room) -> None:
        super().__init__(room, "run")

    def start(self, run_id: str, *, force: bool = False) -> None:
        """Carry a run out in the background, unless it is under way; `force` does not wait for reviewers.

        Raises:
            RunNotFound: no such run.
        """
        runs.run(self._room, run_id)
        self._begin(
            run_id,
            lambda job: runs.carry_out(self._room, run_id, job.told, job.stop.is_set, force=force),
            first=lambda: runs.wait(self._room, run_id),
        )
