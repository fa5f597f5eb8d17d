from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.metrics.score import Bootstrap
from caseroom.metrics.text import Pair, claims, edit_rate, exactness, grounded_rate, omission_rate

FEW = Bootstrap(resamples=20)
words = st.lists(st.sampled_from("a b c d".split()), max_size=8).map(" ".join)


@dataclass(frozen=True, slots=True)
class Gold:
    keys: tuple[str, ...]


def test_exactness_counts_what_stands_in_the_output() -> None:
    score = exactness(["Total 1500 dollars, due 3 May", "none", "free"], [["$1,500", "3 May"], ["12%", "Leeds"], []])
    assert (score.value, score.n) == (0.5, 2)
    assert exactness(["x"], [[]]).value is None


def test_an_item_is_found_by_any_of_its_keys() -> None:
    items = [[Gold(("30 days", "one month")), Gold(("2%",))], [Gold(("Leeds",))]]
    assert omission_rate(["One month's notice", "the Leeds branch"], items).value == pytest.approx(1 / 3)
    assert omission_rate(["anything"], [[]]).value is None


def test_edits_are_counted_in_words_of_what_was_sent() -> None:
    score = edit_rate(["We sent it today.", "Dear Ann, hello", "not sent"], ["We sent it on Monday.", "Dear Ann, hello", None])
    assert (score.value, score.n) == (2 / 8, 2)
    assert edit_rate(["x"], [None]).value is None


@given(words, words)
@settings(deadline=None)
def test_no_edit_is_0_and_a_rewrite_is_at_most_all_words(output: str, sent: str) -> None:
    score = edit_rate([output], [sent], FEW)
    if not sent:
        assert score.value is None
    else:
        assert score.value is not None
        assert (score.value == 0) == (output == sent)
        assert score.value * len(sent.split()) <= max(len(output.split()), len(sent.split())) + 1e-9


def test_questions_and_courtesies_are_no_claims() -> None:
    assert claims("Hello Ann! We refund orders within five days. Is that fine? Yes. It costs $5. Thank you for your patience.") == [
        "We refund orders within five days.",
        "It costs $5.",
    ]


SOURCE = "Refunds take five days. They go to the card that paid. Gift cards cannot be refunded. Shops in Leeds open at 9."


def test_a_claim_needs_support_and_its_figures() -> None:
    asked: list[Pair] = []

    def support(pairs: Sequence[Pair]) -> list[float]:
        asked.extend(pairs)
        return [0.9 if "Leeds" not in claim else 0.2 for claim, _ in pairs]

    outputs = ["Refunds take five days. Refunds take 6 days.", "The Leeds shop opens at 9."]
    score = grounded_rate(outputs, [[SOURCE], [SOURCE]], support, "a-test")
    assert score.value == pytest.approx(1 / 3)
    assert score.n == 2
    assert "judge:a-test|threshold:0.75" in score.signature
    assert len(asked) == len(set(asked))
    assert all(passage in SOURCE for _, passage in asked)


def test_without_sources_nothing_is_grounded_and_without_claims_nothing_is_scored() -> None:
    def never(pairs: Sequence[Pair]) -> list[float]:
        raise AssertionError(pairs)

    assert grounded_rate(["Refunds take five days."], [[]], never, "a-test").value == 0
    assert grounded_rate(["Hello!"], [[SOURCE]], never, "a-test").value is None
