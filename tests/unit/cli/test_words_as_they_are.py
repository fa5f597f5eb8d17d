"""Words of people and of files are printed whole: what looks like a terminal's markup, or like the name of a picture, stays what it is."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.labdata import write_folder
from tests.rolled import MadeUp, design, stage_of
from tests.unit.lab.sample import NASTY, sample

from caseroom.app import rollouts, runs
from caseroom.app.interviews import Room
from caseroom.cases.skeleton import write_skeleton
from caseroom.cli import cases, lab, report, rollout, screen, weeks
from caseroom.proposal.model import Phase, Roadmap
from caseroom.rollout import report as rollout_report
from caseroom.rollout.score import score
from caseroom.rollout.settings import Settings

ODD = "[bold]x[/bold] [red :bomb: [/nothing]"
Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal on which no line is broken."""
    monkeypatch.setattr(screen.console, "_width", 250)  # rich reads COLUMNS once, when the console is made


def odd(data: Any) -> Any:
    """The same with odd words."""
    return json.loads(json.dumps(data).replace(json.dumps(NASTY)[1:-1], ODD))


def test_a_report_of_the_lab(capsys: Printed) -> None:
    found = odd(sample())
    section, worst = found["sections"][0], found["worst"][0]
    section["rows"][0] |= {"name": ODD, "design": ODD, "note": ODD}
    found["effects"][1]["title"] = ODD
    report.show({**found, "title": ODD, "verdict": ODD, "remarks": [ODD], "worst": [{**worst, "record": ODD, "why": ODD}]})
    said = capsys.readouterr().out
    assert f"Run · {ODD}" in said and f"Note: {ODD}" in said and f"“{ODD}”" in said and f"{ODD}: {ODD}" in said
    assert re.search(rf"{re.escape(ODD)} +{re.escape(ODD)} +{re.escape(ODD)}", said) and f"{ODD}: extractive → recall" in said


def test_a_report_of_a_rollout(capsys: Printed) -> None:
    road = Roadmap(proof=Phase(0.5, 7, purpose=ODD), full=Phase(1.0, 7), phases=ODD)
    stage = stage_of(MadeUp(), weeks=2)
    made = rollout_report.report(stage, design(road), *score(stage, design(road)), case="desk", title=ODD, version="v1")
    weeks.show(json.loads(json.dumps(made)))
    said = capsys.readouterr().out
    assert f"Rollout · {ODD}" in said and f"at least 7 days. {ODD}" in said


def test_the_lists(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    folder = write_folder(tmp_path / "[red] :bomb: desk")
    begun = runs.begin(room, replace(design(), title=ODD), data=folder), rollouts.begin(room, design(), Settings(events=()), data=folder)
    for module in (lab, rollout):
        monkeypatch.setattr(module, "the_room", lambda cases: room)
    lab.list_runs(cases=None, as_json=False)
    rollout.list_rollouts(cases=None, as_json=False)
    said = capsys.readouterr().out
    assert all(one.id in said for one in begun) and said.count(str(folder)) == 2


def test_the_list_of_cases(tmp_path: Path, capsys: Printed) -> None:
    file = write_skeleton(tmp_path / "oddly")[0]
    file.write_text(re.sub(r"(?m)^title:.*$", f'title: "{ODD}"', file.read_text(encoding="utf-8")), encoding="utf-8")
    cases.list_cases(cases=tmp_path, as_json=False)
    assert ODD in capsys.readouterr().out


def test_what_is_being_done(monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name in ("_force_terminal", "is_interactive"):
        monkeypatch.setattr(screen.errors, name, True)
    with screen.progress("Checking [red]{0} :bomb:"):
        pass
    assert "[red]{0} :bomb:" in capsys.readouterr().err
