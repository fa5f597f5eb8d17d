"""Re-fit the judge's thresholds from labels of people, and let the new judge replace the old one only if a comparison says that it is no worse.

Only thresholds move: the weights, the networks and the threshold for what was contradicted (people do not mark that) stay. They are chosen on
two thirds of the labelled interviews; old and new are compared on the last third, and on the gold interviews of the tuning cases. Never reads
a test case, and never puts a judge into use: that is `CASEROOM_JUDGE`.

Labels of disputes are of points that the judge withheld, so they alone would teach it to be generous. That is what the gold set is for.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from caseroom.app.goldset import Labels, Marked, gold, read_labels
from caseroom.app.interviews import Room
from caseroom.errors import UsageError
from caseroom.grading.evidence import Passage
from caseroom.grading.judge import Candidate, Judge
from caseroom.language.match import FittedClasses
from caseroom.metrics.agreement import FEWEST, cohen_kappa
from caseroom.metrics.score import BOOTSTRAP, Bootstrap, Score, mean, sign

FEWEST_LABELS = 200
FEWEST_INTERVIEWS = 3
CREDIT = ("covered", "partial")
GRID = ((0.3, 0.36, 0.42, 0.48, 0.54), (0.0, 0.08, 0.16, 0.24), (0.0, 0.08, 0.16), (0.4, 0.5, 0.6))
"""What is tried: credit; how much surer than that, and how much less, before it is sure; how much of it whole."""
_GENEROUS, _UNSURE, _WRONG = 4, 0.2, 2
"""What shares cost in kappa: points credited wrongly, points left to a person, sure verdicts that are wrong beyond `_FORGIVEN`. So weighs
`training/fit_judge.py`, too."""
_FORGIVEN = 0.1
_ONCE = Bootstrap(resamples=1)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One point of one interview."""

    hand: str
    """What people said."""
    guess: str
    """What the judge says, or leans to."""
    sure: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """How a judge agrees with people on some points."""

    points: int
    kappa: Score
    """By verdict, or what the judge leans to."""
    false_credit: Score
    """Of the points that were not made, the share that got credit."""
    unsure: Score
    """The share that is left to a person."""
    right_when_sure: Score
    """Of the points that are not, the share where the judge says what people say."""

    @property
    def worth(self) -> float:
        """What thresholds are chosen by."""
        kappa, generous, unsure = self.kappa.value, self.false_credit.value or 0.0, self.unsure.value or 0.0
        right = 1.0 if self.right_when_sure.value is None else self.right_when_sure.value
        wrong = max(0.0, 1 - right - _FORGIVEN)
        return (-1.0 if kappa is None else kappa) - _GENEROUS * generous - _UNSURE * unsure - _WRONG * wrong


@dataclass(frozen=True, slots=True)
class Compared:
    """Old and new on the same points."""

    on: str
    old: Figures
    new: Figures

    @property
    def objection(self) -> str | None:
        """Why the new one may not replace the old one by these points; None if it may."""
        pairs = (("κ", self.old.kappa, self.new.kappa, 1), ("false credit", self.old.false_credit, self.new.false_credit, -1))
        for name, old, new, better in pairs:
            if old.value is None or new.value is None or new.n < FEWEST:
                return f"on {self.on} {name} cannot be told: {new.n} points are too few or all alike"
            if better * (new.value - old.value) < -1e-12:
                return f"on {self.on} {name} {'falls' if better > 0 else 'rises'} from {old.value:.3f} to {new.value:.3f}"
        return None


