from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.metrics import rates
from caseroom.metrics.score import Bootstrap

FEW = Bootstrap(resamples=50)


def test_abstention_is_precise_if_only_the_unanswerable_is_declined() -> None:
    answered = [True, True, False, False, True]
    answerable = [True, True, True, False, False]
    precision, recall = rates.abstention_precision(answered, answerable), rates.abstention_recall(answered, answerable)
    assert (precision.value, precision.n) == (0.5, 2)
    assert (recall.value, recall.n) == (0.5, 2)


def test_what_never_happened_has_no_rate() -> None:
    assert rates.abstention_precision([True], [False]).value is None
    assert rates.abstention_recall([False], [True]).value is None
    assert rates.wrong_resolution([False, False], [True, False]).value is None
    assert rates.resolution_minutes([None, None]).value is None


def test_wrong_resolution_counts_only_what_no_person_saw() -> None:
    resolved, wrong = [True, True, True, False], [True, False, False, True]
    assert rates.deflection(resolved).value == 0.75
    score = rates.wrong_resolution(resolved, wrong)
    assert score.value == pytest.approx(1 / 3)
    assert score.n == 3


def test_the_four_fifths_rule_divides_the_lowest_rate_by_the_highest() -> None:
    groups = ["a"] * 10 + ["b"] * 10 + ["c"] * 10
    selected = [True] * 8 + [False] * 2 + [True] * 4 + [False] * 6 + [True] * 6 + [False] * 4
    score = rates.selection_ratio(selected, groups)
    assert (score.value, score.n) == (0.5, 30)
    assert score.low is not None and score.high is not None and score.low < 0.5 < score.high
    assert [rate.value for rate in rates.selection_rates(selected, groups).values()] == [0.8, 0.4, 0.6]


def test_a_small_group_one_group_or_nobody_selected_is_unscored() -> None:
    assert rates.selection_ratio([True] * 14, ["a"] * 10 + ["b"] * 4).value is None
    assert rates.selection_rates([True] * 14, ["a"] * 10 + ["b"] * 4)["b"].value is None
    assert rates.selection_ratio([True] * 10, ["a"] * 10).value is None
    assert rates.selection_ratio([False] * 10, ["a"] * 5 + ["b"] * 5).value is None
    assert rates.selection_ratio([], []).value is None


def test_equal_rates_are_1_and_so_is_the_end_of_their_interval() -> None:
    score = rates.selection_ratio([True, False] * 20, ["a"] * 20 + ["b"] * 20)
    assert score.value == 1
    assert score.low is not None and score.high is not None and score.low < 1 == score.high


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abc")), max_size=40))
@settings(deadline=None)
def test_the_ratio_is_at_most_1_and_does_not_depend_on_the_order(rows: list[tuple[bool, str]]) -> None:
    selected, groups = [row[0] for row in rows], [row[1] for row in rows]
    score = rates.selection_ratio(selected, groups, FEW)
    assert score.value is None or 0 <= score.value <= 1
    assert rates.selection_ratio(selected[::-1], groups[::-1], FEW).value == score.value


def test_times_and_costs() -> None:
    minutes = [1.0, 2.0, None, 9.0]
    assert rates.resolution_minutes(minutes).value == 4
    assert rates.resolution_percentile(minutes, 0.5).value == 2
    assert rates.cost_per_item([0.5, 1.5]).value == 1
    half, most = rates.latency_ms(list(range(101))), rates.latency_ms(list(range(101)), 0.95)
    assert (half.value, most.value) == (50, 95)
    assert "p95" in most.signature and "p50" in half.signature
