from __future__ import annotations

import pytest
from tests.conftest import ROOT

from caseroom.app.scripts import read_script
from caseroom.proposal.check import remarks
from caseroom.proposal.file import read_proposal
from caseroom.proposal.model import Bound, Monitor, OnCall, Phase, Proposal, Roadmap, Said
from caseroom.proposal.monitors_said import monitors, on_call, unread
from caseroom.proposal.phases_said import gates, phases
from caseroom.proposal.roadmap_words import Passage, improve, read_roadmap

USUAL = {"proof": (0.05, 14), "test": (0.25, 28), "full": (1.0, 28)}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("two weeks with five agents in shadow, then ten percent of tickets for a month, then everybody, with monitoring", {"proof": (0.05, 14), "test": (0.1, 30), "full": (1.0, 28)}),
        ("we'd go five percent first, then a quarter of the traffic, then everyone", USUAL),
        ("Start with one percent for a week, then ten percent for two weeks, and finally all of it", {"proof": (0.01, 7), "test": (0.1, 14), "full": (1.0, 28)}),
        ("A fortnight in the shadows. After that a tenth of the tickets for four weeks. Then the full desk.", {"proof": (0.05, 14), "test": (0.1, 28), "full": (1.0, 28)}),
        ("a two-week proof with 3 of the 40 agents, a pilot with a quarter of the desk for six weeks, then full rollout", {"proof": (0.075, 14), "test": (0.25, 42), "full": (1.0, 28)}),
        ("uh so phase one is like three weeks, five percent, phase two is two months with thirty per cent, and phase three is everybody", {"proof": (0.05, 21), "test": (0.3, 60), "full": (1.0, 28)}),
        ("Roughly six weeks for the proof and eight for the pilot, so that something is live in July.", {"proof": (0.05, 42), "test": (0.25, 56)}),
        ("I see it in three steps.", USUAL),
        ("Crawl, walk, run.", USUAL),
        ("First a pilot, then the rest.", {"test": (0.25, 28), "full": (1.0, 28)}),
        ("The pilot is half of the clinics for a quarter", {"test": (0.5, 91)}),
        ("Shadow for half a year", {"proof": (0.05, 182)}),
        ("We start with a single language and one kind of letter", {"proof": (0.05, 14)}),
        ("We work in two-week sprints with regular releases", {}),
        ("the gate to the pilot is fewer than 3 % wrong over four weeks", {}),
        ("wrong answers stay under 2 percent", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_phases(words: str, wanted: dict[str, tuple[float, int]]) -> None:
    assert {stage: (phase.share, phase.days) for stage, phase in phases(words).items()} == wanted


def test_what_a_phase_is_for_and_what_it_refines() -> None:
    found = phases(
        "Phase one asks whether drafts are complete. Phase two is a pilot of three months, to refine the prompts from their feedback."
    )
    assert found["proof"].purpose == "asks whether drafts are complete" and found["proof"].refine is None
    assert (found["test"].refine, found["test"].days) == ("prompt", 90)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("we go on only if at least 85 percent of drafts are sent with minor edits", {"proof": [("right_rate", 0.85)], "test": [("right_rate", 0.85)]}),
        ("The gate to the pilot is fewer than 3 % wrong replies over four weeks, and the gate to the full desk is a handling time below 6 minutes with wrong replies not above 6 %.",
         {"proof": [("wrong_rate", 0.03)], "test": [("minutes_per_item", 6.0), ("wrong_rate", 0.06)]}),
        ("Phase two opens when it finds ninety-five percent or more of the clauses that two lawyers marked.", {"proof": [("extraction_recall", 0.95)]}),
        ("To leave the pilot I need a wrong-answer rate under two percent for four weeks in a row", {"test": [("wrong_rate", 0.02)]}),
        ("The gate to full rollout is invented facts below 1 % over 300 graded texts", {"test": [("grounded_rate", 0.99)]}),
        ("We only go wider if the engineers dismiss fewer than one in five comments over a month", {"proof": [("right_rate", 0.8)], "test": [("right_rate", 0.8)]}),
        ("if guests ask for a person in more than 30 percent of chats we don't go wider", {"proof": [("handled_rate", 0.7)], "test": [("handled_rate", 0.7)]}),
        ("The pilot ends once teachers accept at least 7 of 10 paragraphs", {"test": [("right_rate", 0.7)]}),
        ("um, we move on only when p95 stays under two seconds", {"proof": [("latency_ms", 2000.0)], "test": [("latency_ms", 2000.0)]}),
        ("phase three opens if the first reply comes within four hours", {"test": [("resolution_minutes", 240.0)]}),
        ("we go on only if the results are good", {}),
        ("we go on once handling time has fallen by at least 25 percent", {}),
        ("if errors go above 5 percent the person on call gets a message", {}),
    ],
)  # fmt: skip
def test_gates(words: str, wanted: dict[str, list[tuple[str, float]]]) -> None:
    assert {stage: [(bar.metric, bar.value) for bar in found[0]] for stage, found in gates(words, surely=True).items()} == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("a graded sample of 30 a day", {"quality": Monitor(sample=30)}),
        ("we grade fifty random sheets a week", {"quality": Monitor(sample=7)}),
        ("a senior recalculates a random 200 orders each week, and we count how often analysts overwrite it", {"quality": Monitor(sample=29), "proxies": Monitor()}),
        ("p95 under 2 seconds", {"latency": Monitor(2.0)}),
        ("p95 against 300 milliseconds, failed calls, and the cost per ticket", {"latency": Monitor(0.3), "errors": Monitor(), "cost": Monitor()}),
        ("it must not cost more than three cents an answer", {"cost": Monitor(0.03)}),
        ("latency, error rate and spend, you know, the usual", {"latency": Monitor(), "errors": Monitor(), "cost": Monitor()}),
        ("we watch the vocabulary of what comes in, the length of the answers, and injection attempts", {"inputs": Monitor(), "outputs": Monitor(), "attacks": Monitor()}),
        ("a graded sample every week, by clinic and first language", {"quality": Monitor(), "groups": Monitor()}),
        ("if wrong answers go above 2 percent the on-call engineer switches it back within a day", {"quality": Monitor(wrong=0.02, owner="on-call engineer", action="switches it back")}),
        ("Agreement with the inspectors falls under 85 percent three days in a row, then the quality engineer is notified and pauses it", {"quality": Monitor(0.85, None, 3, "quality engineer", "pauses it")}),
        ("When editors throw away over 20 percent of the texts, the content manager gets a message and stops the batch.", {"proxies": Monitor(0.2, owner="content manager", action="stops the batch")}),
        ("handover rate rises above 45 percent, then the chat supervisor is alerted and looks at the last dialogues", {"abstention": Monitor(0.45, owner="chat supervisor", action="looks at the last dialogues")}),
        ("only p95 above 10 seconds or errors above 5 percent wake somebody", {"latency": Monitor(10.0), "errors": Monitor(0.05)}),
        ("If omissions in the weekly sample go above 12%, the head of quality is paged", {"quality": Monitor(omissions=0.12, owner="head of quality")}),
        ("wrong replies in the sample stay below 6 percent", {"quality": Monitor(wrong=0.06)}),
        ("if correct answers in the sample fall below 90 percent, the lead is told", {"quality": Monitor(0.9, owner="lead")}),
        ("more than 10 percent corrected fields in a profile goes to the product owner", {"proxies": Monitor(owner="product owner")}),
        ("if they edit more than 40 percent of the drafts, the product owner is told", {"proxies": Monitor(0.4, owner="product owner")}),
        ("more than 1 percent missed legal threats goes to the lead", {"quality": Monitor(owner="lead")}),
        ("we meet on Mondays", {}),
        ("nobody is on call, people will tell us when it's wrong", {}),
    ],
)  # fmt: skip
def test_monitors(words: str, wanted: dict[str, Monitor]) -> None:
    assert monitors(words) == wanted


