from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.labdata import ECONOMICS
from tests.unit.lab.conftest import Rows

from caseroom.cases.task import Economics
from caseroom.lab.people import Settled, settle
from caseroom.lab.reviewers import DEEPEST, REVIEWERS, Day, Reviewer, see
from caseroom.proposal.model import Hallucinations, Proposal, Review, ReviewerName, Technical

MONEY = Economics.model_validate(ECONOMICS)
ALL = Proposal(technical=Technical(review=Review(True, a_day=1000)))


def settled(rows: Rows, *outcomes: str, reviewer: Reviewer | None = None, design: Proposal = ALL, count: int = 2000) -> Settled:
    return settle(rows(*outcomes, route="review", count=count), design, MONEY, reviewer=reviewer)


def through(found: Settled) -> float:
    return float(found.left_wrong.mean())


def named(name: ReviewerName) -> Proposal:
    return replace(ALL, technical=Technical(review=Review(True, a_day=1000, reviewer=name)))


def test_a_careful_one_notices_what_the_case_says(rows: Rows) -> None:
    found = settled(rows, "wrong")
    assert through(found) == pytest.approx(1 - MONEY.reviewers.noticed, abs=0.03)
    assert settled(rows, "incomplete").left_right.all()


def test_a_rubber_stamp_lets_everything_through_and_is_fast(rows: Rows) -> None:
    found = settled(rows, "wrong", "incomplete", design=named("rubber_stamp"))
    assert found.left_wrong.tolist()[::2] == [1.0] * 2000 and not found.left_right.any()
    assert sorted(set(found.minutes.tolist())) == pytest.approx([0.2, 8.2]), "a glance; what lacks something comes back"


def test_a_measure_against_waving_through_catches_half_of_what_is_waved_through(rows: Rows) -> None:
    guarded = replace(named("rubber_stamp"), hallucinations=Hallucinations(over_reliance=True))
    assert through(settled(rows, "wrong", design=guarded)) == pytest.approx(0.5, abs=0.03)


def test_attention_falls_over_the_day_and_after_right_ones(rows: Rows) -> None:
    columns = rows("right", count=100)
    review, day = np.ones(100, np.bool_), Day(50, 50)
    sharp = columns["luck_review"]
    tired = see(Reviewer(fatigue=1.0), columns, review, 1.0, day).caught
    assert tired[0] and tired[50] and tired.tolist() == [chance < 1 - n % 50 / 50 for n, chance in enumerate(sharp)]
    lulled = see(Reviewer(lull=0.1), columns, review, 1.0, day).caught
    assert lulled.tolist() == [chance < 1 - min(DEEPEST, 0.1 * (n % 50)) for n, chance in enumerate(sharp)]


def test_something_wrong_that_is_noticed_wakes_a_reviewer_up(rows: Rows) -> None:
    wrong = rows("right", "wrong", count=50, luck_review=0.0)
    assert see(Reviewer(lull=0.5), wrong, np.ones(100, np.bool_), 1.0, Day(100, 100)).caught.all()
    never = rows("right", "wrong", count=50, luck_review=0.6)
    caught = see(Reviewer(lull=0.5), never, np.ones(100, np.bool_), 1.0, Day(100, 100)).caught
    assert caught[0] and not caught[1:].any(), "what was taken for right lulls, too"


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_diligence_never_lets_more_through(rows: Rows, a: float, b: float) -> None:
    less, more = sorted((a, b))
    one, two = (settled(rows, "wrong", reviewer=Reviewer(diligence=share), count=50) for share in (less, more))
    assert np.all(two.left_wrong <= one.left_wrong), "who is more diligent reads the same items and others"


def test_the_same_reviewer_of_the_same_records_is_the_same(rows: Rows) -> None:
    one, two = (settled(rows, "wrong", "right", design=named("tired")) for _ in range(2))
    assert np.array_equal(one.left_wrong, two.left_wrong)
    careful, tired, stamp = (through(settled(rows, "wrong", "right", design=named(name))) for name in REVIEWERS)
    assert careful < tired < stamp == 0.5


def test_nothing_to_review_breaks_nothing(rows: Rows) -> None:
    for name in REVIEWERS:
        found = settle(rows("right", count=3), named(name), MONEY)
        assert found.left_right.all()
        assert np.isfinite(settle(rows("wrong", route="review", count=9), replace(named(name), technical=Technical(
            review=Review(True, a_day=0, reviewer=name))), MONEY).cost).all()  # fmt: skip
