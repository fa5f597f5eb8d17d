"""What real reviewers did in a run, as rows of its report: what they decided and changed, how long it took and waited, what they let through. Measures only
what people decided; who was simulated stands in no number here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from caseroom.cases.task import Economics
from caseroom.lab.columns import Columns
from caseroom.lab.decisions import Decision, Reviews
from caseroom.lab.people import Settled, load
from caseroom.lab.report import Row
from caseroom.lab.verdict import interval
from caseroom.metrics import score
from caseroom.metrics.score import BOOTSTRAP, Score, sign
from caseroom.metrics.text import edit_rate, word_edits
from caseroom.proposal.model import Proposal

_WORDS = {"approve": "approved", "modify": "modified", "reject": "passed on"}


def rows(reviews: Reviews, columns: Columns, settled: Settled, proposal: Proposal, economics: Economics) -> list[Row]:
    """The rows, none where nothing waited."""
    if not reviews.waiting:
        return [Row("outputs that waited for a reviewer", "0", note="no output of the design was flagged")]
    found = [_decided(reviews), _capacity(reviews, columns, proposal, economics)]
    if not reviews.decisions:
        return found
    edits = edit_rate([decision.output for decision in reviews.decisions], [decision.sent for decision in reviews.decisions])
    found.append(Row("edit rate of reviewers", interval("edit_rate", edits), note="words changed of words sent", score=edits))
    found += _edit_distance(reviews.decisions)
    found.append(_let_through(reviews.decisions, columns, settled))
    waited = _minutes("wait_for_review", [decision.waited for decision in reviews.decisions])
    found.append(Row("waiting for a reviewer", interval("minutes_per_item", waited), note="from the queue to the decision, measured"))
    took = _minutes("minutes_of_review", [decision.minutes for decision in reviews.decisions])
    if took.value is not None:
        found.append(Row("a reviewer's time for an item", interval("minutes_per_item", took), note="from taking it to deciding, measured"))
    if others := sum(decision.others for decision in reviews.decisions):
        differing = sum(decision.differing for decision in reviews.decisions)
        found.append(Row("second decisions that differ", f"{differing} of {others}", note="the first one holds"))
    return found


def _decided(reviews: Reviews) -> Row:
    counts = Counter(decision.action for decision in reviews.decisions)
    said = ", ".join(f"{counts[action]} {word}" for action, word in _WORDS.items() if counts[action])  # type: ignore[index]
    left = reviews.waiting - len(reviews.decisions)
    note = "; ".join(filter(None, (said, f"a simulated reviewer stood in for {left}" if left else "")))
    return Row("outputs decided by reviewers", f"{len(reviews.decisions)} of {reviews.waiting}", note=note)


def _capacity(reviews: Reviews, columns: Columns, proposal: Proposal, economics: Economics) -> Row:
    flagged, a_day = load(columns["review"], proposal, economics)
    used = f"{flagged / a_day:.0%}" if a_day else "none to use"
    return Row("reviewers' capacity used", used, note=f"{flagged:,.0f} flagged a day, {a_day:,.0f} can be seen")


def _edit_distance(decisions: Sequence[Decision]) -> list[Row]:
    changed = [word_edits(d.output, d.sent) for d in decisions if d.action == "modify" and d.sent is not None]
    distance = score.mean("edit_distance", changed, sign("edit_distance", BOOTSTRAP, words="by-space"))
    return (
        [Row("words changed in a modified output", interval("edit_distance", distance), note=f"{len(changed)} modified")] if changed else []
    )


def _let_through(decisions: Sequence[Decision], columns: Columns, settled: Settled) -> Row:
    """Of the wrong outputs that people decided of, those that left wrong."""
    places = [decision.place for decision in decisions if decision.place < len(columns)]
    passed_on = np.array([decision.action == "reject" for decision in decisions if decision.place < len(columns)], np.bool_)
    wrong = (columns["wrong"] == 1)[places] & (columns["scored"] == 1)[places]
    left = np.where(wrong, (settled.left_wrong[places] == 1) & ~passed_on, np.nan)
    share = score.share("let_through", left, sign("let_through", BOOTSTRAP, of="wrong-and-decided"))
    return Row("wrong outputs that reviewers let through", interval("right_rate", share), note=f"of {share.n} that were wrong", score=share)


def _minutes(name: str, values: Sequence[float | None]) -> Score:
    return score.mean(name, values, sign(name, BOOTSTRAP, of="decisions"))
