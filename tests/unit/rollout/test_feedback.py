"""The feedback loop on small data folders with the real models: each improvement is fitted on one part of the labels, and the door takes the better and refuses the worse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from tests.labdata import Row, desk_records, toll_folder, workshop_of, write_folder

from caseroom.app.engine import Engine
from caseroom.cases.drift import Drift, read_drift
from caseroom.lab.experiment import item_of
from caseroom.models.base import Shown
from caseroom.pipeline.state import State
from caseroom.proposal.model import (
    Goal,
    Ground,
    Hallucinations,
    OnCall,
    Proposal,
    Retrieve,
    Roadmap,
    Technical,
)
from caseroom.rollout.door import judge
from caseroom.rollout.drawing import Stage
from caseroom.rollout.feedback import Improver
from caseroom.rollout.fitting import fit
from caseroom.rollout.labels import Label
from caseroom.rollout.lessons import held_out, is_stale, lessons, old_documents
from caseroom.rollout.planting import planted
from caseroom.rollout.score import score
from caseroom.rollout.settings import Business, Settings
from caseroom.rollout.taught import Taught, chosen, taught
from caseroom.rollout.watching import ALL
from caseroom.rollout.weeks import Simulation, simulate
from caseroom.rollout.world import CaseWorld

GOAL = Ground(goal=Goal("wrong_rate", 0.1, 0.05))
READS = Technical(exact="code")
FEEDBACK = Roadmap(feedback=True, improve_after=150)


def toll_rows(count: int = 120) -> Iterator[Row]:
    """Campers count as cars here, which nothing in the data says, and a model takes them for lorries: only labels tell."""
    for number in range(count):
        camper = number % 3 == 0
        weight = 3 + number % 7
        kind = "family camping car with beds and a small kitchen" if camper else "heavy truck with a trailer that carries goods"
        colour = ("red", "blue", "white", "green", "grey", "black", "yellow")[number % 7]
        yield {
            "id": f"t{number:03}", "group": "north" if number % 2 else "south", "kind": "camper" if camper else "lorry",
            "input": f"A {colour} {kind} came to gate {number}. It weighs {weight} tonnes. The driver holds a valid transit permit.",
            "values": {"vehicle": "car" if camper else "lorry", "weight": weight, "toll": round(weight * (0.25 if camper else 1.5), 2), "permit": "yes"},
        }  # fmt: skip


def stage_in(folder: Path, engine: Engine, **settings: object) -> tuple[Stage, Improver, CaseWorld]:
    workshop = workshop_of(folder, engine)
    drift = read_drift(folder) if (folder / "drift.yaml").exists() else Drift(folder, (), {}, {})
    world = CaseWorld(workshop, drift)
    asked = replace(Settings(events=(), a_day=60.0, weeks=4), **settings)  # type: ignore[arg-type]
    improver, data = Improver(world), workshop.data
    return (
        Stage(world, Business(data.economics, data.task, data.documents is not None), asked, planted(world.events, asked), improver),
        improver,
        world,
    )


def gathered(stage: Stage, proposal: Proposal, count: int = 150) -> tuple[Label, ...]:
    simulation = Simulation(replace(stage, improver=None), replace(proposal, roadmap=replace(FEEDBACK, improve_after=count)))
    while not simulation.over and not simulation.loop.book.full:
        simulation.step()
    return simulation.loop.book.labels()


@pytest.fixture(scope="module")
def tolls(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> tuple[Stage, Improver, CaseWorld]:
    return stage_in(toll_folder(tmp_path_factory.mktemp("tolls"), list(toll_rows())), engine)


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> tuple[Stage, Improver, CaseWorld]:
    folder = write_folder(tmp_path_factory.mktemp("desks"), records=desk_records(120))
    (folder / "drift").mkdir()
    (folder / "drift" / "deposit-new.md").write_text(
        "---\nid: deposit-new\ntitle: Deposits\n---\nThe deposit is paid back within 10 days after the machine has been collected.\n",
        encoding="utf-8",
    )
    event = {"id": "new-deposits", "kind": "policy_change", "title": "New deposits", "what": "Deposits change.", "strength": 0.3,
             "documents": [{"file": "deposit-new.md", "replaces": "deposit"}]}  # fmt: skip
    (folder / "drift.yaml").write_text(yaml.safe_dump({"format": 1, "events": [event]}), encoding="utf-8")
    row = {
        "event": "new-deposits",
        "id": "n1",
        "input": "When do I get my deposit back?",
        "facts": [{"text": "Within 10 days.", "keys": ["10 days"]}],
    }

    (folder / "drift-records.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return stage_in(folder, engine, events=(("policy_change", 22),), weeks=6)


def test_a_classifier_that_is_better_is_taken_and_the_weeks_after_run_with_it(tolls: tuple[Stage, Improver, CaseWorld]) -> None:
    stage, _, _ = tolls
    roadmap = replace(FEEDBACK, improve="classifier", monitors=ALL, on_call=OnCall(1))
    weeks, marks = score(stage, Proposal(ground=GOAL, technical=READS, roadmap=roadmap))
    assert weeks.feedback is not None
    (tried,) = weeks.feedback.improved
    assert tried.taken, tried.said
    assert tried.verdict is not None and tried.verdict.moved[0].metric == "wrong_rate" and tried.verdict.moved[0].better
    high = tried.verdict.moved[0].change.high
    assert high is not None and high < 0
    note = next(note for note in weeks.notes if note.kind == "improved")
    assert note.day == tried.day and note.said.startswith("Taken: wrong")
    designs = [proposal for _, proposal in weeks.schedule]
    assert not isinstance(designs[tried.day], Taught) and all(isinstance(design, Taught) for design in designs[tried.day + 1 :])
    before, after = weeks.days[: tried.day + 1], weeks.days[tried.day + 1 :]
    share = [sum(day.wrong for day in days) / sum(day.live for day in days) for days in (before, after)]
    assert share[0] > 0.25 and share[1] < 0.1
    assert marks.totals["standard"].harmful == 0  # the other ways of watching met the same designs


def test_shown_examples_of_what_people_put_right_are_fitted_and_masked(tolls: tuple[Stage, Improver, CaseWorld]) -> None:
    stage, improver, world = tolls
    proposal = Proposal(ground=GOAL, technical=READS, roadmap=FEEDBACK)
    known = lessons(world, gathered(stage, proposal), (), 9, stage.settings.seed)
    made = fit("examples", world, proposal, known.train, stage.business.economics)
    assert isinstance(made.proposal, Taught) and made.proposal.technical.prompt.examples == 3
    sources = {source for source, _ in made.proposal.learnt.examples}
    assert sources and not any(held_out(source, stage.settings.seed) for source in sources)
    verdict = improver.tried(stage, proposal, gathered(stage, proposal), 9, "examples").verdict
    assert verdict is not None and verdict.records == len(improver.held(stage, proposal, known, 9))


def test_no_item_is_shown_its_own_label_and_those_shown_differ(tolls: tuple[Stage, Improver, CaseWorld]) -> None:
    _, _, world = tolls
    records = world.records[:3]
    shelf = [(record.id, Shown(record.input)) for record in world.records[:40]]
    shown = chosen(world.scene()[0].encoder, shelf, [State(item_of(record)) for record in records], 3)
    for record, three in zip(records, shown, strict=True):
        assert len(three) == 3 and record.input not in [one.input for one in three]


def test_the_search_is_fitted_on_the_documents_that_people_named_and_taken(desks: tuple[Stage, Improver, CaseWorld]) -> None:
    stage, improver, _ = desks
    guards = Hallucinations(grounding=True, abstain=True, handover=True)
    goal = Ground(goal=Goal("minutes_per_item", 8, 4))
    proposal = Proposal(ground=goal, technical=Technical(exact="code", retrieve=Retrieve("none"), failure="person"), hallucinations=guards)
    found = improver.tried(stage, proposal, gathered(stage, proposal), 9, "retrieval")
    assert found.taken, found.said
    search = found.proposal.technical.retrieve
    assert search.method != "none" and search.top_k <= 5 and found.train >= 20


def test_thresholds_pass_on_what_nobody_here_can_answer(desks: tuple[Stage, Improver, CaseWorld]) -> None:
    stage, _, world = desks
    proposal = Proposal(
        ground=GOAL, technical=Technical(exact="code", retrieve=Retrieve("hybrid")), hallucinations=Hallucinations(grounding=True)
    )
    known = lessons(world, gathered(stage, proposal), (), 9, stage.settings.seed)
    made = fit("threshold", world, proposal, known.train, stage.business.economics)
    assert made.proposal is not None, made.said
    assert made.proposal.hallucinations.abstain or made.proposal.technical.failure is not None
    assert not isinstance(made.proposal, Taught) and "an item less" in made.said


def test_outputs_that_would_come_back_are_passed_on(desks: tuple[Stage, Improver, CaseWorld]) -> None:
    stage, improver, _ = desks
    proposal = Proposal(
        ground=GOAL, technical=Technical(exact="code", retrieve=Retrieve("hybrid")), hallucinations=Hallucinations(grounding=True)
    )
    found = improver.tried(stage, proposal, gathered(stage, proposal), 9, "classifier")
    assert found.taken, found.said
    assert isinstance(found.proposal, Taught) and found.proposal.learnt.returns is not None
    assert found.verdict is not None and any(one.metric == "harm_per_item" and one.better for one in found.verdict.moved)


def test_a_design_that_is_worse_is_refused_and_the_better_way_round_taken(desks: tuple[Stage, Improver, CaseWorld]) -> None:
    stage, improver, _ = desks
    good = Proposal(ground=GOAL, technical=Technical(exact="code", retrieve=Retrieve("hybrid"), failure="person"),
                    hallucinations=Hallucinations(grounding=True, abstain=True, handover=True))  # fmt: skip
    bad = replace(good, hallucinations=Hallucinations())
    refused, taken = improver.compared(stage, good, bad), improver.compared(stage, bad, good)
    assert not refused.taken and refused.why.startswith("Refused: ") and any(one.worse for one in refused.moved)
    assert taken.taken and taken.why.startswith("Taken: ") and not taken.groups


def test_what_changes_no_output_is_refused(desks: tuple[Stage, Improver, CaseWorld]) -> None:
    stage, improver, _ = desks
    proposal = Proposal(ground=GOAL, technical=Technical(exact="code"))
    verdict = improver.compared(stage, proposal, replace(proposal, technical=replace(proposal.technical, flow="in other words")))
    assert not verdict.taken and verdict.changed == 0 and "no output comes out otherwise" in verdict.why


def test_a_gain_in_the_whole_that_costs_a_group_is_refused(tolls: tuple[Stage, Improver, CaseWorld]) -> None:
    """Rows of the toll office's own outputs: twenty of one group get better, eight of the other get worse."""
    from caseroom.rollout.deck import AT

    stage, _, _ = tolls
    old = stage.deck(Proposal(ground=GOAL, technical=READS)).rows.copy()
    groups = old[:, AT["group"]]
    right, wrong = (old[old[:, AT["right"]] == value] for value in (1, 0))
    mine, other = right[0], wrong[0]
    up = np.where(groups == groups[0])[0][:40]
    down = np.where(groups != groups[0])[0][:12]
    for places, row in ((up, other), (down, mine)):
        keep = old[places, AT["group"]].copy()
        old[places] = row
        old[places, AT["group"]] = keep
    new = old.copy()
    for places, row in ((up, mine), (down, other)):
        keep = new[places, AT["group"]].copy()
        new[places] = row
        new[places, AT["group"]] = keep
    verdict = judge(old, new, stage.names, "wrong_rate", "EUR")
    assert verdict.moved[0].better and not verdict.taken and len(verdict.groups) >= 1 and "more is left wrong" in verdict.why
    assert judge(old[up], new[up], stage.names, "wrong_rate", "EUR").taken


