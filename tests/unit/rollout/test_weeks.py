"""The fold: deterministic, bounded, paired; who is told acts, who is not told does not; a person's actions count from their evening."""

from __future__ import annotations

import pytest
from tests.rolled import COUNT, MadeUp, design, stage_of

from caseroom.monitoring.measured import Share, Strata
from caseroom.proposal.model import Monitor, Monitors, OnCall, Roadmap
from caseroom.rollout.deck import AT
from caseroom.rollout.readings import grade, read, samples, shown
from caseroom.rollout.score import score
from caseroom.rollout.service import served
from caseroom.rollout.settings import GRADER_MISSES, Action
from caseroom.rollout.watching import ALL
from caseroom.rollout.weeks import Simulation, simulate

QUALITY = Monitors(quality=Monitor(sample=60))


def test_the_same_seed_and_actions_give_the_same_weeks() -> None:
    actions = (Action(30, "look", "documents"), Action(31, "fix", "policy_change"))
    one, again = (simulate(stage_of(events=(("policy_change", 25),), person=True), design(monitors=ALL), actions) for _ in range(2))
    assert one.days == again.days and one.alerts == again.alerts and one.found == again.found
    other = simulate(stage_of(events=(("policy_change", 25),), person=True, seed=8), design(monitors=ALL), actions)
    assert one.days != other.days


def test_a_days_sums_add_up() -> None:
    world = MadeUp()
    weeks = simulate(stage_of(world), design(monitors=QUALITY))
    money = world.money
    for day in weeks.days:
        assert day.live == day.came and day.wrong_today == 0
        today = day.came * (money.minutes.today * money.wage_per_minute + money.wrong_today * money.cost_of_wrong)
        assert day.saved == pytest.approx(today - day.harm - day.cost)
    wrong = sum(day.wrong for day in weeks.days) / sum(day.live for day in weeks.days)
    assert wrong == pytest.approx(1 - world.right, abs=0.05)


def test_without_traffic_of_the_designs_everything_is_done_as_today() -> None:
    world = MadeUp()
    stage = stage_of(world)
    simulation = Simulation(stage, design())
    simulation.launch.ended = "stopped"
    day = simulation.step()
    assert day.live == 0 and day.share == 0 and day.wrong == 0 and day.saved == pytest.approx(0, abs=1e-6)
    assert day.wrong_today == pytest.approx(day.came * world.money.wrong_today)


def test_an_event_is_seen_mended_and_costs_less_than_unseen() -> None:
    stage = stage_of(events=(("policy_change", 30),))
    watched, unwatched = (simulate(stage, design(monitors=monitors)) for monitors in (ALL, Monitors()))
    event = stage.planted[0]
    assert watched.noticed[event.id] - event.start <= 3 and watched.by[event.id]
    assert watched.mended[event.id] == watched.noticed[event.id] + 2
    assert event.id not in unwatched.noticed and event.id not in unwatched.mended
    assert 0 < watched.harm[event.id].wrong < 0.5 * unwatched.harm[event.id].wrong
    assert unwatched.harm[event.id].unseen_wrong == unwatched.harm[event.id].wrong > 0
    assert not any(name == event.id for day in watched.days[watched.mended[event.id] :] for name, _ in day.forces)


def test_without_anybody_on_call_somebody_looks_once_a_week() -> None:
    stage = stage_of(events=(("policy_change", 29),))
    called, weekly = (simulate(stage, design(monitors=ALL, on_call=days)) for days in (1, None))
    event = stage.planted[0].id
    assert weekly.noticed[event] % 7 == 6 and weekly.noticed[event] >= called.noticed[event]


def test_days_before_an_event_are_as_if_it_never_came() -> None:
    with_it, without = (simulate(stage_of(events=events), design(monitors=QUALITY)) for events in ((("model_update", 30),), ()))
    assert with_it.days[:30] == without.days[:30] and with_it.days[30] != without.days[30]


