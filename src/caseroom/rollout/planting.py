"""Which events happen in the weeks, when and how strong: drawn by seed from the world's library, or as asked. Never says what an event does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from caseroom.errors import UsageError
from caseroom.rollout.model import Planted
from caseroom.rollout.settings import EventWish, Settings
from caseroom.rollout.traffic import chance

QUIET = 21
"""Days at first in which nothing is planted: monitors learn what is usual."""
APART = 11
"""Days between the starts of two events, at least."""
LEFT = 14
"""Days that are left after the start of the last one, so that it can be seen."""
FACTORS = ("latency_creep", "cost_rise")
"""Kinds whose strength is a factor, not a share of the traffic."""


def planted(library: Sequence[Planted], settings: Settings) -> tuple[Planted, ...]:
    """The events of the weeks, in the order of their starts.

    Raises:
        UsageError: an event is asked for that the library does not have, or on a day that is not simulated.
    """
    if settings.events is not None:
        return tuple(sorted((_asked(library, wish, settings.days) for wish in settings.events), key=lambda event: event.start))
    return _drawn(library, settings)


def _asked(library: Sequence[Planted], wish: EventWish, days: int) -> Planted:
    name, day = wish
    found = next((event for event in library if name in (event.id, event.kind)), None)
    if found is None:
        known = ", ".join(sorted({event.kind for event in library}))
        raise UsageError(f"There is no event {name!r} here. There are: {known}. Write for example --event {library[0].kind}@30." if library else
                         f"There is no event {name!r}: these data know of none.")  # fmt: skip
    if not 0 <= day < days:
        raise UsageError(f"{name}@{day}: the weeks have the days 0 to {days - 1}.")
    return replace(found, start=day)


def _drawn(library: Sequence[Planted], settings: Settings) -> tuple[Planted, ...]:
    """Different kinds, at days apart, as many as fit; a harmless one has its place among them."""
    drawn = chance(settings.seed, 0, "events")
    places = _places(settings.days, drawn)
    harmful = [event for event in library if not event.harmless]
    harmless = [event for event in library if event.harmless]
    chosen = [harmful[i] for i in drawn.permutation(len(harmful))[: len(places)]]
    if harmless and places and drawn.random() < 0.5:
        chosen = [harmless[int(drawn.integers(len(harmless)))], *chosen][: len(places)]
    order = drawn.permutation(len(chosen))
    return tuple(_strong(replace(chosen[i], start=place), drawn) for i, place in zip(order, places, strict=False))


def _places(days: int, drawn: np.random.Generator) -> list[int]:
    """Days on which something starts."""
    last = days - LEFT
    found, day = list[int](), QUIET + int(drawn.integers(0, 8))
    while day <= last:
        found.append(day)
        day += APART + int(drawn.integers(0, 9))
    return found


def _strong(event: Planted, drawn: np.random.Generator) -> Planted:
    """The event, somewhat stronger or weaker than the library has it."""
    by = float(drawn.uniform(0.85, 1.2))
    strength = 1 + (event.strength - 1) * by if event.kind in FACTORS else min(1.0, event.strength * by)
    return replace(event, strength=round(strength, 4))


def level(event: Planted, day: int, mended: int | None = None) -> float:
    """How strong an event is on a day, from 0 to 1 of its strength; nothing once it is mended or over."""
    age = day - event.start
    if age < 0 or age >= event.days or (mended is not None and day >= mended):
        return 0.0
    return min(1.0, (age + 1) / (event.ramp + 1))
