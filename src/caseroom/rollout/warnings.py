"""What is odd about a roadmap, in sentences: what contradicts itself (as a run of the lab tells it), no monitors, limits that always fire or that nothing came near, no
traffic. Reads what was simulated; changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from caseroom.metrics.registry import BY_NAME
from caseroom.numerals import counted
from caseroom.proposal.borders import Border, borders
from caseroom.proposal.check import remarks as contradictions
from caseroom.proposal.model import Proposal
from caseroom.rollout.gates import lacking
from caseroom.rollout.oncall import Raised
from caseroom.rollout.watching import named
from caseroom.rollout.weeks import Weeks
from caseroom.rollout.words import shown_reading

_EARLY = 14
"""An alert of a limit within so many days, with no event behind it, is one that always fires."""


def remarks(proposal: Proposal, weeks: Weeks, currency: str = "") -> list[str]:
    """All that is odd: first what contradicts itself whatever the weeks bring, then what they showed."""
    return [
        *contradictions(proposal),
        *_of_monitors(proposal),
        *_of_bounds(proposal),
        *_of_limits(proposal, weeks, currency),
        *_of_traffic(weeks),
    ]


def _of_monitors(proposal: Proposal) -> Iterator[str]:
    if not named(proposal.roadmap.monitors):
        yield "No monitor was named, so nothing that happens after launch is seen, and no gate on quality can be measured."


def _of_bounds(proposal: Proposal) -> Iterator[str]:
    stop = proposal.assess.stop
    named_bounds = [("The result that would end it", stop)] if stop else []
    for what, bound in [*named_bounds, *(("A limit", limit) for limit in proposal.ground.limits)]:
        if why := lacking(bound.metric, proposal.roadmap.monitors):
            yield f"{what} asks for {BY_NAME[bound.metric].title.lower()}, which nobody measures ({why}), so it can never be known."


def _of_limits(proposal: Proposal, weeks: Weeks, currency: str) -> Iterator[str]:
    for name, monitor in named(proposal.roadmap.monitors).items():
        for border in borders(name, monitor):
            mine = [alert for alert in weeks.alerts if alert.reads == border.reads and "(limit)" in alert.watch and not alert.blind]
            values = [day.readings[border.reads] for day in weeks.days if border.reads in day.readings]
            if values:
                yield from _of_limit(name if border.field == "limit" else f"{name}, {border.field}", border, mine, values, currency)


def _of_limit(name: str, border: Border, alerts: list[Raised], values: list[float], currency: str) -> Iterator[str]:
    low, limit = border.low, border.value
    said = partial(shown_reading, border.reads, currency=currency)
    beyond = sum(value < limit if low else value > limit for value in values)
    middle, nearest = sorted(values)[len(values) // 2], min(values) if low else max(values)
    if beyond > 0.8 * len(values) and alerts and alerts[0].day < _EARLY and not alerts[0].cause:
        yield (
            f"The limit of {name} always fires: {said(limit)} is {'above' if low else 'below'} what is usual ({said(middle)}), so its alert says nothing and "
            "hides the next one."
        )
    if not beyond and (limit < 0.5 * nearest if low else limit > 3 * nearest):
        yield f"The limit of {name} never fired, and nothing came near it: {said(limit)}, and the {'lowest' if low else 'highest'} of {counted(len(values), 'day')} was {said(nearest)}."


def _of_traffic(weeks: Weeks) -> Iterator[str]:
    came = sum(day.came for day in weeks.days)
    if not came:
        yield "No item came in on any day: nothing was measured, no gate could hold, and nothing could be seen."
        return
    empty = [day for day in weeks.days if not day.came and day.share]
    if empty:
        they = (
            "it counts as a day, and nothing was measured on it"
            if len(empty) == 1
            else "they count as days, and nothing was measured on them"
        )
        yield f"On {counted(len(empty), 'day')} nothing came in; {they}."
    live = sum(day.live for day in weeks.days)
    if live < 20 * len(weeks.days) / 7:
        yield f"The design got {counted(live, 'item')} in all: too few for most tests to tell anything."
