"""Make the report of a study."""

from __future__ import annotations

from caseroom.cases.data import CaseData
from caseroom.lab.measures import measure
from caseroom.lab.redteam import Attacked
from caseroom.lab.report import Report
from caseroom.lab.sections import Sections
from caseroom.lab.study import Study
from caseroom.lab.verdict import Yardstick, goal_of, limits_of, sentence
from caseroom.metrics.registry import BY_NAME
from caseroom.proposal.check import remarks
from caseroom.proposal.model import MetricName

_READ = 12
"""Attacks that got through that are shown to read."""


def report(study: Study, data: CaseData, *, case: str, title: str, notes: list[str]) -> Report:
    """The report of a study on a data folder."""
    task, proposal = data.task, study.proposal
    metric, target, today, said = goal_of(proposal, task)
    goal = _yardstick(study, metric, target, today, said)
    known = {form.metric: form.today for form in task.limits}
    limits = [_yardstick(study, bound.metric, bound.value, known.get(bound.metric), own) for bound, own in limits_of(proposal, task)]
    currency = data.economics.currency
    broken = any(limit.held is False for limit in limits)
    return Report(
        case=case, title=title, verdict=sentence(goal, limits, currency), reached=None if goal.held is None else goal.held and not broken,
        goal=goal, limits=tuple(limits), sections=Sections(study, data, goal, limits).all(), effects=study.effects, families=study.families,
        attacked=_some(study), matters=study.matters, worst=tuple(study.design.worst), remarks=(*remarks(proposal), *notes),
        currency=currency, records=len(study.design.columns), data_version=data.version,
        signature="|".join(sorted(study.design.signatures)), kept=tuple(study.design.kept), kept_simple=tuple(study.simple.kept),
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