def test_a_record_is_in_one_part_only_and_one_written_anew_goes_with_it() -> None:
    names = [f"r{n}" for n in range(500)]
    assert all(held_out(name, 7) == held_out(f"{name}~event", 7) for name in names)
    share = sum(held_out(name, 7) for name in names) / 500
    assert 0.34 < share < 0.46 and any(held_out(name, 7) != held_out(name, 8) for name in names)


def test_labels_from_before_a_change_of_documents_are_left_out_if_they_no_longer_hold(desks: tuple[Stage, Improver, CaseWorld]) -> None:
    stage, _, world = desks
    (event,) = [event for event in stage.planted if event.kind == "policy_change"]
    workshop, _, form = world.scene(event.id)
    assert form is not None
    old, new = old_documents(workshop, form), world.new_documents(form)
    stale = {record.kind + record.input[:12] for record in world.records if is_stale(record, old, new)}
    assert stale == {"policyWhen do I ge"}
    deposits = [place for place, record in enumerate(world.records) if record.documents == ["deposit"]]
    repairs = [place for place, record in enumerate(world.records) if record.documents == ["repair"]]
    labels = [
        Label("", place, "d", day, 3, 0, reopened=1)
        for day, places in ((5, deposits[:4]), (30, deposits[4:6]), (5, repairs[:3]))
        for place in places
    ]
    known = lessons(world, labels, stage.planted, 35, 7)
    assert known.left_out["stale: what was right in them no longer holds"] == 4 and len(known.every) == 5
    assert not lessons(world, labels, stage.planted, event.start - 1, 7).left_out


