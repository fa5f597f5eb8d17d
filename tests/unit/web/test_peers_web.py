"""Links, blind marks and disputes over HTTP: what is told before a peer is done, what a link opens, and what it does not."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from caseroom.app import links, scorecards
from caseroom.app.interviews import Interview, Room
from caseroom.app.links import Options
from caseroom.store import tables
from caseroom.web.application import create_application

NASTY = "<script>alert(1)</script> <img src=x onerror=alert(1)> {{ 7*7 }} & 🙂"


@pytest.fixture
def session(room: Room) -> str:
    interview = Interview.start(room, "support-desk")
    interview.say(f"I write to ann.lee@example.com. {NASTY} How long does an agent spend on a ticket?")
    interview.say("An agent approves each draft before it is sent.")
    interview.end()
    interview.self_score({"ground": 4})
    scorecards.scorecard(room, interview.id)
    return interview.id


@pytest.fixture
def owner(room: Room) -> Iterator[TestClient]:
    with TestClient(create_application(room), follow_redirects=False) as client:
        yield client


@pytest.fixture
def peer(owner: TestClient) -> TestClient:
    return TestClient(owner.app, follow_redirects=False)


def shared(owner: TestClient, session: str, **form: str) -> str:
    page = owner.post(f"/sessions/{session}/share", data=form).text
    found = re.search(r'value="http://testserver(/[^"]+)"', page)
    assert found, page
    return found[1]


def test_nothing_of_the_machines_is_told_before_done(owner: TestClient, peer: TestClient, session: str, room: Room) -> None:
    path = shared(owner, session, board="true", notes="true")
    page, data = peer.get(path), peer.get(f"/api{path}")
    assert page.status_code == data.status_code == 200
    assert session not in page.text and session not in data.text
    assert set(data.json()) == {"title", "ended", "turns", "rubric", "marks"}
    assert {key for sheet in data.json()["rubric"] for point in sheet["points"] for key in point} == {"id", "name", "statement", "weight"}
    assert 'href="/' not in page.text.replace('href="/assets', "")
    with room.store.database.engine.begin() as connection:  # without a scorecard the page is the same, byte for byte
        connection.execute(tables.scorecards.delete())
    assert (peer.get(path).text, peer.get(f"/api{path}").json()) == (page.text, data.json())
    assert peer.get(f"{path}/comparison").headers["location"] == path
    assert peer.get(f"/api{path}/comparison").status_code == 400
    assert peer.post(f"/api{path}/done").status_code == 400


def test_marks_without_a_script_and_then_the_comparison(owner: TestClient, peer: TestClient, session: str) -> None:
    path = shared(owner, session)
    peer.get(path)
    kept = peer.put(f"/api{path}/marks", json={"points": {"1.01": "made"}, "levels": {"ground": 2}})
    assert kept.status_code == 200 and kept.json()["points"] == {"1.01": "made"}
    assert (
        peer.post(path, data={"name": NASTY[:25], "note-ground": NASTY, "point-1.02": "named", "level-assess": ""}).headers["location"]
        == path
    )
    assert "checked" in peer.get(path).text
    assert peer.post(path, data={"action": "done"}).headers["location"] == f"{path}/comparison"
    assert peer.get(path).headers["location"] == f"{path}/comparison"
    assert peer.put(f"/api{path}/marks", json={"levels": {"ground": 3}}).status_code == 400
    for text in (peer.get(f"{path}/comparison").text, owner.get(f"/sessions/{session}/comparison").text, owner.get(f"/sessions/{session}/scorecard").text, owner.get(f"/sessions/{session}/share").text):  # fmt: skip
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;" in text
    found = peer.get(f"/api{path}/comparison").json()
    assert found["steps"][0]["own"] == 4 and found["steps"][0]["peers"] == [2] and found["steps"][0]["notes"][0][1] == NASTY
    other = TestClient(owner.app, follow_redirects=False)
    assert other.get(f"{path}/comparison").headers["location"] == path  # another browser is another peer


def test_the_comparison_is_masked_as_the_link_is(owner: TestClient, peer: TestClient, session: str) -> None:
    path = shared(owner, session, mask="true", names="Spindlehouse")
    assert "ann.lee" not in peer.get(path).text and "[EMAIL 1]" in peer.get(path).text
    peer.post(path, data={"action": "done", "level-ground": "1"})
    assert "ann.lee" not in peer.get(f"{path}/comparison").text + peer.get(f"/api{path}/comparison").text


def test_all_that_does_not_hold_is_one_page(owner: TestClient, peer: TestClient, session: str, room: Room) -> None:
    revoked, gone = shared(owner, session), shared(owner, session)
    link = revoked.split("/")[2].split("-")[0]
    assert owner.post(f"/sessions/{session}/share/{link}/revoke").status_code == 303
    assert owner.post(f"/sessions/{session}/share/nothing/revoke").status_code == 400
    reviewer = links.share(room, session, "reviewer").written
    answers = [peer.get(path) for path in (revoked, "/peer/guess", f"/peer/{reviewer}", f"{gone}x", f"/peer/{reviewer}?role=reviewer")]
    owner.post(f"/sessions/{session}/delete", data={"sure": "yes"})
    answers.append(peer.get(gone))
    assert [answer.status_code for answer in answers] == [410, 404, 404, 404, 404, 404]
    assert len({answer.text for answer in answers}) == 1 and "does not work any more" in answers[0].text
    assert peer.get(f"/api{gone}").json() == {
        "detail": "This link does not work any more, or never did. Ask the one who sent it for a new one."
    }


def test_a_secret_is_told_to_nobody(owner: TestClient, peer: TestClient, session: str, caplog: pytest.LogCaptureFixture) -> None:
    path = shared(owner, session)
    with caplog.at_level(logging.DEBUG, logger="caseroom"), caplog.at_level(logging.DEBUG, logger="sqlalchemy"):
        for answer in (peer.get(path), peer.get(f"{path}/nothing"), peer.post(path, data={"level-ground": "x"})):
            assert answer.headers["referrer-policy"] == "no-referrer" and answer.headers.get_list("referrer-policy") == ["no-referrer"]
    secret = path.split("-", 1)[1]
    assert (
        secret not in caplog.text
        and secret not in owner.get("/api/export").text
        and secret not in owner.get(f"/sessions/{session}/share").text
    )
    assert owner.get("/").headers["referrer-policy"] == "same-origin"


def test_a_page_without_a_referrer_may_post_and_another_site_may_not(owner: TestClient, peer: TestClient, session: str) -> None:
    path = shared(owner, session)
    assert peer.post(path, data={"level-ground": "2"}, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"}).status_code == 303
    assert peer.post(path, data={"level-ground": "2"}, headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert peer.post(path, data={"level-ground": "2"}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert owner.post(f"/sessions/{session}/share", headers={"Origin": "null"}).status_code == 403


def test_disputes_are_decided_by_the_owner_and_by_a_link(owner: TestClient, peer: TestClient, session: str, room: Room) -> None:
    words = "An agent approves each draft"
    assert owner.post(f"/api/sessions/{session}/disputes", json={"point": "3.02", "words": words}).status_code == 201
    assert "1 dispute to decide" in owner.get("/disputes").text and f"<mark>{words}</mark>" in owner.get("/disputes").text
    path = links.share(room, session, "reviewer", options=Options(mask=True, names=("agent",))).path
    page = peer.get(path).text
    assert "An [PERSON 1] approves" in page and session not in page
    assert peer.post(f"{path}/0", data={"decision": "named", "reason": NASTY, "seen": "0"}).status_code == 303
    late = owner.post(f"/disputes/{session}/0", data={"decision": "made", "reason": "it is there", "seen": "0"})
    assert late.status_code == 409 and "meanwhile" in late.text
    assert owner.post(f"/disputes/{session}/0", data={"decision": "made", "reason": "it is there", "seen": "1"}).status_code == 303
    for text in (owner.get("/disputes").text, owner.get(f"/sessions/{session}/scorecard").text, peer.get(path).text):
        assert "<script>alert" not in text and "it is there" in text
    assert "Nothing to decide" in owner.get("/disputes?page=99").text
    assert owner.post(f"/disputes/{session}/7", data={"decision": "made", "reason": "x"}).status_code == 400
    assert owner.post(f"/disputes/{session}/0", data={"decision": "made"}).status_code == 400
    assert owner.post("/disputes/nothing/0", data={"decision": "made", "reason": "x"}).status_code == 404


def test_a_page_of_disputes_is_quick_however_many_wait(owner: TestClient, session: str, room: Room) -> None:
    interview = Interview(room, session)
    dispute = interview.dispute("3.02", "An agent approves each draft")
    room.store.append(session, interview.session.length, [dispute] * 2_000)
    owner.get("/disputes")
    began = time.perf_counter()
    page = owner.get("/disputes?page=2")
    assert page.text.count('class="dispute"') == 20 and time.perf_counter() - began < 2.0


def test_the_share_form_tells_what_is_wrong(owner: TestClient, session: str) -> None:
    assert owner.get(f"/sessions/{session}/share").status_code == 200
    assert owner.post(f"/sessions/{session}/share", data={"days": "x"}).status_code == 400
    assert owner.post(f"/sessions/{session}/share", data={"days": "999"}).status_code == 400
    assert owner.post(f"/sessions/{session}/share", data={"names": ",".join(f"name {n}" for n in range(30))}).status_code == 400
    assert owner.get("/sessions/nothing/share").status_code == 404


def test_from_another_machine_only_links_open_if_the_owner_says_so(room: Room, owner: TestClient, session: str) -> None:
    path = shared(owner, session)
    elsewhere = TestClient(create_application(room, links_only=True), client=("192.0.2.7", 50000), follow_redirects=False)
    assert elsewhere.get(path).status_code == 200
    assert elsewhere.get(f"/api{path}").status_code == 200
    for closed in ("/", "/data", "/api/export", f"/sessions/{session}/scorecard", "/api/sessions", "/disputes", "/reviews"):
        assert elsewhere.get(closed).status_code == 403, closed
    here = TestClient(create_application(room, links_only=True), client=("127.0.0.1", 50000), follow_redirects=False)
    assert here.get("/").status_code == 200
