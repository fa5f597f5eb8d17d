"""The weeks as one chart: phases, events, alerts and measures as lanes over one time axis. SVG made from the report's numbers alone; no colour stands here, classes name
the parts. Places along the axis are percentages, so the chart fits any page and its letters stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup, escape

from caseroom.numerals import counted
from caseroom.rollout.words import shown_reading

Data = Mapping[str, Any]
TITLES: Mapping[str, str] = {
    "quality": "Quality, graded", "quality.wrong": "Wrong, graded", "quality.omitted": "Left out, graded", "quality.groups": "Quality by group", "proxies": "Users' signals", "checks": "Checks that object",
    "abstention": "Passed on", "latency": "Seconds, 95th percentile", "errors": "Errors", "cost": "Price, 95th percentile", "inputs.unseen": "Unseen words, 95th percentile",
    "inputs.far": "Far inputs, 95th percentile", "inputs.words": "Words of inputs, 95th percentile", "outputs.words": "Words of outputs, 95th percentile",
    "outputs.replayed": "Replayed inputs, answered otherwise", "attacks": "Attacks", "volume": "Items a day",
}  # fmt: skip
_SMOOTH, _FEWEST = 7, 3
"""Days of a mean, and how many of them must have been measured: a day of few items alone is no line."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the chart."""

    title: str
    draw: Markup
    said: str = ""
    kind: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """The time axis."""

    days: int

    def at(self, day: float) -> float:
        """Where a day begins, in percent."""
        return round(100 * min(max(day, 0), self.days) / max(self.days, 1), 3)


def lanes(report: Data) -> list[Lane]:
    """All rows, from the phases down to the measures."""
    span = _span(report)
    bands = _bands(report, span)
    return [
        _phases(report, span),
        *(_event(event, report, span) for event in report["events"]),
        _alerts(report, span, bands),
        _volume(report, span, bands),
        *(
            _measure(name, report, span, bands)
            for name in TITLES
            if name != "volume" and any(name in day["readings"] for day in report["days"])
        ),
        *([_wrong(report, span, bands)] if any(day["wrong"] is not None for day in report["days"]) else []),
    ]


def axis(report: Data) -> Markup:
    """The weeks along the axis."""
    span, parts = _span(report), []
    step = 7 if span.days <= 28 else 14 if span.days <= 100 else 28
    for day in range(0, span.days, step):
        when = date.fromisoformat(report["launch"]) + timedelta(days=day)
        parts.append(f'<text x="{span.at(day)}%" y="1em">{when.day} {when:%b}</text>')
    return Markup(f'<svg class="axis" aria-hidden="true" focusable="false">{"".join(parts)}</svg>')


def _span(report: Data) -> Span:
    """All days; of weeks that unfold `horizon` says how many there will be."""
    return Span(report.get("horizon") or len(report["days"]))


def _svg(parts: Sequence[str], label: str, css: str = "") -> Markup:
    return Markup(f'<svg class="lane {css}" role="img" aria-label="{escape(label)}" focusable="false">{"".join(parts)}</svg>')


def _rect(span: Span, start: float, end: float, css: str, y: str = "0", height: str = "100%", title: str = "") -> str:
    width = max(round(span.at(end) - span.at(start), 3), 0.25)
    inner = f"<title>{escape(title)}</title>" if title else ""
    return f'<rect class="{css}" x="{span.at(start)}%" width="{width}%" y="{y}" height="{height}">{inner}</rect>'


def _bands(report: Data, span: Span) -> list[str]:
    """Where events that do harm are at work, behind every lane."""
    return [_rect(span, start, end, "band") for event in report["events"] if harmful(event) for start, end in (_at_work(event, span),)]


def _at_work(event: Data, span: Span) -> tuple[int, int]:
    mended = event["ways"]["own"]["mended"]
    end = event["start"] + event["days"]
    return event["start"], min(end if mended is None else min(end, mended), span.days)


# the launch


def stretches(days: Sequence[Data]) -> list[tuple[int, int, str, float]]:
    """Days in a row with the same phase and share."""
    found: list[tuple[int, int, str, float]] = []
    for day in days:
        if found and found[-1][2:] == (day["phase"], day["share"]):
            found[-1] = (found[-1][0], day["day"] + 1, *found[-1][2:])
        else:
            found.append((day["day"], day["day"] + 1, day["phase"], day["share"]))
    return found


