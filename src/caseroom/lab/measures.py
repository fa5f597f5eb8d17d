"""The metrics of a run from its columns: each with its interval and its signature; unscored is None."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from caseroom.lab.columns import Columns, Floats
from caseroom.lab.people import Settled
from caseroom.metrics import rates, score
from caseroom.metrics.overlap import bleu_of_counts
from caseroom.metrics.score import BOOTSTRAP, Score, sign
from caseroom.proposal.model import MetricName

Rows = dict[str, Floats]


def measure(name: MetricName, columns: Columns, settled: Settled) -> Score:
    """A metric of a run; those that need texts (BLEU and the like) are measured while the run goes on, not here."""
    if name in _MEANS:
        of = "scored-records" if name in _OF_SCORED else "all-records"
        values, signature = _MEANS[name](columns, settled), sign(name, BOOTSTRAP, of=of, people="simulated")
        return score.share(name, values, signature) if name in _SHARES else score.mean(name, values, signature)
    if name in _RATIOS:
        parts, wholes = _RATIOS[name](columns)
        of_sums = score.ratio if name == "edit_rate" else score.share_of_sums  # more words may be changed than were sent
        return of_sums(name, np.nan_to_num(parts), np.nan_to_num(wholes), sign(name, BOOTSTRAP, of="sums"))
    answered, answerable = columns["passed_on"] != 1, (columns["answerable"] == 1) & (columns["handover"] != 1)
    if name == "abstention_precision":
        return rates.abstention_precision(answered.tolist(), answerable.tolist())
    if name == "abstention_recall":
        return rates.abstention_recall(answered.tolist(), answerable.tolist())
    if name == "wrong_resolution":
        alone = (settled.alone == 1) & (columns["scored"] == 1)
        return rates.wrong_resolution(alone.tolist(), settled.left_wrong.astype(bool).tolist())
    if name == "latency_ms":
        return score.percentile(name, columns["latency"] * 1000, 0.95, sign(name, BOOTSTRAP, of="p95"))
    if name == "selection_ratio":
        known = ~np.isnan(columns["group"]) & ~np.isnan(columns["selected"])
        groups = [columns.groups[int(code)] for code in columns["group"][known]]
        return rates.selection_ratio((columns["selected"][known] == 1).tolist(), groups)
    if name == "bleu":
        counts = np.stack([columns[f"bleu{i}"] for i in range(10)], axis=1)
        return bleu_of_counts(counts[~np.isnan(counts[:, 0])])
    return score.unscored(name, 0, sign(name, BOOTSTRAP))


def scored(columns: Columns, values: Floats) -> Floats:
    """Values of the records that say what is right."""
    return np.where(columns["scored"] == 1, values, np.nan)


def difference(name: MetricName, mine: tuple[Columns, Settled], other: tuple[Columns, Settled]) -> Score:
    """A metric of another run less that of mine over the same records, pair by pair; a ratio stays one of sums. Unscored where it is neither mean nor ratio."""
    if name in _MEANS:
        return score.paired_difference(_MEANS[name](*other), _MEANS[name](*mine), name)
    signature = sign(name, BOOTSTRAP, pairs="resampled-together")
    if name not in _RATIOS:
        return score.unscored(name, 0, signature)
    sides = [np.nan_to_num(part) for columns, _ in (other, mine) for part in _RATIOS[name](columns)]
    table = np.stack(sides, axis=1)
    table = table[(table[:, 1] > 0) | (table[:, 3] > 0)]
    return score.of_sums(name, table, lambda sums: score.divide(sums[:, 0], sums[:, 1]) - score.divide(sums[:, 2], sums[:, 3]), signature)


_MEANS: dict[str, Callable[[Columns, Settled], Floats]] = {
    "right_rate": lambda c, s: scored(c, s.left_right),
    "wrong_rate": lambda c, s: scored(c, s.left_wrong),
    "minutes_per_item": lambda c, s: scored(c, s.minutes),
    "resolution_minutes": lambda c, s: scored(c, s.wait),
    "cost_per_item": lambda c, s: scored(c, s.cost),
    "harm_per_item": lambda c, s: scored(c, s.harm),
    "value_per_item": lambda c, s: scored(c, s.value),
    "handled_rate": lambda c, s: 1 - c["passed_on"],
    "deflection": lambda c, s: scored(c, s.alone),
    "rouge1": lambda c, s: c["rouge1"],
    "rouge2": lambda c, s: c["rouge2"],
    "rougeL": lambda c, s: c["rougeL"],
    "bertscore": lambda c, s: c["bertscore"],
}
_SHARES = ("right_rate", "wrong_rate", "handled_rate", "deflection")
"""Means of what is 1 or 0."""
_OF_SCORED = (
    "right_rate", "wrong_rate", "minutes_per_item", "resolution_minutes", "cost_per_item", "harm_per_item", "value_per_item", "deflection",
)  # fmt: skip
"""What depends on whether an output was right: people who put it right, or get it back, take time and cost money."""
_RATIOS: dict[str, Callable[[Columns], tuple[Floats, Floats]]] = {
    "exactness": lambda c: (c["exact_right"] * _out(c), c["exact_all"] * _out(c)),
    "omission_rate": lambda c: ((c["facts_all"] - c["facts_found"]) * _out(c), c["facts_all"] * _out(c)),
    "grounded_rate": lambda c: (c["grounded"], c["claims"]),
    "extraction_precision": lambda c: (c["values_right"], c["values_given"]),
    "extraction_recall": lambda c: (c["values_right"], c["values_wanted"]),
    "extraction_f1": lambda c: (2 * c["values_right"], c["values_given"] + c["values_wanted"]),
    "edit_rate": lambda c: (c["edits"], c["sent_words"]),
}


def _out(columns: Columns) -> Floats:
    """1 where an output was made: what is passed on omits nothing."""
    return np.asarray(columns["passed_on"] != 1, np.float64)
