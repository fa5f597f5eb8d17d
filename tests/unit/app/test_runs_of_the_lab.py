from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.labdata import DESK, write_folder

from caseroom.app import runs
from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.app.runs import Replies, Run
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.errors import CaseroomError, DataError, ModelError, RunError, RunNotFound, UnknownCase, UsageError
from caseroom.models.base import Reply, Request
from caseroom.pipeline.run import Pipeline
from caseroom.proposal.model import Model, Proposal, Retrieve, Technical
from caseroom.store.remembered import Remembered
from caseroom.store.sessions import SessionStore

DESIGN = Proposal(title="ours: #1", technical=Technical(exact="code", retrieve=Retrieve("keyword")))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, engine: Engine, shelf: Shelf) -> Room:
    """A room whose runs are shared by the tests of this file."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    return Room(settings, shelf, engine, SessionStore(settings.database))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("data"))


def done(room: Room, folder: Path, proposal: Proposal = DESIGN, limit: int | None = 8) -> Run:
    return runs.carry_out(room, runs.begin(room, proposal, data=folder, quick=True, limit=limit).id)


def finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(finite(inner) for inner in value.values())
    if isinstance(value, list):
        return all(finite(inner) for inner in value)
    return not isinstance(value, float) or math.isfinite(value)


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many items each window of a pipeline had."""
    seen: list[int] = []
    real = Pipeline.run

    def run(self: Pipeline, items: Any) -> Any:
        seen.append(len(items))
        return real(self, items)

    monkeypatch.setattr(Pipeline, "run", run)
    yield seen


