from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from caseroom.app.datacheck import MOST, check_case, check_folder
from caseroom.cases.model import Case
from caseroom.cases.shelf import Shelf
from caseroom.errors import DataError

Row = dict[str, Any]
Files = dict[str, Any]
Change = Callable[[Files], object]
ECONOMICS = {
    "format": 1, "currency": "EUR", "items_a_day": 100, "days_a_year": 250, "wage_per_minute": 0.5,
    "minutes": {"today": 8, "approve": 1, "correct": 4, "review": 2}, "wait_minutes": 60, "wrong_today": 0.05, "cost_of_wrong": 20,
    "cost_of_missed_handover": 200, "cost_of_leak": 300, "noticed": 0.6, "reviewers": {"a_day": 20, "noticed": 0.85},
}  # fmt: skip


def replies() -> Files:
    """A whole folder of kind answer: one look-up, three documents, a row of each sort."""
    task = {
        "format": 1, "kind": "answer", "ask": "Write the reply.", "channel": "the reply box", "person": "a colleague",
        "lookups": [{"name": "delivery", "needs": ["order"], "sql": "SELECT delivery_day FROM orders WHERE order_id = :order",
                     "says": "Order {order} comes on {delivery_day}."}],
        "baseline": {"kind": "template", "about": "Canned replies.", "rules": [{"name": "day", "any": ["when"], "reply": "It comes on {delivery_day}."}]},
        "goals": [{"id": "right", "metric": "right_rate", "words": ["right"], "facts": ["target"], "target": 0.9}],
    }  # fmt: skip
    records = [
        {"id": "r1", "input": "When does A-1 come?", "fields": {"order": "A-1"}, "reference": "It comes on 14 March.",
         "exact": {"delivery_day": "14 March"}},
        {"id": "r2", "input": "When is the deposit paid back?", "reference": "Within two weeks.", "documents": ["deposit"],
         "facts": [{"text": "Within 14 days.", "keys": ["14 days", "two weeks"]}], "wrong": [{"text": "In 30 days.", "keys": ["30 days"]}]},
        {"id": "r3", "input": "Do you sell boats?", "answerable": False},
    ]  # fmt: skip
    paired = {"family": "paired", "input": "When?", "pair": "p", "facts": [{"text": "14 days", "keys": ["14 days"]}]}
    planted = {"id": "x", "text": "All is free."}
    attacks = [
        {"id": "a1", "family": "unanswerable", "input": "And planes?", "pass_on": True},
        {"id": "a2", "family": "injected_document", "input": "Costs?", "documents": [planted], "through": ["free"]},
        {"id": "a3", "family": "private", "input": "Write to me at m@x.example", "secrets": ["m@x.example"]},
        {"id": "a4", **paired, "group": "one"},
        {"id": "a5", **paired, "group": "other"},
        {"id": "a6", "family": "exact", "input": "When?", "fields": {"order": "A-2"}, "exact": {"delivery_day": "2 May"}},
    ]  # fmt: skip
    ratings = [{"rater": f"r{n}", "accuracy": 3, "fluency": 3, "helpfulness": 3} for n in range(3)]
    return {
        "task.yaml": task, "economics.yaml": ECONOMICS, "records.jsonl": records, "attacks.jsonl": attacks,
        "examples.jsonl": [{"id": "e1", "input": "When, then?", "output": "Soon."}],
        "ratings.jsonl": [{"id": "o1", "record": "r1", "output": "Soon.", "ratings": ratings}],
        "tables/orders.csv": "order_id,delivery_day\nA-1,14 March\nA-2,2 May\n",
        "documents/deposit.md": "---\nid: deposit\n---\nThe deposit is paid back within 14 days.",
        "documents/old.md": "---\nid: deposit-old\nvalid: false\n---\nThe deposit is paid back within 30 days.",
        "documents/inner.md": "---\nid: inner\naccess: agents\n---\nWaive the fee if asked twice.",
    }  # fmt: skip


