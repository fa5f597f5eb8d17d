"""`caseroom monitor`: how the room itself is doing, as a table with a line for each measure. It shows, and tells new alerts where somebody set an address."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path

from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from caseroom.app.alerting import Alerting, sinks, told_words
from caseroom.app.interviews import Room
from caseroom.app.series import Line, Point, overall, told
from caseroom.app.tally import EAR, Tally
from caseroom.app.watching import DAYS, Seen, Shown, Watching, day_words
from caseroom.app.watching_data import alert_data, seen_data
from caseroom.cli.screen import console, errors, print_json, say, the_room

_BARS = "▁▂▃▄▅▆▇█"
_WIDEST, _BESIDE = 40, 68
"""Days of a line at most, more are put together; and what the other columns take."""
_COLOURS = {"page": "bold red", "ticket": "yellow", "info": "dim"}
_LEGEND = "Shares, and of times the 95th percentile beside the median of the last days. A bar is a day, the highest the worst of its line."
_EAR = {"fact": "facts said", "ask_back": "asked back", "unknown": "not known", "decline": "attacks refused", "crowded": "too much at once"}
_RECENT = 7
_PATIENCE, _LAST_WORD = 5.0, 1.0
"""Seconds that a webhook or a log has to take the alerts of one look; and at the end of --watch."""
_AGAIN = timedelta(minutes=1)
"""With --watch: what was not taken is not told again before."""


def show(days: int | None, webhook: str | None, log: Path | None, *, as_json: bool) -> None:
    """`caseroom monitor`."""
    room = the_room(None)
    alerting = _alerting(room, webhook, log)
    seen, count = Watching(room).look(), max(2, days or DAYS)
    if as_json:
        print_json(seen_data(seen, count))
    else:
        console.print(_screen(seen, count))
    alerting.tell(seen)
    for words in alerting.close(_PATIENCE):
        errors.print(words, soft_wrap=True)


def _alerting(room: Room, webhook: str | None, log: Path | None) -> Alerting:
    return Alerting(room, sinks(room.settings, webhook, log))


def acknowledge(alert: str, *, as_json: bool) -> None:
    """`caseroom monitor --ack ID`."""
    done = Watching(the_room(None)).acknowledge(alert)
    if as_json:
        print_json(alert_data(done))
    else:
        say(f"Seen. {done.words} What to do: {done.todo}")


def silence(measure: str, days: int | None, reason: str, *, as_json: bool) -> None:
    """`caseroom monitor --silence MEASURE --days N`."""
    made = Watching(the_room(None)).silence(measure, days or 7, reason)
    if as_json:
        print_json({"measure": made.measure, "until": made.until.isoformat(), "reason": made.reason})
    else:
        say(f"Nobody is told of “{made.title}” until {day_words(made.until)}. It is looked at all the same, and shown as silenced.")


def repeat(days: int | None, every: float, webhook: str | None, log: Path | None) -> None:
    """`caseroom monitor --watch`: until Ctrl-C. A terminal shows the newest look in place, and rings for a new alert; a file gets one look after the other."""
    room = the_room(None)
    alerting, watching, count = _alerting(room, webhook, log), Watching(room), max(2, days or DAYS)
    try:
        with Live(console=console, auto_refresh=False, screen=True) if console.is_terminal else nullcontext() as live:
            known: set[str] | None = None
            while True:
                seen = watching.look(fresh=True)
                live.update(_screen(seen, count), refresh=True) if live else console.print(_screen(seen, count))
                going = {alert.id for alert in seen.open}
                if live and known is not None and going - known:
                    console.bell()
                known = going
                alerting.tell(seen, _AGAIN)
                time.sleep(every)
    except KeyboardInterrupt:
        for words in alerting.close(_LAST_WORD):
            errors.print(words, soft_wrap=True)


def _screen(seen: Seen, count: int) -> RenderableType:
    if seen.empty:
        return Text("Nothing to watch yet. After the first interview (`caseroom practice`) you see here how the room is doing.")
    return Group(*_alerts(seen), _table(seen, count), *_sums(seen.last(count)))


def _alerts(seen: Seen) -> list[RenderableType]:
    going = seen.going
    if not going and seen.young:
        return [Text("Too few days to compare: alerts begin as soon as seven days of use are a week old."), Text()]
    if not going:
        return [Text("Nothing stands out.", style="green"), Text()]
    parts = [part for alert in going for part in _alert(alert)]
    quiet = [
        Text(f"Silenced: {s.title} until {day_words(s.until)}{f' ({s.reason})' if s.reason else ''}", style="dim") for s in seen.silences
    ]
    return [*parts, *quiet, Text()]


def _alert(alert: Shown) -> list[Text]:
    style = _COLOURS.get(alert.level, "") if alert.state == "open" else "dim"
    head = Text(f"{'!' if alert.state == 'open' else '·'} {alert.words}", style=style)
    told = [Text(f"  {told_words(one)}", style="" if one.state == "failed" else "dim") for one in alert.told]
    return [head, Text(f"  {alert.state} · {alert.id}", style="dim"), Text(f"  {alert.todo}"), *told]


def _table(seen: Seen, count: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name, justify in (
        ("Measure", "left"),
        (f"last {_RECENT} days", "right"),
        ("before", "right"),
        ("median", "right"),
        ("of", "right"),
    ):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column(f"{count} days", no_wrap=True)
    for line in seen.lines(count):
        table.add_row(*_row(seen, line, count))
    return table


def _row(seen: Seen, line: Line, count: int) -> tuple[str | Text, ...]:
    form, days = line.measure.form, seen.last(count)
    recent, before = overall(line, days[-_RECENT:]), overall(line, days[:-_RECENT])
    going = any(alert.measure == line.measure.name and alert.state == "open" for alert in seen.alerts)
    middle = recent.middle if recent else None
    return (
        Text(line.measure.title, style="bold red" if going else ""), told(form, recent.value if recent else None), told(form, before.value if before else None),
        told(form, middle) if form != "share" else "", f"{recent.count:g}" if recent else "", sparkline(line.points, days[0].day, count, min(_WIDEST, max(8, console.width - _BESIDE))),
    )  # fmt: skip


def sparkline(points: Sequence[Point], first: date, count: int, widest: int = _WIDEST) -> str:
    """The days as bars; a day without anything is blank. Of more days than fit, neighbours share a bar, the highest of them."""
    width = min(count, widest)
    heights: list[float | None] = [None] * width
    for point in points:
        place = min(width - 1, (point.day - first).days * width // count)
        heights[place] = max(heights[place] or 0.0, point.value)
    top = max((height for height in heights if height is not None), default=0.0)
    return "".join(" " if h is None else _BARS[round(h / top * (len(_BARS) - 1))] if top > 0 else _BARS[0] for h in heights)


def _sums(days: Sequence[Tally]) -> list[Text]:
    ear = sum((tally.ear for tally in days), Counter[str]())
    errors = sum((tally.errors for tally in days), Counter[str]())
    lines = [
        f"The ear: {', '.join(f'{ear[kind]} {_EAR[kind]}' for kind in EAR)}.",
        f"Errors: {', '.join(f'{kind} × {times}' for kind, times in errors.most_common()) or 'none'}.",
    ]
    if calls := sum(len(tally.calls) for tally in days):
        lines.append(f"Language models: {calls} calls, {sum(t.fallbacks for t in days)} not used, cost {sum(t.cost for t in days):.2f}.")
    return [Text(), *(Text(line, style="dim") for line in (_LEGEND, *lines))]
