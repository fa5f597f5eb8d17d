"""Which readings an event can move, worked out from what the design does as usual and under the event: an alert is only set down to an event that can have caused
it. Also where a person who looks would find it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from caseroom.rollout.deck import AT, Deck
from caseroom.rollout.drawing import Force, Stage
from caseroom.rollout.model import Floats, Planted
from caseroom.rollout.readings import omitted
from caseroom.rollout.replayed import REACHED, changed
from caseroom.rollout.settings import ANSWERED_OTHERWISE, ASKED_AGAIN, EDITS_RIGHT, EDITS_WRONG, NO_REASON, REOPENED, THUMBS_DOWN

_TOLD = 1.0
"""By so many standard errors of a week an event must shift a reading to count as a cause of its alerts."""
_GRADED_A_WEEK = 210.0
_SAMPLED = ("quality", "quality.wrong", "quality.omitted", "quality.groups")
Reading = Callable[[Floats], tuple[Floats, Floats]]
"""Rows to the numbers of a reading, and which rows count."""

PLACES: Mapping[str, tuple[str, ...]] = {
    "policy_change": ("documents",), "new_line": ("inputs", "documents"), "vocabulary": ("inputs",), "gaming": ("inputs", "outputs"),
    "model_update": ("provider", "outputs"), "half_index": ("index",), "latency_creep": ("service",), "cost_rise": ("prices",),
    "group_loss": ("groups",), "injections": ("inputs", "attacks"), "season": ("inputs",),
}  # fmt: skip
"""Where a person who looks finds an event of a kind."""
CHECKS = ("inputs", "documents", "provider", "index", "service", "prices", "groups", "attacks", "outputs", "users")
"""What a person on call can look at."""


def _of(name: str) -> Reading:
    return lambda rows: (np.nan_to_num(rows[:, AT[name]]), np.ones(len(rows)))


def _of_outputs(name: str) -> Reading:
    return lambda rows: (np.nan_to_num(rows[:, AT[name]]), (rows[:, AT["passed_on"]] != 1).astype(np.float64))


def _omissions(rows: Floats) -> tuple[Floats, Floats]:
    return omitted(rows), ((rows[:, AT["passed_on"]] != 1) & (rows[:, AT["facts_all"]] > 0)).astype(np.float64)


def _signals(rows: Floats) -> tuple[Floats, Floats]:
    bad = (rows[:, AT["wrong"]] == 1) | (rows[:, AT["incomplete"]] == 1)
    left = (rows[:, AT["left_wrong"]] == 1) | (bad & (rows[:, AT["left_right"]] != 1))
    looked = rows[:, AT["look"]] == 1
    back = np.where(left, REOPENED + THUMBS_DOWN, NO_REASON)
    return np.where(looked, np.where(bad, EDITS_WRONG, EDITS_RIGHT), back), (rows[:, AT["passed_on"]] != 1).astype(np.float64)


_READINGS: dict[str, Reading] = {
    "quality": _of_outputs("right"), "quality.wrong": _of_outputs("wrong"), "quality.omitted": _omissions, "quality.groups": _of_outputs("right"), "proxies": _signals, "checks": _of("flagged"),
    "abstention": _of("passed_on"), "cost": _of("tokens"), "inputs.unseen": _of("unseen"), "inputs.far": _of("far"), "inputs.words": _of("words_in"),
    "outputs.words": _of_outputs("words_out"), "attacks": _of("suspicious"),
}  # fmt: skip
_MIXES: dict[str, tuple[str, ...]] = {
    "inputs.kinds": ("kind_taken",),
    "outputs.values": ("send", "look", "review", "baseline", "passed_on", "selected"),
}


def moves(stage: Stage, deck: Deck, event: Planted, other: Deck | None) -> dict[str, float]:
    """The readings that an event can move, each by how many standard errors of a week; `other` is its own deck."""
    if event.kind == "latency_creep":
        return {"latency": 99.0, "errors": 9.0}
    if event.kind == "cost_rise":
        return {"cost": 99.0}
    if other is None:
        return {}
    share = min(1.0, event.strength)
    week = max(7 * stage.business.economics.items_a_day if stage.settings.a_day is None else 7 * stage.settings.a_day, 1.0)
    found = {name: _shift(reading, deck, other, share, _GRADED_A_WEEK if name in _SAMPLED else week) for name, reading in _READINGS.items()}
    for name, columns in _MIXES.items():
        found[name] = max(_mix(column, deck, other, share, week) for column in columns)
    if event.kind in REACHED:
        found["outputs.replayed"] = share * float(changed(deck, other).mean()) / np.sqrt(ANSWERED_OTHERWISE / (7 * ASKED_AGAIN))
    if event.kind == "season":
        found["volume"] = 99.0
    return {name: size for name, size in found.items() if size > _TOLD}


def _shift(reading: Reading, deck: Deck, other: Deck, share: float, week: float) -> float:
    before, spread = _mean(reading, deck)
    after, _ = _mean(reading, other)
    return float(abs(share * (after - before)) / max(spread / np.sqrt(week), 1e-4))


def _mean(reading: Reading, deck: Deck) -> tuple[float, float]:
    values, counts = reading(deck.rows)
    weights = deck.weights * counts
    if weights.sum() <= 0:
        return 0.0, 1.0
    mean = float(np.average(values, weights=weights))
    return mean, float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))


def _mix(column: str, deck: Deck, other: Deck, share: float, week: float) -> float:
    """How far the shares of a column's values move, the largest of them."""
    values = np.unique(np.concatenate([np.nan_to_num(d.rows[:, AT[column]], nan=-1) for d in (deck, other)]))
    sizes = []
    for value in values:
        first, second = (float(np.average(np.nan_to_num(d.rows[:, AT[column]], nan=-1) == value, weights=d.weights)) for d in (deck, other))
        sizes.append(abs(share * (second - first)) / max(np.sqrt(first * (1 - first) / week), 1e-4))
    return max(sizes, default=0.0)


def finding(place: str, forces: list[Force]) -> str:
    """What a person finds who looks at a place."""
    if place == "users":
        return "What users send back tells that something is wrong, not what."
    seen = [force.event for force in forces if place in PLACES.get(force.event.kind, ())]
    if not seen:
        return f"Nothing out of the ordinary in {place}."
    return " ".join(f"{event.title}. {event.what}".strip() for event in seen)
