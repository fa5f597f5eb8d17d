"""Labels as a user meets them on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Run

SCRIPT = """\
How long does an agent spend on a ticket?

The assistant drafts, and an agent approves every reply before it is sent.
"""


def test_nothing_decided_is_an_empty_file_and_says_so(run: Run) -> None:
    done = run("labels", "export")
    assert (done.returncode, done.stdout) == (0, "")
    assert "Nothing has been decided yet" in done.stderr


def test_levels_of_an_interview_come_home(run: Run, tmp_path: Path) -> None:
    (tmp_path / "turns.txt").write_text(SCRIPT, encoding="utf-8")
    assert run("practice", "support-desk", "--script", "turns.txt").returncode == 0
    done = run("labels", "export", "-o", "labels.jsonl", "--transcripts", "--kind", "marks")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    assert all(row["kind"] in ("marks", "transcript") for row in rows)


def test_mistakes_are_told_in_words(run: Run, tmp_path: Path) -> None:
    done = run("labels", "export", "--kind", "gossip")
    assert done.returncode == 2 and "write one of disputes, marks" in done.stderr
    (tmp_path / "labels.jsonl").write_text("", encoding="utf-8")
    done = run("labels", "refit", "labels.jsonl")
    assert done.returncode == 2 and "0 labels of points count; at least 200 are needed" in done.stderr
    (tmp_path / "judge.json").write_text("{}", encoding="utf-8")
    done = run("labels", "refit", "labels.jsonl")
    assert done.returncode == 2 and "a judge is never overwritten" in done.stderr
    done = run("doctor", CASEROOM_JUDGE=str(tmp_path / "judge.json"))
    assert "cannot be read as a judge" in done.stdout + done.stderr
    assert run("labels", "refit", "none.jsonl", "--out", "new.json").returncode == 7