def test_no_monitor_no_reading() -> None:
    weeks = simulate(stage_of(), design(monitors=Monitors(latency=Monitor())))
    assert set(weeks.days[5].readings) == {"latency", "volume"} and weeks.days[5].graded == 0


def test_people_grade_a_sample_of_its_size_and_miss_some() -> None:
    stage = stage_of(MadeUp(right=0.5), a_day=3000.0)
    drawn = stage.draw(design(), 2, 1.0, [])
    done = served(drawn, stage.deck(design()), stage.business)
    graded = grade(drawn, done, (1500, 200), 7, 40.0)
    assert len(graded.rows) == 1500 and len(graded.by_group) == 200
    groups = graded.by_group[:, AT["group"]]
    assert (groups == 0).sum() == (groups == 1).sum() == 100
    right = (graded.rows[:, AT["right"]] == 1).mean()
    truth = (drawn["right"][done.out] == 1).mean()
    assert right == pytest.approx(truth + (1 - truth) * GRADER_MISSES - truth * 0.01, abs=0.04) and right > truth
    reading = read(ALL, drawn, done, graded)
    assert isinstance(reading["quality"], Strata) and shown(reading["quality"]) == pytest.approx(right)
    assert (
        samples(Monitors(), 50) == (0, 0) and samples(QUALITY) == (60, 0) and samples(QUALITY, 90) == (90, 0) and samples(ALL) == (30, 30)
    )


def test_service_events_change_time_and_price_and_the_time_out_fails_items() -> None:
    stage = stage_of(events=(("latency_creep", 5), ("cost_rise", 5)), a_day=3000.0, person=True)
    simulation = Simulation(stage, design(monitors=ALL))
    days = [simulation.step() for _ in range(20)]
    assert days[19].readings["latency"] > 2 * days[2].readings["latency"]
    assert days[19].readings["cost"] == pytest.approx(2 * days[2].readings["cost"], rel=0.1)
    harm = simulation.harm
    assert harm["slow"].seconds > 0 and harm["dear"].money > 0 and harm["dear"].wrong == 0


def test_a_day_on_which_nothing_comes_is_a_day() -> None:
    stage = stage_of(a_day=0.0)
    weeks = simulate(stage, design(monitors=ALL))
    assert len(weeks.days) == 84 and all(day.came == day.live == 0 for day in weeks.days)
    assert not weeks.false


def test_memory_holds_no_more_than_samples() -> None:
    stage = stage_of(a_day=4000.0)
    simulation = Simulation(stage, design(monitors=QUALITY))
    for _ in range(40):
        simulation.step()
    kept = sum(len(graded.rows) + len(graded.by_group) + len(graded.counted) for _, graded in simulation.evidence.days)
    assert kept <= 40 * (60 + 120) and len(stage.deck(design()).rows) == COUNT
    assert all(
        part.base is None for _, graded in simulation.evidence.days for part in (graded.rows, graded.by_group, graded.counted)
    )  # no day hides behind one


# a person on call


def played(*actions: Action, events: tuple[tuple[str, int], ...] = (("policy_change", 30),)) -> Simulation:
    simulation = Simulation(stage_of(events=events, person=True), design(monitors=ALL), actions=actions)
    simulation.run()
    return simulation


def test_with_a_person_nothing_is_mended_but_by_actions() -> None:
    idle = played().weeks()
    assert not idle.mended and idle.noticed  # the person is told; what they do is theirs
    mended = played(Action(33, "look", "documents"), Action(33, "fix", "policy_change")).weeks()
    assert mended.mended == {"new-rules": 35}
    assert [found.said for found in mended.found] == ["New rules. The rules of deposits change.", "New rules: mended from day 35."]
    assert idle.days[:34] == mended.days[:34] and idle.days[36] != mended.days[36]
    assert mended.harm["new-rules"].wrong < idle.harm["new-rules"].wrong


def test_a_wrong_guess_costs_an_hour_and_mends_nothing() -> None:
    weeks = played(Action(33, "look", "index"), Action(33, "fix", "half_index")).weeks()
    assert weeks.found[0].said == "Nothing out of the ordinary in index." and "nothing changes" in weeks.found[1].said
    assert not weeks.mended and weeks.looks == played().weeks().looks + 2


