from __future__ import annotations

from caseroom.metrics.registry import BY_NAME, METRICS

NAMES = """
bleu rouge1 rouge2 rougeL bertscore exactness grounded_rate omission_rate abstention_precision abstention_recall extraction_precision
extraction_recall extraction_f1 selection_ratio edit_rate deflection wrong_resolution resolution_minutes cost_per_item latency_ms
human_accuracy human_fluency human_helpfulness right_rate wrong_rate minutes_per_item value_per_item handled_rate harm_per_item
""".split()


def test_the_names_are_the_ones_that_files_use() -> None:
    assert [metric.name for metric in METRICS] == NAMES
    assert len(BY_NAME) == len(METRICS)
    assert all(metric.title and metric.about for metric in METRICS)
