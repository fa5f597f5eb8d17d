from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.metrics.score import (
    FEWEST_TOLD,
    Bootstrap,
    Score,
    mean,
    of_sums,
    paired_difference,
    percentile,
    proportion,
    ratio,
    share,
    share_of_sums,
    sign,
    tells,
)  # fmt: skip

FEW = Bootstrap(resamples=200)
numbers = st.floats(-1e6, 1e6)


@given(st.lists(numbers, min_size=1, max_size=40))
@settings(deadline=None)
def test_a_mean_lies_among_its_values_and_so_does_its_interval(values: list[float]) -> None:
    score = mean("m", values, "m", FEW)
    assert score.value == pytest.approx(np.mean(values), abs=1e-6)
    assert (score.low is None) == (score.high is None) == (len(values) < FEWEST_TOLD)
    if score.low is not None and score.high is not None:
        assert min(values) - 1e-6 <= score.low <= score.high <= max(values) + 1e-6


@given(st.lists(st.none() | numbers, max_size=20))
@settings(deadline=None)
def test_unscored_is_none_and_never_nan(values: list[float | None]) -> None:
    score = mean("m", values, "m", FEW)
    scored = [value for value in values if value is not None]
    assert score.n == len(scored)
    assert (score.value is None) == (not scored) and (score.low is None) == (score.high is None) == (len(scored) < FEWEST_TOLD)
    assert score.value is None or math.isfinite(score.value)


def test_the_same_seed_gives_the_same_interval_and_another_gives_another() -> None:
    values = np.random.default_rng(3).normal(size=50)
    assert mean("m", values, "m") == mean("m", values, "m")
    assert mean("m", values, "m").low != mean("m", values, "m", Bootstrap(seed=1)).low


def test_an_interval_is_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(5).normal(10, 2, size=400)
    score = mean("m", values, "m")
    assert score.low is not None and score.high is not None
    assert score.high - score.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_a_resample_draws_as_many_rows_as_there_are_whatever_the_block() -> None:
    blocks = list(Bootstrap(resamples=3).counts(700_000))
    assert [block.shape for block in blocks] == [(1, 700_000)] * 3
    assert all(block.sum() == 700_000 for block in blocks)
    (block,) = Bootstrap(resamples=5).counts(4)
    assert block.sum(axis=1).tolist() == [4.0] * 5


def test_fifty_thousand_rows_fit() -> None:
    values = np.random.default_rng(7).random(50_000)
    assert mean("m", values, "m", Bootstrap(resamples=50)).n == 50_000


def test_a_ratio_divides_sums_and_leaves_out_rows_without_a_whole() -> None:
    score = ratio("r", [1, 0, 5], [2, 8, 0], "r")
    assert (score.value, score.n) == (0.1, 2)
    assert ratio("r", [], [], "r") == Score("r", None, None, None, 0, "r")


def test_a_statistic_that_is_not_defined_is_unscored() -> None:
    score = of_sums("s", [[1.0], [2.0]], lambda sums: np.full(len(sums), np.nan), "s")
    assert (score.value, score.n) == (None, 2)


def test_none_of_ten_is_not_certainly_none() -> None:
    none, all_, some = (proportion("p", hits, 10, "p") for hits in (0, 10, 3))
    ends = [end for score in (none, all_, some) for end in (score.low, score.high)]
    assert ends == pytest.approx([0.0, 0.2775, 0.7225, 1.0, 0.1078, 0.6032], abs=1e-4) and (none.value, all_.value) == (0.0, 1.0)
    assert some.signature == "p|interval:wilson" and proportion("p", 0, 0, "p").value is None


def test_a_share_of_none_or_all_has_an_interval_with_a_width() -> None:
    assert share("s", [0.0, None, 0.0], "s") == proportion("s", 0, 2, "s") and share("s", [1.0] * 9, "s") == proportion("s", 9, 9, "s")
    assert share("s", [0.0, 1.0, 1.0], "s") == proportion("s", 2, 3, "s"), "a few have no other"
    assert share("s", [0.0, 1.0] * 5, "s") == mean("s", [0.0, 1.0] * 5, "s") and share("s", [], "s").value is None
    assert share_of_sums("s", [2, 4, 0], [2, 4, 0], "s") == proportion("s", 2, 2, "s"), "one trial a record that has any"
    assert share_of_sums("s", [1, 4], [2, 4], "s") == ratio("s", [1, 4], [2, 4], "s")


def test_a_difference_takes_the_records_that_both_scored() -> None:
    score = paired_difference([1.0, None, 3.0, 5.0], [0.5, 2.0, None, 4.0])
    assert (score.value, score.n) == (0.75, 2)
    with pytest.raises(ValueError, match="same records"):
        paired_difference([1.0], [1.0, 2.0])


def test_a_few_records_tell_no_difference() -> None:
    assert not tells(paired_difference([1.0] * 7, [0.0] * 7)) and tells(paired_difference([1.0] * 8, [0.0] * 8))
    assert not tells(paired_difference([1.0, -1.0] * 8, [0.0] * 16)) and not tells(paired_difference([], []))


def test_pairing_narrows_the_interval() -> None:
    chance = np.random.default_rng(11)
    hard = chance.normal(size=300)
    score = paired_difference(hard + 0.1, hard + chance.normal(0, 0.05, size=300))
    assert score.low is not None and 0.09 < score.low < 0.1 < (score.high or 0) < 0.11


@given(st.lists(numbers, min_size=1, max_size=60), st.floats(0, 1))
@settings(deadline=None)
def test_a_percentile_is_numpys_and_lies_among_its_values(values: list[float], share: float) -> None:
    score = percentile("p", values, share, "p", FEW)
    assert score.value == np.quantile(values, share)
    assert (score.low is None) == (score.high is None) == (len(values) < FEWEST_TOLD)
    if score.low is not None and score.high is not None:
        assert min(values) <= score.low <= score.high <= max(values)


def test_a_percentiles_interval_is_the_one_that_drawing_rows_gives() -> None:
    values = np.random.default_rng(13).exponential(size=200)
    drawn = np.random.default_rng(17).choice(values, size=(20_000, 200))
    low, high = np.quantile(np.quantile(drawn, 0.9, axis=1), [0.025, 0.975])
    score = percentile("p", values, 0.9, "p", Bootstrap(resamples=20_000))
    assert score.low == pytest.approx(low, rel=0.01)
    assert score.high == pytest.approx(high, rel=0.01)
    assert percentile("p", [None], 0.9, "p") == Score("p", None, None, None, 0, "p")


def test_a_signature_names_the_settings_and_the_bootstrap() -> None:
    assert sign("BLEU", Bootstrap(), nrefs=1, case="mixed") == "BLEU|nrefs:1|case:mixed|boot:1000/12345"
