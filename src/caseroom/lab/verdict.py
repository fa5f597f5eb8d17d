"""The verdict: the goal and the limits of step G against what was measured, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from caseroom.cases.task import GoalForm, Task
from caseroom.metrics.registry import BY_NAME
from caseroom.metrics.score import Score
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
        """Whether the design reaches it; None where there is nothing to compare."""
        return holds(self.metric, self.design.value, self.bound)

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
        return shown(metric, score.value, currency)
    return f"{shown(metric, score.value, currency)} [{shown(metric, score.low, currency)}, {shown(metric, score.high, currency)}]"


_CLOSE = ", but too narrowly to tell on these records"


def _against(limit: Yardstick, currency: str) -> str:
    """A limit's measure with its interval, and the limit."""
    return f"{limit.title.lower()} {interval(limit.metric, limit.design, currency)} against {shown(limit.metric, limit.bound, currency)}"


def sentence(goal: Yardstick, limits: list[Yardstick], currency: str) -> str:
    """The verdict in one sentence."""
    title, target = goal.title.lower(), goal.bound
    value, simple = interval(goal.metric, goal.design, currency), shown(goal.metric, goal.simple.value, currency)
    if goal.design.value is None:
        head = f"The goal, {title}, could not be measured"
    elif target is None:
        head = f"No target was set for {title}: the design comes to {value}"
    else:
        head = f"The design {'reaches' if goal.held else 'misses'} its goal{_CLOSE if goal.close else ''}: {title} {value}, wanted {shown(goal.metric, target, currency)}"
    today = f", today {shown(goal.metric, goal.today, currency)}" if goal.today is not None else ""
    broken = [f"{_against(limit, currency)}{' (too narrowly to tell)' if limit.close else ''}" for limit in limits if limit.held is False]
    close = [_against(limit, currency) for limit in limits if limit.held and limit.close]
    unknown = [limit.title.lower() for limit in limits if limit.held is None]
    tail = f"; it breaks a limit: {'; '.join(broken)}" if broken else "; all limits hold" if limits and not unknown else ""
    tail += f"; too narrowly to tell: {'; '.join(close)}" if close else ""
    tail += f"; not measured: {', '.join(unknown)}" if unknown else ""
    return f"{head}{today}, the simple way {simple}{tail}."
