"""Re-fits what decides whether an output leaves: which findings count, whether it may say that it does not know, and where it goes then; by what errors and people's time
cost. Changes no output.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from caseroom.cases.task import Economics
from caseroom.pipeline.route import Respond, Review
from caseroom.pipeline.state import State
from caseroom.proposal.model import Check, Proposal
from caseroom.rollout.lessons import Lesson, Worked, worked
from caseroom.rollout.model import Floats
from caseroom.rollout.trying import FEWEST, Tried, cheaper, few, money
from caseroom.rollout.world import CaseWorld

CHECKS: tuple[Check, ...] = get_args(Check)
_STEPS = 8
"""Things that are changed at most."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """What decides whether an output leaves."""

    checks: tuple[Check, ...]
    abstain: bool
    failure: Literal["person", "baseline"] | None
    flagged: bool

    def on(self, proposal: Proposal) -> Proposal:
        """The proposal with it."""
        technical = replace(proposal.technical, failure=self.failure, review=replace(proposal.technical.review, flagged=self.flagged))
        return replace(
            proposal, technical=technical, hallucinations=replace(proposal.hallucinations, checks=self.checks, abstain=self.abstain)
        )

    def next(self) -> Iterator[_Setting]:
        """All settings that differ in one thing."""
        for check in CHECKS:
            checks = tuple(name for name in CHECKS if (name in self.checks) != (name == check))
            yield replace(self, checks=checks)
        yield replace(self, abstain=not self.abstain)
        for failure, flagged in itertools.product((None, "person", "baseline"), (False, True)):
            yield replace(self, failure=failure, flagged=flagged)  # type: ignore[arg-type]


def setting_of(proposal: Proposal) -> _Setting:
    """The setting of a proposal."""
    guards, technical = proposal.hallucinations, proposal.technical
    return _Setting(tuple(name for name in CHECKS if name in guards.checks), guards.abstain, technical.failure, technical.review.flagged)


def threshold(world: CaseWorld, proposal: Proposal, train: Sequence[Lesson], economics: Economics) -> Tried:
    """Which findings pass an output on: one thing after the other is changed as long as errors and people's time together cost less for it, by more than chance."""
    if len(train) < FEWEST:
        return few("labelled records", len(train))
    start = setting_of(proposal)
    bare = replace(start, checks=CHECKS, failure=None, flagged=False)  # everything is looked at, nothing is done about it
    made = {flag: worked(world, replace(bare, abstain=flag).on(proposal), train) for flag in (False, True)}
    sent = {one.lesson.record.id: _left(one, start, proposal).output for one in made[start.abstain]}
    known: dict[_Setting, Floats] = {}

    def cost(setting: _Setting) -> Floats:
        """What each record costs."""
        if setting not in known:
            design = setting.on(proposal)
            known[setting] = money([(one, _left(one, setting, design)) for one in made[setting.abstain]], design, economics, sent)
        return known[setting]

    now = start
    for _ in range(_STEPS):
        best = min(now.next(), key=lambda other: float(cost(other).mean()))
        if not cheaper(cost(now) - cost(best)):
            break
        now = best
    if now == start:
        return Tried(None, "Nothing changes: no other threshold costs less on the training part, by more than chance.", len(train))
    saved = float((cost(start) - cost(now)).mean())
    said = f"{'; '.join(_changes(start, now))} (on the training part {saved:,.2f} {economics.currency} an item less, errors and people's time together)"
    return Tried(now.on(proposal), said, len(train))


def _left(one: Worked, setting: _Setting, design: Proposal) -> State:
    """The state as it leaves under a setting: only its findings count, and the stages that decide are the pipeline's own."""
    state = one.state
    if state.route == "person" and not state.failed:  # on the trigger list, or it said that it does not know
        return state
    made = state.output if state.output is not None and state.output.by != "nobody" else None
    kept = replace(
        state, findings=tuple(found for found in state.findings if found.check in setting.checks), route="send", why="", output=made
    )
    return Respond(design, one.workshop).run([Review(design, one.workshop).run([kept])[0][0]])[0][0]


def _changes(old: _Setting, new: _Setting) -> Iterator[str]:
    for name in CHECKS:
        if (name in old.checks) != (name in new.checks):
            yield f"the check {name} {'counts' if name in new.checks else 'no longer counts'}"
    if old.abstain != new.abstain:
        yield "it says that it does not know" if new.abstain else "it no longer says that it does not know"
    if old.failure != new.failure:
        to = {None: "leaves as it is", "person": "goes to a person", "baseline": "is answered the simple way"}[new.failure]
        yield f"what a check objects to {to}"
    if old.flagged != new.flagged:
        yield "what a check objects to waits for a reviewer" if new.flagged else "nothing waits for a reviewer any more"
