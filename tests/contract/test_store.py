"""What every session store must do. A further implementation joins by its address in `ADDRESSES`."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from caseroom import events as ev
from caseroom.errors import SessionMoved, SessionNotFound, StoreTooNew, StoreUnusable
from caseroom.store.sessions import SessionStore

STARTED = ev.Started("support-desk", "v1", "engine", "2026-01-01T00:00:00+00:00", (("ground", 6.0),))
ADDRESSES: dict[str, Callable[[Path], str]] = {"sqlite": lambda folder: f"sqlite:///{folder / 'deep' / 'sessions.db'}"}


@pytest.fixture(params=list(ADDRESSES))
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return ADDRESSES[request.param](tmp_path)


@pytest.fixture
def store(address: str) -> Iterator[SessionStore]:
    store = SessionStore(address)
    yield store
    store.close()


def test_what_is_appended_is_read_back_by_another_process(store: SessionStore, address: str) -> None:
    session = store.start(STARTED)
    added: list[ev.Event] = [
        ev.Said(1, "How many? 🙂 كم\ud83d", 1.5),
        ev.Replied(1, (ev.Move("fact", "2,400.", ("volume",)),), 2.0, ("five percent",)),
    ]
    store.append(session, 1, added)
    other = SessionStore(address)
    assert other.events(session) == [STARTED, *added]
    assert other.session(session).turns[0].text == "How many? 🙂 كم\ud83d"
    other.close()


def test_two_windows_on_one_session_do_not_overwrite_each_other(store: SessionStore) -> None:
    session = store.start(STARTED)
    store.append(session, 1, [ev.Said(1, "mine", 1.0)])
    with pytest.raises(SessionMoved, match="went on in another window"):
        store.append(session, 1, [ev.Said(1, "yours", 1.0), ev.Paused(2.0)])
    assert [turn.text for turn in store.session(session).turns] == ["mine"]
    assert store.session(session).length == 2


def test_many_writers_lose_nothing(address: str) -> None:
    SessionStore(address).close()
    ids: list[str] = []

    def write() -> None:
        store = SessionStore(address)
        session = store.start(STARTED)
        for number in range(1, 11):
            store.append(session, number, [ev.Said(number, f"turn {number}", float(number))])
        ids.append(session)
        store.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = SessionStore(address)
    assert len(ids) == 6
    assert all(len(store.session(session).turns) == 10 for session in ids)
    store.close()


def test_sessions_newest_first_and_deleting(store: SessionStore) -> None:
    old = store.start(STARTED)
    new = store.start(ev.Started("sales-tax", "v1", "e", "2026-02-01T00:00:00+00:00", ()))
    assert [stored.id for stored in store.sessions()] == [new, old]
    store.delete(old)
    assert [stored.id for stored in store.sessions()] == [new]
    with pytest.raises(SessionNotFound):
        store.events(old)
    with pytest.raises(SessionNotFound):
        store.delete(old)


class TestSqliteFile:
    def test_a_newer_store_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "sessions.db"
        SessionStore(f"sqlite:///{path}").close()
        with sqlite3.connect(path) as connection:
            connection.execute("insert into store values (99)")
        connection.close()
        with pytest.raises(StoreTooNew, match="written by a newer caseroom"):
            SessionStore(f"sqlite:///{path}")

    def test_a_torn_file_is_named_and_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "sessions.db"
        path.write_bytes(b"not a database, but forty bytes of something else" * 40)
        before = path.read_bytes()
        with pytest.raises(StoreUnusable, match="damaged"):
            SessionStore(f"sqlite:///{path}")
        assert path.read_bytes() == before

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(StoreUnusable, match="cannot be used"):
            SessionStore(f"sqlite:///{tmp_path / 'file' / 'sessions.db'}")

    def test_an_unknown_event_asks_for_an_update(self, tmp_path: Path) -> None:
        path = tmp_path / "sessions.db"
        store = SessionStore(f"sqlite:///{path}")
        session = store.start(STARTED)
        with sqlite3.connect(path) as connection:
            connection.execute("insert into events values (?, 1, ?)", (session, '{"type": "Sang", "at": 1}'))
        connection.close()
        with pytest.raises(StoreTooNew, match="does not know"):
            store.events(session)
        store.close()

    def test_a_full_disk_loses_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "sessions.db"
        store = SessionStore(f"sqlite:///{path}")
        session = store.start(STARTED)
        store.append(session, 1, [ev.Said(1, "kept", 1.0)])
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 8")  # SQLite reports a full disk at this size
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            connection.commit()
        with pytest.raises(StoreUnusable, match="The disk is full"):
            store.append(session, 2, [ev.Said(2, "x" * 200_000, 2.0)])
        assert [turn.text for turn in store.session(session).turns] == ["kept"]
        store.close()
