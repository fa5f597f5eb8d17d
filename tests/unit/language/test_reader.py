from __future__ import annotations

import numpy as np

from caseroom.language.reader import Reader

TURN = "How long does an agent spend on a ticket?"
FACTS = (
    "how long an agent works on a ticket: An agent works on a ticket for 8 minutes on average.",
    "how many tickets come in: We average 1,500 tickets a working day.",
    "which laws apply: Customer data may not leave the European Union.",
)


def test_the_fact_that_is_asked_for_has_the_highest_odds() -> None:
    odds = Reader().read([(TURN, fact) for fact in FACTS])
    assert odds.argmax() == 0
    assert odds[0] > 0 > odds[2]


def test_odds_do_not_depend_on_the_neighbours() -> None:
    pairs = [(TURN, fact) for fact in FACTS]
    assert np.array_equal(Reader().read(pairs), [Reader().read([pair])[0] for pair in pairs])


def test_nothing_to_read_is_nothing() -> None:
    assert Reader().read([]).shape == (0,)


def test_long_and_strange_texts_are_read() -> None:
    assert Reader().read([("word " * 5000, FACTS[0]), ("", ""), ("كم عدد التذاكر 🙂", FACTS[1])]).shape == (3,)
