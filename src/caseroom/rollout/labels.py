"""Labels from what users do: which outputs they edited, thumbed down or sent back, counted by record, state of the world and design. Holds numbers and names of records
only; what would have been right is looked up where the labels are used (`feedback.py`).

One user is one signal. A record stands for many alike items, so it may bring several; they are one label with counts, of the day of the first.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from caseroom.rollout.drawing import Drawn, Force, design_key
from caseroom.rollout.model import Ints
from caseroom.rollout.service import Mask, Served
from caseroom.rollout.settings import NO_REASON, REOPENED, THUMBS_DOWN

SignalKind = Literal["edited", "thumb_down", "reopened"]
SIGNALS: tuple[SignalKind, ...] = ("edited", "thumb_down", "reopened")
WORDS = {"edited": "edited", "thumb_down": "thumbed down", "reopened": "reopened"}


@dataclass(frozen=True, slots=True)
class Label:
    """What users made of one record's outputs."""

    state: str
    """The event at work; empty: the record as usual."""
    index: int
    """The record's place in the state's table."""
    design: str
    """Which design made the outputs: a digest."""
    day: int
    """Of the first signal; without one, of the first item."""
    came: int
    """Items whose output reached a user."""
    passed: int
    """Items that a person did instead: what was right is known from them, too."""
    edited: int = 0
    thumb_down: int = 0
    reopened: int = 0

    @property
    def signals(self) -> int:
        """Users who sent it back, thumbed it down, or edited it."""
        return self.edited + self.thumb_down + self.reopened

    @property
    def known(self) -> bool:
        """Whether a person's own output is there to compare with."""
        return bool(self.signals or self.passed)


def design_name(proposal: object) -> str:
    """A short name of a design, by content."""
    return hashlib.sha256(design_key(proposal).encode()).hexdigest()[:12]  # type: ignore[arg-type]


def signal_kinds(drawn: Drawn, done: Served) -> Ints:
    """For each item which signal its user gave, as a place in `SIGNALS`; -1 for none. The chances are those of `service.py`."""
    bad = (drawn["wrong"] == 1) | (drawn["incomplete"] == 1)
    left_bad = (drawn["left_wrong"] == 1) | (bad & (drawn["left_right"] != 1))
    back = np.where(left_bad, REOPENED, NO_REASON * REOPENED / (REOPENED + THUMBS_DOWN))
    kind = np.where(drawn["look"] == 1, 0, np.where(drawn.items.user < back, 2, 1))
    return np.where(done.signal, kind, -1).astype(np.int64)


@dataclass
class Book:
    """The labels of a rollout, gathered while feedback is on and until there are enough. Bounded: a row a record, state and design."""

    on: bool
    most: int
    """Signals at which it is full."""
    signals: int = 0
    _rows: dict[tuple[str, int, str], list[int]] = field(default_factory=dict, repr=False)
    """First day, came, passed, and a count for each of `SIGNALS`."""

    @property
    def full(self) -> bool:
        """Whether there are as many signals as were asked for."""
        return self.on and self.signals >= self.most

    def add(self, day: int, design: str, drawn: Drawn, done: Served, forces: Sequence[Force]) -> None:
        """A day's items; those after the last signal that was wanted no longer count."""
        if not self.on or self.full or not len(drawn):
            return
        kinds = signal_kinds(drawn, done)
        counts = (drawn["scored"] == 1) & ~done.failed
        kinds = np.where(counts, kinds, -1)
        counts &= self._until_full(kinds)
        names = ["", *(force.event.id for force in forces)]
        places = np.stack([drawn.touched[counts] + 1, drawn.index[counts]], axis=1)
        found, of = np.unique(places, axis=0, return_inverse=True)
        of, seen, out = of.ravel(), kinds[counts], done.out[counts]
        sums = [np.bincount(of, part, len(found)) for part in (out, ~out, *(seen == number for number in range(len(SIGNALS))))]
        for (touched, index), *numbers in zip(found.tolist(), *(part.astype(int).tolist() for part in sums), strict=True):
            self._count((names[touched], index, design), day, numbers)
        self.signals += int((seen >= 0).sum())

    def _until_full(self, kinds: Ints) -> Mask:
        """The items up to the last signal that is wanted."""
        before: Ints = np.cumsum(kinds >= 0) - (kinds >= 0)
        return np.asarray(before < self.most - self.signals)

    def _count(self, key: tuple[str, int, str], day: int, numbers: Sequence[int]) -> None:
        row = self._rows.setdefault(key, [day, 0, 0, *(0 for _ in SIGNALS)])
        if any(numbers[2:]) and not any(row[3:]):
            row[0] = day
        for place, number in enumerate(numbers, 1):
            row[place] += number

    def labels(self) -> tuple[Label, ...]:
        """All labels, in the order of their records."""
        return tuple(Label(*key, *row) for key, row in sorted(self._rows.items()))


def counted(labels: Iterable[Label]) -> dict[str, int]:
    """How many signals of each kind."""
    total: Counter[str] = Counter(dict.fromkeys(SIGNALS, 0))
    for label in labels:
        total.update({name: getattr(label, name) for name in SIGNALS})
    return dict(total)
