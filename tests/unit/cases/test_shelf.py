from __future__ import annotations

from pathlib import Path

import pytest

from caseroom.cases.shelf import Shelf
from caseroom.cases.skeleton import write_skeleton
from caseroom.errors import CaseError, UnknownCase


def test_the_first_folder_that_has_an_id_wins(tmp_path: Path) -> None:
    write_skeleton(tmp_path / "mine" / "support-desk")
    shelf = Shelf([tmp_path / "mine"])
    assert shelf.case("support-desk").company == "Millbrook City Library"
    assert set(Shelf([]).ids()) == set(shelf.ids())


def test_a_case_that_does_not_hold_hides_no_other(tmp_path: Path) -> None:
    write_skeleton(tmp_path / "torn")
    (tmp_path / "torn" / "facts.yaml").write_text("facts: [", encoding="utf-8")
    found, broken = Shelf([tmp_path]).all()
    assert [case.id for case in found] == Shelf([]).ids()
    assert len(broken) == 1 and "facts.yaml:2: not valid YAML" in broken[0].problems[0]


@pytest.mark.parametrize("name", ["", "..", "common", "../library/support-desk", "suport-desk", "x" * 500])
def test_an_unknown_name_is_never_a_path(name: str) -> None:
    with pytest.raises(UnknownCase, match="There is no case"):
        Shelf([]).case(name)


def test_a_missing_folder_says_how_to_make_one(tmp_path: Path) -> None:
    from caseroom.cases.load import load_case

    with pytest.raises(CaseError, match="caseroom cases new"):
        load_case(tmp_path / "absent")