def test_labels_of_what_was_broken_teach_nothing(desks: tuple[Stage, Improver, CaseWorld]) -> None:
    _, _, world = desks
    broken = next(event for event in world.events if event.kind == "half_index")
    labels = [Label(broken.id, 0, "d", 5, 3, 0, reopened=2), Label("", 1, "d", 5, 3, 0, thumb_down=1)]
    known = lessons(world, labels, (broken,), 30, 7)
    assert known.left_out == {"taken while something was broken that is mended by now": 2} and len(known.every) == 1


def test_too_few_labels_fit_nothing(tolls: tuple[Stage, Improver, CaseWorld]) -> None:
    stage, improver, _ = tolls
    proposal = Proposal(ground=GOAL, technical=READS)
    for improve in ("examples", "threshold", "retrieval", "classifier"):
        found = improver.tried(stage, proposal, [Label("", n, "d", 1, 1, 0, reopened=1) for n in range(8)], 3, improve)
        assert not found.taken and found.proposal == proposal and "Nothing was fitted" in found.said


def test_a_taught_design_is_told_from_its_plain_one() -> None:
    from caseroom.rollout.drawing import design_key
    from caseroom.rollout.taught import Learnt

    plain = Proposal(technical=READS)
    one, other = taught(plain, Learnt(fusion=(1.6, 0.4))), taught(plain, Learnt(fusion=(0.4, 1.6)))
    assert len({design_key(plain), design_key(one), design_key(other)}) == 3
    assert replace(one, title="x").learnt == one.learnt and one != plain


