from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.labdata import desk_records, workshop_of, write_folder

from caseroom.app.engine import Engine
from caseroom.lab.experiment import WINDOW, Forgetful, run_design
from caseroom.lab.keeping import each_stratum, stratified
from caseroom.lab.study import simple_way
from caseroom.pipeline.run import Pipeline
from caseroom.proposal.model import Proposal, Retrieve, Technical

ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 999)), unique_by=lambda row: row[1], max_size=60)
Row = tuple[str, int]


def kind(row: Row) -> str:
    return row[0]


def name(row: Row) -> str:
    return str(row[1])


@given(ROWS, st.integers(0, 70), st.randoms())
def test_strata_by_turns(rows: list[Row], count: int, chance: object) -> None:
    chosen = stratified(rows, count, kind, name, "seed")
    assert len(chosen) == min(count, len(rows)) and set(chosen) <= set(rows)
    there, taken = Counter(map(kind, rows)), Counter(map(kind, chosen))
    for one in there:
        for other in there:
            assert taken[one] >= min(there[one], taken[other] - 1), "a small stratum is seen as well"
    assert stratified(rows[::-1], count, kind, name, "seed") == chosen, "the order of the rows does not matter"


@given(ROWS, st.integers(0, 9), st.integers(1, 59))
def test_a_sample_window_by_window_is_the_sample_of_all(rows: list[Row], most: int, cut: int) -> None:
    whole = each_stratum(rows, most, kind, name)
    parts = [row for part in (rows[:cut], rows[cut:]) for row in each_stratum(part, most, kind, name)]
    assert each_stratum(parts, most, kind, name) == whole
    assert all(count <= most for count in Counter(map(kind, whole)).values())


class Kept(Forgetful):
    """Remembers in memory."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[object]] = {}

    def done(self, key: str):  # type: ignore[no-untyped-def]
        """What was kept."""
        return iter(list(self.bodies.get(key, ())))

    def keep(self, key: str, number: int, body: object) -> None:
        """Keep it."""
        self.bodies.setdefault(key, []).append(body)


@pytest.mark.parametrize("design", [Proposal(technical=Technical(exact="code", retrieve=Retrieve("keyword"))), simple_way(Proposal())])
def test_a_run_keeps_some_outputs_of_each_kind_and_group(engine: Engine, tmp_path: Path, design: Proposal) -> None:
    workshop = workshop_of(write_folder(tmp_path, records=desk_records(2 * WINDOW + 10)), engine)
    keeper = Kept()
    first = run_design(Pipeline(design, workshop), workshop, workshop.data.records(), key="k", keep=3, keeper=keeper)
    again = run_design(Pipeline(design, workshop), workshop, workshop.data.records(), key="k", keep=3, keeper=keeper)
    assert first.kept == again.kept, "from what was remembered, too"
    strata = Counter((case.kind, case.group) for case in first.kept)
    assert strata and max(strata.values()) == 3
    assert all(case.output and "passed on to a person" not in case.output for case in first.kept), "what was passed on is no output"
    assert run_design(Pipeline(design, workshop), workshop, workshop.data.records(10)).kept == []
