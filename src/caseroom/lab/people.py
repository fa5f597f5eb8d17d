"""The people around a design, as the case's economics state them: who looks, what they notice, how long it takes, what errors cost.

Simulated, with chance that depends on the record alone: in two designs the same reviewer is as attentive to the same record, so designs compare
pair by pair. Stated assumptions: an incomplete output that is sent comes back, costs what an item costs today and waits as long; a person who takes an
item over is wrong as often as today; a measure against waving through halves what people miss and costs nothing; the queue is as long as the work in it,
so an item that takes half of today's minutes makes half of today's wait.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from caseroom.cases.task import Economics
from caseroom.lab.columns import Columns, Floats
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


def settle(columns: Columns, proposal: Proposal, economics: Economics) -> Settled:
    """What people make of the outputs of a run."""
    money, minutes = economics, economics.minutes
    care = 0.5 if proposal.hallucinations.over_reliance else 1.0
    noticed, reviewed = 1 - (1 - money.noticed) * care, 1 - (1 - money.reviewers.noticed) * care
    wrong, incomplete = columns["wrong"] == 1, columns["incomplete"] == 1
    person, look, review = columns["passed_on"] == 1, columns["look"] == 1, columns["review"] == 1
    waiting = review & (
        columns["luck_queue"] >= _capacity(review, proposal, money)
    )  # more than reviewers can see: a person takes it, as today
    person, review = person | waiting, review & ~waiting
    sent = ~(person | look | review)
    caught = (look & (columns["luck_look"] < noticed)) | (review & (columns["luck_review"] < reviewed))
    put_right = (wrong & caught) | (incomplete & (look | review))
    slip = person & (columns["luck_person"] < money.wrong_today)
    left_wrong = np.where(person, slip, wrong & ~put_right)
    spent = (
        person * minutes.today + look * minutes.approve + review * minutes.review + put_right * (minutes.correct - look * minutes.approve)
    )
    back = sent & incomplete  # comes back: a person does it, as today
    spent, alone = spent + back * minutes.today, sent & ~back
    harm = left_wrong * np.where((columns["handover"] == 1) & ~person, money.cost_of_missed_handover, money.cost_of_wrong)
    cost = spent * money.wage_per_minute + columns["cost"]
    today = minutes.today * money.wage_per_minute + money.wrong_today * money.cost_of_wrong
    queue = money.wait_minutes * (spent / minutes.today if minutes.today else 0.0)
    wait = np.where(alone, np.round(np.nan_to_num(columns["latency"]) / 60, 2), queue + spent)  # a machine's jitter is no wait
    left_right = np.where(person, ~slip, (~wrong & ~incomplete) | put_right)
    return Settled(
        *(np.asarray(part, np.float64) for part in (left_right, left_wrong, spent, wait, harm, cost, today - cost - harm, alone))
    )


def _capacity(review: Floats, proposal: Proposal, economics: Economics) -> float:
    """The share of flagged outputs that reviewers can see: what they can see a day of what comes in a day."""
    a_day = proposal.technical.review.a_day if proposal.technical.review.a_day is not None else economics.reviewers.a_day
    flagged = float(review.mean()) * economics.items_a_day if len(review) else 0.0
    return 1.0 if flagged <= a_day else a_day / flagged