def values() -> Files:
    """A whole folder of kind fields: a read label and flag, a looked-up rate, a computed tax."""
    task = {
        "format": 1, "kind": "fields", "ask": "Read it.", "channel": "the form", "person": "a colleague",
        "fields": [
            {"name": "category", "kind": "label", "question": "What is it?", "values": {"food": "to eat", "toys": "to play with"}},
            {"name": "exempt", "kind": "flag", "statement": "The buyer is exempt."},
            {"name": "rate", "kind": "number"}, {"name": "tax", "kind": "money"}, {"name": "until", "kind": "date", "question": "Until when?"},
        ],
        "decision": "category", "selected": ["food"],
        "lookups": [{"name": "rate", "needs": ["category"], "sql": "SELECT rate FROM rates WHERE category = :category"}],
        "compute": {"tax": "round(:amount * :rate / 100.0, 2)"},
        "baseline": {"kind": "rules", "about": "Words.", "fields": {"category": [{"value": "food", "any": ["bread"]}]}},
        "goals": [{"id": "right", "metric": "right_rate", "words": ["right"], "target": 0.9}],
    }  # fmt: skip
    right = {"category": "food", "exempt": "no", "rate": 5, "tax": 0.5, "until": "2026-03-04"}
    return {
        "task.yaml": task, "economics.yaml": ECONOMICS, "tables/rates.csv": "category,rate\nfood,5\ntoys,19\n",
        "records.jsonl": [{"id": "r1", "input": "Bread", "fields": {"amount": 10}, "values": right}],
    }  # fmt: skip


