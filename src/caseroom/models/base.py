"""The interface of what writes: a request with its sources in, a reply with text or values out. One method, whole lists at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from caseroom.errors import ModelError

Value = str | float | bool | None
Kind = Literal["answer", "note", "fields"]


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of text that a reply may stand on."""

    id: str
    text: str
    kind: Literal["input", "document", "lookup"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value that is wanted, or a section of a note."""

    name: str
    kind: str
    """label, flag, number, money, date, text; or `section`."""
    ask: str
    """The question, the statement of a flag, or what a section is about."""
    where: Literal["input", "documents"] = "input"
    """Where it stands: in the item itself, or in what the documents say of its like."""
    values: tuple[tuple[str, str], ...] = ()
    """Of a label: each value and what it means."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A past item with what people made of it."""

    input: str
    output: str = ""
    values: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What a model is asked. The switches are what the prompt says in words; a model of the house obeys them as they stand."""

    kind: Kind
    task: str
    input: str
    sources: tuple[Source, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    examples: tuple[Shown, ...] = ()
    known: tuple[tuple[str, Value], ...] = ()
    """What the systems know with the input; a question may name it."""
    grounded: bool = False
    """Answer from the sources only."""
    abstain: bool = False
    """Say that you do not know where the sources do not support an answer."""
    cite: bool = False
    """Name the source behind each sentence."""
    prompt: str = ""
    """All of it as the text that a language model reads."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model made of a request."""

    text: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    quotes: Mapping[str, str] = field(default_factory=dict)
    """The words that a value stands on, by its name."""
    abstained: bool = False
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cost: float = 0.0
    error: str | None = None
    """What went wrong with this one: a time-out, a reply without form."""
    unanswered: bool = False
    """Whether the provider did not answer at all (down, too slow): it may when it is asked again, so that is no reply to remember."""


class GenerativeModel(Protocol):
    """Anything that writes."""

    @property
    def signature(self) -> str:
        """Name, version and settings: a reply is remembered under it."""

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply for each request, in order.

        Raises:
            ModelError: the model is not there. What goes wrong with one request stands in its reply.
        """


class StoppedInTheMiddle(ModelError):
    """What stands in the way of all requests; `made` are the requests that were answered before, with their replies."""

    def __init__(self, message: str, made: Sequence[tuple[Request, Reply]]) -> None:
        super().__init__(message)
        self.made = tuple(made)


NOTHING = "I don't know; this goes to a colleague."
"""What a model of the house says when it abstains."""
UNNOTED = "nothing noted."
"""What it writes in a section of a note that nothing belongs to."""


def words_as_tokens(text: str) -> int:
    """Tokens of a text, by the rule of thumb of four for three words; for models that do not count."""
    return round(len(text.split()) * 4 / 3)


def missing(what: str, next_step: str) -> ModelError:
    """The error of a model that is not there."""
    return ModelError(f"{what}. {next_step}")
