"""The lab's pages and API without a browser and without a study: what is kept, what is told, what goes wrong. Real runs are the browser test's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.lab.sample import NASTY, sample

from caseroom.app import runs
from caseroom.app.interviews import Room
from caseroom.errors import CaseroomError, ModelError
from caseroom.lab.study import Cancelled
from caseroom.proposal.file import from_data
from caseroom.web.application import asset_path, create_application

EMPTY = "case: support-desk\n"


class Study:
    """Stands in for the study: tells where it is, waits until it may go on, or fails."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.error: CaseroomError | None = None

    def __call__(
        self, room: Room, kept: Any, told: Callable[[str, int, int], None], stopped: Callable[[], bool], queue: Any, *, force: bool
    ) -> dict[str, Any]:
        told("switch:technical.exact=model", 3, 10)
        self.begun.set()
        while not self.may_end.wait(0.01):
            if stopped():
                raise Cancelled
        if self.error:
            raise self.error
        return {**sample(), "data_version": kept.asked["version"]}


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    made = Study()
    monkeypatch.setattr(runs, "_study", made)
    yield made
    made.may_end.set()


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(create_application(room), follow_redirects=False) as client:
        yield client


@pytest.fixture
def session(client: TestClient) -> str:
    made = str(client.post("/api/sessions", json={"case": "support-desk"}).json()["id"])
    client.post(
        f"/api/sessions/{made}/turns", json={"text": f"An agent approves each draft before it is sent to the customer. {NASTY[:200]}"}
    )
    client.post(f"/api/sessions/{made}/end")
    client.get(f"/api/sessions/{made}/scorecard")
    return made


