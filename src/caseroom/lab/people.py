"""The people around a design, as the case's economics state them: who looks, what they notice, how long it takes, what errors cost.

Simulated, with chance that depends on the record alone: in two designs the same reviewer is as attentive to the same record, so designs compare
pair by pair. Stated assumptions: an incomplete output that is sent comes back, costs what an item costs today and waits as long; a person who takes an
item over is wrong as often as today; a measure against waving through halves what people miss and costs nothing; the queue is as long as the work in it,
so an item that takes half of today's minutes makes half of today's wait; who reviews is simulated (`lab/reviewers.py`) unless people decided
(`lab/decisions.py`), whose time counts as the case states it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from caseroom.cases.task import Economics
from caseroom.lab.columns import Columns, Floats
from caseroom.lab.decisions import Hands
from caseroom.lab.reviewers import REVIEWERS, Day, Reviewer, see
from caseroom.proposal.model import Proposal


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of each record after people: one number a record, in order."""

    left_right: Floats
    left_wrong: Floats
    minutes: Floats
    """A person's minutes."""
    wait: Floats
    """Minutes until the item was resolved."""
    harm: Floats
    """Money that errors cost."""
    cost: Floats
    """People's time and the model's price."""
    value: Floats
    """Money against today: time saved and errors spared, less what it costs."""
    alone: Floats
    """1 where no person had a hand in it."""


def settle(
    columns: Columns, proposal: Proposal, economics: Economics, hands: Hands | None = None, reviewer: Reviewer | None = None
) -> Settled:
    """What people make of the outputs of a run: `hands` what they did decide; `reviewer` stands in for the proposal's."""
    money, minutes = economics, economics.minutes
    care = 0.5 if proposal.hallucinations.over_reliance else 1.0
    noticed = 1 - (1 - money.noticed) * care
    wrong, incomplete = columns["wrong"] == 1, columns["incomplete"] == 1
    person, look, review = columns["passed_on"] == 1, columns["look"] == 1, columns["review"] == 1
    flagged, a_day = load(review, proposal, money)
    kept, modified = np.zeros_like(review), np.zeros_like(review)
    if hands is not None:
        kept, modified = hands.decided & ~hands.rejected, hands.modified
        wrong, incomplete = np.where(kept, hands.wrong, wrong), np.where(kept, hands.incomplete, incomplete)
        person, review = person | hands.rejected, review & ~hands.decided
    waiting = review & (columns["luck_queue"] >= (1.0 if flagged <= a_day else a_day / flagged))  # more than can be seen: done as today
    person, review = person | waiting, review & ~waiting
    sent = ~(person | look | review | kept)
    who = reviewer or REVIEWERS[proposal.technical.review.reviewer]
    seen = see(who, columns, review, money.reviewers.noticed, Day(round(min(flagged, a_day)), a_day), care)
    caught = (look & (columns["luck_look"] < noticed)) | (review & seen.caught)
    put_right = (wrong & caught) | (incomplete & (look | (review & seen.completed)))
    slip = person & (columns["luck_person"] < money.wrong_today)
    left_wrong = np.where(person, slip, wrong & ~put_right)
    spent = (
        person * minutes.today + look * minutes.approve + review * minutes.review * seen.pace
        + put_right * (minutes.correct - look * minutes.approve)
    )  # fmt: skip
    back = (sent | kept | (review & ~put_right)) & incomplete  # comes back: a person does it, as today
    spent, alone = spent + back * minutes.today, sent & ~back
    if hands is not None:
        spent = spent + hands.decided * minutes.review + modified * minutes.correct
    harm = left_wrong * np.where((columns["handover"] == 1) & ~person, money.cost_of_missed_handover, money.cost_of_wrong)
    cost = spent * money.wage_per_minute + columns["cost"]
    today = minutes.today * money.wage_per_minute + money.wrong_today * money.cost_of_wrong
    queue = money.wait_minutes * (spent / minutes.today if minutes.today else 0.0)
    wait = np.where(alone, np.round(np.nan_to_num(columns["latency"]) / 60, 2), queue + spent)  # a machine's jitter is no wait
    left_right = np.where(person, ~slip, (~wrong & ~incomplete) | put_right)
    return Settled(
        *(np.asarray(part, np.float64) for part in (left_right, left_wrong, spent, wait, harm, cost, today - cost - harm, alone))
    )


def load(review: Floats, proposal: Proposal, economics: Economics) -> tuple[float, float]:
    """How many outputs are flagged a day, and how many of them reviewers can see."""
    a_day = proposal.technical.review.a_day if proposal.technical.review.a_day is not None else economics.reviewers.a_day
    return float(review.mean()) * economics.items_a_day if len(review) else 0.0, a_day
