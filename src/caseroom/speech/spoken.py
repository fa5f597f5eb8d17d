"""Written text as it is read aloud: figures, currency, percentages, abbreviations, ranges; and sentences short enough for one breath.

It changes no meaning and is only for a voice: what is stored and shown stays as written.
"""

from __future__ import annotations

import re

_CURRENCY = {
    "€": ("euro", "euros", "cent", "cents"),
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
}
_SCALE = {"k": "thousand", "K": "thousand", "m": "million", "M": "million", "bn": "billion", "B": "billion"}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MONEY = re.compile(rf"([€$£])\s?({_NUMBER})(?:\s?(k|K|m|M|bn|B|thousand|million|billion)\b)?")
_MONEY_AFTER = re.compile(rf"({_NUMBER})\s?€")
_PERCENT = re.compile(rf"({_NUMBER})\s?%")
_RANGE = re.compile(rf"({_NUMBER})\s?[–—-]\s?({_NUMBER})(?=\s|[.,;:!?)]|$)")
_SCALED = re.compile(r"(?<![\w.,])(\d+(?:\.\d+)?)(k|K|bn)\b")
_PERCENTILE = re.compile(r"\b[pP](\d{2})\b")
_SIGNS = {
    "≤": "at most", "≥": "at least", "<": "below", ">": "above", "±": "plus or minus", "≈": "about", "~": "about ", "×": "times", "→": "to", "&": "and", "=": "equals",
    "@": "at",
}  # fmt: skip
_SHORT = (
    (re.compile(r"\b24/7\b"), "twenty-four seven"),
    (re.compile(r"\be\.\s?g\.", re.I), "for example"),
    (re.compile(r"\bi\.\s?e\.", re.I), "that is"),
    (re.compile(r"\betc\."), "and so on"),
    (re.compile(r"\bvs\.?(?=\s)"), "versus"),
    (re.compile(r"\bapprox\.", re.I), "approximately"),
    (re.compile(r"\bw/o\b"), "without"),
    (re.compile(r"\bA/B\b"), "A B"),
    (re.compile(r"\b(and)/(or)\b"), r"\1 \2"),
    (re.compile(r"\bQ([1-4])\b"), r"quarter \1"),
    (re.compile(r"(?<=\d)\s?ms\b"), " milliseconds"),
    (re.compile(r"(?<=\d)\s?h\b"), " hours"),
    (re.compile(r"(?<=\d)\s?s\b"), " seconds"),
    (re.compile(r"(?<=\d)\s?min\b\.?"), " minutes"),
    (re.compile(r"(?<=\d)\s?GB\b"), " gigabytes"),
    (re.compile(r"(?<=\d)\s?MB\b"), " megabytes"),
    (re.compile(r"(?<=\d)x\b"), " times"),
    (re.compile(r"\bROUGE-L\b"), "rouge L"),
    (re.compile(r"\bF1\b"), "F one"),
)
_PER = re.compile(r"(?<=[a-z\d])\s?/\s?(day|week|month|year|hour|minute|second|ticket|case|call|item)\b")
_SLASH = re.compile(r"(?<=[A-Za-z])/(?=[A-Za-z])")
_LONG = 240
_BREATH = re.compile(r"[;:]\s+|\s[–—]\s|,\s+(?=(?:and|but|so|because|which|while|or|then)\b)")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’)]*\s+(?=\S)")


def read_aloud(text: str) -> str:
    """The text as it is said."""
    said = re.sub(r"[*_`#]+", "", text)
    for pattern, words in _SHORT:
        said = pattern.sub(words, said)
    said = _RANGE.sub(r"\1 to \2", said)
    said = _MONEY.sub(_money, said)
    said = _MONEY_AFTER.sub(lambda m: _money_words("€", m[1], ""), said)
    said = _PERCENT.sub(r"\1 percent", said)
    said = _PERCENTILE.sub(r"P \1", said)
    said = _SCALED.sub(lambda m: f"{m[1]} {_SCALE[m[2]]}", said)
    said = _PER.sub(r" per \1", said)
    for sign, word in _SIGNS.items():
        said = said.replace(sign, f" {word} ")
    said = _SLASH.sub(" or ", said)
    return re.sub(r" +([,.;:!?])", r"\1", re.sub(r"[ \t]+", " ", said)).strip()


def _money(match: re.Match[str]) -> str:
    return _money_words(match[1], match[2], match[3] or "")


def _money_words(sign: str, amount: str, scale: str) -> str:
    one, many, cent, cents = _CURRENCY[sign]
    if scale:
        return f"{amount} {_SCALE.get(scale, scale)} {many}"
    whole, _, part = amount.partition(".")
    if len(part) != 2:
        return f"{amount} {one if amount == '1' else many}"
    if int(part) == 0:
        return f"{whole} {one if whole == '1' else many}"
    if whole == "0":
        return f"{int(part)} {cent if int(part) == 1 else cents}"
    return f"{whole} {one if whole == '1' else many} and {int(part)} {cent if int(part) == 1 else cents}"


def breaths(text: str, longest: int = _LONG) -> list[str]:
    """The text in sentences, long ones cut where one would breathe. A voice says one at a time."""
    found: list[str] = []
    for line in text.splitlines():
        for sentence in _SENTENCE.split(line.strip()):
            found += _cut(sentence, longest)
    return [piece for piece in found if re.search(r"\w", piece)]


def _cut(sentence: str, longest: int) -> list[str]:
    found: list[str] = []
    rest = sentence.strip()
    while len(rest) > longest:
        places = [m.end() for m in _BREATH.finditer(rest) if longest * 0.3 < m.end() <= longest]
        space = rest.rfind(" ", 0, longest)
        at = places[-1] if places else space if space > 0 else longest
        found.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*found, rest]
