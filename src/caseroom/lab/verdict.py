"""The verdict: the goal and the limits of step G against what was measured, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from caseroom.cases.task import GoalForm, Task
from caseroom.metrics.registry import BY_NAME
from caseroom.metrics.score import FEWEST_TOLD, Score, few
from caseroom.proposal.model import Bound, MetricName, Proposal

FOUR_FIFTHS = 0.8
"""The selection-rate ratio under which a decision needs explaining: 29 CFR 1607.4 D."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A goal or a limit, with what was measured."""

    metric: MetricName
    title: str
    bound: float | None
    """The target of a goal, the value of a limit; None where none was set."""
    today: float | None
    design: Score
    simple: Score
    said: bool
    """Whether the proposal set it; otherwise it is the business's own."""

    @property
    def held(self) -> bool | None:
        """Whether the design reaches it; None where there is nothing to compare, or too little."""
        return told(self.metric, self.design, self.bound)

    @property
    def close(self) -> bool:
        """Whether the value wanted lies within the design's interval: on other records it could have gone the other way."""
        low, high = self.design.low, self.design.high
        return self.bound is not None and low is not None and high is not None and low < self.bound < high


def holds(metric: str, value: float | None, bound: float | None) -> bool | None:
    """Whether a value is on the good side of a bound."""
    if value is None or bound is None:
        return None
    return value <= bound + 1e-12 if BY_NAME[metric].better == "lower" else value >= bound - 1e-12


def told(metric: str, score: Score, bound: float | None) -> bool | None:
    """Whether a score is on the good side of a bound; None where too few records say so."""
    return None if few(score) else holds(metric, score.value, bound)


def goal_of(proposal: Proposal, task: Task) -> tuple[MetricName, float | None, float | None, bool]:
    """Metric, target and today's value of the goal, and whether the proposal set it. What the proposal lacks comes from the business's own goals."""
    own = proposal.ground.goal
    if own is None:
        first = task.goals[0]
        return first.metric, first.target, first.today, False
    known: GoalForm | None = next((goal for goal in task.goals if goal.metric == own.metric), None)
    return own.metric, own.target, own.today if own.today is not None else (known.today if known else None), True


def limits_of(proposal: Proposal, task: Task) -> list[tuple[Bound, bool]]:
    """The limits, each with whether the proposal set it: its own, and of the business's those that it does not name; a bias test adds four fifths."""
    own = {bound.metric: (bound, True) for bound in proposal.ground.limits}
    business = {goal.metric: (Bound(goal.metric, goal.target), False) for goal in task.limits}
    if proposal.hallucinations.bias_test and task.decision:
        business["selection_ratio"] = (Bound("selection_ratio", FOUR_FIFTHS), True)
    return list({**business, **own}.values())


def shown(metric: str, value: float | None, currency: str = "") -> str:
    """A value in its unit, for people."""
    if value is None:
        return "unscored"
    unit = BY_NAME[metric].unit if metric in BY_NAME else "points"
    if unit == "share":
        return f"{value:.1%}"
    if unit == "minutes":
        return f"{value:.1f} min" if abs(value) < 120 else f"{value / 60:.2f} h"
    if unit == "ms":
        return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
    if unit == "money":
        return f"{value:,.2f} {currency}".strip()
    return f"{value:.2f}"


def interval(metric: str, score: Score, currency: str = "") -> str:
    """A score with its interval, for people."""
    if score.value is None:
        return "unscored"
    if score.low is None or score.high is None:
        return f"{shown(metric, score.value, currency)}{f' [too few to tell: {score.n}]' if few(score) else ''}"
    return f"{shown(metric, score.value, currency)} [{shown(metric, score.low, currency)}, {shown(metric, score.high, currency)}]"


_CLOSE = ", but too narrowly to tell on these records"


def scored_of(score: Score, records: int) -> str:
    """ "6 of 191 scored", of a number that only the records tell which say what is right; empty where all do."""
    return f"{score.n} of {records} scored" if score.n < records and "of:scored-records" in score.signature.split("|") else ""


def _against(limit: Yardstick, currency: str) -> str:
    """A limit's measure with its interval, and the limit."""
    return f"{limit.title.lower()} {interval(limit.metric, limit.design, currency)} against {shown(limit.metric, limit.bound, currency)}"


def sentence(goal: Yardstick, limits: list[Yardstick], currency: str, scored: tuple[int, int] = (0, 0)) -> str:
    """The verdict in one sentence; `scored` is how many of how many records say what is right. Of too few there is none."""
    title, target = goal.title.lower(), goal.bound
    value, simple = interval(goal.metric, goal.design, currency), shown(goal.metric, goal.simple.value, currency)
    if goal.design.value is None:
        head = f"The goal, {title}, could not be measured"
    elif few(goal.design):
        wanted = "" if target is None else f", wanted {shown(goal.metric, target, currency)}"
        head = f"No verdict, since {_records(goal.design.n)} too few ({FEWEST_TOLD} are needed): {title} {shown(goal.metric, goal.design.value, currency)}{wanted}"
    elif target is None:
        head = f"No target was set for {title}: the design comes to {value}"
    else:
        head = f"The design {'reaches' if goal.held else 'misses'} its goal{_CLOSE if goal.close else ''}: {title} {value}, wanted {shown(goal.metric, target, currency)}"
    today = f", today {shown(goal.metric, goal.today, currency)}" if goal.today is not None else ""
    broken = [f"{_against(limit, currency)}{' (too narrowly to tell)' if limit.close else ''}" for limit in limits if limit.held is False]
    close = [_against(limit, currency) for limit in limits if limit.held and limit.close]
    untold = [f"{limit.title.lower()} (of {limit.design.n})" for limit in limits if limit.bound is not None and few(limit.design)]
    unknown = [limit.title.lower() for limit in limits if limit.held is None and not few(limit.design)]
    tail = f"; it breaks a limit: {'; '.join(broken)}" if broken else "; all limits hold" if limits and not (unknown or untold) else ""
    tail += f"; too narrowly to tell: {'; '.join(close)}" if close else ""
    tail += f"; of too few records to tell: {', '.join(untold)}" if untold else ""
    tail += f"; not measured: {', '.join(unknown)}" if unknown else ""
    known = f"; {scored[0]:,} of {scored[1]:,} records scored" if scored[0] < scored[1] else ""
    return f"{head}{today}, the simple way {simple}{known}{tail}."


def _records(count: int) -> str:
    return "1 record is" if count == 1 else f"{count} records are"
