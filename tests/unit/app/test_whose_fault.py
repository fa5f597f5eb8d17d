"""Whose fault an error is: each kind of the tree is classified, and a person's mistakes are none of the product's errors."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import caseroom
from caseroom.app import runs
from caseroom.app.interviews import Room
from caseroom.app.tallies import Tallies
from caseroom.app.telemetry import FAULTS, OURS, THEIRS, fault
from caseroom.errors import CaseroomError, DataError, ModelError, ModelSettingsError, ProposalError, StageError, StoreUnusable
from caseroom.proposal.file import read_proposal

from tests.labdata import desk_records, write_folder  # isort: skip


def kinds(kind: type[CaseroomError]) -> Iterator[type[CaseroomError]]:
    """A kind of error and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from kinds(below)


def of_the_tree() -> set[type[CaseroomError]]:
    """All kinds that the product has, wherever they stand."""
    for module in pkgutil.walk_packages(caseroom.__path__, "caseroom."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return {kind for kind in kinds(CaseroomError) if kind.__module__.startswith("caseroom.") and not kind.__name__.startswith("_")}


def test_each_kind_of_error_is_classified_and_nothing_else_is() -> None:
    names = Counter(kind.__name__ for kind in of_the_tree())
    assert not (missing := set(names) - set(FAULTS)), f"whose fault is it? Write it into _KINDS of app/telemetry.py: {sorted(missing)}"
    assert not (gone := set(FAULTS) - set(names)), f"there is no such error any more: {sorted(gone)}"
    assert max(names.values()) == 1, "they are told apart by their names"
    assert set(FAULTS.values()) == {OURS, THEIRS}


def test_a_new_kind_would_be_missed() -> None:
    class Unheard(ModelError):
        """Not in the table; it counts as the kind above it."""

    assert "Unheard" not in FAULTS and fault(Unheard("x")) == THEIRS == fault(ModelError("x"))


@pytest.mark.parametrize(
    ("error", "whose"),
    [
        (ModelError("names no file"), THEIRS), (ModelSettingsError(["line 1"]), THEIRS), (DataError(["no such folder"]), THEIRS), (ProposalError(["p:1"]), THEIRS),
        (StageError("retrieve", "x"), OURS), (StoreUnusable("full"), OURS), (OSError("disk"), OURS), (ZeroDivisionError(), OURS), (KeyError("a"), OURS),
    ],
)  # fmt: skip
def test_whose_fault_it_is(error: Exception, whose: str) -> None:
    assert fault(error) == whose


def test_mistakes_in_a_proposal_and_its_data_are_no_errors_of_the_product(room: Room, tmp_path: Path) -> None:
    folder, file = write_folder(tmp_path / "desk", records=desk_records(8)), tmp_path / "p.yaml"
    for model in ("{name: local}", "{name: api, provider: nobody}"):
        file.write_text(f"technical: {{exact: model, model: {model}}}\n", encoding="utf-8")
        begun = runs.begin(room, read_proposal(file), data=folder, quick=True)
        with pytest.raises(CaseroomError):
            runs.carry_out(room, begun.id)
    file.write_text("title: plain\n", encoding="utf-8")
    begun = runs.begin(room, read_proposal(file), data=folder, quick=True)
    (folder / "records.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(CaseroomError):
        runs.carry_out(room, begun.id)
    tally = Tallies(room).days(1)[-1]
    assert not tally.errors and tally.refusals.total() == 3 and tally.runs == {"failed": 3}
