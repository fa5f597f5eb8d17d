"""What monitors may know of an input without knowing what is right: how it stands against the reference traffic. Measured with each record's own origin left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from caseroom.cases.data import Record
from caseroom.language.encoder import Encoder
from caseroom.language.text import words
from caseroom.models.memory import head
from caseroom.pipeline.prompt import ATTACK
from caseroom.rollout.model import Inputs

_VOTES = 5
"""Records of the reference that say what kind an input is of."""


class Reference:
    """The traffic of before the launch."""

    def __init__(self, encoder: Encoder, records: Sequence[Record]) -> None:
        self._encoder = encoder
        self._place = {row.id: place for place, row in enumerate(records)}
        self.kinds = list(dict.fromkeys(row.kind for row in records if row.kind))
        """The names behind the codes, in the order in which they first come."""
        self._codes = np.array([self.kinds.index(row.kind) if row.kind else -1 for row in records], np.int64)
        self._vectors = encoder.encode([head(row.input) for row in records])
        self._words = [frozenset(_words(row.input)) for row in records]
        self._known = Counter(word for own in self._words for word in own)

    def inputs(self, records: Sequence[Record], origins: Sequence[str], outputs: Mapping[str, str]) -> Inputs:
        """Records as they come in. `origins`: the record of the reference that each is, or is made of; `outputs`: what was said, by record."""
        places = [self._place.get(origin, -1) for origin in origins]
        nearness = self._nearness(records, places)
        return Inputs(
            kind=np.array([self._kind(row) for row in nearness], np.int64),
            unseen=np.array([self._unseen(row.input, place) for row, place in zip(records, places, strict=True)]),
            far=np.round(1 - nearness.max(axis=1, initial=-1.0), 6),
            words_in=np.array([float(len(row.input.split())) for row in records]),
            words_out=np.array([float(len(outputs.get(row.id, "").split())) for row in records]),
            suspicious=np.array([float(bool(ATTACK.search(row.input))) for row in records]),
        )

    def _nearness(self, records: Sequence[Record], places: Sequence[int]) -> NDArray[np.float64]:
        nearness = (self._encoder.encode([head(row.input) for row in records]) @ self._vectors.T).astype(np.float64)
        for row, place in enumerate(places):
            if place >= 0 and nearness.shape[1] > 1:
                nearness[row, place] = -1.0
        return nearness

    def _kind(self, nearness: NDArray[np.float64]) -> int:
        """The kind of most of the nearest, each counted by its nearness."""
        votes: Counter[int] = Counter()
        for place in np.argsort(-nearness, kind="stable")[:_VOTES]:
            votes[int(self._codes[place])] += max(0.0, float(nearness[place]))  # type: ignore[assignment]
        return max(votes, key=lambda code: (votes[code], -code), default=-1)

    def _unseen(self, text: str, place: int) -> float:
        own = self._words[place] if place >= 0 else frozenset[str]()
        said = _words(text)
        return sum(self._known[word] - (word in own) <= 0 for word in said) / max(1, len(said))


def _words(text: str) -> list[str]:
    """Words without figures: an order's number is new each time and tells nothing."""
    return [word for word in words(text) if word.isalpha()]
