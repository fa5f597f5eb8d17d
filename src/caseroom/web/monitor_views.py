"""What the page of the monitor shows: coordinates for small charts, rows for their tables, a few figures. It draws; it counts nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from caseroom.app.series import Line, overall, told
from caseroom.app.tally import EAR, Tally
from caseroom.app.watching import Seen, Shown

_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 292, 12, 108
"""The field of a chart in an SVG of 300 × 130."""
EAR_WORDS = {
    "fact": "facts said",
    "ask_back": "asked back",
    "unknown": "not known",
    "decline": "attacks refused",
    "crowded": "too much at once",
}


def charts(seen: Seen, count: int) -> list[dict[str, Any]]:
    """For each measure a line over the days, with the days of its alerts, and the same as a table."""
    days = seen.last(count)
    return [_chart(line, days, [alert for alert in seen.alerts if alert.measure == line.measure.name]) for line in seen.lines(count)]


def _chart(line: Line, days: Sequence[Tally], alerts: Sequence[Shown]) -> dict[str, Any]:
    measure, first = line.measure, days[0].day
    most = max(1, len(days) - 1)
    top = max(max(point.value for point in line.points), 0.02 if measure.form == "share" else 1e-3)

    def across(day: date) -> float:
        """Where a day stands."""
        return round(_LEFT + (_RIGHT - _LEFT) * (day - first).days / most, 1)

    def up(value: float) -> float:
        """Where a value stands."""
        return round(_BOTTOM - (_BOTTOM - _TOP) * value / top, 1)

    dots = [(across(point.day), up(point.value)) for point in line.points]
    middle = [(across(point.day), up(point.middle)) for point in line.points if point.middle is not None]
    half = (_RIGHT - _LEFT) / most / 2
    marked = [alert for alert in alerts if alert.last >= first]
    edges = [(max(_LEFT, across(max(alert.since, first)) - half), min(_RIGHT, across(alert.last) + half)) for alert in marked]
    bands = [{"x": round(left, 1), "width": round(right - left, 1)} for left, right in edges]
    now = overall(line, days)
    return {
        "name": measure.name, "title": measure.title, "about": measure.about, "sample": measure.form != "share",
        "now": told(measure.form, now.value if now else None), "middle": told(measure.form, now.middle) if now and now.middle is not None else "",
        "line": _points(dots), "dots": dots, "own": _points(middle), "bands": bands, "height": _BOTTOM - _TOP, "top": _TOP,
        "grid": [{"at": up(value), "words": told(measure.form, value)} for value in (0.0, top)], "bottom": _BOTTOM,
        "ends": (_day(first), _day(days[-1].day)),
        "label": f"{measure.title}, {len(line.points)} days, the highest {told(measure.form, top)}, the latest {told(measure.form, line.points[-1].value)}"
        + (f"; {len(marked)} alert{'' if len(marked) == 1 else 's'}" if marked else ""),
        "rows": [
            {"day": point.day.isoformat(), "value": told(measure.form, point.value), "middle": told(measure.form, point.middle), "count": f"{point.count:g}"}
            for point in reversed(line.points)
        ],
    }  # fmt: skip


def _points(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in pairs)


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def figures(days: Sequence[Tally]) -> dict[str, Any]:
    """Sums over the days that are shown."""
    errors, refusals, ear = Counter[str](), Counter[str](), Counter[str]()
    for tally in days:
        errors, refusals, ear = errors + tally.errors, refusals + tally.refusals, ear + tally.ear
    decided = sum((tally.decided for tally in days), Counter[str]())
    return {
        "turns": sum(tally.said for tally in days), "errors": errors.most_common(), "refusals": refusals.most_common(),
        "ear": [(EAR_WORDS[kind], ear[kind]) for kind in EAR], "decided": decided, "calls": sum(len(tally.calls) for tally in days),
        "fallbacks": sum(tally.fallbacks for tally in days), "cost": f"{sum(tally.cost for tally in days):.2f}",
        "runs": sum((tally.runs for tally in days), Counter[str]()),
    }  # fmt: skip


def told_in_parts(text: str) -> list[tuple[str, bool]]:
    """Words with commands in back quotes: each part, and whether it is a command."""
    return [(part, bool(number % 2)) for number, part in enumerate(text.split("`")) if part]
