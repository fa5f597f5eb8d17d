from __future__ import annotations

import pytest

from caseroom.metrics.registry import BY_NAME, METRICS, shown
from caseroom.metrics.score import Score, unscored

NAMES = """
bleu rouge1 rouge2 rougeL bertscore exactness grounded_rate omission_rate abstention_precision abstention_recall extraction_precision
extraction_recall extraction_f1 selection_ratio edit_rate deflection wrong_resolution resolution_minutes cost_per_item latency_ms
human_accuracy human_fluency human_helpfulness right_rate wrong_rate minutes_per_item value_per_item handled_rate harm_per_item
""".split()


def test_the_names_are_the_ones_that_files_use() -> None:
    assert [metric.name for metric in METRICS] == NAMES
    assert len(BY_NAME) == len(METRICS)
    assert all(metric.title and metric.about for metric in METRICS)


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (Score("deflection", 0.81, 0.742, 0.869, 100, ""), "81.0 % (74.2 to 86.9)"),
        (Score("latency_ms", 1234.5, 900.0, 2000.0, 9, ""), "1,234 ms (900 to 2,000)"),
        (Score("resolution_minutes", 12.345, None, None, 9, ""), "12.35 min"),
        (Score("bleu", 27.1234, 20.0, 30.0, 9, ""), "27.12 (20.00 to 30.00)"),
        (Score("spearman", 0.5, None, None, 9, ""), "0.50"),
        (unscored("deflection", 0, ""), "not scored"),
    ],
)
def test_a_score_is_shown_in_its_unit(score: Score, text: str) -> None:
    assert shown(score) == text
