"""The product watched over weeks: a planted change is told, an unchanged room is quiet, and what people do about an alert is kept."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from tests.watched import used_for

from caseroom.app.interviews import Room
from caseroom.app.watching import HISTORY, Watching
from caseroom.errors import UsageError
from caseroom.store.sessions import SessionStore


def test_a_planted_slowdown_is_told_in_the_right_words(room: Room) -> None:
    used_for(room, 60, slow=2)
    (alert,) = Watching(room).look().open
    assert alert.measure == "turn_seconds" and alert.level == "page"
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    assert alert.words.startswith("Answering a turn: 2") and f"ms on average since {yesterday.day} {yesterday:%B}, where 6" in alert.words
    assert alert.since == yesterday and "benchmarks.turns" in alert.todo


def test_it_is_told_on_the_day_after_it_began(room: Room) -> None:
    used_for(room, 60, slow=1)
    assert [alert.measure for alert in Watching(room).look().open] == ["turn_seconds"]


@pytest.mark.parametrize("seed", range(6))
def test_an_unchanged_room_raises_next_to_nothing(room: Room, seed: int) -> None:
    """The board allows itself one false alarm in twelve weeks."""
    used_for(room, 84, seed=seed)
    assert len(Watching(room).look().alerts) <= 2


def test_a_young_room_is_not_judged(room: Room) -> None:
    used_for(room, 5, slow=2)
    seen = Watching(room).look()
    assert not seen.alerts and not seen.empty


def test_an_unused_room_is_no_alarm(room: Room) -> None:
    used_for(room, 40, today=datetime.now(UTC).date() - timedelta(days=30))
    assert not Watching(room).look().open


def test_seen_by_somebody_is_kept_for_the_next_process(room: Room) -> None:
    used_for(room, 60, slow=2)
    watching = Watching(room)
    (alert,) = watching.look().open
    assert watching.acknowledge(alert.id).state == "acknowledged"
    assert watching.acknowledge(alert.id).state == "acknowledged"  # saying it twice changes nothing
    other = Room(room.settings, room.shelf, room.engine, SessionStore(room.settings.database))
    seen = Watching(other).look()
    assert not seen.open and [one.state for one in seen.alerts if one.id == alert.id] == ["acknowledged"]
    with pytest.raises(UsageError, match="There is no alert"):
        watching.acknowledge("none@1")


def test_a_silence_holds_for_its_days_and_can_be_ended(room: Room) -> None:
    used_for(room, 60, slow=2)
    watching, today = Watching(room), datetime.now(UTC).date()
    made = watching.silence("turn_seconds", 3, "the machine is being moved")
    assert made.until == today + timedelta(days=2)
    seen = watching.look()
    assert not seen.open and [alert.state for alert in seen.alerts if alert.measure == "turn_seconds"] == ["silenced"]
    assert [silence.reason for silence in seen.silences] == ["the machine is being moved"]
    assert not watching.look(today + timedelta(days=3)).silences
    watching.speak("turn_seconds")
    assert [alert.measure for alert in watching.look().open] == ["turn_seconds"]


@pytest.mark.parametrize(("measure", "days", "told"), [("nothing", 7, "no measure"), ("run_seconds", 7, "no measure"), ("unsure", 0, "1 to 120"), ("unsure", 400, "1 to 120")])  # fmt: skip
def test_a_silence_that_cannot_be(room: Room, measure: str, days: int, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Watching(room).silence(measure, days)


def test_an_alert_outlives_the_sessions_it_came_from(room: Room) -> None:
    used_for(room, 60, slow=2)
    (alert,) = Watching(room).look().open
    for stored in room.store.sessions():
        room.store.delete(stored.id)
    with room.store.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM readings")
    seen = Watching(room).look()
    assert seen.empty and not seen.open and [(one.id, one.state) for one in seen.alerts] == [(alert.id, "closed")]


def test_a_look_is_remembered_for_a_moment(room: Room) -> None:
    used_for(room, HISTORY)
    watching = Watching(room)
    first = watching.look()
    began = time.perf_counter()
    assert watching.look() is first and time.perf_counter() - began < 0.05
    assert watching.look(fresh=True) is not first
