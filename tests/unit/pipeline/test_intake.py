from __future__ import annotations

from datetime import date

from caseroom.pipeline.intake import Intake, known
from caseroom.pipeline.state import Item, State
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Hallucinations, Proposal, Technical

THREAT = Item("1", "My LAWYER will write to you.", {"order": "A-1"})
ORDER = Item("2", "When?", {"order": "A-1"})


def one(desk: Workshop, item: Item, proposal: Proposal) -> State:
    return Intake(proposal, desk).run([State(item)])[0][0]


def test_the_trigger_list_sends_to_a_person(desk: Workshop) -> None:
    state = one(desk, THREAT, Proposal(technical=Technical(exact="code"), hallucinations=Hallucinations(handover=True)))
    assert (state.route, state.why, state.exact) == ("person", "on the trigger list: legal threat", {})
    assert one(desk, THREAT, Proposal()).route == "send"


def test_exact_parts_are_looked_up_by_code_only_if_asked(desk: Workshop) -> None:
    state = one(desk, ORDER, Proposal(technical=Technical(exact="code")))
    assert state.exact == {"delivery_day": "14 March", "slot": "morning"}
    assert state.told == ("The delivery of order A-1 is planned for 14 March, morning.",)
    assert one(desk, ORDER, Proposal()).told == ()


def test_the_day_is_known_as_a_text() -> None:
    assert known(Item("1", "", {"a": 1}, day=date(2026, 3, 4))) == {"a": 1, "day": "2026-03-04"}
    assert known(Item("1", ""))["day"] is None
