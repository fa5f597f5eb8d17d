"""The report of a rollout as plain data: what was proposed, the weeks, the score, what is odd; pages, terminals and JSON show it. Computes sums only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from caseroom.metrics.registry import BY_NAME
from caseroom.numerals import counted
from caseroom.proposal.borders import borders
from caseroom.proposal.model import Bound, Phase, Proposal
from caseroom.rollout.drawing import Stage
from caseroom.rollout.feedback import to_data as feedback_data
from caseroom.rollout.score import Row, Scored, Total
from caseroom.rollout.warnings import remarks
from caseroom.rollout.watching import READS, named, watches
from caseroom.rollout.weeks import Day, Weeks
from caseroom.rollout.words import amount

FORM = 1
_PREFIX = "roadmap."


def report(
    stage: Stage,
    proposal: Proposal,
    weeks: Weeks,
    scored: Scored,
    *,
    case: str,
    title: str,
    version: str = "",
    notes: list[str] | None = None,
) -> dict[str, Any]:
    """All that there is to show."""
    money = stage.business.economics
    return {
        "form": FORM, "case": case, "title": title, "currency": money.currency, "seed": stage.settings.seed, "weeks": stage.settings.weeks,
        "a_day": money.items_a_day if stage.settings.a_day is None else stage.settings.a_day, "launch": stage.traffic.launch.isoformat(),
        "data_version": version, "verdict": verdict(weeks, scored, money.currency), "reached": weeks.reached, "ended": weeks.ended,
        "remarks": [*remarks(proposal, weeks, money.currency), *(notes or [])], "words": list(_words(proposal)), "phases": list(_phases(proposal)),
        "monitors": _monitors(proposal), "on_call": asdict(proposal.roadmap.on_call) if proposal.roadmap.on_call else None,
        "days": [_day(day) for day in weeks.days], "events": [_event(row) for row in scored.rows],
        "alerts": [asdict(alert) for alert in weeks.alerts], "notes": [asdict(note) for note in weeks.notes],
        "totals": {way: _total(total) for way, total in scored.totals.items()}, "sums": sums(weeks),
        "gates": [{"said": gate.said, "state": gate.state, "metric": gate.metric} for gate in weeks.gates],
        "found": [{**asdict(one.action), "said": one.said} for one in weeks.found],
        "feedback": feedback_data(weeks.feedback) if weeks.feedback else None,
        "signature": f"rollout|form:{FORM}|seed:{stage.settings.seed}|weeks:{stage.settings.weeks}|data:{version}",
    }  # fmt: skip


def sums(weeks: Weeks) -> dict[str, float]:
    """The weeks in a few numbers."""
    days = weeks.days
    return {
        "came": sum(day.came for day in days), "live": sum(day.live for day in days), "wrong": sum(day.wrong for day in days),
        "wrong_today": sum(day.wrong_today for day in days), "harm": sum(day.harm for day in days), "cost": sum(day.cost for day in days),
        "minutes": sum(day.minutes for day in days), "saved": sum(day.saved for day in days), "graded": sum(day.graded for day in days),
        "labels": sum(day.signals for day in days), "looks": weeks.looks,
    }  # fmt: skip


def verdict(weeks: Weeks, scored: Scored, currency: str) -> str:
    """The weeks in two sentences: how far it got, and what its monitors saw."""
    own, standard = scored.totals["own"], scored.totals.get("standard")
    saw = _saw(own)
    alarms, rest = counted(own.false_alarms, "false alarm"), _rest_of(own)
    beside = (
        f" The standard set of monitors on the same weeks: {_saw(standard).lower()}, {standard.false_alarms} false."
        if standard and own.harmful
        else ""
    )
    harm = (
        f" Until somebody knew, events cost {counted(round(own.unseen_wrong), 'wrong answer')} and {amount(own.unseen_money)} {currency}."
        if own.harmful
        else ""
    )
    return f"{weeks.reached} {saw}; {alarms}.{harm}{rest}{beside}"


def _saw(total: Total) -> str:
    if not total.harmful:
        return "No event that met the design did harm" if total.spared else "No harmful event met the design"
    return f"Of {counted(total.harmful, 'harmful event')} {total.seen or 'none'} {'was' if total.seen < 2 else 'were'} seen{_within(total)}"


def _within(total: Total) -> str:
    """How late: of one event itself, of more the median."""
    if total.median_delay is None:
        return ""
    days = f"{total.median_delay:g} day{'' if total.median_delay == 1 else 's'}"
    if total.seen == 1:
        return f", after {days}" if total.median_delay else ", on its first day"
    return f", half of them within {days}" if total.median_delay else ", half of them on their first day"


def _rest_of(total: Total) -> str:
    """The harmful events that were nothing to see."""
    said = [
        f"{count} {what}"
        for count, what in ((total.spared, "met the design and did no harm"), (total.unmet, "met nothing of its traffic"))
        if count
    ]
    whose = "Of the other events that can do harm" if total.harmful else "Of the events that can do harm"
    return f" {whose} {', '.join(said)}." if said else ""


def _words(proposal: Proposal) -> Iterator[dict[str, Any]]:
    """The candidate's own words about the roadmap: those that set a field, and the fields of words."""
    quoted = set()
    for path, said in proposal.said.items():
        if path.startswith((_PREFIX, "assess.stop", "ground.limits")):
            words = said.quote or _own(proposal, path)
            if words:
                quoted.add(path)
                yield {"path": path, "quote": words, "turn": said.turn, "part": part_of(path)}
    for name in (
        "phases",
        "first_phase",
        "gates",
        "monitor_quality",
        "monitor_service",
        "alerts",
        "fine_tune",
        "content_owner",
        "business_case",
    ):
        path = _PREFIX + name
        if path not in quoted and (words := getattr(proposal.roadmap, name)):
            yield {"path": path, "quote": words, "turn": None, "part": part_of(path)}


