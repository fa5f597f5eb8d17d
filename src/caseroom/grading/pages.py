"""The scorecard as Markdown and as one printable HTML file. Words that the terminal shares stand here too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from caseroom.grading.coach import Coached
from caseroom.grading.delivery import is_timed
from caseroom.grading.scorecard import Delivered, PointScore, Scorecard, StepScore
from caseroom.grading.transcript import place_words
from caseroom.steps import BY_ID

if TYPE_CHECKING:
    from jinja2 import Environment

MARKS = {"covered": "✓", "partial": "~", "missed": "·", "contradicted": "✗", "unsure": "?", "not_reached": "–"}
VERDICT_WORDS = {
    "covered": "made", "partial": "named, not whole", "missed": "not made", "contradicted": "the opposite was said", "unsure": "not sure", "not_reached": "not reached",
}  # fmt: skip
_QUOTE = 220


def short(quote: str) -> str:
    """A quote on one line, cut in the middle of the text with an ellipsis if it is long."""
    flat = " ".join(quote.split())
    return flat if len(flat) <= _QUOTE else flat[: _QUOTE - 1].rstrip() + "…"


def clock_words(step: StepScore) -> str:
    """Time in a step against its box: "4:10 of 6:00"."""
    if step.seconds is None:
        return ""
    return f"{_minutes(step.seconds)} of {_minutes(step.box_seconds)}"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def has_own_levels(card: Scorecard) -> bool:
    """Whether the candidate gave levels of their own."""
    return any(step.own_level is not None for step in card.steps)


def has_times(card: Scorecard) -> bool:
    """Whether the time in the steps is known."""
    return any(step.seconds is not None for step in card.steps)


def shown_delivery(card: Scorecard) -> tuple[Delivered, ...]:
    """What is shown of delivery: nothing where nothing was spoken."""
    return card.delivery if is_timed([one.measure for one in card.delivery]) else ()


def delivery_quotes(one: Delivered) -> list[tuple[str, str]]:
    """Words behind a figure and where they stand, the long ones cut short."""
    return [(short(quote), place_words(place.turn)) for quote, place in zip(one.quotes, one.measure.places, strict=True)]


def headline(card: Scorecard) -> str:
    """The limiting step, in words."""
    if card.limiting is None:
        return "Every step is at the top level."
    step = next(s for s in card.steps if s.step == card.limiting)
    if step.level is None:
        return f"What holds the answer back: {step.title} was not reached."
    return f"What holds the answer back: {step.title}, level {step.level} of 4. {step.anchor}"


def to_markdown(card: Scorecard, coached: Sequence[Coached] = ()) -> str:
    """The scorecard as Markdown, with what a coach said of its changes."""
    said = {one.point: one for one in coached}
    lines = [f"# Scorecard: {card.title}", "", f"**{headline(card)}**", "", "| step | level | own | time | |", "|---|---|---|---|---|"]
    for step in card.steps:
        level, own = ("–" if step.level is None else str(step.level)), ("" if step.own_level is None else str(step.own_level))
        lines.append(f"| {step.title} | {level} | {own} | {clock_words(step)} | {step.anchor} |")
    for step in card.steps:
        lines += ["", f"## {step.title}", "", *(_line(p) for p in step.points if p.weight != "extra" or p.verdict != "missed")]
    lines += ["", "## How it was said", "", *(_line(p) for p in card.communication)]
    if shown := shown_delivery(card):
        lines += ["", "## Delivery", "", *(_delivery_line(one) for one in shown)]
    facts = card.facts
    lines += ["", "## Facts", "", f"- asked for: {', '.join(facts.asked) or 'none'}", f"- used later: {', '.join(facts.used) or 'none'}"]
    lines += [f"- not asked for: {', '.join(facts.missed) or 'none'}", *(f"- assumed: “{_plain(text)}”" for text in facts.assumed)]
    if card.changes:
        lines += ["", "## What would lift it most", ""]
        for number, change in enumerate(card.changes, start=1):
            lines += [
                f"{number}. **{change.name}** ({BY_ID[change.step].title}): {change.do} {change.why}",
                f"   > {change.strong}",
                *(f"   - {line}" for line in coach_lines(said.get(change.point))),
            ]
    return "\n".join([*lines, "", f"Judge: `{card.judge}`, case version `{card.case_version}`", ""])


def coach_lines(one: Coached | None) -> list[str]:
    """What the coach says of a change, and how much was left out."""
    if one is None:
        return []
    parts = (("", one.feedback), ("Said better: ", one.better), ("With a fact: ", one.fact))
    lines = [f"{one.by}, coach: {_plain(f'{title}{text}')}" for title, text in parts if text]
    many = len(one.dropped)
    return [
        *lines,
        *(
            [f"{many} of its sentences {'was' if many == 1 else 'were'} left out: nothing supports {'it' if many == 1 else 'them'}."]
            if many
            else []
        ),
    ]


def _delivery_line(one: Delivered) -> str:
    said = "; ".join(f"“{_plain(quote)}” ({where})" for quote, where in delivery_quotes(one)[:3])
    return (
        f"- **{one.measure.name}**: {'not measured: ' if one.measure.value is None else ''}{one.measure.words}{' ' + said if said else ''}"
    )


def _line(point: PointScore) -> str:
    said = f" “{_plain(short(point.quote))}” ({place_words(point.evidence.turn)})" if point.quote and point.evidence else ""
    why = f" — {_plain(words)}" if (words := why_words(point)) else ""
    return f"- {MARKS[point.verdict]} **{point.id} {point.name}**: {VERDICT_WORDS[point.verdict]}{why}{said}"


def why_words(point: PointScore) -> str:
    """Why a point is not whole, what the judge leans to, what came near."""
    parts = []
    if point.leans:
        parts.append(f"leans to “{VERDICT_WORDS[point.leans]}”; for a person to decide")
    if point.second is not None and point.second.says != (point.leans or point.verdict):
        other = f": “{short(point.second.quote)}”" if point.second.quote and point.second.quote != point.quote else ""
        parts.append(f"{point.second.by} reads it as “{VERDICT_WORDS[point.second.says]}”{other}")
    if point.lacks:
        parts.append(point.lacks)
    if point.near:
        parts.append(
            f"nearest: “{short(point.near)}”" + (f", which speaks of {point.taken_for}" if point.taken_for else ", which does not make it")
        )
    return "; ".join(parts)


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("<", "&lt;").replace("*", "\\*").replace("`", "\\`").replace("|", "\\|")


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def to_html(card: Scorecard, coached: Sequence[Coached] = ()) -> str:
    """The scorecard as one HTML file that needs nothing else and prints well, with what a coach said of its changes."""
    template = _templates().get_template("scorecard.html")
    return template.render(
        card=card, headline=headline(card), marks=MARKS, words=VERDICT_WORDS, why=why_words, where=place_words, clock=clock_words, titles=BY_ID,
        coached={one.point: one for one in coached}, rated=has_own_levels(card), timed=has_times(card), delivered=shown_delivery(card), quotes=delivery_quotes,
    )  # fmt: skip
