"""The docs are run: the README's sample is what the command prints, its commands exist, links lead somewhere, the case in docs is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from tests.conftest import ROOT, Run

from caseroom.metrics.registry import METRICS
from caseroom.proposal.model import Check, MetricName, ModelName

PAGES = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")] + sorted((ROOT / "docs").rglob("*.md"))
SAMPLE = re.compile(r"<!-- sample: (?P<command>caseroom [^>]*?) -->\n+```text\n(?P<output>.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_samples_are_what_the_commands_print(run: Run) -> None:
    found = SAMPLE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found
    for command, output in found:
        arguments = [str(ROOT / part) if part.startswith("docs/") else part for part in command.split()[1:]]
        printed = run(*arguments, COLUMNS="110").stdout
        lines = [line.rstrip() for line in printed.splitlines()]
        for line in output.splitlines():
            assert line.rstrip() in lines or line.strip() == "…", line


def test_the_readmes_commands_exist(run: Run) -> None:
    for verb in ("practice", "grade", "ask", "cases", "sessions", "propose", "run", "runs", "data", "doctor"):
        assert f"caseroom {verb}" in (ROOT / "README.md").read_text(encoding="utf-8")
        assert run(verb, "--help").returncode == 0


def test_make_targets_named_in_the_docs_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        for target in re.findall(r"`make ([a-z-]+)`", page.read_text(encoding="utf-8")):
            assert target in targets, f"{page.name}: make {target}"


def test_the_table_of_metrics_is_the_registrys() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    rows = [f"| `{m.name}` | {m.better} | {m.unit} | {m.about} |" for m in METRICS]
    assert re.findall(r"^\| `.*\|$", page, re.MULTILINE) == rows
    assert {metric.name for metric in METRICS} == set(get_args(MetricName))


def test_the_checks_and_models_in_the_docs_are_those_of_a_proposal() -> None:
    page = (ROOT / "docs" / "proposal.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert set(get_args(ModelName)) | set(get_args(Check)) <= set(named)
