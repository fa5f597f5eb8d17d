"""Private data in text: e-mail addresses, phone, card, account and national numbers, and values of fields that name a person. Found and masked by code.

Checksums decide where a number has one (ISO 7064 for accounts, Luhn for cards), so an order number is not taken for a card.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from caseroom.models.base import Value

_PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " ", "\t": " ", "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2212": "-", "＠": "@"})
"""Signs that are written for others, one for one, so that places stay."""
_EMAIL = re.compile(r"\b\w[\w.+%&#'-]*(?:@[\w-]+(?:\.[\w-]+)+|(?:@| @ ?|@ )[\w-]+(?: ?\.[\w-]+)* ?\.[A-Za-z]{2,})\b")
_ENDS = "com|org|net|edu|gov|info|biz|io|ai|app|dev|eu|uk|de|fr|nl|es|it|ch|at|be|ie|us|ca|au|in|jp|br"
_DOT = r"(?:\.| ?[\[({] ?dot ?[\])}] ?| dot )"
_SPOKEN = re.compile(
    rf"\b[\w+-]+(?:{_DOT}[\w+-]+)* ?[\[({{] ?at ?[\])}}] ?[\w-]+(?:{_DOT}[\w-]+)*{_DOT}(?:{_ENDS})\b"
    rf"|\b[\w+.-]+(?: dot [\w+-]+)* at [\w-]+(?: dot [\w-]+)* dot (?:{_ENDS})\b",
    re.IGNORECASE,
)
"""An address that is written to be read out; a bare "at" needs a "dot" in words and an ending that is known."""
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b|\b[a-z]{2}\d{2}[a-z0-9]{11,30}\b")
_DIGITS = re.compile(r"(?<!\d)\d{4}(?:[ ./_\n-]{1,2}\d{4}){3}(?!\d)|(?<!\d)\d(?:[ -]?\d){12,}\b")
_SEP = r"(?:[ .-]| ?/ ?)"
_PHONE = re.compile(
    rf"(?<!\w)(?:\+|00)\d{{1,3}}{_SEP}?(?:\(\d{{1,4}}\){_SEP}?)?\d+(?:{_SEP}\d+){{0,5}}(?!\w)"  # abroad
    rf"|(?<![\w.-])(?:\d{_SEP})?\(\d{{1,4}}\){_SEP}?\d{{2,5}}(?:{_SEP}?\d{{2,4}}){{1,4}}(?![\w-])"  # an area code in brackets
    rf"|(?<![\w.-])(?:1{_SEP})?\d{{3}}(?P<sep>[ ./-])\d{{3}}(?P=sep)\d{{4}}(?![\w-])"
    r"|(?<![\w./-])0\d{4}[ -]\d{3}[ -]\d{3}(?![\w-])"
    rf"|(?<![\w./-])0\d{{1,4}}{_SEP}\d{{5,9}}(?![\w-])|(?<![\w./-])0\d{{1,4}} ?/ ?\d{{2,4}}(?: \d{{2,4}}){{1,3}}(?![\w-])"
    r"|(?<![\w.-])\d{2,4}(?:[ .-]\d{2,4}){2,4}(?![\w-])|(?<!\w)0\d{8,10}\b"
)
_NATIONAL = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_DATE = re.compile(
    rf"(?:19|20)\d\d(?P<a>[-./ ]){_MONTH}(?P=a){_DAY}(?!\d)|(?<!\d){_DAY}(?P<b>[-./ ]){_MONTH}(?P=b)(?:19|20)\d\d(?!\d)"
    rf"|(?<!\d)(?<!\d[-./ ]){_DAY}(?P<c>[-./]){_MONTH}(?P=c)\d\d(?![-./]?\d)"
)
"""What looks like a telephone number and is a date; groups of two with blanks or more than three of them (06 12 34 56 78) are none."""
_OWN_NAME = re.compile(
    r"\b(?:[Mm]y name is|[Mm]y name['’]s|I am called|I['’]m called|[Cc]all me)\s+((?:[A-Z][\w'’-]+)(?:\s+[A-Z][\w'’-]+){0,3})"
)
_PERSONAL = ("name", "email", "phone", "iban", "account", "address", "birth", "patient", "customer", "buyer", "applicant")


@dataclass(frozen=True, slots=True)
class Private:
    """A piece of a text that is private."""

    kind: str
    start: int
    end: int
    text: str


def find(text: str, fields: Mapping[str, Value] | None = None, names: Iterable[str] = ()) -> list[Private]:
    """Private pieces in order, none within another. `fields`: what is known of the person, looked for as it is written; `names`: people, in
    large or small letters, whole or by a part of the name."""
    found = list(_by_pattern(text))
    for value in personal(fields or {}):
        found += [Private("person", m.start(), m.end(), m[0]) for m in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text)]
    for name in _parts(names):
        found += [Private("person", m.start(), m.end(), m[0]) for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)]
    kept: list[Private] = []
    for piece in sorted(found, key=lambda p: (p.start, p.start - p.end)):
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept


def _parts(names: Iterable[str]) -> list[str]:
    """Names, and the parts of each that are longer than two letters."""
    return [part for name in names for part in dict.fromkeys([name.strip(), *(part for part in name.split() if len(part) > 2)]) if part]


def own_names(text: str) -> list[str]:
    """Names by which somebody speaks of themselves."""
    return [match[1] for match in _OWN_NAME.finditer(text)]


@lru_cache(maxsize=8_000)
def _by_pattern(text: str) -> tuple[Private, ...]:
    """Remembered: a passage is searched once for all the items that it is shown to."""
    plain = text.translate(_PLAIN)
    found = [Private("email", m.start(), m.end(), text[m.start() : m.end()]) for form in (_EMAIL, _SPOKEN) for m in form.finditer(plain)]
    found += [Private("account", m.start(), m.end(), text[m.start() : m.end()]) for m in _IBAN.finditer(plain) if _mod97(m[0])]
    found += [Private("card", start, end, text[start:end]) for m in _DIGITS.finditer(plain) for start, end in _cards(m)]
    found += [Private("national", m.start(), m.end(), text[m.start() : m.end()]) for m in _NATIONAL.finditer(plain)]
    found += [Private("phone", start, end, text[start:end]) for start, end in _phones(_without(plain, found))]
    return tuple(found)


def personal(fields: Mapping[str, Value]) -> list[str]:
    """Values of the fields that name a person, the longest first."""
    named = (str(value) for key, value in fields.items() if value and any(part in key.lower() for part in _PERSONAL))
    return sorted({value for value in named if len(value) > 2}, key=len, reverse=True)


def mask(text: str, fields: Mapping[str, Value], known: dict[str, str]) -> str:
    """The text with stand-ins for what is private; `known` holds the stand-in of each and grows."""
    return _masked(text, find(text, fields), 0, len(text), known)


def mask_part(text: str, start: int, end: int, names: Iterable[str], known: dict[str, str]) -> str:
    """text[start:end] with stand-ins for what is private in the whole text: what only begins or ends within is hidden, too."""
    return _masked(text, [piece for piece in find(text, names=names) if piece.start < end and piece.end > start], start, end, known)


def _masked(text: str, found: Iterable[Private], start: int, end: int, known: dict[str, str]) -> str:
    pieces, last = [], start
    for piece in found:
        stand_in = known.setdefault(piece.text, f"[{piece.kind.upper()} {len(known) + 1}]")
        pieces += [text[last : piece.start], stand_in]
        last = piece.end
    return "".join([*pieces, text[last:end]])


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
    plain = re.sub(r"[ -]", "", text)
    turned = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1
