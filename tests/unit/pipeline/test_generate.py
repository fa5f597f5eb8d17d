from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from caseroom.errors import ModelError
from caseroom.models.base import NOTHING, GenerativeModel, Reply, Request
from caseroom.pipeline.generate import Generate
from caseroom.pipeline.state import Filled, Item, State
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Model, Proposal, Technical


class Said:
    """A model that makes of a request whatever the test says."""

    signature = "said:1"

    def __init__(self, make: Callable[[Request], Reply]) -> None:
        self.make, self.asked = make, list[str]()

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked += [request.input for request in requests]
        return [self.make(request) for request in requests]


class Kept:
    """Replies remembered in a dictionary."""

    def __init__(self) -> None:
        self.replies: dict[Request, Reply] = {}

    def find(self, signature: str, requests: Sequence[Request]) -> list[Reply | None]:
        return [self.replies.get(request) for request in requests]

    def keep(self, signature: str, made: Sequence[tuple[Request, Reply]]) -> None:
        self.replies.update(made)


def run(shop: Workshop, model: GenerativeModel, states: Sequence[State], remember: Kept | None = None, exact: bool = False) -> list[Filled]:
    design = Proposal(technical=Technical(exact="code" if exact else "model", model=Model("recall", words="a test's own")))
    with_model = replace(shop, _models={design.technical.model: model})
    return Generate(design, with_model, remember).run(states)


def asked(text: str, **fields: str | float) -> State:
    return State(Item(text, text, fields), request=Request("answer", "t", text))


def test_replies_go_to_those_who_asked(desk: Workshop) -> None:
    states = [asked("one"), State(Item("2", "never asked")), asked("three")]
    found = run(desk, Said(lambda request: Reply(request.input.upper(), tokens_in=2, tokens_out=1, cost=0.5)), states)
    assert [state.output.text if state.output else None for state, _ in found] == ["ONE", None, "THREE"]
    assert found[0][1].tokens == 3 and found[0][1].cost == 0.5 and found[0][1].signature == "said:1" and found[1][1].said == "no request"


def test_an_error_fails_this_item_only(desk: Workshop) -> None:
    found = run(
        desk, Said(lambda r: Reply(error="timed out after 60 s") if r.input == "slow" else Reply("fine")), [asked("slow"), asked("quick")]
    )
    assert found[0][0].failed == "generate: timed out after 60 s" and found[0][0].output is None
    assert found[1][0].output is not None and found[1][0].failed is None


def test_who_does_not_know_passes_on(desk: Workshop) -> None:
    ((state, trace),) = run(desk, Said(lambda _: Reply(NOTHING, abstained=True)), [asked("x")])
    assert (state.route, state.why, state.output, trace.said) == ("person", "it does not know", None, "says that it does not know")


def test_a_model_that_loses_replies_is_an_adapters_error(desk: Workshop) -> None:
    for keeps in (None, Kept()):
        for many in (lambda self, requests: [], lambda self, requests: [Reply("x")] * (len(requests) + 1)):
            model = type("Torn", (), {"signature": "torn", "generate": many})()
            with pytest.raises(ModelError, match="replies to 1 requests"):
                run(desk, model, [asked("x")], keeps)


def test_what_was_asked_before_is_not_asked_again(desk: Workshop) -> None:
    kept, model = Kept(), Said(lambda r: Reply(error="broken") if r.input == "b" else Reply(r.input, seconds=2.0))
    first = run(desk, model, [asked("a"), asked("b")], kept)
    second = run(desk, model, [asked("c"), asked("a"), asked("b")], kept)
    assert model.asked == ["a", "b", "c", "b"], "an error is not remembered"
    assert second[1][0].output == first[0][0].output and second[1][1].seconds == 2.0


def test_what_was_masked_comes_back_in_words_and_values(desk: Workshop, toll: Workshop) -> None:
    state = replace(asked("x"), masked=(("a@b.example", "[EMAIL 1]"),))
    ((answer, _),) = run(desk, Said(lambda _: Reply("Write to [EMAIL 1].")), [state])
    assert answer.output is not None and answer.output.text == "Write to a@b.example."
    ((fields, _),) = run(toll, Said(lambda _: Reply(values={"owner": "[EMAIL 1] & sons"})), [state])
    assert fields.output is not None and fields.output.values["owner"] == "a@b.example & sons"


def test_values_are_worked_out_by_code_or_only_what_none_can_read(toll: Workshop) -> None:
    model = Said(lambda _: Reply(values={"vehicle": "lorry", "weight": 10.0, "permit": True, "nonsense": 3}))
    ((by_code, _),) = run(toll, model, [asked("x", weight=20.0)], exact=True)
    assert by_code.output is not None
    assert by_code.output.values == {"vehicle": "lorry", "permit": "yes", "weight": 20, "owner": None, "rate": 1.5, "toll": 30}
    ((by_model, _),) = run(toll, model, [asked("x")])
    assert by_model.output is not None and by_model.output.values["rate"] is None and by_model.output.values["weight"] == 10


def test_the_cases_rules_ask_no_model(desk: Workshop) -> None:
    stage = Generate(Proposal(technical=Technical(model=Model("baseline"))), desk)
    ((sent, trace), (passed, _)) = stage.run([State(Item("1", "When is it delivered?", {"order": "A-1"})), State(Item("2", "Hello"))])
    assert sent.output is not None and sent.output.by == "baseline" and trace.signature == "baseline:template"
    assert (passed.route, passed.why) == ("person", "no canned reply fits")
