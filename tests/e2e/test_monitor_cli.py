"""`caseroom monitor` as a user meets it: real processes, a home of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.hooked import receiver
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


def test_a_webhook_and_a_log_get_a_new_alert_once(used: Run, tmp_path: Path) -> None:
    log = tmp_path / "alerts.jsonl"
    with receiver() as there:
        done = used("monitor", "--webhook", there.address, "--log", str(log))
        assert done.returncode == 0 and "! Answering a turn: 2" in done.stdout and done.stderr.count("took 1 alert.") == 2
        assert there.next()["alerts"][0]["measure"] == "turn_seconds"
        again = used("monitor", "--json", CASEROOM_ALERT_WEBHOOK=there.address, CASEROOM_ALERT_LOG=str(log))  # the same places, by settings
        told = [one for alert in json.loads(again.stdout)["alerts"] for one in alert["told"]]
        assert [one["state"] for one in told] == ["taken", "taken"] and again.stderr == "" and there.count == 1
    assert len(log.read_text(encoding="utf-8").splitlines()) == 1
    assert f"Told to {log}." in used("monitor").stdout and "a-secret-path" not in done.stdout + done.stderr + again.stdout


def test_a_webhook_that_is_not_there_keeps_nothing_from_being_shown(used: Run) -> None:
    with socket.socket() as taken:  # it is bound and does not listen, so nobody answers there
        taken.bind(("127.0.0.1", 0))
        done = used("monitor", "--webhook", f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert done.returncode == 0 and "! Answering a turn: 2" in done.stdout and "did not take 1 alert: it cannot be reached" in done.stderr
    assert "did not take it (it cannot be reached" in used("monitor").stdout


@pytest.mark.parametrize(("setting", "words"), [
    ({"CASEROOM_LOOK_EVERY": "often"}, "CASEROOM_LOOK_EVERY is a number of minutes from 0 to 1440, not 'often'. Unset it to have 10."),
    ({"CASEROOM_KEEP_READINGS": "7"}, "CASEROOM_KEEP_READINGS is a number of days from 120 to 36500, not '7'. Unset it to have 400."),
    ({"CASEROOM_ALERT_WEBHOOK": "nowhere"}, "A webhook needs an address that begins with http:// or https://, not 'nowhere'."),
])  # fmt: skip
def test_settings_that_cannot_be_are_told(run: Run, setting: dict[str, str], words: str) -> None:
    done = run("monitor", **setting)
    assert done.returncode and words in " ".join(done.stderr.split()) and "Traceback" not in done.stderr


def test_a_served_room_tells_by_itself_and_ends_at_once(used: Run, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with receiver(hang=True) as there:
        environment = {
            **os.environ,
            "CASEROOM_HOME": str(tmp_path / "home"),
            "CASEROOM_ALERT_WEBHOOK": there.address,
            "CASEROOM_LOOK_EVERY": "0.01",
        }
        with subprocess.Popen([sys.executable, "-m", "caseroom", "serve", "--port", str(port), "--no-browser"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path) as child:  # fmt: skip
            assert there.next()["alerts"][0]["measure"] == "turn_seconds"
            child.send_signal(signal.SIGTERM)  # in the middle of a request that hangs
            _, said = child.communicate(timeout=60)
    assert child.returncode in (0, -signal.SIGTERM) and "Traceback" not in said, said
    assert "did not take it (" in used("monitor").stdout


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