def test_a_person_rolls_back_and_returns() -> None:
    weeks = played(Action(31, "rollback"), Action(40, "return")).weeks()
    assert [day.share for day in weeks.days[31:42]] == [1.0, *[0.0] * 9, 1.0]
    assert [note.kind for note in weeks.notes] == ["opened", "rollback", "returned"]


def test_silence_acknowledge_sample_and_nothing() -> None:
    simulation = played(
        Action(10, "sample", value=90), Action(20, "silence", "unseen words", 40), Action(25, "nothing"), Action(36, "acknowledge", "quality")
    )  # fmt: skip
    weeks = simulation.weeks()
    assert weeks.days[9].graded == 30 and weeks.days[12].graded == 90
    assert not any(alert.watch == "unseen words" and 21 <= alert.day <= 60 for alert in weeks.alerts)
    assert any(alert.watch == "unseen words" for alert in played().weeks().alerts)
    assert len(weeks.found) == 4


def test_step_by_step_is_the_same_as_at_once() -> None:
    stage, proposal = stage_of(events=(("new_line", 30),)), design(monitors=ALL)
    simulation = Simulation(stage, proposal)
    days = [simulation.step() for _ in range(84)]
    assert simulation.over and tuple(days) == simulate(stage, proposal).days


# the score


def test_the_ways_of_watching_meet_the_same_items_and_perfect_sight_is_best() -> None:
    stage = stage_of(events=(("policy_change", 25), ("season", 40), ("model_update", 55)))
    weeks, scored = score(stage, design(monitors=Monitors(latency=Monitor())))
    rows = {row.event.kind: row for row in scored.rows}
    assert not rows["policy_change"].ways["own"].seen and rows["policy_change"].ways["standard"].seen
    assert rows["policy_change"].ways["perfect"].delay == 0 and not rows["policy_change"].ways["none"].seen
    for kind in ("policy_change", "model_update"):
        ways = rows[kind].ways
        assert ways["perfect"].wrong <= ways["standard"].wrong < ways["none"].wrong
        assert ways["own"].wrong == pytest.approx(ways["none"].wrong)
    assert scored.totals["own"].harmful == 2 and scored.totals["own"].seen == 0 and scored.totals["perfect"].seen == 2
    assert scored.totals["perfect"].median_delay == 0 and scored.totals["own"].median_delay is None
    assert len(weeks.days) == 84


def test_the_others_follow_the_phases_of_the_own_weeks() -> None:
    from caseroom.proposal.model import Phase

    roadmap = Roadmap(proof=Phase(0.1, 14), full=Phase(1.0, 14), monitors=Monitors(latency=Monitor()), on_call=OnCall(1))
    stage = stage_of()
    own = Simulation(stage, design(roadmap)).run()
    other = Simulation(stage, design(roadmap), "standard", pinned=own.schedule).run()
    assert [(day.phase, day.share, day.live) for day in own.days] == [(day.phase, day.share, day.live) for day in other.days]


def test_a_false_alarm_has_no_cause_and_is_counted() -> None:
    limit = Monitors(errors=Monitor(limit=0.0001))
    weeks = simulate(stage_of(), design(monitors=limit))
    assert weeks.false and all(not alert.cause for alert in weeks.false)
    _, scored = score(stage_of(), design(monitors=limit))
    assert scored.totals["own"].false_in_twelve_weeks == len(weeks.false)


def test_an_alert_is_not_set_down_to_an_event_that_cannot_move_its_reading() -> None:
    stage = stage_of(events=(("cost_rise", 20),))
    simulation = Simulation(stage, design(monitors=ALL))
    simulation.run()
    assert simulation._cause(25, "cost") == "dear" and simulation._cause(25, "quality") == "" and simulation._cause(5, "cost") == ""


def test_a_reading_as_one_number() -> None:
    assert shown(Share(3, 4)) == 0.75 and shown(Share(0, 0)) is None
