"""Labels of a rollout and another design by the door, as a user meets them: real processes, a home of its own, a small data folder."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Run
from tests.labdata import desk_records, write_folder

from caseroom.rollout.chat import problems

DESIGN = """\
title: a desk
ground: {goal: {metric: wrong_rate, today: 0.06, target: 0.05}}
technical: {exact: code, retrieve: {method: hybrid}}
hallucinations: {grounding: on}
roadmap: {feedback: on, improve: classifier, improve_after: 200, full: {share: 1.0, days: 7}, monitors: {quality: {sample: 40}}}
"""
OTHER = "title: from memory\ntechnical: {exact: code, model: {name: recall}}\n"


def test_weeks_with_feedback_then_its_labels_then_another_design(run: Run, tmp_path: Path) -> None:
    write_folder(tmp_path / "desk", records=desk_records(90))
    (tmp_path / "p.yaml").write_text(DESIGN, encoding="utf-8")
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    weeks = run("rollout", "p.yaml", "--data", "desk", "--weeks", "5", "--a-day", "80", "--no-events")
    assert weeks.returncode == 0, weeks.stderr
    assert "What users said, and what became of it" in weeks.stdout and "200 labels from users" in weeks.stdout
    assert "a small classifier: taken" in weeks.stdout
    listed = json.loads(run("rollout", "--list", "--json").stdout)
    name = listed[0]["id"]
    wrote = run("rollout", "--labels", name, "-o", "labels.jsonl")
    assert wrote.returncode == 0 and "held out in" in wrote.stdout, wrote.stderr
    lines = [
        line for part in ("labels.jsonl", "labels.held-out.jsonl") for line in (tmp_path / part).read_text(encoding="utf-8").splitlines()
    ]
    assert len(lines) >= 10 and all(problems(line) is None for line in lines)
    assert json.loads((tmp_path / "labels.provenance.json").read_text(encoding="utf-8"))["rollout"] == name
    beside = run("rollout", "--show", name, "--candidate", "other.yaml")
    assert beside.returncode == 0 and "from memory: Refused:" in beside.stdout, beside.stdout + beside.stderr
    for words in (("--labels", name), ("--candidate", "other.yaml")):
        refused = run("rollout", *words)
        assert refused.returncode == 2 and "Say " in refused.stderr and "Traceback" not in refused.stderr
