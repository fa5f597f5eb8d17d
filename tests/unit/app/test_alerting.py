"""Alerts about the room go to a webhook and a log, once, whatever hangs: real servers and files on this machine, a room with a real change in it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.hooked import receiver
from tests.watched import used_for

from caseroom.app import telemetry
from caseroom.app.alerting import Alerting, Hook, Log, sinks, told_words
from caseroom.app.interviews import Room
from caseroom.app.lookout import Lookout
from caseroom.app.watching import Seen, Watching
from caseroom.errors import MonitorError
from caseroom.monitoring.delivery import LogFile
from caseroom.monitoring.posting import Address
from caseroom.store.readings import ReadingStore
from caseroom.store.sessions import SessionStore

PATIENCE = 60.0
"""Seconds for what does not hang; it never takes them."""


@pytest.fixture
def slow(room: Room) -> Room:
    """A room of which one alert is open."""
    used_for(room, 60, slow=2)
    return room


def hook(address: str, wait: float = 30.0, tries: int = 1) -> Hook:
    return Hook(Address(address, wait=wait, tries=tries, pause=0.01))


def looked(room: Room) -> Seen:
    return Watching(room).look()


def another(room: Room) -> Room:
    """The same store, opened by another process."""
    return replace(room, store=SessionStore(room.settings.database))


def test_a_new_alert_is_told_once_with_what_moved_and_what_to_do(slow: Room, tmp_path: Path) -> None:
    log = tmp_path / "alerts.jsonl"
    with receiver() as there:
        alerting = Alerting(slow, [hook(there.address), Log(LogFile(log))])
        alerting.tell(looked(slow))
        words = alerting.close(PATIENCE)
        body = there.next()
        for room in (slow, another(slow)):  # neither the next look nor the next process tells it again
            later = Alerting(room, [hook(there.address), Log(LogFile(log))])
            later.tell(looked(room))
            assert later.close(PATIENCE) == []
        assert there.count == 1
    (alert,) = looked(slow).open
    assert body["from"] == "caseroom" and alert.words in body["text"]
    assert [(one["id"], one["since"], one["level"]) for one in body["alerts"]] == [(alert.id, alert.since.isoformat(), "page")]
    (line,) = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    assert line["id"] == alert.id and line["todo"] == alert.todo and "a private" not in json.dumps([line, body])
    assert [told.state for told in alert.told] == ["taken", "taken"] and len(words) == 2 and all("took 1 alert." in one for one in words)
    assert "a-secret-path" not in json.dumps([told_words(told) for told in alert.told] + [told.sink for told in alert.told])


def test_two_processes_that_look_at_once_tell_it_once(slow: Room, tmp_path: Path) -> None:
    log, together = tmp_path / "alerts.jsonl", threading.Barrier(4)
    with receiver() as there:

        def process() -> None:
            room = another(slow)
            seen, alerting = looked(room), Alerting(room, [hook(there.address), Log(LogFile(log))])
            together.wait()
            alerting.tell(seen)
            alerting.close(PATIENCE)

        threads = [threading.Thread(target=process) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert there.count == 1 and len(log.read_text(encoding="utf-8").splitlines()) == 1


def test_a_webhook_that_is_down_is_told_of_and_asked_again(slow: Room) -> None:
    with receiver(503, 200) as there:
        alerting = Alerting(slow, [hook(there.address)])
        alerting.tell(looked(slow))
        (words,) = alerting.close(PATIENCE)
        assert "did not take 1 alert: it answered 503. Nothing is lost" in words
        (alert,) = looked(slow).open
        assert told_words(alert.told[0]).startswith("127.0.0.1:") and "(it answered 503; tried 1×)" in told_words(alert.told[0])
        alerting.tell(looked(slow))
        assert "took 1 alert." in alerting.close(PATIENCE)[0]
    assert [told_words(told)[:8] for told in looked(slow).open[0].told] == ["Told to "]


def test_a_webhook_that_hangs_holds_up_neither_the_look_nor_the_log(slow: Room, tmp_path: Path) -> None:
    log = tmp_path / "alerts.jsonl"
    with receiver(hang=True) as there:
        alerting = Alerting(slow, [hook(there.address), Log(LogFile(log))])
        alerting.tell(looked(slow))
        there.next()  # it has the request, and does not answer
        watching = Watching(slow)
        alerting.tell(watching.look())  # while it hangs, the next look goes on and asks nothing twice
        words = alerting.close(0.5)
        assert any("alerts.jsonl took 1 alert." in one for one in words)
        assert any("did not take 1 alert: no answer in 0.5 s" in one for one in words)
        assert there.count == 1 and len(log.read_text(encoding="utf-8").splitlines()) == 1
        assert {told.state for told in watching.look(fresh=True).open[0].told} == {"taken", "failed"}


def test_a_log_that_cannot_be_written_is_told_and_nothing_is_lost(slow: Room, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    alerting = Alerting(slow, [Log(LogFile(folder / "alerts.jsonl"))])
    alerting.tell(looked(slow))
    assert "did not take 1 alert: No such file" in alerting.close(PATIENCE)[0]
    folder.mkdir()
    alerting.tell(looked(slow))
    alerting.close(PATIENCE)
    assert len((folder / "alerts.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_nobody_is_told_of_what_is_silenced_or_was_seen(slow: Room, tmp_path: Path) -> None:
    log, watching = tmp_path / "alerts.jsonl", Watching(slow)
    alerting = Alerting(slow, [Log(LogFile(log))])
    watching.silence("turn_seconds", 3, "being moved")
    alerting.tell(watching.look())
    alerting.close(PATIENCE)
    assert not log.exists()
    watching.speak("turn_seconds")
    watching.acknowledge(watching.look().open[0].id)
    alerting.tell(watching.look())
    alerting.close(PATIENCE)
    assert not log.exists()


def test_deleting_everything_forgets_who_was_told(slow: Room, tmp_path: Path) -> None:
    alerting, watching = Alerting(slow, [Log(LogFile(tmp_path / "alerts.jsonl"))]), Watching(slow)
    alerting.tell(watching.look())
    alerting.close(PATIENCE)
    watching.forget()
    used_for(slow, 60, slow=2)
    assert [alert.told for alert in watching.look().open] == [()]


def test_what_is_set_is_told_and_nothing_else(room: Room, tmp_path: Path) -> None:
    assert sinks(room.settings) == ()
    both = replace(room.settings, alert_webhook="https://hooks.example.org/x", alert_log=tmp_path / "a.jsonl")
    assert [sink.where for sink in sinks(both)] == ["hooks.example.org", str(tmp_path / "a.jsonl")]
    assert [sink.where for sink in sinks(both, "http://127.0.0.1:9/y", tmp_path / "b")] == ["127.0.0.1:9", str(tmp_path / "b")]
    assert len({sink.id for address in ("http://a.example/1", "http://a.example/2") for sink in sinks(room.settings, address)}) == 2
    for wrong in ("", "ftp://x", "http://[", "http://a.example:port/"):
        with pytest.raises(MonitorError, match="begins with http"):
            sinks(room.settings, wrong)


@contextmanager
def lookout(room: Room, alerting: Alerting) -> Iterator[Lookout]:
    at_work = Lookout(room, Watching(room), alerting)
    at_work.start()
    try:
        yield at_work
    finally:
        at_work.stop()


def lookouts() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "caseroom-lookout"]


def test_it_looks_by_itself_and_ends_when_it_is_told_to(slow: Room) -> None:
    often = replace(slow, settings=replace(slow.settings, look_every=0.001))
    with receiver() as there, lookout(often, Alerting(often, [hook(there.address)])):
        assert there.next()["alerts"]
        (thread,) = lookouts()
        assert thread.daemon
    thread.join(PATIENCE)  # it may be in the middle of a look
    assert not thread.is_alive()


def test_without_anybody_to_tell_or_with_looks_turned_off_it_does_not_begin(room: Room, tmp_path: Path) -> None:
    never = replace(room, settings=replace(room.settings, look_every=0.0))
    for one, to in ((room, ()), (never, (Log(LogFile(tmp_path / "a")),))):
        with lookout(one, Alerting(one, to)):
            assert not lookouts()


def test_a_look_that_fails_is_counted_and_the_next_one_comes(slow: Room, tmp_path: Path) -> None:
    log = tmp_path / "alerts.jsonl"
    alerting = Alerting(slow, [Log(LogFile(log))])
    at_work = Lookout(slow, Watching(slow), alerting)
    with slow.store.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE alert_deliveries RENAME TO elsewhere")
    at_work.look()
    with slow.store.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO alert_deliveries")
    slow.store.readings.flush()
    errors = [reading for reading in ReadingStore(slow.store.database).since() if reading.name == "error"]
    assert [error.labels["where"] for error in errors] == ["look"] and errors[0].labels["fault"] == telemetry.OURS
    at_work.look()
    alerting.close(PATIENCE)
    assert log.exists()
