"""Over-reliance as a number: wrong outputs that reviewers let through, against their diligence: `python -m evals.rubber_stamp [CASE ...] [--limit N]`.

Each case's proposal in evals/proposals runs once, with review of flagged outputs on, and reviewers who can see all of them. To have outputs that are wrong
and not flagged among them as in a real queue, a share of the others waits, too (`--sample`). Then the same outputs go before reviewers who differ in nothing
but how much of what they approve they read: from none to all, and the three kinds that a proposal can name. No measure against waving through is in
force, except in the last column: there the same reviewers work with planted errors and a second look.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import tempfile
from pathlib import Path

import numpy as np

from caseroom.app.engine import Engine
from caseroom.app.propose import data_of
from caseroom.cases.data import CaseData
from caseroom.cases.shelf import Shelf
from caseroom.lab.columns import Columns
from caseroom.lab.experiment import run_design
from caseroom.lab.people import Settled, settle
from caseroom.lab.reviewers import REVIEWERS, Reviewer
from caseroom.metrics import score
from caseroom.metrics.score import BOOTSTRAP, Score, sign
from caseroom.pipeline.run import Pipeline
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.file import read_proposal
from caseroom.proposal.model import Proposal, Review

HERE = Path(__file__).parent / "proposals"
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def who() -> dict[str, Reviewer]:
    """The reviewers, by what they are called here."""
    named: dict[str, Reviewer] = {str(name): reviewer for name, reviewer in REVIEWERS.items()}
    return {**{f"reads {share:.0%}": Reviewer(diligence=share) for share in SHARES}, **named}


def reviewed(case_id: str, sample: float) -> Proposal:
    """The case's proposal, with review."""
    proposal = read_proposal(HERE / f"{case_id}.yaml")
    technical = dataclasses.replace(proposal.technical, review=Review(flagged=True, sample=sample))
    return dataclasses.replace(
        proposal, technical=technical, hallucinations=dataclasses.replace(proposal.hallucinations, over_reliance=False)
    )


def let_through(columns: Columns, settled: Settled) -> Score:
    """Of the wrong outputs that waited for a reviewer, those that left wrong."""
    waited = (columns["review"] == 1) & (columns["wrong"] == 1) & (columns["scored"] == 1)
    return score.mean("let_through", np.where(waited, settled.left_wrong, np.nan), sign("let_through", BOOTSTRAP, of="wrong-that-waited"))


def harm(columns: Columns, settled: Settled) -> Score:
    """What errors cost, an output that waited."""
    waited = (columns["review"] == 1) & (columns["scored"] == 1)
    return score.mean("harm", np.where(waited, settled.harm, np.nan), sign("harm", BOOTSTRAP, of="waited"))


def minutes(columns: Columns, settled: Settled) -> float:
    """A person's minutes for an output that waited."""
    waited = columns["review"] == 1
    return float(settled.minutes[waited].mean()) if waited.any() else 0.0


def measured(case_id: str, sample: float, limit: int | None, engine: Engine) -> tuple[Columns, Proposal, CaseData]:
    """What the design made of the case's records."""
    data = data_of(Shelf([]).case(case_id))
    assert data is not None
    proposal = reviewed(case_id, sample)
    workshop = Workshop(data, engine.encoder, engine.entailment, engine.reader)
    return run_design(Pipeline(proposal, workshop), workshop, data.records(limit)).columns, proposal, data


def shown(one: Score, form: str) -> str:
    """A score with its interval."""
    if one.value is None or one.low is None or one.high is None:
        return "nothing wrong waited"
    return f"{one.value:{form}} [{one.low:{form}}, {one.high:{form}}]"


def seeing_all(proposal: Proposal, columns: Columns, data: CaseData) -> Proposal:
    """With just as many reviewers that all that waits is seen in a full day."""
    a_day = math.ceil(float(np.mean(columns["review"] == 1)) * data.economics.items_a_day)
    review = dataclasses.replace(proposal.technical.review, a_day=a_day)
    return dataclasses.replace(proposal, technical=dataclasses.replace(proposal.technical, review=review))


def told(case_id: str, columns: Columns, proposal: Proposal, data: CaseData) -> None:
    """The table of a case."""
    waited = columns["review"] == 1
    print(
        f"{case_id}: {waited.sum()} of {len(columns)} outputs waited for a reviewer, {((columns['wrong'] == 1) & waited).sum()} of them wrong"
    )
    print(f"{'':14}{'wrong let through':>24}{'harm an output (' + data.economics.currency + ')':>30}{'minutes':>9}{'with a measure':>24}")
    proposal = seeing_all(proposal, columns, data)
    guarded = dataclasses.replace(proposal, hallucinations=dataclasses.replace(proposal.hallucinations, over_reliance=True))
    for name, reviewer in who().items():
        plain, second = (settle(columns, design, data.economics, reviewer=reviewer) for design in (proposal, guarded))
        print(f"{name:14}{shown(let_through(columns, plain), '.1%'):>24}{shown(harm(columns, plain), ',.2f'):>30}{minutes(columns, plain):9.2f}"
              f"{shown(let_through(columns, second), '.1%'):>24}")  # fmt: skip
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=sorted(path.stem for path in HERE.glob("*.yaml") if not path.stem.endswith("-weak")))
    parser.add_argument("--sample", type=float, default=0.25, metavar="SHARE", help="this share of what is not flagged waits, too")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N records only")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        engine = Engine(Path(cache))
        for case_id in given.cases:
            told(case_id, *measured(case_id, given.sample, given.limit, engine))


if __name__ == "__main__":
    main()
