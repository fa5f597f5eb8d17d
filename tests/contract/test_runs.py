"""What every store of runs and proposals must do. A further implementation joins by its address in `ADDRESSES`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from caseroom import events as ev
from caseroom.errors import RunNotFound, SessionNotFound
from caseroom.store.database import Database
from caseroom.store.runs import RunStore
from caseroom.store.sessions import SessionStore

STARTED = ev.Started("support-desk", "v1", "engine", "2026-01-01T00:00:00+00:00", (("ground", 6.0),))
ADDRESSES: dict[str, Callable[[Path], str]] = {"sqlite": lambda folder: f"sqlite:///{folder / 'deep' / 'sessions.db'}"}


@pytest.fixture(params=list(ADDRESSES))
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(ADDRESSES[request.param](tmp_path))
    yield made
    made.close()


@pytest.fixture
def store(database: Database) -> RunStore:
    return RunStore(database)


def test_a_run_from_begin_to_done_is_read_back_by_another_process(store: RunStore, database: Database) -> None:
    begun = store.begin("2026-01-01", None, {"title": "مرحبا 🙂", "limit": None})
    assert (begun.state, begun.report) == ("open", None) and store.run(begun.id) == begun
    store.set(begun.id, "running")
    store.set(begun.id, "done", report={"verdict": "ja", "value": 0.1})
    other = Database(database.url)
    kept = RunStore(other).run(begun.id)
    other.close()
    assert (kept.state, kept.why, kept.asked["title"], kept.report) == ("done", "", "مرحبا 🙂", {"verdict": "ja", "value": 0.1})


def test_a_state_keeps_the_report(store: RunStore) -> None:
    run = store.begin("2026-01-01", None, {})
    store.set(run.id, "done", report={"a": 1})
    store.set(run.id, "failed", "why it failed")
    assert store.run(run.id).report == {"a": 1} and store.run(run.id).why == "why it failed"


def test_the_newest_first_without_reports(store: RunStore) -> None:
    old, new = store.begin("2026-01-01", None, {}), store.begin("2026-02-01", None, {})
    store.set(old.id, "done", report={"a": 1})
    assert [run.id for run in store.runs()] == [new.id, old.id] and all(run.report is None for run in store.runs())


def test_what_is_not_there(store: RunStore) -> None:
    for call in (store.run, store.delete):
        with pytest.raises(RunNotFound, match="no run 'nothing'"):
            call("nothing")
    with pytest.raises(SessionNotFound, match="no session 'nobody'"):
        store.begin("2026-01-01", "nobody", {})
    store.set("nothing", "done")
    assert store.runs() == [] and store.proposal("nobody") is None


def test_a_run_is_deleted_for_good(store: RunStore) -> None:
    run = store.begin("2026-01-01", None, {})
    store.delete(run.id)
    with pytest.raises(RunNotFound):
        store.run(run.id)


def test_a_session_takes_its_runs_and_its_proposal_with_it(store: RunStore, database: Database) -> None:
    sessions = SessionStore(database)
    session = sessions.start(STARTED)
    run, other = store.begin("2026-01-01", session, {}), store.begin("2026-01-01", None, {})
    store.keep_proposal(session, "format: 1\n# 🙂\n")
    store.keep_proposal(session, "format: 1\n")
    assert store.proposal(session) == "format: 1\n" and store.run(run.id).session == session
    sessions.delete(session)
    assert [kept.id for kept in store.runs()] == [other.id] and store.proposal(session) is None


def test_edits_are_forgotten(store: RunStore, database: Database) -> None:
    session = SessionStore(database).start(STARTED)
    store.keep_proposal(session, "format: 1\n")
    store.keep_proposal(session, None)
    assert store.proposal(session) is None
