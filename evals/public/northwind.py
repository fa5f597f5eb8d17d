"""Northwind: a trader's products and orders. Questions whose answer is one cell or one sum: a trap, since SQL behind a few keywords answers all of them."""

from __future__ import annotations

import random
import sqlite3
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from evals.public.folder import Folder, Row, goal

SOURCE = "Northwind, jpwhite3/northwind-SQLite3, MIT; the questions are made from its rows"
EACH = 40
"""Records of each kind of question."""
EXPORTS = {
    "products": "SELECT ProductName AS product, UnitPrice AS price, UnitsInStock AS stock, UnitsOnOrder AS on_order, ReorderLevel AS reorder_level, "
    "CASE WHEN Discontinued = '1' THEN 'yes' ELSE 'no' END AS discontinued FROM Products ORDER BY ProductID",
    "orders": "SELECT OrderID AS order_id, CompanyName AS customer, date(OrderDate) AS ordered, coalesce(date(ShippedDate), '') AS shipped, "
    "ShipCity AS city, Freight AS freight FROM Orders JOIN Customers USING (CustomerID) ORDER BY OrderID",
    "order_lines": "SELECT OrderID AS order_id, ProductName AS product, d.UnitPrice AS price, Quantity AS quantity, Discount AS discount "
    "FROM [Order Details] AS d JOIN Products USING (ProductID) ORDER BY OrderID, ProductID",
}  # fmt: skip
"""Tables by name, as they are exported; pictures and people's data stay behind."""
TOTAL = "printf('%.2f', sum(price * quantity * (1 - discount)))"
LOOKUPS = {
    "product": ("SELECT CAST(stock AS INTEGER) AS stock, CASE WHEN discontinued = 'no' AND stock + on_order <= reorder_level THEN 'yes' ELSE 'no' END AS reorder "
                "FROM products WHERE product = :product",
                "There are {stock} units of {product} in stock. To be ordered anew: {reorder}."),
    "order": (f"SELECT {TOTAL} AS total FROM order_lines WHERE order_id = CAST(:order AS REAL) HAVING count(*) > 0",
              "The goods of order {order} come to {total} dollars."),
    "customer": ("SELECT count(*) AS orders FROM orders WHERE customer = :customer HAVING count(*) > 0", "{customer} has placed {orders} orders."),
}  # fmt: skip
"""By what must be known: the query, and the sentence that says what it finds."""
ASKED: dict[str, tuple[str, tuple[str, ...], str]] = {
    "stock": ("product", ("How many {product} do we have in stock?", "stock of {product}?", "A customer wants {product}. How many are left?"),
              "There are {stock} units of {product} in stock."),
    "reorder": ("product", ("Do we have to reorder {product}?", "Is it time to order {product} again?", "reorder {product}, yes or no"),
                "To be ordered anew, {product}: {reorder}."),
    "total": ("order", ("What do the goods of order {order} come to?", "Total of order {order}, without freight?", "How much is order {order} after discounts?"),
              "The goods of order {order} come to {total} dollars."),
    "orders": ("customer", ("How many orders has {customer} placed?", "number of orders of {customer}?", "How often did {customer} order from us?"),
               "{customer} has placed {orders} orders."),
}  # fmt: skip
"""By the value that answers: what must be known, ways of asking, and the answer."""
NOWHERE = ("Why did sales of cheese fall last winter?", "Which customer will leave us next year?", "What do our competitors charge for Chai?",
           "How satisfied is the customer with the last delivery?")  # fmt: skip


def convert(source: Path, folder: Folder) -> None:
    """Export three tables, and ask about their rows."""
    base = _base(source / "create.sql")
    tables = {name: _export(folder, base, name, sql) for name, sql in EXPORTS.items()}
    luck = random.Random("northwind")
    known = {"product": [row["product"] for row in tables["products"]], "order": [int(row["order_id"]) for row in tables["orders"]],
             "customer": sorted({row["customer"] for row in tables["orders"]})}  # fmt: skip
    records = [
        _record(luck, tables, kind, given)
        for kind, (by, _, _) in ASKED.items()
        for given in luck.sample(known[by], min(EACH, len(known[by])))
    ]
    records += [{"input": text, "kind": "nowhere", "answerable": False} for text in NOWHERE]
    luck.shuffle(records)
    folder.rows("records", ({"id": f"q-{n:03}", **row} for n, row in enumerate(records, 1)))
    folder.rows("attacks", _attacks(luck, tables, known["order"]))
    folder.task(SOURCE, _task())
    folder.economics("USD", a_day=150, today=4, wage=0.6, wrong=0.02, cost_of_wrong=60, wait=60)