@dataclass(frozen=True, slots=True)
class Refit:
    """A re-fitted judge beside the old one."""

    old: FittedClasses
    new: FittedClasses
    labels: int
    fitted_on: int
    """Labels that chose the thresholds."""
    left_out: dict[str, int]
    compared: tuple[Compared, ...]

    @property
    def objections(self) -> tuple[str, ...]:
        """Why it is refused; empty if it is accepted."""
        if self.new.thresholds == self.old.thresholds:
            return ("no other thresholds fit these labels better than the old ones",)
        return tuple(why for one in self.compared if (why := one.objection))

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data, to be kept beside the judge."""
        return {
            "accepted": not self.objections, "why": list(self.objections),
            "old": {"judge": self.old.signature, "thresholds": self.old.thresholds},
            "new": {"judge": self.new.signature, "thresholds": self.new.thresholds},
            "labels": self.labels, "fitted_on": self.fitted_on, "left_out": self.left_out,
            "compared": [asdict(one) for one in self.compared],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """What a judge reads in an interview; with other thresholds nothing is read again."""

    marked: Marked
    judge: Judge
    pieces: list[Passage]
    candidates: list[Candidate]

    def verdicts(self, gate: FittedClasses) -> Iterator[Verdict]:
        """Each point that people labelled. Points that are earned by asking for a fact count by what was said only, for old and new alike."""
        judge = Judge(self.judge.case, self.judge.encoder, self.judge.entailment, self.judge.finder, gate)
        for finding in judge.verdicts(self.pieces, self.candidates):
            hand = self.marked.verdicts.get(finding.point, "missed" if self.marked.whole else None)
            if hand is not None and finding.point not in self.marked.unclear:
                guess = finding.best_guess
                opposed = guess == "contradicted" and not self.marked.whole  # people mark it as not made
                yield Verdict(hand, "missed" if opposed else guess, finding.verdict != "unsure")


def refit(room: Room, labels_file: Path, gold_folder: Path, progress: Progress = lambda *_: None) -> Refit:
    """Choose thresholds on two thirds of the labels, and compare.

    Raises:
        DataError: a line of the file that is no label.
        UsageError: too few labels or interviews, or no gold set.
    """
    labels = read_labels(room, labels_file)
    _enough(labels)
    fitting, held_out = split(labels.interviews)
    known = {marked.transcript for marked in labels.interviews}
    unseen = [marked for marked in gold(gold_folder) if marked.transcript not in known]
    if not unseen:
        raise UsageError("Every gold interview is among the labels, so nothing is left to compare on. Leave some out of the labels.")
    parts = [listen(room, part, name, progress) for part, name in ((fitting, "labels"), (held_out, "held out"), (unseen, "gold set"))]
    old = room.engine.gate
    new = choose(parts[0], old, progress)
    compared = tuple(
        Compared(name, figures(part, old), figures(part, new))
        for name, part in (("the gold set", parts[2]), ("the labels held out", parts[1]))
    )
    return Refit(old, new, labels.count, sum(len(marked.verdicts) for marked in fitting), dict(labels.left_out), compared)


def _enough(labels: Labels) -> None:
    left = "".join(f"\n  {count} left out: {why}" for why, count in labels.left_out.items())
    if labels.count < FEWEST_LABELS:
        raise UsageError(f"{labels.count} labels of points count; at least {FEWEST_LABELS} are needed to re-fit the judge.{left}")
    if len(labels.interviews) < FEWEST_INTERVIEWS:
        raise UsageError(
            f"The labels are of {len(labels.interviews)} interviews; {FEWEST_INTERVIEWS} are needed, so that one can be held out.{left}"
        )


def split(interviews: Sequence[Marked]) -> tuple[list[Marked], list[Marked]]:
    """Whole interviews to fit on and to hold out: about a third of the labels, whatever their order, the same each time."""
    order = sorted(interviews, key=lambda marked: hashlib.sha256(marked.name.encode()).digest())
    short, held = sum(len(marked.verdicts) for marked in order) / 3, list[Marked]()
    while not held or 2 * short > len(order[0].verdicts):  # one more brings it nearer to a third
        short -= len(order[0].verdicts)
        held.append(order.pop(0))
    return order, held


def listen(room: Room, interviews: Sequence[Marked], what: str, progress: Progress) -> list[Heard]:
    """Let the judge read interviews."""
    found = []
    for count, marked in enumerate(interviews):
        progress(what, count, len(interviews))
        case = room.shelf.case(marked.case)
        room.engine.prepare(case)
        judge = room.engine.judge(case)
        found.append(Heard(marked, judge, *judge.candidates(marked.transcript)))
    return found


def choose(heard: Sequence[Heard], old: FittedClasses, progress: Progress = lambda *_: None) -> FittedClasses:
    """The judge with the thresholds that are worth most and credit no more points wrongly than the old; the old ones where none are better."""
    before = figures(heard, old, _ONCE)
    best, most = old, before.worth
    grid = list(itertools.product(*GRID))
    for count, (credit, up, down, whole) in enumerate(grid):
        progress("thresholds", count, len(grid))
        limits = {"credit": credit, "sure": round(credit + up, 4), "doubtful": round(credit - down, 4), "whole": whole}
        tried = old.with_thresholds({**old.thresholds, **limits})
        now = figures(heard, tried, _ONCE)
        generous = (now.false_credit.value or 0.0) > (before.false_credit.value or 0.0)
        if not generous and now.worth > most + 1e-9:
            best, most = tried, now.worth
    return best


def figures(heard: Sequence[Heard], gate: FittedClasses, bootstrap: Bootstrap = BOOTSTRAP) -> Figures:
    """How the judge with these thresholds agrees with people."""
    verdicts = [verdict for one in heard for verdict in one.verdicts(gate)]
    empty = [verdict for verdict in verdicts if verdict.hand not in CREDIT]
    given = [float(verdict.sure and verdict.guess in CREDIT) for verdict in empty]
    signature = sign("false_credit", bootstrap, of="not-made")
    unsure = [float(not verdict.sure) for verdict in verdicts]
    right = [float(verdict.guess == verdict.hand) for verdict in verdicts if verdict.sure]
    return Figures(
        len(verdicts),
        cohen_kappa([v.hand for v in verdicts], [v.guess for v in verdicts], bootstrap=bootstrap),
        mean("false_credit", given, signature, bootstrap),
        mean("unsure", unsure, sign("unsure", bootstrap, of="points"), bootstrap),
        mean("right_when_sure", right, sign("right_when_sure", bootstrap, of="sure"), bootstrap),
    )


def to_json(gate: FittedClasses) -> str:
    """The judge as a file, in the form of the shipped one."""
    return json.dumps(asdict(gate), indent=1) + "\n"
