"""The rule of looks: budgets are shared, and looking every day at many windows alarms no more often than the budget allows."""

from __future__ import annotations

import numpy as np
import pytest

from caseroom.errors import MonitorError
from caseroom.monitoring.board import Board
from caseroom.monitoring.looks import EFFECTIVE, LOOKS, SCALES, alpha, budgets, page_threshold, scales
from caseroom.monitoring.measured import Counts, Measured, Share, Strata, Values
from caseroom.monitoring.series import FURTHEST
from caseroom.monitoring.special import normal_cut
from caseroom.monitoring.streams import PageHinkley
from caseroom.monitoring.watch import Watch

PLAIN = Watch("x", "x", "share")


def test_budgets_are_shared() -> None:
    own = Watch("own", "x", "share", budget=0.4)
    assert budgets([PLAIN, own, PLAIN], 1.0) == pytest.approx([0.3, 0.4, 0.3])
    assert sum(budgets([PLAIN] * 7, 1.0)) == pytest.approx(1.0)
    with pytest.raises(MonitorError, match="leave nothing"):
        budgets([own, PLAIN], 0.4)


def test_windows_up_to_the_watch() -> None:
    assert (scales(1), scales(4), scales(7)) == ((1,), (1, 2, 3, 4), (1, 2, 3, 5, 7))
    assert len(EFFECTIVE) == len(SCALES) and list(EFFECTIVE) == sorted(EFFECTIVE)


def test_more_windows_and_more_parts_make_a_look_stricter() -> None:
    one, seven = Watch("x", "x", "share", window=1), Watch("x", "x", "share", window=7)
    assert alpha(one, 0.1) == pytest.approx(0.1 / LOOKS)
    assert alpha(seven, 0.1) < alpha(one, 0.1)
    assert alpha(one, 0.1, parts=4) == pytest.approx(alpha(one, 0.1) / 4)


@pytest.mark.parametrize("many", [1, 3, 5, 7])
def test_the_effective_windows_hold_their_budget(many: int) -> None:
    """Normal days without a change, looked at in the first windows at once: new alerts in 84 looks, over 20,000 series."""
    budget, series = 0.1, 20_000
    cut, back = normal_cut(budget / LOOKS / EFFECTIVE[many - 1] / 2), normal_cut(0.025)
    sums = np.concatenate([np.zeros((series, 1)), np.cumsum(np.random.default_rng(many).standard_normal((series, LOOKS)), axis=1)], axis=1)
    there, quiet, alerts = np.zeros(series, bool), np.zeros(series, int), 0
    for day in range(1, LOOKS + 1):
        z = np.max([np.abs(sums[:, day] - sums[:, max(day - w, 0)]) / np.sqrt(min(w, day)) for w in SCALES[:many]], axis=0)
        alerts += int(((z >= cut) & ~there).sum())
        quiet = np.where(z < back, quiet + 1, 0)
        there = (there | (z >= cut)) & (quiet < 3)
    assert alerts / series == pytest.approx(budget, rel=0.25)


@pytest.mark.parametrize("delta", [0.25, 0.5, 1.0])
def test_pages_threshold_holds_its_budget(delta: float) -> None:
    """Standard normal values around a mean that is known to 200 of them."""
    threshold, budget, found, runs = page_threshold(0.5, delta, two_sided=True), 0.5, 0, 300
    random = np.random.default_rng(7)
    for _ in range(runs):
        detector = PageHinkley(min_instances=201, delta=delta, threshold=threshold)
        for x in random.standard_normal(200 + LOOKS).clip(-FURTHEST, FURTHEST):
            found += detector.update(float(x))
    assert found / runs <= budget * 1.3


def quiet_day(random: np.random.Generator) -> dict[str, Measured]:
    rare = {name: Share(float(random.binomial(40, 0.03)), 40) for name in "ab"}
    return {
        "quality": Strata({name: Share(float(random.binomial(10, 0.85)), 10) for name in "abc"}),
        "rare": Strata(rare),
        "groups": Strata({name: Share(float(random.binomial(10, 0.9)), 10) for name in "abc"}),
        "seconds": Values(random.lognormal(0, 0.6, 120)),
        "kinds": Counts(dict(zip("abcd", random.multinomial(150, [0.5, 0.3, 0.15, 0.05]).astype(float), strict=True))),
        "over": Share(float(random.binomial(500, np.clip(0.2 + random.normal() * 0.03, 0, 1))), 500),
    }


def test_without_a_change_a_board_stays_within_its_budget() -> None:
    """Small samples, rare hits, skewed values, days that differ by more than chance: all of them together, over many seeds, without `effect`."""
    watches = [Watch(name, name, "share") for name in ("quality", "rare", "over")] + [Watch("groups", "groups", "share", each=True)]
    watches += [
        Watch("mean", "seconds", "mean"),
        Watch("ks", "seconds", "ks"),
        Watch("chi2", "kinds", "chi2"),
        Watch("psi", "kinds", "psi"),
    ]
    budget, seeds, found = 2.0, 12, 0
    for seed in range(seeds):
        random, board = np.random.default_rng(seed), Board(watches, budget)
        board.learn({day: quiet_day(random) for day in range(28)})
        found += sum(alert.is_new(day) for day in range(28, 28 + LOOKS) for alert in board.see(day, quiet_day(random)))
    assert 0 < found <= seeds * budget * 1.5  # two and a half standard errors of a sum of 24
