from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from caseroom.language.text import LONGEST, holds, sentences, stems, words


@given(st.text())
def test_a_sentence_is_cut_verbatim(text: str) -> None:
    for piece in sentences(text):
        assert text[piece.start : piece.end] == piece.text
        assert piece.text == piece.text.strip() != ""


@given(st.text(alphabet=st.characters(categories=["L", "Zs", "Po"]), max_size=300))
def test_no_word_is_lost(text: str) -> None:
    cut = " ".join(piece.text for piece in sentences(text))
    assert set(words(cut)) == set(words(text))


def test_ends_and_abbreviations() -> None:
    text = "We get 2.5 tickets, e.g. refunds. Why? No idea; none"
    assert [s.text for s in sentences(text)] == ["We get 2.5 tickets, e.g. refunds.", "Why?", "No idea;", "none"]


def test_speech_without_an_end_is_cut() -> None:
    pieces = sentences("word " * 5000)
    assert len(pieces) > 50
    assert max(len(words(piece.text)) for piece in pieces) <= LONGEST


def test_words_of_one_stem_meet() -> None:
    assert stems("tickets")[0] == stems("ticket")[0]
    assert holds(frozenset(stems("the reviewing of drafts")), "review draft")
    assert not holds(frozenset(stems("validated")), "date")
