from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.labdata import ECONOMICS
from tests.unit.lab.conftest import GOOD, Rows

from caseroom.cases.task import Economics
from caseroom.errors import UsageError
from caseroom.lab import decisions, reviewed
from caseroom.lab.decisions import Action, Decision, Flagged, Reviews, edited, flagged, hands, shown
from caseroom.lab.people import settle
from caseroom.lab.study import Lab, Waiting
from caseroom.pipeline.documents import Chunk
from caseroom.pipeline.retrieve import Passage
from caseroom.pipeline.state import Item, Output, State
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Proposal, Review, Technical

MONEY = Economics.model_validate(ECONOMICS)
DESIGN = Proposal(technical=Technical(review=Review(True, a_day=1000)))


class Kept:
    """A queue in memory; None decides nothing."""

    def __init__(self, action: Action | None) -> None:
        self.items: dict[int, Flagged] = {}
        self.action = action

    def add(self, items: Sequence[Flagged]) -> None:
        for item in items:
            self.items.setdefault(item.place, item)

    def decided(self) -> Reviews | None:
        if self.action is None:
            return None
        made = [Decision(item.place, self.action, item.output, None if self.action == "reject" else item.output, None, 0.5, 3.0, 0, 0)
                for item in self.items.values()]  # fmt: skip
        return Reviews(len(made), tuple(made))


def decision(place: int, action: Action, output: str = "a b", sent: str | None = None, **more: object) -> Decision:
    made = Output(sent) if action == "modify" and sent is not None else None
    left = None if action == "reject" else sent or output
    return dataclasses.replace(Decision(place, action, output, left, made, 1.0, 5.0, 0, 0), **more)  # type: ignore[arg-type]


def test_values_are_shown_one_a_line_and_read_back() -> None:
    output = Output(values={"vehicle": "car", "weight": 2.0, "owner": None, "permit": True})
    text = shown(output)
    assert text == "vehicle: car\nweight: 2\nowner: unknown\npermit: yes"
    assert edited(text, output.values).values == output.values, "what was not touched is what it was"
    made = edited(text.replace("car", "lorry").replace(": 2", ": 1,012.5").replace("unknown", "Ann: & sons"), output.values)
    assert made.values == {"vehicle": "lorry", "weight": 1012.5, "owner": "Ann: & sons", "permit": True}
    assert edited("a text", {}).text == "a text"
    for wrong in ("colour: red", "no colon"):
        with pytest.raises(UsageError, match="it has vehicle, weight"):
            edited(wrong, output.values)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.one_of(st.none(), st.booleans(), st.integers(-99, 99), st.text(max_size=9))
    )
)
def test_what_nobody_edits_stays(values: dict[str, str | float | bool | None]) -> None:
    assert edited(shown(Output(values=values)), values).values == values or not values


def test_items_survive_their_keeping() -> None:
    item = Flagged(3, "r1", "in\u2028put 🙂", "out", {"a": None, "b": 1.5}, "numbers", ("numbers: 3 is nowhere",), (("Fees", "EUR 3"),))
    assert decisions.from_data(json.loads(json.dumps(decisions.to_data(item)))) == item


def test_what_people_decided_stands_in_place_of_the_simulated_reviewer(rows: Rows, desk: Workshop) -> None:
    columns = rows("wrong", "incomplete", "right", route="review", count=2)
    records = [record for record in desk.data.records() if record.facts and record.reference and not record.handover][:6]
    right = records[3].reference or ""
    made = Reviews(6, (decision(0, "approve"), decision(1, "approve"), decision(2, "reject"), decision(3, "modify", sent=right)))
    found = hands(made, columns, records, desk.data.task)
    settled = settle(columns, DESIGN, MONEY, found)
    assert settled.left_wrong[0] == 1 and settled.left_right[0] == 0 and settled.minutes[0] == MONEY.minutes.review
    assert settled.left_wrong[1] == 0 == settled.left_right[1] and settled.minutes[1] == MONEY.minutes.review + MONEY.minutes.today
    assert settled.minutes[2] == MONEY.minutes.review + MONEY.minutes.today and settled.alone.tolist() == [0] * 6
    assert settled.left_right[3] == 1 and settled.minutes[3] == MONEY.minutes.review + MONEY.minutes.correct
    simulated = settle(columns, DESIGN, MONEY)
    assert np.array_equal(settled.left_right[4:], simulated.left_right[4:]), "who was not decided of has a simulated reviewer"


def test_an_output_waits_with_what_it_stands_on() -> None:
    passage = Passage(Chunk("d#1", "d", "Fees", "Late", "EUR 3 a day", None, True, "everyone", ""), 1.0, 1, ())
    state = State(Item("r1", "What?"), told=("The fee is 3.",), passages=(passage,), route="review", why="numbers", output=Output("EUR 4"))
    item = flagged(7, state.with_finding("numbers", "4 stands nowhere"))
    assert item == Flagged(7, "r1", "What?", "EUR 4", {}, "numbers", ("numbers: 4 stands nowhere",),
                           (("the systems of record", "The fee is 3."), ("Fees › Late", "EUR 3 a day")))  # fmt: skip
    assert flagged(0, dataclasses.replace(state, route="send")) is None and flagged(0, dataclasses.replace(state, output=None)) is None


def test_a_run_waits_and_then_goes_on(desk: Workshop) -> None:
    waits, design = Kept(None), replace(GOOD, technical=replace(GOOD.technical, review=Review(True, sample=1.0)))
    with pytest.raises(Waiting):
        Lab(desk, queue=waits, limit=24).study(design, quick=True)
    assert waits.items and all(item.output and item.why and item.input for item in waits.items.values())
    waits.action = "reject"
    study = Lab(desk, queue=waits, limit=24).study(design, quick=True)
    assert study.reviews is not None and study.reviews.waiting == len(waits.items)
    assert all(study.people.alone[place] == 0 and study.people.minutes[place] >= MONEY.minutes.today for place in waits.items)


def test_the_rows_of_the_report(rows: Rows) -> None:
    columns = rows("wrong", "right", route="review", count=4)
    made = Reviews(8, (
        decision(0, "approve"), decision(1, "modify", "a b c d", "a b c x"), decision(2, "reject"), decision(3, "approve", others=2, differing=1),
    ))  # fmt: skip
    found = {row.name: row for row in reviewed.rows(made, columns, settle(columns, DESIGN, MONEY), DESIGN, MONEY)}
    assert found["outputs decided by reviewers"].design == "4 of 8"
    assert found["outputs decided by reviewers"].note == "2 approved, 1 modified, 1 passed on; a simulated reviewer stood in for 4"
    assert found["edit rate of reviewers"].score is not None and found["edit rate of reviewers"].score.value == pytest.approx(1 / 8)
    assert found["words changed in a modified output"].design.startswith("1.00")
    assert found["wrong outputs that reviewers let through"].note == "of 2 that were wrong"
    assert found["waiting for a reviewer"].design.startswith("5.0 min") and found["a reviewer's time for an item"].design.startswith(
        "1.0 min"
    )
    assert found["second decisions that differ"].design == "1 of 2"
    assert "flagged a day" in found["reviewers' capacity used"].note


def test_without_decisions_no_number_is_made_up(rows: Rows) -> None:
    columns = rows("right", count=3)
    settled = settle(columns, DESIGN, MONEY)
    assert [row.design for row in reviewed.rows(Reviews(0, ()), columns, settled, DESIGN, MONEY)] == ["0"]
    names = [row.name for row in reviewed.rows(Reviews(3, ()), columns, settled, DESIGN, MONEY)]
    assert names == ["outputs decided by reviewers", "reviewers' capacity used"]
