"""The web application without a browser: what goes wrong, and what must not."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from caseroom import events as ev
from caseroom.app import desk as desks
from caseroom.app.interviews import Interview, Room
from caseroom.errors import UsageError
from caseroom.web.application import ASSETS, HERE, create_application
from caseroom.web.guard import LARGEST
from caseroom.web.server import free_port, serve

NASTY = "<script>alert(1)</script> <img src=x onerror=alert(1)> {{ 7*7 }} 'quoted' & 🙂 مرحبا"


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(create_application(room), follow_redirects=False) as client:
        yield client


@pytest.fixture
def session(client: TestClient) -> str:
    return str(client.post("/api/sessions", json={"case": "support-desk"}).json()["id"])


def finished(client: TestClient, session: str, *turns: str) -> dict[str, Any]:
    for text in turns:
        assert client.post(f"/api/sessions/{session}/turns", json={"text": text}).status_code == 200
    client.post(f"/api/sessions/{session}/end")
    card: dict[str, Any] = client.get(f"/api/sessions/{session}/scorecard").json()
    return card


def test_a_turn_streams_after_it_is_stored(client: TestClient, session: str, room: Room) -> None:
    answer = client.post(
        f"/api/sessions/{session}/turns",
        json={"text": "How long does an agent spend on a ticket?"},
        headers={"Accept": "text/event-stream"},
    )
    kinds = [line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event: ")]
    assert kinds[0] == "stored" and kinds[-1] == "state" and "move" in kinds
    assert "8 minutes" in answer.text
    assert len(room.store.session(session).turns) == 1


def test_markup_is_shown_and_never_run(client: TestClient, session: str) -> None:
    card = finished(client, session, NASTY, f"We approve each reply {NASTY} before it is sent.")
    client.put(f"/api/sessions/{session}/self-scores", json={"levels": {"ground": 1}})
    for page in (
        f"/sessions/{session}/scorecard",
        f"/sessions/{session}/transcript",
        f"/sessions/{session}/export/html",
        "/progress",
        "/data",
    ):
        text = client.get(page).text
        assert "<script>alert" not in text and "<img src=x" not in text
    assert NASTY in [turn["text"] for turn in client.get(f"/api/sessions/{session}").json()["transcript"]]
    assert card["case"] == "support-desk"


def test_markup_on_the_board_stays_data(client: TestClient, session: str) -> None:
    box = {"id": "b1", "kind": "review", "x": 1, "y": 1, "reason": "</script><script>alert(1)</script>"}
    assert client.put(f"/api/sessions/{session}/board", json={"boxes": [box], "joins": []}).status_code == 204
    assert "</script><script>alert" not in client.get(f"/sessions/{session}").text


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}]
)
def test_another_site_changes_nothing(client: TestClient, session: str, room: Room, headers: dict[str, str]) -> None:
    for path, data in (
        (f"/sessions/{session}/say", {"text": "hello"}),
        (f"/sessions/{session}/delete", {"sure": "yes"}),
        ("/data/delete", {"sure": "delete"}),
    ):
        assert client.post(path, data=data, headers=headers).status_code == 403
    assert client.post(f"/api/sessions/{session}/turns", json={"text": "hello"}, headers=headers).status_code == 403
    assert room.store.session(session).turns == ()


def test_our_own_pages_may(client: TestClient, session: str) -> None:
    headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert client.post(f"/sessions/{session}/say", data={"text": "hello"}, headers=headers).status_code == 303


def test_a_foreign_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/", headers={"Host": "rebound.example"}).status_code == 421
    assert client.get("/", headers={"Host": "127.0.0.1:8427"}).status_code == 200


def test_every_answer_is_closed_to_other_sites(client: TestClient) -> None:
    for path in ("/", "/nope", "/api/cases"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_a_message_of_a_megabyte_is_stored_and_answered(client: TestClient, session: str, room: Room) -> None:
    text = "How long does an agent spend on a ticket? " + "x" * 990_000
    assert client.post(f"/api/sessions/{session}/turns", json={"text": text}).status_code == 200
    assert len(room.store.session(session).turns[0].text) == len(text)


def test_more_than_that_is_refused_whole(client: TestClient, session: str, room: Room) -> None:
    body = json.dumps({"text": "x" * (LARGEST + 10)})
    assert client.post(f"/api/sessions/{session}/turns", content=body, headers={"Content-Type": "application/json"}).status_code == 413

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000].encode()

    assert client.post(f"/api/sessions/{session}/turns", content=pieces(), headers={"Content-Type": "application/json"}).status_code == 413
    assert room.store.session(session).turns == ()


@pytest.mark.parametrize(
    "path",
    ["/sessions/nope", "/sessions/../../etc/passwd", "/sessions/%2e%2e/scorecard", "/cases/nope", "/cases/..%2fcommon", "/assets/x/../../guard.py", "/assets/x/guard.py", "/api/sessions/nope", "/nothing"],
)  # fmt: skip
def test_what_is_not_there_is_told(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 422), answer.status_code
    assert "Traceback" not in answer.text


def test_a_stop_between_a_turn_and_its_answer(client: TestClient, session: str, room: Room) -> None:
    stored = room.store.session(session)
    room.store.append(session, stored.length, [ev.Said(1, "How long does an agent spend on a ticket?", 2.0)])
    assert "8 minutes" in client.get(f"/sessions/{session}").text
    assert room.store.session(session).turns[0].reply is not None


def test_two_tabs_at_once_lose_nothing(client: TestClient, session: str, room: Room) -> None:
    def say(number: int) -> None:
        assert client.post(f"/api/sessions/{session}/turns", json={"text": f"Question {number}: what is the budget?"}).status_code == 200

    threads = [threading.Thread(target=say, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turn.number for turn in room.store.session(session).turns) == [1, 2, 3, 4, 5, 6]


def test_the_clock_runs_while_somebody_is_there(client: TestClient, session: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [time.monotonic()]
    monkeypatch.setattr("caseroom.app.desk.time.monotonic", lambda: now[0])
    monkeypatch.setattr(Interview.__init__, "__defaults__", (lambda: now[0], None))

    def at() -> float:
        return float(client.get(f"/api/sessions/{session}/state").json()["at"])

    start = at()
    now[0] += 60
    assert at() == pytest.approx(start + 60, abs=0.2)
    now[0] += desks.AWAY + 1000  # the page was closed
    assert at() < start + 61
    client.post(f"/api/sessions/{session}/pause")
    now[0] += 30
    assert at() < start + 61


def test_board_and_notes_are_graded_with_their_reasons(client: TestClient, session: str) -> None:
    boxes = [
        {"id": "b1", "kind": "review", "x": 0, "y": 0, "reason": "an agent approves every draft before it is sent to the customer"},
        {"id": "b2", "kind": "model", "x": 0, "y": 0, "reason": ""},
    ]
    client.put(f"/api/sessions/{session}/board", json={"boxes": boxes, "joins": [["b2", "b1"]]})
    client.put(f"/api/sessions/{session}/notes", json={"text": "ask about the budget"})
    assert client.put(f"/api/sessions/{session}/board", json={"boxes": boxes, "joins": [["b2", "b9"]]}).status_code == 400
    card = finished(client, session, "Hello.")
    shown = client.get(f"/sessions/{session}/transcript").text
    assert "an agent approves every draft" in shown and "ask about the budget" in shown and "Model:" not in shown
    assert card["steps"]
    assert client.put(f"/api/sessions/{session}/notes", json={"text": "later"}).status_code == 400, "what was graded stays"


def test_a_dispute_stands_beside_the_mark(client: TestClient, session: str) -> None:
    before = finished(client, session, "An agent approves each draft before it is sent.")
    assert client.post(f"/api/sessions/{session}/disputes", json={"point": "1.01", "words": "never said"}).status_code == 400
    assert client.post(f"/api/sessions/{session}/disputes", json={"point": "9.99", "words": "An agent"}).status_code == 400
    row = client.post(f"/api/sessions/{session}/disputes", json={"point": "1.01", "words": "An agent approves"}).json()
    assert (row["turn"], row["start"], row["end"]) == (1, 0, 17)
    assert client.get(f"/api/sessions/{session}/scorecard").json() == before
    assert "Kept beside the judge" in client.get(f"/sessions/{session}/scorecard").text


def test_a_step_answered_again_leaves_the_scorecard(client: TestClient, session: str) -> None:
    before = finished(client, session, "How many tickets do you get a week?")
    body = {
        "step": "assess",
        "text": "Generative AI only drafts the reply. Amounts and refunds come from rules in the billing system, never from the model.",
    }
    made = client.post(f"/api/sessions/{session}/again", json=body).json()
    assert made["after"] is not None and (made["before"] or 0) < made["after"]
    assert client.get(f"/api/sessions/{session}/scorecard").json() == before
    assert "The difference" in client.get(f"/sessions/{session}/again/assess").text
    assert client.get(f"/sessions/{session}/again/nonsense").status_code == 422


def test_an_open_session_has_no_scorecard(client: TestClient, session: str) -> None:
    assert client.get(f"/sessions/{session}/scorecard").headers["location"] == f"/sessions/{session}"
    assert client.get(f"/api/sessions/{session}/scorecard").status_code == 400
    assert client.post(f"/sessions/{session}/self", data={"ground": "2"}).status_code == 400


def test_own_levels_are_whole_numbers(client: TestClient, session: str) -> None:
    finished(client, session, "Hello.")
    assert client.post(f"/sessions/{session}/self", data={"ground": "9"}).status_code == 400
    assert client.post(f"/sessions/{session}/self", data={"ground": "x"}).status_code == 400
    assert client.post(f"/sessions/{session}/self", data={"ground": "3"}).status_code == 303


def test_deleting_asks_first(client: TestClient, session: str, room: Room) -> None:
    assert client.post(f"/sessions/{session}/delete").headers["location"].endswith("/delete")
    assert room.store.sessions()
    assert client.post("/data/delete", data={"sure": "maybe"}).status_code == 400
    assert client.post(f"/sessions/{session}/delete", data={"sure": "yes"}).status_code == 303
    assert room.store.sessions() == []


def test_everything_is_in_one_export(client: TestClient, session: str) -> None:
    finished(client, session, "What is the budget?")
    data = client.get("/data/export").json()
    assert [s["session"] for s in data["sessions"]] == [session]
    assert {event["type"] for event in data["sessions"][0]["events"]} >= {"Started", "Said", "Replied", "Ended"}
    assert data["sessions"][0]["scorecards"]


def test_nothing_is_loaded_from_another_host() -> None:
    for path in [*(HERE / "templates").glob("*.html"), *(HERE / "static").iterdir()]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text and "https://" not in text, path.name
    assert {path.name for path in (HERE / "static").iterdir()} == set(ASSETS)


def test_a_port_in_use_is_told_with_a_free_one(room: Room) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"--port {free_port('127.0.0.1', port)}"):
            serve(room, "127.0.0.1", port, browser=False)
