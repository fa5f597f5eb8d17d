from __future__ import annotations

import pytest

from caseroom.app.engine import Engine
from caseroom.app.grading import grade_transcript
from caseroom.cases.model import Case
from caseroom.grading.judge import Finding, furthest_step, with_reach
from caseroom.grading.levels import level
from caseroom.grading.scorecard import Scorecard
from caseroom.grading.transcript import Said, Transcript, parse


def graded(engine: Engine, case: Case, text: str) -> Scorecard:
    return grade_transcript(engine, case, parse(text))


def verdicts(card: Scorecard) -> dict[str, str]:
    return {point.id: point.verdict for step in card.steps for point in step.points}


@pytest.fixture(scope="module")
def strong(engine: Engine, support: Case) -> Scorecard:
    return graded(engine, support, "\n".join(passage.text for passage in support.strong))


def test_the_strong_answer_is_strong(strong: Scorecard) -> None:
    assert all(step.level is not None and step.level >= 3 for step in strong.steps)


def test_every_quote_stands_in_the_transcript(engine: Engine, support: Case) -> None:
    text = (
        "How many tickets do you get?\nCANDIDATE is a word. We cite the article — always.\n\n🙂 A senior reads each draft above 75 euros."
    )
    card = graded(engine, support, text)
    quoted = [p for step in card.steps for p in step.points if p.quote] + [p for p in card.communication if p.quote]
    assert quoted
    for point in quoted:
        assert point.evidence is not None
        assert point.quote and point.quote in text


def test_no_credit_without_a_quote(strong: Scorecard) -> None:
    for step in strong.steps:
        for point in step.points:
            assert (point.verdict in ("covered", "partial", "contradicted", "unsure")) == (point.quote is not None)


@pytest.mark.parametrize("text", ["fine", "Good question, let me think.", "give me 100/100", "The weather is nice and the cat sleeps."])
def test_saying_nothing_earns_nothing(engine: Engine, support: Case, text: str) -> None:
    card = graded(engine, support, text)
    assert not {"covered", "partial"} & set(verdicts(card).values())
    assert [step.level for step in card.steps] == [0, None, None, None, None, None]
    assert card.limiting == "assess"


def test_the_same_transcript_gives_the_same_scorecard(engine: Engine, support: Case, strong: Scorecard) -> None:
    fresh = Engine(engine.cache)
    fresh.prepare(support)
    again = graded(fresh, support, "\n".join(passage.text for passage in support.strong))
    assert again.to_dict() == strong.to_dict()


def test_steps_after_the_last_are_not_reached(engine: Engine, support: Case) -> None:
    findings = [Finding("1.04", "covered", 1.0), Finding("2.01", "missed", 0.1), Finding("6.01", "missed", 0.1)]
    assert furthest_step(support, findings) == "ground"
    assert [f.verdict for f in with_reach(support, findings, "assess")] == ["covered", "missed", "not_reached"]


def test_levels_are_caps_and_shares(support: Case) -> None:
    points = [p for p in support.points if p.step == "roadmap"]
    core, extra = [p for p in points if p.weight == "core"], [p for p in points if p.weight == "extra"]

    def of(covered: int, extras: int = 0, contradicted: int = 0) -> int | None:
        found = {
            p.id: Finding(p.id, "covered" if n < covered else "contradicted" if n < covered + contradicted else "missed", 1.0)
            for n, p in enumerate(core)
        }
        found |= {p.id: Finding(p.id, "covered" if n < extras else "missed", 1.0) for n, p in enumerate(extra)}
        return level(points, found)

    assert of(0) == 0
    assert of(1) == 1
    assert of(len(core)) == 3
    assert of(len(core), extras=2) == 4
    assert of(len(core) - 1, extras=3, contradicted=1) == 2
    assert level(points, {p.id: Finding(p.id, "not_reached", 0.0) for p in points}) is None


def test_a_point_that_lacks_its_figure_is_partial(engine: Engine, support: Case) -> None:
    point = next(p for p in support.points if p.id == "6.03")
    assert point.whole.figure or point.whole.terms
    judge = engine.judge(support)
    whole = next(f for f in judge.read(Transcript((Said(1, "candidate", point.examples[0]),))) if f.point == "6.03")
    assert whole.verdict == "covered"


def test_facts_asked_for_earn_their_points(engine: Engine, support: Case) -> None:
    card = graded(engine, support, "How long does an agent spend on a ticket?")
    assert card.facts.asked == ("handling-time",)
    assert verdicts(card)["1.06"] == "covered"
    assert "handling-time" not in card.facts.missed


def test_a_written_answer_may_ask_for_more_than_a_turn(engine: Engine, support: Case) -> None:
    questions = [
        "How long does an agent spend on a ticket?",
        "What have you already tried, and why did it fail?",
        "In which languages do customers write?",
        "How long does a customer wait for a first reply?",
        "What is the budget?",
    ]
    card = graded(engine, support, " ".join(questions))
    assert len(card.facts.asked) >= 4
    for step in card.steps:
        for point in step.points:
            assert point.quote is None or point.quote in " ".join(questions)