def test_limits_of_two_readings_stand_beside_each_other() -> None:
    found = monitors(
        "If wrong answers go above 2 percent the lead is told. If omissions go above 9 percent the editor is told and pauses it."
    )
    assert found["quality"] == Monitor(wrong=0.02, omissions=0.09, owner="lead", action="pauses it")


@pytest.mark.parametrize(
    ("words", "unread_ones"),
    [
        ("If wrong answers go above 2 percent, the lead is told.", 0),
        ("Alerts: more than 10 percent corrected fields in a profile goes to the product owner.", 1),
        ("A group ratio below 0.8 goes to the people officer, who pauses the tool.", 1),
        ("We grade a sample of 40 a day. The lead is told of alerts.", 0),
        ("", 0),
    ],
)
def test_a_value_that_no_monitor_reads_is_told(words: str, unread_ones: int) -> None:
    assert len(unread(words)) == unread_ones
    said = {"roadmap.monitors.quality": Said(words), "roadmap.on_call": Said(words)}
    assert sum("no monitor reads" in one for one in remarks(Proposal(said=said))) == unread_ones


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("if wrong answers go above 2 percent the on-call engineer switches it back within a day", OnCall(1, "on-call engineer")),
        ("then the head of customer care is told the same day", OnCall(0, "head of customer care")),
        ("it pages the engineer on duty and she moves the traffic", OnCall(1, "engineer on duty")),
        ("the product owner is alerted and has two days to mend it", OnCall(2, "product owner")),
        ("somebody is on call", OnCall(1, None)),
        ("nobody is on call", None),
        ("we look at the first page of the dashboard", None),
    ],
)  # fmt: skip
def test_who_is_on_call(words: str, wanted: OnCall | None) -> None:
    assert on_call(words) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("after 500 corrected drafts we refresh the examples in the prompt", ("examples", 500)),
        ("once we have a few thousand corrected transcripts we fine-tune a classifier", ("classifier", 3000)),
        ("Fine-tuning isn't for the start. I'd consider it after half a year, with 20,000 reviewed labels.", ("classifier", 20_000)),
        ("each month the threshold is fitted again to what people decided", ("threshold", None)),
        ("clicks flow back into the ranking weights of the search", ("retrieval", None)),
        ("after ten labels we tune the prompt", ("examples", 20)),
        ("we don't fine-tune", None),
        ("Fine-tuning isn't needed", None),
        ("we collect feedback", None),
    ],
)  # fmt: skip
def test_what_labels_become(words: str, wanted: tuple[str, int | None] | None) -> None:
    assert improve(words) == wanted


