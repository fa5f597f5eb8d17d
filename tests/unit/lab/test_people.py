from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.labdata import ECONOMICS
from tests.unit.lab.conftest import Rows

from caseroom.cases.task import Economics
from caseroom.lab.columns import Columns
from caseroom.lab.people import Settled, settle
from caseroom.pipeline.route import even
from caseroom.proposal.model import Hallucinations, Proposal, Review, Technical

MONEY = Economics.model_validate(ECONOMICS)
KINDS = ("right", "incomplete", "wrong", "passed_on", "unscored")


def mean(settled: Settled, name: str) -> float:
    return float(getattr(settled, name).mean())


def test_what_leaves_unseen_is_as_it_is(rows: Rows) -> None:
    found = settle(rows("right", "wrong", "incomplete"), Proposal(), MONEY)
    assert found.left_right.tolist() == [1, 0, 0] and found.left_wrong.tolist() == [0, 1, 0] and found.alone.tolist() == [1, 1, 0]
    assert found.minutes.tolist() == [0, 0, 8] and found.wait.tolist() == [0.02, 0.02, 248], "what lacks something comes back"
    assert found.harm.tolist() == [0, 40, 0] and found.cost.tolist() == [0, 0, 4]
    assert found.value.tolist() == pytest.approx([6.4, -33.6, 2.4])


def test_what_is_passed_on_is_done_as_today(rows: Rows) -> None:
    found = settle(rows("passed_on", count=2000), Proposal(), MONEY)
    assert mean(found, "minutes") == 8 and mean(found, "alone") == 0 and mean(found, "wait") == 248
    assert mean(found, "left_wrong") == pytest.approx(0.06, abs=0.02) == pytest.approx(1 - mean(found, "left_right"), abs=0.02)


def test_who_looks_notices_some(rows: Rows) -> None:
    looked = settle(rows("wrong", route="look", count=2000), Proposal(), MONEY)
    assert mean(looked, "left_wrong") == pytest.approx(0.4, abs=0.04)
    assert set(looked.minutes.tolist()) == {1, 4}
    guarded = settle(rows("wrong", route="look", count=2000), Proposal(hallucinations=Hallucinations(over_reliance=True)), MONEY)
    assert mean(guarded, "left_wrong") == pytest.approx(0.2, abs=0.04)
    assert np.all(guarded.left_wrong <= looked.left_wrong), "the same reviewer is as attentive to the same record"
    assert settle(rows("incomplete", route="look"), Proposal(), MONEY).left_right.tolist() == [1]


def test_a_missed_handover_costs_more(rows: Rows) -> None:
    assert settle(rows("wrong", handover=1.0), Proposal(), MONEY).harm.tolist() == [900]
    passed = settle(rows("passed_on", handover=1.0, count=500), Proposal(), MONEY)
    assert set(passed.harm.tolist()) == {0, 40}


@pytest.mark.parametrize(("a_day", "share"), [(None, 0.2), (50, 0.5), (100, 1.0), (1000, 1.0), (0, 0.0)])
def test_reviewers_see_what_they_can_and_the_rest_is_done_as_today(rows: Rows, a_day: float | None, share: float) -> None:
    found = settle(rows("right", route="review", count=2000), Proposal(technical=Technical(review=Review(True, a_day=a_day))), MONEY)
    assert float((found.minutes == 2).mean()) == pytest.approx(share, abs=0.03)
    assert set(found.minutes.tolist()) <= {2, 8}


def test_without_records_or_minutes_nothing_breaks(rows: Rows) -> None:
    empty = settle(Columns(), Proposal(), MONEY)
    assert all(len(getattr(empty, field.name)) == 0 for field in fields(Settled))
    free = MONEY.model_copy(update={"minutes": MONEY.minutes.model_copy(update={"today": 0.0})})
    assert all(np.isfinite(getattr(settle(rows(*KINDS), Proposal(), free), field.name)).all() for field in fields(Settled))


def test_a_machines_jitter_is_no_wait(rows: Rows) -> None:
    waits = [settle(rows("right", latency=seconds), Proposal(), MONEY).wait.tolist() for seconds in (0.004, 0.11, float("nan"))]
    assert waits == [[0.0], [0.0], [0.0]]
    assert settle(rows("right", latency=90.0), Proposal(), MONEY).wait.tolist() == [1.5]


ROUTES = ("look", "review", "send", "baseline")
RUNS = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(ROUTES)), min_size=1, max_size=40)


def columns_of(run: list[tuple[str, str]]) -> Columns:
    columns = Columns()
    for number, (kind, route) in enumerate(run):
        columns.add({**{name: float(kind == name) for name in KINDS}, "scored": 1.0, "handover": float(number % 7 == 0), "cost": 0.01, "latency": 0.5,
                     **{name: float(route == name and kind != "passed_on") for name in ROUTES},
                     **{f"luck_{who}": even(str(number), who) for who in ("look", "review", "queue", "person")}})  # fmt: skip
    return columns


@given(RUNS, st.integers(0, 120))
def test_money_and_time_hold_together(run: list[tuple[str, str]], a_day: int) -> None:
    columns = columns_of(run)
    design = Proposal(technical=Technical(review=Review(True, a_day=a_day)))
    found, more = (
        settle(columns, design, MONEY),
        settle(columns, replace(design, technical=Technical(review=Review(True, a_day=a_day + 5))), MONEY),
    )
    for field in fields(Settled):
        assert np.isfinite(getattr(found, field.name)).all() and len(getattr(found, field.name)) == len(run)
    assert np.all((found.left_right == 0) | (found.left_wrong == 0))
    assert np.all(found.minutes >= 0) and np.all(found.harm >= 0) and np.all(found.wait >= 0)
    assert np.allclose(found.value, 8 * 0.5 + 0.06 * 40 - found.cost - found.harm)
    assert np.all(found.minutes[found.alone == 1] == 0)
    assert (more.minutes == 8).sum() <= (found.minutes == 8).sum() + 1e-9, "more reviewers leave no more for others"
