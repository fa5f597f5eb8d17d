"""Passages: the pieces of a transcript that can be evidence, each with its place and its vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from caseroom.grading.transcript import Said, Transcript
from caseroom.language.clauses import clauses
from caseroom.language.encoder import Encoder, Vectors
from caseroom.language.text import Span, sentences, words

_WINDOW = 3
_WINDOW_WORDS = 70


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where something was said: text[start:end] of turn `turn`."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """One to three sentences of one paragraph of the candidate."""

    turn: Said
    start: int
    end: int
    paragraph: tuple[int, int]
    """Where the paragraph begins and ends that it stands in."""
    asks: bool
    """Whether it asks something."""

    @property
    def text(self) -> str:
        """The words."""
        return self.turn.text[self.start : self.end]

    @property
    def evidence(self) -> Evidence:
        """Its place."""
        return Evidence(self.turn.number, self.start, self.end)


def passages(transcript: Transcript, encoder: Encoder) -> tuple[list[Passage], Vectors]:
    """All passages of the candidate and their vectors. A window's vector is the mean of its sentences'."""
    singles: list[tuple[Said, Span, tuple[int, int]]] = []
    for turn in transcript.candidate():
        for paragraph in _paragraphs(turn.text):
            inside = turn.text[paragraph[0] : paragraph[1]]
            singles += [(turn, Span(s.start + paragraph[0], s.end + paragraph[0], s.text), paragraph) for s in sentences(inside)]
    vectors = encoder.encode([piece.text for _, piece, _ in singles])
    asks = [any(clause.asks for clause in clauses(piece.text)) for _, piece, _ in singles]
    found: list[Passage] = []
    rows: list[Vectors] = []
    for first, (turn, piece, paragraph) in enumerate(singles):
        for last in range(first, min(first + _WINDOW, len(singles))):
            other_turn, other, other_paragraph = singles[last]
            too_long = last > first and len(words(turn.text[piece.start : other.end])) > _WINDOW_WORDS
            if other_turn.number != turn.number or other_paragraph != paragraph or too_long:
                break
            found.append(Passage(turn, piece.start, other.end, paragraph, any(asks[first : last + 1])))
            mean = vectors[first : last + 1].mean(axis=0)
            rows.append(mean / np.linalg.norm(mean))
    return found, np.array(rows, np.float32).reshape(len(rows), vectors.shape[1])


def _paragraphs(text: str) -> list[tuple[int, int]]:
    edges, start = [], 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            edges.append((start, start + len(line)))
        start += len(line)
    return edges
