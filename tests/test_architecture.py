"""The walls of the house: sizes, docstrings, no addresses. The layers themselves are import-linter's (`make check`)."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT

SOURCE = ROOT / "src" / "caseroom"
MODULES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_module_is_small_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module says what it is"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"
            if not node.name.startswith("_") and node.col_offset <= 4:
                assert ast.get_docstring(node) or node.name == "main", f"{node.name} has no docstring"


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, caseroom.cli.main; print(*[m for m in ('numpy','onnxruntime','sqlalchemy','pydantic','tokenizers','jinja2') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_no_file_names_another_host_or_a_machines_path() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    for name in listed:
        path = ROOT / name
        if (
            path.suffix in {".onnx", ".npz", ".png"}
            or name in ("LICENSE", "src/caseroom/language/weights/tokenizer.json")
            or not path.is_file()
        ):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not re.search(r"(?:src|href)=\"https?://", text), name
        assert not re.search(r"/(?:root|home)/\w|index-url|://pypi|file://", text) or name == "tests/test_architecture.py", name
