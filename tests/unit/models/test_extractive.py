from __future__ import annotations

from dataclasses import replace

import pytest

from caseroom.app.engine import Engine
from caseroom.models.base import NOTHING, Request, Shown, Source, Wanted
from caseroom.models.extractive import Extractive
from caseroom.models.memory import Remembered

DEPOSIT = Source("deposit", "# Deposits\n\nThe deposit is paid back within 14 days after collection. We are open on Sundays.", "document")
FACT = Source("fact-1", "The delivery of order A-1 is planned for 14 March.", "lookup")
ASK = Request("answer", "Reply.", "When is my deposit paid back?", (DEPOSIT,), prompt="a b c")


@pytest.fixture(scope="module")
def model(engine: Engine) -> Extractive:
    past = [Shown("When is my deposit paid back?", "The deposit is paid back within 99 days.")]
    return Extractive(engine.encoder, engine.entailment, Remembered(engine.encoder, past))


def test_it_says_the_sentence_that_answers(model: Extractive) -> None:
    (reply,) = model.generate([replace(ASK, grounded=True)])
    assert reply.text == "The deposit is paid back within 14 days after collection."
    (cited,) = model.generate([replace(ASK, grounded=True, cite=True)])
    assert cited.text.endswith("after collection. [deposit]")


def test_not_grounded_it_mixes_in_what_it_remembers(model: Extractive) -> None:
    (reply,) = model.generate([ASK])
    assert "99 days" in reply.text


def test_it_abstains_only_if_told_or_without_any_source(model: Extractive) -> None:
    beyond = replace(ASK, input="Do you sell houseboats in Antarctica?", grounded=True)
    told, not_told, nothing = model.generate([replace(beyond, abstain=True), beyond, replace(beyond, sources=())])
    assert told.abstained and told.text == NOTHING
    assert not not_told.abstained and not_told.text
    assert nothing.abstained


def test_look_ups_come_first(model: Extractive) -> None:
    (reply,) = model.generate([replace(ASK, input="When is my order A-1 delivered, and when is the deposit paid back?", sources=(DEPOSIT, FACT), grounded=True)])  # fmt: skip
    assert reply.text.startswith("The delivery of order A-1 is planned for 14 March. The deposit")


def test_a_note_sorts_sentences_into_sections(model: Extractive) -> None:
    wanted = (Wanted("History", "section", "pain, which part hurts, since when it hurts"), Wanted("Plan", "section", "tablets, dose, next appointment"), Wanted("Travel", "section", "journeys abroad by aeroplane"))  # fmt: skip
    talk = Source("input", "PATIENT: My knee has hurt for three weeks.\nDOCTOR: Take two tablets a day.", "input")
    (reply,) = model.generate([Request("note", "Write.", talk.text, (talk,), wanted)])
    assert reply.text.splitlines() == [
        "History: My knee has hurt for three weeks.",
        "Plan: Take two tablets a day.",
        "Travel: nothing noted.",
    ]
    (empty,) = model.generate([Request("note", "Write.", "", (), wanted)])
    assert empty.abstained


@pytest.mark.parametrize("text", ["", " ", "🙂", "؟", ".", "\n\n", "#", "a" * 30_000, "no end " * 4000])
def test_no_input_breaks_it(model: Extractive, text: str) -> None:
    odd = Source("input", text, "input")
    wanted = (
        Wanted("s", "text", "who?"),
        Wanted("f", "flag", "It is so."),
        Wanted("l", "label", "which?", values=(("a", "one"), ("b", "two"))),
    )
    requests = [
        Request("answer", "t", text, (Source("d", text, "document"),)), Request("answer", "t", text, abstain=True),
        Request("note", "t", text, (odd,), (Wanted("A", "section", "all"),)), Request("fields", "t", text, (odd,), wanted),
    ]  # fmt: skip
    assert len(model.generate(requests)) == 4


def test_a_reply_does_not_depend_on_its_neighbours(model: Extractive) -> None:
    requests = [replace(ASK, input=f"When is the deposit of order {number} paid back?", abstain=number % 2 == 0) for number in range(7)]
    assert model.generate(requests) == [model.generate([request])[0] for request in requests]
    assert model.generate([]) == []
