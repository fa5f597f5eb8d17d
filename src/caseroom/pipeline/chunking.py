"""A document to chunks: cut at headings, then at paragraphs, then at sentences, and between words only where nothing else is left.

A chunk is a slice of the document's text, so that whatever is quoted from it can be found in the document again. Nothing is lost: each
word stands in a chunk's text, its headings or its title. A chunk that goes on within a section begins with the last sentences of the one before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from caseroom.language.text import Span, sentences, span
from caseroom.pipeline.documents import Chunk, Document

_HEADING = re.compile(r"(#{1,6})[ \t]+(?=[^\s#])(.*)")
_FENCE = re.compile(r"^(```|~~~)")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_WORD = re.compile(r"\S{1,16}")
"""What is counted: a word, or 16 signs of something longer, so that a text without spaces (Chinese, base64) is cut as well."""


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below one heading, up to the next."""

    headings: tuple[str, ...]
    """Outermost first."""
    start: int
    end: int
    """text[start:end], without the heading's line."""


def chunk(document: Document, *, words: int = 120, overlap: int = 20) -> list[Chunk]:
    """The chunks of a document, in its order, each of at most `words` words; up to `overlap` of them repeat the chunk before.

    Words are white-space words, those of more than 16 signs count for several. A document without text has no chunks.

    Raises:
        ValueError: `words` is below 1, or `overlap` is not below `words`.
    """
    if not 0 <= overlap < words:
        raise ValueError(f"a chunk of {words} words cannot repeat {overlap}: overlap must be at least 0 and below words")
    d = document
    pieces = [
        (" › ".join(heading for heading in section.headings if heading != d.title), piece.text)
        for section in sections(d.text)
        for piece in _pack(d.text, section, words, overlap)
    ]
    return [
        Chunk(f"{d.id}#{n}", d.id, d.title, heading, text, d.updated, d.valid, d.access, d.topic)
        for n, (heading, text) in enumerate(pieces, 1)
    ]


def sections(text: str) -> list[Section]:
    """The sections of a text; none is empty. A heading with nothing below it, not even another heading, is its own section's text."""
    made: list[Section] = []
    above: list[tuple[int, str]] = []  # levels and words of the headings that the section stands below
    line = start = 0
    for place, level, words, after in [*_headings(text), (len(text), 0, "", len(text))]:
        names = tuple(name for _, name in above)
        if text[start:place].strip():
            made.append(Section(names, start, place))
        elif above and level <= above[-1][0]:
            made.append(Section(names[:-1], line, place))
        above = [*((depth, name) for depth, name in above if depth < level), (level, words)]
        line, start = place, after
    return made


def _headings(text: str) -> Iterator[tuple[int, int, str, int]]:
    """Start of the line, level, words and end of the line of each heading; a `#` inside fenced code is none."""
    place, fence = 0, ""
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        elif not fence and (found := _HEADING.match(line.rstrip())):
            yield place, len(found[1]), found[2].rstrip(" \t#"), place + len(line)
        place += len(line)


def _pack(text: str, section: Section, words: int, overlap: int) -> Iterator[Span]:
    """Pieces of a section joined as long as they fit; the next chunk starts up to `overlap` words earlier, at a sentence."""
    start = end = section.start
    for piece in _pieces(text, section, words):
        if end > start and _count(text[start : piece.end]) > words:
            yield span(text, start, end)
            room = min(overlap, words - _count(piece.text))
            again = (s.start for s in _sentences(text, start, end) if s.start > start and _count(text[s.start : end]) <= room)
            start = next(again, piece.start)
        end = piece.end
    yield span(text, start, end)


def _pieces(text: str, section: Section, words: int) -> Iterator[Span]:
    """Paragraphs that fit; sentences of those that do not; runs of words of a sentence that does not."""
    for paragraph in _cut(text, section.start, section.end, [m.end() for m in _PARAGRAPH.finditer(text, section.start, section.end)]):
        if _count(paragraph.text) <= words:
            yield paragraph
            continue
        for sentence in _sentences(text, paragraph.start, paragraph.end):
            places = [m.start() + sentence.start for m in _WORD.finditer(sentence.text)]
            yield from _cut(text, sentence.start, sentence.end, places[words::words])


def _sentences(text: str, start: int, end: int) -> list[Span]:
    """The sentences of text[start:end], each up to the next, so that signs without words between them are kept."""
    return _cut(text, start, end, [start + sentence.start for sentence in sentences(text[start:end])][1:])


def _cut(text: str, start: int, end: int, places: list[int]) -> list[Span]:
    return [piece for a, b in pairwise([start, *places, end]) if (piece := span(text, a, b)).text]


def _count(text: str) -> int:
    return len(_WORD.findall(text))
