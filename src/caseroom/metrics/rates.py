"""Rates and costs of what happened: who was answered, selected, helped; how long it took and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from caseroom.metrics.score import BOOTSTRAP, Bootstrap, Score, divide, mean, of_sums, percentile, share, sign, unscored

Flags = Sequence[bool] | NDArray[np.bool_]
FEWEST_IN_GROUP = 5
"""Rows below which a group's rate says nothing."""


def abstention_precision(answered: Flags, answerable: Flags, bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """Of the questions that were declined, the share that could not be answered."""
    declined, beyond = ~_flags(answered), ~_flags(answerable)
    return _share("abstention_precision", declined & beyond, declined, "declined", bootstrap)


def abstention_recall(answered: Flags, answerable: Flags, bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """Of the questions that could not be answered, the share that was declined."""
    declined, beyond = ~_flags(answered), ~_flags(answerable)
    return _share("abstention_recall", declined & beyond, beyond, "unanswerable", bootstrap)


def deflection(resolved: Flags, bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The share of items that ended without a person."""
    own = _flags(resolved)
    return _share("deflection", own, np.ones_like(own), "items", bootstrap)


def wrong_resolution(resolved: Flags, wrong: Flags, bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """Of the items that ended without a person, the share that ended wrongly: what a deflection rate hides."""
    own = _flags(resolved)
    return _share("wrong_resolution", own & _flags(wrong), own, "resolved", bootstrap)


def selection_rates(selected: Flags, groups: Sequence[str], bootstrap: Bootstrap = BOOTSTRAP) -> dict[str, Score]:
    """The share selected in each group; None where the group is too small."""
    chosen, member, signature = _flags(selected), np.array(groups), sign("selection_rate", bootstrap, fewest=FEWEST_IN_GROUP)
    scores = {}
    for group in sorted(set(groups)):
        rows = chosen[member == group].astype(np.float64)
        few = len(rows) < FEWEST_IN_GROUP
        scores[group] = unscored("selection_rate", len(rows), signature) if few else share("selection_rate", rows, signature, bootstrap)
    return scores


def selection_ratio(selected: Flags, groups: Sequence[str], bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The lowest group's selection rate divided by the highest group's; below 0.8 is evidence of adverse impact (29 CFR 1607.4 D).

    None where a group is too small, where there are not two, or where nobody is selected. The interval is of the ratio between the two
    groups that stand furthest apart: picking them anew in each resample would find a gap where there is none. It ends at 1, as the ratio does:
    on other records the other group may be the lower one.
    """
    name, signature = "selection_ratio", sign("selection_ratio", bootstrap, rule="four-fifths", fewest=FEWEST_IN_GROUP)
    chosen, (names, member) = _flags(selected), np.unique(np.array(groups, np.str_), return_inverse=True)
    sizes = np.bincount(member, minlength=1)
    rates = np.bincount(member, weights=chosen, minlength=1) / np.maximum(sizes, 1)
    if len(names) < 2 or sizes.min() < FEWEST_IN_GROUP or not rates.any():
        return unscored(name, len(groups), signature)
    low = member == rates.argmin()
    high = member == len(rates) - 1 - rates[::-1].argmax()  # the last of equal ones, so that it is another group
    rows = np.stack([low & chosen, low, high & chosen, high], axis=1)
    found = of_sums(name, rows, lambda sums: divide(divide(sums[:, 0], sums[:, 1]), divide(sums[:, 2], sums[:, 3])), signature, bootstrap)
    return found if found.high is None else replace(found, high=min(1.0, found.high))


def resolution_minutes(minutes: Sequence[float | None], bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The mean time until an item was resolved; None: it was not."""
    return mean("resolution_minutes", minutes, sign("resolution_minutes", bootstrap, of="mean"), bootstrap)


def resolution_percentile(minutes: Sequence[float | None], share: float, bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The time within which a share of the resolved items was resolved."""
    return _percentile("resolution_minutes", minutes, share, bootstrap)


def cost_per_item(costs: Sequence[float | None], bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The mean cost of an item, in the currency of the costs."""
    return mean("cost_per_item", costs, sign("cost_per_item", bootstrap, of="mean"), bootstrap)


def latency_ms(milliseconds: Sequence[float | None], share: float = 0.5, bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The time within which a share of the items was answered: 0.5 for the median, 0.95 for the slowest that most people meet."""
    return _percentile("latency_ms", milliseconds, share, bootstrap)


def _percentile(name: str, values: Sequence[float | None], share: float, bootstrap: Bootstrap) -> Score:
    return percentile(name, values, share, sign(name, bootstrap, of=f"p{100 * share:g}"), bootstrap)


def _flags(values: Flags) -> NDArray[np.bool_]:
    return np.array(values, np.bool_)


def _share(name: str, part: NDArray[np.bool_], whole: NDArray[np.bool_], of: str, bootstrap: Bootstrap) -> Score:
    """A share of the records in `whole`; the others are not in n."""
    return share(name, np.where(whole, part.astype(np.float64), np.nan), sign(name, bootstrap, of=of), bootstrap)