def _phases(report: Data, span: Span) -> Lane:
    parts, marks, names, said = [], [], [], []
    for start, end, name, share in stretches(report["days"]):
        back = share == 0
        height = 100 if back else max(18, round(100 * share))
        words = f"{'as today' if back else name}, {share:.0%} of the traffic, days {start} to {end - 1}"
        parts.append(_rect(span, start, end, "back" if back else "phase", f"{100 - height}%", f"{height}%", words))
        said.append(words)
        if end - start > span.days / 8:
            named = escape("as today" if back else f"{name} {share:.0%}")
            names.append(f'<text class="in" x="{span.at(start)}%" dx=".4em" y="1.15em">{named}</text>')
    for note in report["notes"]:
        if note["kind"] in ("gate", "refined", "rollback", "stopped", "improved"):
            mark = {True: "good", False: "bad", None: "plain"}[note["ok"]]
            marks.append(
                f'<line class="gate {mark}" x1="{span.at(note["day"] + 1)}%" x2="{span.at(note["day"] + 1)}%" y1="0" y2="100%"><title>{escape("day " + str(note["day"]) + ": " + note["title"])}</title></line>'
            )
    return Lane("Phases and gates", _svg([*parts, *marks, *names], "; ".join(said), "tall"), note="height: share of the traffic")


def _event(event: Data, report: Data, span: Span) -> Lane:
    own = event["ways"]["own"]
    start, end = _at_work(event, span)
    css = "event" if harmful(event) else "event harmless"
    parts = [_rect(span, start, end, css, "30%", "40%", event["title"])]
    natural = min(event["start"] + event["days"], span.days)
    if end < natural:
        parts.append(_rect(span, end, natural, "spared", "45%", "10%"))
    if own["day"] is not None:
        parts.append(
            f'<circle class="seen" cx="{span.at(own["day"] + 0.5)}%" cy="50%" r="5"><title>known on day {own["day"]}</title></circle>'
        )
    said = event_said(event)
    return Lane(
        event["title"],
        _svg(parts, f"{event['title']}, days {start} to {end}: {said}"),
        said,
        "unseen" if missed(event) else "",
    )


def harmful(event: Data) -> bool:
    """Whether an event met the design and did harm; of one of which nobody knows yet, whether it can."""
    return bool(event.get("harmed", event["reached"] and not event["harmless"]))


def missed(event: Data) -> bool:
    """Whether it did harm and nobody saw it."""
    return harmful(event) and event["ways"]["own"]["day"] is None


def event_said(event: Data) -> str:
    """What became of an event, in a few words."""
    own = event["ways"]["own"]
    if event["harmless"]:
        return "harmless"
    if not event["reached"]:
        return "not met: the design had no traffic then"
    if own["day"] is None:
        return "not seen" if harmful(event) else f"did no harm: it met {counted(own['touched'], 'item')}"
    by = f" by {own['by']}" if own["by"] else ""
    seen = f"seen after {counted(own['delay'], 'day')}{by}" if own["delay"] else f"seen on the day{by}"
    return seen if harmful(event) else f"{seen}; did no harm"


def _alerts(report: Data, span: Span, bands: Sequence[str]) -> Lane:
    parts = list(bands)
    true, false, told, unknown = 0, 0, 0, 0
    for alert in report["alerts"]:
        quiet = alert["level"] == "info" or alert["blind"]
        css = "told" if quiet or alert["cause"] is None else "true" if alert["cause"] else "false"  # None: nobody knows yet
        true, false, told = true + (css == "true"), false + (css == "false"), told + quiet
        unknown += not quiet and alert["cause"] is None
        x = f"{span.at(alert['day'] + 0.5)}%"
        title = f"<title>day {alert['day']}: {escape(alert['watch'])}</title>"
        parts.append(f'<rect class="alert {css}" x="{x}" y="50%" width="9" height="9" transform="translate(-4.5 -4.5)">{title}</rect>' if css == "false" else
                     f'<circle class="alert {css}" cx="{x}" cy="50%" r="{3 if quiet else 5}">{title}</circle>')  # fmt: skip
    counts = ((true, "true"), (false, "false"), (unknown, "not known yet"), (told, "for information"))
    said = ", ".join(f"{count} {word}" for count, word in counts if count or (word in ("true", "false") and not unknown))
    return Lane("Alerts", _svg(parts, f"alerts: {said}"), said)


# the measures


def _line(values: Sequence[float | None], low: float, high: float, css: str, span: Span) -> str:
    """A line through days, broken where nothing was measured."""
    width, height = max(span.days, 1), max(high - low, 1e-12)
    path, pen = [], "M"
    for day, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{day + 0.5:g} {100 - 100 * (value - low) / height:.2f}")
        pen = "L"
    return f'<svg x="0" y="8%" width="100%" height="84%" viewBox="0 0 {width} 100" preserveAspectRatio="none"><path class="{css}" d="{"".join(path)}"/></svg>'


