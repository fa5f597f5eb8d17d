from __future__ import annotations

from dataclasses import replace

import pytest

from caseroom.proposal.check import remarks
from caseroom.proposal.model import Assess, Hallucinations, Ingest, Model, Proposal, Respond, Retrieve, Review, Technical


def test_an_empty_proposal_does_not_contradict_itself() -> None:
    assert list(remarks(Proposal())) == []


T = Technical()
SEARCH = Retrieve("hybrid")


@pytest.mark.parametrize(
    ("proposal", "said"),
    [
        (Proposal(hallucinations=Hallucinations(checks=("numbers",))), "nobody acts on it"),
        (Proposal(technical=replace(T, failure="person"), hallucinations=Hallucinations(checks=("citations",))), "citations is off"),
        (Proposal(technical=replace(T, retrieve=Retrieve(permissions=True))), "nothing to keep out"),
        (Proposal(hallucinations=Hallucinations(grounding=True)), "neither a search nor a look-up"),
        (Proposal(technical=replace(T, retrieve=SEARCH, model=Model("recall")), hallucinations=Hallucinations(grounding=True)), "knows only its memory"),
        (Proposal(technical=replace(T, model=Model("baseline")), hallucinations=Hallucinations(abstain=True)), "case's own rules"),
        (Proposal(technical=replace(T, model=Model("local"))), "names no GGUF file"),
        (Proposal(assess=Assess("rules")), "set technical.model.name to baseline"),
        (Proposal(technical=replace(T, review=Review(True, a_day=0))), "nobody can look"),
        (Proposal(hallucinations=Hallucinations(over_reliance=True)), "nobody looks"),
        (Proposal(technical=replace(T, ingest=Ingest(chunk_words=20, overlap=20))), "half of chunk_words"),
    ],
)  # fmt: skip
def test_each_contradiction_is_told(proposal: Proposal, said: str) -> None:
    assert any(said in remark for remark in remarks(proposal))


def test_a_check_that_somebody_acts_on_is_none() -> None:
    acted = Technical(retrieve=SEARCH, review=Review(True), respond=Respond(citations=True))
    assert list(remarks(Proposal(technical=acted, hallucinations=Hallucinations(grounding=True, checks=("citations", "numbers"))))) == []
