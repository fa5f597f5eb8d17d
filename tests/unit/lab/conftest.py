"""Rows of a run made by hand, and a study that is run once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caseroom.lab.columns import Columns
from caseroom.lab.study import Lab, Study
from caseroom.pipeline.route import even
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Evaluation, Hallucinations, Proposal, Retrieve, Review, Technical

GOOD = Proposal(
    technical=Technical(exact="code", retrieve=Retrieve("hybrid"), review=Review(True, a_day=20), failure="person"),
    hallucinations=Hallucinations(grounding=True, abstain=True, handover=True, checks=("numbers", "grounding")),
    evaluation=Evaluation(metrics=("rougeL", "bleu", "human_accuracy", "selection_ratio", "exactness"), slices=True),
)
Rows = Callable[..., Columns]


@pytest.fixture(scope="session")
def rows() -> Rows:
    """Columns of records with these outcomes and routes, by turns."""

    def make(*outcomes: str, route: str = "send", count: int = 1, **more: float) -> Columns:
        columns = Columns()
        for number in range(count * len(outcomes)):
            kind = outcomes[number % len(outcomes)]
            columns.add({
                **{name: float(kind == name) for name in ("right", "incomplete", "wrong", "passed_on")}, "scored": float(kind != "unscored"), "answerable": 1.0,
                "handover": 0.0, **{name: float(route == name and kind != "passed_on") for name in ("look", "review", "send", "baseline")}, "cost": 0.0, "latency": 1.2,
                **{f"luck_{who}": even(str(number), who) for who in ("look", "review", "queue", "person")}, **more,
            })  # fmt: skip
        return columns

    return make


@pytest.fixture(scope="session")
def study(desk: Workshop) -> Study:
    """The rental desk's study, quick."""
    return Lab(desk).study(GOOD, quick=True)
