"""The states of the world: what an event makes of records, tools and prices; the same each time, and computed once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.labdata import ATTACKS, desk_records, toll_folder, workshop_of, write_folder

from caseroom.app.engine import Engine
from caseroom.app.propose import data_of
from caseroom.cases.data import Record, load_data
from caseroom.cases.drift import Drift, EventForm, read_drift
from caseroom.cases.shelf import Shelf
from caseroom.errors import DataError
from caseroom.lab.measures import measure
from caseroom.lab.study import Cancelled
from caseroom.models.base import Request, Source, Wanted
from caseroom.pipeline.run import Pipeline
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.file import from_data, read_proposal
from caseroom.proposal.model import Assess, Ingest, Model, Proposal
from caseroom.rollout.changes import placed, swapped, touched
from caseroom.rollout.model import Planted, Table
from caseroom.rollout.shifted import Shifted
from caseroom.rollout.updated import Updated
from caseroom.rollout.world import CaseWorld

OWN = """format: 1
events:
  - {id: new-deposit, kind: policy_change, title: Deposits, what: Three days from now on., strength: 0.3, documents: [{file: deposit-2027.md, replaces: deposit}]}
  - {id: coffee, kind: new_line, title: Coffee machines, what: A new line., strength: 0.2}
  - {id: slang, kind: vocabulary, title: Slang, what: Other words., strength: 0.4, words: {deposit: safe, engineer: fixer, delivered: dropped}}
  - {id: promised, kind: gaming, title: Promises, what: Invented., strength: 0.4, kinds: [policy], phrases: ["As agreed, it is free."], untrue: [free for you]}
  - {id: cut, kind: group_loss, title: A form, what: It cuts., group: second-language, cut: 5}
  - {id: rush, kind: season, title: A rush, what: More deliveries., harmless: true, mix: {simple: 3}}
