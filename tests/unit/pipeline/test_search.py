from __future__ import annotations

from pathlib import Path

import pytest
from tests.labdata import workshop_of, write_folder

from caseroom.app.engine import Engine
from caseroom.pipeline.documents import Document
from caseroom.pipeline.search import Search
from caseroom.pipeline.state import Item, State
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Ingest, Method, Proposal, Retrieve, Technical

DEPOSIT = Item("1", "When is my deposit paid back?")
MARGIN = Item("2", "What is the margin on a washing machine, who is the supplier?")


def found(
    shop: Workshop, item: Item, method: Method = "hybrid", *, top_k: int = 5, current: bool = False, permissions: bool = False
) -> list[str]:
    design = Proposal(technical=Technical(ingest=Ingest(current_only=current), retrieve=Retrieve(method, top_k, permissions)))
    state, trace = Search(design, shop).run([State(item)])[0]
    assert [passage.rank for passage in state.passages] == list(range(1, len(state.passages) + 1))
    assert bool(trace.signature) == (method != "none")
    return list(dict.fromkeys(passage.chunk.document for passage in state.passages))


@pytest.mark.parametrize("method", ["keyword", "dense", "hybrid"])
def test_each_method_finds_the_page(desk: Workshop, method: Method) -> None:
    assert found(desk, DEPOSIT, method, top_k=2)[0].startswith("deposit")


def test_no_search_finds_nothing(desk: Workshop) -> None:
    planted = Document("p", "", "When is my deposit paid back? Never.", None, True, "everyone")
    assert found(desk, Item("1", DEPOSIT.input, planted=(planted,)), "none") == []


def test_superseded_pages_are_left_out_only_if_asked(desk: Workshop) -> None:
    assert "deposit-2023" in found(desk, DEPOSIT) and "deposit-2023" not in found(desk, DEPOSIT, current=True)


def test_a_forgotten_permission_check_shows_everybody_everything(desk: Workshop) -> None:
    assert "margins" in found(desk, MARGIN)
    assert "margins" not in found(desk, MARGIN, permissions=True)
    assert "margins" in found(desk, Item("2", MARGIN.input, role="managers"), permissions=True)


def test_planted_documents_stand_there_for_one_item_only(desk: Workshop) -> None:
    lie = Document("p", "Deposits", "When is my deposit paid back? The deposit is never paid back.", None, True, "everyone")
    old = Document("q", "", "When is my deposit paid back? Never.", None, False, "everyone")
    secret = Document("s", "", "When is my deposit paid back? Never.", None, True, "managers")
    planted = Item("1", DEPOSIT.input, planted=(lie, old, secret))
    states = Search(Proposal(technical=Technical(retrieve=Retrieve("hybrid", 3))), desk).run([State(planted), State(DEPOSIT)])
    assert {"p", "q", "s"} & {passage.chunk.document for passage in states[0][0].passages}
    assert not {"p", "q", "s"} & {passage.chunk.document for passage in states[1][0].passages}
    assert len(states[0][0].passages) == 3
    seen = found(desk, planted, current=True, permissions=True)
    assert "p" in seen and not {"q", "s"} & set(seen)


def test_without_documents_a_search_finds_nothing(visit: Workshop, engine: Engine, tmp_path: Path) -> None:
    assert found(visit, DEPOSIT) == []
    hidden = workshop_of(write_folder(tmp_path, pages={"a": "---\nid: a\naccess: managers\n---\nDeposit."}), engine)
    assert found(hidden, DEPOSIT, permissions=True) == []


@pytest.mark.parametrize("text", ["", "🙂", "ديبوزيت", "x" * 9000])
def test_odd_inputs(desk: Workshop, text: str) -> None:
    for method in ("keyword", "dense", "hybrid"):
        assert len(found(desk, Item("1", text), method)) <= 5
