from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.speech.base import Heard, Segment, Word
from caseroom.speech.garble import Piece, assemble, joined, loops, without_tail
from caseroom.speech.pieces import pieces
from caseroom.speech.spoken import breaths, read_aloud
from caseroom.speech.written import corrected, written


def words(text: str, probability: float = 0.9, each: float = 0.4) -> tuple[Word, ...]:
    return tuple(Word(word, round(n * each, 3), round(n * each + each * 0.8, 3), probability) for n, word in enumerate(text.split()))


def piece(text: str, probability: float = 0.9, log: float = -0.2, squeezed: float = 1.4, no_speech: float = 0.05) -> Piece:
    return Piece(words(text, probability), log, squeezed, no_speech)


def garbled(heard: Heard) -> list[str]:
    return [heard.text[a:b] for a, b in heard.garbled]


def heard(text: str, marks: tuple[tuple[int, int], ...] = ()) -> Heard:
    return Heard(text, words(text), garbled=marks, seconds=60.0)


def test_what_was_heard_well_is_not_marked() -> None:
    found = assemble([piece("We would measure the first reply."), piece("It takes nine hours today.")], 5.0, "en", "silence")
    assert found.text == "We would measure the first reply. It takes nine hours today."
    assert not found.garbled
    assert not found.nothing


def test_unsure_runs_are_marked_and_one_odd_word_is_not() -> None:
    row = [
        Word(w, n * 0.4, n * 0.4 + 0.3, p)
        for n, (w, p) in enumerate(
            [("we", 0.9), ("take", 0.3), ("the", 0.9), ("a", 0.9), ("t.s.", 0.2), ("card", 0.3), ("drag", 0.25), ("now", 0.9)]
        )
    ]
    found = assemble([Piece(tuple(row), -0.4, 1.3, 0.1)], 4.0, "en", "silence")
    assert garbled(found) == ["t.s. card drag"] or garbled(found) == ["a t.s. card drag now"]
    assert "take" not in " ".join(garbled(found))


def test_a_bad_piece_is_marked_whole_and_an_invented_one_is_left_out() -> None:
    found = assemble(
        [piece("That was clear."), piece("some words of noise here", log=-1.4), piece("you.", 0.02, log=-1.33)], 9.0, "en", "silence"
    )
    assert found.text == "That was clear. some words of noise here"
    assert garbled(found) == ["some words of noise here"]
    assert assemble([piece("Thank you.", 0.3, log=-1.2, no_speech=0.9)], 3.0, "en", "no speech").nothing == "no speech"


def test_a_loop_is_marked_after_its_first_time() -> None:
    found = assemble([piece("I would say " + "thank you very much " * 5)], 9.0, "en", "silence")
    assert garbled(found) == [("thank you very much " * 4).strip()]
    assert loops("no no we say no".split()) == []


def test_words_made_up_of_the_quiet_at_the_end_are_dropped() -> None:
    said = words("what comes first, speed or cost?")
    made_up = tuple(Word(w, 2.35 + n * 0.01, 2.36 + n * 0.01, 0.4) for n, w in enumerate("Thank you very much.".split()))
    kept = without_tail([Piece(said + made_up, -0.5, 1.3, 0.1)], 2.4)
    assert [word.text for word in kept[0].words] == [word.text for word in said]
    whole = [piece("We begin. Then we measure it.")]
    assert without_tail(whole, 60.0) == whole


@given(st.lists(st.sampled_from(["yes", "well.", "no?", "60", "%"]), max_size=30), st.floats(0, 20))
def test_the_tail_is_only_cut_never_changed(texts: list[str], ends: float) -> None:
    given_words = words(" ".join(texts))
    (kept,) = without_tail([Piece(given_words, -0.2, 1.0, 0.1)], ends)
    assert given_words[: len(kept.words)] == kept.words