PLAN = (
    "A two-week proof with five percent, a pilot with a third of the desk for a month, then everybody. The gate to the pilot is at least 85 percent sent with minor edits. "
    "We grade a sample of 40 a day and watch p95. If more than 2 percent are wrong, the lead is told and rolls back the same day. Edits flow back as labels."
)


def test_a_plan_told_in_one_go_is_read_whole_but_only_for_what_earned_credit() -> None:
    quotes = [Passage("roadmap.phases", "A two-week proof with five percent", 9), Passage("roadmap.gates", "The gate to the pilot", 9),
              Passage("roadmap.alerts", "the lead is told", 9), Passage("roadmap", PLAN, 9)]  # fmt: skip
    found = read_roadmap(quotes)
    assert found.roadmap.proof == Phase(0.05, 14, (Bound("right_rate", 0.85),)) and found.roadmap.full == Phase(1.0, 28)
    assert found.roadmap.test is not None and (found.roadmap.test.share, found.roadmap.test.days) == (0.33, 30)
    assert (
        found.roadmap.monitors.quality == Monitor(None, 40, wrong=0.02, owner="lead", action="rolls back")
        and found.roadmap.monitors.latency == Monitor()
    )
    assert found.roadmap.on_call == OnCall(0, "lead"), "of the whole sentence, not of the quote alone"
    assert found.roadmap.rollback and found.roadmap.feedback and found.roadmap.improve is None
    assert found.said["roadmap.proof.gate"].quote == "The gate to the pilot is at least 85 percent sent with minor edits."
    assert (
        found.said["roadmap.monitors.quality.wrong"].quote
        == "If more than 2 percent are wrong, the lead is told and rolls back the same day."
    )
    assert all((said.quote or "") in PLAN and said.turn == 9 for said in found.said.values())
    phases_only = read_roadmap([quotes[0], quotes[3]]).roadmap
    assert phases_only.proof == Phase(0.05, 14) and phases_only.monitors == Roadmap().monitors and phases_only.on_call is None


