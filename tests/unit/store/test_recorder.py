"""Readings: taken at once, written together, kept by the next process, never in the way."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from caseroom.store.database import Database
from caseroom.store.readings import Reading, ReadingStore
from caseroom.store.recorder import Recorder


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'store.db'}")


def test_readings_are_written_later_and_together(database: Database) -> None:
    recorder, store = Recorder(database), ReadingStore(database)
    commits: list[int] = []
    sa.event.listen(database.engine, "commit", lambda _: commits.append(1))
    for number in range(50):
        recorder.record("turn", number / 100, {"kind": "x"})
    assert not commits
    until = time.monotonic() + 60
    while store.count() < 50 and time.monotonic() < until:
        time.sleep(0.05)
    assert [reading.value for reading in store.since()] == [number / 100 for number in range(50)]
    assert len(commits) == 1


def test_what_waits_is_written_when_the_process_ends(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    code = f"from caseroom.store.sessions import SessionStore; SessionStore({url!r}).readings.record('turn', 0.25)"
    subprocess.run([sys.executable, "-c", code], check=True)
    (kept,) = ReadingStore(Database(url)).since()
    assert (kept.name, kept.value) == ("turn", 0.25)


def test_a_store_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    database = Database(f"sqlite:///{folder / 'store.db'}")
    recorder = Recorder(database)
    with database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE readings RENAME TO elsewhere"))
    recorder.record("turn", 1.0)
    recorder.flush()
    with database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO readings"))
    recorder.flush()
    assert ReadingStore(database).count() == 1


def test_a_listener_hears_at_once(database: Database) -> None:
    heard: list[Reading] = []
    recorder = Recorder(database)
    recorder.listen(heard.append)
    recorder.record("error", 1.0, {"kind": "StoreUnusable"})
    assert [(reading.name, dict(reading.labels)) for reading in heard] == [("error", {"kind": "StoreUnusable"})]


def test_a_store_of_before_gets_the_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    old = Database(url)
    with old.engine.begin() as connection:
        for table in ("readings", "alerts", "alert_actions"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("UPDATE store SET version = 4")
    old.close()
    store = ReadingStore(Database(url))
    store.add([Reading("2026-01-01T00:00:00.000+00:00", "turn", 0.1)])
    assert store.count() == 1


def test_readings_that_are_too_old_go_with_the_next_write(database: Database) -> None:
    store, now = ReadingStore(database), datetime.now(UTC)

    def ago(days: float) -> Reading:
        return Reading((now - timedelta(days=days)).isoformat(timespec="milliseconds"), "turn", days)

    store.add([ago(days) for days in (500, 401, 399, 1)])
    recorder = Recorder(database, keep=400)
    recorder.record("turn", 0.0)
    recorder.flush()
    assert [reading.value for reading in store.since()] == [399, 1, 0]
    ever = Recorder(database)
    store.add([ago(5000)])
    ever.record("turn", 0.0)
    ever.flush()
    assert store.count() == 5


def test_a_great_many_old_readings_go_in_parts_and_go_in_the_end(database: Database) -> None:
    store = ReadingStore(database)
    store.add([Reading(f"2020-01-01T00:00:00.{number:06}+00:00", "turn", number) for number in range(2500)])
    recorder, left = Recorder(database, keep=400), list[int]()
    for _ in range(3):
        recorder.record("turn", -1.0)
        recorder.flush()
        left.append(sum(reading.value >= 0 for reading in store.since()))
    assert left == [1500, 500, 0] and store.count() == 3
