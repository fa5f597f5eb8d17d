from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.metrics.extraction import Values, extraction, extraction_by_field
from caseroom.metrics.score import Bootstrap

EXPECTED: list[Values] = [{"total": "$1,500.00", "date": "3 May 2024"}, {"total": "20", "date": None}, {"total": "7", "date": "1 June"}]
FOUND: list[Values] = [{"total": "1500 dollars", "date": "3 May 2024"}, {"total": "21", "date": "today"}, {"total": None}]
values = st.dictionaries(st.sampled_from("abc"), st.none() | st.sampled_from(["", "1", "2", "x"]))


def test_values_count_once_over_all_fields_and_alone_in_theirs() -> None:
    whole = extraction(FOUND, EXPECTED)
    assert (whole.precision.value, whole.recall.value) == (2 / 4, 2 / 5)
    assert whole.f1.value == pytest.approx(4 / 9)
    fields = extraction_by_field(FOUND, EXPECTED)
    assert list(fields) == ["date", "total"]
    assert (fields["date"].precision.value, fields["date"].recall.value) == (1 / 2, 1 / 2)
    assert (fields["total"].precision.value, fields["total"].recall.value) == (1 / 2, 1 / 3)
    assert "fields:total" in fields["total"].f1.signature and "fields:micro" in whole.f1.signature


def test_nothing_wanted_and_nothing_given_is_unscored() -> None:
    whole = extraction([{}, {"a": None}], [{}, {"a": ""}])
    assert (whole.precision.value, whole.recall.value, whole.f1.value) == (None, None, None)
    assert extraction([], []).f1.value is None
    assert extraction([{"a": "1"}], [{}]).precision.value == 0
    assert extraction([{"a": "1"}], [{}]).recall.value is None


@given(st.lists(st.tuples(values, values), max_size=8))
@settings(deadline=None)
def test_turning_the_sides_round_swaps_precision_and_recall(rows: list[tuple[dict[str, str | None], dict[str, str | None]]]) -> None:
    few = Bootstrap(resamples=10)
    found, expected = [row[0] for row in rows], [row[1] for row in rows]
    one, other = extraction(found, expected, few), extraction(expected, found, few)
    assert (one.precision.value, one.recall.value, one.f1.value) == (other.recall.value, other.precision.value, other.f1.value)
