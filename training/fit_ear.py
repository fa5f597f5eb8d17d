"""Fit the ear: the logistic model that says, from the measures of a question and a fact, whether the question asks for the fact.

    python training/fit_ear.py

Rows come from the turns of the training sheets (`turns/`) and from the tuning cases: their example questions and near-misses, each measured
with itself left out and each a second time as if the case did not have the fact, and their turns in `evals/probes`. Thresholds are then set
on the same turns, each case by the model fitted on the other (`choose`). Test cases give nothing.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from common import SOURCE, fit, library_cases, save, sheet_case, signed
from evals.disclosure import PROBES
from evals.split import TUNING

from caseroom.app.probes import Probe, answer, context_of, read_probes
from caseroom.cases.model import Case
from caseroom.interview.disclosure import FEATURES, Ear, Question
from caseroom.language.clauses import clauses, core
from caseroom.language.encoder import Encoder
from caseroom.language.match import Fitted

SHEETS, TURNS = (Path(__file__).parent / name for name in ("sheets", "turns"))
TARGET = SOURCE / "interview" / "ear.json"
THRESHOLDS = {"floor": 0.35, "nearer_miss": 0.1, "say": 0.5, "say_fragment": 0.5, "margin": 0.1, "ask": 0.14, "ask_second": 0.05}
WRONG, DEAR = 0.01, 6.0
Rows = tuple[list[np.ndarray], list[bool], list[float]]
_RIVALS = {"near": "rival", "overlap": "rival_overlap"}


def without(measured: np.ndarray, number: int) -> np.ndarray:
    """The measures as they would be if the case did not have this fact."""
    rest = measured.copy()
    rest[number, :] = -1.0
    for name, against in _RIVALS.items():
        value = rest[:, FEATURES.index(name)]
        top = np.sort(value)[::-1]
        rest[:, FEATURES.index(against)] = value - np.where(value >= top[0], top[1], top[0])
    return rest


def line_rows(case: Case, ear: Ear) -> Rows:
    """Rows of a case's own lines."""
    asked: list[tuple[Question, int, bool]] = []
    for number, fact in enumerate(case.facts):
        for line, right in [*((q, True) for q in fact.questions), *((m, False) for m in fact.near_misses)]:
            asking = [part for part in clauses(line) if part.asks]
            if len(asking) == 1:
                asked.append((Question(asking[0], core(asking[0].text), core(line)), number, right))
    features, labels, weights = [], [], []
    near = FEATURES.index("near")
    for (_, number, right), measured in zip(asked, ear.features([a for a, _, _ in asked], leave_out=True), strict=True):
        hard = np.argsort(-measured[:, near])[:4].tolist()
        if not right:  # only against its own fact: a near-miss may be a fair question for another one
            features.append(measured[number]), labels.append(False), weights.append(0.5)
            continue
        for other in {number, *hard}:
            features.append(measured[other]), labels.append(other == number), weights.append(1.5 if other == number else 0.5)
        absent = without(measured, number)  # the same question in a case that does not have the fact
        for other in np.argsort(-absent[:, near])[:2].tolist():
            features.append(absent[other]), labels.append(False), weights.append(0.7)
    return features, labels, weights


def turn_rows(probes: list[Probe], ear: Ear) -> Rows:
    """Rows of turns of which each asking clause's facts are certain: one asking clause, or nothing to say."""
    features, labels, weights = [], [], []
    ids = [fact.id for fact in ear.case.facts]
    near = FEATURES.index("near_full")
    for probe in probes:
        _, asked = ear.questions(probe.turn, context_of(probe.history, ear))
        if not asked or (probe.facts and (len(asked) > 1 or len(probe.facts) > 1)):
            continue
        for measured in ear.features(asked):
            hard = np.argsort(-np.maximum(measured[:, near], measured[:, FEATURES.index("near")]))[:4].tolist()
            for n in {*hard, *(ids.index(f) for f in probe.facts)}:
                if ids[n] not in probe.also_ok:
                    features.append(measured[n]), labels.append(ids[n] in probe.facts), weights.append(4.0)
    return features, labels, weights


def choose(ears: list[Ear], probes: dict[str, list[Probe]]) -> dict[str, float]:
    """The thresholds with the most exactly right turns, where each share of turns above `WRONG` that says something unasked costs
    `DEAR` times as much.
    """
    best, chosen = -1.0, dict(THRESHOLDS)
    asking = sum(bool(probe.facts) for ear in ears for probe in probes[ear.case.id])
    for say in np.arange(0.5, 0.96, 0.05).round(2).tolist():
        for margin in (0.1, 0.2, 0.3):
            thresholds = {**THRESHOLDS, "say": say, "say_fragment": round(min(0.95, say + 0.1), 2), "margin": margin}
            for ear in ears:
                ear.fitted = replace(ear.fitted, thresholds=thresholds)
            rows = [answer(ear, probe)[0] for ear in ears for probe in probes[ear.case.id]]
            wrong = sum(row.unasked for row in rows) / len(rows)
            exact = sum(row.exact for row in rows if row.probe.facts) / asking
            if (value := exact - DEAR * max(0.0, wrong - WRONG)) > best:
                best, chosen = value, thresholds
                print(f"  say {say:.2f} margin {margin}: exact {exact:.1%}, unasked {wrong:.1%}")
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    encoder = Encoder()
    blank = Fitted(FEATURES, (0.0,) * len(FEATURES), 0.0, dict(THRESHOLDS), "")
    ears = {case.id: Ear(case, encoder, blank) for case in library_cases() if case.id in TUNING}
    probes = {case: read_probes(PROBES / f"{case}.jsonl") for case in ears}
    parts = {case: [line_rows(ear.case, ear), turn_rows(probes[case], ear)] for case, ear in ears.items()}

    general = [
        turn_rows(read_probes(path), Ear(sheet_case(SHEETS / f"{path.stem}.yaml"), encoder, blank))
        for path in sorted(TURNS.glob("*.jsonl"))
    ]

    def fitted(cases: list[str]) -> Fitted:
        taken = [*general, *(part for case in cases for part in parts[case])]
        features, labels, weights = (np.array([x for part in taken for x in part[n]]) for n in range(3))
        return fit(features, labels, weights, FEATURES, THRESHOLDS)

    for case, ear in ears.items():  # thresholds on each tuning case by the model fitted on the other
        ear.fitted = fitted([other for other in ears if other != case])
    thresholds = choose(list(ears.values()), probes)
    final = fitted(list(ears))
    save(signed(final.features, list(final.weights), final.bias, thresholds), options.out)
    for name, weight in zip(FEATURES, final.weights, strict=True):
        print(f"  {name:15} {weight:8.3f}")
    print(thresholds)


if __name__ == "__main__":
    main()
