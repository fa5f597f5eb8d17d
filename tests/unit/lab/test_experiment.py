from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from tests.labdata import DEPOSIT
from tests.unit.lab.conftest import GOOD

from caseroom.cases.data import Record
from caseroom.errors import StoreUnusable
from caseroom.lab import experiment
from caseroom.lab.columns import NAMES
from caseroom.lab.experiment import Measured, item_of, run_design
from caseroom.pipeline.run import Pipeline
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Model, Proposal, Retrieve, Technical


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "WINDOW", 5)


class Kept:
    """Windows as JSON, in order; the disk is full after `room` of them."""

    def __init__(self, room: int = 99) -> None:
        self.room, self.bodies = room, dict[int, str]()

    def done(self, key: str) -> Iterator[Mapping[str, Any]]:
        return (json.loads(self.bodies[number]) for number in range(len(self.bodies)) if number in self.bodies)

    def keep(self, key: str, number: int, body: Mapping[str, Any]) -> None:
        if len(self.bodies) >= self.room:
            raise StoreUnusable("The disk is full.")
        self.bodies[number] = json.dumps(body)


def measured(desk: Workshop, keeper: Kept | None = None, proposal: Proposal = GOOD, records: list[Record] | None = None) -> Measured:
    rows = list(desk.data.records()) if records is None else records
    return run_design(Pipeline(proposal, desk), desk, rows, texts=True, keeper=keeper)


def same(one: Measured, other: Measured) -> None:
    for name in set(NAMES) - {"latency"}:
        assert np.array_equal(one.columns[name], other.columns[name], equal_nan=True), name
    assert (one.columns.groups, one.columns.kinds, one.worst, one.signatures) == (other.columns.groups, other.columns.kinds, other.worst, other.signatures)  # fmt: skip
    assert list(one.stages) == list(other.stages)


def test_a_killed_run_taken_up_again_is_the_uninterrupted_one(desk: Workshop) -> None:
    whole = Kept()
    once = measured(desk, whole)
    assert len(once.columns) == 24 and len(whole.bodies) == 5
    for room in (0, 1, 3):
        torn = Kept(room)
        with pytest.raises(StoreUnusable):
            measured(desk, torn)
        assert len(torn.bodies) == room
        torn.room = 99
        same(measured(desk, torn), once)
    again = measured(desk, whole)
    same(again, once)
    assert np.array_equal(again.columns["latency"], once.columns["latency"], equal_nan=True) and again.stages == once.stages


def test_what_is_done_is_not_done_again(desk: Workshop) -> None:
    kept, pipeline = Kept(), Pipeline(GOOD, desk)
    run_design(pipeline, desk, desk.data.records(), keeper=kept)
    pipeline.stages = ()
    seen: list[int] = []
    assert len(run_design(pipeline, desk, desk.data.records(), keeper=kept, progress=seen.append).columns) == 24
    assert seen == [5, 5, 5, 5, 4]


def test_the_order_of_stages_is_the_pipelines(desk: Workshop) -> None:
    threat = Record(id="1", input="My lawyer will sue.", handover=True)
    found = measured(desk, records=[threat, Record(id="2", input="When is my deposit paid back?")])
    assert list(found.stages) == ["intake", "retrieve", "prompt", "generate", "validate", "review", "respond"]
    assert measured(desk, records=[]).stages == {}


def test_the_pipeline_never_learns_what_is_right() -> None:
    record = Record.model_validate({"id": "r", "input": "x", "reference": "SECRET", "facts": [DEPOSIT], "exact": {"a": "SECRET"}, "values": {"v": "SECRET"}, "kind": "SECRET"})  # fmt: skip
    assert "SECRET" not in repr(item_of(record)) and "14 days" not in repr(item_of(record))


def test_records_without_a_right_output_are_unscored_even_if_passed_on(desk: Workshop) -> None:
    bare = [
        Record(id=str(n), input=text) for n, text in enumerate(["When is my deposit paid back?", "Do you sell houseboats in Antarctica?"])
    ]
    found = measured(desk, records=bare)
    assert found.columns["scored"].tolist() == [0, 0] and found.columns["passed_on"].tolist() == [0, 1]


def test_all_records_abstained(desk: Workshop) -> None:
    beyond = [Record(id=str(n), input="Do you sell houseboats in Antarctica?", facts=[]) for n in range(3)]
    found = measured(desk, records=beyond)
    assert found.columns["passed_on"].tolist() == [1, 1, 1] and found.worst == []
    assert np.isnan(found.columns["bleu0"]).all() and found.columns["claims"].tolist() == [0, 0, 0]


def test_the_worst_come_first_each_with_its_way(desk: Workshop) -> None:
    design = Proposal(technical=Technical(retrieve=Retrieve("hybrid"), model=Model("recall")))
    found = measured(desk, proposal=design)
    assert len(found.worst) == 10
    assert [case.badness for case in found.worst] == sorted((case.badness for case in found.worst), reverse=True)
    assert found.worst[0].badness == 5.5 and "handed over" in found.worst[0].why and found.worst[0].trace[0].startswith("intake: ")


def test_groundedness_counts_what_is_said(desk: Workshop, visit: Workshop, toll: Workshop) -> None:
    for shop in (desk, visit, toll):
        found = run_design(Pipeline(GOOD, shop), shop, shop.data.records(6)).columns
        assert (found["grounded"] <= found["claims"]).all() and (found["grounded"] >= 0).all()
    assert (found["claims"] > 0).any(), "the words that values stand on are claims, too"
