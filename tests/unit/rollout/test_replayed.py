"""A fixed set of inputs that is asked again each day: steady as usual, otherwise once the machine is another, blind to what people write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.rolled import COUNT, MadeUp, design, stage_of

from caseroom.monitoring.measured import Strata, Values
from caseroom.proposal.model import Monitor, Monitors, Proposal
from caseroom.rollout.causes import moves
from caseroom.rollout.drawing import Force
from caseroom.rollout.model import Planted, Table
from caseroom.rollout.readings import grade, read, shown
from caseroom.rollout.replayed import changed, replayed
from caseroom.rollout.service import served
from caseroom.rollout.settings import ANSWERED_OTHERWISE, ASKED_AGAIN
from caseroom.rollout.watching import ALL
from caseroom.rollout.weeks import simulate

OUTPUTS = Monitors(outputs=Monitor())


class Known(MadeUp):
    """Each row of an event is made of the usual row in its place."""

    def table(self, proposal: Proposal, event: Planted | None = None) -> Table:
        """With origins."""
        return replace(super().table(proposal, event), origins=np.arange(COUNT))


def of_kind(events: Sequence[Planted], kind: str) -> Planted:
    return next(event for event in events if event.kind == kind)


def test_as_usual_hardly_any_answer_is_another() -> None:
    stage = stage_of(Known())
    found = [replayed(stage, design(), day, ()) for day in range(60)]
    assert {share.of for share in found} == {ASKED_AGAIN}
    assert np.mean([share.hits / share.of for share in found]) == pytest.approx(ANSWERED_OTHERWISE, abs=0.006)
    assert found == [replayed(stage, design(), day, ()) for day in range(60)]


@pytest.mark.parametrize(("kind", "seen"), [("model_update", True), ("policy_change", False), ("new_line", False)])
def test_another_machine_answers_otherwise_and_other_items_do_not_count(kind: str, seen: bool) -> None:
    world = Known()
    stage, event = stage_of(world), of_kind(world.events, kind)
    usual, other = stage.deck(design()), stage.deck(design(), event)
    share = float(changed(usual, other).mean())
    assert share > 0.2
    full = replayed(stage, design(), 30, [Force(replace(event, strength=1.0), 1.0)])
    half = replayed(stage, design(), 30, [Force(replace(event, strength=0.5), 1.0)])
    assert (full.hits > half.hits > 0.2 * share * ASKED_AGAIN) == seen
    assert ("outputs.replayed" in moves(stage, usual, event, other)) == seen


def test_where_nobody_says_what_a_row_is_made_of_nothing_is_compared() -> None:
    world = MadeUp()
    stage = stage_of(world)
    assert not changed(stage.deck(design()), stage.deck(design(), of_kind(world.events, "model_update"))).any()


def test_an_update_is_told_by_it_on_its_first_day() -> None:
    stage = stage_of(Known(), events=(("model_update", 30),))
    weeks = simulate(stage, design(monitors=OUTPUTS))
    first = [alert for alert in weeks.alerts if alert.reads == "outputs.replayed"]
    assert first and first[0].day == 30 and first[0].cause == stage.planted[0].id
    assert "outputs.replayed" not in simulate(stage, design(monitors=Monitors(latency=Monitor()))).days[40].readings


def test_numbers_are_read_by_kind_and_shown_as_one() -> None:
    stage = stage_of(Known())
    drawn = stage.draw(design(), 3, 1.0, [])
    done = served(drawn, stage.deck(design()), stage.business)
    reading = read(ALL, drawn, done, grade(drawn, done, (30, 0), 7, 40.0))
    for name, whole in (("inputs.words", drawn["words_in"]), ("inputs.far", drawn["far"]), ("cost", done.price)):
        parts = reading[name]
        assert isinstance(parts, Strata) and len(parts.parts) == 3
        values = np.concatenate([part.values for part in parts.parts.values() if isinstance(part, Values)])
        assert np.allclose(np.sort(values), np.sort(whole)) and shown(parts) == pytest.approx(np.quantile(whole, 0.95))


def test_wrong_ones_are_read_beside_right_ones() -> None:
    stage = stage_of(MadeUp(right=0.5))
    drawn = stage.draw(design(), 2, 1.0, [])
    done = served(drawn, stage.deck(design()), stage.business)
    reading = read(ALL, drawn, done, grade(drawn, done, (30, 0), 7, 40.0))
    right, wrong = shown(reading["quality"]), shown(reading["quality.wrong"])
    assert right is not None and wrong is not None and wrong > 0.2 and right + wrong == pytest.approx(1.0)
