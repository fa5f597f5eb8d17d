from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import ROOT

from caseroom.app import propose, runs, scorecards
from caseroom.app.engine import Engine
from caseroom.app.interviews import Interview, Room
from caseroom.app.scripts import ScriptClock, read_script
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.errors import ProposalError, SessionNotFound, UsageError
from caseroom.events import Box, Sketched
from caseroom.proposal.file import paths, read_proposal, to_yaml
from caseroom.proposal.model import Bound, Goal, Proposal, get, quoted
from caseroom.store.sessions import SessionStore


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, engine: Engine, shelf: Shelf) -> tuple[Room, str]:
    """A room in which the strong answer to the support desk was given; graded once."""
    settings = Settings(home=tmp_path_factory.mktemp("played"))
    room, clock = Room(settings, shelf, engine, SessionStore(settings.database)), ScriptClock()
    interview = Interview.start(room, "support-desk", clock)
    for line in read_script(ROOT / "evals" / "scripts" / "support-desk-strong.txt"):
        clock.speak(line)
        if not line.text.startswith("/"):
            interview.say(line.text)
    interview.end()
    propose.derive(room, interview.id)
    return room, interview.id


def test_the_strong_answer_becomes_a_design(played: tuple[Room, str]) -> None:
    room, session = played
    found = propose.derive(room, session)
    assert found.case == "support-desk" and found.ground.goal is not None and found.ground.goal.target is not None
    assert found.technical.retrieve.method != "none" and found.technical.review.flagged
    assert found.hallucinations.abstain and found.hallucinations.checks
    assert {path.split(".")[0] for path in found.said} == {"ground", "assess", "technical", "hallucinations", "evaluation", "roadmap"}


def test_every_field_that_is_set_has_its_words_and_every_word_was_said(played: tuple[Room, str]) -> None:
    room, session = played
    found, empty = propose.derive(room, session), Proposal()
    turns = {turn.number: turn.text for turn in room.store.session(session).turns}
    for path, said in found.said.items():
        quote = said.quote if said.quote is not None else get(found, path)
        assert said.turn in turns and " ".join(str(quote).split()) in " ".join(turns[said.turn].split()), path
    leaves = [path for path in paths() if not hasattr(get(empty, path), "__dataclass_fields__")]
    derived = {"technical.retrieve.top_k", "technical.respond.citations", "ground.limits"}
    changed = {path for path in leaves if get(found, path) != get(empty, path)}
    assert {
        path
        for path in changed
        if not any(known == path or known.startswith(f"{path}.") or path.startswith(f"{known}.") for known in found.said)
    } <= derived


def test_each_entry_of_a_list_keeps_its_own_words(played: tuple[Room, str]) -> None:
    room, session = played
    found = propose.derive(room, session)
    assert {f"hallucinations.checks.{name}" for name in found.hallucinations.checks} == {
        path for path in found.said if path.startswith("hallucinations.checks")
    }
    assert {f"evaluation.metrics.{name}" for name in found.evaluation.metrics} == {
        path for path in found.said if path.startswith("evaluation.metrics")
    }
    assert len({said.quote for path, said in found.said.items() if path.startswith("hallucinations.checks.")}) > 1, (
        "more than one point set them"
    )


def test_the_strong_answers_roadmap_can_be_executed(played: tuple[Room, str]) -> None:
    room, session = played
    found = propose.derive(room, session)
    plan = found.roadmap
    assert plan.proof and (plan.proof.share, plan.proof.days, plan.proof.gate) == (0.05, 42, (Bound("wrong_rate", 0.03),))
    assert plan.test and (plan.test.days, plan.test.gate) == (56, (Bound("minutes_per_item", 6.0), Bound("wrong_rate", 0.06)))
    assert plan.full and plan.full.share == 1.0 and not plan.full.gate
    monitors = plan.monitors
    assert monitors.quality and (monitors.quality.limit, monitors.quality.wrong, monitors.quality.owner) == (
        None,
        0.06,
        "head of customer care",
    )
    assert monitors.proxies and monitors.latency and monitors.errors and monitors.cost and monitors.groups is None
    assert plan.on_call and plan.on_call.days == 0 and plan.rollback and plan.feedback and plan.improve == "examples"
    assert plan.phases and plan.gates and plan.alerts, "the words stay beside it"
    assert "gate to the pilot" in quoted(found, "roadmap.proof.gate") and "graded sample" in quoted(found, "roadmap.monitors.quality")
    assert {f"roadmap.{part}" for part in ("proof", "test", "full", "monitors.quality", "on_call", "improve")} <= set(found.said)


