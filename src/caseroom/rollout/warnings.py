"""What is odd about a roadmap, in sentences: no monitors, gates that nobody measures, limits that always or never fire, no traffic, a phase that never ends, a launch
over a clock change. Reads what was simulated; changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from caseroom.metrics.registry import BY_NAME
from caseroom.proposal.model import Bound, Monitor, Proposal
from caseroom.rollout.gates import lacking
from caseroom.rollout.oncall import Raised
from caseroom.rollout.phases import Launch
from caseroom.rollout.watching import _LIMITED, READS, named
from caseroom.rollout.weeks import Day, Weeks

_SHARES = ("quality", "groups", "proxies", "checks", "abstention", "errors", "attacks", "inputs")
"""Monitors whose limit is a share, 0 to 1."""
_EARLY = 14
"""An alert of a limit within so many days, with no event behind it, is one that always fires."""


def remarks(proposal: Proposal, weeks: Weeks) -> list[str]:
    """All that is odd."""
    return [*_of_monitors(proposal), *_of_gates(proposal), *_of_limits(proposal, weeks), *_of_traffic(weeks)]


def _of_monitors(proposal: Proposal) -> Iterator[str]:
    own = named(proposal.roadmap.monitors)
    if not own:
        yield "No monitor was named, so nothing that happens after launch is seen, and no gate on quality can be measured."
        if proposal.roadmap.on_call:
            yield "Somebody is on call, but no monitor can call them."
    elif proposal.roadmap.on_call is None:
        yield "Nobody is on call: somebody looks at the dashboards once a week, so an alert waits for up to seven days."
    if proposal.roadmap.rollback and not (proposal.ground.limits or any(monitor.limit is not None for monitor in own.values())):
        yield "It is to be rolled back on a broken limit, but no limit was named: nothing can be broken."


def _of_gates(proposal: Proposal) -> Iterator[str]:
    roadmap = proposal.roadmap
    for name, phase in (("proof", roadmap.proof), ("test", roadmap.test), ("full", roadmap.full)):
        for bound in phase.gate if phase else ():
            yield from _unmeasured(f"The gate of {name}", bound, proposal)
    if proposal.assess.stop:
        yield from _unmeasured("The result that would end it", proposal.assess.stop, proposal)
    for bound in proposal.ground.limits:
        yield from _unmeasured("A limit", bound, proposal)


def _unmeasured(what: str, bound: Bound, proposal: Proposal) -> Iterator[str]:
    if why := lacking(bound.metric, proposal.roadmap.monitors):
        end = "so it can never hold" if what.startswith("The gate") else "so it can never be known"
        yield f"{what} asks for {BY_NAME[bound.metric].title.lower()}, which nobody measures ({why}), {end}."


def _of_limits(proposal: Proposal, weeks: Weeks) -> Iterator[str]:
    for name, monitor in named(proposal.roadmap.monitors).items():
        if monitor.limit is None:
            continue
        reads = _LIMITED.get(name, READS[name][0])
        mine = [alert for alert in weeks.alerts if alert.reads == reads and "(limit)" in alert.watch and not alert.blind]
        values = [day.readings[reads] for day in weeks.days if reads in day.readings]
        if values:
            yield from _of_limit(name, monitor, mine, values, weeks.days)


def _of_limit(name: str, monitor: Monitor, alerts: list[Raised], values: list[float], days: tuple[Day, ...]) -> Iterator[str]:
    low, limit = name in ("quality", "groups"), monitor.limit or 0.0
    beyond = sum(value < limit if low else value > limit for value in values)
    middle = sorted(values)[len(values) // 2]
    if beyond > 0.8 * len(values) and alerts and alerts[0].day < _EARLY and not alerts[0].cause:
        yield (
            f"The limit of {name} always fires: {limit:g} is {'above' if low else 'below'} what is usual ({middle:.3g}), so its alert says nothing and "
            "hides the next one."
        )
    never = (low and limit <= 0) or (not low and name in _SHARES and limit >= 1)
    nearest = min(values) if low else max(values)
    far = (limit < 0.5 * nearest) if low else (limit > 3 * nearest)
    if never:
        yield f"The limit of {name} can never fire: no share can be {'below 0' if low else 'above 1'}."
    elif not beyond and far:
        yield f"The limit of {name} never fired, and nothing came near it: {limit:g}, and the {'lowest' if low else 'highest'} of {len(values)} days was {nearest:.3g}."


def _of_traffic(weeks: Weeks) -> Iterator[str]:
    came = sum(day.came for day in weeks.days)
    if not came:
        yield "No item came in on any day: nothing was measured, no gate could hold, and nothing could be seen."
        return
    empty = [day for day in weeks.days if not day.came and day.share]
    if empty:
        yield f"On {len(empty)} days nothing came in; they count as days, and nothing was measured on them."
    live = sum(day.live for day in weeks.days)
    if live < 20 * len(weeks.days) / 7:
        yield f"The design got {live} items in all: too few for most tests to tell anything."


def never_ended(launch: Launch, days: int) -> str:
    """Why the open phase did not end, if it should have."""
    said = launch.reached(days)
    return said if "never ended" in said else ""
