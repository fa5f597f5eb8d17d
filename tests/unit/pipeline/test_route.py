from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.pipeline.route import Respond, Review, even
from caseroom.pipeline.simple import Simple
from caseroom.pipeline.state import Finding, Item, Output, State
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal import model as m
from caseroom.proposal.model import Assess, Proposal, Technical

Failure = Literal["person", "baseline"] | None
Mode = Literal["assist", "draft", "automate"]
ORDER = Item("1", "When is it delivered?", {"order": "A-1"})
FINE = State(ORDER, output=Output("Soon."))
BAD = replace(FINE, findings=(Finding("numbers", "16"), Finding("numbers", "17"), Finding("topic", "else")))
TORN = State(ORDER, failed="retrieve: OSError: torn")


def routed(
    shop: Workshop, state: State, mode: Mode = "automate", failure: Failure = None, *, flagged: bool = False, sample: float = 0.0
) -> State:
    design = Proposal(assess=Assess(mode=mode), technical=Technical(failure=failure, review=m.Review(flagged, sample)))
    ((filled, _),) = Review(design, shop).run([state])
    return filled


@pytest.mark.parametrize(
    ("state", "mode", "failure", "flagged", "route"),
    [
        (FINE, "automate", None, False, "send"),
        (FINE, "draft", None, True, "look"),
        (FINE, "assist", "person", True, "look"),
        (BAD, "automate", None, False, "send"),
        (BAD, "draft", None, False, "look"),
        (BAD, "automate", None, True, "review"),
        (BAD, "automate", "person", True, "review"),
        (BAD, "automate", "person", False, "person"),
        (BAD, "automate", "baseline", False, "baseline"),
        (BAD, "draft", "baseline", False, "look"),
        (TORN, "automate", None, False, "send"),
        (TORN, "automate", None, True, "send"),
        (TORN, "draft", None, False, "person"),
        (TORN, "automate", "person", True, "person"),
        (TORN, "automate", "baseline", True, "baseline"),
        (replace(TORN, item=Item("2", "Hello")), "automate", "baseline", False, "person"),
        (replace(FINE, route="person", why="it does not know"), "draft", "baseline", True, "person"),
    ],
)  # fmt: skip
def test_who_sees_an_output(desk: Workshop, state: State, mode: Mode, failure: Failure, flagged: bool, route: str) -> None:
    found = routed(desk, state, mode, failure, flagged=flagged)
    assert found.route == route
    if state is BAD and route != "send" and route != "look":
        assert found.why == "numbers; topic"
    if failure == "baseline" and route in ("baseline", "look") and state is not FINE:
        assert found.output is not None and found.output.by == "baseline"


def test_a_baseline_that_trips_too_leaves_it_to_a_person(desk: Workshop) -> None:
    class Torn(Simple):
        def answer(self, item: Item) -> tuple[Output | None, str]:
            raise OverflowError("too large for SQLite")

    torn = replace(desk)
    torn.__dict__["simple"] = Torn(desk.data.task, desk.exact, None)
    assert routed(torn, TORN, failure="baseline").route == "person"


def test_a_sample_of_the_others_is_looked_at(desk: Workshop) -> None:
    states = [replace(FINE, item=Item(str(number), "")) for number in range(400)]
    share = sum(routed(desk, state, sample=0.25).route == "review" for state in states) / 400
    assert 0.18 < share < 0.32
    assert all(routed(desk, state, sample=1.0).route == "review" for state in states[:20])


def test_the_last_form(desk: Workshop) -> None:
    stage = Respond(Proposal(), desk)
    sent, apology, person = (
        filled for filled, _ in stage.run([FINE, TORN, replace(FINE, route="person")])
    )  # fmt: skip
    assert sent.output == FINE.output
    assert apology.output is not None and apology.output.by == "nobody" and "went wrong" in apology.output.text
    assert person.output is None


@given(st.text(max_size=10), st.text(max_size=10))
def test_luck_is_even_and_the_same_each_time(record: str, who: str) -> None:
    assert 0 <= even(record, who) < 1 and even(record, who) == even(record, who)
    assert even(record + "\0", who) != even(record, "\0" + who) or record + "\0\0" + who == record + "\0\0" + who
