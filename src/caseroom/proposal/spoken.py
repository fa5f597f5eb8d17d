"""What plans are made of, in spoken English: clauses, durations, shares, how often, who, and what they do. Cues and figures only; what they do not find is None."""

from __future__ import annotations

import re
from dataclasses import dataclass

from caseroom.numerals import to_digits

_UNITS = {
    "hour": 1 / 24,
    "day": 1.0,
    "night": 1.0,
    "shift": 1.0,
    "week": 7.0,
    "fortnight": 14.0,
    "sprint": 14.0,
    "month": 30.0,
    "quarter": 91.0,
    "year": 365.0,
}
_UNIT = "|".join(_UNITS)
_SMALL = {"half a": "0.5", "a couple of": "2", "a few": "3", "several": "3", "one": "1", "another": "1", "a single": "1"}
_A_UNIT = re.compile(rf"\b({'|'.join(sorted(_SMALL, key=len, reverse=True))})[ -](?=(?:working |full |calendar )?(?:{_UNIT}|percent|per cent|minute|second|%)s?)", re.IGNORECASE)  # fmt: skip
_A_STRETCH = re.compile(rf"(^|[,;:] |\b(?:for|in|within|after|takes|lasts|about|roughly|over|then|of|is|needs|first|and|maybe|say|another) )an? (?=(?:full |shadow )?(?:{_UNIT})\b)", re.IGNORECASE)  # fmt: skip
"""A week that lasts, unlike "50 a week"."""
_DURATION = re.compile(rf"(?<![\d.,])(\d+(?:\.\d+)?)[ -](?:working |full |calendar )?({_UNIT})s?\b", re.IGNORECASE)
_PARTS = (
    (r"\ba (?:tenth|10th)\b|\bone in (?:ten|10)\b", "10%"), (r"\ba (?:fifth|5th)\b|\bone in (?:five|5)\b", "20%"), (r"\b(?:a|one|1) quarter(?= of)", "25%"),
    (r"\ba third\b(?= of)|\ba 3rd\b(?= of)", "33%"), (r"\bhalf(?: of)?(?= (?:of |the |our |all |them|their)|[,.;]|$)", "50%"), (r"\ba twentieth\b", "5%"),
    (r"\btwo thirds\b", "67%"), (r"\bthree quarters\b|\b3 quarters\b", "75%"), (r"\b(\d+) ?(?:per ?cent|percentage points?)\b", r"\1%"), (r"\b(\d+(?:\.\d+)?) ?(?:percent|%)", r"\1%"),
)  # fmt: skip
_OF = re.compile(r"(?<![\d.])(\d+) (?:out )?of (?:the |our |all |all the |these )?(\d+)\b(?! ?%)")
_PERCENT = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)%")
_A_DAY = re.compile(rf"\b(?:a|an|per|each|every|in a) ({_UNIT})\b|\b(daily|weekly|monthly|nightly|hourly)\b", re.IGNORECASE)
_OFTEN = {"daily": 1.0, "nightly": 1.0, "weekly": 7.0, "monthly": 30.0, "hourly": 1 / 24}
_ROW = re.compile(
    rf"\b(\d+|twice|two|three) ?(?:consecutive )?({_UNIT})?s? (?:in a row|running|on end|one after the other)\b|\b(\d+|two|three) consecutive ({_UNIT})s?\b"
    rf"|\bfor (\d+|two|three) (days)(?! of)\b", re.IGNORECASE,
)  # fmt: skip
_ROLE = (
    r"(?:on[- ]call(?: engineer| person| team)?|engineer(?:s)?(?: on (?:call|duty))?|head of [\w-]+(?: [\w-]+)??|lead(?: [\w-]+)??|[\w-]+ (?:lead|manager|supervisor|owner|officer|editor|team|analyst|"
    r"engineer|seniors?|steward|nurse|counsel|director|on[- ]call)|manager|supervisor|owner|team|duty officer|person on call|officer on duty)"
)
_OWNER = re.compile(
    rf"(?:\b(?:the|our|my|an?|one|another)\s+)((?:[\w-]+ ){{0,3}}?{_ROLE})\b(?=[,;.]|\s+(?:is|are|gets?|acts?|on call|on duty|has|have|must|who|and|in|at|pauses?|stops?|switch\w*|freez\w*|rolls?|reverts?|puts?|looks?|within|the same|decides?|checks?|takes?|turns?|owns?|watch\w*|sees?|for|of)\b|\s*$)",
    re.IGNORECASE,
)  # fmt: skip
_TO = re.compile(rf"\b(?:goes|go|sent|alerts?|pages?|paging|tells?|wakes?|calls?|notif(?:y|ies)|reports?|mails?) (?:straight )?(?:to )?(?:the |our )?((?:[\w-]+ ){{0,3}}?{_ROLE})\b", re.IGNORECASE)  # fmt: skip
_VERB = (
    r"(?:switch(?:es|ed)?|roll(?:s|ed)?|revert(?:s|ed)?|paus(?:e|es|ed)|stop(?:s|ped)?|freez(?:e|es)|froze|turn(?:s|ed)?|put(?:s)?|look(?:s)? at|read(?:s)?|check(?:s)?(?! by)|move(?:s)? (?=the|it|all|traffic)|cap(?:s)?|"
    r"mute(?:s)?|disable(?:s|d)?|halt(?:s)?|withdraw(?:s)?|takes? (?:it|the \w+) (?:off|down|out)|bring(?:s)? (?:it )?back|goes back|go back)"
)
_ACTION = re.compile(
    rf"(?:\b(?:and|who|she|he|they|then|must|to|can|we|,)\s+(?:first |then |immediately |at once |can |must |we )*|\b(?:are|is|gets?)\s+)({_VERB}\b[^.;,]*)"
    rf"|\b(?:{_ROLE})\s+(?:first |then |immediately |must |can )*({_VERB}\b[^.;,]*)", re.IGNORECASE,
)  # fmt: skip
_LONGEST = 90


