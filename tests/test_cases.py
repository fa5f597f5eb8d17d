"""The shipped cases are whole, and their vectors are at hand."""

from __future__ import annotations

import pytest

from caseroom.app.engine import VECTORS, Engine
from caseroom.app.proof import prove
from caseroom.cases.load import COMMON, LIBRARY, common_rubric
from caseroom.cases.shelf import Shelf
from caseroom.language.memory import key_of
from caseroom.steps import STEP_IDS

IDS = sorted(path.parent.name for path in LIBRARY.glob("*/case.yaml"))


@pytest.mark.parametrize("case_id", IDS)
def test_a_shipped_case_is_whole(case_id: str, engine: Engine, shelf: Shelf) -> None:
    proof = prove(engine, shelf.case(case_id))
    assert proof.whole, "\n".join(proof.problems)


@pytest.mark.parametrize("case_id", IDS)
def test_a_shipped_case_has_what_a_case_needs(case_id: str, shelf: Shelf) -> None:
    case = shelf.case(case_id)
    assert 16 <= len(case.facts) <= 24
    for fact in case.facts:
        assert 25 <= len(fact.questions) <= 40
        assert len(fact.near_misses) >= 10
    own = {point.id: point for point in case.points}
    for point in common_rubric():
        if point.weight == "core":
            assert len(own[point.id].examples) > len(point.examples), f"{point.id} has no instance in {case_id}"
            assert own[point.id].follow_ups
    assert len(case.turns) >= 2
    assert {turn.kind for turn in case.turns} == {"change", "push_back"}


@pytest.mark.parametrize("case_id", IDS)
def test_a_first_start_computes_no_vector(case_id: str, shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> None:
    engine = Engine(tmp_path_factory.mktemp("empty"))
    case = shelf.case(case_id)
    for folder in (COMMON, case.folder):
        assert engine.encoder.memory.load(folder / VECTORS, engine.encoder.signature), "run `make vectors`"
    missing = [text for text in engine.texts(case) if key_of(text) not in engine.encoder.memory]
    assert missing == [], "run `make vectors`"


def test_the_common_rubric_covers_every_step() -> None:
    assert {point.step for point in common_rubric()} == {*STEP_IDS, "communication"}
    assert len({point.id for point in common_rubric()}) == len(common_rubric())
