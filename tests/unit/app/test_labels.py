from __future__ import annotations

import json

import pytest

from caseroom.app import labels, scorecards
from caseroom.app.interviews import Interview, Room
from caseroom.errors import UsageError

WORDS = "The assistant drafts, cites the article it used, and an agent approves every reply before it is sent."


def held(room: Room, grade: bool = True) -> str:
    """An interview with own levels, a scorecard and a dispute."""
    interview = Interview.start(room, "support-desk", tick=lambda: 0.0)
    interview.say("How long does an agent spend on a ticket?")
    interview.say(WORDS)
    interview.end()
    interview.self_score({"ground": 3, "assess": 1})
    if grade:
        scorecards.scorecard(room, interview.id)
    interview.dispute("2.09", "an agent approves every reply")
    return interview.id


def test_a_dispute_comes_with_what_the_machine_had_said_and_where_the_words_stand(room: Room) -> None:
    session = held(room)
    card = scorecards.scorecard(room, session).card
    verdict = next(p.verdict for step in card.steps for p in step.points if p.id == "2.09")
    (row,) = labels.Claims().rows(room)
    assert (row["kind"], row["by"], row["session"], row["case"]) == ("disputes", "candidate", session, "support-desk")
    assert (row["judge"], row["machine"], row["person"]) == (card.judge, verdict, "made")
    assert row["at"] == room.store.session(session).created
    assert WORDS[row["start"] : row["end"]] == row["words"] == "an agent approves every reply"


def test_own_levels_are_marks(room: Room) -> None:
    session = held(room)
    levels = {step.step: step.level for step in scorecards.scorecard(room, session).card.steps}
    rows = list(labels.OwnLevels().rows(room))
    assert [(row["step"], row["person"], row["machine"]) for row in rows] == [
        ("ground", 3, levels["ground"]),
        ("assess", 1, levels["assess"]),
    ]


def test_every_time_is_kept(room: Room) -> None:
    session = held(room)
    Interview(room, session, tick=lambda: 0.0).self_score({"ground": 2})
    rows = [row for row in labels.OwnLevels().rows(room) if row["step"] == "ground"]
    assert [row["person"] for row in rows] == [3, 2]
    assert rows[0]["number"] < rows[1]["number"]


def test_a_newer_judge_does_not_change_what_had_been_said(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    session = held(room)
    before = list(labels.rows(room))
    judge = room.engine.judge(room.shelf.case("support-desk"))
    monkeypatch.setattr(judge, "gate", judge.gate.with_thresholds(judge.gate.thresholds | {"credit": 0.999, "sure": 0.999}))
    assert scorecards.grade_again(room, session).number == 2
    assert list(labels.rows(room)) == before


def test_an_export_makes_no_scorecard(room: Room) -> None:
    session = held(room, grade=False)
    rows = list(labels.rows(room))
    assert rows and all(row["machine"] is None and row["judge"] is None for row in rows)
    assert scorecards.history(room, session) == []


def test_rows_have_their_keys_and_one_kind_can_be_chosen(room: Room) -> None:
    held(room)
    found = list(labels.rows(room))
    assert {"disputes", "marks"} <= {row["kind"] for row in found}
    assert all(set(labels.REQUIRED) <= set(row) for row in found)
    assert {row["kind"] for row in labels.rows(room, "disputes")} == {"disputes"}
    with pytest.raises(UsageError, match="write one of disputes, marks"):
        list(labels.rows(room, "gossip"))


def test_a_deleted_session_leaves_no_label(room: Room) -> None:
    session = held(room)
    room.store.delete(session)
    assert list(labels.rows(room)) == []


def test_lines_are_json_and_transcripts_come_along_once(room: Room) -> None:
    session = held(room)
    found = list(labels.rows(room))
    said = list(labels.transcripts(room, found))
    assert [row["session"] for row in said] == [session]
    assert WORDS in [turn["text"] for turn in said[0]["turns"]]
    lines = labels.to_lines([*said, *found]).splitlines()
    assert [json.loads(line) for line in lines] == [*said, *found]
