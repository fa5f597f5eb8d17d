"""`caseroom run --review`, `caseroom review`, `caseroom runs go-on` as a user runs them: each its own process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.labdata import write_folder

PROPOSAL = """
title: reviewed
technical:
  exact: code
  retrieve: {method: keyword}
  review: {flagged: on, sample: 1.0}
"""


@pytest.fixture
def waits(run: Run, tmp_path: Path) -> str:
    """A run that waits."""
    (tmp_path / "proposal.yaml").write_text(PROPOSAL, encoding="utf-8")
    write_folder(tmp_path / "data")
    done = run("run", "proposal.yaml", "--data", "data", "--quick", "--limit", "6", "--review", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["state"] == "waiting" and "wait for a reviewer" in told["why"]
    return str(told["run"])


def test_a_run_is_decided_in_the_terminal_and_goes_on(run: Run, waits: str) -> None:
    count = len(json.loads(run("review", waits, "--json").stdout))
    assert count >= 3 and "waiting" in run("runs", "list").stdout
    left = run("review", waits, "--as", "Ann", stdin="x\na\nq\n")
    assert left.returncode == 0 and "What would leave" in left.stdout and "what is decided is kept" in left.stdout
    assert run("runs", "go-on", waits).stdout.startswith(f"Run {waits} waits: {count - 1} outputs wait")
    keys = "m\nentirely other\n<b>words</b>\n.\nu\nr\nwrong fee\n" + "a\n" * count
    done = run("review", waits, "--as", "Ann", stdin=keys)
    assert (
        done.returncode == 0 and "→ modify" in done.stdout and "→ reject" in done.stdout and f"caseroom runs go-on {waits}" in done.stdout
    )
    shown = run("runs", "go-on", waits)
    assert shown.returncode == 0 and f"{count} of {count}" in shown.stdout and "1 passed on" in shown.stdout
    rows = [json.loads(line) for line in run("labels", "export", "--kind", "reviews").stdout.splitlines()]
    assert [row["person"] for row in rows].count("modify") == 1 and [row["reason"] for row in rows].count("wrong fee") == 1


def test_force_and_bad_words(run: Run, waits: str) -> None:
    assert "no run 'nothing'" in run("review", "nothing").stderr
    assert run("review", "--as", "x" * 61).returncode == 2
    same = run("review", waits, "--as", "Ann", stdin="m\n\n.\nq\n")
    assert "Modify needs the output" in same.stdout
    done = run("runs", "go-on", waits, "--force", "--json")
    assert json.loads(done.stdout)["run"] == waits
    after = run("review", waits, "--as", "Ann")
    assert after.returncode == 0 and "Nothing waits" in after.stdout