def test_it_is_written_and_read_back(played: tuple[Room, str], tmp_path: Path) -> None:
    found = propose.derive(*played)
    (tmp_path / "p.yaml").write_text(to_yaml(found), encoding="utf-8")
    assert read_proposal(tmp_path / "p.yaml") == found == propose.from_text(propose.yaml_of(found))
    assert propose.derive(*played) == found, "the same session makes the same proposal"


def test_edits_are_kept_and_dropped(played: tuple[Room, str]) -> None:
    room, session = played
    derived = propose.derive(room, session)
    edited = replace(derived, title="Meins: #1 🙂")
    assert propose.keep(room, session, to_yaml(edited)) == edited == propose.proposal_of(room, session)
    with pytest.raises(ProposalError, match=r"line 3: technical\.retrieve\.method"):
        propose.keep(room, session, "technical:\n  retrieve:\n    method: magic\n")
    assert propose.proposal_of(room, session) == edited, "what does not hold replaces nothing"
    propose.forget(room, session)
    assert propose.proposal_of(room, session) == derived


def test_it_runs_on_the_cases_data(played: tuple[Room, str]) -> None:
    room, session = played
    found = propose.derive(room, session)
    begun = runs.begin(room, found, session=session, quick=True, limit=5)
    assert begun.case == "support-desk" and begun.session == session


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda room: propose.proposal_of(room, "nothing"), SessionNotFound),
        (lambda room: propose.keep(room, "nothing", ""), SessionNotFound),
        (lambda room: propose.derive(room, Interview.start(room, "support-desk").id), UsageError),
    ],
)  # fmt: skip
def test_what_cannot_be_proposed(room: Room, call: Callable[[Room], object], error: type[Exception]) -> None:
    with pytest.raises(error):
        call(room)


def test_nothing_said_switches_nothing_on(room: Room) -> None:
    interview = Interview.start(room, "support-desk", lambda: 0.0)
    interview.say("Hello there.")
    interview.end()
    found = propose.derive(room, interview.id)
    assert found == Proposal(case="support-desk", title=room.shelf.case("support-desk").title)


def test_layers_on_the_board_count_if_they_have_a_reason(played: tuple[Room, str]) -> None:
    room, session = played
    boxes = (
        Box("1", "retrieval", 0, 0, "the articles, by keyword search"),
        Box("2", "masking", 0, 1, " "),
        Box("3", "human review", 0, 2, "flagged ones"),
    )
    with_board = replace(room.store.session(session), board=Sketched(boxes, (), 1.0))
    case, empty = room.shelf.case("support-desk"), replace(scorecards.scorecard(room, session).card, steps=())
    found = propose.derived(case, empty, with_board)
    assert found.technical.retrieve.method == "keyword" and found.technical.review.flagged and not found.hallucinations.mask
    assert found.said["technical.retrieve.method"].turn is None
    checked = replace(with_board, board=Sketched((Box("1", "checks", 0, 0, "each number and each citation"),), (), 1.0))
    from_board = propose.derived(case, empty, checked)
    assert from_board.hallucinations.checks == ("numbers", "citations")
    assert set(from_board.said) == {"hallucinations.checks.numbers", "hallucinations.checks.citations"}


def test_today_and_target_are_known_only_if_they_were_asked_for(played: tuple[Room, str]) -> None:
    room, _session = played
    case = room.shelf.case("support-desk")
    data = propose.data_of(case)
    assert data is not None
    plain = Proposal(case=case.id)
    asked = propose._yardsticks(plain, "cut the wait for a first reply", {"target"}, data)
    assert asked.goal == Goal("resolution_minutes", 540, 240) and Bound("wrong_rate", 0.06) in asked.limits
    unasked = propose._yardsticks(plain, "cut the wait for a first reply", set(), data)
    assert unasked.goal == Goal("resolution_minutes", None, None) and unasked.limits == ()
    said = propose._yardsticks(plain, "cut the wait for a first reply to four hours", set(), data)
    assert said.goal == Goal("resolution_minutes", None, 240)


@pytest.mark.parametrize("case", ["support-desk", "sales-tax", "resume-screening", "visit-summaries"])
def test_every_point_of_the_shipped_cases_sets_a_field_that_there_is(shelf: Shelf, case: str) -> None:
    assert propose.unknown_fields(shelf.case(case)) == []