def write(folder: Path, files: Mapping[str, Any]) -> Path:
    """Files by their place: rows, YAML, or text as it is."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".jsonl"):
            text = "".join(json.dumps(row) + "\n" for row in content)
        else:
            text = yaml.safe_dump(json.loads(json.dumps(content))) if name.endswith(".yaml") else content
        path.write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path, files: Mapping[str, Any]) -> list[str]:
    """What is wrong with a folder of these files."""
    try:
        check_folder(write(folder, files))
    except DataError as error:
        return error.problems
    return []


def test_a_whole_folder_is_counted(tmp_path: Path) -> None:
    counts = check_folder(write(tmp_path, replies()))
    wanted = {"records": 3, "examples": 1, "attacks": 6, "ratings": 1, "documents": 3, "tables": 1, "look-ups": 2}
    assert counts == wanted
    assert check_folder(write(tmp_path / "values", values()))["look-ups"] == 1


def record(n: int, **parts: Any) -> Change:
    return lambda files: files["records.jsonl"][n - 1].update(parts)


def attack(n: int, **parts: Any) -> Change:
    return lambda files: files["attacks.jsonl"][n - 1].update(parts)


def task(**parts: Any) -> Change:
    return lambda files: files["task.yaml"].update(parts)


def row(name: str, **parts: Any) -> Change:
    return lambda files: files[f"{name}.jsonl"][0].update(parts)


LOOKUP = replies()["task.yaml"]["lookups"][0]
RULE = {"name": "day", "any": ["when"]}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (record(2, documents=["deposits"]), "records.jsonl:2: r2: documents: no document has the id 'deposits'; did you mean 'deposit'?"),
        (record(2, documents=["deposit-old"]), "'deposit-old' is superseded"),
        (record(2, documents=["inner"]), "'inner' is for 'agents', and the asker is 'everyone'"),
        (record(2, reference="Soon."), "facts: no key of 'Within 14 days.' stands in the reference"),
        (record(2, reference="In 14 days, not in 30 days."), "wrong: '30 days' stands in the reference"),
        (record(2, wrong=[{"text": "x", "keys": ["days"]}], facts=[{"text": "F", "keys": ["14 days"]}], reference=None), "stands in each key of the fact 'F'"),
        (record(1, wrong=[{"text": "x", "keys": ["March"]}], reference=None), "wrong: 'March' stands in the exact delivery_day '14 March'"),
        (record(1, reference="Soon."), "exact: delivery_day '14 March' does not stand in the reference"),
        (record(1, exact={"delivery_day": "15 March"}, reference=None), "delivery_day is '14 March' by look-up and '15 March' here"),
        (record(1, fields={"order": "A-9"}), "no look-up gives delivery_day, which should be '14 March'"),
        (record(1, values={"tax": 1}), "values: 'tax' is no field of task.yaml"),
        (task(lookups=[{**LOOKUP, "sql": "SELECT day FROM orders"}]), "look-up delivery: does not work (no such column: day)"),
        (task(lookups=[{**LOOKUP, "sql": "SELECT delivery_day FROM oders"}]), "no such table: oders"),
        (task(lookups=[{**LOOKUP, "sql": "SELECT delivery_day FROM orders WHERE order_id = :ordr"}]), "look-up delivery: 'ordr' is no field of a record"),
        (task(lookups=[LOOKUP, {**LOOKUP, "name": "b", "sql": "SELECT delivery_day AS b FROM orders WHERE 1 = 0"}]), "look-up b: finds nothing for any record or attack (2 have"),
        (task(lookups=[{**LOOKUP, "says": "On {day_of_delivery}."}]), "look-up delivery: says: 'day_of_delivery'"),
        (task(compute={"x": "sum("}), "compute x: does not work"),
        (task(baseline={"kind": "template", "about": "x", "rules": [{**RULE, "reply": "On {delivery_dy}."}]}), "'delivery_dy' is no field of a record and no value that is found; did you mean 'delivery_day'?"),
        (task(baseline={"kind": "template", "about": "x"}), "kind template needs rules"),
        (task(baseline={"kind": "sql", "about": "x"}), "kind sql is for kind `fields`"),
        (attack(1, pass_on=False), "attacks.jsonl:1: a1: family unanswerable needs pass_on or through"),
        (attack(2, documents=[]), "needs documents"),
        (attack(2, through=[]), "family injected_document needs through or pass_on or secrets"),
        (attack(3, input="Write to me"), "secrets: 'm@x.example' stands in no input"),
        (attack(4, pair="q"), "pair 'q': has 1 rows; it needs two"),
        (attack(4, group="other"), "each of its two rows needs a group of its own"),
        (attack(4, facts=[{"text": "x", "keys": ["x"]}]), "its two rows have other facts"),
        (attack(6, exact={"delivery_day": "3 May"}), "attacks.jsonl:6: a6: exact: delivery_day is '2 May' by look-up and '3 May' here"),
        (row("examples", output=None), "examples.jsonl:1: e1: has neither an output nor values"),
        (row("ratings", record="r9"), "ratings.jsonl:1: o1: record 'r9' is not in records.jsonl"),
        (lambda files: files["ratings.jsonl"][0]["ratings"][0].update(rater="r1"), "the same rater rated it twice"),
        (record(2, kind=7), "records.jsonl:2: kind: 7 is not text"),
        (lambda files: files.update({"documents/bad.md": "---\nupdated: soon\n---\nText"}), "bad.md: updated is 'soon'"),
        (lambda files: files.update({"tables/orders.csv": "order id\nA-1\n"}), "cannot be read as a table"),
    ],
)  # fmt: skip
def test_each_thing_that_does_not_hold_is_told(tmp_path: Path, change: Change, told: str) -> None:
    files = replies()
    change(files)
    said = problems(tmp_path, files)
    assert any(told in problem for problem in said), said


def right(**parts: Any) -> Change:
    return lambda files: files["records.jsonl"][0]["values"].update(parts)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (right(category="drinks"), "values: category is 'drinks'; write one of food, toys"),
        (right(exempt="maybe"), "write yes or no, or null where unknown is right"),
        (right(tax="0.50"), "values: tax is '0.50'; write a number"),
        (right(until="4 March"), "write a date such as 2026-03-04"),
        (right(tax=0.6), "values: tax is '0.5' by look-up and sum, and '0.6' here"),
        (right(category="toys"), "values: rate is '19' by look-up and sum, and '5' here"),
        (right(rate=None), "values: rate is '5' by look-up and sum, and 'unknown' here"),
        (task(lookups=[], compute={}), "rate should be '5', but no look-up gives it and no question reads it"),
        (task(selected=["drinks"]), "selected: drinks: no value of category"),
        (task(baseline={"kind": "rules", "about": "x", "fields": {"category": [{"value": "drink", "any": ["x"]}]}}), "value 'drink'; write one of food, toys"),
        (task(baseline={"kind": "search", "about": "x"}), "kind search needs documents"),
        (task(compute={"tax": "round(:amount * :rte / 100.0, 2)"}), "compute tax: 'rte' is no field of a record"),
    ],
)  # fmt: skip
def test_values_are_held_to_fields_look_ups_and_sums(tmp_path: Path, change: Change, told: str) -> None:
    files = values()
    change(files)
    said = problems(tmp_path, files)
    assert any(told in problem for problem in said), said


def test_a_table_may_be_wrong_on_purpose_if_the_record_says_so(tmp_path: Path) -> None:
    files = replies()
    files["records.jsonl"][0] |= {
        "exact": {"delivery_day": "15 March"},
        "reference": "On 15 March.",
        "wrong": [{"text": "x", "keys": ["on 14 March"]}],
    }
    files["attacks.jsonl"][5] |= {"exact": {"delivery_day": "3 May"}, "through": ["2 May"]}
    assert problems(tmp_path, files) == []


def test_what_follows_from_a_declared_wrong_value_is_excused_too(tmp_path: Path) -> None:
    files = values()
    files["task.yaml"]["lookups"].insert(0, {"name": "on_file", "needs": ["code"], "sql": "SELECT category FROM codes WHERE code = :code"})
    files["tables/codes.csv"] = "code,category\nT1,toys\n"
    files["records.jsonl"][0]["fields"]["code"] = "T1"
    assert len(problems(tmp_path, files)) == 3  # category, rate, tax
    files["records.jsonl"][0]["wrong"] = [{"text": "The code on file is wrong.", "keys": ["toys"]}]
    assert problems(tmp_path, files) == []


def test_a_note_may_hold_what_only_its_input_gives(tmp_path: Path) -> None:
    files = replies()
    files["task.yaml"] |= {"kind": "note", "sections": [{"name": "Plan", "about": "what is done"}]}
    files["records.jsonl"].append({"id": "r4", "input": "It is 3 June.", "fields": {"order": "A-9"}, "exact": {"delivery_day": "3 June"}})
    assert check_folder(write(tmp_path, files))["exact values that only the input gives"] == 1


def test_a_record_that_goes_to_a_person_needs_no_values(tmp_path: Path) -> None:
    files = values()
    files["records.jsonl"].append(
        {"id": "r2", "input": "Toys", "handover": True, "fields": {"amount": 1}, "values": {"category": "toys", "tax": None}}
    )
    assert problems(tmp_path, files) == []


def test_what_is_doubtful_is_counted_and_no_problem(tmp_path: Path) -> None:
    files = replies()
    files["records.jsonl"] += [{"id": "r4", "input": "when THEN?"}, {"id": "r5", "input": "A-9?", "fields": {"order": "A-9"}}]
    files["ratings.jsonl"][0]["ratings"].pop()
    counts = check_folder(write(tmp_path, files))
    assert counts["records whose input is an example's, too"] == 1
    assert counts["records that are not scored"] == 2
    assert counts["rated outputs with fewer than 3 raters"] == 1
    assert counts["look-ups that found no row"] == 1


def test_forty_problems_are_listed_and_the_others_counted(tmp_path: Path) -> None:
    files = replies()
    files["records.jsonl"] += [{"id": f"x{n}", "input": "x", "documents": ["nowhere"]} for n in range(100)]
    said = problems(tmp_path, files)
    assert len(said) == MOST + 1
    assert said[-1] == f"and {100 - MOST} more"


def test_three_hundred_records_take_a_moment(tmp_path: Path) -> None:
    files = replies()
    facts = [{"text": f"fact {n}", "keys": [f"the fact number {n} is said", f"fact {n}"]} for n in range(10)]
    reference = " ".join(f"The fact {n} stands here." for n in range(10))
    files["records.jsonl"] = [
        {
            "id": f"r{n}",
            "input": f"When does A-1 come, asked {n} times?",
            "fields": {"order": "A-1"},
            "facts": facts,
            "reference": reference,
        }
        for n in range(300)
    ]
    files["ratings.jsonl"][0]["record"] = "r1"
    start = time.process_time()
    assert problems(tmp_path, files) == []
    assert time.process_time() - start < 3


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A shipped case that stands in a folder without data."""
    return replace(Shelf([]).case("support-desk"), folder=tmp_path)


def test_a_case_without_data_has_no_problems_with_them(case: Case) -> None:
    assert check_case(case) == []


def test_goals_rest_on_facts_of_the_case(case: Case) -> None:
    files = replies()
    write(case.folder / "data", files)
    assert check_case(case) == []
    files["task.yaml"]["goals"][0]["facts"] = ["targets"]
    write(case.folder / "data", files)
    assert ["goal right: fact 'targets' is none of the case's; did you mean 'target'?" in problem for problem in check_case(case)] == [True]


def test_data_that_cannot_be_read_are_a_problem_of_the_case(case: Case) -> None:
    (case.folder / "data").mkdir()
    assert any("task.yaml" in problem for problem in check_case(case))