def test_the_providers_new_model_goes_through_the_same_door(
    tolls: tuple[Stage, Improver, CaseWorld], tmp_path: Path, engine: Engine
) -> None:
    folder = toll_folder(tmp_path / "tolls", list(toll_rows(60)))
    (folder / "drift.yaml").write_text("format: 1\nevents: []\n", encoding="utf-8")
    workshop = workshop_of(folder, engine)
    world = CaseWorld(workshop, read_drift(folder))
    settings = Settings(events=(("model_update", 24),), a_day=60.0, weeks=6)
    stage = Stage(
        world, Business(workshop.data.economics, workshop.data.task, False), settings, planted(world.events, settings), Improver(world)
    )
    technical = replace(READS, model=replace(READS.model, name="extractive"))
    weeks = simulate(stage, Proposal(ground=GOAL, technical=technical, roadmap=Roadmap(feedback=True, monitors=ALL, on_call=OnCall(1))))
    assert weeks.feedback is not None
    if weeks.noticed:
        (tried,) = weeks.feedback.improved
        assert tried.improve == "model" and tried.day == weeks.noticed["model-update"] and tried.verdict is not None
    verdict = world.events and Improver(world).updated(stage, weeks.proposal, stage.planted[0], 24)
    assert verdict and verdict.verdict is not None and verdict.verdict.records > 0
