"""Fit the ear: the logistic model that says, from the measures of a clause and a fact, whether the clause asks for the fact.

    python training/fit_ear.py

Rows are the example questions and near-misses of the tuning cases, each measured with itself left out, and each a second
time as if the case did not have the fact. Test cases give no rows. Thresholds are set on the turns of the tuning cases.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from common import SOURCE, fit, library_cases, save
from evals.split import TUNING

from caseroom.cases.model import Case
from caseroom.interview.disclosure import FEATURES, Ear
from caseroom.language.clauses import clauses
from caseroom.language.encoder import Encoder
from caseroom.language.match import Fitted

TARGET = SOURCE / "interview" / "ear.json"
_NEAR, _RIVAL, _OVERLAP, _RIVAL_OVERLAP = (FEATURES.index(name) for name in ("near", "rival", "overlap", "rival_overlap"))
THRESHOLDS = {"floor": 0.4, "nearer_miss": 0.1, "say": 0.5, "say_fragment": 0.5, "margin": 0.1, "ask": 0.2, "ask_second": 0.1}


def rows(case: Case, encoder: Encoder) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, labels and weights of one case's lines against its facts."""
    ear = Ear(case, encoder, Fitted(FEATURES, (0.0,) * len(FEATURES), 0.0, dict(THRESHOLDS), ""))
    features, labels, weights = [], [], []

    def add(measures: np.ndarray, right: bool, weight: float) -> None:
        features.append(measures)
        labels.append(right)
        weights.append(weight)

    for number, fact in enumerate(case.facts):
        for line, asks in [*((q, True) for q in fact.questions), *((m, False) for m in fact.near_misses)]:
            asking = [part for part in clauses(line) if part.asks]
            if not asking or (asks and len(asking) > 1):
                continue
            measured = ear.features(asking[:1], leave_out=True)[0]
            hard = np.argsort(-measured[:, _NEAR])[:5].tolist()
            if asks:
                for other in {number, *hard}:
                    add(measured[other], other == number, 3.0 if other == number else 1.0)
                absent = without(measured, number)  # the same question in a case that does not have the fact
                for other in np.argsort(-absent[:, _NEAR])[:2].tolist():
                    add(absent[other], False, 1.5)
            else:  # only against its own fact: a near-miss may be a fair question for another one
                add(measured[number], False, 1.0)
    return np.array(features), np.array(labels), np.array(weights)


def without(measured: np.ndarray, number: int) -> np.ndarray:
    """The measures as they would be if the case did not have this fact."""
    rest = measured.copy()
    rest[number, :] = -1.0
    for value, rival in ((_NEAR, _RIVAL), (_OVERLAP, _RIVAL_OVERLAP)):
        top = np.sort(rest[:, value])[::-1]
        rest[:, rival] = rest[:, value] - np.where(rest[:, value] >= top[0], top[1], top[0])
    return rest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    encoder = Encoder()
    parts = [rows(case, encoder) for case in library_cases() if case.id in TUNING]
    features, labels, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    fitted = fit(features, labels, weights, FEATURES, THRESHOLDS)
    save(fitted, options.out)
    print(f"{len(labels)} rows, {labels.mean():.0%} asking; wrote {options.out.name} {fitted.signature}")
    for name, weight in zip(FEATURES, fitted.weights, strict=True):
        print(f"  {name:15} {weight:8.3f}")


if __name__ == "__main__":
    main()
