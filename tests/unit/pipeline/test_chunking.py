from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.pipeline.chunking import chunk
from caseroom.pipeline.documents import EVERYONE, Chunk, Document

WORDS = st.text(alphabet="abcxyz", min_size=1, max_size=9)
LINES = st.one_of(
    st.lists(WORDS, max_size=60).map(" ".join),
    st.lists(WORDS, min_size=1, max_size=6).map(lambda words: " ".join(words).capitalize() + "."),
    st.tuples(st.integers(1, 6), st.lists(WORDS, min_size=1, max_size=4)).map(lambda pair: "#" * pair[0] + " " + " ".join(pair[1])),
    st.just(""), st.just("```"), st.just("- a · b"), st.just("x" * 90), st.just("---"),
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=400), st.lists(LINES, max_size=40).map("\n".join))


def document(text: str, title: str = "Fees") -> Document:
    return Document("d", title, text, None, True, EVERYONE)


def pieces(text: str, **how: int) -> list[Chunk]:
    return chunk(document(text), **how)


@given(TEXTS, st.integers(1, 40), st.integers(0, 39))
@settings(max_examples=200, deadline=None)
def test_chunks_are_slices_and_not_too_long(text: str, words: int, overlap: int) -> None:
    for piece in pieces(text, words=words, overlap=min(overlap, words - 1)):
        assert piece.text in text
        assert piece.text == piece.text.strip() != ""
        assert len(re.findall(r"\S{1,16}", piece.text)) <= words


@given(TEXTS.map(lambda text: text.replace("#", "")), st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_chunks_cover_every_sign_of_a_text_without_headings(text: str, words: int) -> None:
    said = "".join(piece.text for piece in pieces(text, words=words, overlap=0))
    assert "".join(said.split()) == "".join(text.split())


@given(st.lists(LINES, max_size=40).map("\n".join), st.integers(0, 19))
@settings(max_examples=200, deadline=None)
def test_no_word_is_lost_between_headings_and_text(text: str, overlap: int) -> None:
    said = " ".join(f"{piece.heading} {piece.text}" for piece in pieces(text, words=20, overlap=overlap))
    assert {word.strip("#") for word in text.split() if len(word) <= 16} <= {word.strip("#") for word in said.split()} | {"", "Fees"}


def test_headings_are_the_path_to_a_chunk() -> None:
    made = pieces("Before.\n\n# Fees\n\nOf all.\n\n## Cards\n\nOf cards.\n\n### Lost\n\nOf lost.\n\n## Loans ##\n\nOf loans.")
    assert [(piece.heading, piece.text) for piece in made] == [
        ("", "Before."), ("", "Of all."), ("Cards", "Of cards."), ("Cards › Lost", "Of lost."), ("Loans", "Of loans."),
    ]  # fmt: skip


def test_a_heading_above_nothing_is_not_lost() -> None:
    assert [(piece.heading, piece.text) for piece in pieces("# A\n\n# B\n\n## C")] == [("", "# A"), ("B", "## C")]


def test_a_sign_inside_code_is_no_heading() -> None:
    made = pieces("# Setup\n\n```\n# a comment\nrun\n```\n\nDone.")
    assert [piece.heading for piece in made] == ["Setup"]
    assert "# a comment" in made[0].text


def test_paragraphs_stay_whole_while_they_fit() -> None:
    paragraphs = [f"Paragraph {n} has exactly six words." for n in range(6)]
    made = pieces("\n\n".join(paragraphs), words=13, overlap=0)
    assert [piece.text for piece in made] == ["\n\n".join(paragraphs[n : n + 2]) for n in (0, 2, 4)]


def test_a_long_paragraph_is_cut_at_sentences_and_repeats_the_last() -> None:
    made = pieces(" ".join(f"Sentence {n} goes here." for n in range(6)), words=9, overlap=4)
    assert made[0].text == "Sentence 0 goes here. Sentence 1 goes here."
    assert made[1].text == "Sentence 1 goes here. Sentence 2 goes here."


def test_overlap_does_not_cross_a_heading() -> None:
    made = pieces("# A\n\nOne two three.\n\n# B\n\nFour five six.", words=10, overlap=5)
    assert [piece.text for piece in made] == ["One two three.", "Four five six."]


def test_text_without_spaces_is_cut() -> None:
    made = pieces("多" * 1000, words=10, overlap=0)
    assert "".join(piece.text for piece in made) == "多" * 1000
    assert max(len(piece.text) for piece in made) <= 160


def test_nothing_makes_nothing() -> None:
    assert pieces(" \n\n ") == []


@pytest.mark.parametrize(("words", "overlap"), [(0, 0), (10, 10), (10, -1)])
def test_sizes_that_make_no_sense(words: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap must be at least 0 and below words"):
        pieces("a", words=words, overlap=overlap)
