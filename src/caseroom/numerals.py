"""Figures in spoken and written English: "2,400", "2.4k", "twenty-four hundred", "sixty percent", "one in five", "half of them"; and a count of things, written.

Number words are turned into digits by text2num; this module only reads the digits with their scale and unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9, "dozen": 12, "hundred": 1e2}
_PARTS = {"half": 50.0, "a third": 100 / 3, "two thirds": 200 / 3, "a quarter": 25.0, "three quarters": 75.0}
_NUMBER = re.compile(
    r"(?<![\w.])(?:(?:1|one) (?:in|out of) (?P<of>\d+)\b|[$€£]?(?P<digits>\d[\d,]*(?:\.\d+)?)\s?"
    r"(?P<percent>%|percent\b|per cent\b|percentage points?\b)?)",
    re.IGNORECASE,
)
_SCALED = re.compile(r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)\s?(k|m|mn|bn|thousand|million|billion|hundred|dozen)\b", re.IGNORECASE)
_PART = re.compile(r"\b(two thirds|three quarters|a third|a quarter|half)\b(?! an? )", re.IGNORECASE)
_DOZEN = re.compile(r"\b(?:a|one) dozen\b", re.IGNORECASE)
_BOUND = re.compile(
    r"\b(below|under|above|over|at least|at most|no more than|not more than|less than|fewer than|more than|or more|or less|or fewer|"
    r"or better|within|up to|beyond|exceed\w*|drops?|falls?|rises?|reach\w*|minimum|maximum|max|min|cap|ceiling|floor|threshold|limit|"
    r"target|down to|by the|until|beat\w*|cross\w*|hits?|stays?|higher than|lower than|worse than|better than|from|to|per)\b|[<>≤≥]|%|percent",
    re.IGNORECASE,
)
_NOT_A_FIGURE = re.compile(
    r"\b(?:phase|step|tier|level|version|option|layer|gpt|priority|type|number|covid|part|stage|line)[ -]?\d+\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a text."""

    value: float
    percent: bool = False


def to_digits(text: str) -> str:
    """The text with number words as digits: "twenty-four hundred tickets" → "2400 tickets"."""
    from text_to_num import alpha2digit

    scaled = _SCALED.sub(lambda m: f"{float(m[1].replace(',', '')) * _SCALES[m[2].lower()]:.10g}", text)
    try:
        return str(alpha2digit(scaled, "en", threshold=2))
    except ValueError:
        return scaled


def figures(text: str) -> list[Figure]:
    """All figures in a text, in order. Names such as "phase 2" or "GPT-4" are not figures."""
    return list(_figures(text))


@lru_cache(maxsize=8_000)
def _figures(text: str) -> tuple[Figure, ...]:
    shares = _PART.sub(lambda m: f"{_PARTS[m[1].lower()]:.10g}%", text)
    digits = _NOT_A_FIGURE.sub(" ", _DOZEN.sub("12", to_digits(shares)))
    return tuple(_figure(match) for match in _NUMBER.finditer(digits))


def _figure(match: re.Match[str]) -> Figure:
    if match["of"]:
        return Figure(100 / max(1, float(match["of"])), percent=True)
    return Figure(float(match["digits"].replace(",", "")), percent=bool(match["percent"]))


def has_number(text: str) -> bool:
    """Whether a figure stands in the text."""
    return bool(figures(text))


def has_threshold(text: str) -> bool:
    """Whether a figure stands in the text together with a word that makes it a bound or a share."""
    found = figures(text)
    return any(figure.percent for figure in found) or (bool(found) and bool(_BOUND.search(text)))


def counted(count: int, thing: str, things: str = "") -> str:
    """So many things in words: 1 turn, 2 turns; `things` where it is not an s more."""
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"
