"""The use-cases of the rollout, on a small data folder and the models of the house."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.labdata import desk_records, write_folder

from caseroom.app import rollouts
from caseroom.app.interviews import Room
from caseroom.app.playing import Play
from caseroom.errors import RolloutNotFound, RunError, UsageError
from caseroom.monitoring.delivery import Webhook
from caseroom.proposal.model import Hallucinations, OnCall, Phase, Proposal, Retrieve, Roadmap, Technical
from caseroom.rollout.chart import lanes
from caseroom.rollout.settings import Action, Settings
from caseroom.rollout.watching import ALL

DESIGN = Proposal(
    title="a desk", technical=Technical(exact="code", retrieve=Retrieve("hybrid"), failure="person"), hallucinations=Hallucinations(grounding=True, abstain=True),
    roadmap=Roadmap(full=Phase(1.0, 7), monitors=ALL, on_call=OnCall(1)),
)  # fmt: skip
FEW = Settings(weeks=6, events=(("injections", 30), ("latency_creep", 22)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "desk", records=desk_records(30))


def test_a_rollout_is_begun_carried_out_listed_compared_and_deleted(room: Room, folder: Path) -> None:
    begun = rollouts.begin(room, DESIGN, FEW, data=folder)
    assert begun.state == "open" and begun.report is None and begun.case == str(folder)
    told: list[str] = []
    done = rollouts.carry_out(room, begun.id, lambda what, at, of: told.append(what))
    assert done.state == "done" and done.report and len(done.report["days"]) == 42
    assert {"usual traffic", "the weeks: own", "the weeks: perfect"} <= set(told)
    assert rollouts.carry_out(room, begun.id) == done
    other = rollouts.carry_out(room, rollouts.begin(room, replace(DESIGN, roadmap=Roadmap(on_call=OnCall(1))), FEW, data=folder).id)
    rows = {row.name: (row.a, row.b) for row in rollouts.compare(done, other)}
    assert rows["events that did harm"] == ("2", "2") and int(rows["of these seen"][0]) > int(rows["of these seen"][1]) == 0
    assert [one.id for one in rollouts.rollouts(room)] == [other.id, begun.id]
    rollouts.delete(room, begun.id)
    with pytest.raises(RolloutNotFound):
        rollouts.rollout(room, begun.id)


def test_only_the_same_weeks_compare(room: Room, folder: Path) -> None:
    one, two = (rollouts.begin(room, DESIGN, replace(FEW, seed=seed), data=folder) for seed in (1, 2))
    with pytest.raises(RunError, match="only finished ones compare"):
        rollouts.compare(one, two)
    one, two = (rollouts.carry_out(room, begun.id) for begun in (one, two))
    with pytest.raises(RunError, match="seed is 1 and 2"):
        rollouts.compare(one, two)


def test_one_that_was_stopped_goes_on_and_computes_nothing_twice(room: Room, folder: Path) -> None:
    begun = rollouts.begin(room, DESIGN, FEW, data=folder)
    calls = iter([False, False])
    stopped = rollouts.carry_out(room, begun.id, stopped=lambda: next(calls, True))
    assert stopped.state == "stopped" and "kept" in stopped.why
    done = rollouts.carry_out(room, begun.id)
    again = rollouts.carry_out(room, rollouts.begin(room, DESIGN, FEW, data=folder).id)
    assert done.report is not None and done.report == again.report


def test_data_that_changed_are_not_mixed(room: Room, folder: Path) -> None:
    begun = rollouts.begin(room, DESIGN, FEW, data=folder)
    (folder / "documents" / "new.md").write_text("# New\n\nA new page.\n", encoding="utf-8")
    with pytest.raises(RunError, match="The data has changed"):
        rollouts.carry_out(room, begun.id)
    assert rollouts.rollout(room, begun.id).state == "failed"


@pytest.mark.parametrize(
    ("proposal", "settings", "where", "said"),
    [
        (DESIGN, replace(FEW, events=(("flood", 3),)), True, "There is no event 'flood' here"),
        (DESIGN, replace(FEW, events=(("injections", 42),)), True, "days 0 to 41"),
        (DESIGN, replace(FEW, a_day=1e9), True, "are too many"),
        (replace(DESIGN, case="sales-tax"), FEW, False, "answers sales-tax, not support-desk"),
    ],
)
def test_what_cannot_be_is_told_before_anything_runs(
    room: Room, folder: Path, proposal: Proposal, settings: Settings, where: bool, said: str
) -> None:  # fmt: skip
    with pytest.raises(UsageError, match=said):
        rollouts.begin(room, proposal, settings, case="support-desk", data=folder if where else None)
    assert rollouts.rollouts(room) == []


def test_neither_case_nor_data(room: Room) -> None:
    with pytest.raises(RunError, match="Name a case"):
        rollouts.begin(room, DESIGN, FEW)


# a person on call


def test_a_person_plays_day_by_day_and_the_rollout_counts_it(room: Room, folder: Path) -> None:
    begun = rollouts.begin(room, DESIGN, replace(FEW, person=True), data=folder)
    play = Play.open(room, begun.id)
    before = play.to(33)
    assert len(before.days) == 34 and "injections" in before.noticed and not before.mended
    after = play.act(Action(33, "fix", "injections"))
    assert after.mended == {"injections": 35} and play.to(30).days == before.days[:31]
    play.close()
    rollouts.act(room, begun.id, Action(33, "fix", "injections"))
    with pytest.raises(UsageError, match="Day 10 is over"):
        rollouts.act(room, begun.id, Action(10, "nothing"))
    again = Play.open(room, begun.id)
    assert again.to(41).mended == {"injections": 35}
    again.close()
    done = rollouts.carry_out(room, begun.id)
    assert done.report is not None and [one["kind"] for one in done.report["found"]] == ["fix"]
    assert next(event for event in done.report["events"] if event["id"] == "injections")["ways"]["own"]["mended"] == 35


def test_what_a_player_sees_tells_nothing_that_nobody_knows(room: Room, folder: Path) -> None:
    begun = rollouts.begin(room, DESIGN, replace(FEW, person=True), data=folder)
    play = Play.open(room, begun.id)
    seen = play.report(35)
    assert len(seen["days"]) == 36 and seen["events"] == [] and seen["alerts"] and all(alert["cause"] is None for alert in seen["alerts"])
    assert all(day["wrong"] is None and day["forces"] == [] for day in seen["days"]) and "totals" not in seen
    play.act(Action(35, "fix", "injections"))
    known = play.report(40)
    assert [event["id"] for event in known["events"]] == ["injections"]
    assert any(lane.title == known["events"][0]["title"] for lane in lanes(known)) and len(lanes(seen)) > 5
    play.close()


def test_nobody_acts_where_the_person_is_simulated(room: Room, folder: Path) -> None:
    begun = rollouts.begin(room, DESIGN, FEW, data=folder)
    with pytest.raises(UsageError, match="is simulated"):
        rollouts.act(room, begun.id, Action(3, "nothing"))


# webhooks


@pytest.fixture
def hanging() -> Iterator[str]:
    """A server that takes the line and never answers."""
    stop = threading.Event()

    class Hangs(BaseHTTPRequestHandler):
        """Waits."""

        def do_POST(self) -> None:
            """Never in time."""
            stop.wait(20)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Hangs)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    stop.set()
    server.shutdown()
    server.server_close()


def test_a_webhook_that_hangs_is_given_up_and_told(room: Room, folder: Path, hanging: str) -> None:
    done = rollouts.carry_out(room, rollouts.begin(room, DESIGN, FEW, data=folder).id)
    assert done.report and done.report["alerts"]
    said = rollouts.deliver(done, Webhook(hanging, wait=0.2, tries=1), wait=1.0)
    assert "took the alerts of 0 of" in said and "The rollout is kept." in said


def test_no_alert_no_post(room: Room, folder: Path) -> None:
    done = rollouts.carry_out(room, rollouts.begin(room, DESIGN, replace(FEW, events=(), weeks=1), data=folder).id)
    assert rollouts.deliver(done, Webhook("http://127.0.0.1:1/")) == "No alert was raised, so nothing was posted."
