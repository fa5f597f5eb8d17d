from __future__ import annotations

import dataclasses

import pytest

from caseroom.proposal.file import paths
from caseroom.proposal.model import Hallucinations, Phase, Proposal, Roadmap, Said, get, quoted
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
    for path in ("technical.colour", "roadmap.proof.colour", "hallucinations.checks.luck"):
        with pytest.raises(AttributeError, match=path):
            get(proposal, path)


def test_what_lies_in_an_empty_part_is_none_and_an_entry_is_on_or_off() -> None:
    proposal = Proposal(hallucinations=Hallucinations(checks=("numbers",)), roadmap=Roadmap(proof=Phase(0.1)))
    assert (get(proposal, "roadmap.proof.share"), get(proposal, "roadmap.test.share"), get(proposal, "roadmap.monitors.quality.owner")) == (
        0.1,
        None,
        None,
    )
    assert get(proposal, "hallucinations.checks.numbers") is True and get(proposal, "evaluation.metrics.bleu") is False
    assert all(get(proposal, path) is not Ellipsis for path in paths())
