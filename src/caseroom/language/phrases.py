"""Whether a phrase stands in a text: its words in sequence, whatever case, endings and punctuation; figures by value ("1,500" is "1500", "two weeks" is "2 weeks")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from caseroom.language.text import stem
from caseroom.numerals import to_digits

_TOKEN = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?|[^\W_]+(?:['’][^\W_]+)?")
_SPELT = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand"
    r"|first|second|third|\w+th|\w+(?:ty|y)-(?:first|second|third))\b|\d\s?(?:k|m|mn|bn|million|billion|dozen)\b",
    re.IGNORECASE,
)
_EXACT = 28
"""Digits that a decimal holds without rounding."""


@lru_cache(maxsize=20_000)
def flat(text: str) -> str:
    """The text as stems and plain figures, a blank around each: what phrases are looked up in."""
    composed = unicodedata.normalize("NFKC", text)
    spoken = to_digits(composed) if _SPELT.search(composed) else composed
    return f" {' '.join(_plain(match[0]) for match in _TOKEN.finditer(spoken))} "


def _plain(token: str) -> str:
    digits = token.replace(",", "")
    if digits.replace(".", "", 1).isdecimal():
        return f"{Decimal(digits).normalize():f}" if len(digits) < _EXACT else digits
    return stem(token.lower().replace("’", "'"))


def stands(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text; an empty phrase stands nowhere."""
    wanted = flat(phrase)
    return bool(wanted.strip()) and wanted in flat(text)


def fits(text: str, any_of: Iterable[str], all_of: Iterable[str] = (), none_of: Iterable[str] = ()) -> bool:
    """Whether at least one of `any_of` (if there are any) and all of `all_of` stand in the text, and none of `none_of`; without both it fits nothing."""
    some, every = tuple(any_of), tuple(all_of)
    if not some and not every:
        return False
    return (
        (not some or any(stands(text, phrase) for phrase in some))
        and all(stands(text, phrase) for phrase in every)
        and not any(stands(text, phrase) for phrase in none_of)
    )
