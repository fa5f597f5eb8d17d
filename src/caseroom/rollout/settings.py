"""What a rollout is asked for, and what its people and machines are assumed to do. Plain data; each assumption is one named number, listed in docs/rollout.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from caseroom.cases.task import Economics, Task

GRADER_MISSES = 0.10
"""Of the wrong outputs that a person grades, the share that is taken for right."""
GRADER_OBJECTS = 0.01
"""Of the right outputs that a person grades, the share that is taken for wrong."""
REOPENED = 0.35
"""Of what left wrong or incomplete, the share that comes back or is complained about."""
THUMBS_DOWN = 0.15
"""Of the same, the share that gets a thumb down and is not sent back."""
NO_REASON = 0.02
"""Of what left right, the share that gets a thumb down or comes back all the same."""
EDITS_WRONG, EDITS_RIGHT = 0.70, 0.12
"""Where a person sends it: the share of wrong or incomplete outputs, and of right ones, that they edit."""
PRICE_OF_TOKEN = 3e-6
"""Money for a token where a model does not say what it costs."""
ONE_ITEM = 0.002
"""Money for the machine that an item takes besides, tokens or not."""
SECONDS = 1.2
"""Seconds to an output where none was measured."""
JITTER = 0.25
"""How much the seconds to an output vary: the standard deviation of their logarithm."""
FAILS = 0.004
"""Share of items that fail for no reason of the design's: time-outs, a network that is down."""
TIME_OUT = 20.0
"""An item that takes so many times the usual seconds fails."""
LOOKS_EVERY = 7
"""Without anybody on call, somebody looks at the dashboards so often, in days."""
MENDS_ALONE = 1
"""Without anybody on call, days from that look until it is mended."""
ASKED_AGAIN = 100
"""Inputs of a fixed set that the design is asked again each day, where outputs are watched; their price is not counted."""
ANSWERED_OTHERWISE = 0.01
"""Of those, the share that is answered otherwise though nothing has changed: no machine is wholly steady."""
DEFAULT_SAMPLE = 30
"""Outputs a day that people grade where the roadmap does not say how many."""
COUNTED = 120
"""Items a day that a gate counts at most: enough for its interval, and little to keep."""
LOOK_MINUTES = 60.0
"""A person's minutes for one alert, true or false."""

EventWish = tuple[str, int]
"""A kind of event, or its id, and the day on which it starts."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked for."""

    seed: int = 7
    weeks: int = 12
    a_day: float | None = None
    """Items on an average working day; without it as the case says."""
    events: tuple[EventWish, ...] | None = None
    """The events that happen; None: they are drawn; empty: none happen."""
    launch: date | None = None
    """The day of launch; without it a Monday that the seed draws, so that seasons and clock changes differ."""
    person: bool = False
    """A person is on call, not the simulated one: nothing is done but by actions."""

    @property
    def days(self) -> int:
        """The horizon."""
        return self.weeks * 7


@dataclass(frozen=True, slots=True)
class Business:
    """What today costs, and what the business wants."""

    economics: Economics
    task: Task
    documents: bool = True
    """Whether there is anything to search in."""


ActionKind = Literal["look", "rollback", "return", "fix", "silence", "acknowledge", "sample", "nothing"]


@dataclass(frozen=True, slots=True)
class Action:
    """What a person on call does on the evening of a day, after its alerts."""

    day: int
    kind: ActionKind
    target: str = ""
    """look: what is checked (inputs, documents, provider, index, service, prices, groups, attacks, outputs, users); fix: the cause, by the event's kind; silence and
    acknowledge: the monitor."""
    value: int = 0
    """silence: for so many days; sample: outputs a day that are graded from now on."""
