from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.language.text import sentences
from caseroom.pipeline.ingest import read_documents
from caseroom.pipeline.paragraphs import of_markdown, of_plain

WRAPPED = "If someone has a meeting with agency folks, they\ncan meet them at the desk. The space has a kitchen, and\nits coffee is free."
ONE = "If someone has a meeting with agency folks, they can meet them at the desk. The space has a kitchen, and its coffee is free."


@pytest.mark.parametrize("name", ["a.md", "a.markdown", "a.txt"])
def test_no_sentence_of_a_wrapped_file_is_a_stump(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(f"{WRAPPED}\n\nAnother paragraph.\n", encoding="utf-8")
    (document,) = read_documents(tmp_path)
    assert document.text == f"{ONE}\n\nAnother paragraph."
    assert [piece.text for piece in sentences(document.text)][1] == "The space has a kitchen, and its coffee is free."


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("# A title\nwords that\ngo on", "# A title\nwords that go on"),
        ("- one\n- two goes\n  on here\n  - three", "- one\n- two goes on here\n  - three"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("a | b\n--- | ---\n1 | 2", "a | b\n--- | ---\n1 | 2"),
        ("```\nx = 1\ny = 2\n```\nand then\nwords", "```\nx = 1\ny = 2\n```\nand then words"),
        ("words:\n\n    x = 1\n    y = 2\n\nwords", "words:\n\n    x = 1\n    y = 2\n\nwords"),
        ("> said by\n> nobody\n>\n> and so\n> on", "> said by nobody\n>\n> and so on"),
        ("words\n> a quote", "words\n> a quote"),
        ("a line  \nanother\\\na third", "a line  \nanother\\\na third"),
        ("One sentence a line.\nAnother one.", "One sentence a line.\nAnother one."),
        ("if a > b\nthen", "if a > b then"),
        ("a well-\nknown door", "a well-known door"),
        ("日本\n語", "日本語"),
        ("in e.g.\nlarge rooms", "in e.g. large rooms"),
        ("a\n---\nb", "a\n---\nb"),
    ],
)
def test_paragraphs_of_markdown(text: str, joined: str) -> None:
    assert of_markdown(text) == joined


@pytest.mark.parametrize(
    "text",
    [
        "Opening hours: 9 to 5\nPhone: 555 0100\nClosed on Sundays",
        "Roses are red\nViolets are blue",
        "Dear Ms Gray,\nThank you for your letter.",
        "name     price\nscrew    0.10\nnail     0.05",
        "A long line about what the house stands for, in one breath\nPhone: 555 0100",
    ],
)
def test_plain_text_that_is_set_line_by_line_stays_so(text: str) -> None:
    assert of_plain(text) == text


LINES = st.lists(st.text(st.sampled_from("aB .,:-*#>|`1\t—é"), max_size=30), max_size=12).map("\n".join)


@given(LINES)
def test_no_sign_is_lost_and_a_second_time_changes_nothing(text: str) -> None:
    for unwrap in (of_markdown, of_plain):
        once = unwrap(text)
        assert re.sub(r"[\s>]", "", once) == re.sub(r"[\s>]", "", text)
        assert unwrap(once).count("\n") <= once.count("\n") <= text.count("\n")
