"""The weeks of a rollout on a terminal: the verdict, one chart with a column for some days, the score, what is odd."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from caseroom.cli.screen import console, say
from caseroom.lab.quotes import in_section, once
from caseroom.numerals import counted
from caseroom.rollout.chart import TITLES, event_said, harmful, live, missed, smooth
from caseroom.rollout.words import amount

Data = Mapping[str, Any]
_BARS = "▁▂▃▄▅▆▇█"
_LABEL = 36
"""Columns of a row's title, the gap after it among them."""
_PHASES = {"proof": "p", "test": "t", "full": "F", "all": "F", "stopped": "×"}
_WAYS = {"own": "your monitors", "standard": "the standard set", "perfect": "perfect sight", "none": "nobody looks"}


def show(report: Data) -> None:
    """Print a report."""
    console.print(Rule(f"Rollout · {report['title']}", align="left"))
    say(report["verdict"], style="bold")
    for remark in report["remarks"]:
        say(f"Note: {remark}", style="yellow")
    _chart(report)
    _notes(report)
    _score(report)
    _totals(report)
    _feedback(report)
    said = [words for words in report["words"] if words["quote"]]
    if said:
        console.print(Rule("Your own words", align="left"))
        for (quote, _), set_by in once(said).items():
            say(f"  {', '.join(map(in_section, set_by))}: “{quote}”", style="dim")
    say(f"{counted(report['sums']['came'], 'item')}, launched {report['launch']}; {report['signature']}", style="dim")


# the chart


def _chart(report: Data) -> None:
    console.print(Rule("The weeks", align="left"))
    days = report["days"]
    room = max(20, min(console.width, 130) - _LABEL - 1)
    step = max(1, -(-len(days) // room))
    for label, cells in _rows(report, step):
        console.print(Text.assemble((f"{label:<{_LABEL}.{_LABEL - 1}}", "dim"), cells), soft_wrap=True)
    key = "p proof, t test, F full, ▽ as today; ━ an event at work, ● known; ! true alert, ? false one, · for information"
    say(f"{'':<{_LABEL}}{key}{f'; {step} days a column' if step > 1 else ''}", style="dim")


def _rows(report: Data, step: int) -> Iterator[tuple[str, Text]]:
    days = report["days"]
    columns = [days[start : start + step] for start in range(0, len(days), step)]
    yield "week", Text("".join(_week(column[0]["day"], step) for column in columns)[: len(columns)], "dim")
    yield "phase", Text("").join([_phase(column[-1]) for column in columns])
    for event in report["events"]:
        yield event["title"], Text("").join([_event(event, column) for column in columns])
    yield "alerts", Text("").join([_alert(report["alerts"], column) for column in columns])
    for name, title in TITLES.items():
        values = [day["came"] for day in days] if name == "volume" else [day["readings"].get(name) for day in days]
        if any(value is not None for value in values):
            lined = values if name == "volume" else smooth(values, live(days))
            yield title, Text(spark(lined[::step]), "cyan")
    wrong = [day["wrong"] / day["live"] if day["live"] >= 20 else None for day in days]
    yield "Left wrong, in truth", Text(spark(smooth(wrong, live(days))[::step]), "magenta")


def _week(day: int, step: int) -> str:
    return f"{day // 7 + 1:<{max(1, 7 // step)}}" if day % 7 < step else ""


def _phase(day: Data) -> Text:
    if day["share"] == 0:
        return Text("×" if day["phase"] == "stopped" else "▽", "red")
    return Text(_PHASES.get(day["phase"], "?"), "green")


def _event(event: Data, column: Sequence[Data]) -> Text:
    known = event["ways"]["own"]["day"]
    if known is not None and any(day["day"] == known for day in column):
        return Text("●", "bold")
    at_work = any(force["event"] == event["id"] for day in column for force in day["forces"])
    return Text("━" if at_work else " ", "blue" if event["harmless"] else "red")


def _alert(alerts: Sequence[Data], column: Sequence[Data]) -> Text:
    today = [alert for alert in alerts if column[0]["day"] <= alert["day"] <= column[-1]["day"]]
    loud = [alert for alert in today if alert["level"] != "info" and not alert["blind"]]
    if any(alert["cause"] for alert in loud):
        return Text("!", "bold red")
    return Text("?", "bold yellow") if loud else Text("·" if today else " ", "dim")


def spark(values: Sequence[float | None]) -> str:
    """A line of bars; a blank where nothing was measured."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    width = (high - low) or 1.0
    return "".join(" " if value is None else _BARS[min(7, int(8 * (value - low) / width))] for value in values)


# the tables


def _notes(report: Data) -> None:
    console.print(Rule("The launch", align="left"))
    for note in report["notes"]:
        mark = {True: "✓", False: "✗", None: "·"}[note["ok"]]
        say(
            f"  {mark} day {note['day']:>2}  {note['title']}{'. ' + note['said'] if note['said'] else ''}",
            style="red" if note["ok"] is False else None,
        )


def _score(report: Data) -> None:
    if not report["events"]:
        say("  No event was planted.", style="dim")
        return
    console.print(Rule("What happened, and who saw it", align="left"))
    table = Table(box=None, pad_edge=False)
    for head in (
        "event",
        "day",
        "your monitors",
        "standard",
        "wrong until known",
        f"{report['currency']} until known",
        "had nobody looked",
    ):
        table.add_column(head, overflow="fold")
    for event in report["events"]:
        own, standard, none = (event["ways"][way] for way in ("own", "standard", "none"))
        table.add_row(Text(event["title"]), str(event["start"]), Text(event_said(event), "yellow" if missed(event) else ""),
                      _late(standard), *(amount(value) if harmful(event) else "–" for value in (own["unseen_wrong"], own["unseen_money"], none["money"])))  # fmt: skip
    console.print(table)


def _feedback(report: Data) -> None:
    found = report.get("feedback")
    if not found or not found["on"]:
        return
    console.print(Rule("What users said, and what became of it", align="left"))
    say(f"  {found['said']}")
    for one in found["tried"]:
        for part in one["moved"]:
            mark = "better" if part["better"] else "worse" if part["worse"] else "cannot be told from chance"
            say(f"    day {one['day']:>2}  {one['title']}: {part['title']} {part['said']} ({mark})", style="dim")


def _late(way: Data) -> str:
    return "–" if way["delay"] is None else f"{way['delay']} d"


def _totals(report: Data) -> None:
    console.print(Rule("The same weeks, watched otherwise", align="left"))
    table = Table(box=None, pad_edge=False)
    for head in ("", "seen", "half within", "false alarms", "wrong until known", "wrong by events", f"{report['currency']} by events"):
        table.add_column(head)
    for way, total in report["totals"].items():
        middle = "–" if total["median_delay"] is None else f"{total['median_delay']:g} d"
        table.add_row(_WAYS[way], f"{total['seen']} of {total['harmful']}", middle, str(total["false_alarms"]),
                      *(amount(total[name]) for name in ("unseen_wrong", "wrong", "money")))  # fmt: skip
    console.print(table)
