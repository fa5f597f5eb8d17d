"""The command line as a user meets it: real processes, real models, a home of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import ROOT, Run

SCRIPT = ROOT / "evals" / "scripts" / "support-desk-strong.txt"
VERBS = ("practice", "grade", "ask", "doctor", "cases list", "cases show", "cases check", "cases new", "sessions list", "sessions show",
         "sessions export", "sessions grade", "sessions delete", "serve", "propose", "run", "runs list", "runs show", "runs go-on", "runs compare",
         "runs delete", "data import", "data check")  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(run: Run, verb: str) -> None:
    done = run(*verb.split(), "--help")
    assert done.returncode == 0
    assert f"Example: caseroom {verb.split()[0]}" in done.stdout


def test_a_whole_interview_from_a_script_and_its_session(run: Run, tmp_path: Path) -> None:
    done = run("practice", "support-desk", "--script", str(SCRIPT), "--html", "card.html")
    assert done.returncode == 0, done.stderr
    assert "What holds the answer back" in done.stdout or "Every step is at the top level" in done.stdout
    html = (tmp_path / "card.html").read_text(encoding="utf-8")
    assert "<h2>" in html and "http://" not in html and "https://" not in html

    (session,) = json.loads(run("sessions", "list", "--json").stdout)
    assert session["case"] == "support-desk" and session["state"] != "open" and session["turns"] >= 20
    data = json.loads(run("sessions", "show", session["id"], "--json").stdout)
    assert {step["step"]: step["level"] for step in data["scorecard"]["steps"]}["ground"] >= 3
    again = json.loads(run("sessions", "grade", session["id"], "--json").stdout)
    assert len(again["scorecards"]) == 1 and again["moved"] == [] and again["scorecard"] == data["scorecard"]
    markdown = run("sessions", "export", session["id"]).stdout
    assert markdown.startswith("# Scorecard") and "# Transcript" in markdown
    text = run("sessions", "export", session["id"], "--format", "text").stdout
    assert re.match(r"\[00:00\] INTERVIEWER: ", text)
    assert run("sessions", "export", session["id"], "--format", "html", "-o", "out.html").returncode == 0
    assert run("sessions", "export", session["id"], "--format", "docx").returncode == 2
    assert run("sessions", "delete", session["id"]).returncode == 2
    assert run("sessions", "delete", session["id"], "--yes").returncode == 0
    assert json.loads(run("sessions", "list", "--json").stdout) == []


def test_the_same_script_gives_the_same_scorecard_byte_for_byte(run: Run) -> None:
    first, second = (json.loads(run("practice", "support-desk", "--script", str(SCRIPT), "--json").stdout) for _ in range(2))
    del first["session"], second["session"]
    assert json.dumps(first) == json.dumps(second)


def test_the_same_file_gives_the_same_grade_byte_for_byte(run: Run, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text(
        "CANDIDATE: " + SCRIPT.read_text(encoding="utf-8").replace("\n\n", "\n\nCANDIDATE: "), encoding="utf-8"
    )
    first, second = (run("grade", "support-desk", "answer.txt", "--json") for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert run("grade", "support-desk", "-", "--json", stdin=(tmp_path / "answer.txt").read_text(encoding="utf-8")).stdout == first.stdout


def test_ask_answers_and_explains(run: Run) -> None:
    data = json.loads(run("ask", "support-desk", "How long does an agent spend on a ticket?", "--json").stdout)
    assert data["facts"] == ["handling-time"]
    assert data["reply"]
    assert "candidates" in run("ask", "support-desk", "How many tickets?", "--explain").stdout


def test_ask_a_file_of_probes(run: Run, tmp_path: Path) -> None:
    rows = [
        {"case": "support-desk", "kind": "plain", "turn": "How long does an agent spend on a ticket?", "facts": ["handling-time"]},
        {"case": "support-desk", "kind": "statement", "turn": "I would cut the handling time by half.", "facts": []},
        {"case": "support-desk", "turn": "And what did you try?", "facts": ["tried"], "history": ["How many tickets do you get a day?"]},
        {"case": "sales-tax", "turn": "Tell me everything.", "facts": [], "history": [{"role": "interviewer", "text": "Go on."}]},
    ]
    (tmp_path / "probes.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    data = json.loads(run("ask", "--file", "probes.jsonl", "--json").stdout)
    assert [row["exact"] for row in data["rows"]] == [True] * 4
    assert data["kinds"]["all"]["unasked_or_wrong"] == 0.0
    assert "unasked or wrong" in run("ask", "--file", "probes.jsonl", COLUMNS="200").stdout


def test_an_interview_typed_and_taken_up_again(run: Run) -> None:
    first = run("practice", "support-desk", stdin="How long does an agent spend on a ticket?\n/time\n/undo\nWho uses it?\n")
    assert first.returncode == 0
    assert "Taken back" in first.stdout and "are left" in first.stdout
    assert "caseroom practice --resume" in first.stderr
    second = run("practice", "--resume", stdin="/pause\n/step r\n/bogus\nWe start with one team for four weeks.\n/end\n")
    assert "turn 2" in second.stdout and "is no command" in second.stdout
    assert "Scorecard" in second.stdout
    assert run("practice", "--resume").returncode == 2


def test_a_new_case_is_whole_and_can_be_practised(run: Run) -> None:
    assert run("cases", "new", "mine/city-library").returncode == 0
    checked = run("cases", "check", "mine/city-library", "--lines")
    assert checked.returncode == 0, checked.stdout
    assert run("cases", "new", "mine/city-library").returncode == 2
    asked = json.loads(run("ask", "city-library", "How many enquiries do you get a day?", "--cases", "mine", "--json").stdout)
    assert asked["facts"] == ["enquiries-a-day"]


def test_doctor_finds_everything_in_place(run: Run) -> None:
    done = run("doctor", "--json")
    assert done.returncode == 0, done.stdout
    assert all(finding["ok"] for finding in json.loads(done.stdout))


def test_alone_it_opens_the_room(run: Run) -> None:
    left = run()
    assert left.returncode == 0
    assert "1  " in left.stdout and "caseroom practice CASE" in left.stdout
    held = run(stdin="9\n3\nHow long does an agent spend on a ticket?\n/end\n")
    assert "Write one of the numbers" in held.stdout and "8 minutes" in held.stdout and "Scorecard" in held.stdout


def test_ctrl_c_stores_and_says_how_to_go_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "caseroom", "practice", "support-desk"]
    environment = {**os.environ, "CASEROOM_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as child:
        assert child.stdout and child.stderr
        seen = ""
        while not seen.endswith("you> "):
            seen += child.stdout.read(1)
        time.sleep(0.3)  # between the prompt and the reading of a line Python would only note the signal, and wait on
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=60) == 130
        said = child.stderr.read()
    assert "caseroom practice --resume" in said and "Traceback" not in said


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "code", "says"),
        [
            (("practice", "suport-desk"), 2, "did you mean 'support-desk'?"),
            (("ask", "nope", "x"), 2, "cases: "),
            (("ask", "../support-desk", "x"), 2, "There is no case"),
            (("grade", "support-desk", "absent.txt"), 5, "cannot be read"),
            (("practice", "support-desk", "--script", "absent.txt"), 2, "cannot be read"),
            (("ask", "--file", "absent.jsonl"), 2, "cannot be read"),
            (("ask",), 2, "Write a case and a question"),
            (("sessions", "show", "zzz"), 4, "There is no session"),
            (("practice", "--resume"), 2, "No session is open"),
            (("cases", "new", "Bad Name"), 2, "lower-case words"),
            (("--bogus",), 2, "No such option"),
        ],
    )
    def test_a_clear_message_and_a_code(self, run: Run, arguments: tuple[str, ...], code: int, says: str) -> None:
        done = run(*arguments)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False)
        assert says in done.stderr

    @pytest.mark.parametrize("content", [b"", b"\n \n", b"\x89PNG\x00\xff", b"INTERVIEWER: hi"])
    def test_a_transcript_with_nothing_in_it(self, run: Run, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "t.txt").write_bytes(content)
        done = run("grade", "support-desk", "t.txt")
        assert done.returncode == 5 and "Traceback" not in done.stderr

    def test_a_transcript_of_a_hundred_thousand_words(self, run: Run, tmp_path: Path) -> None:
        line = "CANDIDATE: So we look at the drafts that agents edit, مرحبا 🙂, and I would go on with that for quite a while number {}.\n"
        (tmp_path / "long.txt").write_text("".join(line.format(n) for n in range(4500)), encoding="utf-8")
        done = run("grade", "support-desk", "long.txt", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["case"] == "support-desk"

    def test_a_case_with_a_mistake_names_file_line_and_cure(self, run: Run, tmp_path: Path) -> None:
        run("cases", "new", "mine/city-library")
        facts = tmp_path / "mine" / "city-library" / "facts.yaml"
        good = facts.read_text(encoding="utf-8")
        for bad, says in (
            (good.replace("kind: [count]", "kind: [number]"), "is not allowed; write one of"),
            (good.replace("    topic: how", "    topick: how", 1), "is not a key of this file"),
            (good.replace("about 320 enquiries", "about 330 enquiries"), "`say` does not hold that figure"),
            (good.replace("  - id: wrong-answers", "  - id: time-per-enquiry"), "stands twice"),
            (good + "\n   bad: [", "not valid YAML"),
        ):
            facts.write_text(bad, encoding="utf-8")
            done = run("cases", "check", "mine/city-library")
            assert done.returncode == 3 and "Traceback" not in done.stderr
            assert re.search(r"facts\.yaml:\d+:", done.stdout), done.stdout
            assert says in done.stdout
        (facts.parent / "turns.yaml").unlink()
        assert "this file is needed" in run("cases", "check", "mine/city-library").stdout

    def test_a_store_that_cannot_be_written(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        done = run("practice", "support-desk", stdin="hello\n", CASEROOM_HOME=str(tmp_path / "file" / "home"))
        assert done.returncode == 4 and "Traceback" not in done.stderr
        assert "CASEROOM_HOME" in done.stderr

    def test_a_closed_pipe_is_no_error(self, tmp_path: Path) -> None:
        command = f"{sys.executable} -m caseroom practice support-desk --script {SCRIPT} | head -n 3"
        done = subprocess.run(
            command,
            shell=True,
            capture_output=True,
            text=True,
            env={"CASEROOM_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr and "Exception" not in done.stderr
