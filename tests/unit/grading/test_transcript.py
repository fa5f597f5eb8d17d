from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.errors import TranscriptError
from caseroom.grading.transcript import parse, read


def test_labelled_turns_with_times() -> None:
    transcript = parse("[00:05] INTERVIEWER: Go on.\n\n[1:02:30] candidate: First line.\nSecond line.\nCANDIDATE (02:10): Third.\n")
    assert [(t.speaker, t.text, t.at) for t in transcript.turns] == [
        ("interviewer", "Go on.", 5.0),
        ("candidate", "First line.\nSecond line.", 3750.0),
        ("candidate", "Third.", 130.0),
    ]


def test_wrapped_lines_are_joined_and_lists_are_not() -> None:
    (turn,) = parse("We look up the order and\nan agent approves it.\nThen:\n- a list\n- of things\n\nNew paragraph").turns
    assert turn.text == "We look up the order and an agent approves it.\nThen:\n- a list\n- of things\n\nNew paragraph"


def test_plain_text_is_one_answer() -> None:
    transcript = parse("I would ask first.\n\nThen design.")
    assert [turn.text for turn in transcript.candidate()] == ["I would ask first.\n\nThen design."]


@pytest.mark.parametrize("text", ["", "  \n\n", "INTERVIEWER: Hello?", "CANDIDATE:", "...!?"])
def test_nothing_to_grade_is_said(text: str) -> None:
    with pytest.raises(TranscriptError, match="nothing to grade"):
        parse(text)


def test_files_that_are_no_transcripts(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe")
    with pytest.raises(TranscriptError, match="not UTF-8"):
        read(tmp_path / "photo.png")
    (tmp_path / "nul.txt").write_bytes(b"CANDIDATE: a\x00b")
    with pytest.raises(TranscriptError, match="binary"):
        read(tmp_path / "nul.txt")
    with pytest.raises(TranscriptError, match="cannot be read"):
        read(tmp_path)
    with pytest.raises(TranscriptError, match="cannot be read"):
        read(tmp_path / "absent.txt")


def test_windows_text_and_utf_16(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffCANDIDATE: One.\r\nTwo.".encode())
    (tmp_path / "b.txt").write_bytes("CANDIDATE: One.\nTwo.".encode("utf-16"))
    assert read(tmp_path / "a.txt") == read(tmp_path / "b.txt")


@given(st.text())
def test_a_quote_is_what_stands_there(text: str) -> None:
    try:
        transcript = parse(text)
    except TranscriptError:
        return
    for turn in transcript.candidate():
        assert transcript.quote(turn.number, 0, len(turn.text)) == turn.text
