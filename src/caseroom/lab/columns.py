"""What is kept of each record of a run: numbers only, one row a record, so that memory does not grow with texts. NaN is unscored, in here only."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NAMES = (
    "right", "incomplete", "wrong", "passed_on", "scored", "answerable", "handover", "exact_right", "exact_all", "facts_found", "facts_all",
    "values_right", "values_given", "values_wanted", "grounded", "claims", "flagged", "look", "review", "send", "baseline", "failed",
    "latency", "tokens", "cost", "selected", "group", "kind", "edits", "sent_words", "docs_found", "docs_all", "luck_look", "luck_review",
    "luck_queue", "luck_person", *(f"bleu{i}" for i in range(10)), "rouge1", "rouge2", "rougeL", "bertscore",
)  # fmt: skip


@dataclass
class Columns:
    """Rows of numbers by name, and the names behind the codes of groups and kinds."""

    groups: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    _rows: array[float] = field(default_factory=lambda: array("d"))

    def add(self, row: Mapping[str, float]) -> None:
        """One more record; what is not given is unscored."""
        self._rows.extend(row.get(name, float("nan")) for name in NAMES)

    def __len__(self) -> int:
        return len(self._rows) // len(NAMES)

    def first(self, count: int) -> Columns:
        """The first rows alone."""
        return Columns(self.groups, self.kinds, self._rows[: count * len(NAMES)])

    def __getitem__(self, name: str) -> Floats:
        """One column."""
        return np.frombuffer(self._rows, np.float64).reshape(-1, len(NAMES))[:, NAMES.index(name)].copy() if self._rows else np.zeros(0)

    def code(self, names: list[str], name: str) -> float:
        """The code of a group or kind; NaN for none."""
        if not name:
            return float("nan")
        if name not in names:
            names.append(name)
        return float(names.index(name))

    def to_data(self) -> dict[str, object]:
        """Plain data, for keeping."""
        return {"groups": self.groups, "kinds": self.kinds, "rows": self._rows.tolist()}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> Columns:
        """What `to_data` made plain; JSON's null is NaN."""
        rows: Sequence[float | None] = data["rows"]  # type: ignore[assignment]
        made = cls(list(data["groups"]), list(data["kinds"]))  # type: ignore[call-overload]
        made._rows.extend(float("nan") if value is None else value for value in rows)
        return made
