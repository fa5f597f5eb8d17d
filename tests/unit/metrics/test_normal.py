from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.metrics.normal import figures, pieces


def stands_in(wanted: str, text: str) -> bool:
    """Whether the pieces of a phrase stand in a text in sequence."""
    sought, said = pieces(wanted), pieces(text)
    starts = range(len(said) - len(sought) + 1) if sought else ()
    return any(all(piece.means(said[start + at]) for at, piece in enumerate(sought)) for start in starts)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("1,500", "The total is 1500."),
        ("$1,500.00", "We paid 1500 dollars, then more."),
        ("1500", "€1.5k was due"),
        ("€1.2 million", "a budget of 1.2m euros"),
        ("12 %", "about twelve percent of it"),
        ("12%", "between 10-12%"),
        ("15", "10–15 days"),
        ("30 days", "within thirty days of receipt"),
        ("-5", "it was -5.0 degrees"),
        ("INV-0042", "your invoice inv 0042, dated"),
        ("2024-05-01", "Due: 2024-05-01."),
        ("5 kg", "a 5kg bag"),
        ("Don't", "please don’t"),
        ("ÀB", "àb"),
        ("١٢", "no. 12"),
        ("4242", "card ending in 4242"),
    ],
)
def test_what_stands_there(wanted: str, text: str) -> None:
    assert stands_in(wanted, text)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("1500", "1.500"),
        ("150", "1500"),
        ("$50", "€50"),
        ("12%", "12 of them"),
        ("12", "12%"),
        ("5", "-5"),
        ("7", "007"),
        ("1.2", "version 1.2.3"),
        ("30 days", "30 working days"),
        ("cat", "concatenate"),
    ],
)
def test_what_does_not(wanted: str, text: str) -> None:
    assert not stands_in(wanted, text)


def test_digits_in_any_form_are_figures_of_a_claim() -> None:
    assert [figure.text for figure in figures("INV-0042 of 3 May: $10.50 and the second item, 25%")] == ["0042", "3", "10.5", "25"]


@given(st.integers(0, 10**12), st.sampled_from(["{}", "{:,}", "{}.0", "${:,}", "{} EUR"]))
def test_one_value_is_one_figure_however_it_is_written(value: int, form: str) -> None:
    (figure,) = pieces(form.format(value))
    assert figure.text == str(value)


@given(st.text(max_size=80))
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert stands_in(text, text) == bool(pieces(text))
