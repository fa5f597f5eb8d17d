"""Traffic: the same seed gives the same items, the week has its shape, a clock change changes nothing, and zero is zero."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from tests.rolled import LIBRARY, economics, stage_of

from caseroom.errors import UsageError
from caseroom.rollout.planting import APART, LEFT, QUIET, level, planted
from caseroom.rollout.settings import Settings
from caseroom.rollout.traffic import Traffic


def test_the_same_seed_gives_the_same_items_and_another_one_others() -> None:
    one, again, other = (Traffic(Settings(seed=seed), economics()) for seed in (3, 3, 4))
    assert one.launch == again.launch and one.launch.weekday() == 0
    for day in (0, 40):
        assert np.array_equal(one.items(day).pick, again.items(day).pick)
    assert not np.array_equal(one.items(0).pick[:50], other.items(0).pick[:50])


def test_volumes_are_the_economics_on_average_over_a_year() -> None:
    for days_a_year, least in ((250, 240), (365, 350)):
        money = economics(items_a_day=1000, days_a_year=days_a_year)
        traffic = Traffic(Settings(seed=5), money)
        year = sum(traffic.count(day) for day in range(365))
        assert year == pytest.approx(1000 * days_a_year, rel=0.1)  # public holidays are not taken out
        assert sum(traffic.count(day) > 0 for day in range(365)) >= least


def test_weekends_are_quiet_where_the_year_has_working_days_only() -> None:
    traffic = Traffic(Settings(seed=5), economics(items_a_day=1000, days_a_year=250))
    working = np.mean([traffic.expected(day) for day in range(84) if traffic.date(day).weekday() < 5])
    weekend = np.mean([traffic.expected(day) for day in range(84) if traffic.date(day).weekday() >= 5])
    assert weekend < 0.1 * working
    everyday = Traffic(Settings(seed=5), economics(items_a_day=1000, days_a_year=365))
    assert np.mean([everyday.expected(day) for day in (5, 6)]) > 0.7 * np.mean([everyday.expected(day) for day in range(5)])


def test_some_days_burst_and_some_bring_nothing() -> None:
    traffic = Traffic(Settings(seed=1), economics())
    ratios = np.array([traffic.count(day) / traffic.expected(day) for day in range(1000)])
    assert 2 <= (ratios == 0).sum() <= 30 and 5 <= (ratios > 1.35).sum() <= 45


@pytest.mark.parametrize("launch", [date(2026, 3, 23), date(2026, 10, 19), date(2028, 2, 21)])
def test_a_clock_change_and_a_leap_day_make_no_day_longer(launch: date) -> None:
    traffic = Traffic(Settings(seed=9, launch=launch), economics())
    days = [traffic.date(day) for day in range(21)]
    assert all((later - earlier).days == 1 for earlier, later in pairwise(days))
    changed = [traffic.count(day) / traffic.expected(day) for day in range(21)]
    other = Traffic(Settings(seed=9, launch=date(2026, 6, 1)), economics())
    assert changed == pytest.approx([other.count(day) / other.expected(day) for day in range(21)], rel=0.05)


def test_zero_traffic_is_zero_on_every_day() -> None:
    traffic = Traffic(Settings(a_day=0), economics())
    assert sum(traffic.count(day) for day in range(84)) == 0 and len(traffic.items(3)) == 0


@pytest.mark.parametrize("seed", range(40))
def test_drawn_events_are_not_in_the_first_weeks_and_stand_apart(seed: int) -> None:
    found = planted(LIBRARY, Settings(seed=seed))
    starts = [event.start for event in found]
    assert found and starts == sorted(starts) and starts[0] >= QUIET and starts[-1] <= 84 - LEFT
    assert all(later - earlier >= APART for earlier, later in pairwise(starts))
    assert len({event.id for event in found}) == len(found)
    assert found == planted(LIBRARY, Settings(seed=seed))


def test_a_season_is_drawn_now_and_then_and_strengths_differ() -> None:
    every = [event for seed in range(60) for event in planted(LIBRARY, Settings(seed=seed))]
    assert 10 < sum(event.harmless for event in every) < 50
    assert len({event.strength for event in every if event.kind == "new_line"}) > 5
    assert all(0 < event.strength <= 1 for event in every if event.kind not in ("latency_creep", "cost_rise"))
    assert all(event.strength > 1 for event in every if event.kind in ("latency_creep", "cost_rise"))


def test_events_that_are_asked_for_come_on_their_day() -> None:
    found = planted(LIBRARY, Settings(events=(("cost_rise", 40), ("scooters", 10))))
    assert [(event.kind, event.start) for event in found] == [("new_line", 10), ("cost_rise", 40)]
    assert planted(LIBRARY, Settings(events=())) == ()
    with pytest.raises(UsageError, match="There are: cost_rise, injections"):
        planted(LIBRARY, Settings(events=(("flood", 3),)))
    with pytest.raises(UsageError, match="days 0 to 83"):
        planted(LIBRARY, Settings(events=(("season", 84),)))
    with pytest.raises(UsageError, match="these data know of none"):
        planted((), Settings(events=(("season", 4),)))


def test_an_event_grows_over_its_ramp_ends_and_is_gone_once_mended() -> None:
    event = next(event for event in LIBRARY if event.kind == "new_line")
    assert [round(level(event, day), 2) for day in (-1, 0, 1, 2, 27, 28)] == [0, 0.33, 0.67, 1, 1, 0]
    assert level(event, 10, mended=10) == 0 and level(event, 9, mended=10) == 1


def test_an_event_touches_its_share_and_leaves_the_other_items_as_they_were() -> None:
    from tests.rolled import design

    stage = stage_of(events=(("policy_change", 0),), a_day=5000.0)
    from caseroom.rollout.drawing import Force

    force = Force(stage.planted[0], 1.0)
    with_it, without = (stage.draw(design(), 3, 1.0, forces) for forces in ([force], []))
    assert with_it.came == without.came
    assert (with_it.touched >= 0).mean() == pytest.approx(0.3, abs=0.03)
    same = with_it.touched < 0
    assert np.array_equal(with_it.rows[same], without.rows[same], equal_nan=True)
    assert np.array_equal(with_it.usual, without.rows, equal_nan=True)
    assert (with_it["wrong"][~same] == 1).mean() > 0.5 > (without["wrong"] == 1).mean()


def test_a_share_of_the_traffic_is_a_share_and_a_larger_one_holds_the_smaller() -> None:
    from tests.rolled import design

    stage = stage_of(a_day=5000.0)
    small, large = (stage.draw(design(), 3, share, []) for share in (0.1, 0.5))
    assert len(small) / small.came == pytest.approx(0.1, abs=0.02)
    assert set(small.items.pick) <= set(large.items.pick)
