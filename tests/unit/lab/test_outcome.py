from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.labdata import DEPOSIT, DESK, OLD, REPAIR, TOLL

from caseroom.cases.data import Record
from caseroom.cases.task import Task
from caseroom.lab.outcome import outcome, same, says_what_is_right, show, shown_output
from caseroom.pipeline.state import Output

ANSWER, FIELDS = Task.model_validate(DESK), Task.model_validate(TOLL)


def kind(text: str | None, **record: Any) -> str:
    return outcome(Record(id="r", input="x", **record), None if text is None else Output(text), ANSWER).kind


@pytest.mark.parametrize(
    ("text", "record", "expected"),
    [
        ("Paid back within two weeks.", {"facts": [DEPOSIT]}, "right"),
        ("Some day.", {"facts": [DEPOSIT]}, "incomplete"),
        ("Within 14 days, not 30 days.", {"facts": [DEPOSIT], "wrong": [OLD]}, "wrong"),
        ("On 14 March: 21.9 euros.", {"exact": {"day": "14 March", "fee": "21.90"}}, "right"),
        ("On 14 March.", {"exact": {"day": "14 March", "fee": "21.90"}}, "incomplete"),
        ("Within 14 days.", {"facts": [DEPOSIT, REPAIR]}, "incomplete"),
        ("Within 14 days, within two working days.", {"facts": [DEPOSIT, REPAIR]}, "right"),
        ("Anything.", {}, "unscored"),
        ("Anything.", {"wrong": [OLD]}, "unscored"),
        ("It takes 30 days.", {"wrong": [OLD]}, "wrong"),
        ("Within 14 days.", {"facts": [DEPOSIT], "answerable": False}, "wrong"),
        ("Within 14 days.", {"facts": [DEPOSIT], "handover": True}, "wrong"),
        ("", {"facts": [DEPOSIT]}, "incomplete"),
        (None, {"facts": [DEPOSIT]}, "passed_on"),
        (None, {"handover": True}, "passed_on"),
        (None, {"answerable": False}, "passed_on"),
        (None, {}, "passed_on"),
    ],
)  # fmt: skip
def test_a_text_against_its_record(text: str | None, record: dict[str, Any], expected: str) -> None:
    assert kind(text, **record) == expected


@pytest.mark.parametrize(
    ("given", "wanted", "expected"),
    [
        ({"toll": 15.0}, {"toll": 15}, "right"),
        ({"toll": 15.004}, {"toll": 15}, "right"),
        ({"toll": 15.01}, {"toll": 15}, "wrong"),
        ({"toll": None}, {"toll": 15}, "incomplete"),
        ({}, {"toll": 15}, "incomplete"),
        ({"toll": 15}, {"toll": None}, "wrong"),
        ({"toll": None}, {"toll": None}, "right"),
        ({"toll": 15, "vehicle": "car"}, {"toll": 15, "vehicle": "lorry"}, "right"),
        ({"toll": 15}, {}, "unscored"),
        ({"toll": 15, "vehicle": "car"}, {"vehicle": "car"}, "unscored"),
    ],
)  # fmt: skip
def test_values_against_what_it_is_judged_by(given: dict[str, Any], wanted: dict[str, Any], expected: str) -> None:
    assert outcome(Record(id="r", input="x", values=wanted), Output(values=given), FIELDS).kind == expected


def test_all_values_count_for_extraction() -> None:
    record = Record(id="r", input="x", values={"toll": 15, "vehicle": "car", "permit": True, "owner": None})
    found = outcome(record, Output(values={"toll": 15, "vehicle": "lorry", "permit": "yes", "owner": "Ann"}), FIELDS)
    assert found.values == (2, 4, 3) and found.kind == "right"
    assert outcome(record, None, FIELDS).values == (0, 0, 3)


def test_what_is_said_of_it() -> None:
    record = Record.model_validate({"id": "r", "input": "x", "facts": [DEPOSIT, REPAIR], "exact": {"day": "14 March"}})
    assert outcome(record, Output("Within 14 days"), ANSWER).why == "lacks day: 14 March"
    assert outcome(record, Output("14 March"), ANSWER).why == "lacks: The deposit is paid back within 14 days."
    assert outcome(record, Output("14 March"), ANSWER).exact == (1, 1)
    assert shown_output(None) == "(passed on to a person)" and shown_output(Output(values={"a": None, "b": True})) == "a: unknown; b: yes"
    assert show(3.0) == "3"


@pytest.mark.parametrize(("record", "says"), [({}, False), ({"reference": "x"}, False), ({"facts": [DEPOSIT]}, True), ({"wrong": [OLD]}, True), ({"handover": True}, True), ({"answerable": False}, True), ({"exact": {"a": "1"}}, True), ({"values": {"a": None}}, True)])  # fmt: skip
def test_whether_a_record_says_what_is_right(record: dict[str, Any], says: bool) -> None:
    assert says_what_is_right(Record(id="r", input="x", **record)) == says


VALUES = st.one_of(st.none(), st.booleans(), st.integers(-99, 99), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=8), st.sampled_from(["yes", "no", "🙂", "—"]))  # fmt: skip


@given(VALUES, VALUES)
def test_sameness_goes_both_ways(a: Any, b: Any) -> None:
    assert same(a, b) == same(b, a)
    assert same(a, a)


@pytest.mark.parametrize(("a", "b", "equal"), [(14.2, "14.20", True), ("ACME Inc", "Acme, inc.", True), (True, "yes", True), (1, True, False), ("🙂", "🙃", False), ("🙂", "🙂", True), (None, "", False), (None, 0, False), (0, 0.0, True), ("Car", "Cars", True)])  # fmt: skip
def test_sameness(a: Any, b: Any, equal: bool) -> None:
    assert same(a, b) == equal


CLAIMS = st.lists(st.sampled_from([DEPOSIT, OLD, REPAIR]), max_size=3)


@given(st.text(max_size=40) | st.sampled_from(["14 days", "30 days", "14 days 30 days"]), CLAIMS, CLAIMS, st.booleans(), st.booleans())
def test_outcomes_hold_together(text: str, facts: list[Any], wrong: list[Any], answerable: bool, handover: bool) -> None:
    record = Record(id="r", input="x", facts=facts, wrong=wrong, answerable=answerable, handover=handover)
    found = outcome(record, Output(text), ANSWER)
    assert 0 <= found.facts[0] <= found.facts[1] == len(facts)
    assert (found.kind == "right") <= (not found.why)
    assert found.kind == "wrong" or (answerable and not handover)
    assert outcome(record, None, ANSWER).kind == "passed_on"
    more = outcome(record, Output(text + " 14 days. within two working days."), ANSWER)
    assert more.facts[0] >= found.facts[0]
