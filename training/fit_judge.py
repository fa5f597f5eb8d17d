"""Fit the judge: the logistic model that says, from the measures of a passage and a rubric point, whether the passage makes the point.

    python training/fit_judge.py

Rows are the tuning cases' rubric lines, each measured with itself left out, and their strong answers. Test cases give no rows.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from common import SOURCE, fit, library_cases, save
from evals.split import TUNING

from caseroom.cases.model import Case
from caseroom.grading.judge import FEATURES, Judge
from caseroom.language.clauses import clauses
from caseroom.language.encoder import Encoder
from caseroom.language.match import Fitted

TARGET = SOURCE / "grading" / "judge.json"
THRESHOLDS = {
    "floor": 0.4,
    "nearer_miss": 0.1,
    "found": 0.75,
    "rival_margin": 0.05,
    "against": 0.65,
    "against_margin": 0.05,
    "named": 0.6,
    "named_margin": 0.02,
    "named_rival": 0.06,
}
_NEAR = FEATURES.index("near")
_RIVALS = 6


def rows(case: Case, encoder: Encoder) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, labels and weights of one case's lines against its points."""
    judge = Judge(case, encoder, Fitted(FEATURES, (0.0,) * len(FEATURES), 0.0, dict(THRESHOLDS), ""))
    place = {point.id: number for number, point in enumerate(judge.points)}
    lines: list[tuple[str, int, bool]] = []
    for number, point in enumerate(judge.points):
        lines += [(line, number, True) for line in point.examples]
        lines += [(line, number, False) for line in (*point.near_misses, *point.contradicts)]
    lines += [(passage.text, place[passage.point], True) for passage in case.strong]
    texts = [line for line, _, _ in lines]
    measured = judge.features(texts, encoder.encode(texts), [any(c.asks for c in clauses(t)) for t in texts], leave_out=True)
    features, labels, weights = [], [], []
    for row, (_, number, right) in zip(measured, lines, strict=True):
        features.append(row[number])
        labels.append(right)
        weights.append(4.0 if right else 2.0)
        if right:
            hard = [n for n in np.argsort(-row[:, _NEAR])[:_RIVALS].tolist() if n != number]
            features += [row[n] for n in hard]
            labels += [False] * len(hard)
            weights += [1.0] * len(hard)
    told = [line for fact in case.facts for line in fact.near_misses if line.endswith(".")] + [fact.say for fact in case.facts]
    strange = judge.features(told, encoder.encode(told), [False] * len(told))
    for row in strange:  # talk about the business that makes no point
        n = int(np.argmax(row[:, _NEAR]))
        features.append(row[n])
        labels.append(False)
        weights.append(1.0)
    return np.array(features), np.array(labels), np.array(weights)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    encoder = Encoder()
    parts = [rows(case, encoder) for case in library_cases() if case.id in TUNING]
    features, labels, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    fitted = fit(features, labels, weights, FEATURES, THRESHOLDS)
    save(fitted, options.out)
    print(f"{len(labels)} rows, {labels.mean():.0%} making a point; wrote {options.out.name} {fitted.signature}")
    for name, weight in zip(FEATURES, fitted.weights, strict=True):
        print(f"  {name:15} {weight:8.3f}")


if __name__ == "__main__":
    main()
