"""What contradicts itself in a roadmap: gates that nobody can measure, limits in the wrong unit, alerts that nobody hears. Remarks, not errors: the weeks run as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise

from caseroom.proposal.borders import FLOORS, Border, borders
from caseroom.proposal.model import Bound, MetricName, Monitor, Phase, Proposal
from caseroom.proposal.monitors_said import unread
from caseroom.proposal.sources import COUNTED, RATED, REFERENCES, source_of

LOWER: frozenset[MetricName] = frozenset((
    "omission_rate", "edit_rate", "wrong_resolution", "resolution_minutes", "cost_per_item", "latency_ms", "wrong_rate", "minutes_per_item", "harm_per_item",
))  # fmt: skip
"""Metrics of which less is better."""
HIGHEST: dict[MetricName, float] = {
    "bleu": 100.0, "edit_rate": float("inf"), "human_accuracy": 5.0, "human_fluency": 5.0, "human_helpfulness": 5.0,
    "cost_per_item": float("inf"), "latency_ms": float("inf"), "minutes_per_item": float("inf"), "resolution_minutes": float("inf"),
    "value_per_item": float("inf"), "harm_per_item": float("inf"),
}  # fmt: skip
"""The highest value that a metric can have, where it is not 1."""
USUAL_SAMPLE, ENOUGH = 30, 50
"""Outputs a day that are graded unless something else is set, and how many a gate needs at least to tell 85 % from 70 %."""
_SHARES = ("quality", "proxies", "checks", "abstention", "errors", "groups", "attacks", "inputs")
_SLOW, _WEEK = 120.0, 7


def roadmap_remarks(proposal: Proposal) -> Iterator[str]:
    """One sentence for each contradiction of the roadmap, with what would resolve it."""
    yield from _order(proposal)
    for name, phase in phases(proposal):
        for bound in phase.gate:
            yield from _gate(proposal, name, phase, bound)
        if phase.refine == "retrieval" and proposal.technical.retrieve.method == "none":
            yield f"roadmap.{name}.refine is retrieval, but technical.retrieve.method is none: there is no search to refine. Set a method, or refine the prompt or the threshold."
    for name, monitor in watched(proposal):
        yield from _monitor(name, monitor)
    yield from _unread(proposal)
    yield from _people(proposal)
    yield from _labels(proposal)


def phases(proposal: Proposal) -> list[tuple[str, Phase]]:
    """The phases that are set, in order."""
    found = ((name, getattr(proposal.roadmap, name)) for name in ("proof", "test", "full"))
    return [(name, phase) for name, phase in found if phase is not None]


def watched(proposal: Proposal) -> list[tuple[str, Monitor]]:
    """The monitors that are set."""
    monitors = proposal.roadmap.monitors
    found = ((field.name, getattr(monitors, field.name)) for field in fields(monitors))
    return [(name, monitor) for name, monitor in found if monitor is not None]


def _order(proposal: Proposal) -> Iterator[str]:
    known = phases(proposal)
    for (name, before), (other, after) in pairwise(known):
        if after.share < before.share:
            yield f"roadmap.{other} handles {after.share:.0%} of the traffic, less than roadmap.{name} with {before.share:.0%}: let shares grow from phase to phase."
    if known and known[-1][0] != "full":
        yield f"The roadmap ends with roadmap.{known[-1][0]} at {known[-1][1].share:.0%} of the traffic: add roadmap.full, or it never goes further."
    if proposal.roadmap.full and proposal.roadmap.full.gate:
        yield "roadmap.full has a gate, but no phase comes after it: put the gate under the phase before, or make it the limit of a monitor."


def _gate(proposal: Proposal, name: str, phase: Phase, bound: Bound) -> Iterator[str]:
    """What is wrong with one gate; a gate that cannot hold is a phase that never ends."""
    where, never = f"roadmap.{name}.gate: {bound.metric}", "so the gate never holds and the phase never ends"
    monitors = proposal.roadmap.monitors
    source, graders = source_of(bound.metric, monitors), monitors.quality or monitors.groups
    if bound.metric in REFERENCES:
        yield f"{where} needs references, which live traffic does not have, {never}: take right_rate with a graded sample, and make {bound.metric} the evaluation.launch_bar, which the lab reads on records that have them."
    elif bound.metric in RATED:
        yield f"{where} comes of people's ratings, which are held in cycles and not in the weeks, {never}: take right_rate with a graded sample."
    elif source == "none" and bound.metric in COUNTED:
        needed = " or ".join(f"roadmap.monitors.{monitor}" for monitor in COUNTED[bound.metric])
        yield f"{where} is counted by no monitor, {never}: set {needed}."
    elif source == "none":
        yield f"{where} is known only where people grade a sample, and nobody does, {never}: set roadmap.monitors.quality with a sample."
    elif bound.metric == "edit_rate" and proposal.assess.mode == "automate" and not proposal.technical.review.flagged:
        yield f"{where} counts what people change, but nobody looks before it leaves, {never}: take right_rate with a graded sample, or let a person look first."
    elif source != "counted" and graders and (graded := phase.days * (graders.sample or USUAL_SAMPLE)) < ENOUGH:
        yield f"{where} rests on {graded} graded outputs in {phase.days} days, too few to tell: grade more a day, or let the phase last until there are {ENOUGH}."
    yield from _range(where, bound, never)


def _range(where: str, bound: Bound, never: str) -> Iterator[str]:
    """A value that no result reaches, or that every result does."""
    lower, highest = bound.metric in LOWER, HIGHEST.get(bound.metric, 1.0)
    money = bound.metric in ("value_per_item",)
    if bound.value > highest:
        hint = f"; write {bound.value / 100:g} for {bound.value:g} %" if highest == 1 and bound.value <= 100 else ""
        yield (
            f"{where} is at most {highest:g}, and {bound.value:g} is beyond it, "
            + ("so the gate always holds" if lower else never)
            + f": set a value that a result can miss and reach{hint}."
        )
    elif bound.value < 0 and not money:
        yield f"{where} cannot be under 0, " + (never if lower else "so the gate always holds") + ": set a value above 0."
    elif bound.value == 0 and not money:
        yield (
            f"{where} of 0 "
            + (f"allows not one, {never}" if lower else "is reached by anything, so the gate always holds")
            + ": set a value that a result can miss and reach."
        )
    elif bound.value == highest == 1:
        yield (
            f"{where} of 1 "
            + ("is kept by anything, so the gate always holds" if lower else f"allows not one miss, {never}")
            + ": set a value that a result can miss and reach."
        )


def _monitor(name: str, monitor: Monitor) -> Iterator[str]:
    where = f"roadmap.monitors.{name}"
    if monitor.sample is not None and name not in FLOORS:
        yield f"{where}.sample has no effect: only quality and groups are graded by people. The monitor sees all outputs."
    for field in ("wrong", "omissions"):
        if name != "quality" and getattr(monitor, field) is not None:
            yield f"{where}.{field} has no effect: it belongs to roadmap.monitors.quality, whose sample people grade."
    for border in borders(name, monitor):
        yield from _border(name, f"{where}.{border.field}", border)


def _border(name: str, where: str, border: Border) -> Iterator[str]:
    """A fixed value in the wrong unit, or one that always or never holds."""
    limit = border.value
    if name in _SHARES and not 0 <= limit <= 1:
        hint = f"write {limit / 100:g} for {limit:g} %" if 1 < limit <= 100 else "set one between 0 and 1"
        yield f"{where} is a share of 0 to 1, and {limit:g} is none: {hint}."
    elif name in _SHARES and limit in (0, 1):
        loose = limit == (0 if border.low else 1)
        yield (
            f"{where} of {limit:g} "
            + ("never alarms: nothing can break it." if loose else "alarms all the time: not one may miss it.")
            + " Set one between."
        )
    elif name == "latency" and limit > _SLOW:
        yield f"{where} is in seconds, and {limit:g} of them never pass: write {limit / 1000:g} for {limit:g} milliseconds."
    elif name in ("latency", "cost") and limit <= 0:
        yield f"{where} of {limit:g} alarms all the time: set one above 0."


def _unread(proposal: Proposal) -> Iterator[str]:
    """Words that name a value which sets no limit."""
    quotes = [
        said.quote for path, said in proposal.said.items() if said.quote and path.startswith(("roadmap.monitors.", "roadmap.on_call"))
    ]
    for sentence in dict.fromkeys(sentence for quote in quotes for sentence in unread(quote)):
        yield f"“{sentence}” names a value of what no monitor reads, so nothing alerts at it: set a limit under roadmap.monitors, or in ground.limits, on a measure that comes near."


def _people(proposal: Proposal) -> Iterator[str]:
    """Alerts that nobody hears, and what nothing sets off."""
    roadmap, known = proposal.roadmap, watched(proposal)
    if known and roadmap.on_call is None:
        yield "roadmap.monitors are set, but nobody is on call: they are looked at only once a week. Set roadmap.on_call with an owner."
    if roadmap.on_call is not None and not known:
        yield "roadmap.on_call waits for alerts, but nothing is watched: set roadmap.monitors, quality first of all."
    if roadmap.on_call is not None and roadmap.on_call.days >= _WEEK:
        yield f"roadmap.on_call.days is {roadmap.on_call.days}: that is no faster than the weekly look at the dashboards. Say who mends it within a day or two."
    limits = proposal.ground.limits or proposal.assess.stop or any(borders(name, monitor) for name, monitor in known)
    if roadmap.rollback and not limits:
        yield "roadmap.rollback is on, but no limit stands anywhere that could be broken: set roadmap.monitors.*.limit or ground.limits."


def _labels(proposal: Proposal) -> Iterator[str]:
    """An improvement without labels, or of a part that there is not."""
    roadmap, technical = proposal.roadmap, proposal.technical
    if roadmap.improve is None:
        return
    if not roadmap.feedback:
        yield f"roadmap.improve is {roadmap.improve}, but roadmap.feedback is off, so no labels come in: switch it on."
    if roadmap.improve == "retrieval" and technical.retrieve.method == "none":
        yield "roadmap.improve is retrieval, but technical.retrieve.method is none: there is no search whose weights could be fitted."
    if roadmap.improve == "examples" and technical.model.name == "baseline":
        yield "roadmap.improve is examples, but technical.model is the case's own rules, which read no examples."
