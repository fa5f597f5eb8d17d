from __future__ import annotations

import pytest

from caseroom.cases.model import Case
from caseroom.events import Entered, Session
from caseroom.interview import clock


@pytest.mark.parametrize(("seconds", "words"), [(10, "under a minute"), (70, "about a minute"), (260, "about 4 minutes")])
def test_times_in_words(seconds: float, words: str) -> None:
    assert clock.minutes_words(seconds) == words


def test_a_full_time_box_is_told_before_the_half(support: Case) -> None:
    session = Session(case=support.id, minutes=support.minutes, entered=(Entered("ground", 0.0, 0),), at=0.0)
    box = dict(support.minutes)["ground"] * 60
    assert clock.mark(session, box - 1) is None
    mark = clock.mark(session, box + 1)
    assert mark is not None and mark[0] == "box-ground"


def test_time_left_names_the_step(support: Case) -> None:
    session = Session(case=support.id, minutes=support.minutes, entered=(Entered("technical", 0.0, 0),), at=0.0)
    assert (
        clock.left_words(session, 60.0)
        == f"About {support.total_minutes() - 1:.0f} minutes of {support.total_minutes():.0f} are left. You are in: Technical architecture."
    )
    assert "used up" in clock.left_words(session, 1e6)
