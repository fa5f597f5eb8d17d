"""What the tests of a window say, where no other package defines it: parts, pooling, PSI, effects, empty sides."""

from __future__ import annotations

import numpy as np
import pytest

from caseroom.monitoring.measured import Share, Values
from caseroom.monitoring.special import t_tail
from caseroom.monitoring.statistics import NOTHING, chi2, ks, means, psi, shares, stratified_means, stratified_shares


def test_a_changed_mix_alone_is_no_change_of_shares() -> None:
    window = {"easy": Share(95, 100), "hard": Share(540, 900)}
    reference = {"easy": Share(855, 900), "hard": Share(60, 100)}
    tested = stratified_shares(window, reference)
    assert tested.p == pytest.approx(1.0, abs=0.05)
    assert tested.effect == pytest.approx(0.0, abs=1e-12)
    assert shares(Share(635, 1000), Share(915, 1000)).p < 1e-40


def test_a_changed_mix_alone_is_no_change_of_means() -> None:
    random = np.random.default_rng(0)
    short, long = random.normal(1, 0.1, 1000), random.normal(5, 0.5, 1000)
    tested = stratified_means({"s": Values(short[:50]), "l": Values(long[:450])}, {"s": Values(short[50:]), "l": Values(long[450:])})
    assert tested.p > 0.01
    assert abs(tested.effect) < 0.1
    assert means(np.concatenate([short[:50], long[:450]]), np.concatenate([short[50:], long[450:]])).p < 1e-10


def test_the_effect_of_shares_is_the_difference_within_parts() -> None:
    window = {"a": Share(40, 100), "b": Share(60, 100)}
    reference = {"a": Share(500, 1000), "b": Share(700, 1000), "c": Share(1, 10)}
    assert stratified_shares(window, reference).effect == pytest.approx(-0.1)


@pytest.mark.parametrize("side", ["up", "down", "either"])
def test_sides(side: str) -> None:
    p = shares(Share(20, 100), Share(100, 1000), side).p  # type: ignore[arg-type]
    assert (p < 0.02) == (side != "down")


def test_few_expected_are_pooled() -> None:
    window, reference = {"a": 90.0, "b": 10.0, "c": 0.0}, {"a": 900.0, "b": 90.0, "rare": 5.0, "rarer": 5.0}
    tested = chi2(window, reference)
    assert tested.p > 0.3  # c is nothing, and what is rare joins b
    assert tested.effect < 0.03


def test_psi_by_hand() -> None:
    tested = psi({"a": 50, "b": 50}, {"a": 80, "b": 20}, smooth=0.0)
    assert tested.statistic == pytest.approx(-0.3 * np.log(0.5 / 0.8) + 0.3 * np.log(0.5 / 0.2))
    assert tested.p < 0.001
    assert psi({"a": 100}, {"b": 100}).statistic < 15  # an empty category is not infinite
    random = np.random.default_rng(0)
    draws = []
    for _ in range(400):
        window, reference = ({str(k): float(n) for k, n in enumerate(random.multinomial(size, [0.5, 0.3, 0.2]))} for size in (300, 3000))
        draws.append(psi(window, reference).p)
    assert np.mean(np.array(draws) < 0.1) == pytest.approx(0.1, abs=0.05)


def test_nothing_to_compare_is_nothing() -> None:
    assert ks([], [1.0]) == NOTHING
    assert chi2({}, {"a": 5.0}) == NOTHING
    assert chi2({"a": 5.0}, {"a": 9.0}) == NOTHING
    assert psi({}, {}) == NOTHING
    assert shares(Share(0, 0), Share(5, 10)) == NOTHING
    assert means([1.0], [1.0, 2.0]) == NOTHING
    assert means([1.0, 1.0], [1.0, 1.0]).p == 1.0
    assert means([1.0, 1.0], [2.0, 2.0]).p == 0.0


def test_students_tail_has_an_answer_where_nothing_varies() -> None:
    assert t_tail(0.0, 0.0) == t_tail(3.0, 0.0) == t_tail(0.0, 5.0) == 0.5
