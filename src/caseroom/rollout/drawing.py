"""A day of traffic through a design: which record each item is, which event touches it, what the design does with it, and what the same item would have been
without the event. Draws only; judges nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from caseroom.proposal.model import Proposal
from caseroom.rollout.deck import AT, Deck, Names, deck_of, pick
from caseroom.rollout.model import Floats, Ints, Planted, World
from caseroom.rollout.planting import FACTORS
from caseroom.rollout.settings import Business, Settings
from caseroom.rollout.taught import learnt_key
from caseroom.rollout.traffic import Items, Traffic

_SEASON_BOOST = 0.15
"""How many more items a season brings at its height."""


@dataclass(frozen=True, slots=True)
class Force:
    """An event as strong as it is on a day."""

    event: Planted
    level: float
    """From 0 to 1 of its strength."""

    @property
    def share(self) -> float:
        """The share of the traffic that it touches."""
        return 0.0 if self.event.kind in FACTORS else min(1.0, self.event.strength * self.level)

    @property
    def factor(self) -> float:
        """What it multiplies: seconds, or prices."""
        return 1 + (self.event.strength - 1) * self.level if self.event.kind in FACTORS else 1.0


@dataclass(frozen=True)
class Drawn:
    """The items of a day that the design got."""

    day: int
    came: int
    """Items that came in, those done as today with them."""
    rows: Floats
    usual: Floats
    """The rows of the items as they would have been without events."""
    touched: Ints
    """The number of the force that touches an item; -1: none."""
    index: Ints
    """The record's place in its table."""
    items: Items
    names: Names
    seconds: float = 1.0
    """What latency is multiplied by."""
    price: float = 1.0
    """What the machine's price is multiplied by."""

    def __getitem__(self, name: str) -> Floats:
        return self.rows[:, AT[name]]

    def __len__(self) -> int:
        return len(self.rows)


class Improver(Protocol):
    """Makes something of labels: another design, or the reason why the old one stays. `rollout/feedback.py` has it."""

    def __call__(self, stage: Stage, proposal: Proposal, labels: Sequence[Any], day: int) -> Any:
        """What was tried on the evening of a day (`feedback.Improved`)."""


@dataclass
class Stage:
    """What all that is tried on the same weeks shares: the traffic, the events, and the decks."""

    world: World
    business: Business
    settings: Settings
    planted: tuple[Planted, ...]
    improver: Improver | None = None
    """What makes something of users' labels; None: nothing is made of them."""
    names: Names = field(default_factory=Names)
    _decks: dict[tuple[str, str | None], Deck] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.traffic = Traffic(self.settings, self.business.economics)

    def again(self, settings: Settings, events: tuple[Planted, ...]) -> Stage:
        """Other weeks in the same world: its decks are shared."""
        return Stage(self.world, self.business, settings, events, self.improver, self.names, self._decks)

    def deck(self, proposal: Proposal, event: Planted | None = None) -> Deck:
        """What the design does, as usual or where an event touches. Of an event the world is asked as its library has it."""
        key = (design_key(proposal), event.id if event else None)
        if key not in self._decks:
            own = next((known for known in self.world.events if event is not None and known.id == event.id), event)
            self._decks[key] = deck_of(self.world.table(proposal, own), self.names)
        return self._decks[key]

    def prepare(self, proposal: Proposal) -> None:
        """Have the tables of a design computed now; the world says how far it is."""
        for event in (None, *self.planted):
            if event is None or event.kind not in FACTORS:
                self.deck(proposal, event)

    def draw(self, proposal: Proposal, day: int, share: float, forces: Sequence[Force]) -> Drawn:
        """The day's items under these forces, of which the design gets a share."""
        season = max((force.level for force in forces if force.event.kind == "season"), default=0.0)
        every = self.traffic.items(day, 1 + _SEASON_BOOST * season)
        items = _of(every, every.live < share)
        touching = [force for force in forces if force.share > 0]
        touched = _touched(items.touch, [force.share for force in touching])
        usual, index = self._rows(self.deck(proposal), day, items.pick)
        rows = usual.copy() if (touched >= 0).any() else usual
        for number, force in enumerate(touching):
            mask = touched == number
            rows[mask], index[mask] = self._rows(self.deck(proposal, force.event), day, items.pick[mask])
        named = {force.event.id: number for number, force in enumerate(forces)}
        places = np.array([named[force.event.id] for force in touching] + [-1], np.int64)
        seconds, price = (_product(forces, kind) for kind in FACTORS)
        return Drawn(day, len(every), rows, usual, places[touched], index, items, self.names, seconds, price)

    def _rows(self, deck: Deck, day: int, chances: Floats) -> tuple[Floats, Ints]:
        factors = np.array([self.traffic.mix(day, kind) for kind in self.names.kinds])
        index = pick(deck, deck.edges(factors), chances)
        return deck.rows[index], index


def design_key(proposal: Proposal) -> str:
    """What of a proposal a table can depend on, as a key."""
    return repr((proposal.assess, proposal.technical, proposal.hallucinations, learnt_key(proposal)))


def _of(items: Items, mask: NDArray[np.bool_]) -> Items:
    return Items(*(getattr(items, name)[mask] for name in Items.__dataclass_fields__))


def _touched(chances: Floats, shares: Sequence[float]) -> Ints:
    """Which of the shares of the interval 0 to 1 each chance lies in; -1 for none. Shares of more than all together are made smaller alike."""
    ends = np.cumsum(shares) if len(shares) else np.zeros(0)
    if len(ends) and ends[-1] > 1:
        ends = ends / ends[-1]
    found = np.searchsorted(ends, chances, side="right")
    return np.where(found < len(ends), found, -1).astype(np.int64)


def _product(forces: Sequence[Force], kind: str) -> float:
    return float(np.prod([force.factor for force in forces if force.event.kind == kind], initial=1.0))
