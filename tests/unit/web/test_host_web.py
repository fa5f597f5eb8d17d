"""Holding an interview over HTTP: what the host's link opens, who is told what, and who comes second."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from caseroom.app.interviews import Interview, Room
from caseroom.web.application import create_application

ASK = "How long does an agent spend on a ticket?"
NASTY = "<script>alert(1)</script> {{ 7*7 }}"


@pytest.fixture
def session(room: Room) -> str:
    return Interview.start(room, "support-desk").id


@pytest.fixture
def owner(room: Room) -> Iterator[TestClient]:
    with TestClient(create_application(room), follow_redirects=False) as client:
        yield client


@pytest.fixture
def host(owner: TestClient) -> TestClient:
    return TestClient(owner.app, follow_redirects=False)


@pytest.fixture
def path(owner: TestClient, session: str) -> str:
    assert "A host, who holds" in owner.get(f"/sessions/{session}/share").text
    found = re.search(r'value="http://testserver(/host/[^"]+)"', owner.post(f"/sessions/{session}/share", data={"role": "host"}).text)
    assert found
    return found[1]


def hidden(page: str) -> str:
    found = re.search(r'name="turn" value="([^"]*)"', page)
    assert found
    return found[1]


def test_the_host_answers_without_a_script(owner: TestClient, host: TestClient, session: str, path: str) -> None:
    page = host.get(path)
    assert page.status_code == 200 and page.headers["referrer-policy"] == "no-referrer" and session not in page.text
    assert 'http-equiv="refresh"' in page.text and 'href="/' not in page.text.replace('href="/assets', "")
    assert owner.post(f"/sessions/{session}/say", data={"text": f"{ASK} {NASTY}"}).status_code == 303
    mine = owner.get(f"/sessions/{session}").text
    assert "A person is holding this interview" in mine and 'http-equiv="refresh"' in mine and "8 minutes" not in mine
    assert owner.get(f"/api/sessions/{session}/turns/last").json()["moves"] == []
    assert owner.post(f"/sessions/{session}/say", data={"text": "Hello?"}).status_code == 400
    page = host.get(path)
    assert "<script>alert" not in page.text and "&lt;script&gt;" in page.text and 'http-equiv="refresh"' not in page.text
    fact = re.search(r'id="suggested">.*?value="(fact:[^"]+)"', page.text, re.DOTALL)
    assert fact
    form = {"turn": hidden(page.text), "chosen": [fact[1], fact[1]], "words": NASTY}
    assert host.post(path, data=form, headers={"origin": "null"}).headers["location"] == path
    second = host.post(path, data=form)
    assert second.status_code == 409 and session not in second.text and second.headers["referrer-policy"] == "no-referrer"
    mine = owner.get(f"/sessions/{session}").text
    assert "8 minutes" in mine and "<script>alert" not in mine and "not answered yet" not in mine
    assert "said already" in host.get(path).text


def test_the_api_of_both(owner: TestClient, host: TestClient, session: str, path: str) -> None:
    api = f"/api{path}"
    before = host.get(api).json()
    assert before["turn"] is None and before["state"]["held"] and not before["state"]["waiting"]
    said = owner.post(f"/api/sessions/{session}/turns", json={"text": ASK}).json()
    assert said["turn"] == 1 and said["moves"] == [] and said["state"]["waiting"]
    now = host.get(api)
    assert now.json()["changed"] != before["changed"] and session not in now.text and now.headers["referrer-policy"] == "no-referrer"
    form = {"turn": now.json()["turn"], "words": "Good."}
    assert host.post(f"{api}/reply", json={**form, "chosen": ["fact:none"]}).status_code == 400
    assert host.post(f"{api}/reply", json=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert host.post(f"{api}/reply", json=form).status_code == 204
    assert host.post(f"{api}/reply", json=form).status_code == 409
    last = owner.get(f"/api/sessions/{session}/turns/last").json()
    assert [move["text"] for move in last["moves"]] == ["Good."] and last["moves"][0]["refs"] == ["host"]
    told = owner.post(f"/api/sessions/{session}/turns", json={"text": "Go."}, headers={"accept": "text/event-stream"}).text
    assert "event: stored" in told and "event: move" not in told and '"waiting": true' in told


def test_revoked_the_machine_answers(owner: TestClient, host: TestClient, session: str, path: str) -> None:
    owner.post(f"/api/sessions/{session}/turns", json={"text": ASK})
    link = path.removeprefix("/host/").partition("-")[0]
    owner.post(f"/sessions/{session}/share/{link}/revoke")
    gone, never, other = host.get(path), host.get("/host/nothing-at-all"), host.get(path.replace("/host/", "/peer/"))
    assert (gone.status_code, never.status_code) == (410, 404) and gone.text == never.text
    assert (
        other.status_code == 410 and host.get(f"/api{path}").status_code == 410 and host.post(path, data={"words": "x"}).status_code == 410
    )
    assert not owner.get(f"/api/sessions/{session}/state").json()["held"]
    assert "8 minutes" in owner.get(f"/sessions/{session}").text


def test_over_is_over(owner: TestClient, host: TestClient, session: str, path: str) -> None:
    owner.post(f"/api/sessions/{session}/turns", json={"text": ASK})
    owner.post(f"/api/sessions/{session}/end")
    assert "The interview is over" in host.get(path).text and host.post(path, data={"words": "x"}).status_code == 400
    assert "A host, who holds" not in owner.get(f"/sessions/{session}/share").text
    assert owner.post(f"/sessions/{session}/share", data={"role": "host"}).status_code == 400
    assert host.get(path.replace("/host/", "/peer/")).status_code == 404
