"""The fixed values of a monitor, each with the reading that it is for and the side on which it is broken. Plain data; measures nothing."""

from __future__ import annotations

from dataclasses import dataclass

from caseroom.proposal.roadmap import Monitor

FLOORS = ("quality", "groups")
"""Monitors of right outputs: their `limit` is the least that is allowed."""
_READS = {"quality": "quality", "groups": "quality.groups", "inputs": "inputs.unseen", "outputs": "outputs.words"}
"""Of a monitor with many readings, the one that its `limit` is for; of the others their own."""
_OF_QUALITY = {"wrong": "quality.wrong", "omissions": "quality.omitted"}
"""What else people find in a graded sample; wrong and left out are readings of their own, for an incomplete output is neither right nor wrong."""


@dataclass(frozen=True, slots=True)
class Border:
    """A value that must not be broken."""

    field: str
    """The monitor's field that sets it."""
    reads: str
    """The reading that it is for."""
    value: float
    low: bool
    """It must not fall below; else not rise above."""


def borders(name: str, monitor: Monitor) -> tuple[Border, ...]:
    """All fixed values of a monitor."""
    found = [Border("limit", _READS.get(name, name), monitor.limit, name in FLOORS)] if monitor.limit is not None else []
    for field, reads in _OF_QUALITY.items() if name == "quality" else ():
        value: float | None = getattr(monitor, field)
        found += [Border(field, reads, value, False)] if value is not None else []
    return tuple(found)
