from __future__ import annotations

from dataclasses import replace

import pytest

from caseroom.metrics.registry import BY_NAME
from caseroom.proposal.check import remarks
from caseroom.proposal.check_roadmap import HIGHEST, LOWER
from caseroom.proposal.model import (
    Assess,
    Bound,
    Ground,
    Hallucinations,
    Ingest,
    Model,
    Monitor,
    Monitors,
    OnCall,
    Phase,
    Proposal,
    Respond,
    Retrieve,
    Review,
    Roadmap,
    Technical,
)  # fmt: skip


def test_an_empty_proposal_does_not_contradict_itself() -> None:
    assert list(remarks(Proposal())) == []


T = Technical()
SEARCH = Retrieve("hybrid")


@pytest.mark.parametrize(
    ("proposal", "said"),
    [
        (Proposal(hallucinations=Hallucinations(checks=("numbers",))), "nobody acts on it"),
        (Proposal(technical=replace(T, failure="person"), hallucinations=Hallucinations(checks=("citations",))), "citations is off"),
        (Proposal(technical=replace(T, retrieve=Retrieve(permissions=True))), "nothing to keep out"),
        (Proposal(hallucinations=Hallucinations(grounding=True)), "neither a search nor a look-up"),
        (Proposal(technical=replace(T, retrieve=SEARCH, model=Model("recall")), hallucinations=Hallucinations(grounding=True)), "knows only its memory"),
        (Proposal(technical=replace(T, model=Model("baseline")), hallucinations=Hallucinations(abstain=True)), "case's own rules"),
        (Proposal(technical=replace(T, model=Model("local"))), "names no GGUF file"),
        (Proposal(assess=Assess("rules")), "set technical.model.name to baseline"),
        (Proposal(technical=replace(T, review=Review(True, a_day=0))), "nobody can look"),
        (Proposal(hallucinations=Hallucinations(over_reliance=True)), "nobody looks"),
        (Proposal(technical=replace(T, ingest=Ingest(chunk_words=20, overlap=20))), "half of chunk_words"),
    ],
)  # fmt: skip
def test_each_contradiction_is_told(proposal: Proposal, said: str) -> None:
    assert any(said in remark for remark in remarks(proposal))


def test_a_check_that_somebody_acts_on_is_none() -> None:
    acted = Technical(retrieve=SEARCH, review=Review(True), respond=Respond(citations=True))
    assert list(remarks(Proposal(technical=acted, hallucinations=Hallucinations(grounding=True, checks=("citations", "numbers"))))) == []


GATE = (Bound("right_rate", 0.85),)
STRONG = Roadmap(
    proof=Phase(0.05, 14, GATE), test=Phase(0.25, 28, GATE), full=Phase(1.0, 28), monitors=Monitors(quality=Monitor(0.8, 30), latency=Monitor(2.0)),
    on_call=OnCall(1, "the lead"), rollback=True, feedback=True, improve="examples",
)  # fmt: skip


def gated(metric: str, value: float, days: int = 14) -> Roadmap:
    return replace(STRONG, proof=Phase(0.05, days, (Bound(metric, value),)))  # type: ignore[arg-type]


def seen(**monitors: Monitor) -> Roadmap:
    return replace(STRONG, monitors=replace(STRONG.monitors, **monitors))


def test_a_roadmap_that_holds_together_is_not_remarked_upon() -> None:
    assert list(remarks(Proposal(roadmap=STRONG))) == []


