from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scripted_model import Scripted

from caseroom.app import people_named as people
from caseroom.app.masked import Masked, masked
from caseroom.app.people_named import presidio_is_here
from caseroom.models.chat import Answer, Ask, Message

TALK = Ask(
    (
        Message("system", "You interview."),
        Message("user", "My name is Ann Miller, write to ann.miller@example.org or call +44 20 7946 0958."),
        Message("assistant", "Thank you, Ann."),
        Message("user", "And bob@example.org, too. We have 2,400 tickets a day."),
    ),
    "coach",
)
PRIVATE = ("Ann", "Miller", "ann.miller@example.org", "7946", "bob@example.org")


def test_nothing_private_is_sent_and_all_of_it_comes_back() -> None:
    model = Scripted(lambda ask: f"Dear {ask.messages[1].text.split('is ')[1].split(',')[0]}: {ask.messages[1].text}")
    answer = Masked(model).ask(TALK)
    sent = " ".join(message.text for message in model.asked[0].messages)
    assert not any(word in sent for word in PRIVATE)
    assert "2,400 tickets" in sent and "You interview." in sent
    assert answer.text.startswith("Dear Ann Miller: My name is Ann Miller, write to ann.miller@example.org")


def test_one_thing_has_one_stand_in_in_all_messages() -> None:
    sent, known = masked(Ask((Message("user", "to a@example.org"), Message("user", "again a@example.org")), "test"))
    assert len(known) == 1 and sent.messages[0].text.split()[1:] == sent.messages[1].text.split()[1:]


def test_values_come_back_too() -> None:
    schema = {"type": "object"}
    model = Scripted(lambda ask: {"to": [ask.messages[0].text.removeprefix("to ")], "n": 3})
    assert Masked(model).ask(Ask((Message("user", "to a@example.org"),), "test", schema=schema)).data == {"to": ["a@example.org"], "n": 3}


def test_a_text_that_looks_like_a_stand_in_stays_itself() -> None:
    model = Scripted(lambda ask: ask.messages[0].text)
    text = "Mail [EMAIL 1] and a@example.org, [EMAIL 2] as well"
    assert Masked(model).ask(Ask((Message("user", text),), "test")).text == text


@given(st.lists(st.sampled_from(["a@example.org", "+44 20 7946 0958", "[", "]", "[EMAIL", " 1]", "word", "[EMAIL 1]", "[Mail]", "x[y"]), max_size=12),
       st.integers(1, 5))  # fmt: skip
def test_a_stream_in_any_pieces_is_the_answer(words: list[str], size: int) -> None:
    text = " ".join(words) + "."

    class Pieces(Scripted):
        """Says what it was sent, in pieces of one size."""

        def stream(self, ask: Ask):  # type: ignore[no-untyped-def]  # a generator
            whole = ask.messages[0].text
            for start in range(0, len(whole), size):
                yield whole[start : start + size]
            return Answer(whole)

    assert "".join(Masked(Pieces()).stream(Ask((Message("user", text),), "test"))) == text


def test_it_is_another_model_to_remember_answers_of() -> None:
    assert Masked(Scripted()).signature != Scripted().signature and Masked(Scripted(sends_to="h")).sends_to == "h"


@pytest.mark.skipif(not presidio_is_here(), reason="needs presidio-analyzer and a spaCy model")
def test_with_presidio_other_names_are_masked_too() -> None:
    text = "Yesterday Sarah Connor from the support team told me that Peter Novak approves refunds above 200 euros."
    model = Scripted(lambda ask: ask.messages[0].text)
    assert Masked(model).ask(Ask((Message("user", text),), "test")).text == text
    sent = model.asked[0].messages[0].text
    assert not any(name in sent for name in ("Sarah", "Connor", "Peter", "Novak")) and "200 euros" in sent and "support team" in sent


def test_without_presidio_there_are_no_other_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "presidio_is_here", lambda: False)
    people._engine.cache_clear()
    assert people.people_named("Sarah Connor said so.") == []
    people._engine.cache_clear()