def _own(proposal: Proposal, path: str) -> str:
    value: Any = proposal
    for name in path.split("."):
        value = getattr(value, name, None)
    return value if isinstance(value, str) else ""


def part_of(path: str) -> str:
    """The part of the page beside which words stand."""
    name = path.removeprefix(_PREFIX)
    if name.startswith(("monitor", "alerts", "content_owner")):
        return "monitors"
    if name.startswith(("proof", "test", "full", "phases", "first_phase", "gates", "rollback", "assess", "ground")):
        return "phases"
    if name.startswith("on_call"):
        return "monitors"
    return "feedback"


def _phases(proposal: Proposal) -> Iterator[dict[str, Any]]:
    roadmap = proposal.roadmap
    for name, phase in (("proof", roadmap.proof), ("test", roadmap.test), ("full", roadmap.full)):
        if phase is not None:
            yield {"name": name, "share": phase.share, "days": phase.days, "gate": [_bound(bound) for bound in phase.gate], **_rest(phase)}


def _rest(phase: Phase) -> dict[str, Any]:
    return {"refine": phase.refine, "purpose": phase.purpose}


def _bound(bound: Bound) -> dict[str, Any]:
    metric = BY_NAME[bound.metric]
    return {"metric": bound.metric, "title": metric.title, "value": bound.value, "better": metric.better}


def _monitors(proposal: Proposal) -> list[dict[str, Any]]:
    every, found = watches(proposal.roadmap.monitors), list[dict[str, Any]]()
    for name, monitor in named(proposal.roadmap.monitors).items():
        limits = {border.reads: border.value for border in borders(name, monitor)}
        own = [watch.name for watch in every if watch.reads in (*READS[name], *limits)]
        found.append({"name": name, **asdict(monitor), "limits": limits, "watches": own})
    return found


def _day(day: Day) -> dict[str, Any]:
    data = asdict(day)
    for name in ("wrong", "wrong_today", "harm", "cost", "minutes", "saved"):
        data[name] = round(data[name], 4)
    data["readings"] = {name: round(value, 6) for name, value in day.readings.items()}
    data["forces"] = [{"event": name, "level": size} for name, size in day.forces]
    return data


def _event(row: Row) -> dict[str, Any]:
    return {**asdict(row.event), "reached": row.reached, "harmed": row.harmed, "ways": {way: asdict(one) for way, one in row.ways.items()}}


def _total(total: Total) -> dict[str, Any]:
    return asdict(total)
