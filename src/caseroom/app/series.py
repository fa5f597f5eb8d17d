"""What of the product is watched: each measure with its words, the direction that is worse, and what to do about it; and its days as points of a line.

It names and draws; it reads no store and raises no alert.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from caseroom.app.tally import Tally
from caseroom.monitoring.measured import Measured, Share, Values

Form = Literal["seconds", "share", "hours", "money"]
Worse = Literal["up", "down", "either"] | None
OWNER = "whoever runs this room"


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is watched."""

    name: str
    title: str
    form: Form
    about: str
    """What it is, in one sentence."""
    worse: Worse
    """The direction in which it is an alert; None: it is shown and never alarms."""
    todo: str = ""
    """What to do about an alert."""


MEASURES = (
    Measure("turn_seconds", "Answering a turn", "seconds", "Seconds from the end of a turn until it is settled what the reply says.", "up",
            "See what else works on this machine; `python -m benchmarks.turns` tells whether it is the machine or the room."),
    Measure("wait_seconds", "Waiting to be heard", "seconds", "Seconds a turn waits while others are answered.", "up",
            "More people are talking at once than this machine has cores for: let fewer in, or serve from a larger machine."),
    Measure("grading_seconds", "Making a scorecard", "seconds", "Seconds to grade an interview.", "up",
            "See what else works on this machine; look whether interviews have grown longer; `python -m benchmarks.turns` grades a known one."),
    Measure("run_seconds", "A run of the lab", "seconds", "Seconds of a run that was carried out; it depends on its data and its design.", None),
    Measure("errors", "Errors of the product", "share", "Turns, gradings and runs that ended in an error which was not the asker's.", "up",
            "Look at the kinds of error below; `caseroom doctor` says what is not in place."),
    Measure("undone", "Turns taken back", "share", "Turns that the candidate took back.", "up",
            "Read some of these turns with `caseroom sessions show`: were they misheard? `caseroom ask CASE --explain` shows what the ear heard."),
    Measure("not_known", "Asked and not known", "share", "Of what the ear took for a question: answered with “I do not know that”.", "up",
            "People ask for what the case does not tell, or in words the ear does not know: `caseroom ask CASE --explain`, then add examples to its facts."),
    Measure("asked_back", "Asked back", "share", "Of what the ear took for a question: asked back, since it could mean several facts.", "up",
            "`caseroom ask CASE --explain` shows between which facts it cannot decide; give these more examples and near-misses."),
    Measure("attacks", "Attacks refused", "share", "Turns that went for the sheet or the score and were refused.", "up",
            "Somebody tries the locks. Read the transcripts; `python -m evals.attacks` tells how well the locks hold."),
    Measure("unsure", "The judge is unsure", "share", "Graded points that the judge leaves to a person.", "up",
            "Let people decide some of them (`caseroom share`), then `caseroom labels refit` fits the judge's thresholds to what they say."),
    Measure("disputed", "Disputed points", "share", "Graded points of which the candidate says that they did make them.", "up",
            "Decide them under /disputes; look whether one case or one point stands out."),
    Measure("overturned", "Disputes lost by the judge", "share", "Decided disputes in which a person sided with the candidate against the judge.", "up",
            "`caseroom labels export` takes these decisions home; `caseroom labels refit` fits the judge to them, and takes it only if it is better."),
    Measure("agreement", "Peers and the judge agree", "share", "Points that a peer marked, before seeing the judge's mark, as the judge does.", "down",
            "Open the comparisons of the newest shared interviews: is it one peer, one case, or the judge?"),
    Measure("run_failures", "Runs of the lab that failed", "share", "Finished runs that ended in a failure.", "up",
            "`caseroom runs list` names them with the reason; `caseroom runs go-on` computes nothing twice."),
    Measure("review_hours", "Waiting for a reviewer", "hours", "Hours from an output's coming into the queue to its decision.", "up",
            "More is flagged than reviewers can read: name more reviewers, or let the design flag less."),
    Measure("fallbacks", "Model replies not used", "share", "Calls of a language model whose reply could not be used, so that the words of the house stood in.", "up",
            "See whether the provider answers at all, whether the model was changed there, and what its replies fail on."),
    Measure("model_seconds", "A model's call", "seconds", "Seconds of a call of a language model.", "up",
            "See the provider's own status; a smaller model or the model of the house answers meanwhile."),
    Measure("model_cost", "Cost of a model's call", "money", "What a call of a language model costs.", "up",
            "Look whether prices, the model or the length of prompts changed."),
)  # fmt: skip
BY_NAME = {measure.name: measure for measure in MEASURES}


@dataclass(frozen=True, slots=True)
class Point:
    """A day of a measure."""

    day: date
    value: float
    """A share, or the 95th percentile of a sample."""
    middle: float | None
    """The median of a sample; None for a share."""
    count: float
    """Of how many."""


@dataclass(frozen=True, slots=True)
class Line:
    """A measure over days; a day without anything has no point."""

    measure: Measure
    points: tuple[Point, ...]


def lines(days: Sequence[Tally]) -> list[Line]:
    """All measures that have a point on one of these days."""
    measured = [(tally.day, tally.measured()) for tally in days]
    made = [Line(one, tuple(_point(day, found[one.name]) for day, found in measured if one.name in found)) for one in MEASURES]
    return [line for line in made if line.points]


def _point(day: date, found: Measured) -> Point:
    if isinstance(found, Share):
        return Point(day, found.hits / found.of, None, found.of)
    assert isinstance(found, Values)
    return Point(day, _percentile(found, 95), _percentile(found, 50), len(found.values))


def _percentile(found: Values, which: float) -> float:
    return float(np.percentile(found.values, which))


def told(form: Form, value: float | None) -> str:
    """A value in words."""
    if value is None:
        return "–"
    if form == "share":
        return f"{value:.1%}" if value < 0.1 else f"{value:.0%}"
    if form == "hours":
        return f"{value:.1f} h" if value >= 1 else f"{value * 60:.0f} min"
    if form == "money":
        return f"{value:.4f}"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s" if value < 120 else f"{value / 60:.1f} min"


def overall(line: Line, days: Sequence[Tally]) -> Point | None:
    """A measure over several days taken together; None where nothing happened."""
    found = [measured for tally in days if (measured := tally.measured().get(line.measure.name)) is not None]
    if not found:
        return None
    if isinstance(found[0], Share):
        shares = [one for one in found if isinstance(one, Share)]
        return _point(days[-1].day, Share(sum(one.hits for one in shares), sum(one.of for one in shares)))
    return _point(days[-1].day, Values(np.concatenate([one.values for one in found if isinstance(one, Values)])))
