"""What was heard, in the form in which one writes it: "3 euros and 60 cents" is 3.60 euros. Times and garbled marks stay with their words.

It corrects nothing that may be a mistake of the speaker, and adds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import SequenceMatcher

from caseroom.numerals import to_digits
from caseroom.speech.base import Heard, Span, Word

_UNIT = r"(?P<unit>euros?|dollars?|pounds?)"
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(rf"\b(?P<whole>\d[\d,]*) {_UNIT}(?:,? and)? (?P<part>\d{{1,2}})(?: (?:cents?|pence|pennies))\b", re.I),
        lambda m: f"{m['whole']}.{int(m['part']):02d} {m['unit']}",
    ),
    (re.compile(rf"\b(?P<whole>\d[\d,]*) point (?P<part>\d+)(?= {_UNIT})", re.I), lambda m: f"{m['whole']}.{m['part']}"),
    (re.compile(r"\bp[ -](?P<of>50|75|90|95|99)\b", re.I), lambda m: f"p{m['of']}"),
    (re.compile(r"\b(?:24[ .]7|twenty[ -]four seven)\b(?! (?:%|percent|euros?|dollars?|hours?|minutes?|days?))", re.I), lambda m: "24/7"),
    (re.compile(r"\b(?P<a>\d[\d,.]*\d|\d) per ?cent\b", re.I), lambda m: f"{m['a']} percent"),
)
_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million|point|\d[\d,.]*)"
)
_AMOUNT = re.compile(rf"\b{_WORD}(?:[ -](?:and )?{_WORD})*(?= (?:euros?|dollars?|pounds?|cents?|pence)\b)", re.I)


def written(heard: Heard) -> Heard:
    """The same, with figures and currency as one writes them."""
    found = _digits(heard)
    for pattern, make in _RULES:
        found = _replaced(found, [(m.span(), make(m)) for m in pattern.finditer(found.text)])
    return found


def _digits(heard: Heard) -> Heard:
    """Number words of amounts as digits, so that the rules see them: "three point six euros"."""
    changes = [(m.span(), to_digits(m[0])) for m in _AMOUNT.finditer(heard.text) if not m[0].isdigit()]
    return _replaced(heard, changes)


def _replaced(heard: Heard, changes: list[tuple[Span, str]]) -> Heard:
    """The text with these passages replaced; each new word takes its time from the words that it stands for."""
    changes = [change for change in changes if heard.text[change[0][0] : change[0][1]] != change[1]]
    if not changes:
        return heard
    text, at, moved = "", 0, list[tuple[Span, Span]]()
    for (start, end), new in changes:
        text += heard.text[at:start]
        moved.append(((start, end), (len(text), len(text) + len(new))))
        text, at = text + new, end
    text += heard.text[at:]
    return _carried(heard, text, moved)


def _carried(heard: Heard, text: str, moved: list[tuple[Span, Span]]) -> Heard:
    """Times and marks for a text of which some passages were replaced: (old place, new place)."""
    bounds = list(re.finditer(r"\S+", text))
    placed = list(heard.places())
    words = []
    for match in bounds if placed else ():
        start, end = _before(match.start(), moved, first=True), _before(match.end(), moved, first=False)
        touched = [word for (a, b), word in placed if a < end and start < b]
        if touched:
            words.append(Word(match[0], touched[0].start, touched[-1].end, min(w.probability for w in touched)))
    garbled = tuple((_after(a, moved, first=True), _after(b, moved, first=False)) for a, b in heard.garbled)
    return Heard(text, tuple(words), heard.language, heard.seconds, tuple((a, b) for a, b in garbled if a < b), heard.nothing)


def _before(place: int, moved: list[tuple[Span, Span]], *, first: bool) -> int:
    return _mapped(place, [(new, old) for old, new in moved], first=first)


def _after(place: int, moved: list[tuple[Span, Span]], *, first: bool) -> int:
    return _mapped(place, moved, first=first)


def _mapped(place: int, pairs: list[tuple[Span, Span]], *, first: bool) -> int:
    """Where a place came to stand; inside of a replaced passage its begin or its end."""
    shift = 0
    for (start, end), (new_start, new_end) in pairs:
        if place < start or (not first and place == start):
            break
        if place < end or (not first and place == end):
            return new_start if first else new_end
        shift = new_end - end
    return place + shift


def corrected(heard: Heard, text: str) -> Heard:
    """What was heard after a person put the words right: kept words keep their times, and what they changed is not garbled any more."""
    if text == heard.text:
        return heard
    old, new = list(re.finditer(r"\S+", heard.text)), list(re.finditer(r"\S+", text))
    matcher = SequenceMatcher(None, [m[0] for m in old], [m[0] for m in new], autojunk=False)
    timed = dict(heard.places())
    words: list[Word] = []
    kept: list[tuple[Span, Span]] = []
    for block in matcher.get_matching_blocks():
        for n in range(block.size):
            a, b = old[block.a + n], new[block.b + n]
            kept.append((a.span(), b.span()))
            if word := timed.get(a.span()):
                words.append(Word(b[0], word.start, word.end, word.probability))
    garbled = [b for a, b in kept if any(start < a[1] and a[0] < end for start, end in heard.garbled)]
    return Heard(text, tuple(words), heard.language, heard.seconds, _merged(garbled, text), heard.nothing if not text.strip() else "")


def _merged(spans: list[Span], text: str) -> tuple[Span, ...]:
    found: list[Span] = []
    for start, end in spans:
        if found and not text[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)
