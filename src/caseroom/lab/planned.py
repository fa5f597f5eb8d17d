"""The roadmap of a proposal as rows of a report: phases with their gates, read at what the run measured, monitors, who is on call. Runs none of it: that is the rollout's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields

from caseroom.lab.report import Row
from caseroom.lab.verdict import interval, shown, told
from caseroom.metrics.registry import BY_NAME
from caseroom.metrics.score import Score, few
from caseroom.proposal.borders import Border, borders
from caseroom.proposal.model import Bound, MetricName, Monitor, Phase, Roadmap

_PHASES = {"proof": "proof of concept", "test": "wider test", "full": "full deployment"}
_UNITS = {"latency": "{:g} s", "cost": "{:,.2f} {currency}"}


def rows(roadmap: Roadmap, measured: Callable[[MetricName], Score], currency: str) -> Iterator[Row]:
    """Each part that was set."""
    for name, title in _PHASES.items():
        phase = getattr(roadmap, name)
        if phase is not None:
            yield _phase(title, phase)
            yield from (bar(f"gate after the {title}", bound, measured(bound.metric), currency, _GATE) for bound in phase.gate)
    for field in fields(roadmap.monitors):
        monitor = getattr(roadmap.monitors, field.name)
        if monitor is not None:
            yield _monitor(field.name, monitor, currency)
    if roadmap.on_call is not None:
        days = (
            "the same day" if roadmap.on_call.days == 0 else f"{roadmap.on_call.days} day{'s' * (roadmap.on_call.days > 1)} after an alert"
        )
        yield Row("on call", f"mended {days}", note=roadmap.on_call.owner or "")
    for name, title in (("rollback", "a broken limit switches it back"), ("feedback", "what users do becomes labels")):
        if getattr(roadmap, name):
            yield Row(name, "on", note=title)
    if roadmap.improve is not None:
        yield Row("improved", _IMPROVES[roadmap.improve], note=f"after {roadmap.improve_after:,} labels, if it is better")


_GATE = {True: "the run reaches it", False: "the run does not reach it", None: "not measured in a run"}
_IMPROVES = {"examples": "better examples in the prompt", "threshold": "the threshold, fitted again", "retrieval": "the weights of the search", "classifier": "a small classifier"}  # fmt: skip


def remark(roadmap: Roadmap) -> str:
    """What the rows are, and what runs them."""
    if not any((roadmap.proof, roadmap.test, roadmap.full)):
        return "No phase was set: in `caseroom rollout` everything goes live on the first day."
    return "`caseroom rollout` runs these weeks: phases, gates, monitors and alerts over traffic in which things go wrong. Here each gate reads what this run measured."


def bar(title: str, bound: Bound, mine: Score, currency: str, words: dict[bool | None, str]) -> Row:
    """A value that must be reached, beside what was measured."""
    side = "at most" if BY_NAME[bound.metric].better == "lower" else "at least"
    said = "too few records to tell" if few(mine) else words[told(bound.metric, mine, bound.value)]
    note = f"wanted {side} {shown(bound.metric, bound.value, currency)}: {said}"
    return Row(f"{title}: {BY_NAME[bound.metric].title}", interval(bound.metric, mine, currency), note=note, score=mine)


def _phase(title: str, phase: Phase) -> Row:
    refined = f"then the {phase.refine} is refined" if phase.refine else ""
    return Row(
        title, f"{phase.share * 100:.3g}% of the traffic, {phase.days} days or more", note="; ".join(filter(None, (phase.purpose, refined)))
    )


def _monitor(name: str, monitor: Monitor, currency: str) -> Row:
    """What is watched: from which value on, how, and who does what."""
    how = [_border(name, border, currency) for border in borders(name, monitor)] or ["against the weeks before"]
    how += [f"{monitor.sample} graded a day"] if monitor.sample else []
    how += [f"{monitor.patience} days in a row"] if monitor.patience > 1 else []
    who = ": ".join(filter(None, (monitor.owner, monitor.action)))
    return Row(f"watched: {name}", ", ".join(how), note=who)


def _border(name: str, border: Border, currency: str) -> str:
    value = _UNITS.get(name, "{:.1%}").format(border.value, currency=currency)
    what = "" if border.field == "limit" else f" {border.field}"
    return f"{'at least' if border.low else 'at most'} {value}{what}"
