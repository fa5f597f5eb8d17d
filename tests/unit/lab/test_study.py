from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.labdata import desk_records, workshop_of, write_folder
from tests.unit.lab.conftest import GOOD

from caseroom.app.engine import Engine
from caseroom.lab import experiment
from caseroom.lab import study as made
from caseroom.lab.keys import design_of, work_key
from caseroom.lab.people import Settled
from caseroom.lab.study import Cancelled, Lab, Study, simple_way
from caseroom.lab.switches import Switch
from caseroom.lab.writing import report
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Assess, Evaluation, Goal, Ground, Hallucinations, Proposal, Review, Technical


class Kept:
    """Bodies by key and number, through JSON."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[str]] = {}

    def done(self, key: str) -> Iterator[Mapping[str, Any]]:
        return iter([json.loads(body) for body in self.bodies.get(key, [])])

    def keep(self, key: str, number: int, body: Mapping[str, Any]) -> None:
        assert len(self.bodies.setdefault(key, [])) == number, "nothing is computed twice"
        self.bodies[key].append(json.dumps(body))


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from numbers(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, float):
        yield value


def told(study: Study, shop: Workshop) -> dict[str, Any]:
    data = report(study, shop.data, case="c", title="t", notes=["a note"]).to_dict()
    assert all(math.isfinite(number) for number in numbers(data))
    json.dumps(data, allow_nan=False)
    return data


def test_a_stopped_study_goes_on_where_it_stood(desk: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "WINDOW", 6)
    few = [Switch("technical.exact", "exact", ("code", "model")), Switch("technical.review.flagged", "review", (False, True)), Switch("hallucinations.abstain", "abstains", (False, True))]  # fmt: skip
    monkeypatch.setattr("caseroom.lab.switches.SWITCHES", tuple(few))
    whole = Lab(desk, keeper=(kept := Kept())).study(GOOD)
    again = Lab(desk, keeper=kept).study(GOOD)
    assert told(again, desk) == told(whole, desk)

    torn, seen = Kept(), list[tuple[str, int, int]]()
    for most in (3, 9, 14):
        seen.clear()
        stopped = Lab(desk, keeper=torn, told=lambda *said: seen.append(said), stopped=lambda most=most: len(seen) >= most)  # type: ignore[misc]
        with pytest.raises(Cancelled):
            stopped.study(GOOD)
    pieced = Lab(desk, keeper=torn, told=lambda *said: seen.append(said)).study(GOOD)
    assert all(0 <= done <= total for _, done, total in seen)
    for field in fields(Settled):
        assert np.array_equal(getattr(pieced.people, field.name), getattr(whole.people, field.name))
    assert (pieced.families, pieced.attacked, pieced.matters) == (whole.families, whole.attacked, whole.matters)
    assert [replace(e, latency=e.goal) for e in pieced.effects] == [replace(e, latency=e.goal) for e in whole.effects]
    assert {key: len(rows) for key, rows in torn.bodies.items()} == {key: len(rows) for key, rows in kept.bodies.items()}


def test_parts_are_compared_under_the_same_queue(desk: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "_PAIRED", 7)
    monkeypatch.setattr("caseroom.lab.switches.SWITCHES", (Switch("technical.retrieve.permissions", "p", (False, True)),))
    design = replace(GOOD, technical=replace(GOOD.technical, review=Review(True, sample=0.6, a_day=20)))
    ((effect,)) = Lab(desk).study(design).effects
    for score in (effect.goal, effect.wrong, effect.harm, effect.cost):
        assert score.value == 0.0, "nobody here may not read what was found"


def test_a_quick_study_of_the_first_records(desk: Workshop) -> None:
    found = Lab(desk, limit=4).study(GOOD, quick=True)
    assert len(found.design.columns) == len(found.simple.columns) == 4 and found.effects == ()
    data = told(found, desk)
    assert data["records"] == 4 and data["remarks"][-1] == "a note"


def test_the_simple_way_is_seen_by_the_same_people() -> None:
    plain = simple_way(replace(GOOD, assess=Assess(mode="draft"), hallucinations=Hallucinations(over_reliance=True, mask=True)))
    assert plain.technical.model.name == "baseline" and plain.technical.review == GOOD.technical.review and plain.assess.mode == "draft"
    assert plain.hallucinations == Hallucinations(handover=True, over_reliance=True)


@pytest.mark.parametrize("case", ["bare", "empty", "beyond", "threats"])
def test_unscored_is_none_and_never_0_or_nan(engine: Engine, tmp_path: Path, case: str) -> None:
    rows = {
        "bare": [{"id": row["id"], "input": row["input"]} for row in desk_records(8)],
        "empty": [],
        "beyond": [{"id": str(n), "input": f"Do you sell houseboats in Antarctica? {n}", "answerable": False} for n in range(8)],
        "threats": [{"id": str(n), "input": f"My lawyer will sue. {n}", "handover": True} for n in range(8)],
    }[case]
    shop = workshop_of(write_folder(tmp_path, records=rows, rated=False, attacks=[]), engine)
    every = Evaluation(metrics=("bleu", "rouge1", "bertscore", "exactness", "extraction_f1", "selection_ratio", "human_fluency", "wrong_resolution"), slices=True)  # fmt: skip
    design = replace(
        GOOD, evaluation=every, ground=Ground(Goal("right_rate", target=0.9)), hallucinations=replace(GOOD.hallucinations, bias_test=True)
    )
    found = Lab(shop).study(design, quick=True)
    data = told(found, shop)
    rows_by_name = {row["name"]: row for section in data["sections"] for row in section["rows"]}
    if case in ("bare", "empty"):
        assert data["goal"]["design"]["value"] is None and data["reached"] is None
        assert "could not be measured" in data["verdict"] and "all limits hold" not in data["verdict"]
        for name in ("Right", "Wrong", "Harm per item", "Value per item", "right, before people", "BLEU", "Exactness"):
            assert name not in rows_by_name or rows_by_name[name]["score"]["value"] is None, name
        assert not data["worst"]
    else:
        assert rows_by_name["passed on to a person"]["score"]["value"] == 1.0 and rows_by_name["Handled"]["score"]["value"] == 0.0
        assert rows_by_name["BLEU"]["score"]["value"] is None and rows_by_name["Wrong resolution"]["design"] == "unscored"
        assert data["goal"]["design"]["value"] is not None


def test_values_have_their_sections(toll: Workshop) -> None:
    design = Proposal(technical=Technical(exact="code"), evaluation=Evaluation(metrics=("extraction_f1",), slices=True), hallucinations=Hallucinations(bias_test=True))  # fmt: skip
    data = told(Lab(toll).study(design, quick=True), toll)
    sections = {section["step"]: section for section in data["sections"]}
    assert list(sections) == ["ground", "assess", "technical", "hallucinations", "evaluation", "roadmap"]
    names = {step: [row["name"] for row in section["rows"]] for step, section in sections.items()}
    assert names["evaluation"] == ["Extraction F1", "kind heavy: right", "kind light: right", "group south: right", "group north: right"]
    assert any("Selection ratio" in name for name in names["ground"])


def test_the_key_of_work_is_what_makes_it_what_it_is(desk: Workshop, visit: Workshop) -> None:
    key = work_key("design", desk, GOOD)
    words = replace(GOOD, title="another", ground=Ground(user="agents"), technical=replace(GOOD.technical, flow="in, out", review=replace(GOOD.technical.review, a_day=3, words="w")))  # fmt: skip
    assert work_key("design", desk, words) == key and design_of(words) == design_of(GOOD)
    different = [
        work_key("design", visit, GOOD), work_key("other", desk, GOOD), work_key("design", desk), work_key("design", desk, GOOD, records=3),
        work_key("design", desk, replace(GOOD, assess=Assess(mode="draft"))), work_key("design", desk, replace(GOOD, hallucinations=Hallucinations())),
    ]  # fmt: skip
    assert len({key, *different}) == 7
    assert work_key("design", desk, replace(GOOD, assess=Assess("rules", reason="why"))) == key
    assert asdict(GOOD)
