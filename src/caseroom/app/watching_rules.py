"""The watches over the product: how far each measure may move before anybody is told. Data; it looks at nothing.

A room is used on some days and not on others, so no silence of a reading is an alarm, and the reference rolls: what has long been so is no news.
"""

from __future__ import annotations

from caseroom.app.series import MEASURES, OWNER, Measure
from caseroom.monitoring.watch import Level, Test, Watch

GAP = 7
"""Days between today and the days that it is compared with."""
_NEVER = 10_000
"""Days without a reading that would be an alarm: a room that nobody uses is not broken."""
EFFECTS: dict[str, tuple[float, int, Level]] = {
    "turn_seconds": (0.5, 20, "page"),
    "wait_seconds": (1.0, 20, "ticket"),
    "grading_seconds": (0.5, 1, "ticket"),
    "errors": (0.02, 5, "page"),
    "undone": (0.1, 10, "ticket"),
    "not_known": (0.15, 10, "ticket"),
    "asked_back": (0.15, 10, "ticket"),
    "attacks": (0.1, 10, "ticket"),
    "unsure": (0.1, 20, "ticket"),
    "disputed": (0.05, 20, "ticket"),
    "overturned": (0.2, 3, "ticket"),
    "agreement": (0.15, 10, "ticket"),
    "run_failures": (0.2, 1, "ticket"),
    "review_hours": (1.0, 3, "ticket"),
    "fallbacks": (0.1, 5, "ticket"),
    "model_seconds": (0.5, 5, "ticket"),
    "model_cost": (0.5, 5, "ticket"),
}
"""Of each measure: the smallest change that matters (of a time or a cost as a share of what was usual), the fewest items of a day, how loudly."""


def watches() -> tuple[Watch, ...]:
    """One watch for each measure that can be worse."""
    return tuple(_watch(measure, *EFFECTS[measure.name]) for measure in MEASURES if measure.worse)


def _watch(measure: Measure, effect: float, fewest: int, level: Level) -> Watch:
    test: Test = "share" if measure.form == "share" else "mean"
    return Watch(
        measure.name, measure.name, test, measure.worse or "either", effect=effect, relative=test == "mean", window=3, reference=28, kind="rolling", gap=GAP,
        fewest=fewest, blind=_NEVER, level=level, owner=OWNER, action=measure.todo,
    )  # fmt: skip
