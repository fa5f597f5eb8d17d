"""Phases open by their gates, on what is measured; a limit rolls back; a stop ends it; a refinement stays only if it is better."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.rolled import MadeUp, design, economics, stage_of

from caseroom.proposal.check import remarks
from caseroom.proposal.model import (
    Assess,
    Bound,
    Ground,
    Hallucinations,
    Monitor,
    Monitors,
    OnCall,
    Phase,
    Retrieve,
    Roadmap,
    Technical,
)
from caseroom.proposal.sources import REFERENCES, source_of
from caseroom.rollout.deck import Names
from caseroom.rollout.gates import Evidence, check, lacking
from caseroom.rollout.refine import candidates
from caseroom.rollout.watching import ALL
from caseroom.rollout.weeks import Weeks, simulate

WATCHED = Monitors(quality=Monitor(sample=60), abstention=Monitor())
GOOD = (Bound("wrong_rate", 0.2),)
HARD = (Bound("wrong_rate", 0.02),)
BUSY = economics(items_a_day=2000)


def roadmap(gate: tuple[Bound, ...] = GOOD, **more: object) -> Roadmap:
    phases = {"proof": Phase(0.05, 14, gate), "test": Phase(0.3, 14, gate), "full": Phase(1.0, 14)}
    return Roadmap(**{**phases, "monitors": WATCHED, "on_call": OnCall(1), **more})  # type: ignore[arg-type]


def weeks_of(road: Roadmap, world: MadeUp | None = None, **parts: Any) -> Weeks:
    return simulate(stage_of(world or MadeUp(money=BUSY)), design(road, **parts))


def kinds(weeks: Weeks) -> list[tuple[str, int]]:
    return [(note.kind, note.day) for note in weeks.notes]


def test_a_phase_opens_when_its_time_is_over_and_its_gate_holds() -> None:
    weeks = weeks_of(roadmap())
    assert kinds(weeks) == [("opened", 0), ("gate", 13), ("opened", 14), ("gate", 27), ("opened", 28)]
    assert [day.share for day in weeks.days[12:30]] == [0.05] * 2 + [0.3] * 14 + [1.0] * 2
    assert weeks.reached == "It reached its last phase, full, on day 28, with 100% of the traffic."
    live = sum(day.live for day in weeks.days[:14]) / sum(day.came for day in weeks.days[:14])
    assert live == pytest.approx(0.05, abs=0.02)


def test_a_gate_that_does_not_hold_is_looked_at_again_each_week_and_the_weeks_end_with_why() -> None:
    weeks = weeks_of(roadmap(HARD))
    assert [day for kind, day in kinds(weeks) if kind == "gate"] == list(range(13, 84, 7))
    assert all(day.phase == "proof" for day in weeks.days)
    assert weeks.reached.startswith("The phase proof never ended: its gate did not hold. Wrong ") and "wanted at most 2.0%" in weeks.reached


def test_a_gate_holds_by_the_worse_end_of_its_interval() -> None:
    near = MadeUp(right=0.9, money=BUSY)
    few, many = (
        weeks_of(replace(roadmap((Bound("wrong_rate", 0.12),)), monitors=Monitors(quality=Monitor(sample=size))), near) for size in (5, 300)
    )
    first = [next(note for note in weeks.notes if note.kind == "gate") for weeks in (few, many)]
    assert not first[0].ok and "cannot be told yet" in first[0].said
    assert first[1].ok


def test_a_gate_that_nobody_measures_never_opens_and_says_so() -> None:
    weeks = weeks_of(roadmap(monitors=Monitors(latency=Monitor())))
    assert weeks.reached == "The phase proof never ended: its gate asks for wrong, which nobody measures (it needs the monitor quality)."


def test_without_gates_phases_follow_by_time_and_without_phases_all_is_live() -> None:
    weeks = weeks_of(roadmap(()))
    assert [day for kind, day in kinds(weeks) if kind == "opened"] == [0, 14, 28]
    alone = weeks_of(Roadmap(monitors=WATCHED))
    assert all(day.share == 1 and day.phase == "all" for day in alone.days) and "no gate stood before it" in alone.reached


def test_only_a_proof_stays_a_proof() -> None:
    weeks = weeks_of(Roadmap(proof=Phase(0.05, 14, GOOD), monitors=WATCHED))
    assert all(day.phase == "proof" for day in weeks.days) and weeks.reached.startswith("It reached its last phase, proof")


def test_a_phase_longer_than_the_weeks_says_how_much_was_left() -> None:
    weeks = weeks_of(roadmap(proof=Phase(0.05, 100, GOOD)))
    assert weeks.reached == "The weeks ended in the phase proof, 16 days before its gate was due."


def test_the_stop_ends_it_honestly_and_the_rest_is_done_as_today() -> None:
    weeks = weeks_of(roadmap(), MadeUp(right=0.6, money=BUSY), assess=Assess(stop=Bound("wrong_rate", 0.2)))
    assert weeks.ended.startswith("The result that would end it was reached. Wrong ")
    assert weeks.ended.endswith("; above 20.0% it was to end.")
    ended = next(note.day for note in weeks.notes if note.kind == "stopped")
    timed = weeks_of(roadmap(), MadeUp(right=0.6, money=BUSY), assess=Assess(stop=Bound("wrong_rate", 0.2), stop_days=42))
    assert ended < 41 and next(note.day for note in timed.notes if note.kind == "stopped") == 41, "six weeks were given to it"
    assert all(day.live == 0 and day.phase == "stopped" for day in weeks.days[ended + 1 :]) and weeks.days[ended].live > 0
    lucky = weeks_of(roadmap(), assess=Assess(stop=Bound("wrong_rate", 0.2)))
    assert not lucky.ended


def test_a_broken_limit_rolls_back_and_the_second_time_without_a_cause_for_good() -> None:
    bad = MadeUp(right=0.7, money=BUSY)
    ground = Ground(limits=(Bound("wrong_rate", 0.1),))
    road = roadmap((), rollback=True)
    weeks = weeks_of(road, bad, ground=ground)
    back = [note for note in weeks.notes if note.kind == "rollback"]
    assert [note.title for note in back] == ["rolled back", "rolled back for good"] and "Wrong" in back[0].said
    first = back[0].day
    assert [day.share for day in weeks.days[first + 1 : first + 8]] == [0.0] * 7 and weeks.days[first + 8].share > 0
    assert all(day.share == 0 for day in weeks.days[back[1].day + 1 :])
    assert not any(note.kind == "rollback" for note in weeks_of(roadmap(()), bad, ground=ground).notes)


def test_a_limit_of_a_monitor_rolls_back_until_the_cause_is_mended() -> None:
    monitors = replace(ALL, attacks=Monitor(limit=0.02))
    road = Roadmap(monitors=monitors, on_call=OnCall(3), rollback=True)
    weeks = simulate(stage_of(MadeUp(money=BUSY), events=(("injections", 30),)), design(road))
    back = next(note for note in weeks.notes if note.kind == "rollback")
    assert back.day == weeks.noticed["orders"] and "A limit was broken" in back.said
    mended = weeks.mended["orders"]
    assert all(day.share == 0 for day in weeks.days[back.day + 1 : mended]) and weeks.days[mended].share == 1.0


def test_a_better_refinement_is_kept_and_a_useless_one_is_not() -> None:
    road = roadmap((Bound("right_rate", 0.7),), proof=Phase(0.2, 21, (Bound("right_rate", 0.7),), refine="retrieval"))
    kept = weeks_of(road)
    note = next(note for note in kept.notes if note.kind == "refined")
    assert note.ok and "hybrid search instead of none" in note.said and kept.proposal.technical.retrieve.method == "hybrid"
    plain = weeks_of(replace(road, proof=Phase(0.2, 21, (Bound("right_rate", 0.7),), refine="prompt")))
    note = next(note for note in plain.notes if note.kind == "refined")
    assert note.ok is None and "not kept" in note.said and plain.proposal.technical.prompt.examples == 0


def test_after_a_refinement_that_was_kept_a_failed_gate_is_measured_anew() -> None:
    bound = (Bound("right_rate", 0.92),)
    road = roadmap(bound, proof=Phase(0.5, 14, bound, refine="retrieval"), monitors=Monitors(quality=Monitor(sample=200)))
    weeks = weeks_of(road)
    said = [(note.day, note.kind, note.ok) for note in weeks.notes if note.kind in ("gate", "refined", "opened")]
    assert said[1:3] == [(13, "gate", False), (13, "refined", True)]
    assert (20, "gate", True) in said and (21, "opened", None) in said  # 96 % are right with hybrid search


def test_what_can_be_refined() -> None:
    base = design()
    assert [what for what, _ in candidates(base, "prompt", True)] == ["3 examples shown instead of 0"]
    assert [what for what, _ in candidates(base, "retrieval", False)] == []
    hybrid = replace(base, technical=Technical(retrieve=Retrieve("hybrid", 5)))
    assert [what for what, _ in candidates(hybrid, "retrieval", True)] == ["9 passages instead of 5"]
    assert len(list(candidates(base, "threshold", True))) == 3
    careful = replace(
        base, technical=Technical(failure="person"), hallucinations=Hallucinations(abstain=True, checks=("grounding", "numbers"))
    )
    assert not list(candidates(careful, "threshold", True))


def test_where_a_metric_comes_from() -> None:
    assert source_of("wrong_rate", WATCHED) == "graded" and source_of("wrong_rate", Monitors(groups=Monitor())) == "groups"
    assert source_of("resolution_minutes", Monitors()) == "counted" and source_of("deflection", Monitors()) == "none"
    assert source_of("deflection", WATCHED) == "counted" and source_of("human_accuracy", ALL) == "none"
    assert lacking("latency_ms", Monitors()) == "it needs the monitor latency" and not lacking("latency_ms", ALL)
    assert "cycles of their own" in lacking("human_accuracy", ALL)


def test_a_gate_on_references_is_told_before_the_weeks_and_never_holds_in_them() -> None:
    for metric in REFERENCES:
        said = list(remarks(design(roadmap((Bound(metric, 0.1),)))))
        assert len(said) == 2 and all(f"gate: {metric} needs references" in one and "so the gate never holds" in one for one in said)
        assert source_of(metric, ALL) == "none" and "compares with references" in lacking(metric, ALL)
    weeks = weeks_of(roadmap((Bound("bleu", 1.0),)))
    assert {day.phase for day in weeks.days} == {
        "proof"
    } and "asks for bleu, which nobody measures (it compares with references" in weeks.reached
    looked = [note for note in weeks.notes if note.kind == "gate"]
    assert looked and all(note.ok is False and "BLEU is not measured" in note.said for note in looked)


def test_nothing_graded_is_no_zero() -> None:
    found = check(Bound("wrong_rate", 0.1), Evidence(Names()), WATCHED)
    assert found.score.value is None and found.state == "open" and "nothing could be graded yet" in found.said
