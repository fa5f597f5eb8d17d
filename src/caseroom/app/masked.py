"""A large model that never sees private data: what is private is masked in all that is sent, and put back in what comes. Guesses no meaning.

What counts as private is pipeline/privacy.py's: addresses, numbers, and the names by which people call themselves; other names where Presidio is installed.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from caseroom.app.people_named import people_named
from caseroom.models.chat import Answer, Ask, ChatModel
from caseroom.models.relay import relayed
from caseroom.pipeline.privacy import mask_part, own_names, restored

_BEGUN = re.compile(r"\[(?:[A-Z]{1,12}(?: \d{0,5})?)?\Z")
"""What may become a stand-in with the next piece of a stream."""
_STAND_IN = re.compile(r"\[[A-Z]{1,12} \d{1,5}\]")


class Masked:
    """A model behind a mask."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.name = model.name

    @property
    def signature(self) -> str:
        """The model's, masked."""
        return f"{self._model.signature}|masked:1"

    @property
    def sends_to(self) -> str:
        """The model's."""
        return self._model.sends_to

    def ask(self, ask: Ask) -> Answer:
        """The model's answer, with what was masked put back.

        Raises:
            ModelError: the model's.
        """
        sent, known = masked(ask)
        answer = self._model.ask(sent)
        return replace(answer, text=restored(answer.text, known.items()), data=_restored(answer.data, known))

    def stream(self, ask: Ask) -> Generator[str, None, Answer | None]:
        """The model's pieces, with what was masked put back; a piece waits while it may be a part of a stand-in.

        Raises:
            ModelError: the model's.
        """
        sent, known = masked(ask)
        pieces, waiting = relayed(self._model.stream(sent)), ""
        try:
            while True:
                try:
                    waiting += next(pieces)
                except StopIteration as end:
                    if waiting:
                        yield restored(waiting, known.items())
                    return replace(end.value, text=restored(end.value.text, known.items())) if end.value else None
                begun = _BEGUN.search(waiting)
                ready = waiting[: begun.start()] if begun else waiting
                waiting = waiting[len(ready) :]
                if ready:
                    yield restored(ready, known.items())
        finally:
            pieces.close()


def masked(ask: Ask) -> tuple[Ask, dict[str, str]]:
    """The request as it is sent, and the stand-in of each thing that is masked in it; one for all messages."""
    names = [name for message in ask.messages for name in (*own_names(message.text), *people_named(message.text))]
    known = {text: text for message in ask.messages for text in _STAND_IN.findall(message.text)}  # what looks like one already stays itself
    taken = len(known)
    made = tuple(replace(message, text=mask_part(message.text, 0, len(message.text), names, known)) for message in ask.messages)
    return replace(ask, messages=made), dict(list(known.items())[taken:])


def _restored(data: Any, known: Mapping[str, str]) -> Any:
    if isinstance(data, str):
        return restored(data, known.items())
    if isinstance(data, list):
        return [_restored(value, known) for value in data]
    if isinstance(data, dict):
        return {name: _restored(value, known) for name, value in data.items()}
    return data
