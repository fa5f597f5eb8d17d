from __future__ import annotations

import pytest

from caseroom.lab.verdict import Yardstick, goal_of, holds, interval, limits_of, scored_of, sentence, shown
from caseroom.metrics.score import Score
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Bound, Goal, Ground, Hallucinations, Proposal


def score(value: float | None, name: str = "wrong_rate") -> Score:
    return Score(name, value, None if value is None else value - 0.1, None if value is None else value + 0.1, 10, "s")


def mark(value: float | None, bound: float | None, metric: str = "wrong_rate", today: float | None = None) -> Yardstick:
    return Yardstick(metric, "Wrong", bound, today, score(value), score(None), True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("metric", "value", "bound", "held"),
    [("wrong_rate", 0.05, 0.06, True), ("wrong_rate", 0.07, 0.06, False), ("right_rate", 0.94, 0.94, True), ("right_rate", 0.1 + 0.2, 0.3, True), ("wrong_rate", 0.1 + 0.2, 0.3, True),
     ("right_rate", None, 0.9, None), ("right_rate", 0.9, None, None), ("value_per_item", -1.0, 0.0, False)],
)  # fmt: skip
def test_which_side_is_good_is_the_metrics_own(metric: str, value: float | None, bound: float | None, held: bool | None) -> None:
    assert holds(metric, value, bound) is held


def test_the_goal_is_the_proposals_or_the_business(desk: Workshop) -> None:
    task = desk.data.task
    assert goal_of(Proposal(), task) == ("resolution_minutes", 120, 240, False)
    own = Proposal(ground=Ground(Goal("resolution_minutes", target=60.0)))
    assert goal_of(own, task) == ("resolution_minutes", 60.0, 240, True)
    assert goal_of(Proposal(ground=Ground(Goal("bleu"))), task) == ("bleu", None, None, True)


def test_own_limits_come_before_the_business(desk: Workshop, toll: Workshop) -> None:
    own = Proposal(
        ground=Ground(limits=(Bound("wrong_rate", 0.01), Bound("latency_ms", 500.0))), hallucinations=Hallucinations(bias_test=True)
    )
    assert limits_of(own, desk.data.task) == [(Bound("wrong_rate", 0.01), True), (Bound("latency_ms", 500.0), True)]
    assert limits_of(Proposal(), desk.data.task) == [(Bound("wrong_rate", 0.06), False)]
    assert (Bound("selection_ratio", 0.8), True) in limits_of(own, toll.data.task)


@pytest.mark.parametrize(("metric", "value", "words"), [("wrong_rate", 0.123, "12.3%"), ("resolution_minutes", 90, "90.0 min"), ("resolution_minutes", 240, "4.00 h"), ("latency_ms", 3.25, "3.2 ms"), ("latency_ms", 900, "900 ms"), ("harm_per_item", 1234.5, "1,234.50 EUR"), ("bleu", 31.2, "31.20"), ("recall", 0.5, "0.50"), ("bleu", None, "unscored")])  # fmt: skip
def test_values_in_their_unit(metric: str, value: float | None, words: str) -> None:
    assert shown(metric, value, "EUR") == words


def test_intervals() -> None:
    assert interval("wrong_rate", score(0.5)) == "50.0% [40.0%, 60.0%]"
    assert interval("wrong_rate", score(None)) == "unscored"
    assert interval("wrong_rate", Score("x", 0.5, None, None, 1, "")) == "50.0% [too few to tell: 1]"
    assert interval("wrong_rate", Score("x", 0.5, None, None, 9, "")) == "50.0%"


@pytest.mark.parametrize(
    ("goal", "limits", "said"),
    [
        (mark(0.05, 0.06, today=0.08), [], "The design reaches its goal, but too narrowly to tell on these records: wrong 5.0% [-5.0%, 15.0%], wanted 6.0%, today 8.0%, the simple way unscored."),
        (mark(0.07, 0.06), [mark(0.05, 0.06)], "The design misses its goal, but too narrowly to tell on these records: wrong 7.0% [-3.0%, 17.0%], wanted 6.0%, the simple way unscored; all limits hold; too narrowly to tell: wrong 5.0% [-5.0%, 15.0%] against 6.0%."),
        (mark(0.2, 0.06), [mark(0.02, 0.3), mark(0.07, 0.06)], "The design misses its goal: wrong 20.0% [10.0%, 30.0%], wanted 6.0%, the simple way unscored; it breaks a limit: wrong 7.0% [-3.0%, 17.0%] against 6.0% (too narrowly to tell)."),
        (mark(0.07, None), [mark(0.5, 0.06)], "No target was set for wrong: the design comes to 7.0% [-3.0%, 17.0%], the simple way unscored; it breaks a limit: wrong 50.0% [40.0%, 60.0%] against 6.0%."),
        (mark(None, 0.06), [], "The goal, wrong, could not be measured, the simple way unscored."),
    ],
)  # fmt: skip
def test_the_verdict_in_a_sentence(goal: Yardstick, limits: list[Yardstick], said: str) -> None:
    assert sentence(goal, limits, "EUR") == said


def few(value: float | None, bound: float | None, n: int = 1) -> Yardstick:
    return Yardstick("resolution_minutes", "Time", bound, 540.0, Score("t", value, None, None, n, "s"), score(None), True)


@pytest.mark.parametrize("n", [1, 7])
def test_of_too_few_records_there_is_no_verdict(n: int) -> None:
    goal = few(136.8, 240, n)
    said = sentence(goal, [mark(0.05, 0.06)], "EUR")
    assert goal.held is None and "reaches" not in said and "misses" not in said
    assert said.startswith(
        f"No verdict, since {'1 record is' if n == 1 else '7 records are'} too few (8 are needed): time 2.28 h, wanted 4.00 h, today 9.00 h"
    )
    assert few(136.8, 240, 8).held is True


def test_a_limit_of_too_few_neither_holds_nor_breaks() -> None:
    said = sentence(mark(0.02, 0.3), [few(999, 240, 6)], "EUR")
    assert "all limits hold" not in said and "breaks" not in said and said.endswith("; of too few records to tell: time (of 6).")


def test_the_verdict_says_how_many_records_are_scored() -> None:
    assert "; 6 of 191 records scored; all limits hold." in sentence(mark(0.02, 0.3), [mark(0.05, 0.3)], "EUR", (6, 191))
    assert "scored;" not in sentence(mark(0.02, 0.3), [], "EUR", (191, 191))
    some = Score("right_rate", 0.5, 0.2, 0.8, 9, "right_rate|of:scored-records|people:simulated")
    assert scored_of(some, 20) == "9 of 20 scored" and scored_of(some, 9) == "" and scored_of(score(0.5), 20) == ""


def test_a_limit_that_could_not_be_measured_does_not_hold() -> None:
    said = sentence(mark(0.05, 0.06), [mark(None, 0.8, "selection_ratio")], "EUR")
    assert "all limits hold" not in said