def test_nothing_said_is_an_empty_roadmap() -> None:
    assert read_roadmap([]) == read_roadmap([Passage("roadmap", PLAN, 9)])
    assert read_roadmap([]).roadmap == Roadmap() and read_roadmap([]).said == {}
    kept = Roadmap(phases="in phases")
    assert read_roadmap([Passage("roadmap.phases", "in phases")], kept).roadmap == kept


def test_a_gate_alone_makes_the_phase_that_it_ends() -> None:
    found = read_roadmap([Passage("roadmap.gates", "The gate to the pilot is 90 percent right for three weeks in a row.", 3)])
    assert found.roadmap.proof == Phase(0.05, 21, (Bound("right_rate", 0.9),)) and found.roadmap.test is None
    assert set(found.said) == {"roadmap.proof", "roadmap.proof.gate"}


CREDITED = (
    "phases",
    "first_phase",
    "gates",
    "monitor_quality",
    "monitor_service",
    "alerts",
    "feedback",
    "rollback",
    "fine_tune",
    "business_case",
)
STRONG: dict[str, tuple[tuple[int, ...], dict[str, list[tuple[str, float]]], set[str]]] = {
    "sales-tax": ((42, 56, 28), {"proof": [("right_rate", 0.998)], "test": [("wrong_rate", 0.005)]}, {"quality", "proxies", "latency", "errors", "cost"}),
    "resume-screening": ((60, 90, 28), {"proof": [("extraction_recall", 0.97)], "test": [("minutes_per_item", 2.0), ("wrong_rate", 0.06)]},
                         {"quality", "proxies", "latency", "errors", "cost", "groups"}),
    "visit-summaries": ((42, 28, 28), {"proof": [("omission_rate", 0.1), ("minutes_per_item", 5.0)]}, {"quality", "proxies", "latency", "errors", "cost", "groups"}),
    "support-desk": ((42, 56, 28), {"proof": [("wrong_rate", 0.03)], "test": [("minutes_per_item", 6.0), ("wrong_rate", 0.06)]},
                     {"quality", "proxies", "latency", "errors", "cost"}),
}  # fmt: skip


@pytest.mark.parametrize("case", STRONG)
def test_the_strong_scripts_yield_phases_gates_monitors_and_who_is_on_call(case: str) -> None:
    spoken = [line.text for line in read_script(ROOT / "evals" / "scripts" / f"{case}-strong.txt")]
    start = next(n for n, text in enumerate(spoken) if "three phases" in text)
    told = [(n, spoken[n]) for n in range(start, min(start + 3, len(spoken) - 1))]
    quotes = [Passage(f"roadmap.{name}", text, n) for n, text in told[:1] for name in CREDITED[:3]]
    quotes += [Passage(f"roadmap.{name}", text, n) for n, text in told[1:] for name in CREDITED[3:]]
    found = read_roadmap([*quotes, *(Passage("roadmap", text, n) for n, text in told)]).roadmap
    days, gated, watched = STRONG[case]
    assert found.proof and found.test and found.full and (found.proof.days, found.test.days, found.full.days) == days
    assert {
        name: [(bar.metric, bar.value) for bar in getattr(found, name).gate] for name in ("proof", "test") if getattr(found, name).gate
    } == gated
    assert {name for name in watched if getattr(found.monitors, name)} == watched and found.monitors.attacks is None
    assert found.on_call and found.on_call.owner and found.rollback and found.feedback


@pytest.mark.parametrize("case", STRONG)
def test_the_shipped_roadmaps_hold_together_and_the_weak_ones_are_remarked_upon(case: str) -> None:
    strong, weak = (read_proposal(ROOT / "evals" / "proposals" / f"{case}{end}.yaml") for end in ("", "-weak"))
    assert list(remarks(strong)) == [] and strong.roadmap.on_call and strong.roadmap.monitors.quality and strong.roadmap.improve
    assert [remark for remark in remarks(weak) if "nobody is on call" in remark]
    assert weak.roadmap.proof is None and weak.roadmap.monitors.quality is None
    design = [
        Proposal(
            case=p.case, ground=p.ground, assess=p.assess, technical=p.technical, hallucinations=p.hallucinations, evaluation=p.evaluation
        )
        for p in (strong, weak)
    ]
    assert design[0] == design[1], "only the roadmap differs"
