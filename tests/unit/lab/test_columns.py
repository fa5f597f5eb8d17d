from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from caseroom.lab.columns import NAMES, Columns


def test_what_is_not_given_is_unscored() -> None:
    columns = Columns()
    columns.add({"right": 1.0})
    columns.add({"wrong": 1.0, "tokens": 7.0})
    assert len(columns) == 2
    assert columns["right"][0] == 1 and np.isnan(columns["right"][1]) and columns["tokens"][1] == 7
    assert len(Columns()) == 0 and len(Columns()["right"]) == 0


def test_a_column_is_a_copy() -> None:
    columns = Columns()
    columns.add({"right": 1.0})
    columns["right"][0] = 5
    assert columns["right"][0] == 1
    columns.add({"right": 0.0})
    assert columns["right"].tolist() == [1, 0]


def test_names_have_codes_in_the_order_they_come() -> None:
    columns = Columns()
    assert [columns.code(columns.groups, name) for name in ("b", "a", "b")] == [0, 1, 0]
    assert np.isnan(columns.code(columns.groups, "")) and columns.groups == ["b", "a"]


@given(st.lists(st.dictionaries(st.sampled_from(NAMES), st.floats(allow_nan=False, allow_infinity=False)), max_size=5), st.integers(0, 7))
def test_it_is_kept_and_cut_without_a_change(rows: list[dict[str, float]], count: int) -> None:
    columns = Columns(["g"], ["k"])
    for row in rows:
        columns.add(row)
    data = json.loads(json.dumps(columns.to_data()).replace("NaN", "null"))
    again, first = Columns.from_data(data), columns.first(count)
    for name in NAMES:
        assert np.array_equal(again[name], columns[name], equal_nan=True)
        assert np.array_equal(first[name], columns[name][:count], equal_nan=True)
    assert again.groups == ["g"] and first.kinds == ["k"] and len(first) == min(count, len(rows))
