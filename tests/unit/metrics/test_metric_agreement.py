from __future__ import annotations

import math
import random
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.metrics.agreement import (
    FEWEST,
    Level,
    Weights,
    band,
    cohen_kappa,
    in_words,
    krippendorff_alpha,
    percent_agreement,
    why_untold,
)
from caseroom.metrics.score import Bootstrap

FEW = Bootstrap(resamples=50)
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")
WEIGHTS: tuple[Weights | None, ...] = (None, "linear", "quadratic")
tables = st.lists(st.lists(st.none() | st.integers(1, 5), max_size=4), max_size=30)


@given(tables, st.sampled_from(LEVELS))
@settings(deadline=None)
def test_whatever_the_gaps_a_value_is_finite_or_has_a_reason(rows: list[list[int | None]], level: Level) -> None:
    score = krippendorff_alpha(rows, level, bootstrap=FEW)
    assert score.n == sum(sum(cell is not None for cell in row) > 1 for row in rows)
    assert (score.value is None) == (why_untold(score) is not None)
    assert score.value is None or (math.isfinite(score.value) and score.value <= 1 + 1e-12)


@given(tables, st.sampled_from(LEVELS), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_who_the_raters_are_and_how_items_stand_does_not_matter(rows: list[list[int | None]], level: Level, chance: random.Random) -> None:
    shuffled = [chance.sample(row, len(row)) for row in chance.sample(rows, len(rows))]
    one, other = (krippendorff_alpha(table, level, bootstrap=FEW).value for table in (rows, shuffled))
    assert one == (other if other is None else pytest.approx(other, abs=1e-12))


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=FEWEST, max_size=40))
@settings(deadline=None)
def test_kappa_is_symmetric_and_at_most_one(pairs: list[tuple[int, int]]) -> None:
    a, b = [one for one, _ in pairs], [two for _, two in pairs]
    ours, turned = cohen_kappa(a, b, bootstrap=FEW), cohen_kappa(b, a, bootstrap=FEW)
    assert ours.value == (turned.value if turned.value is None else pytest.approx(turned.value, abs=1e-12))
    assert ours.value is None or ours.value <= 1


def test_perfect_agreement_is_one_and_shuffled_ratings_are_about_none() -> None:
    chance = np.random.default_rng(1)
    a, b = (chance.integers(1, 6, size=2000).tolist() for _ in range(2))
    for level in LEVELS:
        assert krippendorff_alpha([(x, x) for x in a], level, bootstrap=FEW).value == 1
        assert krippendorff_alpha(list(zip(a, b, strict=True)), level, bootstrap=FEW).value == pytest.approx(0, abs=0.06)
    assert cohen_kappa(a, a, bootstrap=FEW).value == 1
    assert cohen_kappa(a, b, bootstrap=FEW).value == pytest.approx(0, abs=0.06)


def test_weights_forgive_what_is_near() -> None:
    near = [(x, min(5, x + 1)) for x in (1, 2, 3, 4, 5) * 5]
    a, b = [x for x, _ in near], [y for _, y in near]
    none, linear, quadratic = (cohen_kappa(a, b, w, bootstrap=FEW).value for w in WEIGHTS)
    assert none is not None and linear is not None and quadratic is not None
    assert none < linear < quadratic < 1


def test_too_few_items_are_said_instead_of_a_number() -> None:
    nine = [("made", "made")] * 5 + [("named", "made")] * 4 + [("made", None)] * 30
    for score in (krippendorff_alpha(nine), percent_agreement(nine), cohen_kappa([a for a, _ in nine], [b for _, b in nine])):
        assert (score.value, score.n) == (None, 9)
        assert in_words(score) == "too few items to say: 9 items are rated twice, at least 10 are needed"
    assert "no item is rated twice" in in_words(krippendorff_alpha([]))
    assert "1 item is rated twice" in in_words(krippendorff_alpha([(1, 2)]))


def test_no_variation_is_said_instead_of_a_number() -> None:
    alike = [("made", "made")] * 20
    for score in (krippendorff_alpha(alike), cohen_kappa([a for a, _ in alike], [b for _, b in alike])):
        assert (score.value, score.n) == (None, 20)
        assert in_words(score).startswith("no variation: all ratings of 20 items are alike")
    assert percent_agreement(alike).value == 1


def test_a_rater_who_always_says_the_same_agrees_as_chance_does() -> None:
    a, b = ["made"] * 20, ["made"] * 15 + ["named"] * 5
    assert cohen_kappa(a, b).value == 0


def test_words_name_value_interval_band_and_caveat() -> None:
    a, b = [1, 2, 3] * 20, [1, 2, 3] * 15 + [2, 3, 1] * 5
    assert in_words(cohen_kappa(a, b)) == (
        "κ 0.62 (0.47 to 0.77) over 60 items: substantial agreement; the interval reaches from moderate to substantial. "
        "The names are a convention (Landis & Koch 1977); κ is low where one label is rare, however well people agree"
    )
    alpha = in_words(krippendorff_alpha(list(zip(a, b, strict=True)), "ordinal"))
    assert alpha.startswith("α ") and "by Krippendorff (2004), too little to rely on" in alpha
    assert in_words(percent_agreement(list(zip(a, b, strict=True)))).startswith("75 % of pairs of ratings agree (65 to 85), over 60 items")


def test_bands_reach_up_to_their_bound() -> None:
    assert [band(v) for v in (-0.1, 0, 0.2, 0.21, 0.4, 0.6, 0.8, 0.81, 1)] == [
        "poor", "slight", "slight", "fair", "fair", "moderate", "substantial", "almost perfect", "almost perfect",
    ]  # fmt: skip


def test_agreement_of_three_raters_is_that_of_their_pairs() -> None:
    assert percent_agreement([("x", "x", "y"), ("x", None, "x")] * 5).value == pytest.approx((1 / 3 + 1) / 2)


def test_every_setting_is_in_the_signature() -> None:
    pairs = [(x % 3, (x * x) % 3) for x in range(12)]
    a, b = zip(*pairs, strict=True)
    signatures = {cohen_kappa(a, b, w).signature for w in WEIGHTS}
    signatures |= {krippendorff_alpha(pairs, level).signature for level in LEVELS}
    assert len(signatures) == 6
    assert krippendorff_alpha(pairs, "ordinal").signature == "krippendorff_alpha|level:ordinal|fewest:10|boot:1000/12345"


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="the same items"):
        cohen_kappa([1, 2], [1])
    with pytest.raises(ValueError, match="not on the scale"):
        cohen_kappa(["made"], ["lost"], order=["missed", "made"])
    with pytest.raises(ValueError, match="no common scale"):
        krippendorff_alpha([(1, "two")], "ordinal")


def test_ten_thousand_items_take_seconds() -> None:
    chance = np.random.default_rng(2)
    rows = chance.integers(1, 6, size=(10_000, 3)).tolist()
    start = time.perf_counter()
    for level in LEVELS:
        krippendorff_alpha(rows, level, bootstrap=Bootstrap(resamples=200))
    assert time.perf_counter() - start < 20
