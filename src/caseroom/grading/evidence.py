"""Passages: the pieces of a transcript that can be evidence, each with its place, what it answers, and its vector."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from caseroom.grading.transcript import AGAIN, BOARD, NOTES, Said, Transcript
from caseroom.language.clauses import clauses
from caseroom.language.encoder import Encoder, Vectors
from caseroom.language.order import scrambled
from caseroom.language.text import Span, fluent, sentences, span, words

_WINDOW, _WIDE = 3, 3
_WINDOW_WORDS = 70
_AFTER_WORDS = 30
_QUESTION_WORDS = 30
_LONG, _PIECE = 32, 12
"""A sentence of more words is cut, where it can be, into pieces of at least so many: speech has no full stops."""
_JOINT = re.compile(
    r"(?<=\s)(?:(?:and|but|so|then|because|cause|although|whereas|okay|ok|right|well|um|uh|anyway)\s+(?!on\b|forth\b|that\b))",
    re.IGNORECASE,
)
_ECHO = 8
"""So many words in a row that the interviewer said before are an echo."""
_SHORTEST = 5
"""A line of fewer words is too short to be an echo."""
_ECHO_SHARE = 0.7
Worth = Callable[[Sequence[str], Vectors], NDArray[np.bool_]]
"""Says of sentences and their vectors whether they can bear on anything."""


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
    text: str
    """The words, without the filler in and between the sentences."""
    asks: bool
    """Whether it asks something."""
    question: str = ""
    """What the interviewer had asked before, cut short."""
    around: str = ""
    """The passage with the sentence before and the one after, if they stand in the same paragraph."""
    after: str = ""
    """The sentence after it: it may take the passage back."""
    wide: str = ""
    """The passage with up to three sentences before and after: what was said to reject it may stand there."""

    @property
    def evidence(self) -> Evidence:
        """Its place."""
        return Evidence(self.turn.number, self.start, self.end)

    @property
    def read(self) -> str:
        """What is read of it: what it answers, the words, and what comes next."""
        return in_context(self.text, self.question, self.after)


def in_context(text: str, question: str, after: str = "") -> str:
    """Words as an entailment model reads them: after the question that they answer, if there was one."""
    said = f"{text} {after}" if after else text
    return f"({question}) {said}" if question else said


def line_passage(text: str) -> Passage:
    """A line as if it were all that was said."""
    return Passage(Said(1, "candidate", text), 0, len(text), text, any(clause.asks for clause in clauses(text)), around=text)


def to_make(statement: str, example: str) -> str:
    """A point as an entailment model reads it: its statement, and how somebody else made it."""
    return f"{statement} For example: {example}" if example else statement


def passages(
    transcript: Transcript, encoder: Encoder, worth: Worth | None = None, told: Sequence[str] = ()
) -> tuple[list[Passage], Vectors]:
    """All passages of the candidate and their vectors. A window's vector is the mean of its sentences'.

    A window that touches a garbled passage is left out, and a garbled sentence is in no other's surroundings: what was not heard is not judged.

    Sentences that echo the interviewer or what was `told` (the rubric's own words), that are shuffled, or that are not worth reading, are in no
    passage; those around them stand next to each other.
    """
    singles = _sentences(transcript, told)
    vectors = encoder.encode([piece.text for _, piece, _ in singles])
    if worth and singles:
        kept = np.flatnonzero(worth([piece.text for _, piece, _ in singles], vectors)).tolist()
        singles, vectors = [singles[n] for n in kept], vectors[kept]
    clear = [not turn.garbled(piece.start, piece.end) for turn, piece, _ in singles]
    asks = [any(clause.asks for clause in clauses(piece.text)) for _, piece, _ in singles]
    asked = _questions(transcript)
    found: list[Passage] = []
    rows: list[Vectors] = []
    for first, (turn, piece, paragraph) in enumerate(singles):
        same = [
            n
            for n in range(max(0, first - 1), min(first + _WINDOW + 1, len(singles)))
            if singles[n][0] is turn and singles[n][2] == paragraph and clear[n]
        ]
        length = 0
        for last in range(first, min(first + _WINDOW, len(singles))):
            length += len(words(singles[last][1].text))
            if last not in same or turn.garbled(piece.start, singles[last][1].end) or (last > first and length > _WINDOW_WORDS):
                break
            inside = [singles[n][1].text for n in range(first, last + 1)]
            before = [singles[first - 1][1].text] if first - 1 in same else []
            after = [singles[last + 1][1].text] if last + 1 in same else []
            near = after[0] if after and len(words(after[0])) <= _AFTER_WORDS else ""
            wide = [
                singles[n][1].text
                for n in range(max(0, first - _WIDE), min(last + 1 + _WIDE, len(singles)))
                if singles[n][0] is turn and singles[n][2] == paragraph and clear[n]
            ]
            found.append(
                Passage(turn, piece.start, singles[last][1].end, " ".join(inside), any(asks[first : last + 1]), asked.get(turn.number, ""),
                        " ".join([*before, *inside, *after]), near, " ".join(wide))
            )  # fmt: skip
            mean = vectors[first : last + 1].mean(axis=0)
            rows.append(mean / np.linalg.norm(mean))
    return found, np.array(rows, np.float32).reshape(len(rows), vectors.shape[1])


def _sentences(transcript: Transcript, told: Sequence[str]) -> list[tuple[Said, Span, int]]:
    """The candidate's sentences with their turn and the number of their paragraph, without echoes and shuffled words."""
    found: list[tuple[Said, Span, int]] = []  # the spans are places; their texts are without filler
    heard = {run for line in told for run in _runs(words(line))}
    for turn in transcript.turns:
        if turn.speaker == "interviewer":
            heard.update(_runs(words(turn.text)))
            continue
        for number, (start, end) in enumerate(_paragraphs(turn.text)):
            if scrambled(turn.text[start:end]):
                continue
            for sentence in sentences(turn.text[start:end]):
                for piece in _cut(turn.text, sentence.start + start, sentence.end + start):
                    if not _echoes(words(piece.text), heard):
                        found.append((turn, Span(piece.start, piece.end, fluent(piece.text) or piece.text), number))
    return found


def _cut(text: str, start: int, end: int) -> list[Span]:
    """A sentence, or the pieces of one that is too long, cut before the words that join them."""
    if len(words(text[start:end])) <= _LONG:
        return [span(text, start, end)]
    edges = [start]
    for match in _JOINT.finditer(text, start, end):
        if len(words(text[edges[-1] : match.start()])) >= _PIECE and len(words(text[match.start() : end])) >= _PIECE // 2:
            edges.append(match.start())
    return [span(text, a, b) for a, b in pairwise([*edges, end])]


def _runs(said: list[str]) -> list[tuple[str, ...]]:
    length = min(_ECHO, len(said)) if len(said) >= _SHORTEST else _ECHO
    return [tuple(said[n : n + length]) for n in range(len(said) - length + 1)]


def _echoes(said: list[str], heard: set[tuple[str, ...]]) -> bool:
    """Whether most of the words stand in runs that the interviewer said before."""
    echoed = set[int]()
    for place, run in enumerate(_runs(said)):
        if run in heard:
            echoed.update(range(place, place + len(run)))
    return len(echoed) >= _ECHO_SHARE * len(said) > 0


def _questions(transcript: Transcript) -> dict[int, str]:
    """For each turn of the candidate what the interviewer had asked before it: the last question of the turn before, or its last sentence."""
    found: dict[int, str] = {}
    before = ""
    for turn in transcript.turns:
        if turn.speaker == "interviewer":
            said = [piece.text for piece in sentences(turn.text)]
            before = next((text for text in reversed(said) if text.endswith("?")), said[-1] if said else "")
        else:
            spoken = turn.number not in (BOARD, NOTES, AGAIN)
            found[turn.number] = " ".join(before.split()[-_QUESTION_WORDS:]) if spoken else ""
            before = ""
    return found


def _paragraphs(text: str) -> list[tuple[int, int]]:
    edges, start = [], 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            edges.append((start, start + len(line)))
        start += len(line)
    return edges
