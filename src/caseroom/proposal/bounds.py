"""The names of metrics, and a metric with a value. Frozen data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

MetricName = Literal[
    "bleu", "rouge1", "rouge2", "rougeL", "bertscore", "exactness", "grounded_rate", "omission_rate", "abstention_precision",
    "abstention_recall", "extraction_precision", "extraction_recall", "extraction_f1", "selection_ratio", "edit_rate", "deflection",
    "wrong_resolution", "resolution_minutes", "cost_per_item", "latency_ms", "human_accuracy", "human_fluency", "human_helpfulness",
    "right_rate", "wrong_rate", "minutes_per_item", "value_per_item", "handled_rate", "harm_per_item",
]  # fmt: skip
FORM: ConfigDict = ConfigDict(extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)
"""How fields are read: strictly, each with its comment."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A metric with a value that it must reach or must not break; which way is better is the metric's own."""

    __pydantic_config__: ClassVar[ConfigDict] = FORM
    metric: MetricName
    """One of docs/metrics.md."""
    value: float
    """Shares are 0 to 1, times are in minutes."""
