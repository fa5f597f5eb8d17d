from __future__ import annotations

from dataclasses import replace

import pytest

from caseroom.app.engine import Engine
from caseroom.app.grading import grade_transcript
from caseroom.cases.model import Case
from caseroom.grading import pages
from caseroom.grading.scorecard import Scorecard
from caseroom.grading.transcript import parse

ANSWER = 'How many tickets do you get <script>alert("x")</script> a day? I\'ll assume | five percent * of them are `duplicates`.'


@pytest.fixture(scope="module")
def card(engine: Engine, support: Case) -> Scorecard:
    return grade_transcript(engine, support, parse(ANSWER))


def test_markup_in_an_answer_stays_text(card: Scorecard) -> None:
    assert "<script>" not in pages.to_html(card)
    assert "&lt;script&gt;" in pages.to_html(card)
    assert "<script>" not in pages.to_markdown(card)


def test_the_html_stands_alone(card: Scorecard) -> None:
    html = pages.to_html(card)
    assert "src=" not in html and "url(" not in html and "http" not in html.replace("http-equiv", "")
    assert len(html) < 100_000


def test_columns_are_shown_only_where_something_is_in_them(card: Scorecard) -> None:
    assert "You said" not in pages.to_html(card)
    rated = replace(card, steps=tuple(replace(step, own_level=3, seconds=65.0) for step in card.steps))
    assert "You said" in pages.to_html(rated) and "1:05 of" in pages.to_html(rated)


def test_the_headline_names_the_limiting_step(card: Scorecard) -> None:
    assert pages.headline(card) == "What holds the answer back: Assess AI fit was not reached."
    assert pages.headline(replace(card, limiting=None)) == "Every step is at the top level."


def test_a_long_quote_is_cut_on_one_line() -> None:
    assert len(pages.short("word " * 200)) <= 220
    assert pages.short("two\nlines") == "two lines"
