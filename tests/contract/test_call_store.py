"""What the log of calls must do. A further implementation joins by its address in `ADDRESSES`."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.contract.test_store import ADDRESSES, STARTED

from caseroom.store import tables
from caseroom.store.calls import CallStore, KeptCall
from caseroom.store.database import Database
from caseroom.store.sessions import SessionStore


def call(created: str = "2026-01-02T10:00:00.000+00:00", session: str | None = "s", cost: float | None = 0.5, host: str = "h", outcome: str = "ok", name: str = "big") -> KeptCall:  # fmt: skip
    """A call."""
    return KeptCall(created, session, "coach", name, host, 100, 20, cost, 1.5, outcome)


@pytest.fixture(params=list(ADDRESSES))
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(ADDRESSES[request.param](tmp_path))
    yield made
    made.close()


def test_what_is_kept_is_read_back_in_order(database: Database) -> None:
    store = CallStore(database)
    first, second = call(), call(session=None, cost=None, outcome="ModelUnavailable")
    store.keep(first)
    store.keep(second)
    assert store.calls() == [first, second] and store.calls("s") == [first]
    assert store.calls(since="2026-01-02") == [first, second] and store.calls(since="2026-01-03") == []


def test_spending_is_of_a_session_and_since_a_moment(database: Database) -> None:
    store = CallStore(database)
    for one in (call("2026-01-01T23:00:00.000+00:00"), call(), call(session="t"), call(host="", cost=None), call(host="", cost=0.1)):
        store.keep(one)
    session, day = store.spent("s", "2026-01-02T00:00:00.000+00:00")
    assert [session[0], day[0]] == [360, 360] and [session[1], day[1]] == pytest.approx([1.1, 1.1])
    assert store.spent(None, "2026-01-03")[0] == (0, 0.0) and store.spent("s", "2026-01-03")[1] == (0, 0.0)


def test_sums_by_name_and_purpose(database: Database) -> None:
    store = CallStore(database)
    for one in (call(), call(outcome="ModelGarbage"), call(cost=None), call(name="house")):
        store.keep(one)
    big, house = store.sums()
    assert (big.name, big.calls, big.failed, big.tokens_in, big.cost, big.unpriced) == ("big", 3, 1, 300, 1.0, 1)
    assert house.calls == 1 and store.sums(since="2027") == [] and store.sums(session="nobody") == []


def test_many_writers_lose_no_call(database: Database) -> None:
    def write() -> None:
        for _ in range(20):
            CallStore(database).keep(call())

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(CallStore(database).calls()) == 80


def test_consent_is_by_name_purpose_and_host_and_the_last_word_counts(database: Database) -> None:
    store = CallStore(database)
    store.agree("1", "big", "coach", "h", agreed=True)
    store.agree("2", "big", "reader", "h", agreed=True)
    assert store.agreed() == {("big", "coach", "h"), ("big", "reader", "h")}
    store.agree("3", "big", "coach", "h", agreed=False)
    assert store.agreed() == {("big", "reader", "h")}


def test_a_deleted_session_is_forgotten_and_its_spending_stays(database: Database) -> None:
    sessions, store = SessionStore(database), CallStore(database)
    session = sessions.start(STARTED)
    store.keep(call(session=session))
    sessions.delete(session)
    assert store.calls() == [call(session=None)]


@pytest.mark.parametrize("version", [1, 4, 5, 6])
def test_a_store_of_another_form_gets_what_it_lacks(version: int, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'sessions.db'}"
    old = sa.create_engine(address)
    lacking = {"model_calls", "model_consents"}
    tables.metadata.create_all(old, tables=[table for name, table in tables.metadata.tables.items() if name not in lacking])
    with old.begin() as connection:
        connection.execute(tables.store.insert().values(version=version))
    old.dispose()
    database = Database(address)
    CallStore(database).keep(call())
    assert len(CallStore(database).calls()) == 1
    database.close()
    base = sqlite3.connect(tmp_path / "sessions.db")
    assert base.execute("select max(version) from store").fetchone() == (tables.VERSION,)
    base.close()
