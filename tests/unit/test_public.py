"""The converters of public data. Small data of the same form are made here; tests on the data themselves skip where these are absent."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from evals.public import banking77, northwind, retail_support, staff_handbook, visit_notes
from evals.public.__main__ import DATA, SETS, main
from evals.public.folder import Folder, written

from caseroom.app.datacheck import check_folder
from caseroom.cases.data import load_data
from caseroom.lab.experiment import item_of
from caseroom.lab.outcome import outcome
from caseroom.pipeline.exact import Exact, Tables
from caseroom.pipeline.simple import Simple

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the public data are not in {DATA}")


def table(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def baseline_outcomes(folder: Path) -> dict[str, int]:
    """How often each outcome comes of the simple way."""
    data = load_data(folder)
    simple = Simple(data.task, Exact(data.task, Tables(data.tables)), None)
    kinds = [outcome(record, simple.answer(item_of(record))[0], data.task).kind for record in data.records()]
    return {kind: kinds.count(kind) for kind in kinds}


def test_banking77_keeps_train_and_test_apart(tmp_path: Path) -> None:
    names = ["card_arrival", "card_linking", "reverted_card_payment?"]
    source = tmp_path / "data"
    source.mkdir()
    (source / "categories.json").write_text(json.dumps(names), encoding="utf-8")
    table(source / "test.csv", ["text", "category"], [["Is there a card arrival date?", names[0]], ["Why was it\nreverted?", names[2]]])
    table(
        source / "train.csv",
        ["text", "category"],
        [["Why was it reverted?", names[2]], *([f"{n} link my card", names[1]] for n in range(40))],
    )
    with written(tmp_path / "out") as folder:
        banking77.convert(source, folder)
    counts = check_folder(tmp_path / "out")
    assert (counts["records"], counts["examples"]) == (2, banking77.EXAMPLES)  # one stands in the test file, too
    assert baseline_outcomes(tmp_path / "out") == {"right": 2}


def test_banking77_keywords_come_from_the_names_alone() -> None:
    assert banking77.readings(["card_arrival", "top_up_by_card"]) == [
        {"value": "card_arrival", "any": ["card arrival"]},
        {"value": "top_up_by_card", "any": ["top up by card"]},
        {"value": "card_arrival", "all": ["card", "arrival"]},
        {"value": "top_up_by_card", "all": ["top", "card"]},
        {"value": "card_arrival", "any": ["arrival"]},
        {"value": "top_up_by_card", "any": ["top"]},
    ]


def order(number: int) -> dict[str, Any]:
    """An order of the shop."""
    paid = {"transaction_type": "payment", "amount": 10.5 + number, "payment_method_id": "gift_card_77"}
    item = {"name": "Mug", "product_id": "1", "item_id": str(number), "price": 10.5, "options": {"color": "red"}}
    return {"order_id": f"#W{number}", "user_id": "u", "address": {"city": "Fresno", "zip": "93700"}, "items": [item], "fulfillments": [],
            "status": retail_support.STATES[number % 4], "payment_history": [paid]}  # fmt: skip


def test_retail_support_asks_what_the_orders_answer(tmp_path: Path) -> None:
    source = tmp_path / "data"
    source.mkdir()
    variant = {"item_id": "1", "options": {}, "available": True, "price": 3}
    (source / "orders.json").write_text(json.dumps({f"#W{n}": order(n) for n in range(320)}), encoding="utf-8")
    (source / "users.json").write_text(
        json.dumps({"u": {"name": {"first_name": "A", "last_name": "B"}, "email": "a@b.example"}}), encoding="utf-8"
    )
    (source / "products.json").write_text(json.dumps({"1": {"name": "Mug", "variants": {"1": variant}}}), encoding="utf-8")
    (source / "policy.md").write_text("# Policy\nRefunds take 5 to 7 business days.", encoding="utf-8")
    with written(tmp_path / "out") as folder:
        retail_support.convert(source, folder)
    counts = check_folder(tmp_path / "out")
    assert counts["records"] == retail_support.RECORDS + len(retail_support.POLICY) + len(retail_support.NOWHERE) + len(
        retail_support.ANGRY
    )
    assert counts["tables"] == 3 and "look-ups that found no row" not in counts
    assert baseline_outcomes(tmp_path / "out")["right"] == retail_support.RECORDS
    bad = [example for example in load_data(tmp_path / "out").examples if not example.good]
    assert len(bad) == retail_support.EXAMPLES // 6


def test_staff_handbook_names_the_pages_that_answer(tmp_path: Path) -> None:
    (tmp_path / "data" / "leave").mkdir(parents=True)
    (tmp_path / "data" / "leave" / "sick.md").write_text("---\ntitle: Sick\n---\nCall your lead.", encoding="utf-8")
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "q1", "voice": "plain", "question": "I am ill?", "pages": ["leave/sick.md"]}\n', encoding="utf-8")
    with written(tmp_path / "out") as folder:
        staff_handbook.convert(tmp_path / "data", folder, questions)
    assert next(load_data(tmp_path / "out").records()).documents == ["leave/sick.md"]
    assert check_folder(tmp_path / "out")["documents"] == 1
    with pytest.raises(FileNotFoundError, match="it holds the questions"), written(tmp_path / "other") as folder:
        staff_handbook.convert(tmp_path / "data", folder, tmp_path / "nowhere.jsonl")
    assert not (tmp_path / "other").exists()


def test_visit_notes_take_figures_that_were_said(tmp_path: Path) -> None:
    said = visit_notes.figures(
        "A 76-year-old, since 3, days, 2.5 mg, seen 01/10/09, 12 pills, 1,234.", "I am seventy six. Three days now. I take 2.5 mg."
    )
    assert said == ["76", "3", "2.5"]  # the date is no figure, 12 was not said
    source = tmp_path / "data"
    source.mkdir()
    for name in ("Training", "Validation"):
        talks = [
            [str(n), "GENHX" if n % 2 else "ALLERGY", f"Pain for {n} days.", f"Doctor: {name}?\r\nPatient: {n} days."] for n in range(1, 7)
        ]
        table(source / f"MTS-Dialog-{name}Set.csv", ["ID", "section_header", "section_text", "dialogue"], talks)
    with written(tmp_path / "out") as folder:
        visit_notes.convert(source, folder)
    assert check_folder(tmp_path / "out")["records"] == 6


NORTHWIND = """
CREATE TABLE Products (ProductID, ProductName, UnitPrice, UnitsInStock, UnitsOnOrder, ReorderLevel, Discontinued);
INSERT INTO Products VALUES (1, 'Chai', 18, 39, 0, 10, '0'), (2, 'Old Cheese', 5, 1, 0, 10, '1'), (3, 'Chang', 19, 2, 1, 10, '0');
CREATE TABLE Customers (CustomerID, CompanyName);
INSERT INTO Customers VALUES ('A', 'Around the Horn');
CREATE TABLE Orders (OrderID, CustomerID, OrderDate, ShippedDate, ShipCity, Freight);
INSERT INTO Orders SELECT value, 'A', '1996-07-04', NULL, 'London', 3 FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n
LIMIT 50) SELECT value FROM n);
CREATE TABLE [Order Details] (OrderID, ProductID, UnitPrice, Quantity, Discount);
INSERT INTO [Order Details] SELECT OrderID, 1 + OrderID % 3, 18.35, OrderID, 0.15 FROM Orders;
"""


def test_northwind_is_answered_by_sql_alone(tmp_path: Path) -> None:
    (tmp_path / "create.sql").write_text(NORTHWIND, encoding="utf-8")
    with written(tmp_path / "out") as folder:
        northwind.convert(tmp_path, folder)
    check_folder(tmp_path / "out")
    counts = baseline_outcomes(tmp_path / "out")
    assert counts == {"right": 3 + 3 + 40 + 1, "passed_on": len(northwind.NOWHERE)}
    right = {
        record.fields["product"]: record.exact["reorder"] for record in load_data(tmp_path / "out").records() if record.kind == "reorder"
    }
    assert right == {"Chai": "no", "Old Cheese": "no", "Chang": "yes"}


def test_a_script_may_not_reach_other_files(tmp_path: Path) -> None:
    (tmp_path / "create.sql").write_text(f"ATTACH '{tmp_path / 'other.db'}' AS other;", encoding="utf-8")
    with pytest.raises(Exception, match="not authorized"):
        northwind.convert(tmp_path, Folder(tmp_path))


def test_absent_data_and_folders_in_the_way_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["banking77", str(tmp_path / "out"), "--data", str(tmp_path / "nowhere")]) == 1
    assert "--data DIR" in capsys.readouterr().err
    (tmp_path / "data" / "northwind").mkdir(parents=True)
    assert main(["northwind", str(tmp_path / "out"), "--data", str(tmp_path / "data")]) == 1
    assert "create.sql" in capsys.readouterr().err
    (tmp_path / "data" / "northwind" / "create.sql").write_text(NORTHWIND, encoding="utf-8")
    assert main(["northwind", str(tmp_path), "--data", str(tmp_path / "data")]) == 1
    assert "no data folder" in capsys.readouterr().err
    for _ in range(2):  # one of ours gives way
        assert main(["northwind", str(tmp_path / "out"), "--data", str(tmp_path / "data")]) == 0
    with pytest.raises(SystemExit):
        main(["unheard", str(tmp_path / "out")])


@needs_data
@pytest.mark.parametrize("name", list(SETS))
def test_public_data_make_whole_folders_the_same_each_time(name: str, tmp_path: Path) -> None:
    for out in ("one", "two"):
        assert main([name, str(tmp_path / out)]) == 0
    assert check_folder(tmp_path / "one")["records"] >= 150
    assert load_data(tmp_path / "one").version == load_data(tmp_path / "two").version


@needs_data
def test_the_simple_way_is_what_each_set_says_it_is(tmp_path: Path) -> None:
    main(["all", str(tmp_path)])
    assert baseline_outcomes(tmp_path / "northwind") == {"right": 160, "passed_on": 4}
    assert baseline_outcomes(tmp_path / "retail_support")["right"] == retail_support.RECORDS
    assert 0.3 < baseline_outcomes(tmp_path / "banking77")["right"] / 3080 < 0.4
