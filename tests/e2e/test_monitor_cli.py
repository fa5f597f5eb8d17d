"""`caseroom monitor` as a user meets it: real processes, a home of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.watched import used_for

from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.store.sessions import SessionStore


@pytest.fixture
def used(run: Run, tmp_path: Path, engine: Engine, shelf: Shelf) -> Run:
    """A home with 60 days of use, slow on the last two."""
    settings = Settings(home=tmp_path / "home")
    room = Room(settings, shelf, engine, SessionStore(settings.database))
    used_for(room, 60, slow=2)
    room.store.close()
    return run


def test_an_empty_home(run: Run) -> None:
    done = run("monitor")
    assert done.returncode == 0 and "Nothing to watch yet" in done.stdout
    assert json.loads(run("monitor", "--json").stdout)["alerts"] == []


def test_the_table_and_what_is_done_about_an_alert(used: Run) -> None:
    shown = used("monitor", "--days", "14").stdout
    assert "! Answering a turn: 2" in shown and "on average since" in shown and "See what else works on this machine" in shown
    row = next(line for line in shown.splitlines() if line.startswith("Answering a turn "))
    assert row.rstrip().endswith("██") and "ms" in row
    assert "The ear: " in shown and "Errors: none." in shown and "a private" not in shown

    data = json.loads(used("monitor", "--json", "--days", "14").stdout)
    (alert,) = [alert for alert in data["alerts"] if alert["state"] == "open"]
    turns = next(measure for measure in data["measures"] if measure["name"] == "turn_seconds")
    assert len(turns["points"]) == 14 and turns["points"][-1]["value"] > 2 * turns["points"][0]["value"]

    seen = used("monitor", "--ack", alert["id"])
    assert seen.returncode == 0 and seen.stdout.startswith("Seen. Answering a turn")
    assert "· Answering a turn: 2" in used("monitor").stdout
    quiet = used("monitor", "--silence", "unsure", "--days", "3", "--reason", "new judge [bold]")
    assert "Nobody is told of “The judge is unsure” until" in quiet.stdout
    assert "Silenced: The judge is unsure" in (said := used("monitor").stdout) and "(new judge [bold])" in said


def test_what_cannot_be_done_is_told(used: Run) -> None:
    for arguments, words in ((("--ack", "none"), "There is no alert 'none'"), (("--silence", "nothing"), "There is no measure 'nothing'")):
        done = used("monitor", *arguments)
        assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr
    assert used("monitor", "--days", "0").returncode == 2


def test_watch_repeats_until_it_is_stopped(used: Run, tmp_path: Path) -> None:
    environment = {**os.environ, "CASEROOM_HOME": str(tmp_path / "home"), "COLUMNS": "120", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen([sys.executable, "-m", "caseroom", "monitor", "--watch", "--every", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env=environment, cwd=tmp_path) as child:  # fmt: skip
        assert child.stdout
        said = iter(child.stdout)
        looks = 0
        while looks < 2:  # it would print no more if it did not repeat itself
            looks += "Errors: none." in next(said)
        child.send_signal(signal.SIGINT)
        _, told = child.communicate(timeout=60)
    assert child.returncode == 0 and "Traceback" not in told, told


def test_practising_is_measured_and_the_next_process_sees_it(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "turns.txt"
    script.write_text("How long does an agent spend on a ticket?\n\nHow many tickets are there?\n\n/end\n", encoding="utf-8")
    assert run("practice", "support-desk", "--script", str(script)).returncode == 0
    data = json.loads(run("monitor", "--json").stdout)
    measures = {measure["name"]: measure["points"][-1] for measure in data["measures"]}
    assert measures["turn_seconds"]["count"] == 2 and measures["grading_seconds"]["count"] == 1
    assert data["days"][-1]["turns"] == 2 and data["days"][-1]["ear"]["fact"] >= 1