@pytest.mark.parametrize(
    ("roadmap", "said"),
    [
        (replace(STRONG, test=Phase(0.02)), "roadmap.test handles 2% of the traffic, less than roadmap.proof with 5%"),
        (replace(STRONG, full=None), "add roadmap.full, or it never goes further"),
        (replace(STRONG, full=Phase(1.0, 28, GATE)), "no phase comes after it"),
        (gated("bleu", 40), "needs references, which live traffic does not have"),
        (gated("human_accuracy", 4), "held in cycles and not in the weeks, so the gate never holds"),
        (gated("cost_per_item", 0.2), "is counted by no monitor, so the gate never holds and the phase never ends: set roadmap.monitors.cost."),
        (gated("selection_ratio", 0.8), "set roadmap.monitors.groups or roadmap.monitors.outputs."),
        (replace(STRONG, test=Phase(0.25), monitors=Monitors(latency=Monitor(2.0))), "nobody does, so the gate never holds and the phase never ends: set roadmap.monitors.quality"),
        (replace(gated("edit_rate", 0.2), monitors=replace(STRONG.monitors, proxies=Monitor())), "nobody looks before it leaves"),
        (replace(gated("right_rate", 0.85, 7), monitors=Monitors(quality=Monitor(0.8, 5))), "rests on 35 graded outputs in 7 days"),
        (gated("right_rate", 85), "write 0.85 for 85 %"),
        (gated("right_rate", 0), "is reached by anything, so the gate always holds"),
        (gated("right_rate", 1), "allows not one miss, so the gate never holds"),
        (gated("right_rate", -0.1), "cannot be under 0, so the gate always holds"),
        (gated("wrong_rate", 0), "allows not one, so the gate never holds"),
        (gated("wrong_rate", 1), "kept by anything, so the gate always holds"),
        (gated("wrong_rate", 3), "so the gate always holds: set a value that a result can miss and reach; write 0.03 for 3 %"),
        (gated("latency_ms", -1), "cannot be under 0, so the gate never holds"),
        (replace(STRONG, test=Phase(0.25, refine="retrieval")), "there is no search to refine"),
        (seen(errors=Monitor(2.0)), "roadmap.monitors.errors.limit is a share of 0 to 1, and 2 is none: write 0.02 for 2 %"),
        (seen(groups=Monitor(-1.0)), "set one between 0 and 1"),
        (seen(quality=Monitor(1.0)), "alarms all the time"),
        (seen(quality=Monitor(0.0)), "never alarms"),
        (seen(proxies=Monitor(0.0)), "alarms all the time"),
        (seen(latency=Monitor(300.0)), "write 0.3 for 300 milliseconds"),
        (seen(cost=Monitor(0.0)), "set one above 0"),
        (seen(inputs=Monitor(20.0)), "write 0.2 for 20 %"),
        (seen(errors=Monitor(sample=30)), "sample has no effect"),
        (replace(STRONG, on_call=None), "looked at only once a week. Set roadmap.on_call"),
        (Roadmap(on_call=OnCall()), "nothing is watched"),
        (replace(STRONG, on_call=OnCall(7)), "no faster than the weekly look"),
        (Roadmap(rollback=True), "no limit stands anywhere"),
        (replace(STRONG, feedback=False), "no labels come in: switch it on"),
        (replace(STRONG, improve="retrieval"), "no search whose weights"),
    ],
)  # fmt: skip
def test_each_contradiction_of_a_roadmap_is_told_alone(roadmap: Roadmap, said: str) -> None:
    found = list(remarks(Proposal(roadmap=roadmap)))
    assert len(found) == 1 and said in found[0], found


def test_the_rules_read_no_examples_and_a_limit_of_the_business_is_one() -> None:
    found = list(remarks(Proposal(technical=Technical(model=Model("baseline")), roadmap=STRONG)))
    assert len(found) == 1 and "read no examples" in found[0]
    assert list(remarks(Proposal(ground=Ground(limits=(Bound("wrong_rate", 0.02),)), roadmap=Roadmap(rollback=True)))) == []


def test_what_it_knows_of_metrics_is_what_the_metrics_are() -> None:
    assert {metric.name for metric in BY_NAME.values() if metric.better == "lower"} == LOWER
    unbounded = {metric.name for metric in BY_NAME.values() if metric.unit in ("money", "minutes", "ms")}
    assert {name for name, highest in HIGHEST.items() if highest == float("inf")} == unbounded | {"edit_rate"}, (
        "more may be changed than was written"
    )
