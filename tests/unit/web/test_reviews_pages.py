"""The pages and the API of reviews without a browser: markup in what people write, bad input, deleted runs, and the way from one item to the next."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.test_reviews import NASTY, queued

from caseroom.app import reviews, runs
from caseroom.app.interviews import Room
from caseroom.store.runs import RunStore
from caseroom.web.application import create_application


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(create_application(room), follow_redirects=False) as client:
        yield client


def begun(client: TestClient, run: str, who: str = "Ann") -> str:
    answer = client.post("/reviews/next", data={"run": run, "who": who})
    assert answer.status_code == 303 and "HttpOnly" in answer.headers["set-cookie"]
    return str(answer.headers["location"])


def test_an_empty_queue_says_how_to_get_one(client: TestClient) -> None:
    page = client.get("/reviews").text
    assert "Nothing here" in page and "--review" in page and "Review the next one" not in page


def test_from_one_item_to_the_next_and_to_the_end(client: TestClient, room: Room) -> None:
    run = queued(room, 2)
    assert f"{run}-1" in client.get(f"/reviews?run={run}").text
    where = begun(client, run)
    assert where.startswith(f"/reviews/{run}-0?")
    page = client.get(where).text
    assert "question 0" in page and "numbers: 3" in page and "Fees" in page and "2 waiting" in page
    went = client.post(where.split("?")[0], data={"action": "reject", "run": run, "reason": NASTY})
    assert went.status_code == 303 and went.headers["location"].startswith(f"/reviews/{run}-1?")
    after = client.get(went.headers["location"]).text
    assert "Passed on to a person." in after and re.search(rf'id="undo" href="/reviews/{run}-0\?', after)
    last = client.post(f"/reviews/{run}-1", data={"action": "modify", "output": "answer 1, mended", "run": run})
    assert "ended=true" in last.headers["location"]
    end = client.get(last.headers["location"]).text
    assert "Nothing waits for Ann here" in end and "Let the run go on" in end
    decided = client.get(f"/reviews/{run}-0").text
    assert "<script>alert" not in decided and "&lt;script&gt;alert" in decided, "markup in a note is text"


def test_the_name_survives_in_a_cookie(client: TestClient, room: Room) -> None:
    run = queued(room, 3)
    begun(client, run, "Zoë; \\N Müller")
    client.post(f"/reviews/{run}-0", data={"action": "approve"})
    holds = reviews.review(room, f"{run}-0").holds
    assert holds is not None and holds.reviewer == "Zoë; \\N Müller"
    client.cookies.clear()
    client.cookies.set("reviewer", "%00")
    client.post(f"/reviews/{run}-1", data={"action": "approve"})
    assert [d.reviewer for d in reviews.review(room, f"{run}-1").decisions] == ["me"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [({"action": "modify", "output": "answer 0"}, "was not changed"), ({"action": "modify", "output": ""}, "Modify needs"), ({"action": "approve", "output": "mine"}, "You changed the output")],
)  # fmt: skip
def test_what_is_no_decision_stays_on_the_page(client: TestClient, room: Room, sent: dict[str, str], said: str) -> None:
    run = queued(room)
    answer = client.post(f"/reviews/{run}-0", data={**sent, "reason": "because"})
    assert (
        answer.status_code == 400
        and said in answer.text
        and 'value="because"' in answer.text
        and (sent["output"] or "<textarea") in answer.text
    )
    assert client.post(f"/reviews/{run}-0", data={"action": "wave"}).status_code == 422
    assert reviews.review(room, f"{run}-0").decisions == ()


def test_a_second_reviewer_differs_on_the_page(client: TestClient, room: Room) -> None:
    item = f"{queued(room)}-0"
    reviews.decide(room, item, "Ann", "approve")
    reviews.decide(room, item, "Bob", "reject", reason="<b>no</b>")
    page = client.get(f"/reviews/{item}").text
    assert "differs" in page and "holds" in page and "&lt;b&gt;no&lt;/b&gt;" in page


def test_a_deleted_run_takes_its_items_with_it(client: TestClient, room: Room) -> None:
    run = queued(room)
    runs.delete(room, run)
    for answer in (
        client.get(f"/reviews/{run}-0"),
        client.post(f"/reviews/{run}-0", data={"action": "approve"}),
        client.get("/reviews/next"),
    ):
        assert answer.status_code == 404 and "No such output waits" in answer.text
    assert client.get(f"/api/reviews/{run}-0").status_code == 404 and f"{run}-0" not in client.get("/reviews?state=all").text


def test_a_finished_run_takes_no_decision(client: TestClient, room: Room) -> None:
    run = queued(room)
    RunStore(room.store.database).set(run, "done", report={})
    page = client.get(f"/reviews/{run}-0").text
    assert "its report stands" in page and "<textarea" not in page
    assert client.post(f"/reviews/{run}-0", data={"action": "approve"}).status_code == 400
    assert client.get("/api/reviews").json()["counts"] == {"open": 0, "escalated": 0, "decided": 0, "left": 3}


def test_pages_of_the_queue(client: TestClient, room: Room) -> None:
    run = queued(room, 120)
    first = client.get(f"/reviews?run={run}&case=support-desk").text
    assert "1 to 50 of 120" in first and 'rel="next"' in first and 'rel="prev"' not in first
    assert "101 to 120 of 120" in client.get("/reviews?page=3").text and "Nothing here" in client.get("/reviews?page=9").text
    assert client.get("/reviews?page=0").status_code == 422 and client.get("/reviews?state=odd").status_code == 422
    assert "Nothing here" in client.get("/reviews?case=other").text


def test_the_api_from_taking_to_deciding(client: TestClient, room: Room) -> None:
    run = queued(room, 2, values={})
    taken = client.post("/api/reviews/next", json={"reviewer": "Ann", "run": run}).json()["item"]
    assert taken["id"] == f"{run}-0" and taken["held_by"] == "Ann" and taken["sources"] == [{"name": "Fees", "text": "EUR"}]
    assert client.post("/api/reviews/next", json={"reviewer": "Bob", "run": run}).json()["item"]["id"] == f"{run}-1"
    assert client.post("/api/reviews/next", json={"reviewer": "Cy", "run": run}).json() == {"item": None}
    made = client.post(f"/api/reviews/{run}-0/decisions", json={"reviewer": "Ann", "action": "modify", "output": "better", "reason": "fee"})
    assert made.status_code == 201 and made.json()["decisions"][0]["holds"] and made.json()["state"] == "decided"
    other = client.post(f"/api/reviews/{run}-0/decisions", json={"reviewer": "Bob", "action": "approve"}).json()
    assert [d["differs"] for d in other["decisions"]] == [False, True]
    listed = client.get(f"/api/reviews?run={run}&limit=1").json()
    assert listed["counts"]["decided"] == 1 and [row["state"] for row in listed["items"]] == ["decided"]
    assert client.post(f"/api/reviews/{run}-0/decisions", json={"reviewer": "Ann", "action": "modify"}).status_code == 400


def test_another_site_decides_nothing(client: TestClient, room: Room) -> None:
    run = queued(room)
    assert client.post(f"/reviews/{run}-0", data={"action": "approve"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert reviews.review(room, f"{run}-0").decisions == ()
