"""Small plots as SVG, made from numbers alone: an interval on an axis, and the axis. All places are percentages of the width, so a plot fits any page and
its dots stay round. No colour stands here: classes name the parts, the page's style says how they look.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_MARGIN = 4.0
"""Percent of the width that stays free at each side."""
_TICKS = 4
"""Steps of an axis, about."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From which value to which a plot goes."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Where a value stands, in percent of the width; what lies outside stands at the edge."""
        share = (value - self.low) / (self.high - self.low)
        return round(_MARGIN + (100 - 2 * _MARGIN) * min(1.0, max(0.0, share)), 2)

    def ticks(self) -> list[float]:
        """Round values along it."""
        step = _step(self.high - self.low)
        return [round(n * step, 10) for n in range(math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9) + 1)]


@dataclass(frozen=True, slots=True)
class Span:
    """A value with its interval."""

    value: float | None
    low: float | None = None
    high: float | None = None
    kind: str = "design"
    """design, simple, sure, unsure, other: how it looks."""
    level: int = 50
    """Its height in percent, from the top."""


def axis(values: Iterable[float | None], *, both_ways: bool = False) -> Axis:
    """An axis that holds all values and zero; with `both_ways` zero is its middle."""
    known = [0.0, *(value for value in values if value is not None and math.isfinite(value))]
    low, high = min(known), max(known)
    if low == high:
        high = 1.0
    if both_ways:
        most = max(-low, high)
        return Axis(-most, most)
    return Axis(low, high)


def _step(width: float) -> float:
    rough = width / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= rough * 0.999)


def interval_plot(
    place: Axis,
    spans: Sequence[Span],
    label: str,
    *,
    lines: Sequence[tuple[float | None, str]] = (),
    good: tuple[float, float] | None = None,
) -> Markup:
    """Values with intervals on an axis. `lines` are values with their class, `good` is the range that is good enough; `label` says it in words."""
    parts = [_band(place, *good)] if good else []
    parts += [_line(place.at(value), css) for value, css in lines if value is not None]
    parts += [part for span in spans if span.value is not None for part in _span(place, span)]
    return _svg(parts, label)


def scale(place: Axis, ticks: Sequence[tuple[float, str]]) -> Markup:
    """The values along an axis, in words."""
    parts = []
    for value, words in ticks:
        where = place.at(value)
        anchor = "start" if where < 2 * _MARGIN else "end" if where > 100 - 2 * _MARGIN else "middle"
        parts.append(f'<text x="{where}%" y="1em" text-anchor="{anchor}">{escape(words)}</text>')
    return Markup(f'<svg class="scale" aria-hidden="true" focusable="false">{"".join(parts)}</svg>')


def _svg(parts: Sequence[str], label: str) -> Markup:
    return Markup(f'<svg class="plot" role="img" aria-label="{escape(label)}" focusable="false">{"".join(parts)}</svg>')


def _line(where: float, css: str) -> str:
    return f'<line class="{escape(css)}" x1="{where}%" x2="{where}%" y1="0" y2="100%"/>'


def _band(place: Axis, low: float, high: float) -> str:
    start = 0.0 if low <= place.low else place.at(low)
    end = 100.0 if high >= place.high else place.at(high)
    return f'<rect class="good" x="{start}%" width="{round(max(0.0, end - start), 2)}%" y="0" height="100%"/>'


def _span(place: Axis, span: Span) -> list[str]:
    y, parts = f"{span.level}%", []
    if span.low is not None and span.high is not None:
        parts.append(f'<line class="span {escape(span.kind)}" x1="{place.at(span.low)}%" x2="{place.at(span.high)}%" y1="{y}" y2="{y}"/>')
    if span.value is not None:
        parts.append(_mark(place.at(span.value), y, span.kind))
    return parts


def _mark(x: float, y: str, kind: str) -> str:
    """A dot; a square for what stands beside the design."""
    if kind in ("simple", "other"):
        return f'<rect class="mark {kind}" x="{x}%" y="{y}" width="9" height="9" transform="translate(-4.5 -4.5)"/>'
    return f'<circle class="mark {escape(kind)}" cx="{x}%" cy="{y}" r="5"/>'
