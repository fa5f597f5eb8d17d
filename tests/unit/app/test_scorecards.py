from __future__ import annotations

from dataclasses import replace

import pytest

from caseroom.app import scorecards
from caseroom.app.interviews import Interview, Room
from caseroom.errors import SessionNotFound, StoreUnusable
from caseroom.grading.scorecard import Scorecard


@pytest.fixture
def session(room: Room) -> str:
    interview = Interview.start(room, "support-desk", tick=lambda: 0.0)
    interview.say("How long does an agent spend on a ticket?")
    interview.say("The assistant drafts, cites the article it used, and an agent approves every reply before it is sent.")
    interview.end()
    return interview.id


def test_a_scorecard_is_kept_and_shown_again(room: Room, session: str) -> None:
    first = scorecards.scorecard(room, session)
    assert [kept.number for kept in scorecards.history(room, session)] == [1]
    assert scorecards.scorecard(room, session) == first
    assert scorecards.is_of_today(room, first.card)
    assert scorecards.grade_again(room, session) == first, "the same judge says the same; nothing is kept twice"


def test_a_newer_judge_keeps_the_older_scorecard(room: Room, session: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = scorecards.scorecard(room, session)
    judge = room.engine.judge(room.shelf.case("support-desk"))
    strict = replace(judge.gate, thresholds=judge.gate.thresholds | {"credit": 0.999, "sure": 0.999, "doubtful": 0.999}, signature="strict")
    monkeypatch.setattr(judge, "gate", strict)
    assert not scorecards.is_of_today(room, before.card)
    assert scorecards.scorecard(room, session) == before, "what was shown stays as it was"
    after = scorecards.grade_again(room, session)
    assert [kept.card for kept in scorecards.history(room, session)] == [before.card, after.card]
    moved = scorecards.moved(before.card, after.card)
    assert moved and all(move.before != move.after for move in moved)
    assert "strict" in after.card.judge and "strict" not in before.card.judge


def test_a_scorecard_of_before_the_last_turn_does_not_count(room: Room) -> None:
    interview = Interview.start(room, "support-desk", tick=lambda: 0.0)
    interview.say("How many tickets are there?")
    scorecards.scorecard(room, interview.id)
    interview.say("And who answers them?")
    assert scorecards.history(room, interview.id) == []


def test_a_full_disk_does_not_hide_the_scorecard(room: Room, session: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreUnusable("The disk is full.")

    monkeypatch.setattr(room.store, "keep_scorecard", full)
    assert isinstance(scorecards.scorecard(room, session).card, Scorecard)


def test_a_form_of_old_is_left_alone(room: Room, session: str) -> None:
    room.store.keep_scorecard(session, "2026-01-01", room.store.session(session).length, {"case": "support-desk"})
    assert scorecards.history(room, session) == []
    assert scorecards.scorecard(room, session).number == 2


def test_deleting_a_session_deletes_its_scorecards(room: Room, session: str) -> None:
    scorecards.scorecard(room, session)
    room.store.delete(session)
    assert room.store.scorecards(session) == []
    with pytest.raises(SessionNotFound):
        scorecards.scorecard(room, session)
