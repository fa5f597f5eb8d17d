"""A measure of live operation with the value that it must reach, in a candidate's words: "at least 85 percent of drafts are sent with minor edits". Cues and figures only."""

from __future__ import annotations

import re

from caseroom.proposal import reading
from caseroom.proposal.model import Bound, MetricName
from caseroom.proposal.spoken import without_rows, without_times

_OTHER_SIDE: tuple[tuple[MetricName, str], ...] = (
    ("grounded_rate", r"\binvent|\bmade[- ]up\b|\bunsupported|\bhallucinat"),
    ("handled_rate", r"\bask\w* for (?:a|an) (?:person|human|agent)|\bhand(?:ed)?[- ]?overs?\b|\bescalat|\bpass(?:ed)? (?:on|over)"),
    ("right_rate", r"\bdismiss|\breject(?:s|ed)?\b|\bdiscard|\bthrow(?:n|s)? (?:away|out)|\brewr[io]t"),
)
"""Measures of the other side: a share of these is what lacks to the whole."""
_LIVE: tuple[tuple[MetricName, str], ...] = (
    ("right_rate", r"\b(?:sent|send|accept\w*|used?|usable|kept|keep|approved?|go(?:es)? out|leaves?|published)\b.{0,60}\b(?:minor|small|few|no|light|without|hardly any) (?:\w+ )?(?:edit|change|correct|touch)|\bunedited\b|\bas (?:it is|they are)\b|\buntouched\b"),
    ("extraction_recall", r"\b(?:find|finds|found)\b.{0,40}\b(?:musts?|fields?|clauses?|values?|facts?|requirements?|entries)\b|\b(?:musts?|fields?|clauses?|values?|facts?|requirements?)\b.{0,30}\bfound|\brecall\b"),
    ("minutes_per_item", r"\b(?:reading|handling|working|writing|review(?:ing)?|processing) time\b|\bminutes (?:per|a|for|each|on)\b"),
    ("resolution_minutes", r"\bfirst (?:reply|answer|response)\b|\bwait|\bresol(?:ution|ved) (?:time|within|in)\b"),
    ("selection_ratio", r"\bratio\b"),
    ("wrong_rate", r"\bwrong|\berrors?\b|\bmistakes?\b|\bincorrect"),
    ("edit_rate", r"\bedit (?:rate|share|distance)|\bwords? changed\b"),
    ("right_rate", r"\baccept|\busable\b|\bmatch(?:es|ed)?\b|\bright\b|\bcorrect|\baccura|\bagree|\bapprov|\bsent\b|\bgood enough\b|\bquality\b"),
)  # fmt: skip
_LOW = r"below|under|at most|no more than|not more than|not above|not over|fewer than|less than|lower than|within|max(?:imum)?|up to|down to|stays? below|against"
_HIGH = r"at least|over|above|more than|better than|higher than|reach\w*|min(?:imum)?|no less than|not below|beyond|exceed\w*|beats?|rises? (?:to|past)|crosses|hits|past"
_UNIT = r"%|ms\b|milliseconds?|seconds?\b|secs?\b|s\b|minutes?\b|min\b|hours?\b"
FIGURE = re.compile(rf"(?<![\w.])[$€£]?(\d[\d,]*(?:\.\d+)?)(?: ?({_UNIT}))?", re.IGNORECASE)
_BOUNDED = re.compile(rf"\b({_LOW}|{_HIGH})\b[^\d]{{0,14}}?(?=[$€£]?\d)", re.IGNORECASE)
_NAMES = re.compile(r"\b(?:phase|stage|step|tier|level|version|top|p) ?\d+\b", re.IGNORECASE)
_MILLISECONDS = {"m": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6}
_SHARES = ("right_rate", "wrong_rate", "extraction_recall", "extraction_precision", "extraction_f1", "omission_rate", "grounded_rate", "edit_rate", "handled_rate",
           "deflection", "wrong_resolution", "abstention_recall", "abstention_precision", "exactness")  # fmt: skip


def named(plain: str) -> tuple[MetricName, bool] | None:
    """The measure that words name, and whether they speak of its other side."""
    for table, other in ((_OTHER_SIDE, True), (_LIVE, False)):
        for metric, cue in table:
            if re.search(cue, plain, re.IGNORECASE):
                return metric, other
    known = reading.metric(plain)
    return (known, False) if known else None


def figure(plain: str) -> tuple[float, str, bool | None] | None:
    """The value that bounds, its unit, and whether it is a ceiling: "not above 6 %" is (6, "%", True). A share is meant rather than a count."""
    text = _NAMES.sub(" ", without_times(without_rows(plain)))
    bounded = {match.end(): bool(re.fullmatch(_LOW, match[1], re.IGNORECASE)) for match in _BOUNDED.finditer(text)}
    found = sorted(FIGURE.finditer(text), key=lambda match: (match.start() not in bounded, not match[2]))
    shares = [match for match in found if match[2] == "%"]
    best = next((match for match in found if match.start() in bounded and match[2]), None) or next(iter((*shares, *found)), None)
    if best is None:
        return None
    return float(best[1].replace(",", "")), (best[2] or "").lower(), bounded.get(best.start())


def milliseconds(unit: str) -> float | None:
    """What a unit of time is in milliseconds; None for what is no time."""
    if unit in ("%", ""):
        return None
    short = "min" if unit.startswith("min") else "h" if unit.startswith("h") else "m" if unit.startswith("m") else "s"
    return _MILLISECONDS[short]


def bound(plain: str) -> Bound | None:
    """A measure with the value that a text of digits gives it, in the measure's own unit; None where either is not said or they do not fit."""
    measure, found = named(plain), figure(plain)
    if measure is None or found is None:
        return None
    (metric, other), (value, unit, ceiling) = measure, found
    time = milliseconds(unit)
    if metric in ("latency_ms", "minutes_per_item", "resolution_minutes"):
        return Bound(metric, round(value * time / (1 if metric == "latency_ms" else 6e4), 6)) if time else None
    if metric in _SHARES:
        share = value / 100 if unit == "%" else value if value <= 1 and not unit else None
        return _share(metric, share, other, ceiling) if share is not None and share <= 1 else None
    return Bound(metric, value) if time is None and unit != "%" else None


def _share(metric: MetricName, share: float, other: bool, ceiling: bool | None) -> Bound:
    """A share as a bound; what lacks of the other side, and "fewer than 3 % not right" is 3 % wrong."""
    if other:
        return Bound(metric, round(1 - share, 6))
    if metric == "right_rate" and ceiling and share < 0.5:
        return Bound("wrong_rate", share)
    return Bound("right_rate", share) if metric == "wrong_rate" and ceiling is False and share > 0.5 else Bound(metric, share)


def bounds(plain: str) -> tuple[Bound, ...]:
    """All bounds of a sentence: "reading time under 2 minutes and wrong rejections below 6 %"."""
    pieces = [piece for piece in re.split(r",\s+|\s+(?:and|with|plus)\s+|;\s*", without_rows(plain)) if figure(piece)]
    found = [one for piece in pieces if (one := bound(piece)) is not None]
    whole = bound(plain) if not found else None
    return tuple({one.metric: one for one in ([whole] if whole else found)}.values())
