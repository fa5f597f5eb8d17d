"""What every store of ratings must do. A further implementation joins by its address in `ADDRESSES`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.test_runs import ADDRESSES, STARTED

from caseroom.errors import CycleNotFound, RunNotFound
from caseroom.store.database import Database
from caseroom.store.ratings import NewItem, RatingStore
from caseroom.store.runs import RunStore
from caseroom.store.sessions import SessionStore

TEXTS = {"input": "in مرحبا 🙂", "output": "out", "reference": ""}


@pytest.fixture(params=list(ADDRESSES))
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(ADDRESSES[request.param](tmp_path))
    yield made
    made.close()


@pytest.fixture
def store(database: Database) -> RatingStore:
    return RatingStore(database)


def begun(store: RatingStore, run: str | None = None, created: str = "2026-01-01") -> str:
    return store.begin(created, {"title": "ours"}, [NewItem({"design": "a"}, TEXTS, run), NewItem({"design": "b"}, TEXTS, None)])


def test_a_cycle_is_read_back_by_another_process(store: RatingStore, database: Database) -> None:
    cycle = begun(store)
    other = Database(database.url)
    kept = RatingStore(other)
    assert kept.cycle(cycle).body == {"title": "ours"}
    assert [(item.number, item.plan, item.texts) for item in kept.items(cycle)] == [
        (1, {"design": "a"}, TEXTS),
        (2, {"design": "b"}, TEXTS),
    ]
    other.close()


def test_ratings_append(store: RatingStore) -> None:
    cycle = begun(store)
    store.rate(cycle, "t1", "ann", 1, [("accuracy", 5), ("fluency", 4)])
    store.rate(cycle, "t2", "ann", 1, [("accuracy", 3)])
    rows = [(row.number, row.created, row.rater, row.item, row.dimension, row.value) for row in store.ratings(cycle)]
    assert rows == [(1, "t1", "ann", 1, "accuracy", 5), (2, "t1", "ann", 1, "fluency", 4), (3, "t2", "ann", 1, "accuracy", 3)]


def test_raters_at_the_same_moment_lose_nothing(store: RatingStore) -> None:
    cycle = begun(store)

    def many(who: str) -> None:
        """Ten values, one after the other."""
        for n in range(10):
            store.rate(cycle, "t", who, 1, [("accuracy", n % 5 + 1)])

    threads = [threading.Thread(target=many, args=(who,)) for who in ("ann", "bob", "cy")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.number for row in store.ratings(cycle)] == list(range(1, 31))


def test_a_deleted_run_takes_its_texts_and_leaves_plan_and_ratings(store: RatingStore, database: Database) -> None:
    runs, sessions = RunStore(database), SessionStore(database)
    session = sessions.start(STARTED)
    for run, delete in ((runs.begin("c", None, {}).id, runs.delete), (runs.begin("c", session, {}).id, lambda _: sessions.delete(session))):
        cycle = begun(store, run)
        store.rate(cycle, "t", "ann", 1, [("accuracy", 5)])
        delete(run)
        assert [item.texts for item in store.items(cycle)] == [None, TEXTS]
        assert len(store.items(cycle)) == 2 and len(store.ratings(cycle)) == 1


def test_what_is_not_there(store: RatingStore) -> None:
    with pytest.raises(CycleNotFound, match="no rating cycle 'nothing'"):
        store.cycle("nothing")
    with pytest.raises(CycleNotFound):
        store.delete("nothing")
    with pytest.raises(RunNotFound, match="deleted meanwhile"):
        begun(store, "no-such-run")
    assert store.cycles() == [] and store.items("nothing") == [] and store.ratings("nothing") == []


def test_the_newest_first_and_deleted_for_good(store: RatingStore) -> None:
    old, new = begun(store), begun(store, created="2026-02-01")
    store.rate(old, "t", "ann", 1, [("accuracy", 5)])
    assert [cycle.id for cycle in store.cycles()] == [new, old]
    store.delete(old)
    assert [cycle.id for cycle in store.cycles()] == [new] and store.ratings(old) == [] and store.items(old) == []
