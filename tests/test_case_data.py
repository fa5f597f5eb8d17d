"""The data of the shipped cases: built from their material, byte for byte, and whole."""

from __future__ import annotations

import filecmp
import importlib
from pathlib import Path

import pytest
from cases import common
from cases.build import CASES

from caseroom.app.datacheck import check_case, check_folder
from caseroom.cases.shelf import Shelf


@pytest.mark.parametrize("case", CASES)
def test_the_material_gives_the_shipped_files(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "LIBRARY", tmp_path)
    importlib.import_module(f"cases.{case.replace('-', '_')}_data").build()
    shipped, built = common.HERE.parent / "src" / "caseroom" / "cases" / "library" / case / "data", tmp_path / case / "data"
    names = sorted(str(path.relative_to(shipped)) for path in shipped.rglob("*") if path.is_file())
    assert names == sorted(str(path.relative_to(built)) for path in built.rglob("*") if path.is_file())
    _, mismatch, errors = filecmp.cmpfiles(shipped, built, names, shallow=False)
    assert (mismatch, errors) == ([], []), "run `make data`"


@pytest.mark.parametrize("case", CASES)
def test_the_data_is_whole_and_large_enough(case: str, shelf: Shelf) -> None:
    found = shelf.case(case)
    assert check_case(found) == []
    counts = check_folder(found.folder / "data")
    assert 150 <= counts["records"] <= 400
    assert counts["ratings"] >= 120
    assert counts["attacks"] >= 50
