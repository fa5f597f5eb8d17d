from __future__ import annotations

import pytest

from caseroom.interview import manners


@pytest.mark.parametrize(
    ("turn", "kind"),
    [
        ("How much time do I have left?", "time"),
        ("Does that make sense?", "go_on"),
        ("Shall I go on?", "go_on"),
        ("Does this order of steps work for you?", "go_on"),
        ("Is it okay if I take a minute to do the maths?", "go_on"),
        ("Would you mind if I draw this?", "go_on"),
        ("How many agents?", None),
    ],
)
def test_courtesies(turn: str, kind: str | None) -> None:
    assert manners.courtesy(turn) == kind


@pytest.mark.parametrize("turn", ["I'd rather skip that.", "No idea, sorry.", "I don't know.", "Let's move on."])
def test_a_refusal_is_short_and_plain(turn: str) -> None:
    assert manners.is_refusal(turn)
    assert not manners.is_refusal(f"{turn} But on the other hand{' word' * 30}")


@pytest.mark.parametrize(
    ("turn", "offered", "chosen"),
    [("The first.", 2, (0,)), ("the latter", 2, (1,)), ("Both, please.", 2, (0, 1)), ("Yes.", 1, (0,)), ("Yes.", 2, ()), ("Hm.", 2, ())],
)
def test_an_answer_to_asking_back(turn: str, offered: int, chosen: tuple[int, ...]) -> None:
    assert manners.pick(turn, offered) == chosen
