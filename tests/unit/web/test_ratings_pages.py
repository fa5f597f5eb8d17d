"""The pages and the API of rating without a browser: what is refused, what is escaped, who is who."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.labdata import desk_records, write_folder
from tests.unit.lab.sample import NASTY
from tests.unit.web import test_lab

from caseroom.app import rating_samples, ratings, runs
from caseroom.app.interviews import Room
from caseroom.web.application import create_application

study = test_lab.study
GOOD = {"accuracy": 5, "fluency": 4, "helpfulness": 3}


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(create_application(room), follow_redirects=False) as client:
        yield client


@pytest.fixture
def cycle(room: Room, tmp_path: Path) -> str:
    """Sample outputs full of markup."""
    rows = [{"id": f"o{n}", "record": f"r{n:03}", "output": f"{NASTY} {n}", "ratings": [{"rater": "p", **GOOD}]} for n in range(4)]
    folder = write_folder(tmp_path / "data", records=desk_records(12), rated=False)
    (folder / "ratings.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return rating_samples.from_data(room, data=folder, outputs=4, double=1).id


def test_a_rater_is_named_once_and_goes_on(client: TestClient, cycle: str, room: Room) -> None:
    assert "Who rates?" in client.get(f"/ratings/{cycle}/rate").text
    answer = client.post(f"/ratings/{cycle}/rater", data={"rater": "Änn <b>"})
    assert answer.status_code == 303 and "HttpOnly" in answer.headers["set-cookie"]
    page = client.get(f"/ratings/{cycle}/rate").text
    assert "you are Änn &lt;b&gt;" in page and "Output 1 of 4" in page
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page and "{{ 7*7 }}" in page
    client.post(f"/ratings/{cycle}/rate", data={"item": 1, **GOOD})
    client.post(f"/ratings/{cycle}/rate", data={"item": 2, "accuracy": 2})
    assert [(row.rater, row.item, row.value) for row in ratings.rows(room, cycle)][2:] == [("Änn <b>", 1, 3), ("Änn <b>", 2, 2)]
    assert "outputs left to rate" in client.get(f"/ratings/{cycle}").text
    shown = client.get(f"/ratings/{cycle}?anyway=true").text
    assert "Änn &lt;b&gt; 1 of 4" in shown and "too few items to say" in shown


def test_who_gives_no_name_gets_one(client: TestClient, cycle: str) -> None:
    client.post(f"/ratings/{cycle}/rater", data={"rater": "  "})
    assert "you are rater-" in client.get(f"/ratings/{cycle}/rate").text
    assert client.post(f"/ratings/{cycle}/rater", data={"rater": "x" * 41}).status_code == 400


def test_the_api_answers_with_what_comes_next(client: TestClient, cycle: str) -> None:
    first = client.get(f"/api/ratings/{cycle}/next", params={"rater": "ann"}).json()["task"]
    assert set(first) == {"item", "input", "output", "reference", "given", "previous", "done", "total"}, "nothing of the design"
    for number in range(4):
        answer = client.post(f"/api/ratings/{cycle}/values", json={"item": first["item"], "values": GOOD, "rater": "ann"})
        assert answer.status_code == 201
        before, first = first, answer.json()["task"]
        assert first is None or (first["done"], first["previous"]) == (number + 1, before["item"])
    assert first is None
    row = client.get(f"/api/ratings/{cycle}").json()
    assert row["raters"] == [{"rater": "ann", "done": 4, "total": 4}] and client.get("/api/ratings").json() == [row]
    found = client.get(f"/api/ratings/{cycle}/results").json()
    assert found["designs"][0]["means"]["accuracy"]["value"] == 5 and found["agreement"][0]["score"]["value"] is None


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"item": 1, "values": {"accuracy": 9}, "rater": "ann"}, 400, "from 1 to 5"),
        ({"item": 1, "values": {"style": 1}, "rater": "ann"}, 400, "no dimension"),
        ({"item": 9, "values": GOOD, "rater": "ann"}, 400, "no output 9"),
        ({"item": 1, "values": GOOD}, 400, "Say who rates"),
        ({"item": 1, "values": {}, "rater": "ann"}, 422, "values"),
    ],
)
def test_what_cannot_be_given(client: TestClient, cycle: str, given: dict[str, object], status: int, words: str) -> None:
    answer = client.post(f"/api/ratings/{cycle}/values", json=given)
    assert answer.status_code == status and words in answer.json()["detail"]


def test_cycles_that_cannot_be_made(client: TestClient) -> None:
    for body, status, words in (
        ({}, 400, "Send the ids of runs"), ({"runs": ["nothing"]}, 404, "no run 'nothing'"), ({"case": "support-desk", "double": 2}, 400, "between 0 and 1"),
        ({"case": "nothing"}, 404, "nothing"),
    ):  # fmt: skip
        answer = client.post("/api/ratings", json=body)
        assert answer.status_code == status and words in answer.json()["detail"]
    assert client.post("/ratings", data={"double": "2", "case": "support-desk"}).status_code == 400
    assert client.post("/ratings", data={}).status_code == 400
    assert client.get("/ratings/nothing").status_code == 404 and client.get("/ratings/nothing/rate").status_code == 404


def test_a_cycle_of_a_case_from_the_page_and_its_end(client: TestClient) -> None:
    where = client.post("/ratings", data={"case": "support-desk", "outputs": "6", "double": "0.5"}).headers["location"]
    assert "Nobody has rated yet" in client.get(where).text
    assert "Delete this cycle?" in client.post(f"{where}/delete").text
    assert client.post(f"{where}/delete", data={"sure": "yes"}).headers["location"] == "/ratings"
    assert client.get(where).status_code == 404
    assert "No run has kept outputs yet" in client.get("/ratings").text


def test_another_site_cannot_rate(client: TestClient, cycle: str) -> None:
    answer = client.post(
        f"/api/ratings/{cycle}/values", json={"item": 1, "values": GOOD, "rater": "x"}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status_code == 403


def test_a_run_is_asked_to_keep_outputs(client: TestClient, room: Room, study: test_lab.Study) -> None:
    study.may_end.set()
    form = {"text": test_lab.EMPTY, "action": "run"}
    for more, keep in (({}, 0), ({"keep": "true"}, 10)):
        where = client.post("/cases/support-desk/lab", data={**form, **more}).headers["location"]
        assert runs.run(room, where.rsplit("/", 1)[1]).keep == keep
    assert runs.run(room, test_lab.begun(client, keep=4)).keep == 4
    assert "Keep outputs to be rated" in client.get("/cases/support-desk/lab").text


def test_ratings_are_in_the_export_and_go_with_everything(client: TestClient, cycle: str, room: Room) -> None:
    ratings.rate(room, cycle, "ann", 1, {"accuracy": 2})
    kept = client.get("/data/export").json()["ratings"]
    assert (
        [row["id"] for row in kept] == [cycle]
        and kept[0]["ratings"][0]["rater"] == "ann"
        and NASTY in kept[0]["items"][0]["texts"]["output"]
    )
    assert '1 <a href="/ratings">rating cycle</a>' in client.get("/data").text
    client.post("/data/delete", data={"sure": "delete"})
    assert client.get("/api/ratings").json() == []
