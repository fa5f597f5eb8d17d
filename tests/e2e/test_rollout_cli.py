"""The rollout as a user meets it on the command line: real processes, a home of its own, a small data folder."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.labdata import desk_records, write_folder

from caseroom.cli.main import main

DESIGN = """\
title: "a [bold] desk"
technical: {exact: code, retrieve: {method: hybrid}, failure: person}
hallucinations: {grounding: on, abstain: on}
roadmap:
  proof: {share: 0.2, days: 7}
  full: {share: 1.0, days: 7}
  monitors: {quality: {sample: 40}, latency: {}, attacks: {limit: 0.05}, inputs: {}, abstention: {}}
  on_call: {days: 1}
  phases: A fifth of the traffic first, then all of it.
"""
FIXED = ("--data", "desk", "--weeks", "6", "--a-day", "300", "--event", "injections@30", "--event", "latency_creep@22")
Here = Callable[..., tuple[int, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.yaml").write_text(DESIGN, encoding="utf-8")
    return write_folder(tmp_path / "desk", records=desk_records(30))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Run the command in this process; gives its code and what it said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CASEROOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "160")

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["caseroom", *words])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return int(str(left.value.code)), said.out + said.err

    return call


def test_the_weeks_are_shown_kept_listed_compared_and_deleted(folder: Path, here: Here, tmp_path: Path) -> None:
    code, said = here("rollout", "p.yaml", *FIXED, "--html", "weeks.html")
    assert code == 0, said
    assert "Rollout · a [bold] desk" in said and "proof opens" in said and "The same weeks, watched otherwise" in said
    assert "“A fifth of the traffic first, then all of it.”" in said and "●" in said and "pppppppFFFF" in said
    html = (tmp_path / "weeks.html").read_text(encoding="utf-8")
    assert "<svg" in html and "a [bold] desk" in html and "<script" not in html
    (listed,) = json.loads(here("rollout", "--list", "--json")[1])
    assert listed["state"] == "done" and listed["weeks"] == 6 and listed["events"] == [["injections", 30], ["latency_creep", 22]]
    assert listed["id"] in here("rollout", "--list")[1]
    shown = json.loads(here("rollout", "--show", listed["id"], "--json")[1])
    assert shown["rollout"] == listed["id"] and len(shown["days"]) == 42 and [event["start"] for event in shown["events"]] == [22, 30]
    again = json.loads(here("rollout", "p.yaml", *FIXED, "--json")[1])
    assert {**again, "rollout": ""} == {**shown, "rollout": ""}
    code, compared = here("rollout", "--compare", f"{listed['id']},{again['rollout']}")
    assert code == 0 and "false alarms" in compared
    assert here("rollout", "--delete", listed["id"]) == (2, "Deleting is for good; add --yes.\n")
    assert here("rollout", "--delete", listed["id"], "--yes")[0] == 0
    assert here("rollout", "--show", listed["id"])[0] == 10


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "Write `caseroom rollout CASE proposal.yaml`"),
        (("nothing.yaml",), 2, "There is no file nothing.yaml"),
        (("support-desk", "desk"), 2, "desk is a folder; a proposal is a file: `caseroom rollout support-desk proposal.yaml`"),
        (("p.yaml", "--data", "desk", "--event", "flood"), 2, "write KIND@DAY"),
        (("p.yaml", "--data", "desk", "--event", "flood@3"), 2, "There is no event 'flood' here. There are: "),
        (("p.yaml", "--data", "desk", "--event", "injections@99", "--weeks", "6"), 2, "days 0 to 41"),
        (("p.yaml", "--data", "desk", "--event", "injections@9", "--no-events"), 2, "give one of them"),
        (("p.yaml", "--data", "desk", "--a-day", "1e12"), 2, "are too many"),
        (("p.yaml", "--data", "nowhere"), 7, "no such folder"),
        (("p.yaml",), 10, "Name a case"),
        (("p.yaml", "--data", "desk", "--webhook", "ftp://x"), 1, "begins with http:// or https://"),
        (("--show", "gone"), 10, "There is no rollout 'gone'"),
        (("--compare", "one"), 2, "Name two rollouts"),
    ],
)
def test_words_that_do_not_fit(folder: Path, here: Here, words: tuple[str, ...], code: int, said: str) -> None:
    left, told = here("rollout", *words)
    assert said in " ".join(told.split()), told
    assert left == code or (code == 1 and left > 0)
    assert "Traceback" not in told


def test_zero_traffic_and_no_events_are_told(folder: Path, here: Here) -> None:
    code, said = here("rollout", "p.yaml", "--data", "desk", "--weeks", "3", "--a-day", "0", "--no-events")
    assert code == 0 and "No item came in on any day" in said and "No event was planted." in said


def test_a_webhook_that_hangs_holds_nothing_up(folder: Path, here: Here) -> None:
    with socket.socket() as deaf:  # takes the line and never answers
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        start = time.monotonic()
        here("rollout", "p.yaml", *FIXED)  # tables are there now
        plain = time.monotonic() - start
        start = time.monotonic()
        code, said = here("rollout", "p.yaml", *FIXED, "--webhook", f"http://127.0.0.1:{deaf.getsockname()[1]}/")
        assert code == 0 and "were given up, for it did not answer in time" in " ".join(said.split())
        assert time.monotonic() - start < plain + 15


def test_ctrl_c_keeps_what_was_computed_and_go_on_goes_on(folder: Path, run: Run, tmp_path: Path) -> None:
    write_folder(folder, records=desk_records(400))
    home = {**os.environ, "CASEROOM_HOME": str(tmp_path / "home"), "COLUMNS": "120"}
    begun = subprocess.Popen(
        [sys.executable, "-m", "caseroom", "rollout", "p.yaml", *FIXED], cwd=tmp_path, env=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    store = tmp_path / "home" / "cache" / "lab.db"
    end = time.monotonic() + 120
    while time.monotonic() < end and not (store.exists() and store.stat().st_size > 0 and _windows(store)):
        time.sleep(0.05)
    begun.send_signal(signal.SIGINT)
    _, said = begun.communicate(timeout=60)
    assert begun.returncode == 130 and "--go-on" in said, said
    rollout = json.loads(run("rollout", "--list", "--json").stdout)[0]
    assert rollout["state"] == "stopped"
    done = run("rollout", "--go-on", rollout["id"], "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rollout"] == rollout["id"]


def _windows(store: Path) -> int:
    import sqlite3

    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as base:
            return int(base.execute("SELECT COUNT(*) FROM remembered WHERE kind = 'window'").fetchone()[0])
    except sqlite3.Error:
        return 0


def test_help_has_an_example(here: Here) -> None:
    code, said = here("rollout", "--help")
    assert code == 0 and "Example: caseroom rollout support-desk" in said
