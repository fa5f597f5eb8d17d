from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.labdata import DESK, PAGES, TOLL, toll_folder, workshop_of, write_folder

from caseroom.app.engine import Engine
from caseroom.pipeline.state import Item
from caseroom.pipeline.workshop import Workshop


def test_canned_replies_with_what_was_looked_up(desk: Workshop) -> None:
    output, why = desk.simple.answer(Item("1", "When will it be DELIVERED?", {"order": "A-1"}))
    assert output is not None and (output.text, output.by) == ("Your delivery is planned for 14 March.", "baseline")
    assert why == "canned reply: delivery day"


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (Item("1", "When will it be delivered?", {"order": "A-3"}), "no canned reply fits"),
        (Item("1", "When will it be delivered?"), "no canned reply fits"),
        (Item("1", "Good morning"), "no canned reply fits"),
        (Item("1", ""), "no canned reply fits"),
        (Item("1", "My lawyer asks when it is delivered.", {"order": "A-1"}), "on the trigger list: legal threat"),
    ],
)
def test_what_it_has_no_rule_for_is_passed_on(desk: Workshop, item: Item, why: str) -> None:
    assert desk.simple.answer(item) == (None, why)


def searching(engine: Engine, folder: Path, pages: dict[str, str]) -> Workshop:
    return workshop_of(write_folder(folder, task={**DESK, "baseline": {"kind": "search", "about": "A search."}}, pages=pages), engine)


def test_a_search_gives_the_first_sentences(engine: Engine, tmp_path: Path) -> None:
    output, why = searching(engine, tmp_path, PAGES).simple.answer(Item("1", "repair engineer"))
    assert output is not None and output.text.startswith("A repair costs nothing while you rent.")
    assert why == "first hit of the search: repair"
    assert searching(engine, tmp_path, {}).simple.answer(Item("1", "zzz"))[1] == "the search found nothing"


@pytest.mark.parametrize("pages", [{}, {"empty": "---\ntitle: x\n---\n"}])
def test_a_search_without_pages_finds_nothing(engine: Engine, tmp_path: Path, pages: dict[str, str]) -> None:
    assert searching(engine, tmp_path, pages).simple.answer(Item("1", "deposit")) == (None, "the search found nothing")


LORRY = Item("1", "A truck. The driver has a valid permit.", {"weight": 10})


def test_values_by_words_look_up_and_sum(toll: Workshop) -> None:
    output, why = toll.simple.answer(LORRY)
    assert output is not None and why == "by rules"
    assert dict(output.values) == {"vehicle": "lorry", "permit": "yes", "weight": 10, "owner": None, "rate": 1.5, "toll": 15}


def test_without_the_decision_or_anything_it_passes_on(toll: Workshop) -> None:
    assert toll.simple.answer(replace(LORRY, input="A truck."))[0] is None
    output, why = toll.simple.answer(Item("1", "🙂"))
    assert output is None and why.startswith("no rule for vehicle")


def test_sql_gives_all_values_or_none(engine: Engine, tmp_path: Path) -> None:
    baseline: dict[str, Any] = {**TOLL["baseline"], "kind": "sql"}
    folder = toll_folder(tmp_path)
    write_folder(folder, task={**TOLL, "baseline": baseline}, pages={}, tables={}, records=[])
    simple = workshop_of(folder, engine).simple
    assert simple.answer(LORRY) == (None, "no rule for owner")
    assert simple.answer(replace(LORRY, fields={"weight": 10, "owner": "Ann"}))[0] is not None
