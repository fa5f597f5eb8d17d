"""Drills: what is kept folds to where they stand, an action at once equals one from the start, the score counts, and nothing of the truth is shown before the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.labdata import desk_records, write_folder
from tests.unit.app.test_rollouts import DESIGN, FEW

from caseroom.app import drill, rollouts
from caseroom.app.drill_log import Log, fold
from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.app.playing import Play
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.errors import SessionMoved, UsageError
from caseroom.rollout import unfold
from caseroom.rollout.causes import CHECKS
from caseroom.rollout.chart import lanes
from caseroom.rollout.clues import LOOKERS, clues
from caseroom.rollout.drilled import drilled, mark
from caseroom.rollout.settings import Action
from caseroom.rollout.weeks import simulate
from caseroom.store.sessions import SessionStore

DRILL = replace(FEW, a_day=150, person=True)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, engine: Engine, shelf: Shelf) -> Room:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    return Room(settings, shelf, engine, SessionStore(settings.database))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("data") / "desk", records=desk_records(30))


@pytest.fixture
def begun(home: Room, folder: Path) -> str:
    return rollouts.begin(home, DESIGN, DRILL, data=folder).id


@pytest.fixture
def play(home: Room, begun: str) -> Any:
    opened = Play.open(home, begun)
    yield opened
    opened.close()


def body(kind: str, day: int, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "day": day, **more}


def test_the_log_folds() -> None:
    assert fold([]) == Log()
    log = fold(
        [body("went", 4), body("look", 4, target="inputs"), body("silence", 4, target="latency", value=3, reason="a test"), body("went", 9)]
    )
    assert (log.day, log.next, [one.number for one in log.done], log.done[1].reason) == (9, 4, [1, 2], "a test")
    assert log.actions == (Action(4, "look", "inputs"), Action(4, "silence", "latency", 3))
    back = fold([body("look", 2), body("went", 5), body("undo", 2), body("look", 2, target="users"), body("undo", 2), body("end", 2)])
    assert (back.day, back.done, back.undone, back.hindsight, back.ended, back.next) == (2, (), 2, 1, True, 6)


@pytest.mark.parametrize(
    "action",
    [Action(24, "look", "service"), Action(24, "silence", "latency", 5), Action(24, "acknowledge", "latency"), Action(24, "sample", "", 90),
     Action(24, "fix", "latency_creep"), Action(24, "fix", "gaming"), Action(24, "rollback"), Action(24, "nothing")],
)  # fmt: skip
def test_an_action_at_once_equals_one_from_the_start(play: Play, action: Action) -> None:
    play.to(24)
    play.act(action)
    late, whole = play.to(41), simulate(play.stage, play.proposal, [action])
    for name in ("days", "alerts", "notes", "found", "noticed", "mended", "looks", "false"):
        assert getattr(late, name) == getattr(whole, name), name
    play.undo(24)
    assert play.to(41).days == simulate(play.stage, play.proposal).days


def test_each_check_tells_numbers_or_words_and_nothing_of_the_truth(play: Play) -> None:
    play.to(35)
    for place in CHECKS:
        found = clues(play.now, 35, place)
        assert bool(found) == (place in LOOKERS)
        assert all(one.now is None or np.isfinite(one.now) for one in found), place
    attacks = {one.title: one for one in clues(play.now, 35, "attacks")}["inputs that speak to the model"]
    assert attacks.now and attacks.before is not None and attacks.now > attacks.before, "a burst of injections began on day 30"
    slow = {one.title: one for one in clues(play.now, 35, "service")}["seconds to an output"]
    assert slow.now and slow.before and slow.now > slow.before
    prices = {one.title: one for one in clues(play.now, 35, "prices")}["price of an item"]
    assert prices.now and prices.before and prices.now == pytest.approx(prices.before, rel=0.1), "nothing is the matter with prices"
    assert clues(play.now, 0, "inputs")[0].before is None, "before the launch there was nothing"


def test_a_check_without_items_tells_that_there_were_none(play: Play) -> None:
    play.act(Action(3, "rollback"))
    play.to(20)
    assert all(one.now is None for place in LOOKERS for one in clues(play.now, 20, place))


def test_the_score_tells_a_good_person_on_call_from_a_careless_one(play: Play) -> None:
    good, careless = (
        (Action(22, "fix", "latency_creep"), Action(30, "fix", "injections")),
        (Action(5, "rollback"), Action(6, "fix", "gaming")),
    )
    told: list[str] = []
    _, scored, marks = drilled(play.stage, play.proposal, good, lambda what, done, total: told.append(what))
    you, nobody = marks[0], marks[-1]
    assert (you["mended"], you["harmful"], you["delay"], you["wrong_causes"], you["needless"], you["hours"]) == (2, 2, 2.0, 0, 0, 2.0)
    assert nobody["mended"] == 0 and nobody["delay"] is None and you["wrong"] <= nobody["wrong"] and told[-1] == "the weeks: done"
    assert scored.totals["own"].harmful == 2
    weeks = simulate(play.stage, play.proposal, careless)
    bad = mark("you", weeks, weeks.events)
    assert (bad.needless, bad.wrong_causes, bad.mended) == (1, 1, 0) and sum(day.live for day in weeks.days[7:]) == 0


def test_going_on_stops_where_somebody_is_called_and_at_the_end(home: Room, begun: str, play: Play) -> None:
    drill.go(home, play, begun, 0, "alert")
    at = drill.standing(home, play, begun)
    assert at.called and at.log.day < 41
    while not at.over:
        drill.go(home, play, begun, at.log.next, "alert")
        at = drill.standing(home, play, begun)
    with pytest.raises(UsageError, match="The weeks are over"):
        drill.go(home, play, begun, at.log.next, "day")
    drill.end(home, begun, at.log.next)
    drill.end(home, begun, at.log.next)
    with pytest.raises(UsageError, match="This drill is over"):
        drill.do(home, play, begun, at.log.next + 1, "nothing")


def test_what_was_kept_is_not_kept_twice(home: Room, begun: str, play: Play) -> None:
    for _ in range(2):
        drill.do(home, play, begun, 0, "look", "inputs")
        drill.go(home, play, begun, 1, "day")
    assert (rollouts.log_of(home, begun).day, len(rollouts.actions_of(home, begun))) == (1, 1)
    for number in (0, 1, 7):
        with pytest.raises(SessionMoved, match="another window"):
            drill.do(home, play, begun, number, "look", "users")
    for _ in range(2):
        drill.undo(home, play, begun, 2)
    assert rollouts.log_of(home, begun).undone == 1
    with pytest.raises(UsageError, match="nothing can be taken back"):
        drill.undo(home, play, begun, 3)


def test_the_launch_goes_and_comes(home: Room, begun: str, play: Play) -> None:
    drill.do(home, play, begun, 0, "rollback")
    assert not drill.standing(home, play, begun).live
    drill.do(home, play, begun, 1, "return")
    assert drill.standing(home, play, begun).live
    drill.go(home, play, begun, 2, "day")
    assert drill.standing(home, play, begun).report["days"][-1]["share"] > 0


# weeks that unfold


@pytest.fixture(scope="module")
def report(home: Room, folder: Path) -> dict[str, Any]:
    done = rollouts.carry_out(home, rollouts.begin(home, DESIGN, replace(FEW, a_day=150), data=folder).id)
    assert done.report
    return done.report


def test_a_day_shows_what_was_known_on_it(report: dict[str, Any]) -> None:
    for day in (0, 21, 29, 30, 41):
        seen = unfold.until(report, day)
        assert len(seen["days"]) == day + 1 and all(row["wrong"] is None for row in seen["days"])
        assert all(event["ways"]["own"]["day"] <= day for event in seen["events"]) and all(alert["day"] <= day for alert in seen["alerts"])
        known = {event["id"] for event in seen["events"]}
        assert all(not alert["cause"] or alert["cause"] in known for alert in seen["alerts"])
        assert all("truth" not in lane.title for lane in lanes(seen))
    assert unfold.until(report, 10)["events"] == [] and unfold.until(report, 41)["events"]


def test_the_axis_is_that_of_all_weeks(report: dict[str, Any]) -> None:
    draw = str(next(lane.draw for lane in lanes(unfold.until(report, 10)) if lane.title == "Items a day"))
    assert 'viewBox="0 0 42 100"' in draw


def test_alerts_stand_open_until_mended(report: dict[str, Any]) -> None:
    alert = next(one for one in report["alerts"] if one["cause"] and unfold.is_loud(one))
    mended = next(event["ways"]["own"]["mended"] for event in report["events"] if event["id"] == alert["cause"])
    seen = unfold.until(report, mended - 1)
    assert any(one["id"] == alert["id"] for one in unfold.standing(seen, mended - 1))
    assert not any(one["id"] == alert["id"] for one in unfold.standing(unfold.until(report, mended), mended))
    assert alert["day"] in unfold.calls(report)


def test_readings_stand_beside_the_weeks_before() -> None:
    days = [{"readings": {"latency": float(day < 10), "volume": 3.0}} for day in range(20)]
    assert list(unfold.readings(days)) == [{"name": "latency", "today": 0.0, "week": 0.0, "before": pytest.approx(10 / 13)}]
    assert next(iter(unfold.readings(days[:3])))["before"] is None