def _range(values: Sequence[float | None]) -> tuple[float, float]:
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    pad = 0.2 * (high - low) or 0.5  # a line of weeks sets the scale; a day of few items may leave it
    return low - pad, high + pad


def _measure(name: str, report: Data, span: Span, bands: Sequence[str]) -> Lane:
    values, currency = [day["readings"].get(name) for day in report["days"]], report["currency"]
    mean = smooth(values, live(report["days"]))
    scale = mean if any(value is not None for value in mean) else values
    (low, high), limit = _range(scale), limits(report["monitors"]).get(name)
    parts = [*bands]
    if limit is not None and low - 2 * (high - low) <= limit <= high + 2 * (high - low):  # one that is farther away would flatten the line
        low, high = _range([limit, *scale])
        y = round(8 + 84 * (1 - (limit - low) / (high - low)), 2)
        parts.append(
            f'<line class="limit" x1="0" x2="100%" y1="{y}%" y2="{y}%"><title>limit {shown_reading(name, limit, currency)}</title></line>'
        )
    parts += [_line(values, low, high, "raw", span), _line(mean, low, high, "mean", span)]
    known = [value for value in scale if value is not None]
    said = _from_to(*(shown_reading(name, value, currency) for value in (min(known), max(known)))) if known else "not measured"
    return Lane(TITLES[name], _svg(parts, f"{TITLES[name]}: {said}"), said, "measure")


def limits(monitors: Sequence[Data]) -> dict[str, float]:
    """The fixed values of monitors, each by the reading that it is for. Reports of before have one for the monitor, whose reading has its name."""
    found: dict[str, float] = {}
    for one in monitors:
        found |= one.get("limits", {} if one["limit"] is None else {one["name"]: one["limit"]})
    return found


def _from_to(low: str, high: str) -> str:
    """A range with its unit once."""
    unit = low.partition(" ")[2]
    return low if low == high else f"{low.removesuffix(' ' + unit) if unit and high.endswith(' ' + unit) else low} to {high}"


def live(days: Sequence[Data]) -> list[bool]:
    """On which days the design had a share of the traffic."""
    return [day["share"] > 0 for day in days]


def smooth(values: Sequence[float | None], on: Sequence[bool] | None = None) -> list[float | None]:
    """The mean of a week up to each day; none while the design is not `on`, and what was before is not looked back at: it ends with a rollback and begins anew."""
    found, since = list[float | None](), 0
    for day in range(len(values)):
        if on is not None and not on[day]:
            since = day + 1
        known = [value for value in values[max(since, day - _SMOOTH + 1) : day + 1] if value is not None]
        found.append(sum(known) / len(known) if len(known) >= _FEWEST else None)
    return found


def _volume(report: Data, span: Span, bands: Sequence[str]) -> Lane:
    came = [float(day["came"]) for day in report["days"]]
    live = [float(day["live"]) for day in report["days"]]
    most = max(came, default=1.0) or 1.0
    parts = [*bands, _bars(came, most, "came", span), _bars(live, most, "live", span)]
    said = f"{sum(came):,.0f}, the design's {sum(live):,.0f}"
    return Lane(TITLES["volume"], _svg(parts, f"items a day: {said}"), said, "measure")


def _bars(values: Sequence[float], most: float, css: str, span: Span) -> str:
    path = "".join(f"M{day + 0.1:g} 100V{100 - 100 * value / most:.2f}h.8V100z" for day, value in enumerate(values) if value > 0)
    return f'<svg x="0" y="8%" width="100%" height="92%" viewBox="0 0 {max(span.days, 1)} 100" preserveAspectRatio="none"><path class="{css}" d="{path}"/></svg>'


def _wrong(report: Data, span: Span, bands: Sequence[str]) -> Lane:
    values: list[float | None] = [
        day["wrong"] / day["live"] if day["live"] >= 20 and day["wrong"] is not None else None for day in report["days"]
    ]
    mean = smooth(values, live(report["days"]))
    low, high = _range([0.0, *mean])
    parts = [*bands, _line(values, low, high, "raw", span), _line(mean, low, high, "mean", span)]
    known = [value for value in mean if value is not None]
    said = _from_to(f"{min(known):.1%}", f"{max(known):.1%}") if known else "too few items"
    return Lane("Left wrong, in truth", _svg(parts, f"left wrong: {said}"), said, "measure", "nobody sees this line; the monitors must")
