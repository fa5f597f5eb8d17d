"""The review and respond stages: who sees an output before it leaves, and how it reaches people."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from caseroom.errors import CaseroomError
from caseroom.pipeline.state import Filled, Output, Route, State, told
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Proposal


class Review:
    """Decides the `route`. Who decides what at a review is not this stage's: people do, or the lab stands in for them."""

    name = "review"

    def __init__(self, proposal: Proposal, workshop: Workshop) -> None:
        technical = proposal.technical
        self._review, self._failure = technical.review, technical.failure
        self._looked_at = proposal.assess.mode != "automate"
        self._otherwise: Route = "look" if self._looked_at else "send"
        self._workshop = workshop

    def run(self, states: Sequence[State]) -> list[Filled]:
        """The states in order, each with its trace."""
        return [self._one(state) for state in states]

    def _one(self, state: State) -> Filled:
        if state.route == "person":
            return state, told(f"to a person: {state.why}")
        if state.failed or state.findings:
            why = state.failed or "; ".join(dict.fromkeys(finding.check for finding in state.findings))
            return self._objected(state, why)
        if self._review.sample and even(state.item.id, "sample") < self._review.sample:
            return replace(state, route="review", why="in the sample"), told("to a reviewer: in the sample")
        return replace(state, route=self._otherwise), told("a person looks at it" if self._looked_at else "leaves as it is")

    def _objected(self, state: State, why: str) -> Filled:
        if self._review.flagged and state.output is not None:
            return replace(state, route="review", why=why), told(f"to a reviewer: {why}")
        if self._failure == "baseline":
            output, said = self._simple(state)
            if output is not None:
                route: Route = "look" if self._looked_at else "baseline"
                return replace(state, route=route, why=why, output=output), told(f"the simple way instead ({why}): {said}")
        if self._failure is not None or (self._looked_at and state.output is None):
            return replace(state, route="person", why=why, output=None), told(f"to a person: {why}")
        return replace(state, route=self._otherwise, why=f"leaves although: {why}"), told(f"leaves although: {why}")

    def _simple(self, state: State) -> tuple[Output | None, str]:
        """The simple way's output; none where it trips over the item, too."""
        try:
            return self._workshop.simple.answer(state.item)
        except CaseroomError:
            raise
        except Exception as error:
            return None, f"the simple way failed: {type(error).__name__}"


class Respond:
    """Gives the output its last form. An item without an output gets an apology; that is what a design without a failure path sends."""

    name = "respond"

    def __init__(self, proposal: Proposal, workshop: Workshop) -> None:
        self._channel = workshop.data.task.channel
        self._person = workshop.data.task.person

    def run(self, states: Sequence[State]) -> list[Filled]:
        """The states in order, each with its trace."""
        return [self._one(state) for state in states]

    def _one(self, state: State) -> Filled:
        if state.route == "person":
            return replace(state, output=None), told(f"passed on to {self._person}")
        if state.output is None:
            return replace(state, output=Output("Something went wrong. Please try again later.", by="nobody")), told("an error is shown")
        return state, told(f"in {self._channel}")


def even(*names: str) -> float:
    """A number from 0 to 1 that depends on the names alone: chance that is the same in every design, so that designs compare pair by pair."""
    digest = hashlib.blake2b("\0".join(names).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
