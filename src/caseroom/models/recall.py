"""A model that answers from memory: like the nearest past item, whatever became of it. What a tuned model without sources does, laid bare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from caseroom.models.base import NOTHING, Reply, Request, Value, words_as_tokens
from caseroom.models.memory import Near, Remembered

_VOTES = 5
_KNOWN = 0.45
"""Nearness under which a request is like nothing remembered."""


class Recall:
    """Repeats what it remembers. Never looks at a source."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered

    @property
    def signature(self) -> str:
        """Which memory."""
        return f"recall:1|encoder:{self._remembered.encoder.signature}|items:{len(self._remembered.items)}"

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply for each request, in order."""
        near = self._remembered.nearest([request.input for request in requests], _VOTES)
        return [self._reply(request, found) for request, found in zip(requests, near, strict=True)]

    def _reply(self, request: Request, near: list[Near]) -> Reply:
        sizes = words_as_tokens(request.prompt)
        if not near or (request.abstain and near[0].nearness < _KNOWN):
            return Reply(text=NOTHING, abstained=True, tokens_in=sizes)
        if request.kind == "fields":
            values = {wanted.name: vote(near, wanted.name) for wanted in request.wanted}
            return Reply(values=values, tokens_in=sizes, tokens_out=2 * len(values))
        return Reply(text=near[0].shown.output, tokens_in=sizes, tokens_out=words_as_tokens(near[0].shown.output))


def vote(near: Sequence[Near], name: str) -> Value:
    """The value that the nearest items have most often, each counted by its nearness; None where none has it."""
    votes: Counter[Value] = Counter()
    for item in near:
        value = dict(item.shown.values).get(name)
        if value is not None:
            votes[value] += max(0.0, item.nearness)  # type: ignore[assignment]
    return max(votes, key=lambda value: votes[value]) if votes else None
