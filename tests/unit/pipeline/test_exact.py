from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.labdata import DESK

from caseroom.cases.task import Task
from caseroom.errors import DataError
from caseroom.models.base import Value
from caseroom.pipeline.exact import Exact, Tables, filled, plain

LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    (tmp_path / "orders.csv").write_text("order_id,day,fee,code\nA-1,14 March,21.90,007\nA-2,,5,010\nA-3,15 March\n", encoding="utf-8-sig")
    return Tables([tmp_path / "orders.csv"])


def exact(tables: Tables, **more: Any) -> Exact:
    return Exact(Task.model_validate({**DESK, "lookups": [], **more}), tables)


def test_a_row_is_found_by_what_is_known(tables: Tables) -> None:
    sql = "SELECT day, fee, code FROM orders WHERE order_id = :order"
    assert tables.row(sql, {"order": "A-1"}) == {"day": "14 March", "fee": 21.9, "code": "007"}
    assert tables.row(sql, {"order": "A-2"}) == {"day": None, "fee": 5.0, "code": "010"}
    assert tables.row(sql, {"order": "A-3"}) == {"day": "15 March", "fee": None, "code": None}
    assert tables.row(sql, {}) is None
    assert tables.row(sql, {"order": "A-1' OR '1'='1"}) is None


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT colour FROM orders", "SELECT 1; DROP TABLE orders", "WITH x AS (SELECT 1) DELETE FROM orders", "WITH x AS (SELECT 1) INSERT INTO orders SELECT * FROM orders",
        "UPDATE orders SET fee = 0", "SELECT * FROM nowhere", "", "SELECT load_extension('x')", LONG, "SELECT '", "ATTACH ':memory:' AS other; SELECT 1",
    ],
)  # fmt: skip
def test_a_query_that_writes_never_ends_or_is_wrong_is_named(tables: Tables, sql: str) -> None:
    if sql:
        with pytest.raises(DataError, match="this query does not work"):
            tables.row(sql, {})
    else:
        assert tables.row(sql, {}) is None
    assert tables.row("SELECT count(*) AS n, sum(fee) AS fees FROM orders", {}) == {"n": 3, "fees": 26.9}


def test_a_slow_query_does_not_use_up_the_next_ones_time(tables: Tables) -> None:
    for _ in range(3):
        with pytest.raises(DataError, match="interrupted"):
            tables.row(LONG, {})
        assert tables.row("SELECT max(fee) AS fee FROM orders", {}) == {"fee": 21.9}


@pytest.mark.parametrize(("name", "text"), [("two words", "a\n1\n"), ("t", "a b\n1\n"), ("t", ""), ("t", "a,a\n1,2\n"), ("t", b"a\n\xff\n"), ("t", "a;b\n1;2\n")])  # fmt: skip
def test_a_file_that_is_no_table_is_named(tmp_path: Path, name: str, text: str | bytes) -> None:
    path = tmp_path / f"{name}.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match=f"{name}.csv: cannot be read as a table"):
        Tables([path])


def test_long_numbers_keep_their_digits(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("card,plain\n9007199254740993,12\n9007199254740992,1.5\n", encoding="utf-8")
    found = Tables([tmp_path / "t.csv"]).row("SELECT card, plain FROM t WHERE card = :card", {"card": "9007199254740993"})
    assert found == {"card": "9007199254740993", "plain": 12.0}


LOOKUPS = [
    {"name": "order", "needs": ["order"], "sql": "SELECT day, fee FROM orders WHERE order_id = :order", "says": "Order {order} comes on {day}."},
    {"name": "again", "needs": ["day"], "sql": "SELECT order_id AS same_day FROM orders WHERE day = :day", "says": "Also {same_day}."},
]  # fmt: skip


def test_look_ups_build_on_each_other_and_say_what_they_found(tables: Tables) -> None:
    found, said = exact(tables, lookups=LOOKUPS).look_up({"order": "A-1"})
    assert found == {"day": "14 March", "fee": 21.9, "same_day": "A-1"}
    assert said == ["Order A-1 comes on 14 March.", "Also A-1."]


@pytest.mark.parametrize("known", [{}, {"order": None}, {"order": ""}, {"order": "nothing of that name"}])
def test_a_look_up_that_lacks_something_is_skipped(tables: Tables, known: Mapping[str, Value]) -> None:
    assert exact(tables, lookups=LOOKUPS).look_up(known) == ({}, [])


def test_what_is_partly_there_is_not_said(tables: Tables) -> None:
    assert exact(tables, lookups=LOOKUPS).look_up({"order": "A-2"}) == ({"day": None, "fee": 5}, [])


def test_sums_are_worked_out_in_order_from_what_is_there(tables: Tables) -> None:
    made = exact(tables, compute={"net": ":gross / 1.2", "tax": "round(:gross - :net, 2)", "other": ":nothing + 1"})
    assert made.compute({"gross": 120}) == {"net": 100, "tax": 20}
    assert made.compute({"gross": None}) == {"net": None, "tax": None}
    assert made.compute({"gross": 120}, only={"net"}) == {"net": 100}
    assert exact(tables, compute={"x": "1 / 0"}).compute({}) == {"x": None}


def test_an_expression_does_not_write(tables: Tables) -> None:
    with pytest.raises(DataError):
        exact(tables, compute={"x": "1; DELETE FROM orders"}).compute({})


def test_one_form_for_each_value() -> None:
    assert [plain(value) for value in (True, False, 3.0, 2.5, "x", None, 1e300)] == ["yes", "no", 3, 2.5, "x", None, 1e300]
    assert filled("{a} of {b}", {"a": 2.0, "b": "x"}) == "2 of x"
    assert filled("{a} of {b}", {"a": 0}) is None and filled("{a}", {"a": 0}) == "0"


@given(st.dictionaries(st.sampled_from("abc"), st.one_of(st.none(), st.text(max_size=5), st.integers(-9, 9), st.booleans()), max_size=3))
def test_a_template_is_filled_whole_or_not_at_all(values: dict[str, Value]) -> None:
    said = filled("{a}-{b}", values)
    assert (said is None) == any(values.get(name) in (None, "") for name in "ab")
