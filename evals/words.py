"""Word errors of a transcript: edits against what was said. Spelling of figures, currency and British endings is evened out first; both counts are plain."""

from __future__ import annotations

import re

from caseroom.metrics.text import word_edits
from caseroom.numerals import to_digits

_SIGNS = (("%", " percent "), ("€", " euros "), ("$", " dollars "), ("&", " and "))
_SPELLING = (
    (r"isation\b", "ization"),
    (r"(\w)ise(d|s)?\b", r"\1ize\2"),
    (r"our\b", "or"),
    (r"ours\b", "ors"),
    (r"oured\b", "ored"),
    (r"centre", "center"),
)


def evened(text: str) -> list[str]:
    """The words in one spelling."""
    for sign, word in _SIGNS:
        text = text.replace(sign, word)
    text = to_digits(re.sub(r"(?<=\d),(?=\d{3})", "", text.lower().replace("’", "'")))
    for pattern, new in _SPELLING:
        text = re.sub(pattern, new, text)
    return re.findall(r"\d+(?:\.\d+)?|[a-z']+", text.replace("-", " "))


def errors(said: str, heard: str) -> tuple[int, int]:
    """(edits, words that were said)."""
    a, b = evened(said), evened(heard)
    return word_edits(" ".join(b), " ".join(a)), len(a)
