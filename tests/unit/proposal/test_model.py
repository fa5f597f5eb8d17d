from __future__ import annotations

import dataclasses

import pytest

from caseroom.proposal.file import paths
from caseroom.proposal.model import Proposal, Said, get, quoted
from caseroom.steps import STEP_IDS


def test_an_empty_proposal_switches_nothing_on() -> None:
    empty = Proposal()
    switches = [path for path in paths() if isinstance(get(empty, path), bool)]
    assert len(switches) > 10 and not any(get(empty, path) for path in switches)
    assert empty.hallucinations.checks == () and empty.technical.retrieve.method == "none" and empty.technical.exact == "model"


def test_its_sections_are_the_steps_in_order() -> None:
    assert tuple(field.name for field in dataclasses.fields(Proposal) if field.name in STEP_IDS) == STEP_IDS


def test_words_behind_a_field() -> None:
    proposal = Proposal(said={"hallucinations.mask": Said("we mask names", 3), "ground.user": Said(None, 1)})
    assert quoted(proposal, "hallucinations.mask") == "we mask names"
    assert quoted(proposal, "technical.retrieve.method") == "none"
    assert quoted(proposal, "ground.user") == ""
    with pytest.raises(AttributeError):
        get(proposal, "technical.colour")
