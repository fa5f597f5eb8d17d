from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.numerals import figures, has_number, has_threshold


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("about 2,400 tickets", [2400]),
        ("2.4k tickets and 35 %", [2400, 35]),
        ("twenty-four hundred", [2400]),
        ("two thousand four hundred", [2400]),
        ("1.1 million euros", [1_100_000]),
        ("1,100,000", [1_100_000]),
        ("one in five", [20]),
        ("half of them", [50]),
        ("two thirds of the drafts", [200 / 3]),
        ("a dozen clinics", [12]),
        ("spare about two hours", [2]),
        ("half an hour", []),
        ("one of them", []),
        ("phase two, GPT-4 and step 3", []),
        ("v2.1 of the model", []),
        ("", []),
    ],
)
def test_reads_spoken_and_written_figures(text: str, values: list[float]) -> None:
    assert [figure.value for figure in figures(text)] == pytest.approx(values)


def test_a_share_is_a_percentage() -> None:
    assert [figure.percent for figure in figures("sixty percent of 20 and one in four")] == [True, False, True]


@pytest.mark.parametrize("text", ["below 2 %", "at least forty hours", "no more than one in twenty", "within 15 minutes", "< 300 ms"])
def test_a_bound_is_a_threshold(text: str) -> None:
    assert has_threshold(text)


@pytest.mark.parametrize("text", ["below the usual", "40 agents", "we set a limit"])
def test_a_bound_needs_a_figure_and_a_figure_a_bound(text: str) -> None:
    assert not has_threshold(text)


@given(st.integers(min_value=10, max_value=10**9))
def test_every_whole_number_is_read_back(number: int) -> None:
    assert [figure.value for figure in figures(f"there are {number:,} of them")] == [number]
    assert has_number(f"{number}")


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    figures(text)
