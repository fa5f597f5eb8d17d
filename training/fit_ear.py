"""Fit the ear: the finder, which picks the facts worth reading, and the gate, which says how likely a turn asks for each of them.

    python training/fit_ear.py

Both are logistic models. Rows come from the sheets that no network was trained on (`FITTING`) and from the tuning cases: their turns, and their
example questions, near-misses and off-sheet questions, each measured with itself left out. Thresholds are set on the same turns, each
part (the sheets, each tuning case) by the models fitted on the others (`choose`). Test cases give nothing.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from common import FITTING, SHEETS, SOURCE, fit, library_cases, save, sheet_case, sheet_off, sheet_turns, signed
from evals.disclosure import PROBES
from evals.split import TUNING

from caseroom.app.probes import Answered, Probe, context_of, read_probes
from caseroom.interview import manners
from caseroom.interview.disclosure import FEATURES, FINDS, MOST_AT_ONCE, Candidate, Disclosure, Ear, Question
from caseroom.language.encoder import Encoder
from caseroom.language.match import Fitted
from caseroom.language.reader import Reader

TARGET = SOURCE / "interview"
NO_THRESHOLDS: dict[str, float] = {}
THRESHOLDS = {"say": 0.5, "say_leaning": 0.5, "say_piece": 0.5, "say_both": 0.9, "margin": 0.2, "ask": 0.06, "ask_second": 0.03}
TRIED = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98)
WRONG, DEAR = 0.01, 12.0
LINES = 3
"""So many questions and near-misses of a fact are read."""
TURN, LINE = 4.0, 1.0
"""Weights: a turn is how people ask, a line of the sheet is how its author thinks they ask."""


@dataclass(slots=True)
class Rows:
    """Features, labels and weights of a model."""

    features: list[np.ndarray]
    labels: list[bool]
    weights: list[float]

    def add(self, features: np.ndarray, label: bool, weight: float) -> None:
        self.features.append(features), self.labels.append(label), self.weights.append(weight)


def joined(parts: Iterable[Rows]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All rows as arrays."""
    taken = list(parts)
    return (
        np.array([x for part in taken for x in part.features]),
        np.array([x for part in taken for x in part.labels]),
        np.array([x for part in taken for x in part.weights]),
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """A turn (or a line) as the ear hears it, with what it asks for."""

    asked: list[Question]
    facts: frozenset[str]
    spared: frozenset[str]
    weight: float
    only: str | None = None
    """For a near-miss: the one fact it is known not to ask for."""
    line: bool = False


class Part:
    """A case or a sheet, with its turns and lines."""

    def __init__(self, ear: Ear, probes: Sequence[Probe], off_sheet: Sequence[str]) -> None:
        self.ear = ear
        self.probes = list(probes)
        self.ids = [fact.id for fact in ear.case.facts]
        self.turns = [
            Asking(ear.questions(p.turn, context_of(p.history, ear))[1], frozenset(p.facts), frozenset(p.also_ok), TURN) for p in probes
        ]
        self.found: list[tuple[Asking, list[Candidate]]] = []
        self.lines = [
            Asking(ear.questions(line)[1], frozenset(facts), frozenset(), LINE, only, True)
            for line, facts, only in [
                *((q, (f.id,), None) for f in ear.case.facts for q in f.questions),
                *((m, (), f.id) for f in ear.case.facts for m in f.near_misses),
                *((q, (), None) for q in off_sheet),
            ]
        ]  # fmt: skip

    def finder_rows(self) -> Rows:
        """Each asking clause against its facts and the nearest others."""
        rows = Rows([], [], [])
        near = FINDS.index("near_full")
        for asking in (*self.turns, *self.lines):
            whole = [question for question in asking.asked if not question.piece]
            if not whole or (len(whole) > 1 and asking.facts) or len(asking.facts) > 1:
                continue  # which clause asks for what is not known
            for measured in self.ear.finds(whole, leave_out=asking.line):
                hard = np.argsort(-measured[:, near])[:4].tolist() if asking.only is None else []
                for n in {*hard, *(self.ids.index(f) for f in (*asking.facts, asking.only) if f in self.ids)}:
                    if self.ids[n] not in asking.spared:
                        rows.add(measured[n], self.ids[n] in asking.facts, asking.weight)
        return rows

    def read(self) -> None:
        """Have the reader read each turn and some of the lines; needs the finder."""
        chance = random.Random(self.ear.case.id)
        lines = [line for line in self.lines if not line.only and not line.facts]
        for fact in self.ids:
            lines += chance.sample([line for line in self.lines if fact in line.facts], LINES)
            lines += chance.sample([line for line in self.lines if line.only == fact], LINES)
        self.found = [(asking, self.ear.candidates(asking.asked, leave_out=asking.line)) for asking in (*self.turns, *lines)]

    def gate_rows(self) -> Rows:
        """Each candidate of a turn or a line."""
        rows = Rows([], [], [])
        for asking, candidates in self.found:
            for candidate in candidates:
                fact = self.ids[candidate.fact]
                if fact not in asking.spared and (asking.only is None or fact == asking.only):
                    rows.add(candidate.features, fact in asking.facts, asking.weight)
        return rows


def finder_of(parts: Iterable[Rows]) -> Fitted:
    return fit(*joined(parts), FINDS, NO_THRESHOLDS)


def gate_of(parts: Iterable[Rows]) -> Fitted:
    return fit(*joined(parts), FEATURES, THRESHOLDS)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A turn with its facts' honest chances, so that thresholds can be tried without reading again."""

    probe: Probe
    asked: list[Question]
    likely: list[tuple[tuple[str, float], ...]]

    def answered(self, ear: Ear) -> Answered:
        """What the ear makes of it with its present thresholds."""
        found = Disclosure(tuple(ear.decide(self.asked, self.likely)))
        if len(found.say) > MOST_AT_ONCE:
            found = Disclosure((), attack=True)
        return Answered(self.probe, found.say, found.ask_back, bool(found.unknown), 0.0)


def weighed(part: Part) -> list[Weighed]:
    """A part's turns; what is an attack by its words asks nothing."""
    found = []
    for probe, (asking, candidates) in zip(part.probes, part.found, strict=False):  # turns come first
        asked = [] if manners.is_attack(probe.turn) else asking.asked
        found.append(Weighed(probe, asked, part.ear.likely(asked, candidates if asked else ())))
    return found


def choose(parts: dict[str, Part], turns: dict[str, list[Weighed]]) -> dict[str, float]:
    """The thresholds with the most exactly right turns, where each share of turns above `WRONG` that says something unasked costs
    `DEAR` times as much.
    """
    best, chosen = -9.0, dict(THRESHOLDS)
    for say, leaning, piece in product(TRIED, TRIED, TRIED):
        if min(leaning, piece) < say:
            continue
        thresholds = {**THRESHOLDS, "say": say, "say_leaning": leaning, "say_piece": piece, "say_both": max(0.9, piece)}
        for part in parts.values():
            part.ear.fitted = replace(part.ear.fitted, thresholds=thresholds)
        rows = [turn.answered(part.ear) for name, part in parts.items() for turn in turns[name]]
        asking = [row for row in rows if row.probe.facts]
        wrong = sum(row.unasked for row in rows) / len(rows)
        exact = sum(row.exact for row in asking) / len(asking)
        value = exact - DEAR * max(0.0, wrong - WRONG)
        if value > best:
            best, chosen = value, thresholds
            among = sum(row.exact or row.right_among for row in asking) / len(asking)
            print(
                f"  say {say} leaning {leaning} piece {piece}: exact {exact:.1%}, or asked back {among:.1%}, unasked {wrong:.2%} of {len(rows)}"
            )
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    encoder, reader = Encoder(), Reader()
    blank, blind = Fitted(FINDS, (0.0,) * len(FINDS), 0.0, {}, ""), Fitted(FEATURES, (0.0,) * len(FEATURES), 0.0, dict(THRESHOLDS), "")
    parts: dict[str, Part] = {}
    for name in FITTING:
        sheet = SHEETS / f"{name}.yaml"
        parts[name] = Part(Ear(sheet_case(sheet), encoder, reader, blank, blind), sheet_turns(name), sheet_off(sheet))
    for case in library_cases():
        if case.id in TUNING:
            parts[case.id] = Part(Ear(case, encoder, reader, blank, blind), read_probes(PROBES / f"{case.id}.jsonl"), ())
    found = {name: part.finder_rows() for name, part in parts.items()}
    finder = finder_of(found.values())
    for part in parts.values():
        part.ear.finder = finder
        part.read()
        print(f"  read {part.ear.case.id}", flush=True)
    rows = {name: part.gate_rows() for name, part in parts.items()}
    for name, part in parts.items():  # chances of each part by models fitted on the others
        part.ear.fitted = gate_of(r for other, r in rows.items() if other != name)
    turns = {name: weighed(part) for name, part in parts.items()}
    print("all parts, each by the gate fitted on the others")
    thresholds = choose(parts, turns)
    final = gate_of(rows.values())
    save(signed(finder.features, list(finder.weights), finder.bias, NO_THRESHOLDS), options.out / "finder.json")
    save(signed(final.features, list(final.weights), final.bias, thresholds), options.out / "ear.json")
    for name, weight in zip(FEATURES, final.weights, strict=True):
        print(f"  {name:15} {weight:8.3f}")
    print(thresholds)


if __name__ == "__main__":
    main()
