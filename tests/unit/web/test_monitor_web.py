"""The monitor over HTTP: the page, its buttons, its JSON, /metrics; who may see it, and what never stands in it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from tests.hooked import receiver
from tests.watched import used_for

from caseroom.app import links, telemetry
from caseroom.app.desk import Desk
from caseroom.app.interviews import Interview, Room
from caseroom.errors import MonitorError, StoreUnusable
from caseroom.store.readings import ReadingStore
from caseroom.web.application import create_application

ALERT = re.compile(r'action="/monitor/alerts/([^"]+)"')


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(create_application(room), follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


def samples(client: TestClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = text_string_to_metric_families(answer.text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def test_before_anything_happened(client: TestClient) -> None:
    page = client.get("/monitor").text
    assert "Nothing to watch yet" in page and "Choose a case" in page and 'aria-current="page">Monitor</a>' in page
    assert client.get("/api/monitor").json()["alerts"] == []
    found = samples(client)
    assert found[("caseroom_turn_seconds_count", ())] == 0 and found[("caseroom_reviews_waiting", ())] == 0


def test_a_slowdown_is_told_with_what_to_do(client: TestClient, room: Room) -> None:
    used_for(room, 60, slow=2)
    page = client.get("/monitor?days=14").text
    assert re.search(r"<h3>Answering a turn: 2\d\d ms on average since \d+ \w+, where 6\d ms was usual\.</h3>", page), page
    assert "See what else works on this machine" in page and "1 alert<" in page
    assert "a private" not in page and all(stored.id not in page for stored in room.store.sessions())
    (alert,) = [one for one in client.get("/api/monitor").json()["alerts"] if one["state"] == "open"]
    assert alert["measure"] == "turn_seconds" and alert["level"] == "page"
    assert samples(client)[("caseroom_alerts_open", (("level", "page"), ("measure", "turn_seconds")))] == 1

    found = ALERT.search(page)
    assert found
    assert client.post(f"/monitor/alerts/{found[1]}").headers["location"] == "/monitor#alerts"
    page = client.get("/monitor").text
    assert "Somebody has seen it" in page and "Nothing new stands out" in page and not ALERT.search(page)
    assert ("caseroom_alerts_open", (("level", "page"), ("measure", "turn_seconds"))) not in samples(client)


def test_silenced_and_told_again(client: TestClient, room: Room) -> None:
    used_for(room, 60, slow=2)
    nasty = "<script>alert(1)</script>"
    assert client.post("/monitor/silence/turn_seconds", data={"days": "7", "reason": nasty}).status_code == 303
    page = client.get("/monitor").text
    assert "Silenced" in page and "Nobody is told of “Answering a turn” until" in page and nasty not in page and "&lt;script&gt;" in page
    assert client.get("/api/monitor").json()["silences"][0]["reason"] == nasty
    client.post("/monitor/speak/turn_seconds")
    assert "Nobody is told" not in client.get("/monitor").text


def test_what_cannot_be_done(client: TestClient, room: Room) -> None:
    used_for(room, 3)
    assert client.post("/monitor/alerts/none@1").status_code == 400
    assert client.post("/monitor/silence/nothing", data={"days": "7"}).status_code == 400
    assert client.post("/api/monitor/silences/unsure", json={"days": 0}).status_code == 422
    assert client.post("/api/monitor/silences/run_seconds", json={"days": 3}).status_code == 400
    assert client.get("/api/monitor?days=1").status_code == 422 and client.get("/monitor?days=-5").status_code == 200
    assert client.post("/api/monitor/silences/unsure", json={"days": 3}).json()["measure"] == "unsure"
    assert client.post("/api/monitor/silences/unsure", json={"days": 3}, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_metrics_count_turns_and_errors_and_name_nobody(client: TestClient, room: Room) -> None:
    session = client.post("/api/sessions", json={"case": "support-desk"}).json()["id"]
    client.post(f"/api/sessions/{session}/turns", json={"text": "I am Marigold. How long does an agent spend on a ticket?"})
    client.post(f"/api/sessions/{session}/end")
    client.get(f"/api/sessions/{session}/scorecard")
    client.get("/api/sessions/nothing-here")
    client.post(f"/api/sessions/{session}/turns", json={"text": "Marigold, after the end"})
    found = samples(client)
    assert found[("caseroom_turn_seconds_count", ())] == 1 and found[("caseroom_wait_seconds_count", ())] == 2
    assert found[("caseroom_grading_seconds_count", ())] == 1 and found[("caseroom_recent_replies", (("kind", "fact"),))] == 1
    assert found[("caseroom_errors_total", (("fault", "theirs"), ("kind", "SessionNotFound"), ("where", "web")))] == 1
    assert found[("caseroom_errors_total", (("fault", "theirs"), ("kind", "UsageError"), ("where", "turn")))] == 1
    text = client.get("/metrics").text
    assert "Marigold" not in text and session not in text and "support-desk" not in text


def test_an_error_that_nobody_expected_is_counted(client: TestClient, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a private word")

    monkeypatch.setattr("caseroom.web.pages.progress", broken)
    assert client.get("/progress").status_code == 500
    assert samples(client)[("caseroom_errors_total", (("fault", "ours"), ("kind", "ZeroDivisionError"), ("where", "web")))] == 1
    error = StoreUnusable("full")
    telemetry.failed(room, error, "turn")
    telemetry.failed(room, error, "web")
    assert samples(client)[("caseroom_errors_total", (("fault", "ours"), ("kind", "StoreUnusable"), ("where", "turn")))] == 1


def test_other_machines_see_it_only_where_they_see_the_room(room: Room) -> None:
    app = create_application(room, ("room.example",), links_only=True)
    written = links.share(room, Interview.start(room, "support-desk").id).path
    away = TestClient(app, base_url="http://room.example", client=("192.0.2.7", 4000))
    assert away.get(written).status_code == 200
    for path in ("/metrics", "/monitor", "/api/monitor"):
        assert away.get(path).status_code == 403, path
        assert away.post(f"{path}/silence/unsure").status_code == 403
    assert TestClient(app, client=("127.0.0.1", 4000)).get("/metrics").status_code == 200
    assert TestClient(app, base_url="http://elsewhere.example", client=("127.0.0.1", 4000)).get("/metrics").status_code == 421
    whole = create_application(room, ("room.example",))
    assert TestClient(whole, base_url="http://room.example", client=("192.0.2.7", 4000)).get("/metrics").status_code == 200


def test_what_is_stored_is_exported_and_goes_with_the_rest(client: TestClient, room: Room) -> None:
    used_for(room, 60, slow=2)
    client.get("/monitor")
    assert "how long things took" in client.get("/data").text and "OTEL_EXPORTER" not in client.get("/data").text
    monitor = client.get("/data/export").json()["monitor"]
    assert len(monitor["readings"]) == 1800 and monitor["alerts"]
    client.post("/data/delete", data={"sure": "delete"})
    monitor = client.get("/data/export").json()["monitor"]
    assert monitor == {"readings": [], "alerts": [], "actions": [], "told": []} and "Nothing to watch yet" in client.get("/monitor").text


def test_a_served_room_tells_its_alerts_though_nobody_looks(room: Room, tmp_path: Path) -> None:
    used_for(room, 60, slow=2)
    with receiver(503) as there:
        often = replace(
            room, settings=replace(room.settings, alert_webhook=there.address, alert_log=tmp_path / "a.jsonl", look_every=0.001)
        )
        with TestClient(create_application(often)) as client:
            there.next()  # nothing was asked of the room until now
            until(lambda: client.get("/monitor").text, f"Told to {tmp_path / 'a.jsonl'}")
            page = until(lambda: client.get("/monitor").text, "did not take it (it answered 503; tried")
            assert "a-secret-path" not in page and "only alerts go to <code>127.0.0.1:" in page
            (alert,) = [one for one in client.get("/api/monitor").json()["alerts"] if one["state"] == "open"]
            assert {told["state"] for told in alert["told"]} <= {"taken", "failed", "trying"} and len(alert["told"]) == 2
            until(lambda: client.get("/metrics").text, 'caseroom_alerts_untold{sink="webhook"} 1.0')
            data = client.get("/data").text
            assert "Alerts about the room itself go to <code>127.0.0.1:" in data and "a-secret-path" not in data and "for 400 days" in data
    for thread in [one for one in threading.enumerate() if one.name == "caseroom-lookout"]:
        thread.join(60)  # it may be in the middle of a look
        assert not thread.is_alive()


def until(look: Callable[[], str], words: str) -> str:
    """The first look that has these words; a look by itself is some milliseconds away."""
    for _ in range(2000):
        if words in (text := look()):
            return text
        threading.Event().wait(0.01)
    raise AssertionError(f"{words!r} never came")


def test_what_is_measured_is_written_before_the_room_closes(room: Room) -> None:
    with TestClient(create_application(room)) as client:
        client.post("/api/sessions/nothing-here/end")
    assert [reading.name for reading in ReadingStore(room.store.database).since()] == ["error"]


def test_an_address_that_is_none_is_told_when_the_room_opens(room: Room) -> None:
    with pytest.raises(MonitorError, match="begins with http"):
        create_application(replace(room, settings=replace(room.settings, alert_webhook="hooks.example.org")))


def test_a_turn_waits_from_the_moment_at_which_it_came(client: TestClient, room: Room) -> None:
    """Also while it waits for a free thread, which is before anything of the room begins."""
    session = Interview.start(room, "support-desk").id
    came = time.perf_counter() - 90
    token = telemetry.CAME.set(came)
    try:
        with Desk(room).turn(session):
            pass
    finally:
        telemetry.CAME.reset(token)
    client.post(f"/api/sessions/{session}/turns", json={"text": "How long does an agent spend on a ticket?"})
    room.store.readings.flush()
    first, second = (reading.value for reading in ReadingStore(room.store.database).since() if reading.name == "wait")
    assert first >= 90 > second


def test_where_traces_go_is_shown(room: Room) -> None:
    there = replace(room, settings=replace(room.settings, traces="http://127.0.0.1:4318"))
    page = TestClient(create_application(there)).get("/data").text
    assert "Traces go to <code>http://127.0.0.1:4318</code>" in page and "Nothing else." in page
