from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.labdata import ECONOMICS
from tests.unit.lab.conftest import Rows

from caseroom.cases.task import Economics
from caseroom.lab.columns import NAMES, Columns
from caseroom.lab.measures import difference, measure
from caseroom.lab.people import settle
from caseroom.proposal.model import MetricName, Proposal

MONEY = Economics.model_validate(ECONOMICS)
METRICS: tuple[MetricName, ...] = get_args(MetricName)


def value(name: MetricName, columns: Columns) -> float | None:
    return measure(name, columns, settle(columns, Proposal(), MONEY)).value


@pytest.mark.parametrize("name", METRICS)
def test_without_records_a_metric_is_unscored(name: MetricName) -> None:
    found = measure(name, Columns(), settle(Columns(), Proposal(), MONEY))
    assert (found.value, found.low, found.high, found.n) == (None, None, None, 0)


@pytest.mark.parametrize("name", METRICS)
def test_without_anything_right_to_compare_with_nothing_is_0(rows: Rows, name: MetricName) -> None:
    columns = rows("unscored", count=20)
    found = measure(name, columns, settle(columns, Proposal(), MONEY))
    told = {"handled_rate", "latency_ms"}
    assert (found.value is None) == (name not in told), found


def test_what_is_scored(rows: Rows) -> None:
    columns = rows("right", "right", "wrong", "incomplete", "unscored")
    assert value("right_rate", columns) == 0.5 and value("wrong_rate", columns) == 0.25
    assert value("wrong_resolution", columns) == pytest.approx(1 / 3), "what comes back did not end without a person"
    assert value("handled_rate", columns) == 1.0
    assert value("harm_per_item", columns) == 10.0


def test_what_is_not_scored_costs_no_time_and_no_money_as_if_it_were_right(rows: Rows) -> None:
    columns = rows("wrong", "unscored", count=10, route="look")
    settled = settle(columns, Proposal(), MONEY)
    alone = rows("wrong", count=10, route="look")
    for name in ("minutes_per_item", "resolution_minutes", "cost_per_item", "value_per_item", "deflection"):
        found = measure(name, columns, settled)
        assert found.n == 10 and "of:scored-records" in found.signature
    assert value("handled_rate", columns) == value("handled_rate", alone) == 1.0
    assert measure("handled_rate", columns, settled).n == 20, "whether it was handled is known of each"


def test_pieces_of_none_or_all_have_wilsons_interval_over_records(rows: Rows) -> None:
    found = measure("exactness", rows("right", count=9, exact_right=2.0, exact_all=2.0), settle(Columns(), Proposal(), MONEY))
    assert (found.value, found.high, found.n) == (1.0, 1.0, 9) and found.low == pytest.approx(0.7009, abs=1e-4)
    declined = measure("abstention_recall", rows("wrong", count=6, answerable=0.0), settle(Columns(), Proposal(), MONEY))
    assert (declined.value, declined.low) == (0.0, 0.0) and declined.high == pytest.approx(0.3903, abs=1e-4)
    edits = measure("edit_rate", rows("right", count=9, edits=5.0, sent_words=5.0), settle(Columns(), Proposal(), MONEY))
    assert (edits.value, edits.low, edits.high) == (1.0, 1.0, 1.0), "more words can be changed than are sent, so it is no share"


def test_all_passed_on(rows: Rows) -> None:
    columns = rows("passed_on", count=10)
    assert value("handled_rate", columns) == 0 and value("deflection", columns) == 0
    assert (
        value("wrong_resolution", columns) is None
        and value("abstention_precision", columns) == 0
        and value("abstention_recall", columns) is None
    )
    assert value("exactness", rows("passed_on", exact_right=0.0, exact_all=2.0)) is None, "what is passed on omits nothing"


def test_latency_is_in_milliseconds(rows: Rows) -> None:
    assert value("latency_ms", rows("right", count=5)) == pytest.approx(1200)
    assert value("latency_ms", rows("right", latency=float("nan"))) is None


def test_values_count_once_over_all_fields() -> None:
    columns = Columns()
    for right, given_, wanted in ((2, 2, 2), (0, 2, 1), (0, 0, 2)):
        columns.add({"values_right": float(right), "values_given": float(given_), "values_wanted": float(wanted)})
    assert value("extraction_precision", columns) == 2 / 4 and value("extraction_recall", columns) == 2 / 5
    assert value("extraction_f1", columns) == pytest.approx(4 / 9)
    columns = Columns()
    columns.add({"values_right": 0.0, "values_given": 0.0, "values_wanted": 0.0})
    assert [value(name, columns) for name in ("extraction_precision", "extraction_recall", "extraction_f1")] == [None] * 3


def test_groups_are_compared(rows: Rows) -> None:
    columns = Columns(["a", "b"])
    for number in range(40):
        columns.add({"group": float(number % 2), "selected": float(number % 4 < 2 or number % 2 == 0)})
    assert value("selection_ratio", columns) == pytest.approx(0.5)
    alone = Columns(["a"])
    alone.add({"group": 0.0, "selected": 1.0})
    assert value("selection_ratio", alone) is None


NUMBERS = st.one_of(st.just(float("nan")), st.integers(0, 5).map(float))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(NAMES), NUMBERS), max_size=6))
def test_no_metric_is_ever_nan_or_infinite(found: list[dict[str, float]]) -> None:
    columns = Columns([str(n) for n in range(6)], [])
    for row in found:
        columns.add(row)
    settled = settle(columns, Proposal(), MONEY)
    for name in METRICS:
        score = measure(name, columns, settled)
        assert all(number is None or np.isfinite(number) for number in (score.value, score.low, score.high)), (name, score)
        apart = difference(name, (columns, settled), (columns, settled))
        assert (apart.value, apart.low, apart.high) in ((None, None, None), (0.0, None, None)), "six records have no interval"


def test_the_difference_of_a_ratio_is_that_of_the_two_ratios() -> None:
    mine, other = Columns(), Columns()
    for found, all_ in ((1.0, 1.0), (5.0, 9.0)):
        mine.add({"passed_on": 0.0, "facts_found": found, "facts_all": all_})
        other.add({"passed_on": 0.0, "facts_found": all_, "facts_all": all_})
    apart = difference("omission_rate", (mine, settle(mine, Proposal(), MONEY)), (other, settle(other, Proposal(), MONEY)))
    assert apart.value == pytest.approx(0.0 - 4 / 10) and apart.n == 2, "not the mean of 0 and 4/9"
