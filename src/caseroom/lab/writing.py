"""Make the report of a study."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from caseroom.cases.data import CaseData
from caseroom.cases.task import Task
from caseroom.lab.measures import measure
from caseroom.lab.redteam import Attacked
from caseroom.lab.report import Report
from caseroom.lab.sections import Sections
from caseroom.lab.study import Study
from caseroom.lab.verdict import Yardstick, goal_of, limits_of, sentence
from caseroom.metrics.registry import BY_NAME
from caseroom.proposal.check import remarks
from caseroom.proposal.model import Goal, MetricName, Proposal

_READ = 12
"""Attacks that got through that are shown to read."""


def report(study: Study, data: CaseData, *, case: str, title: str, notes: list[str]) -> Report:
    """The report of a study on a data folder."""
    task, strange = data.task, _strange(study.proposal, data, case)
    said = (*strange, *remarks(study.proposal))
    study = replace(study, proposal=_without_figures(study.proposal, task)) if strange else study
    proposal = study.proposal
    goal = _yardstick(study, *goal_of(proposal, task))
    known = {form.metric: form.today for form in task.limits}
    limits = [_yardstick(study, bound.metric, bound.value, known.get(bound.metric), own) for bound, own in limits_of(proposal, task)]
    currency = data.economics.currency
    counts = int(np.sum(study.design.columns["scored"] == 1)), len(study.design.columns)
    return Report(
        case=case, title=title, verdict=sentence(goal, limits, currency, counts), reached=_reached(goal, limits),
        goal=goal, limits=tuple(limits), sections=Sections(study, data, goal, limits).all(), effects=study.effects, families=study.families,
        attacked=_some(study), matters=study.matters, worst=tuple(study.design.worst), remarks=(*said, *notes),
        currency=currency, records=counts[1], scored=counts[0], data_version=data.version,
        signature="|".join(sorted(study.design.signatures)), kept=tuple(study.design.kept), kept_simple=tuple(study.simple.kept),
    )  # fmt: skip


def _reached(goal: Yardstick, limits: list[Yardstick]) -> bool | None:
    """Whether the goal is reached and all limits hold; None where one of them cannot be told and none is missed."""
    held = {mark.held for mark in limits}
    if goal.held is None:
        return None
    return False if not goal.held or False in held else None if None in held else True


def _strange(proposal: Proposal, data: CaseData, case: str) -> tuple[str, ...]:
    """What is to be said where a proposal for a case meets other data."""
    if proposal.case is None or proposal.case == case or data.folder.resolve().parts[-2:] == (proposal.case, "data"):
        return ()
    return (
        f"This proposal was written for {proposal.case}, and this is other data. So its figures (today, wanted, limits, gates) are left out, and the data's own "
        "stand in their place. If they are meant for this data, take the line `case:` out of the proposal.",
    )


def _without_figures(proposal: Proposal, task: Task) -> Proposal:
    """The same design; of its goal only the metric is left, with the figures that the task itself has for it."""
    goal, roadmap = proposal.ground.goal, proposal.roadmap
    known = next((form for form in (*task.goals, *task.limits) if goal and form.metric == goal.metric), None)
    if goal:
        goal = Goal(goal.metric, known.today, known.target) if known else Goal(goal.metric)
    phases = {name: phase and replace(phase, gate=()) for name in ("proof", "test", "full") for phase in (getattr(roadmap, name),)}
    return replace(
        proposal, ground=replace(proposal.ground, goal=goal, limits=()), assess=replace(proposal.assess, stop=None),
        evaluation=replace(proposal.evaluation, launch_bar=None), roadmap=replace(roadmap, **phases),
    )  # fmt: skip


def _some(study: Study) -> tuple[Attacked, ...]:
    """Some of the attacks that got through, families in turn."""
    by_family: dict[str, list[Attacked]] = {}
    for entry in study.attacked:
        by_family.setdefault(entry.family, []).append(entry)
    turns = [entry for number in range(_READ) for entries in by_family.values() for entry in entries[number : number + 1]]
    return tuple(turns[:_READ])


def _yardstick(study: Study, metric: MetricName, bound: float | None, today: float | None, said: bool) -> Yardstick:
    design = measure(metric, study.design.columns, study.people)
    simple = measure(metric, study.simple.columns, study.simple_people)
    return Yardstick(metric, BY_NAME[metric].title, bound, today, design, simple, said)
