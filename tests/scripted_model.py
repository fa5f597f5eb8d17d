"""A model that says what a script tells it: a function from the request to a text, an object, or an error to raise. For tests; asks nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from caseroom.errors import ModelError, ModelGarbage
from caseroom.models.base import words_as_tokens
from caseroom.models.chat import Answer, Ask
from caseroom.models.entries import tokens_of
from caseroom.models.shape import read_object

Script = Callable[[Ask], Any]


@dataclass
class Scripted:
    """A model with a script."""

    script: Script = lambda ask: "Thank you. What would you look at first?"
    name: str = "scripted"
    sends_to: str = ""
    asked: list[Ask] = field(default_factory=list)

    @property
    def signature(self) -> str:
        """Its name."""
        return f"scripted:1|{self.name}"

    def ask(self, ask: Ask) -> Answer:
        """What the script says.

        Raises:
            ModelError: if the script says so, or gives nothing of use.
        """
        self.asked.append(ask)
        said = self.script(ask)
        if isinstance(said, ModelError):
            raise said
        text = said if isinstance(said, str) else json.dumps(said)
        if not text.strip():
            raise ModelGarbage("empty")
        data, problem = read_object(text, ask.schema) if ask.schema is not None else (None, "")
        if problem:
            raise ModelGarbage(problem)
        return Answer(text, data, tokens_of(ask), words_as_tokens(text), 0.0, None, self.name)

    def stream(self, ask: Ask) -> Generator[str, None, Answer]:
        """The same, word by word."""
        answer = self.ask(ask)
        words = answer.text.split(" ")
        for number, word in enumerate(words):
            yield word if number == len(words) - 1 else word + " "
        return answer
