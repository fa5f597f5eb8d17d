from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.language.phrases import fits, flat, stands


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("14 days", "It is paid back within 14 days."),
        ("two weeks", "within 2 weeks"),
        ("2 weeks", "Two weeks later"),
        ("1,500 euros", "We owe 1500 Euros"),
        ("1500", "€1.5k for two weeks"),
        ("1.5k", "1,500 of them, and two more"),
        ("5 m", "two hoses of 5 m"),
        ("21.90", "a deposit of 21.9 euros"),
        ("1,234,567.89", "it comes to 1234567.89 now"),
        ("A-1042", "order a 1042"),
        ("legal action", "LEGAL ACTIONS, soon"),
        ("don't", "I don’t know"),
        ("café", "the cafe\u0301 on the corner"),
        ("12", "１２ Uhr"),
        ("deposit", "The deposits: all of them"),
        ("أهلا", "قال: أهلا!"),
        ("m²", "5 m2 of floor"),
    ],
)
def test_a_phrase_that_stands_there(phrase: str, text: str) -> None:
    assert stands(text, phrase)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("14 days", "14 working days"),
        ("4 days", "14 days"),
        ("1.5", "15"),
        ("1234567", "1234568"),
        ("123456.78", "123456.99"),
        ("100000000001", "100000000002"),
        ("12345678901234567890123456789", "12345678901234567890123456780"),
        ("court", "a courtyard"),
        ("days 14", "14 days"),
        ("", "anything"),
        ("🙂", "done 🙂"),
        ("...", "so..."),
    ],
)
def test_one_that_does_not(phrase: str, text: str) -> None:
    assert not stands(text, phrase)


def test_what_is_wanted_and_not_wanted() -> None:
    assert fits("my lawyer and the court", ["court"], ["lawyer"], ["judge"])
    assert not fits("my lawyer and the court", ["court"], ["lawyer", "judge"])
    assert not fits("my lawyer and the court", ["court"], none_of=["lawyer"])
    assert fits("only this", [], ["only"])
    assert not fits("anything", [], [], ["nothing"]), "a rule without words fits nothing"


@given(st.integers(0, 10**20), st.sampled_from(["{}", "{:,}", "{}.0", "{}.00"]))
def test_a_figure_is_one_however_it_is_written(value: int, form: str) -> None:
    assert flat(form.format(value)) == f" {value} "


@given(st.integers(0, 10**14), st.integers(0, 10**14))
def test_two_figures_are_two(one: int, other: int) -> None:
    assert stands(f"it is {one / 100:.2f} euros", f"{other / 100:.2f}") == (one == other)


@given(st.text(max_size=60))
def test_a_text_stands_in_itself_and_nothing_breaks(text: str) -> None:
    assert stands(text, text) == bool(flat(text).strip())
    assert not stands("", text)


@given(st.lists(st.sampled_from("the tenant pays Monday's deposit back in full".split()), min_size=3, max_size=9), st.data())
def test_words_in_sequence_stand_in_a_text(words: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) - 2))
    assert stands("¡" + ", ".join(words).upper() + "!", " ".join(words[start : start + 2]))
