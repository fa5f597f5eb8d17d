"""What one day of the product was like, as sums. Plain numbers: no word, no session; nothing is read here."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from caseroom.monitoring.measured import Counts, Measured, Share, Values
from caseroom.store.calls import KeptCall

EAR = ("fact", "ask_back", "unknown", "decline", "crowded")
"""What the ear makes of a turn: a fact said, asked back, not known, an attack refused, too much asked for at once."""
SECONDS = ("turn", "wait", "grading", "run")
GOOD_CALLS = frozenset({"ok", "stopped"})
"""Outcomes of a model's call that are no failure: it answered, or nobody wanted the rest. After any other the next model or the words of the house stood in."""


@dataclass(slots=True)
class Tally:
    """The sums of one day."""

    day: date
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    """Errors that are the product's own, by kind."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Errors that told a person what to do otherwise, by kind."""
    said: int = 0
    undone: int = 0
    disputed: int = 0
    ear: Counter[str] = field(default_factory=Counter)
    points: int = 0
    """Points that were graded."""
    unsure: int = 0
    decided: Counter[str] = field(default_factory=Counter)
    """Disputes decided: for the candidate, for the judge, or of a point that the judge had been unsure of."""
    marked: int = 0
    """Points that a peer marked and the machine had a mark for."""
    alike: int = 0
    runs: Counter[str] = field(default_factory=Counter)
    """Runs of the lab by where they stand."""
    review_hours: list[float] = field(default_factory=list)
    calls: list[KeptCall] = field(default_factory=list)

    @property
    def fallbacks(self) -> int:
        """Calls of models whose reply could not be used."""
        return sum(call.outcome not in GOOD_CALLS for call in self.calls)

    @property
    def cost(self) -> float:
        """What calls of models cost."""
        return sum(call.cost or 0.0 for call in self.calls)

    def measured(self) -> dict[str, Measured]:
        """The day in the form that is watched. What did not happen is not measured."""
        ended = sum(self.runs[state] for state in ("done", "failed"))
        asked = sum(self.ear[kind] for kind in EAR[:3])
        work = sum(len(self.seconds[name]) for name in ("turn", "grading", "run"))
        shares = {
            "errors": (self.errors.total(), work + self.errors.total()), "undone": (self.undone, self.said), "attacks": (self.ear["decline"], self.said),
            "asked_back": (self.ear["ask_back"], asked), "not_known": (self.ear["unknown"], asked), "unsure": (self.unsure, self.points),
            "disputed": (self.disputed, self.points), "overturned": (self.decided["candidate"], self.decided["candidate"] + self.decided["judge"]),
            "agreement": (self.alike, self.marked),
            "run_failures": (self.runs["failed"], ended), "fallbacks": (self.fallbacks, len(self.calls)),
        }  # fmt: skip
        values = {
            **{f"{name}_seconds": self.seconds[name] for name in SECONDS}, "review_hours": self.review_hours,
            "model_seconds": [call.seconds for call in self.calls], "model_cost": [call.cost for call in self.calls if call.cost is not None],
        }  # fmt: skip
        found: dict[str, Measured] = {name: Share(hits, of) for name, (hits, of) in shares.items() if of}
        found |= {name: Values(np.asarray(sample, dtype=np.float64)) for name, sample in values.items() if sample}
        if self.ear:
            found["ear"] = Counts({kind: float(self.ear[kind]) for kind in EAR})
        return found
