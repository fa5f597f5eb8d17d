"""The normal form of a value, for telling whether two say the same: words in lower case, figures by their value and unit.

Whether a phrase stands in a text is the business of `language.phrases`.

English usage: a comma groups thousands, a point begins decimals, so 1,500 is 1500 and 1.500 is 1.5. "1.2 million", "1.2m" and 1200000 are
one figure, and so are "twelve percent" and 12 %. Digits that begin with 0, and versions such as 1.2.3, are words: 007 is not 7. A
possessive 's is left out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from caseroom.numerals import to_digits

_SPELLINGS = {
    "%": "% percent",
    "usd": "$ us$ dollar dollars",
    "eur": "€ euro euros",
    "gbp": "£ pounds sterling",
    "jpy": "¥ yen",
    "inr": "₹ rupees",
    "chf": "francs",
}
_UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in (unit, *spellings.split())} | {"per cent": "%"}
_BEFORE = r"us\$|[$€£¥₹]|(?:usd|eur|gbp|jpy|inr|chf)\b"
_AFTER = r"[%$€£¥₹]|(?:percent|per cent|dollars?|euros?|pounds|sterling|yen|rupees|francs|usd|eur|gbp|jpy|inr|chf)\b"
_PIECE = re.compile(
    rf"(?<![\w.,/])(?P<minus>[-−](?=[\d$€£¥₹]))?(?:(?P<before>{_BEFORE})\s?)?(?P<digits>(?:0|[1-9]\d{{0,2}}(?:,\d{{3}})+|[1-9]\d*)(?:\.\d+)?)"
    rf"(?!\d|/\d|[.,]\d|(?:st|nd|rd|th)\b)(?:\s?(?P<after>{_AFTER}))?"
    r"|(?P<word>[^\W_]+(?:['’][^\W_]+)?)",
)
_DIGIT = re.compile(r"[^\D0-9]")
"""A digit of another script."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a figure with the unit that stands beside it."""

    text: str
    """The word; of a figure, its value in one spelling."""
    unit: str = ""
    """Of a figure: %, or the currency's code; nothing where neither stands there."""

    def means(self, found: Piece) -> bool:
        """Whether a piece that was found says this. A currency may be left out, but another one is another amount; a percent sign must agree."""
        if self.text != found.text:
            return False
        return self.unit == found.unit or ("" in (self.unit, found.unit) and "%" not in (self.unit, found.unit))


@lru_cache(maxsize=256)
def pieces(text: str) -> tuple[Piece, ...]:
    """The words and figures of a text in order."""
    compatible = _DIGIT.sub(lambda match: str(unicodedata.decimal(match[0])), unicodedata.normalize("NFKC", text))
    plain = to_digits(compatible).casefold()
    return tuple(_piece(match) for match in _PIECE.finditer(plain))


def _piece(match: re.Match[str]) -> Piece:
    if word := match["word"]:
        return Piece(word.replace("’", "'").removesuffix("'s"))
    value = Decimal(match["digits"].replace(",", ""))
    return Piece(f"{(-value if match['minus'] else value).normalize():f}", _UNITS.get(match["before"] or match["after"] or "", ""))


def figures(text: str) -> list[Piece]:
    """The figures of a text in order, and digits that are words."""
    return [piece for piece in pieces(text) if _NUMBER.fullmatch(piece.text)]