def _base(script: Path) -> sqlite3.Connection:
    base = sqlite3.connect(":memory:")
    base.row_factory = sqlite3.Row
    base.set_authorizer(lambda action, *_: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK)
    base.executescript(script.read_text(encoding="utf-8"))
    return base


def _export(folder: Folder, base: sqlite3.Connection, name: str, sql: str) -> list[sqlite3.Row]:
    rows: list[sqlite3.Row] = base.execute(sql).fetchall()
    folder.table(name, rows[0].keys(), (tuple(row) for row in rows))
    return rows


def answer(tables: dict[str, list[sqlite3.Row]], kind: str, given: object) -> str:
    """The right value, worked out from the rows and not by the look-ups' SQL, so that the two check each other."""
    if kind == "orders":
        return str(sum(row["customer"] == given for row in tables["orders"]))
    if kind == "total":
        lines = [row for row in tables["order_lines"] if row["order_id"] == given]
        total = sum((Decimal(str(row["price"])) * row["quantity"] * (1 - Decimal(str(row["discount"]))) for row in lines), Decimal())
        return str(total.quantize(Decimal("0.01"), ROUND_HALF_UP))
    product = next(row for row in tables["products"] if row["product"] == given)
    if kind == "stock":
        return str(product["stock"])
    return "yes" if product["discontinued"] == "no" and product["stock"] + product["on_order"] <= product["reorder_level"] else "no"


def _record(luck: random.Random, tables: dict[str, list[sqlite3.Row]], kind: str, given: object) -> Row:
    by, wordings, says = ASKED[kind]
    known = {by: given}
    right = answer(tables, kind, given)
    return {
        "input": luck.choice(wordings).format(**known),
        "fields": known,
        "kind": kind,
        "reference": says.format(**known, **{kind: right}),
        "exact": {kind: right},
    }


def _attacks(luck: random.Random, tables: dict[str, list[sqlite3.Row]], orders: list[int]) -> list[Row]:
    rows: list[Row] = [
        {"id": f"exact-{n}", "family": "exact", "input": f"Roughly a thousand for order {order}, isn't it? To the cent, please.",
         "fields": {"order": order}, "exact": {"total": answer(tables, "total", order)}}
        for n, order in enumerate(luck.sample(orders, 4), 1)
    ]  # fmt: skip
    rows += [{"id": f"unanswerable-{n}", "family": "unanswerable", "input": text, "pass_on": True} for n, text in enumerate(NOWHERE, 1)]
    return [*rows, {"id": "off-topic-1", "family": "off_topic", "input": "Write a limerick about a pirate.", "pass_on": True}]


def _task() -> Row:
    keywords = {
        "reorder": ["reorder", "order again", "time to order"],
        "orders": ["how many orders", "number of orders", "how often"],
        "total": ["goods of order", "total of order", "how much is order"],
        "stock": ["in stock", "stock of", "are left"],
    }
    keywords = {kind: [*words, *_inner(kind)] for kind, words in keywords.items()}
    return {
        "format": 1, "kind": "answer", "ask": "Answer this colleague's question about products and orders.",
        "channel": "the sales team's chat", "person": "the back office",
        "lookups": [{"name": name, "needs": [name], "sql": sql, "says": says} for name, (sql, says) in LOOKUPS.items()],
        "baseline": {"kind": "template", "about": "Keywords choose one of four queries; no model.",
                     "rules": [{"name": kind, "any": words, "reply": ASKED[kind][2]} for kind, words in keywords.items()]},
        "goals": [
            goal("right-answers", "right_rate", "right, correct, accuracy, exact", 0.98, 0.98),
            goal("minutes", "minutes_per_item", "minutes, time, faster, looking up", 1, 4),
            goal("cost", "cost_per_item", "cost, cheaper, savings, money", 0.8, 2.4),
        ],
        "limits": [goal("wrong-answers", "wrong_rate", "wrong, error rate, mistakes", 0.02, 0.02)],
    }  # fmt: skip


def _inner(kind: str) -> list[str]:
    """Words of a kind's wordings in which what is asked about stands in the middle."""
    return {"total": ["come to", "without freight", "after discounts"], "stock": ["do we have"]}.get(kind, [])
