"""The report: what is odd about a roadmap has its sentence, the page stands alone, and nothing in it is made up."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from tests.rolled import LIBRARY, MadeUp, design, economics, stage_of
from tests.unit.lab.sample import sample

from caseroom.lab.pages import to_html as lab_html
from caseroom.proposal.check import remarks as contradictions
from caseroom.proposal.model import Assess, Bound, Ground, Monitor, Monitors, OnCall, Phase, Proposal, Roadmap, Said
from caseroom.rollout.chart import event_said, lanes, limits, missed, smooth, stretches
from caseroom.rollout.drawing import Stage
from caseroom.rollout.pages import to_html
from caseroom.rollout.report import report
from caseroom.rollout.score import score
from caseroom.rollout.watching import ALL, watches


def made(stage: Stage, proposal: Proposal) -> dict[str, Any]:
    weeks, scored = score(stage, proposal)
    found: dict[str, Any] = json.loads(json.dumps(report(stage, proposal, weeks, scored, case="desk", title="A desk", version="v1")))
    return found


def odd(proposal: Proposal, **settings: Any) -> str:
    """The remarks about a roadmap."""
    world = MadeUp(money=economics(items_a_day=1000))
    return "\n".join(made(stage_of(world, **settings), proposal)["remarks"])


def test_a_roadmap_without_monitors() -> None:
    said = odd(design(Roadmap(on_call=OnCall(1))), events=(("policy_change", 30),))
    assert (
        "No monitor was named, so nothing that happens after launch is seen" in said
        and "on_call waits for alerts, but nothing is watched" in said
    )


def test_nobody_on_call() -> None:
    assert "nobody is on call: they are looked at only once a week" in odd(design(monitors=ALL, on_call=None))


def test_gates_and_stops_on_what_is_not_measured() -> None:
    roadmap = Roadmap(proof=Phase(0.1, 7, (Bound("latency_ms", 900), Bound("human_accuracy", 4))), monitors=Monitors(errors=Monitor()))
    said = odd(design(roadmap, assess=Assess(stop=Bound("wrong_rate", 0.2))))
    assert "roadmap.proof.gate: latency_ms is counted by no monitor, so the gate never holds" in said
    assert (
        "roadmap.proof.gate: human_accuracy comes of people's ratings, which are held in cycles" in said
        and said.count("human_accuracy") == 1
    )
    assert "The result that would end it asks for wrong, which nobody measures" in said and "so it can never be known." in said


@pytest.mark.parametrize(
    ("monitors", "sentence"),
    [
        (Monitors(quality=Monitor(limit=0.99)), "The limit of quality always fires: 99.0% is above what is usual"),
        (Monitors(errors=Monitor(limit=0.00001)), "The limit of errors always fires: 0.001% is below what is usual"),
        (Monitors(quality=Monitor(wrong=0.001)), "The limit of quality, wrong always fires: 0.1% is below what is usual"),
        (Monitors(quality=Monitor(limit=0.0)), "quality.limit of 0 never alarms: nothing can break it."),
        (Monitors(abstention=Monitor(limit=1.0)), "abstention.limit of 1 never alarms: nothing can break it."),
        (
            Monitors(latency=Monitor(limit=500)),
            "The limit of latency never fired, and nothing came near it: 500 s, and the highest of 82 days was ",
        ),
    ],
)
def test_limits_that_always_or_never_fire(monitors: Monitors, sentence: str) -> None:
    assert sentence in odd(design(monitors=monitors))


def test_a_sound_limit_is_not_called_odd() -> None:
    assert "The limit of" not in odd(design(monitors=Monitors(quality=Monitor(limit=0.8, sample=60))))


def test_zero_traffic() -> None:
    found = made(stage_of(a_day=0.0, events=(("policy_change", 30),)), design(monitors=ALL))
    assert "No item came in on any day: nothing was measured, no gate could hold, and nothing could be seen." in found["remarks"]
    assert (
        found["verdict"].startswith("Nothing came in on any day")
        and found["sums"]["came"] == 0
        and not found["events"][0]["reached"]
        and "No harmful event met the design" in found["verdict"]
    )
    assert "not met" in to_html(found)


def test_without_traffic_no_limit_is_broken_and_nothing_is_rolled_back() -> None:
    watched = Roadmap(monitors=Monitors(quality=Monitor(limit=0.94)), on_call=OnCall(1), rollback=True)
    found = made(stage_of(a_day=0.0), design(watched))
    assert [note["kind"] for note in found["notes"]] == ["opened"] and all(day["share"] == 1 for day in found["days"])
    assert any(alert["blind"] for alert in found["alerts"]), "that nothing is measured is told"


def test_hardly_any_traffic() -> None:
    assert "too few for most tests to tell anything" in odd(design(monitors=ALL), a_day=1.0)


def test_a_phase_that_never_ends() -> None:
    roadmap = Roadmap(proof=Phase(0.2, 7, (Bound("wrong_rate", 0.001),)), full=Phase(1.0), monitors=Monitors(quality=Monitor(sample=100)))
    found = made(stage_of(MadeUp(money=economics(items_a_day=1000))), design(roadmap))
    assert found["verdict"].startswith("The phase proof never ended: its gate did not hold. Wrong ")


def test_a_rollback_without_a_limit() -> None:
    said = odd(design(Roadmap(monitors=Monitors(latency=Monitor()), on_call=OnCall(1), rollback=True)))
    assert "roadmap.rollback is on, but no limit stands anywhere that could be broken" in said
    kept = odd(design(Roadmap(monitors=ALL, on_call=OnCall(1), rollback=True), ground=Ground(limits=(Bound("wrong_rate", 0.9),))))
    assert "that could be broken" not in kept


def test_weeks_over_a_clock_change_are_weeks() -> None:
    from datetime import date

    stage = stage_of(launch=date(2026, 3, 9), weeks=6)
    found = made(stage, design(monitors=ALL))
    assert len(found["days"]) == 42 and found["days"][20]["date"] == "2026-03-29" and found["days"][21]["date"] == "2026-03-30"


# watches


def test_watches_are_those_of_the_roadmap_with_its_owner_and_patience() -> None:
    mine = Monitors(quality=Monitor(owner="Ada", patience=3, action="Ask Bo."), inputs=Monitor(), latency=Monitor(limit=4.0))
    by_name = {watch.name: watch for watch in watches(mine)}
    assert by_name["quality"].owner == "Ada" and by_name["quality"].patience == 3 and by_name["quality"].action == "Ask Bo."
    assert {"unseen words", "far inputs", "kinds of inputs", "volume"} <= set(by_name) and "cost" not in by_name
    limit = by_name["latency (limit)"]
    assert limit.test == "range" and limit.high == 4.0 and limit.percentile == 95 and "latency" in by_name, "a limit takes no watch away"
    assert next(w for w in watches(Monitors(quality=Monitor(limit=0.7)))).low == 0.7
    graded = {watch.name: watch for watch in watches(Monitors(quality=Monitor(0.7, wrong=0.06, omissions=0.12)))}
    borders = {watch.reads: (watch.low, watch.high) for name, watch in graded.items() if "(limit)" in name}
    assert borders == {"quality": (0.7, None), "quality.wrong": (None, 0.06), "quality.omitted": (None, 0.12)} and {
        "quality",
        "wrong outputs",
    } < set(graded)
    assert watches(Monitors()) == () and len(watches(ALL)) >= 14


# the page


@pytest.fixture(scope="module")
def page() -> tuple[dict[str, Any], str]:
    roadmap = Roadmap(
        proof=Phase(0.1, 14, (Bound("wrong_rate", 0.2),), purpose="cheap & <safe>"), full=Phase(1.0, 14), monitors=replace(ALL, quality=Monitor(limit=0.8, sample=60)),
        on_call=OnCall(1), gates="We move on at <b>four fifths</b> right.",
    )  # fmt: skip
    said = {"roadmap.monitors.quality": Said("I would grade sixty a day.", 12), "roadmap.proof.share": Said("A tenth first.", 11)}
    stage = stage_of(MadeUp(money=economics(items_a_day=1000)), events=(("policy_change", 40), ("season", 55), ("injections", 65)))
    found = made(stage, design(roadmap, said=said))
    return found, to_html(found)


def test_the_page_stands_alone(page: tuple[dict[str, Any], str]) -> None:
    _, html = page
    assert "<script" not in html and not re.search(r"(?:src|href)=", html) and "url(" not in html and "http" not in html
    assert html.count("<svg") > 10 and 'role="img"' in html and "aria-label" in html


def test_the_pages_of_the_lab_and_of_the_weeks_have_one_head(page: tuple[dict[str, Any], str]) -> None:
    lab, weeks = (html.partition("@media print")[0] for html in (lab_html({**sample(), "title": "A <desk>"}), page[1]))
    assert "<title>Lab report: A &lt;desk&gt;</title>" in lab and "max-width: 56rem" in lab
    assert lab.replace("Lab report: A &lt;desk&gt;", "Rollout: A desk").replace("56rem", "64rem") == weeks


def test_the_page_shows_the_words_beside_their_part_and_escapes_them(page: tuple[dict[str, Any], str]) -> None:
    found, html = page
    phases, events = html.index('id="w-phases"'), html.index('id="w-events"')
    assert phases < html.index("A tenth first.") < events < html.index("I would grade sixty a day.")
    assert "<b>four fifths</b>" not in html and "&lt;b&gt;four fifths" in html and "cheap &amp; &lt;safe&gt;" in html
    assert {words["part"] for words in found["words"]} == {"phases", "monitors"}


def test_every_event_alert_and_gate_is_on_the_page(page: tuple[dict[str, Any], str]) -> None:
    found, html = page
    for event in found["events"]:
        assert event["title"] in html
    loud = [alert for alert in found["alerts"] if alert["level"] != "info" and not alert["blind"]]
    assert loud and all(alert["watch"] in html for alert in loud)
    assert "proof: the gate" in html.lower() and "harmless" in html


def test_the_chart_has_one_axis_and_a_lane_for_all_that_was_measured(page: tuple[dict[str, Any], str]) -> None:
    found, _ = page
    rows = lanes(found)
    titles = [lane.title for lane in rows]
    assert titles[0] == "Phases and gates" and "Alerts" in titles and "Quality, graded" in titles and titles[-1] == "Left wrong, in truth"
    assert all("NaN" not in lane.draw and "nan" not in lane.draw for lane in rows)
    assert 'class="limit"' in next(lane for lane in rows if lane.title == "Quality, graded").draw
    assert stretches(found["days"])[0][:2] == (0, 14) and stretches(found["days"])[0][2] == "proof"
    assert smooth([1.0, None, 2.0, 3.0]) == [None, None, None, 2.0] and smooth([None]) == [None]


def test_the_mean_of_a_week_ends_with_a_rollback_and_begins_anew() -> None:
    values, on = [1.0, 1.0, 1.0, None, None, 7.0, 7.0, 7.0], [True, True, True, False, False, True, True, True]
    assert smooth(values, on) == [None, None, 1.0, None, None, None, None, 7.0]


def test_a_limit_is_drawn_over_the_reading_that_it_is_for(page: tuple[dict[str, Any], str]) -> None:
    found, html = page
    drawn = [lane.title for lane in lanes(found) if 'class="limit"' in lane.draw]
    assert drawn == ["Quality, graded"] and "limit 80.0%" in html
    own = {**found, "monitors": [{"name": "quality", "limit": 0.8, "limits": {"quality": 0.8, "quality.wrong": 0.1}}]}
    assert [lane.title for lane in lanes(own) if 'class="limit"' in lane.draw] == ["Quality, graded", "Wrong, graded"]
    assert limits([{"name": "quality", "limit": 0.8}, {"name": "errors", "limit": None}]) == {"quality": 0.8}, "a report of before"


def test_what_contradicts_itself_is_told_as_a_run_tells_it() -> None:
    roadmap = Roadmap(proof=Phase(0.5, 7, (Bound("bleu", 0.1),)), full=Phase(0.1), monitors=ALL, on_call=OnCall(1))
    remarks = made(stage_of(), design(roadmap))["remarks"]
    assert remarks[: len(told := list(contradictions(design(roadmap))))] == told and len(remarks) == len(set(remarks))
    assert any("let shares grow from phase to phase" in one for one in told) and any("bleu needs references" in one for one in told)


def test_an_event_that_does_no_harm_is_not_missed() -> None:
    world = MadeUp(right=1.0, library=(replace(LIBRARY[0], kind="group_loss"), replace(LIBRARY[5], kind="half_index")))
    proposal = design(Roadmap(proof=Phase(0.1, 7), full=Phase(1.0), monitors=Monitors(latency=Monitor()), on_call=OnCall(1)))
    found = made(stage_of(world, events=(("new-rules", 30), ("update", 45))), proposal)
    total = found["totals"]["own"]
    assert (total["harmful"], total["spared"], total["unmet"], total["seen"]) == (0, 2, 0, 0)
    assert "No event that met the design did harm" in found["verdict"] and "2 met the design and did no harm" in found["verdict"]
    assert all(event_said(event).startswith("did no harm: it met ") and not missed(event) for event in found["events"])
    assert 'class="lost">did no harm' not in to_html(found)


def test_an_event_after_the_end_is_not_met() -> None:
    roadmap = Roadmap(proof=Phase(0.5, 7, (Bound("wrong_rate", 0.2),)), full=Phase(1.0), monitors=ALL, on_call=OnCall(1))
    stage = stage_of(MadeUp(right=0.5, money=economics(items_a_day=1000)), events=(("policy_change", 60),))
    found = made(stage, design(roadmap, assess=Assess(stop=Bound("wrong_rate", 0.3))))
    total, event = found["totals"]["own"], found["events"][0]
    assert found["ended"] and (total["harmful"], total["spared"], total["unmet"]) == (0, 0, 1)
    assert (
        event_said(event) == "not met: the design had no traffic then"
        and not missed(event)
        and "1 met nothing of its traffic" in found["verdict"]
    )


def test_a_few_weeks_and_no_events_make_a_page_too() -> None:
    stage = stage_of(weeks=1)
    html = to_html(made(stage, design(monitors=Monitors(latency=Monitor()))))
    assert "No event was planted." in html and "No alert was raised." in html
