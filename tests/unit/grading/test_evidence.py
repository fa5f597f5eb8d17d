from __future__ import annotations

import numpy as np

from caseroom.app.engine import Engine
from caseroom.grading.evidence import in_context, passages
from caseroom.grading.transcript import parse

SPEECH = (
    "um so the agents they open the ticket and then they uh they look for the article in the help centre and i think that's where most of the time goes "
    "because nobody knows which one is the newest so i'd i'd start there and but first i want to know how many tickets come in a week "
    "and whether somebody has tried it before"
)


def test_an_echo_of_the_interviewer_is_no_evidence(engine: Engine) -> None:
    told = "Median first reply is above nine hours and six percent of sampled replies have something wrong in them"
    transcript = parse(f"INTERVIEWER: {told}.\n\nCANDIDATE: {told}. I would cut that to two hours.")
    pieces, vectors = passages(transcript, engine.encoder)
    assert [piece.text for piece in pieces] == ["I would cut that to two hours."]
    assert len(vectors) == 1


def test_taking_up_a_figure_in_own_words_is_no_echo(engine: Engine) -> None:
    transcript = parse("INTERVIEWER: Six percent of replies are wrong.\n\nCANDIDATE: If six percent are wrong today, my limit is two.")
    pieces, _ = passages(transcript, engine.encoder)
    assert pieces


def test_speech_without_full_stops_is_cut_where_it_is_joined(engine: Engine) -> None:
    pieces, _ = passages(parse(f"CANDIDATE: {SPEECH}"), engine.encoder)
    singles = {(piece.start, piece.end) for piece in pieces}
    assert len({start for start, _ in singles}) >= 3
    for piece in pieces:
        assert piece.turn.text[piece.start : piece.end] in SPEECH
        assert "um" not in piece.text.split() and "uh" not in piece.text.split()


def test_filler_between_sentences_does_not_tear_a_passage(engine: Engine) -> None:
    text = "We cite the article. Let me think about that. A senior reads each draft above 75 euros."
    pieces, _ = passages(parse(text), engine.encoder, lambda texts, _: np.array(["Let me" not in t for t in texts]))
    assert [piece.text for piece in pieces if piece.start == 0] == [
        "We cite the article.",
        "We cite the article. A senior reads each draft above 75 euros.",
    ]
    assert text in [piece.turn.text[piece.start : piece.end] for piece in pieces]


def test_a_passage_knows_what_it_answers_and_what_comes_next(engine: Engine) -> None:
    transcript = parse(
        "INTERVIEWER: I see. What if it is wrong?\n\nCANDIDATE: You phone them. Some would not.\n\nCANDIDATE: And that is it."
    )
    pieces, _ = passages(transcript, engine.encoder)
    first = pieces[0]
    assert (first.text, first.question, first.after) == ("You phone them.", "What if it is wrong?", "Some would not.")
    assert first.read == in_context("You phone them.", "What if it is wrong?", "Some would not.")
    assert pieces[-1].question == ""
