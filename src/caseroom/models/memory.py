"""What a model of the house remembers: past items and what people made of them, good and bad alike. Its training, as it were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from caseroom.language.encoder import Encoder
from caseroom.models.base import Shown


@dataclass(frozen=True, slots=True)
class Near:
    """A remembered item and how near it is, -1 to 1."""

    shown: Shown
    nearness: float


@dataclass
class Remembered:
    """Past items, found by the nearness of what came in."""

    encoder: Encoder
    items: Sequence[Shown] = ()
    _vectors: NDArray[np.float32] | None = field(default=None, repr=False)

    def nearest(self, texts: Sequence[str], count: int) -> list[list[Near]]:
        """For each text the nearest remembered items, the nearest first."""
        if not self.items or count <= 0:
            return [[] for _ in texts]
        if self._vectors is None:
            self._vectors = self.encoder.encode([head(item.input) for item in self.items])
        nearness = self.encoder.encode([head(text) for text in texts]) @ self._vectors.T
        order = np.argsort(-nearness, axis=1, kind="stable")[:, :count]
        return [[Near(self.items[i], float(row[i])) for i in places] for row, places in zip(nearness, order, strict=True)]


def head(text: str) -> str:
    """The part of a text that the encoder reads, so that what is remembered is keyed by what counts."""
    return text[:1200]
