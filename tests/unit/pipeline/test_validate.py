from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.language.reader import Reader
from caseroom.models.base import Reply, Request, Source, Wanted
from caseroom.pipeline.state import Item, Output, State
from caseroom.pipeline.validate import Validate, claims, likest
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Check, Hallucinations, Proposal

PAGE = Source("d", "The deposit is paid back within 14 days after collection. It goes to the account that paid.", "document")
REQUEST = Request("answer", "t", "When is my deposit paid back?", (PAGE,))


def state(text: str, source: Source = PAGE, asked: str = REQUEST.input) -> State:
    return State(Item("1", asked), request=replace(REQUEST, sources=(source,)), output=Output(text))


def objections(shop: Workshop, check: Check, *states: State) -> list[list[str]]:
    done = Validate(Proposal(hallucinations=Hallucinations(checks=(check,))), shop).run(states)
    assert all(trace.said for _, trace in done)
    return [[finding.message for finding in filled.findings] for filled, _ in done]


def test_what_no_source_supports_is_objected_to(desk: Workshop) -> None:
    found = objections(
        desk, "grounding", state("The deposit is paid back within 14 days after collection."), state("You get the deposit back in 14 days."),
        state("The washer is painted green by hand."), state("Anything at all is said.", Source("e", "", "document")), state(""),
    )  # fmt: skip
    assert [len(messages) for messages in found] == [0, 0, 1, 1, 0]
    assert found[2] == ["no source supports: The washer is painted green by hand."]


def test_the_rules_of_the_case_need_no_source(desk: Workshop) -> None:
    by_rules = replace(state("x"), output=Output("The washer is painted green by hand.", by="baseline"))
    assert objections(desk, "grounding", by_rules) == [[]] and claims(0, by_rules) == []


def test_quotes_of_values_must_stand_too(toll: Workshop) -> None:
    read = State(Item("1", "It weighs 12 tonnes."), request=Request("fields", "t", "i", (Source("input", "It weighs 12 tonnes.", "input"),)),
                 reply=Reply(quotes={"weight": "It weighs 12 tonnes.", "owner": "Ann owns the bridge."}), output=Output(values={"weight": 12}))  # fmt: skip
    assert objections(toll, "grounding", read) == [["no source supports: Ann owns the bridge."]]


def test_a_sections_name_and_an_empty_section_are_no_claims(visit: Workshop) -> None:
    talk = Source("input", "My knee has hurt for three weeks.", "input")
    wanted = (Wanted("History", "section", "pain"), Wanted("Plan", "section", "tablets"))
    note = State(Item("1", talk.text), request=Request("note", "t", talk.text, (talk,), wanted), output=Output("History: My knee has hurt for three weeks.\nPlan: nothing noted."))  # fmt: skip
    assert claims(0, note) == [] and objections(visit, "grounding", note) == [[]]


def test_off_topic(desk: Workshop) -> None:
    found = objections(desk, "topic", state("The deposit is paid back within 14 days."), state("Bananas are rich in potassium."), state(""))
    assert found == [[], ["the output is about something else"], []]


def test_the_second_model(desk: Workshop) -> None:
    found = objections(desk, "verifier", state("How long until the deposit is back?"), state("Bananas are rich in potassium."), state(""))
    assert found[1] == ["the second model does not find what was asked in it"] and found[2] == []


def test_a_verifier_that_never_agrees_objects_to_all(desk: Workshop) -> None:
    class Never(Reader):
        def read(self, pairs: object) -> np.ndarray:
            return np.full(len(pairs), -99.0, np.float32)  # type: ignore[arg-type]

    found = objections(replace(desk, reader=Never()), "verifier", state("The deposit is paid back within 14 days."), state("x"))
    assert [len(messages) for messages in found] == [1, 1]


@pytest.mark.parametrize("check", ["numbers", "grounding", "citations", "topic", "injection", "schema", "privacy", "verifier"])
def test_without_an_output_no_check_objects(desk: Workshop, visit: Workshop, toll: Workshop, check: Check) -> None:
    for shop in (desk, visit, toll):
        assert objections(shop, check, State(Item("1", "x"))) == [[]]
        assert objections(shop, check) == []


def test_no_check_is_no_objection(desk: Workshop) -> None:
    ((filled, trace),) = Validate(Proposal(), desk).run([state("🙂")])
    assert filled.findings == () and trace.said


@given(st.text(max_size=30), st.lists(st.text("ab. \n", max_size=30), max_size=4))
def test_the_likest_passages_are_passages(text: str, pages: list[str]) -> None:
    found = likest(text, [Source("d", page, "document") for page in pages])
    assert len(found) <= 2 and all(all(word in " ".join(pages) for word in passage.split()) for passage in found)
