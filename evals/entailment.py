"""Graded short answers: does the answer say what the reference says?

    python -m evals.entailment --data FILE [--json]

Rows as in `short_answers.jsonl`: dataset, split, question_id, question, references, answer, label (correct, contradictory, incorrect). Prints, per
dataset and split, accuracy, macro and weighted F1 (Dzikovska et al. 2013, 2-way and 3-way), each with a 95 % interval from a
bootstrap over questions, and the milliseconds a pair.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from caseroom.grading.evidence import in_context
from caseroom.language.entailment import CONTRADICTED, SUPPORTED, Entailment
from caseroom.language.text import stems

LABELS = ("correct", "contradictory", "incorrect")
REFERENCES = 3
"""Of many references so many that share most words with the answer are read."""
ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Graded:
    """A row and what the model says of it: places in `LABELS`."""

    group: str
    question: str
    label: int
    said: int


def nearest(answer: str, references: Sequence[str], count: int) -> list[str]:
    """The references that share most words with the answer."""
    own = set(stems(answer))
    return sorted(references, key=lambda r: -len(own & set(stems(r))) / (1 + len(set(stems(r)))))[:count]


def grade(model: Entailment, rows: Sequence[dict[str, object]]) -> tuple[list[Graded], float]:
    """Each row's verdict, by its best reference, and milliseconds a pair."""
    pairs, edges = [], [0]
    for row in rows:
        references = nearest(str(row["answer"]), list(row["references"]), REFERENCES)  # type: ignore[call-overload]
        pairs += [(reference, in_context(str(row["answer"]), str(row["question"]))) for reference in references]
        edges.append(len(pairs))
    start = time.perf_counter()
    chances = model.read(pairs)
    took = (time.perf_counter() - start) * 1000 / max(1, len(pairs))
    graded = []
    for row, first, last in zip(rows, edges, edges[1:], strict=False):
        best = chances[first:last][chances[first:last, SUPPORTED].argmax()]
        said = int(np.argmax([best[SUPPORTED], best[CONTRADICTED], 1 - best[SUPPORTED] - best[CONTRADICTED]]))
        graded.append(Graded(f"{row['dataset']}:{row['split']}", str(row["question_id"]), LABELS.index(str(row["label"])), said))
    return graded, took


def f1(said: NDArray[np.int64], label: NDArray[np.int64], weighted: bool) -> float:
    """F1 over the classes that occur, macro or weighted by how often."""
    values, weights = [], []
    for kind in np.unique(label):
        hit = float(np.sum((said == kind) & (label == kind)))
        values.append(2 * hit / max(1.0, float(np.sum(said == kind) + np.sum(label == kind))))
        weights.append(float(np.sum(label == kind)))
    return float(np.average(values, weights=weights if weighted else None))


FIGURES: dict[str, Callable[[NDArray[np.int64], NDArray[np.int64]], float]] = {
    "accuracy 3-way": lambda said, label: float(np.mean(said == label)),
    "macro F1 3-way": lambda said, label: f1(said, label, False),
    "weighted F1 3-way": lambda said, label: f1(said, label, True),
    "accuracy 2-way": lambda said, label: float(np.mean((said == 0) == (label == 0))),
    "macro F1 2-way": lambda said, label: f1((said != 0).astype(np.int64), (label != 0).astype(np.int64), False),
}


def figures(graded: Sequence[Graded]) -> dict[str, tuple[float, float, float]]:
    """Each figure with the ends of its interval."""
    said, label = np.array([g.said for g in graded]), np.array([g.label for g in graded])
    questions = sorted({g.question for g in graded})
    places = {q: np.array([n for n, g in enumerate(graded) if g.question == q]) for q in questions}
    chance = np.random.default_rng(1)
    drawn = [np.concatenate([places[questions[i]] for i in chance.integers(len(questions), size=len(questions))]) for _ in range(ROUNDS)]
    found = {}
    for name, figure in FIGURES.items():
        low, high = np.percentile([figure(said[d], label[d]) for d in drawn], [2.5, 97.5])
        found[name] = (figure(said, label), float(low), float(high))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.data.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if row["split"] != "train"] or rows
    graded, took = grade(Entailment(), rows)
    tables = {group: figures([g for g in graded if g.group == group]) for group in sorted({g.group for g in graded})}
    if options.json:
        print(json.dumps({"figures": tables, "ms_a_pair": took}, indent=2))
        return
    print(f"{'':30} {'rows':>6} " + " ".join(f"{name:>22}" for name in FIGURES))
    for group, table in tables.items():
        cells = (f"{value:.3f} [{low:.3f}, {high:.3f}]" for value, low, high in table.values())
        print(f"{group:30} {sum(g.group == group for g in graded):6} " + " ".join(f"{cell:>22}" for cell in cells))
    print(f"{took:.1f} ms a pair")


if __name__ == "__main__":
    main()
