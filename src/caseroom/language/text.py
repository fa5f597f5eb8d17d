"""Sentences, clauses and words of spoken and written English, each with its place in the text it was cut from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

LONGEST = 60
"""Words after which a sentence without an end is cut; spoken text may have none."""
_END = re.compile(r"(?:(?<=[.!?…])[\"')\]]*\s+(?=\S))|\n+|;\s+")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|mr|mrs|ms|dr|approx|no|inc|ltd|st)\.|\b[A-Za-z]\.)$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)
STOP = frozenset(
    "a an the and or but of to in on at by for with from as is are was were be been being am do does did have has had will "
    "would can could should may might must it its this that these those there here i you he she we they me us them my your "
    "our their his her what which who whom whose when where why how so if then than too very just also about into over out up "
    "down not no yes any some all each every there's it's i'm i'd we'd you'd i'll we'll let's okay ok well um uh".split()
)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text: text[start:end]."""

    start: int
    end: int
    text: str


def span(text: str, start: int, end: int) -> Span:
    """The span without the white space around it."""
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    return Span(left, max(left, start + len(piece.rstrip())), piece.strip())


def sentences(text: str) -> list[Span]:
    """The sentences of a text that hold a word; ends at . ! ? ; and new lines, not after abbreviations; very long ones are cut by words."""
    return list(_sentences(text))


@lru_cache(maxsize=8_000)
def _sentences(text: str) -> tuple[Span, ...]:
    """Remembered: a passage is cut once for all the items that it is shown to."""
    edges = [0]
    for match in _END.finditer(text):
        if "\n" in match[0] or not _ABBREVIATION.search(text[edges[-1] : match.start()]):
            edges.append(match.end())
    whole = (span(text, start, end) for start, end in pairwise([*edges, len(text)]))
    return tuple(piece for sentence in whole if _WORD.search(sentence.text) for piece in _cut(text, sentence))


def _cut(text: str, sentence: Span) -> list[Span]:
    found = [match.start() + sentence.start for match in re.finditer(r"\S+", sentence.text)]
    if len(found) <= LONGEST:
        return [sentence]
    starts = [found[i] for i in range(0, len(found), LONGEST * 2 // 3)]
    return [span(text, a, b) for a, b in pairwise([*starts, sentence.end])]


def words(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation."""
    return [match[0].lower().replace("’", "'") for match in _WORD.finditer(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A crude stem, so that "tickets" meets "ticket" and "reviewing" meets "review"."""
    word = word.removesuffix("'s")
    for ending in ("ingly", "edly", "ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "ly", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=4_000)
def stems(text: str) -> tuple[str, ...]:
    """The stems of the words that carry meaning."""
    return tuple(stem(word) for word in words(text) if word not in STOP)


def holds(text_stems: frozenset[str], phrase: str) -> bool:
    """Whether all meaning-carrying words of a phrase are among the stems."""
    wanted = stems(phrase)
    return bool(wanted) and all(piece in text_stems for piece in wanted)


_FILLER = re.compile(r"\b(?:u+m+|u+h+|e+r+m*|hm+|i mean|you know|sort of|or so to speak|so to say|as it were)\b[,\s]*", re.IGNORECASE)
_REPEATED = re.compile(r"\b([\w']+(?:\s+[\w']+){0,3}?)(?:[,\s]+\1\b)+", re.IGNORECASE)


def fluent(text: str) -> str:
    """Speech without its fillers and stutters: "um what what's the what's the budget" → "what what's the budget"."""
    return " ".join(_REPEATED.sub(r"\1", _FILLER.sub("", text)).split())
