"""Private data in text: e-mail addresses, phone, card, account and national numbers, and values of fields that name a person. Found and masked by code.

Checksums decide where a number has one (ISO 7064 for accounts, Luhn for cards), so an order number is not taken for a card.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from caseroom.models.base import Value

_EMAIL = re.compile(r"\b[\w.+%-]+@[\w-]+(?:\.[\w-]+)+\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_DIGITS = re.compile(r"\b\d(?:[ -]?\d){12,}\b")
_PHONE = re.compile(
    r"(?<![\w.-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]\d{2,4}){2,4}(?![\w-])|(?<!\w)\+\d{8,14}\b|(?<!\w)0\d{8,10}\b"
)
_NATIONAL = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_DATE = re.compile(
    rf"(?:19|20)\d\d(?P<a>[-./ ]){_MONTH}(?P=a){_DAY}(?!\d)|(?<!\d){_DAY}(?P<b>[-./ ]){_MONTH}(?P=b)(?:19|20)\d\d(?!\d)"
    rf"|(?<!\d)(?<!\d[-./ ]){_DAY}(?P<c>[-./]){_MONTH}(?P=c)\d\d(?![-./]?\d)"
)
"""What looks like a telephone number and is a date; groups of two with blanks or more than three of them (06 12 34 56 78) are none."""
_PERSONAL = ("name", "email", "phone", "iban", "account", "address", "birth", "patient", "customer", "buyer", "applicant")


@dataclass(frozen=True, slots=True)
class Private:
    """A piece of a text that is private."""

    kind: str
    start: int
    end: int
    text: str


def find(text: str, fields: Mapping[str, Value] | None = None) -> list[Private]:
    """Private pieces in order, none within another. `fields`: what is known of the person, looked for as it is written."""
    found = list(_by_pattern(text))
    for value in personal(fields or {}):
        found += [Private("person", m.start(), m.end(), m[0]) for m in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text)]
    kept: list[Private] = []
    for piece in sorted(found, key=lambda p: (p.start, p.start - p.end)):
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept


@lru_cache(maxsize=8_000)
def _by_pattern(text: str) -> tuple[Private, ...]:
    """Remembered: a passage is searched once for all the items that it is shown to."""
    found = [Private("email", m.start(), m.end(), m[0]) for m in _EMAIL.finditer(text)]
    found += [Private("account", m.start(), m.end(), m[0]) for m in _IBAN.finditer(text) if _mod97(m[0])]
    found += [Private("card", start, end, text[start:end]) for m in _DIGITS.finditer(text) for start, end in _cards(m)]
    found += [Private("national", m.start(), m.end(), m[0]) for m in _NATIONAL.finditer(text)]
    found += [Private("phone", start, end, text[start:end]) for start, end in _phones(_without(text, found))]
    return tuple(found)


def personal(fields: Mapping[str, Value]) -> list[str]:
    """Values of the fields that name a person, the longest first."""
    named = (str(value) for key, value in fields.items() if value and any(part in key.lower() for part in _PERSONAL))
    return sorted({value for value in named if len(value) > 2}, key=len, reverse=True)


def mask(text: str, fields: Mapping[str, Value], known: dict[str, str]) -> str:
    """The text with stand-ins for what is private; `known` holds the stand-in of each and grows."""
    pieces, last = [], 0
    for piece in find(text, fields):
        stand_in = known.setdefault(piece.text, f"[{piece.kind.upper()} {len(known) + 1}]")
        pieces += [text[last : piece.start], stand_in]
        last = piece.end
    return "".join([*pieces, text[last:]])


def restored(text: str, masked: Iterable[tuple[str, str]]) -> str:
    """The text with what is private in the place of its stand-ins; `masked` are pairs of both."""
    for original, stand_in in masked:
        text = text.replace(stand_in, original)
    return text


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _without(text: str, found: list[Private]) -> str:
    """The text with signs that are in no number in the place of what was found, so that a number beside it is seen alone."""
    for piece in found:
        text = text[: piece.start] + "|" * (piece.end - piece.start) + text[piece.end :]
    return text


def _cards(run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Where cards stand in a run of groups of digits; an expiry date or another number may stand beside one."""
    groups = [(run.start() + m.start(), run.start() + m.end()) for m in re.finditer(r"\d+", run[0])]
    first = 0
    while first < len(groups):
        ends = [n for n in range(first, len(groups)) if _luhn(run.string[groups[first][0] : groups[n][1]])]
        if ends:
            yield groups[first][0], groups[ends[0]][1]
        first = ends[0] + 1 if ends else first + 1


def _phones(text: str) -> Iterator[tuple[int, int]]:
    """Where telephone numbers stand; of a run that is too long to be one, as many groups as make one that begins like one."""
    at = 0
    while match := _PHONE.search(text, at):
        ends = [match.end()]
        if match[0][0] in "+(0":
            ends += [match.start() + m.start() for m in re.finditer(r"[ .-]", match[0])][2:]
        end = next((end for end in ends if _phone(text[match.start() : end])), None)
        if end:
            yield match.start(), end
        at = end or match.end()


def _phone(text: str) -> bool:
    return 8 <= len(_digits(text)) <= 15 and not _DATE.search(text)


def _luhn(text: str) -> bool:
    """The check digit of ISO/IEC 7812, and a first digit that cards have."""
    digits = [int(d) for d in reversed(_digits(text))]
    total = sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits))
    return 13 <= len(digits) <= 19 and total % 10 == 0 and 2 <= digits[-1] <= 6


def _mod97(text: str) -> bool:
    """The check digits of ISO 13616 by ISO 7064."""
    plain = text.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1
