"""Pages and API of large models: nothing is sent before somebody agreed, opinions stay, what fails is told, no key is shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.faulty_server import FaultyServer
from tests.opinions import INVENTED, SAID, elsewhere, set_up

from caseroom.app.interviews import Interview, Room
from caseroom.store.coachings import CoachingStore
from caseroom.web.application import create_application


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(create_application(room), follow_redirects=False) as client:
        yield client


@pytest.fixture
def session(room: Room) -> str:
    interview = Interview.start(room, "support-desk")
    for text in SAID:
        interview.say(text)
    interview.end()
    return interview.id


def over(client: TestClient, session: str, purpose: str) -> dict[str, Any]:
    """Wait until it is."""
    until = time.monotonic() + 120
    while (state := client.get(f"/api/sessions/{session}/opinions/{purpose}").json())["state"] == "under way":
        assert time.monotonic() < until, state
        time.sleep(0.05)
    return dict(state)


def scorecard(client: TestClient, session: str) -> str:
    until = time.monotonic() + 120
    while "Reading your interview" in (text := client.get(f"/sessions/{session}/scorecard").text):
        assert time.monotonic() < until
        time.sleep(0.05)
    return text


def test_without_a_model_the_page_says_how(client: TestClient, session: str) -> None:
    text = scorecard(client, session)
    assert "caseroom models use coach NAME" in text and "caseroom models use reader NAME" in text and "Ask the coach" not in text
    answer = client.post(f"/api/sessions/{session}/opinions/coach")
    assert answer.status_code == 400 and "caseroom models use coach NAME" in answer.json()["detail"]
    assert client.get(f"/api/sessions/{session}/opinions/reader").json()["state"] == "not set up"
    assert "No large model is set up" in client.get("/models").text


def test_a_second_reader_and_a_coach_stand_beside_the_judge_and_stay(
    client: TestClient, session: str, room: Room, faulty_server: FaultyServer
) -> None:
    set_up(room.settings.home, faulty_server, "reader", "coach")
    assert "Have it read by a second reader" in scorecard(client, session)
    for purpose in ("reader", "coach"):
        assert client.post(f"/sessions/{session}/opinions/{purpose}").headers["location"].endswith(f"/opinions/{purpose}")
        assert over(client, session, purpose)["state"] == "done"
        assert client.get(f"/sessions/{session}/opinions/{purpose}").headers["location"] == f"/sessions/{session}/scorecard#{purpose}"
    text = scorecard(client, session)
    assert "house reads it as" in text and "house read the points, too" in text and "Have it read again" in text
    assert "The coach, house" in text and "left out: nothing supports it" in text and INVENTED not in text
    said = client.get(f"/api/sessions/{session}/coaching").json()
    assert said and said[0]["dropped"] == [INVENTED] and len(CoachingStore(room.store.database).of(session)) == 1
    with TestClient(create_application(room)) as later:  # another process
        assert "The coach, house" in later.get(f"/sessions/{session}/scorecard").text
    for form, words in (("markdown", "house, coach:"), ("html", "The coach, house"), ("json", '"coach": [')):
        exported = client.get(f"/sessions/{session}/export/{form}").text
        assert words in exported and (form == "json" or INVENTED not in exported), form
    assert client.get("/api/export").json()["sessions"][0]["coach"][0]["body"]


def test_nothing_is_sent_before_somebody_agreed_on_the_page(
    client: TestClient, session: str, room: Room, faulty_server: FaultyServer
) -> None:
    with elsewhere() as host:
        set_up(room.settings.home, faulty_server, "coach", host=host)
        assert client.post(f"/api/sessions/{session}/opinions/coach").status_code == 403
        page = client.post(f"/sessions/{session}/opinions/coach").text
        assert host in page and "the transcript of your interview" in page and "I agree" in page and "without encryption" in page
        assert client.post(f"/sessions/{session}/opinions/coach", data={"agreed": "house@other.example"}).status_code == 400
        assert faulty_server.requests == []
        assert client.post(f"/sessions/{session}/opinions/coach", data={"agreed": f"house@{host}"}).status_code == 303
        assert over(client, session, "coach")["state"] == "done" and faulty_server.requests
        models = client.get("/models").text
        assert "You agreed." in models and "Withdraw" in models and host in models and "EUR" in models
        form = {"name": "house", "purpose": "coach", "host": host, "agreed": "no"}
        assert client.post("/models/agree", data=form).status_code == 303
        assert client.post(f"/api/sessions/{session}/opinions/coach").status_code == 403
        assert host in client.get("/data").text


def test_consent_by_the_api(client: TestClient, room: Room, faulty_server: FaultyServer) -> None:
    set_up(room.settings.home, faulty_server, "reader", host="llm.example")
    assert client.put("/api/models/house/consents/reader", json={"agreed": True}).json()["agreed"]
    assert client.get("/api/models").json()["models"][0]["agreed"] == ["reader"]
    assert not client.put("/api/models/house/consents/reader", json={"agreed": False}).json()["agreed"]
    assert client.put("/api/models/nobody/consents/reader", json={"agreed": True}).status_code == 400


def test_a_provider_that_is_down_is_told_and_the_scorecard_stands(
    client: TestClient, session: str, room: Room, faulty_server: FaultyServer
) -> None:
    set_up(room.settings.home, faulty_server, "coach", key="HOUSE_KEY")
    before = scorecard(client, session)
    faulty_server.mode = "wrong-key"
    client.post(f"/sessions/{session}/opinions/coach")
    state = over(client, session, "coach")
    assert state["state"] == "failed" and state["why"]
    page = client.get(f"/sessions/{session}/opinions/coach").text
    assert "did not answer" in page and "Ask again" in page
    assert before.partition("Judge ")[2] == scorecard(client, session).partition("Judge ")[2]


def test_a_key_is_on_no_page(
    client: TestClient, session: str, room: Room, faulty_server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOUSE_KEY", "sk-planted-0123456789abcdef")
    set_up(room.settings.home, faulty_server, "coach", "reader", key="HOUSE_KEY")
    faulty_server.mode = "wrong-key"
    client.post(f"/api/sessions/{session}/opinions/coach")
    over(client, session, "coach")
    for path in ("/models", "/api/models", "/data", f"/sessions/{session}/opinions/coach", f"/sessions/{session}/scorecard"):
        assert "sk-planted" not in client.get(path).text, path
    assert "HOUSE_KEY: found" in client.get("/models").text


def test_settings_that_do_not_hold_break_no_page(client: TestClient, session: str, room: Room) -> None:
    room.settings.home.mkdir(parents=True, exist_ok=True)
    (room.settings.home / "models.yaml").write_text("models: {x: {kind: nonsense}}\nuse: {coach: [x]}\n", encoding="utf-8")
    assert "No large model can be asked" in scorecard(client, session)
    assert "do not hold" in client.get("/models").text and client.get("/data").status_code == 200
    assert client.get("/api/models").status_code == 409


def test_it_is_asked_once_at_a_time(client: TestClient, session: str, room: Room, faulty_server: FaultyServer) -> None:
    set_up(room.settings.home, faulty_server, "coach")
    scorecard(client, session)
    faulty_server.mode, faulty_server.slow_seconds = "slow", 1.0
    for _ in range(4):
        client.post(f"/api/sessions/{session}/opinions/coach")
    assert over(client, session, "coach")["state"] == "done"
    assert len(CoachingStore(room.store.database).of(session)) == 1


def test_deleting_a_session_takes_the_coachs_words_along(client: TestClient, session: str, room: Room, faulty_server: FaultyServer) -> None:
    set_up(room.settings.home, faulty_server, "coach")
    client.post(f"/api/sessions/{session}/opinions/coach")
    over(client, session, "coach")
    assert CoachingStore(room.store.database).of(session)
    assert client.delete(f"/api/sessions/{session}").status_code == 204
    assert CoachingStore(room.store.database).of(session) == []


def test_an_open_interview_is_not_coached(client: TestClient, room: Room, faulty_server: FaultyServer) -> None:
    set_up(room.settings.home, faulty_server, "coach")
    interview = Interview.start(room, "support-desk")
    assert client.post(f"/api/sessions/{interview.id}/opinions/coach").status_code == 400
    assert client.post("/api/sessions/nobody/opinions/coach").status_code == 404
