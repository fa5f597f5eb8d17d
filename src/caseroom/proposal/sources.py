"""Where a metric's numbers come from after launch, under the monitors of a roadmap: for the check of a proposal and for its weeks alike. Measures nothing."""

from __future__ import annotations

from typing import Literal

from caseroom.proposal.bounds import MetricName
from caseroom.proposal.model import Monitors

Source = Literal["graded", "groups", "counted", "none"]
REFERENCES: frozenset[MetricName] = frozenset(("bleu", "rouge1", "rouge2", "rougeL", "bertscore"))
"""Metrics that compare with a reference: records of the lab have one; live traffic has none, in whatever phase, and who grades a sample writes none."""
RATED: frozenset[MetricName] = frozenset(("human_accuracy", "human_fluency", "human_helpfulness"))
"""Metrics of people's ratings, which are held in cycles (`caseroom rate`), not in the weeks."""
COUNTED: dict[MetricName, tuple[str, ...]] = {
    "minutes_per_item": (), "resolution_minutes": (), "handled_rate": ("abstention",), "deflection": ("abstention",), "cost_per_item": ("cost",),
    "latency_ms": ("latency",), "edit_rate": ("proxies",), "selection_ratio": ("groups", "outputs"),
}  # fmt: skip
"""What is counted on all items, and the monitor that counts it (one of them is enough); times and minutes stand in the books of the work itself."""


def source_of(metric: MetricName, monitors: Monitors) -> Source:
    """Where a metric's numbers come from under these monitors; what is neither counted nor out of reach is known where people grade a sample."""
    if metric in REFERENCES or metric in RATED:
        return "none"
    if metric in COUNTED:
        needs = COUNTED[metric]
        return "counted" if not needs or any(getattr(monitors, name) for name in needs) else "none"
    return "graded" if monitors.quality else "groups" if monitors.groups else "none"
