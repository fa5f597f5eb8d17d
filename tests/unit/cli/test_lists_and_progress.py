"""Lists tell times whole; long work says how far it is where there is no terminal, too; a wrong file is told before anything is fetched."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from caseroom.app.interviews import Interview, Room
from caseroom.cli import screen, sessions, voice
from caseroom.numerals import counted
from caseroom.pipeline.keyword import Keyword
from caseroom.speech.base import SpeechError

Printed = pytest.CaptureFixture[str]


@pytest.mark.parametrize("width", [80, 100, 160])
def test_sessions_are_listed_with_day_and_minute(room: Room, monkeypatch: pytest.MonkeyPatch, capsys: Printed, width: int) -> None:
    monkeypatch.setattr(screen.console, "_width", width)
    monkeypatch.setattr(sessions, "the_room", lambda _: room)
    interview = Interview.start(room, "resume-screening")
    sessions.list_sessions(as_json=False)
    said = capsys.readouterr().out
    created = room.store.session(interview.id).created
    assert interview.id in said and f"{created[:10]} {created[11:16]}" in said and "created (UTC)" in said and "…" not in said


def test_how_far_it_is_is_told_now_and_then(capsys: Printed) -> None:
    now = [0.0]
    lines = screen.Lines(lambda what: what.upper(), lambda: now[0])
    for done in range(1, 101):
        now[0] += 1.0
        lines.told("design", done, 100)
    said = capsys.readouterr()
    assert said.out == "" and said.err.splitlines() == [f"DESIGN: {done} of 100" for done in (15, 30, 45, 60, 75, 90)]


def test_quiet_says_nothing_and_so_does_what_is_over_soon(capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    with screen.stages() as told:
        told("design", 1, 2)
    monkeypatch.setattr(screen, "_EVERY", 0.0)
    with screen.stages(quiet=True) as told:
        told("design", 1, 2)
    assert capsys.readouterr() == ("", "")
    with screen.stages(str.title) as told:
        told("design", 2, 2)
    assert capsys.readouterr() == ("", "Design: 2 of 2\n")


def test_a_recording_that_is_not_there_is_told_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEROOM_VOICE", str(tmp_path / "no-weights"))
    with pytest.raises(SpeechError, match=r"none\.wav cannot be read: No such file"):
        voice.transcribe(
            tmp_path / "none.wav", output=None, case=None, split=None, partial=False, grade=False, name="", cases=None, as_json=False
        )


def test_the_search_by_words_keeps_its_steps_to_itself(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Keyword([["one", "two"], ["three"]])
    assert not [record for record in caplog.records if record.name == "bm25s"]


def test_a_count_of_things() -> None:
    assert [counted(count, "turn") for count in (0, 1, 2, 1200)] == ["0 turns", "1 turn", "2 turns", "1,200 turns"]
    assert (counted(1, "reply", "replies"), counted(3, "reply", "replies")) == ("1 reply", "3 replies")
