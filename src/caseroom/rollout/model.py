"""What the weeks are made of: planted events, and what a design does with each record in each state of the world. Plain data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from caseroom.lab.columns import Columns
from caseroom.lab.people import Settled
from caseroom.proposal.model import Proposal

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EventKind = Literal[
    "policy_change", "new_line", "vocabulary", "gaming", "model_update", "half_index", "latency_creep", "cost_rise", "group_loss", "injections",
    "season",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planted:
    """Something that happens in the weeks after launch."""

    id: str
    kind: EventKind
    title: str
    start: int
    """The first day that it shows, counted from launch, 0 first."""
    days: int
    """How long it lasts if nobody acts."""
    strength: float = 1.0
    """Share of the traffic that it touches, or the factor that it ends in; by its kind."""
    ramp: int = 0
    """Days until it is at its full strength."""
    harmless: bool = False
    """It must not alarm."""
    what: str = ""
    """What happens, in words."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What monitors may know of inputs and outputs without knowing what is right: one row a record."""

    kind: Ints
    """The code of the kind that the system itself takes it for; -1 for none."""
    unseen: Floats
    """Share of its words that the reference traffic does not have."""
    far: Floats
    """Distance of its meaning to the nearest of the reference traffic, 0 to 2."""
    words_in: Floats
    words_out: Floats
    suspicious: Floats
    """1 where the input speaks to the model."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a design does with each record in one state of the world; one row a record, weights say how often it is drawn."""

    state: str
    columns: Columns
    settled: Settled
    inputs: Inputs
    weights: Floats
    """How often each record comes, relative to the others."""
    origins: Ints | None = None
    """The row of the usual table whose record each row is, or is made of; -1 for a new record. None: nobody says."""


class World(Protocol):
    """The states of the world: as usual, and under each planted event."""

    events: tuple[Planted, ...]

    def table(self, proposal: Proposal, event: Planted | None = None) -> Table:
        """What the design does as usual, or on the records that an event touches. Computed once, remembered by content.

        Raises:
            DataError, ModelError, StageError: as their rooms say.
        """
