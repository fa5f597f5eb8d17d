"""The metrics of the house: what each measures, which way is better, in which unit, and whose definition it is. One table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["share", "points", "ratio", "rating", "minutes", "ms", "money"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, as it is named in files and shown to people."""

    name: str
    """The name in files."""
    title: str
    """The name people read."""
    better: Literal["higher", "lower"]
    """Which way is better."""
    unit: Unit
    """Shares are 0 to 1 and shown as percent."""
    about: str
    """What it measures, and the paper or standard that defines it."""


METRICS: tuple[Metric, ...] = (
    Metric("bleu", "BLEU", "higher", "points", "n-grams shared with a reference, over the corpus (Papineni et al. 2002; sacrebleu, Post 2018)"),
    Metric("rouge1", "ROUGE-1", "higher", "share", "words shared with a reference, f-measure (Lin 2004)"),
    Metric("rouge2", "ROUGE-2", "higher", "share", "word pairs shared with a reference, f-measure (Lin 2004)"),
    Metric("rougeL", "ROUGE-L", "higher", "share", "the longest sequence of words shared with a reference, f-measure (Lin 2004)"),
    Metric("bertscore", "BERTScore", "higher", "ratio", "nearness of meaning to a reference, token by token, F1 (Zhang et al. 2020)"),
    Metric("exactness", "Exactness", "higher", "share", "expected figures and strings that stand in the output, by value (own definition)"),
    Metric("grounded_rate", "Grounded claims", "higher", "share", "claims that the sources support (attribution, Rashkin et al. 2023)"),
    Metric("omission_rate", "Omissions", "lower", "share", "what an output should have said and did not (content units, Nenkova & Passonneau 2004)"),
    Metric("abstention_precision", "Abstention precision", "higher", "share", "of what was declined, what could not be answered (Rajpurkar et al. 2018)"),
    Metric("abstention_recall", "Abstention recall", "higher", "share", "of what could not be answered, what was declined (Rajpurkar et al. 2018)"),
    Metric("extraction_precision", "Extraction precision", "higher", "share", "of the values given, those that are right (van Rijsbergen 1979)"),
    Metric("extraction_recall", "Extraction recall", "higher", "share", "of the values in the documents, those read right (van Rijsbergen 1979)"),
    Metric("extraction_f1", "Extraction F1", "higher", "share", "harmonic mean of precision and recall (van Rijsbergen 1979)"),
    Metric("selection_ratio", "Selection ratio", "higher", "ratio", "lowest group's selection rate by the highest's; under 0.8 is a warning (29 CFR 1607.4 D)"),
    Metric("edit_rate", "Edits before sending", "lower", "share", "words a person changed for each word sent (TER, Snover et al. 2006, without shifts)"),
    Metric("deflection", "Deflection", "higher", "share", "items that ended without a person (contact-centre usage); read it with wrong resolution"),
    Metric("wrong_resolution", "Wrong resolution", "lower", "share", "of the items that ended without a person, those that ended wrongly"),
    Metric("resolution_minutes", "Time to resolution", "lower", "minutes", "mean minutes until an item is resolved"),
    Metric("cost_per_item", "Cost per item", "lower", "money", "mean cost of an item, people's time included where it is given"),
    Metric("latency_ms", "Latency", "lower", "ms", "milliseconds within which half (p50) or most (p95) items are answered"),
    Metric("human_accuracy", "Accuracy, rated", "higher", "rating", "people's rating of whether it is true"),
    Metric("human_fluency", "Fluency, rated", "higher", "rating", "people's rating of how it reads"),
    Metric("human_helpfulness", "Helpfulness, rated", "higher", "rating", "people's rating of whether it helps"),
    Metric("right_rate", "Right", "higher", "share", "items that were handled and handled right"),
    Metric("wrong_rate", "Wrong", "lower", "share", "items that were handled and handled wrongly"),
    Metric("minutes_per_item", "Minutes per item", "lower", "minutes", "a person's minutes for each item"),
    Metric("value_per_item", "Value per item", "higher", "money", "what an item is worth, less what it cost and what its errors cost"),
    Metric("handled_rate", "Handled", "higher", "share", "items that the system handled at all"),
    Metric("harm_per_item", "Harm per item", "lower", "money", "cost of the errors of an item"),
)  # fmt: skip
BY_NAME: dict[str, Metric] = {metric.name: metric for metric in METRICS}
