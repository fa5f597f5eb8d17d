"""Private data out of labelled records before they are shown to others or exported: what `pipeline/privacy.py` finds, and the names by which people greet and sign.
Finds no name that nothing introduces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caseroom.cases.data import Record
from caseroom.pipeline.privacy import mask_part, own_names, personal

_NAME = r"(?:[A-ZÀ-Þ][\w'’-]+)(?:[ ]+(?:(?:van|von|de|der|den|da|del|la|le|bin|al)[ ]+){0,2}[A-ZÀ-Þ][\w'’-]+){1,2}"
_GREETED = re.compile(rf"^(?:Dear|Hello|Hi|Hey|Good (?:day|morning|afternoon|evening))[ ]+({_NAME})", re.MULTILINE)
_SIGNED = re.compile(
    rf"(?:[Rr]egards|[Bb]est|[Ww]ishes|[Yy]ours|[Cc]heers|[Tt]hanks|[Tt]hank you[\w ]*|[Rr]eply)[.,!]?\s+({_NAME})\s*$", re.MULTILINE
)
_TO = re.compile(rf"\bto ({_NAME})(?=,)")


def names_in(record: Record, reference: str) -> list[str]:
    """Names of people that a record's input or right output gives away by how it greets, signs, begins or addresses."""
    found = list(dict.fromkeys([*_names(record.input), *_names(reference), *personal(record.fields)]))
    return [name for name in found if len(name) > 2]


def _names(text: str) -> Iterator[str]:
    yield from own_names(text)
    for pattern in (_GREETED, _SIGNED, _TO):
        yield from (match[1] for match in pattern.finditer(text))
    first = text.split("\n", 1)[0]
    for piece in first.split(" / "):
        if re.fullmatch(_NAME, piece.strip()):
            yield piece.strip()


def masked(text: str, names: list[str], known: dict[str, str]) -> str:
    """The text with stand-ins; `known` holds the stand-in of each and grows."""
    return mask_part(text, 0, len(text), names, known)


def masked_pair(record: Record, reference: str) -> tuple[str, str]:
    """A record's input and its right output, masked alike."""
    names, known = names_in(record, reference), dict[str, str]()
    return masked(record.input, names, known), masked(reference, names, known)