def begun(client: TestClient, **more: Any) -> str:
    answer = client.post("/api/runs", json={"case": "support-desk", "proposal_yaml": EMPTY, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def ended(client: TestClient, run: str) -> dict[str, Any]:
    for _ in range(500):
        row: dict[str, Any] = client.get(f"/api/runs/{run}").json()
        if row["state"] != "running":
            return row
        threading.Event().wait(0.02)
    raise AssertionError("it runs and runs")


def test_the_empty_lab_says_how_to_get_a_run(client: TestClient) -> None:
    page = client.get("/lab").text
    assert "No runs yet" in page and 'href="/cases/support-desk/lab"' in page and 'aria-current="page">Lab' in page


def test_a_run_from_begin_to_report(client: TestClient, study: Study) -> None:
    run = begun(client, quick=True, limit=30)
    study.begun.wait(5)
    row = client.get(f"/api/runs/{run}").json()
    assert (row["state"], row["quick"], row["progress"]["done"], row["progress"]["total"]) == ("running", True, 3, 10)
    assert row["progress"]["words"] == "exact parts → model"
    page = client.get(f"/lab/{run}").text
    assert "exact parts → model" in page and "3 of 10" in page and '<noscript><meta http-equiv="refresh"' in page and "Stop it" in page
    assert client.get(f"/api/runs/{run}/report").status_code == 400
    assert client.get(f"/lab/{run}/file/html").status_code == 400
    study.may_end.set()
    assert ended(client, run)["state"] == "done"
    page = client.get(f"/lab/{run}").text
    assert "The design misses its goal" in page and "<script>alert" not in page and "<img" not in page and asset_path("report.css") in page
    assert client.get(asset_path("report.css")).headers["content-type"].startswith("text/css")
    assert client.get(f"/api/runs/{run}/report").json()["records"] == 1300
    assert "The design misses its goal" in client.get("/lab").text


def test_a_report_as_a_file(client: TestClient, study: Study) -> None:
    study.may_end.set()
    run = begun(client)
    ended(client, run)
    html = client.get(f"/lab/{run}/file/html")
    assert html.headers["content-disposition"] == f'attachment; filename="caseroom-lab-{run}.html"' and "<script" not in html.text
    assert client.get(f"/lab/{run}/file/json").json()["goal"]["metric"] == "right_rate"
    assert "case: support-desk" in client.get(f"/lab/{run}/file/proposal").text
    assert client.get(f"/lab/{run}/file/exe").status_code == 422


def test_a_run_is_stopped_goes_on_and_is_deleted(client: TestClient, study: Study) -> None:
    run = begun(client)
    study.begun.wait(5)
    assert client.post(f"/lab/{run}/stop").headers["location"] == f"/lab/{run}"
    assert ended(client, run)["state"] == "stopped"
    page = client.get(f"/lab/{run}").text
    assert "It stopped" in page and "what was computed is kept" in page and "Go on" in page
    study.may_end.set()
    client.post(f"/api/runs/{run}/resume")
    assert ended(client, run)["state"] == "done"
    assert client.post(f"/api/runs/{run}/resume").json()["state"] == "done", "what is done is not done again"
    assert "Delete this run?" in client.post(f"/lab/{run}/delete").text
    assert client.post(f"/lab/{run}/delete", data={"sure": "yes"}).headers["location"] == "/lab"
    assert client.get(f"/lab/{run}").status_code == 404 and client.get("/api/runs").json() == []


def test_a_run_that_failed_says_why_and_what_to_do(client: TestClient, study: Study) -> None:
    study.error = ModelError(f"no model file {NASTY}")
    study.may_end.set()
    run = begun(client)
    assert ended(client, run)["state"] == "failed"
    page = client.get(f"/lab/{run}").text
    assert "It failed" in page and "no model file &lt;script&gt;" in page and "Change the proposal" in page
    study.error = None
    client.post(f"/lab/{run}/resume")
    assert ended(client, run)["state"] == "done"


def test_a_run_that_was_cut_off_can_go_on(room: Room, study: Study) -> None:
    run = runs.begin(room, from_data({}), case="support-desk").id
    with TestClient(create_application(room), follow_redirects=False) as later:
        assert later.get(f"/api/runs/{run}").json()["state"] == "stopped"
        assert "It was cut off" in later.get(f"/lab/{run}").text


def test_two_runs_side_by_side(client: TestClient, study: Study) -> None:
    study.may_end.set()
    a, b = begun(client), begun(client, proposal_yaml=EMPTY + "technical:\n  retrieve: {method: keyword}\n")
    for run in (a, b):
        ended(client, run)
    page = client.get(f"/lab/compare?a={a}&b={b}").text
    assert "Two runs, side by side" in page and "keyword" in page and "the same" in page and "<script>alert" not in page
    assert f'value="{a}"' in client.get("/lab").text
    assert client.get(f"/lab/compare?a={a}&b=nope").status_code == 404
    assert client.get("/lab/compare").status_code == 422


def test_runs_that_are_not_done_do_not_compare(client: TestClient, study: Study) -> None:
    run = begun(client)
    answer = client.get(f"/lab/compare?a={run}&b={run}")
    assert answer.status_code == 400 and "only finished runs" in answer.text


def test_the_proposal_of_a_session_is_edited_and_started_again(client: TestClient, session: str) -> None:
    page = client.get(f"/sessions/{session}/proposal").text
    assert "Made of your interview" in page and "mode: draft" in page and "What your words set" in page and "<script>alert" not in page
    assert f'href="/sessions/{session}/proposal"' in client.get(f"/sessions/{session}/scorecard").text
    edited = "# my own comment\r\ncase: support-desk\r\nhallucinations: {abstain: on, checks: [numbers]}\r\n"
    assert client.post(f"/sessions/{session}/proposal", data={"text": edited, "action": "save"}).headers["location"].endswith("saved=true")
    page = client.get(f"/sessions/{session}/proposal?saved=true").text
    assert (
        "# my own comment\ncase" in page
        and "Saved." in page
        and "It contradicts itself" in page
        and "Start again from the interview" in page
    )
    assert client.get(f"/api/sessions/{session}/proposal").json()["edited"] is True
    client.post(f"/sessions/{session}/proposal", data={"text": "", "action": "again"})
    assert "mode: draft" in client.get(f"/sessions/{session}/proposal").text


def test_what_does_not_hold_is_told_with_its_line_and_nothing_is_lost(client: TestClient, session: str, study: Study) -> None:
    wrong = "case: support-desk\ntechnical:\n  retrieve: {method: hybird}\n# <script>alert(1)</script>\n"
    for action in ("save", "run"):
        answer = client.post(f"/sessions/{session}/proposal", data={"text": wrong, "action": action})
        assert (
            answer.status_code == 400
            and 'data-line="3">Line 3</a>' in answer.text
            and "<code>retrieve: {method: hybird}</code>" in answer.text
        )
        assert "&lt;script&gt;" in answer.text and "<script>alert" not in answer.text and "hybrid" in answer.text
    assert client.get("/api/runs").json() == [] and client.get(f"/api/sessions/{session}/proposal").json()["edited"] is False
    answer = client.put(f"/api/sessions/{session}/proposal", json={"yaml": wrong})
    assert answer.status_code == 400 and "line 3" in answer.json()["detail"]
    assert client.post("/api/runs", json={"case": "support-desk", "proposal_yaml": "a: ["}).status_code == 400


@pytest.mark.parametrize("text", ["a: &a [*a]", "- 1", "\0", "x" * 200_000, "said: {ground.user: {turn: -1}}", "technical: {model: {name: local, file: /etc/passwd}}", "!!python/object:os.system {}"])  # fmt: skip
def test_strange_proposals_are_told_and_never_break(client: TestClient, session: str, text: str) -> None:
    assert client.post(f"/sessions/{session}/proposal", data={"text": text, "action": "save"}).status_code in (303, 400)
    assert client.put(f"/api/sessions/{session}/proposal", json={"yaml": text}).status_code in (200, 400)


def test_run_and_download_from_the_page(client: TestClient, session: str, study: Study) -> None:
    study.may_end.set()
    page = client.post(f"/sessions/{session}/proposal", data={"text": EMPTY, "action": "run", "quick": "true", "limit": "30"})
    run = page.headers["location"].removeprefix("/lab/")
    row = client.get(f"/api/runs/{run}").json()
    assert (row["session"], row["quick"], row["case"]) == (session, True, "support-desk")
    ended(client, run)
    assert f"/sessions/{session}/proposal" in client.get(f"/lab/{run}").text
    file = client.post(f"/sessions/{session}/proposal", data={"text": "not: saved", "action": "download"})
    assert file.text == "not: saved" and "attachment" in file.headers["content-disposition"]
    client.delete(f"/api/sessions/{session}")
    assert client.get(f"/lab/{run}").status_code == 404, "a session goes with its runs"


def test_what_was_ticked_stays_ticked_where_the_proposal_does_not_hold(client: TestClient, session: str) -> None:
    ticked = {"quick": "true", "keep": "true", "limit": "30"}
    for where in (f"/sessions/{session}/proposal", "/cases/support-desk/lab"):
        answer = client.post(where, data={"text": "nonsense: 1\r\n", "action": "run", **ticked})
        assert answer.status_code == 400 and "nonsense: 1" in answer.text
        assert [name for name in ("quick", "review", "keep") if f'name="{name}" value="true" checked' in answer.text] == ["quick", "keep"]
        assert '<option value="30" selected>' in answer.text
        assert client.post(where, data={"text": EMPTY, "action": "run", "limit": "some"}).status_code == 422
        assert client.post(where, data={"text": "a: 1\r\nb: 2\r", "action": "download"}).text == "a: 1\nb: 2\n"


def test_a_proposal_by_hand(client: TestClient, study: Study) -> None:
    study.may_end.set()
    page = client.get("/cases/support-desk/lab").text
    assert "Every switch is off" in page and "grounding: off" in page and "Check it" in page
    assert (
        client.post("/cases/support-desk/lab", data={"text": "hallucinations: {checks: [topic]}", "action": "save"}).text.count(
            "It contradicts itself"
        )
        == 1
    )
    assert client.post("/cases/support-desk/lab", data={"text": "nonsense: 1", "action": "run"}).status_code == 400
    run = client.post("/cases/support-desk/lab", data={"text": EMPTY, "action": "run"}).headers["location"].removeprefix("/lab/")
    ended(client, run)
    again = client.get(f"/lab/{run}/again").text
    assert 'action="/cases/support-desk/lab"' in again and "case: support-desk" in again
    assert client.get("/cases/nope/lab").status_code == 404


def test_an_open_session_has_no_proposal(client: TestClient) -> None:
    made = client.post("/api/sessions", json={"case": "support-desk"}).json()["id"]
    assert client.get(f"/sessions/{made}/proposal").headers["location"] == f"/sessions/{made}"
    assert client.get(f"/api/sessions/{made}/proposal").status_code == 400
    assert client.post("/api/runs", json={"session": made}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [{}, {"case": "nope", "proposal_yaml": ""}, {"session": "nope"}, {"session": "nope", "proposal_yaml": ""}, {"case": "support-desk"}],
)
def test_a_run_of_nothing_is_refused(client: TestClient, body: dict[str, str]) -> None:
    answer = client.post("/api/runs", json=body)
    assert answer.status_code in (400, 404) and answer.json()["detail"] and client.get("/api/runs").json() == []


@pytest.mark.parametrize("path", ["/lab/nope", "/lab/nope/again", "/lab/nope/file/html", "/api/runs/nope", "/api/runs/nope/report", "/api/sessions/nope/proposal", "/sessions/nope/proposal"])  # fmt: skip
def test_what_is_not_there_is_told(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404 and "Traceback" not in answer.text


def test_another_site_starts_and_deletes_nothing(client: TestClient, session: str) -> None:
    headers = {"Origin": "http://elsewhere.example"}
    assert client.post("/api/runs", json={"session": session}, headers=headers).status_code == 403
    assert client.post(f"/sessions/{session}/proposal", data={"text": EMPTY, "action": "run"}, headers=headers).status_code == 403
    assert client.get("/api/runs").json() == []


def test_deleting_everything_deletes_runs(client: TestClient, study: Study) -> None:
    study.may_end.set()
    ended(client, begun(client))
    assert "1 run of the" in client.get("/data").text
    client.post("/data/delete", data={"sure": "delete"})
    assert client.get("/api/runs").json() == []