def test_pieces_are_joined_with_their_times_and_marks() -> None:
    whole = joined([(0.0, heard("one two", ((4, 7),))), (5.0, Heard("", nothing="silence")), (10.0, heard("three four", ((0, 5),)))], 20.0)
    assert whole.text == "one two three four"
    assert [word.start for word in whole.words] == [0.0, 0.4, 10.0, 10.4]
    assert garbled(whole) == ["two", "three"]
    assert joined([(0.0, Heard("", nothing="no speech"))], 3.0).nothing == "no speech"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("it costs 3 euros and 60 cents a ticket", "it costs 3.60 euros a ticket"),
        ("about three point six euros each", "about 3.6 euros each"),
        ("three dollars and five cents", "3.05 dollars"),
        ("p 95 is 1.2 seconds and it runs 24.7.", "p95 is 1.2 seconds and it runs 24/7."),
        ("open twenty-four seven", "open 24/7"),
        ("it rose 24.7 percent", "it rose 24.7 percent"),
        ("one of the two reasons", "one of the two reasons"),
    ],
)
def test_figures_are_written_as_one_writes_them(said: str, wanted: str) -> None:
    found = written(heard(said))
    assert found.text == wanted
    assert [found.text[a:b] for (a, b), _ in found.places()] == wanted.split()


def test_times_and_marks_stay_with_their_words() -> None:
    said = "now 3 euros and 60 cents a ticket"
    found = written(heard(said, ((6, 23), (27, 33))))
    assert found.text == "now 3.60 euros a ticket"
    assert "ticket" in garbled(found)
    by_text = {word.text: word for word in found.words}
    assert by_text["ticket"].start == heard(said).words[-1].start
    assert by_text["3.60"].start == heard(said).words[1].start


@given(st.lists(st.sampled_from("a one 3 euros and 60 cents point six p 95 24.7 percent five dollars".split()), min_size=1, max_size=25))
def test_writing_keeps_words_in_the_text_and_in_order_of_time(texts: list[str]) -> None:
    found = written(heard(" ".join(texts)))
    assert [found.text[a:b] for (a, b), _ in found.places()] == found.text.split()
    assert all(a.start <= b.start for a, b in zip(found.words, found.words[1:], strict=False))


def test_what_a_person_corrected_is_not_garbled_any_more() -> None:
    before = heard("let me clean it up back to the plan", ((7, 18),))
    after = corrected(before, "let me play it all back to the plan")
    assert after.text == "let me play it all back to the plan"
    assert garbled(after) == ["it"]
    assert [word.text for word in after.words] == "let me it back to the plan".split()
    assert corrected(before, before.text) is before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It costs €3.60 a ticket.", "It costs 3 euros and 60 cents a ticket."),
        ("$1.5m a year", "1.5 million dollars a year"),
        ("€45 apiece, €1, €0.02", "45 euros apiece, 1 euro, 2 cents"),
        ("We are open 24/7.", "We are open twenty-four seven."),
        ("p95 is 1.2 s", "P 95 is 1.2 seconds"),
        ("2–3 % of 40k calls/day", "2 to 3 percent of 40 thousand calls per day"),
        ("≤ 5 %, e.g. for refunds", "at most 5 percent, for example for refunds"),
        ("**bold** and `code`", "bold and code"),
    ],
)
def test_written_text_is_read_aloud(text: str, said: str) -> None:
    assert read_aloud(text) == said


@given(st.text(alphabet="abc ,.;:?!–\n", max_size=900))
def test_breaths_lose_no_word(text: str) -> None:
    parts = breaths(text, 60)
    letters = [c for part in parts for c in part if c.isalpha()]
    assert letters == [c for c in text if c.isalpha()]
    assert all(len(part) <= 60 for part in parts)


def test_sound_is_cut_at_pauses_and_never_too_long() -> None:
    found = pieces([Segment(0, 10), Segment(11, 20), Segment(20.5, 29), Segment(40, 100)], 27)
    assert [(round(p.start, 1), round(p.end, 1)) for p in found] == [(0, 20), (20.5, 29), (40, 60), (60, 80), (80, 100)]


def test_a_full_stop_of_the_cut_alone_is_taken_back() -> None:
    whole = joined(
        [(0.0, heard("we validate it.")), (5.0, heard("and finally send it. Before we read...")), (9.0, heard("The sender is checked."))],
        20.0,
    )
    assert whole.text == "we validate it, and finally send it. Before we read, the sender is checked."
    assert [whole.text[a:b] for (a, b), _ in whole.places()] == whole.text.split()
    assert joined([(0.0, heard("It is done.")), (3.0, heard("I'd say so."))], 6.0).text == "It is done. I'd say so."
