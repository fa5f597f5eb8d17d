"""Who was told of which alert: one of many tells it, what failed is told again, and a process that died does not keep it for itself."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from caseroom.store.database import Database
from caseroom.store.deliveries import LEASE, DeliveryStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


def test_of_many_processes_one_takes_it(url: str) -> None:
    stores = [DeliveryStore(Database(url)) for _ in range(8)]
    together, taken = threading.Barrier(len(stores)), list[bool]()

    def take(store: DeliveryStore) -> None:
        together.wait()
        taken.append(store.claim("errors@1", "webhook:1", "host", NOW))

    for again in range(2):  # the first time it is new, the second it has failed
        threads = [threading.Thread(target=take, args=(store,)) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == [False] * 7 + [True], again
        taken.clear()
        stores[0].settle("errors@1", "webhook:1", NOW, "it answered 503")


def test_what_was_taken_is_never_told_again(url: str) -> None:
    store = DeliveryStore(Database(url))
    assert store.claim("errors@1", "log:1", "alerts.jsonl", NOW)
    store.settle("errors@1", "log:1", NOW)
    store.settle("errors@1", "log:1", NOW, "too late")  # whoever had given up on it
    assert not store.claim("errors@1", "log:1", "alerts.jsonl", NOW + 10 * LEASE)
    (kept,) = store.all()
    assert (kept.state, kept.why, kept.where, kept.tries) == ("taken", "", "alerts.jsonl", 1)
    assert store.claim("errors@1", "webhook:1", "host", NOW) and store.claim("errors@2", "log:1", "alerts.jsonl", NOW)


def test_what_failed_is_told_again_but_not_at_once(url: str) -> None:
    store = DeliveryStore(Database(url))
    store.claim("errors@1", "webhook:1", "host", NOW)
    store.settle("errors@1", "webhook:1", NOW, "no answer in 3 s")
    assert not store.claim("errors@1", "webhook:1", "host", NOW + MINUTE / 2, again=MINUTE)
    assert store.claim("errors@1", "webhook:1", "host", NOW + MINUTE, again=MINUTE)
    (kept,) = store.all()
    assert (kept.state, kept.tries) == ("trying", 2)


def test_a_process_that_died_lets_go(url: str) -> None:
    store = DeliveryStore(Database(url))
    assert store.claim("errors@1", "webhook:1", "host", NOW)
    assert not store.claim("errors@1", "webhook:1", "host", NOW + LEASE - timedelta(seconds=1))
    assert store.claim("errors@1", "webhook:1", "host", NOW + LEASE)
    store.forget()
    assert store.all() == []


def test_a_store_of_before_gets_the_table(url: str) -> None:
    old = Database(url)
    with old.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alert_deliveries")
        connection.exec_driver_sql("UPDATE store SET version = 6")
    old.close()
    assert DeliveryStore(Database(url)).claim("errors@1", "log:1", "alerts.jsonl", NOW)
