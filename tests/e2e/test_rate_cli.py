"""Rating as a user meets it on the command line: real processes, a home of its own."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.labdata import desk_records, write_folder

DESIGN = "title: ours\ntechnical: {exact: code, retrieve: {method: keyword}, failure: person}\n"


@pytest.fixture
def made(run: Run, tmp_path: Path) -> str:
    """A run that kept outputs."""
    (tmp_path / "p.yaml").write_text(DESIGN, encoding="utf-8")
    write_folder(tmp_path / "desk", records=desk_records(24))
    said = run("run", "p.yaml", "--data", "desk", "--quick", "--keep", "5", "--json")
    assert said.returncode == 0, said.stderr
    return str(json.loads(said.stdout)["run"])


def test_a_cycle_from_new_to_show(run: Run, made: str) -> None:
    assert "No rating cycles yet" in run("rate").stdout
    said = run("rate", "new", made, "--outputs", "30", "--double", "1").stdout
    assert "(30 were asked for; all that was kept" in said
    cycle = re.findall(r"Cycle (\w+): (\d+) outputs", said)[0]
    name, count = cycle[0], int(cycle[1])

    said = run("rate", name, "--as", "ann", stdin="5 4\n3 q").stdout
    assert "1 True" not in said and "5 True and complete" in said and "Kept. `caseroom rate" in said and made not in said
    said = run("rate", name, "--as", "ann", stdin="b" + "111" + "444" * count).stdout
    assert "Nothing is left for you" in said
    run("rate", name, "--as", "bob", stdin="5x43" * count)
    rows = json.loads(run("rate", "list", "--json").stdout)
    assert rows[0]["raters"] == [{"rater": who, "done": count, "total": count} for who in ("ann", "bob")]

    shown = run("rate", "show", name).stdout
    for words in ("ours", "Do the raters agree?", "α", "Where raters differ most", "measured by the lab", "Does the metric matter?"):
        assert words in shown
    data = json.loads(run("rate", "show", name, "--json").stdout)
    assert data["designs"][0]["items"] == count and len(data["agreement"]) == 3
    labels = [json.loads(line) for line in run("labels", "export", "--kind", "ratings").stdout.splitlines()]
    assert len(labels) == (2 * count + 1) * 3 and sum(not row["holds"] for row in labels) == 3

    run("runs", "delete", made, "--yes")
    assert "their run was deleted" in run("rate", "show", name).stdout
    assert run("rate", "delete", name).returncode == 2
    assert run("rate", "delete", name, "--yes").returncode == 0 and run("rate", name).returncode == 11


def test_bad_words(run: Run, made: str) -> None:
    for words, code, told in (
        (("rate", "new"), 2, "Name runs"), (("rate", "new", "nothing"), 10, "no run 'nothing'"), (("rate", "new", made, "--double", "2"), 11, "between 0 and 1"),
        (("rate", "show", "nothing"), 11, "no rating cycle"), (("rate", "nothing"), 11, "caseroom rate list"),
        (("rate", "new", "--case", "support-desk", "--outputs", "0"), 11, "an output at least"),
    ):  # fmt: skip
        said = run(*words)
        assert said.returncode == code and told in said.stderr and "Traceback" not in said.stderr, words


def test_one_key_for_each_dimension_at_a_terminal(run: Run, tmp_path: Path) -> None:
    cycle = json.loads(run("rate", "new", "--case", "support-desk", "--outputs", "3", "--json").stdout)["id"]
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "caseroom", "rate", cycle, "--as", "ann"]
    environment = {**os.environ, "CASEROOM_HOME": str(tmp_path / "home"), "TERM": "xterm"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, close_fds=True)
    os.close(theirs)
    try:
        for key, words in (
            (b"5", "Accuracy"), (b"\x7f", "Fluency"), (b"4", "Accuracy"), (b"3", "Fluency"), (b"2", "Helpfulness"), (b"q", "Accuracy"),
        ):  # fmt: skip
            _until(ours, f"{words}: ")
            os.write(ours, key)
        _until(ours, "Kept.")
        assert process.wait(timeout=120) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    rows = [json.loads(line) for line in run("labels", "export", "--kind", "ratings").stdout.splitlines()]
    assert [(row["dimension"], row["person"]) for row in rows] == [("accuracy", 5), ("accuracy", 4), ("fluency", 3), ("helpfulness", 2)]


def _until(terminal: int, words: str) -> None:
    """Read until a question has its last anchor, or until these words."""
    seen, end = "", time.monotonic() + 120
    while time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 4096).decode(errors="replace")
        if words in seen and (words == "Kept." or re.search(r"  5 [A-Z]", seen.rsplit(words, 1)[1])):
            return
    raise AssertionError(seen)
