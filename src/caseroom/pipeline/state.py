"""What travels through the pipeline: an item comes in, each stage fills one slot of its state and leaves a trace. Plain data, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, Protocol

from caseroom.models.base import Reply, Request, Value
from caseroom.pipeline.documents import Document
from caseroom.pipeline.retrieve import Passage

Route = Literal["send", "look", "review", "person", "baseline"]
"""send: leaves as it is | look: a person looks at it as at every output | review: a check objects, a reviewer decides | person: nothing is sent, a person
takes the item | baseline: the simple way answers instead."""


@dataclass(frozen=True, slots=True)
class Item:
    """What comes in. Never holds what a right output would be."""

    id: str
    input: str
    fields: Mapping[str, Value] = field(default_factory=dict)
    role: str = "everyone"
    day: date | None = None
    planted: tuple[Document, ...] = ()
    """Documents that stand in the knowledge base for this item only: the red team's."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check objects to."""

    check: str
    message: str


@dataclass(frozen=True, slots=True)
class Output:
    """What leaves, or would leave after a look."""

    text: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    by: Literal["model", "baseline", "nobody"] = "model"


@dataclass(frozen=True, slots=True)
class Trace:
    """What a stage did with an item."""

    stage: str
    seconds: float
    """Its share of the time that the stage took for all items at once; a remembered reply brings the time that it once took."""
    said: str
    """What was decided, and why."""
    tokens: int = 0
    cost: float = 0.0
    signature: str = ""
    """Which model or index, where one was at work."""


@dataclass(frozen=True, slots=True)
class State:
    """An item on its way."""

    item: Item
    exact: Mapping[str, Value] = field(default_factory=dict)
    """Values that code looked up."""
    told: tuple[str, ...] = ()
    """The sentences that say them."""
    passages: tuple[Passage, ...] = ()
    masked: tuple[tuple[str, str], ...] = ()
    """What is private, and its stand-in."""
    request: Request | None = None
    reply: Reply | None = None
    findings: tuple[Finding, ...] = ()
    failed: str | None = None
    """The stage that failed, and why; later stages leave the item alone."""
    unanswered: bool = False
    """Whether a provider did not answer for this item: what became of it holds for now, and is made again when the work is taken up again."""
    route: Route = "send"
    why: str = ""
    """Why it takes that route."""
    output: Output | None = None
    trace: tuple[Trace, ...] = ()

    @property
    def seconds(self) -> float:
        """Time from end to end."""
        return sum(entry.seconds for entry in self.trace)

    def with_finding(self, check: str, message: str) -> State:
        """The state with one more objection."""
        return replace(self, findings=(*self.findings, Finding(check, message)))


Filled = tuple[State, Trace]
"""A state with one more slot filled, and what is to be told of it; the time is set by who runs the stage."""


class Stage(Protocol):
    """One stage. It fills its slot for a window of items at once, so that models see batches; it never looks at another item's state."""

    name: str

    def run(self, states: Sequence[State]) -> list[Filled]:
        """The states in order, each with its trace.

        Raises:
            CaseroomError: nothing can be done for any item. For a single item's trouble, set `failed`.
        """


def told(said: str, tokens: int = 0, cost: float = 0.0, signature: str = "", seconds: float = 0.0) -> Trace:
    """A trace that does not know its stage yet."""
    return Trace("", seconds, said, tokens, cost, signature)
