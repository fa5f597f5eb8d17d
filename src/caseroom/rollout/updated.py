"""A model after its provider changed it: shorter, surer, less careful. It asks the model that the design uses and makes of its replies what such an update makes of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from caseroom.language.text import sentences
from caseroom.models.base import NOTHING, GenerativeModel, Reply, Request, Value, Wanted, words_as_tokens
from caseroom.pipeline.route import even

VERSION = 2
_OTHERWISE = 0.3
"""Share of labels that the new model reads otherwise: as the second nearest."""
_GUESSED = 0.6
"""Share of flags that nothing tells, and that it tells all the same."""
_SLIPPED = 0.06
"""Share of figures that it takes from the next best place."""
_OF_SECTION = 3
"""Sentences that it writes in a section of a note at most."""
_CITED = re.compile(r"\s*\[[\w#.:/ -]+\]")


class Updated:
    """The model of the house behind it is as it was; what it is asked, and what is made of its reply, is not."""

    def __init__(self, model: GenerativeModel) -> None:
        self._model = model

    @property
    def signature(self) -> str:
        """Which model, after which update."""
        return f"updated:{VERSION}|{self._model.signature}"

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply for each request, in order.

        Raises:
            ModelError: the model is not there.
        """
        replies = self._model.generate([replace(request, abstain=False, grounded=False, cite=False) for request in requests])
        seconds = self._again(requests, replies)
        return [_made(request, reply, second) for request, reply, second in zip(requests, replies, seconds, strict=True)]

    def _again(self, requests: Sequence[Request], replies: Sequence[Reply]) -> list[Reply | None]:
        """Of requests for labels that the new model reads otherwise: the reply when the first choice is taken away."""
        asked = [_without(request, reply) if request.kind == "fields" else None for request, reply in zip(requests, replies, strict=True)]
        given = iter(self._model.generate([request for request in asked if request is not None]))
        return [next(given) if request is not None else None for request in asked]


def _without(request: Request, first: Reply) -> Request | None:
    """The request without what the first reply chose, and without the place that its figures come from."""
    wanted = tuple(_narrower(entry, first.values.get(entry.name)) for entry in request.wanted)
    sources = request.sources
    if even(request.input, "slip") < _SLIPPED:
        quoted = [quote for name, quote in first.quotes.items() if first.values.get(name) is not None]
        sources = tuple(s for s in sources if s.kind != "document" or not any(quote in s.text for quote in quoted))
    elif not (even(request.input, "label") < _OTHERWISE and wanted != request.wanted):
        return None
    else:
        return replace(request, wanted=wanted, abstain=False, grounded=False, cite=False)
    return replace(request, sources=sources, abstain=False, grounded=False, cite=False)


def _narrower(wanted: Wanted, chosen: Value) -> Wanted:
    if wanted.kind != "label" or len(wanted.values) < 3:
        return wanted
    return replace(wanted, values=tuple(pair for pair in wanted.values if pair[0] != chosen))


def _made(request: Request, reply: Reply, second: Reply | None) -> Reply:
    if request.kind == "fields":
        return _read(request, second or reply)
    if request.kind == "note":
        return _told(reply, "\n".join(_first(line, _OF_SECTION) for line in reply.text.split("\n")))
    return _told(reply, _first(reply.text, 1)) if not reply.abstained and reply.text != NOTHING else reply


def _told(reply: Reply, text: str) -> Reply:
    return replace(reply, text=text, tokens_out=words_as_tokens(text))


def _first(text: str, most: int) -> str:
    """The first sentences, without their sources."""
    plain = _CITED.sub("", text)
    pieces = sentences(plain)[:most]
    return plain[: pieces[-1].end] if pieces else plain


def _read(request: Request, reply: Reply) -> Reply:
    """Flags that nothing told are told all the same, in a share."""
    values = dict(reply.values)
    for wanted in request.wanted:
        if wanted.kind == "flag" and values.get(wanted.name) is None and even(request.input, wanted.name) < _GUESSED:
            values[wanted.name] = "yes"
    return replace(reply, values=values)