def test_a_run_from_begin_to_report(own: Room, folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    begun = runs.begin(own, DESIGN, data=folder, quick=True, limit=8)
    assert (begun.state, begun.report, begun.case, begun.title) == ("open", None, str(folder), "ours: #1")
    found = runs.carry_out(own, begun.id, lambda *said: told.append(said))
    assert found.state == "done" and found.report is not None and found.report["records"] == 8 and finite(found.report)
    assert runs.run(own, begun.id) == found and begun.id in [run.id for run in runs.runs(own)]
    assert {what for what, _, _ in told} >= {"design", "simple"} and all(0 <= count <= total for _, count, total in told)
    assert runs.carry_out(own, begun.id) == found, "a run that is done is done"


def test_the_same_run_twice_computes_nothing_the_second_time(own: Room, folder: Path, stages: list[int]) -> None:
    first = done(own, folder)
    stages.clear()
    second = done(own, folder)
    assert stages == [] and second.id != first.id
    assert second.report == first.report, "to the last digit, times included"


def test_words_and_titles_compute_nothing_new(own: Room, folder: Path, stages: list[int]) -> None:
    done(own, folder)
    stages.clear()
    assert done(own, folder, replace(DESIGN, title="another")).title == "another" and stages == []
    assert done(own, folder, replace(DESIGN, technical=replace(DESIGN.technical, retrieve=Retrieve("keyword", 1)))).report and stages


def test_a_stopped_run_goes_on(own: Room, folder: Path) -> None:
    design = replace(DESIGN, technical=Technical(exact="code", retrieve=Retrieve("dense", 2)))
    begun = runs.begin(own, design, data=folder, quick=True)
    stopped = runs.carry_out(own, begun.id, stopped=lambda: True)
    assert (stopped.state, stopped.why, stopped.report) == ("stopped", "It was stopped; what was computed is kept.", None)
    with pytest.raises(RunError, match="is stopped; only finished runs can be compared"):
        runs.compare(stopped, stopped)
    assert runs.carry_out(own, begun.id).state == "done"


def test_an_interrupted_run_is_marked(own: Room, folder: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    begun = runs.begin(own, DESIGN, data=folder, quick=True, limit=7)
    with pytest.raises(KeyboardInterrupt):
        runs.carry_out(own, begun.id, interrupt)
    assert runs.run(own, begun.id).state == "stopped"


def test_a_run_that_fails_says_why(own: Room, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = runs.begin(own, replace(DESIGN, technical=Technical(model=Model("local"))), data=folder)
    with pytest.raises(ModelError):
        runs.carry_out(own, begun.id)
    assert runs.run(own, begun.id).state == "failed" and "GGUF" in runs.run(own, begun.id).why

    def trips(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("caseroom.app.runs.report", trips)
    other = runs.begin(own, DESIGN, data=folder, quick=True, limit=8)
    with pytest.raises(ZeroDivisionError):
        runs.carry_out(own, other.id)
    assert runs.run(own, other.id).why == "ZeroDivisionError: a bug" and runs.run(own, other.id).state == "failed"


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda room, folder: runs.begin(room, DESIGN), RunError, "Name a case, or a folder"),
        (lambda room, folder: runs.begin(room, DESIGN, case="no-such-case"), UnknownCase, "no-such-case"),
        (lambda room, folder: runs.begin(room, DESIGN, data=folder / "none"), DataError, "no such folder"),
        (lambda room, folder: runs.begin(room, DESIGN, data=folder / "documents"), DataError, "task.yaml"),
        (lambda room, folder: runs.carry_out(room, "nothing"), RunNotFound, "no run 'nothing'"),
        (lambda room, folder: runs.delete(room, "nothing"), RunNotFound, "no run 'nothing'"),
    ],
)
def test_what_cannot_be_run_is_told(
    own: Room, folder: Path, call: Callable[[Room, Path], object], error: type[CaseroomError], said: str
) -> None:
    with pytest.raises(error, match=said):
        call(own, folder)


def test_a_torn_folder_fails_with_its_line(own: Room, tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    with (folder / "records.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "torn", "input": 3}\n{"id": "r001", "input": "twice"}\nno json\n')
    begun = runs.begin(own, DESIGN, data=folder, quick=True)
    with pytest.raises(DataError) as caught:
        runs.carry_out(own, begun.id)
    assert [problem.split("records.jsonl")[1].split(":")[1] for problem in caught.value.problems] == ["25", "26", "27"]


def test_data_that_changed_meanwhile_is_another_run(own: Room, tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    begun = runs.begin(own, DESIGN, data=folder)
    (folder / "tables" / "orders.csv").write_text("order_id,delivery_day,slot\nA-1,1 May,noon\n", encoding="utf-8")
    with pytest.raises(RunError, match="data has changed"):
        runs.carry_out(own, begun.id)


def test_two_runs_side_by_side(own: Room, folder: Path, tmp_path: Path) -> None:
    a = done(own, folder)
    b = done(own, folder, replace(DESIGN, technical=replace(DESIGN.technical, exact="model", retrieve=Retrieve("none"))))
    found = runs.compare(a, b)
    assert [(row.name, row.a, row.b) for row in found.switches] == [("technical.exact", "code", "model"), ("technical.retrieve.method", "keyword", "none")]  # fmt: skip
    rows = {row.name: row for row in found.rows}
    assert len(rows) == len(found.rows), "each measure once"
    assert rows["passed on to a person"].difference.startswith("+") and "nan" not in str(found.rows)
    assert {row.difference for row in runs.compare(a, a).rows} <= {"", "0"}
    other = done(own, write_folder(tmp_path, task={**DESK, "enough": 0.5}))
    with pytest.raises(RunError, match="different data"):
        runs.compare(a, other)
    assert a.report is not None
    fewer = replace(a, report={**a.report, "records": 1})
    with pytest.raises(RunError, match="same --limit"):
        runs.compare(a, fewer)


def test_a_run_is_deleted(own: Room, folder: Path) -> None:
    run = done(own, folder)
    runs.delete(own, run.id)
    with pytest.raises(RunNotFound):
        runs.run(own, run.id)


def test_replies_are_remembered_by_what_was_asked_of_whom(tmp_path: Path) -> None:
    kept = Remembered(tmp_path / "lab.db")
    replies, request = Replies(kept), Request("answer", "t", "x\ud83d", known=(("a", 1),))
    reply = Reply("said", {"a": None}, {"a": "q"}, tokens_in=3, seconds=1.5)
    replies.keep("local:1|file:m", [(request, reply)])
    other = replace(request, abstain=True)
    assert replies.find("local:1|file:m", [other, request]) == [None, reply] and replies.find("local:1|file:n", [request]) == [None]
    replies.keep("extractive:1", [(request, reply)])
    assert replies.find("extractive:1", [request]) == [None], "what is made faster than looked up is not kept"
    kept.close()


def test_a_report_is_json(own: Room, folder: Path) -> None:
    report = done(own, folder).report
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_nothing_is_run_on_no_records(own: Room, folder: Path) -> None:
    (folder / "records.jsonl").write_text("")
    with pytest.raises(DataError, match="holds no record"):
        runs.begin(own, DESIGN, data=folder)


def test_a_proposal_is_not_run_on_another_case_by_accident(room: Room) -> None:
    with pytest.raises(UsageError, match="answers support-desk, not sales-tax"):
        runs.begin(room, Proposal(case="support-desk"), case="sales-tax")
