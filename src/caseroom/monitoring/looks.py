"""How sure one look must be, so that all looks together alarm falsely no more often than the budget allows. Looks at nothing.

The rule. A board may cause `budget` false alarms in 84 looks (12 weeks of days). Watches with a budget of their own keep it; the others share
the rest equally. False alarms add up whatever depends on what (the expectation of a sum), so nothing is assumed about how watches hang
together. Within a watch the p-value of one look must be at most

    budget of the watch / (84 looks x parts that are watched x effective windows)

A watch looks at windows of 1, 2, 3, 5, 7 … days at once. They overlap, and so do the looks of days side by side, and an alert that goes on is
one alert; the effective number of windows is therefore smaller than their count. The figures below are from a simulation without any change
(tests/unit/monitoring/test_looks.py repeats it). Patience only lowers the rate further; it is not taken into account.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from caseroom.errors import MonitorError
from caseroom.monitoring.watch import Watch

LOOKS = 84
"""Daily looks in 12 weeks."""
SCALES = (1, 2, 3, 5, 7, 10, 14, 21, 28)
"""Days that are pooled, up to the window of the watch."""
EFFECTIVE = (1.0, 1.75, 2.3, 2.8, 3.25, 3.5, 3.7, 3.9, 3.9)
"""So many windows that share no day would alarm as often as the first 1, 2, 3 … of these together."""


def scales(window: int) -> tuple[int, ...]:
    """The windows that a watch looks at."""
    return (*(days for days in SCALES if days < window), window)


def budgets(watches: Sequence[Watch], budget: float) -> list[float]:
    """False alarms in 84 looks that each watch may cause.

    Raises:
        MonitorError: if the watches' own budgets leave nothing for the others.
    """
    rest = budget - sum(watch.budget for watch in watches if watch.budget is not None)
    free = sum(watch.budget is None for watch in watches)
    if free and rest <= 0:
        raise MonitorError(
            f"The watches' own budgets leave nothing of {budget:g} false alarms for the other {free}. Lower them, or raise the board's."
        )
    return [rest / free if watch.budget is None else watch.budget for watch in watches]


def alpha(watch: Watch, budget: float, parts: int = 1) -> float:
    """The p-value that one look of this watch must reach."""
    return budget / (LOOKS * max(parts, 1) * EFFECTIVE[len(scales(watch.window)) - 1])


def page_threshold(budget: float, delta: float, two_sided: bool) -> float:
    """The threshold of Page's test on standard normal values that alarms falsely so often: Siegmund's approximation of its run length (1985).

    Run length = (exp(2·d·b) - 2·d·b - 1) / (2·d²) with b = threshold + 1.166; solved by halving.
    """
    length = LOOKS / budget * (2 if two_sided else 1)
    low, high = 0.0, 200.0
    for _ in range(80):
        middle = (low + high) / 2
        x = 2 * delta * (middle + 1.166)
        longer = x > 500 or (math.exp(x) - x - 1) / (2 * delta * delta) > length
        low, high = (low, middle) if longer else (middle, high)
    return high
