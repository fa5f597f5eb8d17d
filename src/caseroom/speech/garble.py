"""Which words of a recogniser are not to be trusted: unsure runs, loops, what was said of no speech. It corrects nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from caseroom.speech.base import Heard, Span, Word

_UNSURE, _RUN = 0.35, 0.45
"""A word below the first is unsure; a run of three whose mean is below the second is garbled."""
_BAD_LOG, _LOOP, _NO_SPEECH = -1.0, 2.4, 0.6
_ALONE = 0.05
"""A word so unlikely is garbled by itself."""
_TOO_FAST = 9.0
"""Nobody says so many words a second."""
_REPEATS, _LONGEST_LOOP = 3, 8
_SMALL = frozenset(
    "the a an and or but so then because which that this these in it its they we for to of with if when while as at on by".split()
)
"""Words that have no capital of their own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch as a recogniser gave it back."""

    words: tuple[Word, ...]
    log: float
    """The mean logarithm of its tokens' probabilities."""
    squeezed: float
    """How well its text can be compressed: high where it loops."""
    no_speech: float
    """The recogniser's own probability that nobody spoke."""

    @property
    def invented(self) -> bool:
        """Whether it was made up of silence or of the end of a sound: a few words, all of them unlikely."""
        if not self.words or (self.no_speech > _NO_SPEECH and self.log < _BAD_LOG):
            return True
        mean = sum(word.probability for word in self.words) / len(self.words)
        return len(self.words) <= 3 and self.log < _BAD_LOG and mean < _UNSURE

    @property
    def garbled(self) -> bool:
        """Whether it is bad as a whole."""
        return self.log < _BAD_LOG or self.squeezed > _LOOP


def without_tail(pieces: Sequence[Piece], speech_ends: float) -> list[Piece]:
    """Without the last sentence where it was made up of the quiet after the speech: it begins there, or is far too fast to have been said."""
    words = [word for piece in pieces for word in piece.words]
    cut = len(words)
    while cut > 0:
        first = next((n + 1 for n in range(cut - 2, -1, -1) if words[n].text.endswith((".", "?", "!"))), 0)
        tail = words[first:cut]
        length = max(0.0, min(speech_ends, tail[-1].end) - tail[0].start)
        late = tail[0].start >= speech_ends - 0.05
        if first == 0 or not (late or len(tail) > _TOO_FAST * (length + 0.05)):
            break
        cut = first
    while cut > 0 and words[cut - 1].start >= speech_ends + 0.02:
        cut -= 1
    kept, left = list[Piece](), cut
    for piece in pieces:
        kept.append(Piece(piece.words[:left], piece.log, piece.squeezed, piece.no_speech))
        left = max(0, left - len(piece.words))
    return kept


def assemble(pieces: Sequence[Piece], seconds: float, language: str, nothing: str) -> Heard:
    """What was heard, with its garbled passages marked and what was invented left out."""
    kept = [piece for piece in pieces if not piece.invented]
    words = [word for piece in kept for word in piece.words]
    bad = [piece.garbled for piece in kept for _ in piece.words]
    marks = [a or b for a, b in zip(bad, unsure(words), strict=True)]
    text = " ".join(word.text for word in words)
    heard = Heard(text, tuple(words), language, seconds, nothing="" if words else nothing)
    return Heard(heard.text, heard.words, language, seconds, _spans(heard, marks), heard.nothing)


def unsure(words: Sequence[Word]) -> list[bool]:
    """For each word whether it stands in a passage that was not heard well."""
    marks = [word.probability < _ALONE for word in words]
    for start in range(len(words) - 2):
        run = words[start : start + 3]
        low = sum(word.probability < _UNSURE for word in run) >= 2
        if low and sum(word.probability for word in run) / 3 < _RUN:
            marks[start : start + 3] = [True] * 3
    for start in range(len(words) - 9):
        if words[start + 9].end - words[start].start < 10 / _TOO_FAST:
            marks[start : start + 10] = [True] * 10
    for start, end in loops([word.text.strip(".,;:!?").lower() for word in words]):
        marks[start:end] = [True] * (end - start)
    return marks


def loops(texts: Sequence[str]) -> list[Span]:
    """Runs of words that come again and again, one after the other; the first time is not counted among them."""
    found: list[Span] = []
    at = 0
    while at < len(texts):
        for size in range(1, _LONGEST_LOOP + 1):
            times = 1
            while texts[at + times * size : at + (times + 1) * size] == texts[at : at + size] != []:
                times += 1
            if times > _REPEATS or (times == _REPEATS and size >= 3):
                found.append((at + size, at + times * size))
                at += times * size
                break
        else:
            at += 1
    return found


def _spans(heard: Heard, marks: Sequence[bool]) -> tuple[Span, ...]:
    found: list[Span] = []
    before = False
    for (place, _), bad in zip(heard.places(), marks, strict=True):
        if bad and before:
            found[-1] = (found[-1][0], place[1])
        elif bad:
            found.append(place)
        before = bad
    return tuple(found)


def _mended(text: str, words: list[Word], following: str) -> tuple[str, list[Word]]:
    """A full stop that only stands where the sound was cut is taken back: what follows goes on in small letters, or it was left open."""
    goes_on = following[0].islower() and following.split()[0] not in ("i", "i'd", "i'm", "i'll")
    if not words or not text.endswith((".", "...", "…")) or not (goes_on or text.endswith(("...", "…"))):
        return text, words
    bare = text.rstrip(".…")
    if not bare or not bare[-1].isalnum():
        return text, words
    last = words[-1]
    return bare + ",", [*words[:-1], Word(last.text.rstrip(".…") + ",", last.start, last.end, last.probability)]


def _going_on(part: Heard) -> Heard:
    """What goes on after a comma, without the capital that a recogniser gives every beginning."""
    first = part.text.split()[0]
    if first.casefold() not in _SMALL or first.islower():
        return part
    small = first[0].lower() + first[1:]
    words = tuple(replace(word, text=small) if n == 0 and word.text == first else word for n, word in enumerate(part.words))
    return replace(part, text=small + part.text[len(first) :], words=words)


def joined(parts: Sequence[tuple[float, Heard]], seconds: float) -> Heard:
    """Pieces of one sound as one; each with the time at which it begins."""
    text = ""
    words: list[Word] = []
    garbled: list[Span] = []
    for at, part in parts:
        if not part.text:
            continue
        text, words = _mended(text, words, part.text)
        if text.endswith(","):
            part = _going_on(part)
        text += " " if text else ""
        garbled += [(a + len(text), b + len(text)) for a, b in part.garbled]
        words += [Word(w.text, round(w.start + at, 3), round(w.end + at, 3), w.probability) for w in part.words]
        text += part.text
    language = next((part.language for _, part in parts if part.text), "en")
    why = next((part.nothing for _, part in parts if part.nothing), "silence") if not text else ""
    return Heard(text, tuple(words), language, seconds, tuple(garbled), why)
