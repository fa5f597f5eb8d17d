from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from tests.labdata import ECONOMICS
from tests.unit.lab.conftest import GOOD, Rows

from caseroom.cases.task import Economics
from caseroom.lab.people import settle
from caseroom.lab.redteam import MITIGATIONS
from caseroom.lab.study import Study
from caseroom.lab.switches import SWITCHES, Variant, changed, effect, value_at, variants, words
from caseroom.metrics.registry import BY_NAME
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.file import paths
from caseroom.proposal.model import MetricName, Proposal, Review, Technical

MONEY = Economics.model_validate(ECONOMICS)
METRICS: tuple[MetricName, ...] = get_args(MetricName)


def test_every_switch_is_a_field_and_every_mitigation_a_switch() -> None:
    known = {switch.path for switch in SWITCHES}
    assert all(path.startswith("hallucinations.checks.") or path in paths() for path in known)
    assert all(path in known for named in MITIGATIONS.values() for path in named)


def test_each_variant_changes_its_part_alone(desk: Workshop) -> None:
    found = list(variants(GOOD, desk.data))
    assert len({variant.part for variant in found}) == len(found)
    for variant in found:
        assert value_at(variant.proposal, variant.switch.path) == variant.after != variant.before == value_at(GOOD, variant.switch.path)
        back = changed(variant.proposal, variant.switch.path, variant.before)
        assert replace(back, hallucinations=replace(back.hallucinations, checks=())) == replace(GOOD, hallucinations=replace(GOOD.hallucinations, checks=()))  # fmt: skip
        assert set(back.hallucinations.checks) == set(GOOD.hallucinations.checks)


def test_only_parts_that_a_task_has_are_changed(visit: Workshop, toll: Workshop) -> None:
    note = {variant.switch.path for variant in variants(GOOD, visit.data)}
    assert not note & {
        "technical.retrieve.method",
        "technical.exact",
        "hallucinations.handover",
        "technical.respond.citations",
        "technical.model.name",
    }
    fields = {variant.switch.path for variant in variants(GOOD, toll.data)}
    assert "technical.exact" in fields and not fields & {
        "hallucinations.checks.topic",
        "hallucinations.checks.privacy",
        "hallucinations.checks.citations",
    }


@pytest.mark.parametrize("goal", METRICS)
def test_a_part_that_changes_nothing_has_no_effect(study: Study, desk: Workshop, goal: MetricName) -> None:
    variant = next(variants(GOOD, desk.data))
    mine = study.design.columns, study.people
    found = effect(variant, goal, mine, (study.design.columns, settle(study.design.columns, GOOD, desk.data.economics)))
    for score in (found.goal, found.right, found.wrong, found.harm, found.cost, found.latency):
        assert (score.value, score.low, score.high) in ((0.0, 0.0, 0.0), (None, None, None))
    assert not found.tells
    assert found.wrong.value == 0.0 and found.harm.value == 0.0


def test_an_effect_is_the_changed_design_less_the_design(rows: Rows, desk: Workshop) -> None:
    variant = next(variants(GOOD, desk.data))
    good, bad = rows("right", count=30), rows("right", "right", "wrong", count=10)
    found = effect(variant, "right_rate", (good, settle(good, Proposal(), MONEY)), (bad, settle(bad, Proposal(), MONEY)))
    assert (
        found.goal.value == pytest.approx(-1 / 3)
        and found.wrong.value == pytest.approx(1 / 3)
        and found.harm.value == pytest.approx(40 / 3)
    )
    assert found.tells and found.goal.n == 30


def test_what_is_no_mean_over_records_is_unscored(rows: Rows, desk: Workshop) -> None:
    columns = rows("right", "unscored", count=5)
    variant = next(variants(GOOD, desk.data))
    pair = columns, settle(columns, Proposal(), MONEY)
    for name in ("selection_ratio", "bleu", "abstention_recall", "human_accuracy"):
        assert effect(variant, name, pair, pair).goal.value is None
    assert effect(variant, "wrong_rate", pair, pair).goal.n == 5, "unscored records are no pairs"


def test_words_for_people() -> None:
    assert [words(value) for value in (True, False, None, 5, "hybrid", 0)] == ["on", "off", "nobody", "5", "hybrid", "0"]
    assert all(name in BY_NAME for name in METRICS)


def test_a_variant_of_the_queue_alone(desk: Workshop) -> None:
    design = Proposal(technical=Technical(review=Review(True)))
    assert changed(design, "technical.review.flagged", False).technical.review.flagged is False
    with pytest.raises(TypeError):
        changed(design, "technical.colour", 1)
    assert isinstance(next(variants(design, desk.data)), Variant)
