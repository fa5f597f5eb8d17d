"""The first look at an item: what must go to a person by the trigger list, and what code looks up for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from caseroom.models.base import Value
from caseroom.pipeline.state import Filled, Item, State, told
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Proposal


class Intake:
    """Fills `exact` and `told`, or sends the item to a person."""

    name = "intake"

    def __init__(self, proposal: Proposal, workshop: Workshop) -> None:
        self._handover = proposal.hallucinations.handover
        self._code = proposal.technical.exact == "code"
        self._workshop = workshop

    def run(self, states: Sequence[State]) -> list[Filled]:
        """The states in order, each with its trace."""
        return [self._one(state) for state in states]

    def _one(self, state: State) -> Filled:
        if self._handover and (trigger := self._workshop.simple.handed_over(state.item)):
            return replace(state, route="person", why=f"on the trigger list: {trigger}"), told(f"to a person: {trigger}")
        if not self._code:
            return state, told("no look-ups")
        values, sentences = self._workshop.exact.look_up(known(state.item))
        return replace(state, exact=values, told=tuple(sentences)), told(f"looked up {len(values)} values")


def known(item: Item) -> Mapping[str, Value]:
    """What the systems know with an item; its day as a text."""
    return {**item.fields, "day": item.day.isoformat() if item.day else None}