@dataclass(frozen=True, slots=True)
class Duration:
    """A stretch of time in a text of digits."""

    days: float
    start: int
    end: int


def digits(text: str) -> str:
    """The text in one form: number words as digits, parts as percent: "a tenth of staff for a month" → "10% of staff for 1 month"."""
    plain = to_digits(re.sub(r"(?<=[a-z])-(?=(?:day|week|month|year)s?\b)", " ", text.replace("’", "'")))
    plain = _A_UNIT.sub(lambda match: _SMALL[match[1].lower()] + " ", plain)
    plain = re.sub(
        r"\b(?:[1a] )?fortnight\b|\bhalf a year\b|\b0\.5 year\b", lambda match: "2 weeks" if "fort" in match[0] else "26 weeks", plain
    )
    for cue, share in _PARTS:
        plain = re.sub(cue, share, plain, flags=re.IGNORECASE)
    plain = _A_STRETCH.sub(r"\g<1>1 ", plain)
    return _OF.sub(_of, plain)


def _of(match: re.Match[str]) -> str:
    """ "4 of 14" as percent; "2024 of 3" is none."""
    some, every = int(match[1]), int(match[2])
    return f"{100 * some / every:.4g}%" if 0 < some <= every else match[0]


def sentences(text: str) -> list[str]:
    """The sentences of a text, as they stand."""
    return [piece.strip() for piece in re.split(r"(?<=[.!?;])\s+(?=\S)|\n+", text) if piece.strip()]


def durations(plain: str) -> list[Duration]:
    """All stretches of time in a text of digits; a unit that is left out is the one before: "6 weeks for the proof and 8 for the pilot"."""
    found = [Duration(float(m[1]) * _UNITS[m[2].lower()], m.start(), m.end()) for m in _DURATION.finditer(plain)]
    for bare in re.finditer(
        r"(?<![\d.])(\d+)(?= (?:for|of|on|in) (?:the |a )?(?:wider |full |limited )?(?:proof|pilot|test|trial|beta|roll|full|launch|shadow))",
        plain,
    ):
        before = [match for match in _DURATION.finditer(plain) if match.end() <= bare.start()]
        if before:
            found.append(Duration(float(bare[1]) * _UNITS[before[-1][2].lower()], bare.start(), bare.end()))
    return sorted(found, key=lambda one: one.start)


def percents(plain: str) -> list[tuple[float, int]]:
    """All shares in a text of digits, 0 to 1, each with its place."""
    return [(round(float(match[1]) / 100, 6), match.start()) for match in _PERCENT.finditer(plain)]


def every_days(plain: str) -> float | None:
    """How often, as days between: "each week" is 7."""
    found = _A_DAY.search(plain)
    return None if found is None else _UNITS[found[1].lower()] if found[1] else _OFTEN[found[2].lower()]


def in_a_row(plain: str) -> int | None:
    """How many days in a row: "twice in a row" is 2, "three weeks in a row" is 21."""
    found = _ROW.search(plain)
    if found is None:
        return None
    count, unit = next((found[n], found[n + 1]) for n in (1, 3, 5) if found[n])
    number = {"twice": 2, "two": 2, "three": 3}.get(count.lower()) or int(count)
    return round(number * _UNITS[(unit or "day").lower().rstrip("s")])


def without_rows(plain: str) -> str:
    """The text without what happens in a row, whose figures are no values."""
    return _ROW.sub(" ", plain)


def without_times(plain: str) -> str:
    """The text without stretches of days and more: what lasts or is counted over them is no value."""
    return re.sub(
        r"(?<![\d.,])\d+(?:\.\d+)?[ -](?:working |full |calendar )?(?:day|night|week|fortnight|sprint|month|quarter|year)s?\b",
        " ",
        plain,
        flags=re.IGNORECASE,
    )


def owner(text: str) -> str | None:
    """Who is told or acts: "the on-call engineer switches it back" → "on-call engineer"."""
    found = _OWNER.search(text) or _TO.search(text)
    if found:
        return re.sub(r"^(?:the|our|an?|alerts?|pages?|and|then|to) ", "", found[1], flags=re.IGNORECASE)
    return "the candidate" if re.search(r"\bI (?:myself )?(?:want|get|am told|look|decide|switch|stop|pause)\b", text) else None


def action(text: str) -> str | None:
    """What they do first: "… and she pauses that topic" → "pauses that topic"."""
    found = _ACTION.search(text)
    if not found:
        return None
    return (
        re.sub(
            r"\s+(?:the same day|at once|immediately|within .*|until .*|and (?:starts?|tells?) .*)$", "", (found[1] or found[2]).strip()
        )[:_LONGEST]
        or None
    )


def mended_in(plain: str) -> int | None:
    """Days from an alert until it is mended: "the same day", "at once", "within 2 working days"."""
    if re.search(
        r"\bsame day\b|\bat once\b|\bimmediately\b|\bright away\b|\bwithin (?:\d+ |the |an? )?(?:minutes?|hours?)\b|\bwithin minutes\b|\bin minutes\b",
        plain,
        re.IGNORECASE,
    ):
        return 0
    found = re.search(r"\b(?:within|inside|no later than|in at most|has)(?: at most)? (?=\d)", plain, re.IGNORECASE)
    times = [one for one in durations(plain) if found and one.start >= found.start()]
    if times:
        return max(0, min(30, round(times[0].days)))
    return 1 if re.search(r"\b(?:the )?next (?:working )?day\b|\bwithin the day\b", plain, re.IGNORECASE) else None
