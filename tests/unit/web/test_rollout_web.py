"""Rollouts in the browser's pages and API, on a small data folder and the models of the house: begin, watch, unfold, be on call."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.labdata import desk_records, write_folder
from tests.unit.app.test_rollouts import DESIGN, FEW

from caseroom.app import rollouts
from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.proposal.model import Roadmap
from caseroom.rollout.settings import Settings as Weeks
from caseroom.store.sessions import SessionStore
from caseroom.web.application import asset_path, create_application

SMALL = {"weeks": "6", "a_day": "150", "plant": "chosen", "event": ["injections", "latency-creep"]}
NASTY = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, engine: Engine, shelf: Shelf) -> Room:
    """One room for all: what was computed once is kept in its cache."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    return Room(settings, shelf, engine, SessionStore(settings.database))


@pytest.fixture(scope="module")
def first(kept: Room, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A rollout that is done."""
    folder = write_folder(tmp_path_factory.mktemp("data") / "desk", records=desk_records(30))
    begun = rollouts.begin(kept, replace(DESIGN, title=f"a desk {NASTY}"), replace(FEW, a_day=150), data=folder)
    assert rollouts.carry_out(kept, begun.id).state == "done"
    return begun.id


@pytest.fixture(scope="module")
def folder(kept: Room, first: str) -> Path:
    return Path(rollouts.rollout(kept, first).case)


@pytest.fixture
def client(kept: Room) -> Iterator[TestClient]:
    with TestClient(create_application(kept), follow_redirects=False) as client:
        yield client


def ended(client: TestClient, rollout: str) -> dict[str, Any]:
    for _ in range(1500):
        row: dict[str, Any] = client.get(f"/api/rollouts/{rollout}").json()
        if row["state"] != "running":
            return row
        threading.Event().wait(0.04)
    raise AssertionError("it runs and runs")


def drill(client: TestClient, first: str, **more: Any) -> str:
    """A drill whose tables are there."""
    sent = {"again": first, "weeks": 6, "a_day": 150, "events": [{"event": "latency_creep", "day": 22}], "drill": True, **more}
    answer = client.post("/api/rollouts", json=sent)
    assert answer.status_code == 201, answer.text
    made = str(answer.json()["id"])
    assert ended(client, made)["state"] == "playing", client.get(f"/api/rollouts/{made}").text
    return made


def at(client: TestClient, made: str) -> dict[str, Any]:
    answer = client.get(f"/api/rollouts/{made}/drill")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def send(client: TestClient, made: str, what: str, **body: Any) -> Any:
    return client.post(f"/api/rollouts/{made}/drill/{what}", json={"number": at(client, made)["number"], **body})


# beginning and looking


def test_the_list_and_the_way_to_it(client: TestClient, first: str) -> None:
    page = client.get("/rollouts").text
    assert (
        'aria-current="page">Rollouts' in page
        and f'href="/rollouts/{first}"' in page
        and "&lt;script&gt;" in page
        and "<script>alert" not in page
    )
    assert 'formaction="/rollouts/new"' in client.get("/cases/support-desk/lab").text


def test_an_empty_list_says_how_to_get_one(room: Room) -> None:
    with TestClient(create_application(room)) as empty:
        assert "No rollouts yet" in empty.get("/rollouts").text


def test_from_the_form_to_the_report(client: TestClient, first: str) -> None:
    page = client.get(f"/rollouts/new?again={first}").text
    assert "Roll it out" in page and 'name="event" value="injections"' in page and f'name="again" value="{first}"' in page
    where = client.post("/rollouts", data={"again": first, **SMALL, "day-injections": "30", "day-latency-creep": "22"}).headers["location"]
    assert ended(client, where.removeprefix("/rollouts/"))["state"] == "done"
    page = client.get(where).text
    assert "The weeks" in page and "<svg" in page and asset_path("weeks.css") in page and "What happened, and who saw it" in page
    assert "<script>alert" not in page and client.get(asset_path("weeks.css")).headers["content-type"].startswith("text/css")
    assert client.get(f"{where}/file/html").headers["content-disposition"].endswith('.html"')
    assert len(client.get(f"{where}/file/json").json()["days"]) == 42
    assert client.get(f"/api{where}/report").json()["reached"]
    rows = client.get(f"/api/rollouts/compare?a={first}&b={where.removeprefix('/rollouts/')}").json()
    assert {"name": "events that did harm", "a": "2", "b": "2"} in rows
    assert "Two roadmaps, side by side" in client.get(f"/rollouts/compare?a={first}&b={where.removeprefix('/rollouts/')}").text
    assert "Delete this rollout?" in client.post(f"{where}/delete").text
    assert client.post(f"{where}/delete", data={"sure": "yes"}).headers["location"] == "/rollouts"
    assert client.get(where).status_code == 404 and client.get(f"/api{where}").status_code == 404


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"weeks": "zero"}, "Weeks: write a whole number from 1 to 52"),
        ({"seed": "-1"}, "Seed: write a whole number"),
        ({"a_day": "many"}, "Items a day: write a number"),
        ({"a_day": "nan"}, "Items a day: write a number"),
        ({"a_day": "1e12"}, "are too many"),
        ({"event": []}, "Tick at least one event"),
        ({"event": ["flood"], "day-flood": "3"}, "There is no event"),
        ({"event": ["injections"], "day-injections": "99"}, "The day of injections: write a whole number from 0 to 41"),
    ],
)
def test_what_cannot_be_is_told_on_the_form_and_nothing_is_lost(client: TestClient, first: str, sent: dict[str, Any], said: str) -> None:
    before = len(client.get("/api/rollouts").json())
    answer = client.post(
        "/rollouts", data={"again": first, **SMALL, "day-injections": "30", "day-latency-creep": "22", "seed": "11", **sent}
    )
    assert (
        answer.status_code == 400
        and said in answer.text
        and "Nothing was begun" in answer.text
        and f'name="again" value="{first}"' in answer.text
    )
    assert len(client.get("/api/rollouts").json()) == before


def test_a_proposal_that_does_not_hold_comes_back_with_its_lines(client: TestClient) -> None:
    text = "case: support-desk\ntechnical:\n  retrieve: {method: hybird}\n"
    answer = client.post("/rollouts/new", data={"case": "support-desk", "text": text})
    assert answer.status_code == 400 and 'data-line="3">Line 3</a>' in answer.text and "hybird" in answer.text
    good = client.post("/rollouts/new", data={"case": "support-desk", "text": "case: support-desk\r\n"})
    assert good.status_code == 200 and "This roadmap watches nothing" in good.text and "names no phase" in good.text
    assert client.get("/rollouts/new").status_code == 400 and "choose “Roll it out”" in client.get("/rollouts/new").text


@pytest.mark.parametrize("path", ["", "/weeks", "/drill", "/file/html", "/file/json"])
def test_what_is_not_there_is_told(client: TestClient, path: str) -> None:
    answer = client.get(f"/rollouts/nope{path}")
    assert answer.status_code == 404 and "There is no rollout" in answer.text and "Traceback" not in answer.text


@pytest.mark.parametrize(
    "body",
    [{}, {"case": "nope", "proposal_yaml": "title: x"}, {"again": "nope"}, {"run": "nope"}, {"session": "nope"}, {"case": "support-desk"}],
)
def test_a_rollout_of_nothing_is_refused(client: TestClient, body: dict[str, str]) -> None:
    before = client.get("/api/rollouts").json()
    assert client.post("/api/rollouts", json=body).status_code in (400, 404) and client.get("/api/rollouts").json() == before


def test_one_that_is_stopped_goes_on(client: TestClient, kept: Room, folder: Path) -> None:
    begun = rollouts.begin(kept, replace(DESIGN, title="another"), Weeks(weeks=6, a_day=100, events=()), data=folder)
    assert (
        client.get(f"/api/rollouts/{begun.id}").json()["state"] == "stopped"
        and "It was cut off" in client.get(f"/rollouts/{begun.id}").text
    )
    assert (
        client.get(f"/rollouts/{begun.id}/weeks").status_code == 400 and client.get(f"/api/rollouts/{begun.id}/report").status_code == 400
    )
    client.post(f"/rollouts/{begun.id}/resume")
    assert ended(client, begun.id)["state"] == "done" and "No event was planted" in client.get(f"/rollouts/{begun.id}").text


def test_data_that_changed_are_told(client: TestClient, kept: Room, tmp_path: Path) -> None:
    other = write_folder(tmp_path / "other", records=desk_records(12))
    begun = rollouts.begin(kept, DESIGN, Weeks(weeks=2, a_day=50, events=(), person=True), data=other)
    (other / "documents" / "new.md").write_text("# New\n\nA new page.\n", encoding="utf-8")
    client.get(f"/rollouts/{begun.id}/drill")
    assert ended(client, begun.id)["state"] == "failed"
    page = client.get(f"/rollouts/{begun.id}/drill").text
    assert "It failed" in page and "The data has changed" in page


def test_another_site_begins_nothing(client: TestClient, first: str) -> None:
    headers = {"Origin": "http://elsewhere.example"}
    assert client.post("/rollouts", data={"again": first}, headers=headers).status_code == 403
    assert client.post("/api/rollouts", json={"again": first}, headers=headers).status_code == 403


# the weeks unfold


def test_events_are_hidden_until_somebody_knows(client: TestClient, first: str) -> None:
    report = client.get(f"/api/rollouts/{first}/report").json()
    event = next(one for one in report["events"] if one["ways"]["own"]["day"] is not None)
    known = event["ways"]["own"]["day"]
    before, on = (client.get(f"/rollouts/{first}/weeks?day={day}").text for day in (known - 1, known))
    assert event["title"] not in before and f"Known since today: {event['title']}" in on and "Left wrong, in truth" not in on
    assert event["title"] in client.get(f"/api/rollouts/{first}/days/{known}").json()["known"]
    assert f"?day={known}" in before and "<noscript><button" in before


def test_a_day_has_its_numbers_and_the_ways_on(client: TestClient, first: str) -> None:
    page = client.get(f"/rollouts/{first}/weeks").text
    assert "Day 0, Monday" in page and 'href="?day=1"' in page and "0 of 41" in page
    day = client.get(f"/api/rollouts/{first}/days/35").json()
    assert (
        day["last"] == 41
        and {"quality", "latency"} <= {one["name"] for one in day["readings"]}
        and all(one["before"] for one in day["readings"] if one["week"])
    )
    assert day["next"] is None or day["next"] > 35


@pytest.mark.parametrize("day", [-1, 42, 10_000])
def test_a_day_out_of_range_is_told(client: TestClient, first: str, day: int) -> None:
    answer = client.get(f"/rollouts/{first}/weeks?day={day}")
    assert answer.status_code == 400 and "the days 0 to 41" in answer.text
    assert client.get(f"/api/rollouts/{first}/days/{day}").status_code in (400, 422)


# the drill


def test_a_drill_from_the_call_to_the_end(client: TestClient, first: str) -> None:
    made = drill(client, first)
    page = client.get(f"/rollouts/{made}/drill").text
    assert "Day 0" in page and "You are on call from the first day" in page
    event = next(one["title"] for one in client.get(f"/api/rollouts/{first}/report").json()["events"] if one["kind"] == "latency_creep")
    assert event not in page
    for _ in range(20):
        now = send(client, made, "go", how="alert").json()
        if any(alert["watch"] == "latency" for alert in now["alerts"]):
            break
    assert now["day"] > 22 and event not in str(now), "what was planted is not told"
    assert any(alert["watch"] == "latency" and alert["state"] == "open" for alert in now["open"])
    seen = send(client, made, "actions", kind="look", target="prices").json()
    assert seen["hours"] == 7 and seen["looked"][0]["said"].startswith("Nothing out of the ordinary") and seen["looked"][0]["clues"]
    seen = send(client, made, "actions", kind="look", target="service").json()
    slow = next(clue for clue in seen["looked"][1]["clues"] if clue["title"] == "seconds to an output")
    assert float(slow["now"].split()[0]) > float(slow["before"].split()[0])
    wrong = send(client, made, "actions", kind="fix", target="gaming").json()
    assert "There was no gaming" in wrong["log"][0]["said"]
    right = send(client, made, "actions", kind="fix", target="latency_creep").json()
    assert "mended from day" in right["log"][0]["said"] and len(right["log"]) == 4
    assert event in client.get(f"/rollouts/{made}/drill").text, "what was mended is known"
    assert send(client, made, "end").status_code == 200
    assert ended(client, made)["state"] == "done"
    report = client.get(f"/api/rollouts/{made}/report").json()
    marks = {mark["name"]: mark for mark in report["drill"]["marks"]}
    assert list(marks)[:2] == ["You, on call", "Simulated on-call"] and len(marks) == 5
    you, nobody = marks["You, on call"], marks["Nobody looks"]
    assert (you["mended"], you["wrong_causes"], you["hours"], nobody["mended"]) == (1, 1, 4.0, 0) and you["delay"] >= 1
    page = client.get(f"/rollouts/{made}").text
    assert "How you did on call" in page and event in page and "How you did on call" in client.get(f"/rollouts/{made}/file/html").text
    assert client.get(f"/rollouts/{made}/drill").headers["location"] == f"/rollouts/{made}"
    late = client.post(f"/api/rollouts/{made}/drill/actions", json={"number": 9, "kind": "nothing"})
    assert late.status_code == 400


def test_the_page_acts_without_a_script(client: TestClient, first: str) -> None:
    made = drill(client, first)

    def post(what: str, **data: Any) -> Any:
        page = client.get(f"/rollouts/{made}/drill").text
        number = re.search(r'name="number" value="(\d+)"', page)
        assert number
        return client.post(f"/rollouts/{made}/drill/{what}", data={"number": number[1], **data})

    assert post("go", how="week").headers["location"] == f"/rollouts/{made}/drill"
    post("act", do="look:inputs")
    post("act", kind="silence", target="latency", value="3", reason=f"a test {NASTY}")
    post("act", do="rollback:")
    page = client.get(f"/rollouts/{made}/drill").text
    assert (
        "What comes in, by kind" in page
        and "Make it live again" in page
        and "because a test &lt;script&gt;" in page
        and "<script>alert" not in page
    )
    assert post("act", do="rollback:").status_code == 400
    post("undo")
    assert "Switch back to today" in client.get(f"/rollouts/{made}/drill").text
    wrong = post("act", kind="silence", target="latency", value="3", reason=" ")
    assert wrong.status_code == 400 and "A silence needs a reason" in wrong.text and "What do you check?" in wrong.text
    assert post("go", how="year").status_code == 400
    assert client.post(f"/rollouts/{made}/drill/go", data={"number": "x"}).status_code == 400
    client.post(f"/rollouts/{made}/delete", data={"sure": "yes"})


def test_one_action_counts_once_and_two_tabs_do_not_mix(client: TestClient, first: str) -> None:
    made = drill(client, first)
    number = at(client, made)["number"]
    for _ in range(2):
        answer = client.post(f"/api/rollouts/{made}/drill/actions", json={"number": number, "kind": "look", "target": "users"})
        assert answer.status_code == 201 and len(answer.json()["log"]) == 1
    other = client.post(f"/api/rollouts/{made}/drill/actions", json={"number": number, "kind": "look", "target": "inputs"})
    assert other.status_code == 409 and "another window" in other.json()["detail"]
    assert client.post(f"/api/rollouts/{made}/drill/go", json={"number": number}).status_code == 409
    assert client.post(f"/api/rollouts/{made}/drill/go", json={"number": number + 5}).status_code == 409
    assert client.post(f"/rollouts/{made}/drill/go", data={"number": number}).status_code == 409
    day = [client.post(f"/api/rollouts/{made}/drill/go", json={"number": number + 1}).json()["day"] for _ in range(2)]
    assert day == [1, 1]


def test_what_was_taken_back_never_was_and_it_goes_on_after_a_restart(client: TestClient, kept: Room, first: str) -> None:
    made = drill(client, first, events=[])
    send(client, made, "go", how="week")
    send(client, made, "actions", kind="rollback")
    send(client, made, "go", how="day")
    gone = send(client, made, "go", how="day").json()
    assert gone["day"] == 9 and not gone["live"] and gone["numbers"]["of these the design's"] == "0"
    back = send(client, made, "undo").json()
    assert back["day"] == 7 and back["live"] and back["log"] == []
    again = send(client, made, "go", how="day").json()
    assert again["numbers"]["of these the design's"] != "0"
    with TestClient(create_application(kept), follow_redirects=False) as later:
        assert later.get(f"/api/rollouts/{made}/drill").status_code == 400, "it is being opened"
        ended(later, made)
        assert at(later, made) == again
        assert send(later, made, "undo").status_code == 400
        send(later, made, "end")
        assert ended(later, made)["state"] == "done"
        told = later.get(f"/api/rollouts/{made}/report").json()["drill"]
        assert (told["undone"], told["hindsight"]) == (1, 1) and "1 of them after you had seen later days" in later.get(
            f"/rollouts/{made}"
        ).text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "look", "target": "the weather"}, "nothing named 'the weather' to look at"),
        ({"kind": "fix", "target": "season"}, "to mend"),
        ({"kind": "silence", "target": "nothing"}, "to silence"),
        ({"kind": "silence", "target": "latency", "value": 99, "reason": "x"}, "1 to 28 days"),
        ({"kind": "return"}, "It is live already"),
    ],
)
def test_an_action_that_cannot_be_is_told(client: TestClient, first: str, body: dict[str, Any], said: str) -> None:
    made = drill(client, first, events=[])
    answer = send(client, made, "actions", **body)
    assert answer.status_code == 400 and said in answer.json()["detail"] and at(client, made)["log"] == []


def test_a_day_has_eight_hours(client: TestClient, first: str) -> None:
    made = drill(client, first, events=[])
    for _ in range(8):
        send(client, made, "actions", kind="look", target="users")
    assert "The day is over" in send(client, made, "actions", kind="look", target="users").json()["detail"]
    assert "disabled" in client.get(f"/rollouts/{made}/drill").text
    assert send(client, made, "go").json()["hours"] == 8


def test_without_monitors_nobody_calls_and_the_end_is_reached(client: TestClient, kept: Room, folder: Path) -> None:
    blind = rollouts.begin(kept, replace(DESIGN, roadmap=Roadmap()), Weeks(weeks=2, a_day=50, events=(), person=True), data=folder)
    client.get(f"/rollouts/{blind.id}/drill")
    ended(client, blind.id)
    page = client.get(f"/rollouts/{blind.id}/drill").text
    assert "nothing will ever call you" in page and "Silence a monitor" not in page and "Change the sample" not in page
    assert send(client, blind.id, "actions", kind="sample", value=50).status_code == 400
    assert send(client, blind.id, "go").json()["day"] == 1
    now = send(client, blind.id, "go", how="alert").json()
    assert now["day"] == 13 and now["over"] and "See how you did" in client.get(f"/rollouts/{blind.id}/drill").text
    assert "The weeks are over" in send(client, blind.id, "go").json()["detail"]


def test_nobody_plays_where_the_person_is_simulated(client: TestClient, first: str) -> None:
    assert client.get(f"/rollouts/{first}/drill").status_code == 400
    assert client.post(f"/api/rollouts/{first}/drill/go", json={"number": 0}).status_code == 400


def test_everything_deleted_is_everything(room: Room, kept: Room, folder: Path) -> None:
    rollouts.begin(room, DESIGN, Weeks(weeks=1, events=()), data=folder)
    with TestClient(create_application(room)) as own:
        assert "1 rollout" in own.get("/data").text and len(own.get("/data/export").json()["rollouts"]) == 1
        own.post("/data/delete", data={"sure": "delete"})
        assert own.get("/api/rollouts").json() == []
