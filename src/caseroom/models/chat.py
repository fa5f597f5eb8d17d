"""The interface of what talks: messages in, text out, whole or as it comes. Says nothing of who answers, and never sends anything itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

PURPOSES = ("interviewer", "reader", "coach", "draft", "lab")
"""What a large model may be used for; `test` is the purpose of a trial call."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What a model is asked."""

    messages: tuple[Message, ...]
    purpose: str
    """interviewer, reader, coach, draft, lab; or test."""
    schema: Mapping[str, Any] | None = None
    """JSON schema of the object that is wanted; then `Answer.data` holds it."""
    max_tokens: int = 300
    temperature: float = 0.0
    seconds: float | None = None
    """Time for the answer at most; without it as the settings say, and never longer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said."""

    text: str
    data: Any = None
    """The object that was asked for by `Ask.schema`."""
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cost: float | None = None
    """In the prices' currency; None where no price is known."""
    model: str = ""
    """The name of who spoke."""


@runtime_checkable
class ChatModel(Protocol):
    """Anything that talks."""

    name: str
    """As in the settings."""

    @property
    def signature(self) -> str:
        """Kind, model, address and settings; an answer is remembered under it."""

    @property
    def sends_to(self) -> str:
        """The host that the text goes to; empty when nothing leaves the machine."""

    def ask(self, ask: Ask) -> Answer:
        """The whole answer.

        Raises:
            ModelError: and its kinds, by what went wrong.
        """

    def stream(self, ask: Ask) -> Iterator[str]:
        """Pieces of text as they come.

        Raises:
            ModelError: and its kinds, also in the middle.
        """
