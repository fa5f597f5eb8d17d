"""A fixed set of inputs that the design is asked again each day: how many answers are other than at launch. Sees what happens to the machine (a model that its provider
changed, an index of which half is missing), nothing that happens to people or to what they write. Judges no answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from caseroom.monitoring.measured import Share
from caseroom.proposal.model import Proposal
from caseroom.rollout.deck import AT, Deck
from caseroom.rollout.drawing import Force, Stage
from caseroom.rollout.settings import ANSWERED_OTHERWISE, ASKED_AGAIN
from caseroom.rollout.traffic import chance

REACHED = ("model_update", "half_index")
"""Kinds of events that change what the design makes of the same input."""
_COMPARED = ("right", "wrong", "incomplete", "passed_on", "flagged", "selected", "words_out")
"""What two answers are told apart by; texts are not kept, so some that differ count as alike."""


def replayed(stage: Stage, proposal: Proposal, day: int, forces: Sequence[Force]) -> Share:
    """Of the fixed inputs, those that are answered otherwise on a day."""
    deck, seed = stage.deck(proposal), stage.settings.seed
    drawn = chance(seed, 0, "asked again")
    places = drawn.permutation(len(deck.rows))[:ASKED_AGAIN]
    reach = drawn.random(len(places))
    other = chance(seed, day, "asked again").random(len(places)) < ANSWERED_OTHERWISE
    for force in forces:
        if force.event.kind in REACHED:
            other |= (reach < force.share) & changed(deck, stage.deck(proposal, force.event))[places]
    return Share(float(other.sum()), float(len(places)))


def changed(usual: Deck, event: Deck) -> NDArray[np.bool_]:
    """Of each usual record, whether it is answered otherwise under an event; False where the event's table does not have it."""
    found = np.zeros(len(usual.rows), bool)
    if event.origins is None:
        return found
    own = np.flatnonzero(event.origins >= 0)
    columns = [AT[name] for name in _COMPARED]
    before, after = usual.rows[event.origins[own]][:, columns], event.rows[own][:, columns]
    found[event.origins[own]] = ~np.isclose(before, after, equal_nan=True).all(axis=1)
    return found
