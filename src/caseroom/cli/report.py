"""The report of a run on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from caseroom.cli.screen import console, say
from caseroom.grading.pages import short
from caseroom.grading.transcript import place_words
from caseroom.lab.cautions import cautions
from caseroom.lab.pages import agreement, change_interval, grouped, unmoved
from caseroom.lab.quotes import in_section, once
from caseroom.lab.verdict import interval, shown
from caseroom.metrics.score import Score, tells
from caseroom.proposal.file import paths
from caseroom.steps import BY_ID

Data = Mapping[str, Any]
_READ = 3
"""Outputs to read on a terminal; the page has all ten."""


def doing(what: str) -> str:
    """What a run is doing, for people."""
    path, _, value = what.removeprefix("switch:").partition("=")
    known = {
        "design": "the design",
        "simple": "the simple way",
        "attacks": "the red team",
        "ratings": "does the metric matter?",
        "documents": "indexing",
    }
    return known.get(what, f"{path.rsplit('.', 1)[-1]} → {value}" if value else what)


def show(report: Data) -> None:
    """Print a report: the verdict first."""
    console.print(Rule(f"Run · {report['title']}", align="left"))
    say(report["verdict"], style="bold green" if report["reached"] else "bold")
    for remark in report["remarks"]:
        say(f"Note: {remark}", style="yellow")
    by_hand = not any(section["words"] for section in report["sections"])
    if by_hand:
        say("Written by hand: no words of an interview stand behind it.", style="dim")
    for section in report["sections"]:
        _section(section, by_hand)
    _effects(report)
    _families(report["families"])
    rank_correlations(report["matters"])
    _worst(report["worst"])
    scored = report.get("scored", report["records"])
    some = f" ({scored} of them scored: only those say what is right)" if scored < report["records"] else ""
    say(f"{report['records']} records{some}, data {report['data_version']}; {report['signature']}", style="dim")


def _section(section: Data, by_hand: bool) -> None:
    console.print(Rule(f"{BY_ID[section['step']].letter} · {section['title']}", align="left"))
    for (quote, turn), set_by in once(section["words"]).items():
        where = f"  {place_words(turn)}" if turn else ""
        console.print(
            Padding(Text.assemble((f"{', '.join(map(in_section, set_by))}: ", "dim"), f"“{short(quote)}”", (where, "dim")), (0, 0, 0, 2))
        )
    if not section["words"] and not by_hand:
        say("  Nothing was said here, so nothing is switched on by words.", style="dim")
    if section["remark"]:
        say(f"  {section['remark']}", style="italic")
    if section["rows"]:
        console.print(
            _padded(("", "the design", "the simple way", ""), [(r["name"], r["design"], r["simple"], r["note"]) for r in section["rows"]])
        )


def _padded(heads: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> Padding:
    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return Padding(table, (0, 0, 0, 2))


def _effects(report: Data) -> None:
    if not report["effects"]:
        return
    goal = report["goal"]
    console.print(Rule("What each part bought: one changed at a time", align="left"))
    moved, still = ([e for e in report["effects"] if _stays(e) == stays] for stays in (False, True))
    rows = []
    for effect in sorted(moved, key=lambda e: not _tells(e)):
        style = "" if _tells(effect) else "dim"
        named = ((goal["metric"], "goal"), ("wrong_rate", "wrong"), ("harm_per_item", "harm"), ("cost_per_item", "cost"))
        changes = (change_interval(metric, Score(**effect[name]), report["currency"]) for metric, name in named)
        cells = (f"{effect['title']}: {effect['before']} → {effect['after']}", *changes)
        rows.append([Text(cell, style=style) for cell in cells])
    if rows:
        console.print(_padded(("changed", goal["title"].lower(), "wrong", "harm", "cost"), rows))
    if still:
        say(f"  Changed none of these on any record: {', '.join(grouped(still))}.", style="dim")
    say(
        "  Bright: can be told from chance on these records; each for itself, so of twenty that do nothing one is bright. "
        "Changes are the changed design less the design.",
        style="dim",
    )


def _tells(effect: Data) -> bool:
    return any(tells(Score(**effect[name])) for name in ("goal", "wrong", "harm"))


def _stays(effect: Data) -> bool:
    return all(effect[name]["value"] is None or unmoved(Score(**effect[name])) for name in ("goal", "wrong", "harm", "cost"))


def _families(families: Sequence[Data]) -> None:
    if not families:
        return
    console.print(Rule("Red team: what got through", align="left"))
    comments = paths()
    rows = []
    for family in families:
        changed = [
            f"{_title(path, comments)} {value}: {shown('right_rate', score['value'])}"
            for path, value, score in family["with_changed"]
            if score["value"] != family["through"]["value"]
        ]
        rows.append(
            (
                family["family"].replace("_", " "),
                str(family["attacks"]),
                interval("right_rate", Score(**family["through"])),
                "; ".join(changed),
            )
        )
    console.print(_padded(("family", "attacks", "through", "and with"), rows))


def _title(path: str, comments: Mapping[str, str]) -> str:
    return path.rsplit(".", 1)[-1] if path in comments else f"check {path.rsplit('.', 1)[-1]}"


def rank_correlations(matters: Sequence[Data]) -> None:
    """Does the metric matter? Nothing is printed where nothing is known."""
    if not matters:
        return
    console.print(Rule("Does the metric matter? Rank correlation with people and with what an output is worth", align="left"))
    rows = [(m["title"], *(agreement(m, name) for name in ("value", "accuracy", "helpfulness", "fluency"))) for m in matters]
    console.print(_padded(("metric", "worth", "people: accuracy", "helpfulness", "fluency"), rows))
    for line in cautions(matters):
        say(f"  {line}", style="dim")


def _worst(worst: Sequence[Data]) -> None:
    if not worst:
        return
    console.print(Rule(f"The worst outputs, {min(_READ, len(worst))} of {len(worst)}", align="left"))
    for case in worst[:_READ]:
        say(f"  {case['record']}: {case['why']}", style="bold")
        for name in ("input", "output", "reference"):
            if case[name]:
                say(f"    {name}: {short(case[name])}", style="dim" if name == "reference" else None)
