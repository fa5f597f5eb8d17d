"""The scorecard on a terminal."""

from __future__ import annotations

from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from caseroom.cli.screen import console, say
from caseroom.grading.pages import (
    MARKS,
    VERDICT_WORDS,
    clock_words,
    delivery_quotes,
    has_own_levels,
    has_times,
    headline,
    short,
    shown_delivery,
    why_words,
)
from caseroom.grading.scorecard import PointScore, Scorecard, StepScore
from caseroom.grading.transcript import place_words
from caseroom.numerals import counted

_STYLES = {"covered": "green", "partial": "yellow", "missed": "red", "contradicted": "bold red", "unsure": "magenta", "not_reached": "dim"}


def show(card: Scorecard) -> None:
    """Print a scorecard: the limiting step first, then levels, points with quotes, facts, and the three changes."""
    console.print(Rule(f"Scorecard · {card.title}", align="left"))
    say(headline(card), style="bold")
    say()
    console.print(_levels(card))
    for step in card.steps:
        _step(step)
    console.print(Rule("How it was said", align="left"))
    console.print(_points(card.communication))
    _delivery(card)
    _facts(card)
    _changes(card)
    say(f"Judge: {card.judge}; case version {card.case_version}", style="dim")


def _levels(card: Scorecard) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    rated, timed = has_own_levels(card), has_times(card)
    for step in card.steps:
        level = "–" if step.level is None else f"{'●' * step.level}{'○' * (4 - step.level)} {step.level}"
        row = [Text(step.title, style="bold yellow" if step.step == card.limiting else ""), Text(level)]
        if rated:
            row.append(Text("" if step.own_level is None else f"you said {step.own_level}"))
        if timed:
            row.append(Text(clock_words(step)))
        table.add_row(*row, Text(step.anchor, style="dim"))
    return table


def _step(step: StepScore) -> None:
    if step.level is None:
        return
    console.print(Rule(f"{step.title} · level {step.level}", align="left"))
    shown = [p for p in step.points if p.weight != "extra" or p.verdict in ("covered", "partial", "contradicted", "unsure")]
    console.print(_points(shown))
    hidden = len(step.points) - len(shown)
    if hidden:
        say(f"  and {counted(hidden, 'point')} of depth that {'was' if hidden == 1 else 'were'} not made", style="dim")


def _points(points: tuple[PointScore, ...] | list[PointScore]) -> Padding:
    table = Table(box=None, pad_edge=False, show_header=False, expand=True)
    table.add_column(width=1)
    table.add_column(ratio=2)
    table.add_column(ratio=3)
    for point in points:
        extra = " (depth)" if point.weight == "extra" else ""
        name = Text(f"{point.id} {point.name}{extra}", style=_STYLES[point.verdict])
        words = Text()
        if point.quote:
            words.append(f"“{short(point.quote)}”")
            words.append(f"  {place_words(point.evidence.turn)}" if point.evidence else "", style="dim")
        why = why_words(point)
        if why or not point.quote:
            words.append(("\n" if point.quote else "") + (why or VERDICT_WORDS[point.verdict]), style="dim")
        if point.prompted:
            words.append(" · after a probe", style="dim")
        table.add_row(Text(MARKS[point.verdict], style=_STYLES[point.verdict]), name, words)
    return Padding(table, (0, 0, 0, 2))


def _delivery(card: Scorecard) -> None:
    shown = shown_delivery(card)
    if not shown:
        return
    console.print(Rule("Delivery · from words and times; no part of any level", align="left"))
    for one in shown:
        missing = one.measure.value is None
        say(f"  {one.measure.name}: {'not measured: ' if missing else ''}{one.measure.words}", style="dim" if missing else None)
        for quote, where in delivery_quotes(one)[:3]:
            say(f"      “{quote}”  {where}", style="dim")


def _facts(card: Scorecard) -> None:
    facts = card.facts
    console.print(Rule("Facts", align="left"))
    say(f"  asked for {len(facts.asked)}: {', '.join(facts.asked) or 'none'}")
    say(f"  used later {len(facts.used)}: {', '.join(facts.used) or 'none'}")
    say(f"  not asked for {len(facts.missed)}: {', '.join(facts.missed) or 'none'}", style="dim")
    for text in facts.assumed:
        say(f"  assumed: “{short(text)}”")


def _changes(card: Scorecard) -> None:
    if not card.changes:
        return
    console.print(Rule("What would lift it most", align="left"))
    for number, change in enumerate(card.changes, start=1):
        say(f"  {number}. {change.name} ({change.point}): {change.do}", style="bold")
        if change.why:
            say(f"     {change.why}", style="dim")
        say(f"     A strong answer: “{change.strong}”")
