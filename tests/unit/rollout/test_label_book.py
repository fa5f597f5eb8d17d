"""Labels from users' signals: only while feedback is on, up to as many as were asked for, with the stated noise, one row a record."""

from __future__ import annotations

import numpy as np
import pytest
from tests.rolled import COUNT, MadeUp, design, stage_of

from caseroom.proposal.model import Roadmap
from caseroom.rollout.deck import AT
from caseroom.rollout.feedback import said, to_data
from caseroom.rollout.labels import counted
from caseroom.rollout.settings import NO_REASON, REOPENED, THUMBS_DOWN
from caseroom.rollout.weeks import simulate


def test_exactly_as_many_as_were_asked_for_and_one_row_a_record() -> None:
    found = simulate(stage_of(), design(Roadmap(feedback=True, improve_after=75))).feedback
    assert found is not None and sum(counted(found.labels).values()) == 75
    assert len({(label.state, label.index, label.design) for label in found.labels}) == len(found.labels) <= COUNT
    assert counted(found.labels)["edited"] == 0  # nobody looks at an output before it leaves


def test_without_feedback_nothing_is_kept() -> None:
    found = simulate(stage_of(), design(Roadmap())).feedback
    assert found is not None and not found.labels and "says nothing of feedback" in said(found)


def test_signals_come_as_often_as_stated() -> None:
    stage, proposal = stage_of(MadeUp(0.8)), design(Roadmap(feedback=True, improve_after=100_000))
    found = simulate(stage, proposal).feedback
    assert found is not None
    wrong = stage.deck(proposal).rows[:, AT["wrong"]] == 1
    for is_wrong, stated in ((True, REOPENED + THUMBS_DOWN), (False, NO_REASON)):
        mine = [label for label in found.labels if wrong[label.index] == is_wrong]
        came, signals = sum(label.came for label in mine), sum(label.signals for label in mine)
        assert signals / came == pytest.approx(stated, rel=0.1)
    kinds = counted(found.labels)
    assert kinds["reopened"] / kinds["thumb_down"] == pytest.approx(REOPENED / THUMBS_DOWN, rel=0.1)


def test_labels_name_the_event_at_work_and_the_day_of_the_first_signal() -> None:
    found = simulate(stage_of(events=(("policy_change", 25),)), design(Roadmap(feedback=True, improve_after=100_000))).feedback
    assert found is not None
    changed = [label for label in found.labels if label.state == "new-rules"]
    assert changed and min(label.day for label in changed) >= 25
    usual = [label.day for label in found.labels if not label.state and label.signals]
    assert min(usual) < 3 and np.mean(usual) < 30


def test_too_few_labels_are_said() -> None:
    found = simulate(stage_of(a_day=3.0), design(Roadmap(feedback=True, improve="examples", improve_after=5000))).feedback
    assert found is not None
    data = to_data(found)
    assert data["tried"] == [] and "was to be tried from 5000 on: that is too few, so nothing was tried." in data["said"]