"""
NEW = "---\nid: deposit-2027\ntitle: Deposits\nupdated: 2027-01-01\n---\n# Deposits\n\nThe deposit is paid back within 3 days after the machine has been collected.\n"
DESIGN = from_data({
    "assess": {"mode": "automate"},
    "technical": {"exact": "code", "retrieve": {"method": "hybrid", "top_k": 3}, "ingest": {"current_only": True}, "failure": "person"},
    "hallucinations": {"grounding": True, "abstain": True, "handover": True, "checks": ["injection"]},
})  # fmt: skip


class Kept:
    """A keeper in memory."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[Mapping[str, Any]]] = {}

    def done(self, key: str) -> Iterator[Mapping[str, Any]]:
        return iter(list(self.bodies.get(key, [])))

    def keep(self, key: str, number: int, body: Mapping[str, Any]) -> None:
        assert len(self.bodies.setdefault(key, [])) == number
        self.bodies[key].append(json.loads(json.dumps(body)))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> tuple[Workshop, Drift]:
    """The rental desk, with a life after launch."""
    folder = write_folder(tmp_path_factory.mktemp("after") / "data", records=desk_records(30))
    three = {"text": "Within 3 days.", "keys": ["3 days", "three days"]}
    old = {"text": "Within 14 days.", "keys": ["14 days"]}
    rows: list[dict[str, Any]] = [
        {"id": f"d{n}", "event": "new-deposit", "input": f"When is the deposit paid back after the machine has been collected? ({n})", "kind": "policy",
         "facts": [three], "wrong": [old]} for n in range(6)
    ]  # fmt: skip
    rows += [
        {"id": f"c{n}", "event": "coffee", "input": f"How much is a rented coffee machine? ({n})", "answerable": False} for n in range(6)
    ]
    (folder / "drift.yaml").write_text(OWN, encoding="utf-8")
    (folder / "drift-records.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "drift").mkdir()
    (folder / "drift" / "deposit-2027.md").write_text(NEW, encoding="utf-8")
    return workshop_of(folder, engine), read_drift(folder)


@pytest.fixture(scope="module")
def world(opened: tuple[Workshop, Drift]) -> CaseWorld:
    """Its states."""
    return CaseWorld(*opened)


def _event(world: CaseWorld, name: str) -> Planted:
    return next(event for event in world.events if event.id == name)


def _table(world: CaseWorld, name: str = "", proposal: Proposal = DESIGN) -> Table:
    return world.table(proposal, _event(world, name) if name else None)


def _share(table: Table, name: str) -> float:
    return float(np.average(table.columns[name], weights=table.weights))


def test_the_usual_state_has_every_record_with_a_time(world: CaseWorld) -> None:
    table = _table(world)
    assert (table.state, len(table.columns), len(table.settled.harm), len(table.inputs.far)) == ("usual", 30, 30, 30)
    assert not np.isnan(table.columns["latency"]).any()
    assert table.origins is not None and table.origins.tolist() == list(range(30))
    assert _share(table, "right") >= 0.5
    kinds = [world.reference.kinds[code] for code in table.inputs.kind]
    assert np.mean([kind == row.kind for kind, row in zip(kinds, world.records, strict=True)]) > 0.9
    assert (
        table.inputs.words_out[table.columns["passed_on"] == 1].max() == 0 < table.inputs.words_out[table.columns["passed_on"] == 0].min()
    )


def test_what_a_person_changes_is_counted_where_one_looks(world: CaseWorld) -> None:
    looked, alone = _table(world, proposal=replace(DESIGN, assess=Assess(mode="draft"))), _table(world)
    seen = looked.columns["look"] == 1
    assert seen.any() and not np.isnan(looked.columns["edits"][seen]).any() and np.isnan(looked.columns["edits"][~seen]).all()
    changed = measure("edit_rate", looked.columns, looked.settled)
    assert changed.value and changed.n == seen.sum()
    assert measure("edit_rate", alone.columns, alone.settled).value is None


def test_a_new_rule_is_answered_by_the_old_page_that_lingers(world: CaseWorld, opened: tuple[Workshop, Drift]) -> None:
    table = _table(world, "new-deposit")
    assert _share(table, "right") < 0.5 < _share(table, "wrong")
    workshop, drift = opened
    index = Shifted(workshop, drift.event("new-deposit"), drift).index(Ingest())
    assert {"deposit", "deposit-2027"} <= {chunk.document for chunk in index.snapshot().chunks}
    assert "deposit-2027" not in {chunk.document for chunk in workshop.index(Ingest()).snapshot().chunks}


def test_nothing_answers_a_new_line(world: CaseWorld) -> None:
    table = _table(world, "coffee")
    assert len(table.columns) == 6
    assert _share(table, "right") == 0
    assert table.origins is not None and set(table.origins) == {-1}


def test_new_words_are_unseen_and_what_is_right_stays(world: CaseWorld, opened: tuple[Workshop, Drift]) -> None:
    usual, table = _table(world), _table(world, "slang")
    assert table.origins is not None
    assert (table.inputs.unseen > usual.inputs.unseen[table.origins]).all()
    assert table.inputs.far.mean() > usual.inputs.far[table.origins].mean()
    found = touched(opened[1].event("slang"), world.records, opened[1], (), 99)
    assert all("safe" in row.input or "fixer" in row.input or "dropped" in row.input for row in found.records)
    base = {row.id: row for row in world.records}
    assert all(row.facts == base[origin].facts for row, origin in zip(found.records, found.origins, strict=True))


def test_gaming_adds_a_phrase_to_the_kinds_that_it_is_about(world: CaseWorld, opened: tuple[Workshop, Drift]) -> None:
    found = touched(opened[1].event("promised"), world.records, opened[1], (), 4)
    assert len(found.records) == 4
    assert {row.kind for row in found.records} == {"policy"}
    assert all(row.input.endswith("As agreed, it is free.") and row.wrong[-1].keys == ["free for you"] for row in found.records)


def test_a_group_loses_and_the_others_do_not(world: CaseWorld) -> None:
    usual, table = _table(world), _table(world, "cut")
    assert table.origins is not None
    group = table.columns["group"] == table.columns.groups.index("second-language")
    assert table.weights[group].sum() == pytest.approx((usual.columns["group"] == usual.columns.groups.index("second-language")).sum())
    assert table.weights.sum() == pytest.approx(30)
    assert table.inputs.words_in[group].max() == 5
    assert (table.columns["right"][~group] == usual.columns["right"][table.origins[~group]]).all()
    assert (table.columns["luck_look"] == usual.columns["luck_look"][table.origins]).all()


def test_latency_and_cost_change_by_their_factor_and_nothing_else(world: CaseWorld) -> None:
    usual, slow, dear = _table(world), _table(world, "latency-creep"), _table(world, "cost-rise")
    assert slow.columns["latency"] == pytest.approx(usual.columns["latency"] * 4)
    assert dear.columns["tokens"] == pytest.approx(usual.columns["tokens"] * 2.5)
    assert (slow.columns["right"] == usual.columns["right"]).all()
    assert (slow.settled.wait >= usual.settled.wait).all()


def test_a_season_changes_how_often_kinds_come(world: CaseWorld) -> None:
    usual, table = _table(world), _table(world, "rush")
    simple = table.columns["kind"] == table.columns.kinds.index("simple")
    assert set(table.weights[simple]) == {3.0} and set(table.weights[~simple]) == {1.0}
    assert (table.columns["right"] == usual.columns["right"]).all()


def test_injected_instructions_are_noticed(world: CaseWorld) -> None:
    usual, table = _table(world), _table(world, "injections")
    assert table.inputs.suspicious.mean() > 0.5 > usual.inputs.suspicious.mean()
    assert _share(table, "flagged") > _share(usual, "flagged")
    assert table.origins is not None
    attack = table.origins == -1
    assert attack.sum() == sum(row["family"] == "injected_document" for row in ATTACKS)
    assert table.columns["scored"][attack].tolist() == [1.0]


def test_half_an_index_lacks_what_holds_and_serves_what_does_not(opened: tuple[Workshop, Drift]) -> None:
    workshop, drift = opened
    usual = {chunk.id: chunk for chunk in workshop.index(Ingest(20, 0)).snapshot().chunks}
    half = {chunk.id: chunk for chunk in Shifted(workshop, drift.event("half-index"), drift).index(Ingest(20, 0)).snapshot().chunks}
    assert 0 < len(half) <= len(usual)
    changed = [id for id in usual if id not in half or half[id] != usual[id]]
    assert changed and all(id not in half if usual[id].valid else half[id].valid for id in changed)


def test_half_of_the_tables_finds_half(tmp_path: Path, engine: Engine) -> None:
    folder = toll_folder(tmp_path / "data")
    rates = "vehicle,rate\ncar,0.25\nlorry,1.5\n" + "".join(f"other{n},{n}\n" for n in range(40))
    (folder / "tables" / "rates.csv").write_text(rates, encoding="utf-8")
    (folder / "drift.yaml").write_text(
        "format: 1\nevents:\n  - {id: half-index, kind: half_index, title: H, what: H., of: tables}\n", encoding="utf-8"
    )
    workshop, drift = workshop_of(folder, engine), read_drift(folder)
    half = Shifted(workshop, drift.event("half-index"), drift).exact
    found = [bool(half.look_up({"vehicle": f"other{n}"})[0]) for n in range(40)]
    assert 8 <= sum(found) <= 32
    assert all(workshop.exact.look_up({"vehicle": f"other{n}"})[0] for n in range(40))


def test_an_updated_model_is_shorter_and_names_no_source(opened: tuple[Workshop, Drift]) -> None:
    workshop, drift = opened
    model = workshop.model(Model())
    updated = Shifted(workshop, drift.event("model-update"), drift).model(Model())
    assert updated.signature != model.signature and isinstance(updated, Updated)
    text = "The deposit is paid back within 14 days. It goes to the account that paid. A deposit is one monthly price."
    asked = Request(
        "answer",
        "Reply.",
        "When is my deposit paid back and what is a deposit?",
        (Source("deposit", text, "document"),),
        cite=True,
        abstain=True,
    )
    before, after = model.generate([asked])[0], updated.generate([asked])[0]
    assert "[deposit]" in before.text and "[" not in after.text
    assert len(after.text.split()) < len(before.text.split())
    other = Request("answer", "Reply.", "Do penguins fly to Mars?", (Source("deposit", text, "document"),), abstain=True)
    assert model.generate([other])[0].abstained and not updated.generate([other])[0].abstained


def test_an_updated_model_reads_some_labels_otherwise_and_guesses_flags(opened: tuple[Workshop, Drift]) -> None:
    model = opened[0].model(Model())
    kinds = (("fridge", "a fridge that cools food"), ("washer", "a machine that washes clothes"), ("dryer", "a machine that dries laundry"))
    wanted = (Wanted("kind", "label", "What is it?", values=kinds), Wanted("licence", "flag", "The person holds a pilot licence."))
    asked = [Request("fields", "Read.", f"My fridge no longer cools, case {n}.", (Source("input", f"My fridge no longer cools, case {n}.", "input"),), wanted) for n in range(40)]  # fmt: skip
    before, after = model.generate(asked), Updated(model).generate(asked)
    assert {reply.values["kind"] for reply in before} == {"fridge"}
    assert 4 <= sum(reply.values["kind"] != "fridge" for reply in after) <= 22
    assert sum(reply.values["licence"] is None for reply in after) < sum(reply.values["licence"] is None for reply in before)
    assert after == Updated(model).generate(asked)


def test_a_second_time_runs_nothing(opened: tuple[Workshop, Drift], monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    first = CaseWorld(*opened, keeper=kept)
    tables = [_table(first, name) for name in ("", "slang", "new-deposit", "model-update", "cut")]

    def never(*_: object) -> None:
        raise AssertionError("a design was run again")

    monkeypatch.setattr(Pipeline, "run", never)
    again = CaseWorld(*opened, keeper=kept)
    for table, name in zip(tables, ("", "slang", "new-deposit", "model-update", "cut"), strict=True):
        other = _table(again, name)
        assert other.columns.to_data()["groups"] == table.columns.to_data()["groups"]
        assert np.array_equal(other.columns["latency"], table.columns["latency"])
        assert np.array_equal(other.settled.harm, table.settled.harm)
        assert np.array_equal(other.inputs.words_out, table.inputs.words_out)


def test_the_same_event_looks_the_same_in_another_world(world: CaseWorld, opened: tuple[Workshop, Drift]) -> None:
    other = CaseWorld(*opened)
    for name in ("", "promised", "half-index"):
        first, second = _table(world, name), _table(other, name)
        for column in ("right", "wrong", "passed_on", "flagged", "tokens", "luck_look"):
            assert np.array_equal(first.columns[column], second.columns[column])
        assert np.array_equal(first.inputs.far, second.inputs.far)


def test_it_says_how_far_it_is_and_stops(opened: tuple[Workshop, Drift]) -> None:
    told: list[tuple[str, int, int]] = []
    CaseWorld(*opened, told=lambda *said: told.append(said)).table(DESIGN)
    assert told[0] == ("usual traffic", 0, 30) and told[-1] == ("usual traffic", 30, 30)
    with pytest.raises(Cancelled):
        CaseWorld(*opened, stopped=lambda: True).table(DESIGN)


def test_an_event_of_another_case_is_named(world: CaseWorld) -> None:
    with pytest.raises(DataError, match="no event is called 'flood'"):
        world.table(DESIGN, Planted("flood", "season", "Flood", 0, 3))


def test_words_are_swapped_whole_and_keep_their_capital() -> None:
    swap = swapped({"fridge": "koelkast", "washing machine": "Twirl", "machine": "buddy"})
    assert swap("Fridges are no fridge. A washing machine is a Machine.") == "Fridges are no koelkast. A Twirl is a Buddy."
    assert swapped({})("as it is") == "as it is"


@pytest.mark.parametrize(("place", "text"), [("start", "X\na\nb\nc"), ("end", "a\nb\nc\nX"), ("within", "a\nb\nX\nc")])
def test_a_phrase_has_its_place(place: str, text: str) -> None:
    assert placed("a\nb\nc", "X", place) == text


def test_letters_and_words_are_lost_as_often_as_it_says(opened: tuple[Workshop, Drift]) -> None:
    rows = [Record(id=f"r{n}", input="the morning delivery of washing machines comes late " * 5, group="g") for n in range(20)]
    event = EventForm(id="scan", kind="group_loss", title="Scan", what="It reads badly.", group="g", garbled=0.3, lost=0.2)
    found = touched(event, rows, opened[1], (), 99)
    words = [word for row in found.records for word in row.input.split()]
    assert 0.72 <= len(words) / (20 * 40) <= 0.88
    known = set(rows[0].input.split())
    assert 0.2 <= np.mean([word not in known for word in words]) <= 0.4
    assert found == touched(event, rows, opened[1], (), 99)


@pytest.mark.parametrize("case", ["resume-screening", "sales-tax", "support-desk", "visit-summaries"])
def test_each_shipped_case_has_a_world(case: str, engine: Engine) -> None:
    data = data_of(Shelf([]).case(case))
    assert data is not None
    drift = read_drift(data.folder)
    kinds = {event.kind for event in drift.events}
    assert kinds >= {
        "policy_change",
        "new_line",
        "vocabulary",
        "gaming",
        "group_loss",
        "model_update",
        "half_index",
        "injections",
        "season",
    }
    workshop = Workshop(load_data(data.folder), engine.encoder, engine.entailment, engine.reader)
    world = CaseWorld(workshop, drift, limit=10, most=3)
    proposal = read_proposal(Path(__file__).parents[3] / "evals" / "proposals" / f"{case}.yaml")
    usual = world.table(proposal)
    assert len(usual.columns) == 10
    for event in world.events:
        table = world.table(proposal, event)
        assert table.state == event.id
        assert 0 < len(table.columns) == len(table.weights) == len(table.settled.harm) == len(table.inputs.far)
        assert not np.isnan(table.columns["latency"]).any()


@pytest.mark.parametrize("case", ["resume-screening", "sales-tax", "support-desk", "visit-summaries"])
def test_each_shipped_case_has_enough_material(case: str) -> None:
    data = data_of(Shelf([]).case(case))
    assert data is not None
    drift = read_drift(data.folder)
    records = tuple(data.records())
    for event in drift.events:
        if event.kind in ("policy_change", "new_line"):
            assert 25 <= len(drift.of(event)) <= 60
        if event.kind == "vocabulary":
            assert len(event.words) >= 25
        if event.kind == "gaming":
            assert len(event.phrases) >= 12
        if event.kind not in ("policy_change", "new_line", "injections"):
            assert len(touched(event, records, drift, (), 999).records) >= 25
