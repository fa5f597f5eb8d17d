"""A model that answers with the sentences of its sources: it invents nothing, and errs as a reader errs, by taking what is near for what is meant.

Where it is not told to stay with the sources it mixes in what it remembers, as language models do. Sums it does not do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caseroom.language.encoder import Encoder
from caseroom.language.entailment import CONTRADICTED, PARTLY, SUPPORTED, Entailment
from caseroom.language.text import sentences, stems
from caseroom.models.base import NOTHING, UNNOTED, Reply, Request, Source, words_as_tokens
from caseroom.models.memory import Near, Remembered, head
from caseroom.models.readings import read_values

_SENTENCES = 3
"""Sentences of an answer at most."""
_ASKED = 8
"""Sentences of an input that are taken for its questions; the longest ones."""
_FLOOR, _MARGIN = 0.28, 0.14
"""Support under which a sentence is not used, and how far behind the best it may be."""
_KNOWS = 0.5
"""Support under which the model says that it does not know, if it was told to."""
_RECALLS = 0.55
"""Nearness from which a remembered item comes to mind."""
_IN_SECTION = 6
_BELONGS = 0.22


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be said."""

    text: str
    source: str
    kind: str
    rank: int
    """The place of its source among the sources."""


class Extractive:
    """Sentences by nearness (encoder) and word overlap; flags by entailment; labels by what they mean and, if not grounded or shown, by memory."""

    def __init__(self, encoder: Encoder, entailment: Entailment, remembered: Remembered) -> None:
        self._encoder, self._entailment, self._remembered = encoder, entailment, remembered

    @property
    def signature(self) -> str:
        """Which models and which memory."""
        return (
            f"extractive:1|encoder:{self._encoder.signature}|entailment:{self._entailment.signature}|memory:{len(self._remembered.items)}"
        )

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply for each request, in order; one batch through the encoder."""
        near = self._remembered.nearest([request.input for request in requests], 5)
        lists = [self._candidates(request, found) for request, found in zip(requests, near, strict=True)]
        self._encoder.encode(_all_texts(requests, lists))  # one batch; from here on everything is remembered
        made = []
        for request, candidates, found in zip(requests, lists, near, strict=True):
            if request.kind == "answer":
                made.append(self._answer(request, candidates))
            elif request.kind == "note":
                made.append(self._note(request, candidates))
            else:
                made.append(self._fields(request, candidates, found))
        return made

    def _candidates(self, request: Request, near: list[Near]) -> list[Candidate]:
        found = [
            Candidate(piece.text, source.id, source.kind, rank)
            for rank, source in enumerate(request.sources)
            if source.kind != "input" or request.kind != "answer"
            for piece in sentences(_spoken(source))
            if not piece.text.startswith("#")
        ]
        if not request.grounded and near and near[0].nearness >= _RECALLS and near[0].shown.output:
            found += [Candidate(piece.text, "memory", "memory", 0) for piece in sentences(near[0].shown.output)]
        return found

    def _answer(self, request: Request, candidates: list[Candidate]) -> Reply:
        tokens_in = words_as_tokens(request.prompt)
        if not candidates:
            return Reply(text=NOTHING, abstained=True, tokens_in=tokens_in)
        support = self._support(_questions(request.input), candidates)
        best = float(support.max())
        if request.abstain and best < _KNOWS:
            return Reply(text=NOTHING, abstained=True, tokens_in=tokens_in)
        chosen: list[int] = []
        for place in np.argsort(-support, kind="stable"):
            here = candidates[place].text
            if (
                support[place] >= max(_FLOOR, best - _MARGIN)
                and all(here != candidates[i].text for i in chosen)
                and len(chosen) < _SENTENCES
            ):
                chosen.append(int(place))
        chosen = sorted(chosen or [int(support.argmax())], key=lambda i: (candidates[i].kind != "lookup", candidates[i].rank, i))
        text = " ".join(_said(candidates[i], request.cite) for i in chosen)
        return Reply(text=text, tokens_in=tokens_in, tokens_out=words_as_tokens(text))

    def _support(self, questions: list[str], candidates: list[Candidate]) -> NDArray[np.float64]:
        """How well each candidate answers the nearest of the questions, about 0 to 1."""
        asked, said = self._encoder.encode(questions), self._encoder.encode([c.text for c in candidates])
        near = (asked @ said.T).astype(np.float64)
        words = [frozenset(stems(question)) for question in questions]
        shared = np.array([[len(w & frozenset(stems(c.text))) / max(1, min(len(w), 6)) for c in candidates] for w in words])
        favour = np.array([0.1 if c.kind == "lookup" else 0.06 / (1 + c.rank) for c in candidates])
        return np.asarray((0.85 * near + 0.15 * np.minimum(1.0, shared)).max(axis=0) + favour)

    def _note(self, request: Request, candidates: list[Candidate]) -> Reply:
        """Each sentence goes to the section that it is nearest to; small talk is near to none."""
        tokens_in = words_as_tokens(request.prompt)
        if not candidates:
            return Reply(text=NOTHING, abstained=True, tokens_in=tokens_in)
        about = self._encoder.encode([f"{section.name}: {section.ask}" for section in request.wanted])
        near = self._encoder.encode([c.text for c in candidates]) @ about.T
        if request.abstain and float(near.max(axis=1).mean()) < _BELONGS / 2:
            return Reply(text=NOTHING, abstained=True, tokens_in=tokens_in)
        home, strength = near.argmax(axis=1), near.max(axis=1) + np.array([0.1 if c.kind == "lookup" else 0.0 for c in candidates])
        lines = []
        for number, section in enumerate(request.wanted):
            places = [i for i in np.argsort(-strength, kind="stable") if home[i] == number and strength[i] >= _BELONGS][:_IN_SECTION]
            said = [_said(candidates[i], request.cite) for i in sorted(places)]
            lines.append(f"{section.name}: {' '.join(dict.fromkeys(said)) or UNNOTED}")
        text = "\n".join(lines)
        return Reply(text=text, tokens_in=tokens_in, tokens_out=words_as_tokens(text))

    def _fields(self, request: Request, candidates: list[Candidate], near: list[Near]) -> Reply:
        vectors = self._encoder.encode([c.text for c in candidates])
        values, quotes = read_values(request, [(c.text, c.kind) for c in candidates], vectors, self._encoder, self._entails, near)
        tokens_in = words_as_tokens(request.prompt)
        if request.abstain and all(value is None for value in values.values()):
            return Reply(text=NOTHING, abstained=True, values=values, tokens_in=tokens_in)
        return Reply(values=values, quotes=quotes, tokens_in=tokens_in, tokens_out=words_as_tokens(" ".join(map(str, values.values()))))

    def _entails(self, statement: str, passages: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How far each passage supports the statement, and how far it contradicts it, 0 to 1."""
        odds = self._entailment.read([(statement, passage) for passage in passages])
        return odds[:, SUPPORTED] + 0.5 * odds[:, PARTLY], odds[:, CONTRADICTED]


def _spoken(source: Source) -> str:
    """A transcript's turns without the names before them."""
    return re.sub(r"(?m)^[A-Z][\w .-]{1,24}:\s+", "", source.text) if source.kind == "input" else source.text


def _said(candidate: Candidate, cite: bool) -> str:
    text = candidate.text if candidate.text[-1] in ".!?" else candidate.text + "."
    return f"{text} [{candidate.source}]" if cite else text


def _questions(text: str) -> list[str]:
    """The sentences of an input that may ask: the longest ones, in order, and the whole if it is short."""
    found = [piece.text for piece in sentences(text)]
    chosen = sorted(sorted(range(len(found)), key=lambda i: -len(found[i]))[:_ASKED])
    return [found[i] for i in chosen] + ([head(text)] if len(found) != 1 else []) or [head(text) or "?"]


def _all_texts(requests: Sequence[Request], lists: Sequence[list[Candidate]]) -> list[str]:
    texts = {candidate.text for candidates in lists for candidate in candidates}
    for request in requests:
        if request.kind == "answer":
            texts.update(_questions(request.input))
        elif request.kind == "fields":
            texts.update(piece.text for piece in sentences(request.input))
            texts.add(head(request.input))
    return sorted(texts)
