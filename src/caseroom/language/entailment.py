"""Does a passage support a statement? A cross-encoder that says: supported, partly, contradicted, or not there. Shipped, int8, offline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from caseroom.language.runtime import WEIGHTS, Model

OUTCOMES = ("supported", "partly", "contradicted", "absent")
SUPPORTED, PARTLY, CONTRADICTED, ABSENT = range(4)
_LONGEST = 160  # tokens of a pair
_REMEMBERED = 30_000  # pairs; about 10 MB


class Entailment:
    """A cross-encoder over the encoder's network, tuned by `training/tune_entailment.py`."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Opens nothing yet."""
        self.model = Model("entailment.onnx", _LONGEST, folder)
        self.known: dict[tuple[str, str], NDArray[np.float64]] = {}

    @property
    def signature(self) -> str:
        """Which weights: the first digits of their digest."""
        return self.model.signature

    def warm(self) -> None:
        """Load the model now, so that the first turn does not wait for it."""
        self.read([("ready", "ready")])

    def read(self, pairs: Sequence[tuple[str, str]], progress: Callable[[int, int], None] | None = None) -> NDArray[np.float64]:
        """Probabilities of the `OUTCOMES` for each (statement, passage), shape (pairs, 4), rounded to four digits.

        What was read before is remembered, so a step answered again or a session graded again costs only what is new.
        """
        known = self.known  # another thread may begin a new one meanwhile
        fresh = [pair for pair in dict.fromkeys(pairs) if pair not in known]
        if fresh:
            logits = self.model.run(fresh, lambda rows, _: rows, progress).astype(np.float64)
            odds = np.exp(logits - logits.max(axis=1, keepdims=True))
            rows = dict(zip(fresh, np.round(odds / odds.sum(axis=1, keepdims=True), 4), strict=True))
        else:
            rows = {}
        found = [rows[pair] if pair in rows else known[pair] for pair in pairs]
        if len(known) + len(rows) > _REMEMBERED:
            self.known = rows
        else:
            known.update(rows)
        return np.array(found, np.float64).reshape(len(pairs), len(OUTCOMES))
