from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.labdata import write_folder

from caseroom.app import runs
from caseroom.app.bench import Bench
from caseroom.app.interviews import Room
from caseroom.errors import RunNotFound
from caseroom.proposal.model import Model, Proposal, Technical

EXACT = Proposal(technical=Technical(exact="code"))


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.01)


def begun(room: Room, folder: Path, proposal: Proposal = EXACT) -> str:
    return runs.begin(room, proposal, data=folder, quick=True, limit=6).id


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "data")


def test_runs_are_carried_out_one_after_the_other(room: Room, folder: Path) -> None:
    bench, ids = Bench(room), [begun(room, folder) for _ in range(3)]
    for run in (*ids, ids[0]):
        bench.start(run)
    waiting = [progress for run in ids if (progress := bench.progress(run))]
    assert all(0 <= progress.done <= max(1, progress.total) and progress.what for progress in waiting)
    until(lambda: all(bench.progress(run) is None for run in ids))
    assert [runs.run(room, run).state for run in ids] == ["done"] * 3


def test_one_that_waits_or_works_is_stopped_and_goes_on(room: Room, folder: Path) -> None:
    bench, first, second = Bench(room), begun(room, folder), begun(room, folder)
    bench._turn.acquire()
    bench.start(first)
    bench.start(second)
    assert bench.progress(second) is not None and bench.progress(second).what == "waiting for another run"  # type: ignore[union-attr]
    bench.stop(second)
    bench._turn.release()
    until(lambda: bench.progress(first) is None and bench.progress(second) is None)
    assert (runs.run(room, first).state, runs.run(room, second).state) == ("done", "stopped")
    bench.start(second)
    until(lambda: bench.progress(second) is None)
    assert runs.run(room, second).state == "done"
    bench.stop(second)
    bench.stop("nothing")


def test_one_that_fails_or_is_deleted_does_not_stop_the_bench(room: Room, folder: Path) -> None:
    bench = Bench(room)
    failing, deleted, good = (
        begun(room, folder, Proposal(technical=Technical(model=Model("local")))),
        begun(room, folder),
        begun(room, folder),
    )
    bench._turn.acquire()
    for run in (failing, deleted, good):
        bench.start(run)
    runs.delete(room, deleted)
    bench._turn.release()
    until(lambda: all(bench.progress(run) is None for run in (failing, deleted, good)))
    assert runs.run(room, failing).state == "failed" and runs.run(room, good).state == "done"
    with pytest.raises(RunNotFound):
        bench.start(deleted)
