from __future__ import annotations

from caseroom.app.engine import Engine
from caseroom.models.base import Shown
from caseroom.models.memory import Remembered, head

PAST = [Shown("When is my deposit paid back?", "Within 14 days."), Shown("The washer leaks water.", "An engineer comes.")]


def test_the_nearest_first(engine: Engine) -> None:
    memory = Remembered(engine.encoder, PAST)
    (found,) = memory.nearest(["water leaks out of the washer"], 5)
    assert [near.shown for near in found] == [PAST[1], PAST[0]]
    assert 1.0 >= found[0].nearness > found[1].nearness >= -1.0
    assert [near.shown for near in memory.nearest(["deposit back?"], 1)[0]] == [PAST[0]]


def test_nothing_is_remembered_or_asked(engine: Engine) -> None:
    assert Remembered(engine.encoder).nearest(["a", "b"], 3) == [[], []]
    assert Remembered(engine.encoder, PAST).nearest(["a"], 0) == [[]]
    assert Remembered(engine.encoder, PAST).nearest([], 2) == []


def test_like_items_stand_in_the_order_they_came(engine: Engine) -> None:
    twins = [Shown("same words", str(number)) for number in range(4)]
    (found,) = Remembered(engine.encoder, twins).nearest(["same words"], 3)
    assert [near.shown.output for near in found] == ["0", "1", "2"]


def test_a_long_text_is_keyed_by_its_head(engine: Engine) -> None:
    assert head("x" * 5000) == "x" * 1200 and head("") == ""
