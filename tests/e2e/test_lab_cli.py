"""The lab as a user meets it on the command line: real processes, a home of its own, a small data folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.labdata import desk_records, write_folder

from caseroom.cli.main import main

VERBS = ("propose", "run", "runs list", "runs show", "runs go-on", "runs compare", "runs delete", "data check", "data import")
DESIGN = """\
title: "a: design"
technical:
  exact: code
  retrieve: {method: hybrid}
  failure: person
hallucinations: {grounding: on, abstain: on, checks: [numbers, grounding]}
evaluation: {slices: on, metrics: [rougeL]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.yaml").write_text(DESIGN, encoding="utf-8")
    return write_folder(tmp_path / "desk", records=desk_records(60))


Here = Callable[..., tuple[int, str]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Run the command in this process, for the many words that end at once; gives its code and what it said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CASEROOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "160")

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["caseroom", *words])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return int(str(left.value.code)), " ".join((said.out + said.err).replace("│", " ").split())

    return call


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(here: Here, verb: str) -> None:
    code, said = here(*verb.split(), "--help")
    assert code == 0 and f"Example: caseroom {verb.split()[0]}" in said


def test_an_empty_proposal_runs_on_the_shipped_data(run: Run, here: Here, tmp_path: Path) -> None:
    made = run("propose", "--empty", "support-desk", "-o", "mine.yaml")
    assert made.returncode == 0 and "`caseroom run support-desk mine.yaml` runs it." in made.stderr
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    assert here("propose", "--empty", "support-desk")[1] == " ".join(text.split())
    assert json.loads(here("propose", "--empty", "support-desk", "--json")[1])["case"] == "support-desk"
    done = run("run", "mine.yaml", "--quick", "--limit", "20", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (
        report["records"] == 20 and report["case"] == "support-desk" and next(section["step"] for section in report["sections"]) == "ground"
    )


def test_the_schema_is_printed(here: Here) -> None:
    assert json.loads(here("propose", "--schema")[1])["properties"]["technical"]


def test_a_run_from_file_to_page_and_back(run: Run, here: Here, folder: Path, tmp_path: Path) -> None:
    told = run("run", "p.yaml", "--data", "desk", "--quick", "--limit", "20", "--html", "out/report.html", "-o", "report.json")
    assert told.returncode == 0, told.stderr
    assert (
        "Run · a: design" in told.stdout and "Quick: the parts were not changed" in told.stdout and "nan" not in told.stdout.lower().split()
    )
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert html.lstrip().lower().startswith("<!doctype html>") and "http://" not in html and "https://" not in html
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    second = json.loads(run("run", "p.yaml", "--data", "desk", "--quick", "--limit", "20", "--json").stdout)
    other_id = second.pop("run")
    assert second == report, "the same run computes nothing anew"

    listed = json.loads(run("runs", "list", "--json").stdout)
    assert [row["state"] for row in listed] == ["done", "done"] and other_id in [row["id"] for row in listed]
    assert other_id in here("runs")[1]
    assert json.loads(run("runs", "show", other_id, "--json").stdout) == {"run": other_id, **report}
    assert "The design" in here("runs", "show", other_id)[1]
    first_id = next(row["id"] for row in listed if row["id"] != other_id)
    rows = json.loads(here("runs", "compare", first_id, other_id, "--json")[1])
    assert rows and {row["difference"] for row in rows} <= {"", "0"}
    assert here("runs", "compare", first_id, other_id)[0] == 0
    assert here("runs", "go-on", other_id, "--html", "again.html")[0] == 0 and (tmp_path / "again.html").read_text(encoding="utf-8") == html
    assert here("runs", "delete", other_id)[0] == 2
    assert here("runs", "delete", other_id, "--yes")[0] == 0
    assert here("runs", "show", other_id)[0] == 10


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["run"], 2, "Missing argument"),
        (["run", "none.yaml"], 2, "There is no file none.yaml"),
        (["run", "support-desk", "."], 2, ". is a folder; a proposal is a file: `caseroom run support-desk proposal.yaml`"),
        (["run", "desk"], 2, "`caseroom run proposal.yaml --data desk`"),
        (["run", "support-desk"], 2, "If support-desk is the case, name the proposal's file, too"),
        (["run", "sales-tax", "plans/none.yaml"], 2, "`caseroom propose --empty sales-tax -o plans/none.yaml`"),
        (["run", "empty.yaml", "--data", "desk"], 8, "empty.yaml:1: the file is empty"),
        (["run", "a", "b", "c"], 2, "Write `caseroom run CASE proposal.yaml`"),
        (["run", "p.yaml"], 10, "Name a case, or a folder of your own data"),
        (["run", "no-such-case", "p.yaml"], 2, "no-such-case"),
        (["run", "p.yaml", "--data", "nowhere"], 7, "no such folder"),
        (["run", "p.yaml", "--data", "desk/tables"], 7, "task.yaml"),
        (["run", "wrong.yaml", "--data", "desk"], 8, "wrong.yaml:2: technical.exact: 'magic' is not allowed; write one of 'code' or 'model'"),
        (["run", "twice.yaml", "--data", "desk"], 8, "twice.yaml:2: not valid YAML: the key 'title' stands twice"),
        (["run", "local.yaml", "--data", "desk"], 9, "names no GGUF file"),
        (["run", "p.yaml", "--data", "desk", "--limit", "0"], 2, "--limit"),
        (["propose"], 2, "Name a finished session"),
        (["propose", "nothing"], 4, "no session"),
        (["propose", "--empty", "no-such-case"], 2, "no-such-case"),
        (["runs", "show", "nothing"], 10, "There is no run 'nothing'"),
        (["runs", "go-on", "nothing"], 10, "There is no run 'nothing'"),
        (["runs", "delete", "nothing", "--yes"], 10, "There is no run 'nothing'"),
    ],
)  # fmt: skip
def test_bad_words_end_with_advice_and_a_code(here: Here, folder: Path, tmp_path: Path, words: list[str], code: int, said: str) -> None:
    (tmp_path / "wrong.yaml").write_text("technical:\n  exact: magic\n", encoding="utf-8")
    (tmp_path / "empty.yaml").write_text("# nothing yet\n", encoding="utf-8")
    (tmp_path / "twice.yaml").write_text("title: a\ntitle: b\n", encoding="utf-8")
    (tmp_path / "local.yaml").write_text("technical: {model: {name: local}}\n", encoding="utf-8")
    ended, told = here(*words)
    assert ended == code and said in told, told


