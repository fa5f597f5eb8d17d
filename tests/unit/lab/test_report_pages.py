"""The report as HTML: what people read in it, and what must not happen in it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.unit.lab.sample import NASTY, sample

from caseroom.lab import pages
from caseroom.lab.plots import Span, axis, interval_plot, scale
from caseroom.metrics.score import Score


@pytest.fixture
def report() -> dict[str, Any]:
    return sample()


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<body>")[2]).split())


def test_markup_in_words_and_outputs_stays_text(report: dict[str, Any]) -> None:
    html = pages.to_html(report)
    assert "<script" not in html and "<img" not in html and html.count("</details>") == 4
    assert "&lt;script&gt;" in html and "{{ 7*7 }}" in html and "مرحبا 🙂" in html


def test_it_stands_alone(report: dict[str, Any]) -> None:
    html = pages.to_html(report)
    assert "http" not in html.replace("http-equiv", "") and "url(" not in html and "@import" not in html
    assert not re.search(r"<(?:link|script|iframe|object)|\b(?:src|href|style|on\w+)=\"", html.replace(NASTY, ""))
    assert '<html lang="en">' in html and "prefers-color-scheme: dark" in html and "@media print" in html


def test_the_order_of_its_parts(report: dict[str, Any]) -> None:
    headings = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", pages.to_html(report), re.DOTALL)
    assert headings[0].startswith("The design misses its goal") and "It breaks a limit: wrong." in headings[0]
    assert headings[1:] == [
        "The goal and the limits", "Ground the problem", "Evaluation metrics", "What each part bought", "The red team", "Does the metric matter?",
        "The worst outputs, to read", "Remarks",
    ]  # fmt: skip


def test_unscored_is_a_word(report: dict[str, Any]) -> None:
    text = text_of(pages.to_html(report))
    assert "BLEU unscored" in text and "None" not in text and "nan" not in text.lower().split()
    assert "limit nothing to compare" in text


def test_a_section_begins_with_the_candidates_words(report: dict[str, Any]) -> None:
    html = pages.to_html(report)
    ground = html[html.index('id="r-ground"') : html.index('id="r-evaluation"')]
    assert ground.index("<blockquote") < ground.index("<table") and ground.count("<blockquote") == 1
    assert "Turn 4 · goal, user" in ground
    assert "Nothing was said here, so nothing is switched on." in html[html.index('id="r-evaluation"') :]


def test_a_proposal_by_hand_does_not_say_that_nothing_is_on(report: dict[str, Any]) -> None:
    report["sections"][0]["words"] = []
    html = pages.to_html(report)
    assert "written by hand" in html and "nothing is switched on" not in html


def test_every_plot_has_words_and_every_table_a_caption(report: dict[str, Any]) -> None:
    html = pages.to_html(report)
    assert html.count("<table") == html.count("<caption") == 4
    assert all("aria-label=" in svg or 'aria-hidden="true"' in svg for svg in re.findall(r"<svg[^>]*>", html))
    assert 'scope="row"' in html and 'scope="col"' in html


def test_what_each_part_bought_is_sorted_by_size(report: dict[str, Any]) -> None:
    html = pages.to_html(report)
    forest = html[html.index("rows forest") : html.index("<details><summary>All 5 changes")]
    assert re.findall(r'class="what">(\w+)', forest) == ["Search", "Model", "Trigger"]
    assert forest.count('<li class="sure">') == 2 and forest.count('<li class="unsure">') == 1
    text = text_of(html)
    assert "Earned its place Search, hybrid: with none instead, right falls by 40.0 points [30.0, 50.0]." in text
    assert (
        "Holds the goal back Model: with recall instead of extractive, right rises by 26.0 points [20.0, 32.0], but harm an item rises by 9.10 EUR [1.00, 17.20]."
        in text
    )
    assert "← worse better →" in text and "Changed nothing about the goal on any record: examples shown (3)." in text
    assert "Could not be compared by the goal: sources only (off)." in text


def test_a_goal_by_which_nothing_can_be_compared_is_not_called_unmoved(report: dict[str, Any]) -> None:
    for effect in report["effects"]:
        effect["goal"] = {**effect["goal"], "value": None, "low": None, "high": None}
    text = text_of(pages.to_html(report))
    assert "is not told" in text and "Changed nothing" not in text and "can be told from chance on these records" not in text


def test_a_quick_run_says_that_parts_were_not_changed(report: dict[str, Any]) -> None:
    text = text_of(pages.to_html({**report, "effects": [], "families": [], "attacked": [], "matters": [], "worst": [], "remarks": []}))
    assert "the run was a quick one" in text and "has no attacks" in text and "no rated outputs" in text and "Remarks" not in text


def test_the_red_team_names_what_makes_no_difference(report: dict[str, Any]) -> None:
    text = text_of(pages.to_html(report))
    assert "Documents that no longer hold 8 attacks 50.0% [25.0%, 75.0%]" in text
    assert "exact parts → model 75.0% [50.0%, 100.0%]" in text and "No difference with private data masked → off." in text


def test_a_chosen_metric_that_tracks_nothing_is_told(report: dict[str, Any]) -> None:
    text = text_of(pages.to_html(report))
    assert (
        "BLEU, which you chose, ranks outputs almost independently of what an output is worth (0.05 [−0.10, 0.20]), but runs against what people"
        in text
    )
    report["sections"][1]["rows"] = []
    assert "No chosen metric can be told of single outputs. Of those that can, expected facts tracks" in text_of(pages.to_html(report))


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [(0.6, 0.5, 0.7, "tracks"), (0.3, 0.1, 0.5, "tracks weakly"), (0.3, -0.1, 0.5, "ranks outputs almost independently of"), (-0.3, -0.5, -0.1, "runs against"), (None, None, None, "cannot be compared with")],
)  # fmt: skip
def test_relations_say_no_more_than_the_interval(value: float | None, low: float | None, high: float | None, words: str) -> None:
    assert pages.relation(Score("agreement", value, low, high, 100, "")) == words


@pytest.mark.parametrize(
    ("metric", "value", "words"),
    [("right_rate", -0.26, "−26.0 points"), ("harm_per_item", 9.1, "+9.10 EUR"), ("latency_ms", -139.1, "−139 ms"), ("right_rate", 0.0, "0"), ("right_rate", None, "unscored")],
)  # fmt: skip
def test_a_difference_has_sign_and_unit(metric: str, value: float | None, words: str) -> None:
    assert pages.change(metric, value, "EUR") == words


def test_axes_hold_all_values_and_zero() -> None:
    assert (axis([0.4, None, 0.6]).low, axis([0.4, None, 0.6]).high) == (0.0, 0.6)
    assert (axis([-0.1, 0.5], both_ways=True).low, axis([-0.1, 0.5], both_ways=True).high) == (-0.5, 0.5)
    assert axis([]).ticks() == [0.0, 0.25, 0.5, 0.75, 1.0]
    place = axis([0.0, 10.0])
    assert place.at(0) == 4 and place.at(10) == 96 and place.at(99) == 96


def test_a_plot_escapes_its_words_and_leaves_out_what_is_unscored() -> None:
    place = axis([1.0])
    plot = interval_plot(
        place, [Span(None), Span(0.5, 0.2, 0.8)], 'a "quoted" <label>', lines=((None, "today"), (0.0, "zero")), good=(0.5, 1.0)
    )
    assert "&lt;label&gt;" in plot and "&#34;quoted&#34;" in plot and plot.count("<circle") == 1 and "today" not in plot
    assert "<text" in scale(place, [(0.0, "<0>")]) and "<0>" not in scale(place, [(0.0, "<0>")])
