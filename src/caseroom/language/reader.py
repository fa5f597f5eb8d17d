"""The reader: a cross-encoder that reads a turn together with a fact and says whether the turn asks for it. Shipped, int8, offline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from caseroom.language.runtime import WEIGHTS, Model

_LONGEST = 112  # tokens of a pair


class Reader:
    """A cross-encoder over the encoder's network (Nogueira & Cho 2019), tuned by `training/tune_reader.py`."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Opens nothing yet."""
        self.model = Model("reader.onnx", _LONGEST, folder)

    @property
    def signature(self) -> str:
        """Which weights: the first digits of their digest."""
        return self.model.signature

    def warm(self) -> None:
        """Load the model now, so that the first turn does not wait for it."""
        self.read([("ready", "ready")])

    def read(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Log odds that the first text asks for the second, one a pair, rounded to three digits."""
        if not pairs:
            return np.empty(0, np.float32)
        rows = self.model.run(pairs, lambda logits, _: logits.reshape(-1, 1))
        return np.round(rows[:, 0], 3)