def test_a_torn_folder_names_file_and_line_and_the_run_says_so(here: Here, folder: Path) -> None:
    with (folder / "records.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "x", "input": "y", "colour": "red"}\n')
    code, said = here("run", "p.yaml", "--data", "desk", "--quick")
    assert code == 7 and "records.jsonl:61: colour: is not a key of this file" in said
    (row,) = json.loads(here("runs", "list", "--json")[1])
    assert row["state"] == "failed" and "records.jsonl:61" in row["why"]
    code, said = here("runs", "show", row["id"])
    assert code == 2 and "go-on" in said
    assert here("runs", "compare", row["id"], row["id"])[0] == 10


def kept_windows(home: Path) -> int:
    import sqlite3

    path = home / "cache" / "lab.db"
    if not path.exists():
        return 0
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return int(base.execute("SELECT count(*) FROM remembered").fetchone()[0])
    except sqlite3.Error:
        return 0
    finally:
        base.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_goes_on_where_it_stood(run: Run, folder: Path, tmp_path: Path, how: signal.Signals) -> None:
    write_folder(folder, records=desk_records(300))
    home = tmp_path / "home"
    command = [sys.executable, "-m", "caseroom", "run", "p.yaml", "--data", "desk", "--quick"]
    child = subprocess.Popen(
        command, cwd=tmp_path, env={**os.environ, "CASEROOM_HOME": str(home)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 120
    while kept_windows(home) < 2 and child.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    child.send_signal(how)
    _, said = child.communicate(timeout=120)
    assert child.returncode == (-how if how == signal.SIGKILL else 130), said
    (row,) = json.loads(run("runs", "list", "--json").stdout)
    before = kept_windows(home)
    assert before >= 2
    if how == signal.SIGINT:
        assert row["state"] == "stopped" and f"caseroom runs go-on {row['id']}" in said and "Traceback" not in said
    else:
        assert row["state"] == "running"
    done = run("runs", "go-on", row["id"], "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["run"] == row["id"] and report["records"] == 300
    assert kept_windows(home) > before
    assert json.loads(run("runs", "list", "--json").stdout)[0]["state"] == "done"
