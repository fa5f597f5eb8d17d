from __future__ import annotations

import pytest

from caseroom.app.engine import Engine
from caseroom.app.grading import grade_transcript
from caseroom.cases.model import Case
from caseroom.grading.transcript import Said, Transcript, parse


def verdicts(engine: Engine, case: Case, text: str) -> dict[str, str]:
    findings = engine.judge(case).read(Transcript((Said(1, "candidate", text),)))
    return {finding.point: finding.verdict for finding in findings if finding.verdict != "missed"}


@pytest.mark.parametrize(("text", "point"), [("We would fine-tune later.", "6.09"), ("I would look at the volumes.", "1.04")])
def test_a_point_that_is_only_named_is_partial(engine: Engine, support: Case, text: str, point: str) -> None:
    assert verdicts(engine, support, text).get(point) == "partial"


def test_a_near_miss_names_nothing(engine: Engine, support: Case) -> None:
    for point in support.points:
        for line in point.near_misses[:2]:
            assert verdicts(engine, support, line).get(point.id) != "covered"


def test_naming_every_topic_stays_at_the_lowest_level(engine: Engine, support: Case) -> None:
    named = [point.partial[0] for point in support.points if point.partial and point.weight == "core"]
    assert len(named) > 40
    card = grade_transcript(engine, support, parse("\n\n".join(named)))
    assert all(step.level is not None and step.level <= 1 for step in card.steps), [step.level for step in card.steps]
