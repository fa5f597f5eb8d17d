from __future__ import annotations

from dataclasses import replace

import pytest

from caseroom.app.engine import Engine
from caseroom.app.grading import grade_transcript
from caseroom.cases.model import Case
from caseroom.events import Hearing
from caseroom.grading import delivery as measures
from caseroom.grading.delivery import Measure, delivery, is_timed
from caseroom.grading.evidence import passages
from caseroom.grading.pages import shown_delivery, to_html, to_markdown
from caseroom.grading.transcript import Said, Transcript
from caseroom.language.encoder import Encoder


def spoken(
    number: int,
    text: str,
    *,
    each: float = 0.4,
    gaps: dict[str, float] | None = None,
    garbled: str = "",
    waited: float | None = None,
    fillers: bool = False,
) -> Said:
    """A spoken turn; `gaps` holds a silence before a word, `garbled` a passage that was not heard well."""
    rows, at, place = [], 0.0, 0
    for word in text.split():
        at += (gaps or {}).get(word, 0.0)
        start = text.index(word, place)
        place = start + len(word)
        rows.append((start, place, round(at * 100), round((at + each * 0.9) * 100)))
        at += each
    span = ((text.index(garbled), text.index(garbled) + len(garbled)),) if garbled else ()
    return Said(number, "candidate", text, 0.0, heard=Hearing("recogniser:test", tuple(rows), span, waited, fillers))


def asks(number: int, text: str) -> Said:
    return Said(number, "interviewer", text, 0.0)


@pytest.fixture(scope="module")
def encoder(engine: Engine) -> Encoder:
    return engine.encoder


def by_id(transcript: Transcript, encoder: Encoder) -> dict[str, Measure]:
    return {one.id: one for one in delivery(transcript, encoder)}


LONG = " ".join(f"word{n}" for n in range(60))


def test_pace_counts_speaking_time_and_not_pauses(encoder: Encoder) -> None:
    plain = by_id(Transcript((spoken(1, LONG),)), encoder)["pace"]
    paused = by_id(Transcript((spoken(1, LONG, gaps={"word30": 20.0}),)), encoder)["pace"]
    assert plain.value == pytest.approx(150, abs=2)
    assert paused.value == pytest.approx(plain.value or 0, abs=2)
    assert plain.places[0].turn == 1


def test_pauses_are_counted_with_the_words_around_them(encoder: Encoder) -> None:
    turn = spoken(3, LONG, gaps={"word10": 2.0, "word20": 4.5, "word40": 0.9}, waited=2.5)
    found = by_id(Transcript((turn,)), encoder)
    assert found["pauses"].value == 2
    assert found["longest_pause"].value == pytest.approx(4.5, abs=0.1)
    place = found["longest_pause"].places[0]
    assert turn.text[place.start : place.end] == "word19 word20"
    assert found["before"].value == 2.5
    assert found["monologue"].value == pytest.approx(60 * 0.4 + 7.4, abs=0.2)


def test_typed_turns_get_what_needs_no_times_and_the_reason_for_the_rest(encoder: Encoder) -> None:
    text = "First, I would look at the users. Maybe a template is enough, it depends on the agents. " * 4
    found = by_id(Transcript((Said(1, "candidate", text),)), encoder)
    assert found["pace"].value is None
    assert found["pace"].words == measures.TYPED
    assert found["hedges"].value == 8
    assert found["signposts"].value == 4
    assert text[found["hedges"].places[0].start : found["hedges"].places[0].end] == "Maybe"


def test_fillers_only_where_the_recogniser_keeps_them(encoder: Encoder) -> None:
    text = "um we would uh measure the first reply and " + LONG
    kept = by_id(Transcript((spoken(1, text, fillers=True),)), encoder)["fillers"]
    dropped = by_id(Transcript((spoken(1, text),)), encoder)["fillers"]
    assert kept.value == 2
    assert dropped.value is None
    assert dropped.words == measures.DROPPED


def test_nothing_is_measured_from_what_was_not_heard(encoder: Encoder) -> None:
    text = "maybe the noise ate this " + LONG
    some = by_id(Transcript((spoken(1, text, garbled="maybe the noise ate this", gaps={"noise": 3.0}),)), encoder)
    assert some["hedges"].value == 0
    assert some["pauses"].value == 0
    most = delivery(Transcript((spoken(1, text, garbled=text[: len(text) // 2]),)), encoder)
    assert {one.value for one in most} == {None}
    assert {one.words for one in most} == {measures.GARBLED}


def test_answer_first_tells_who_comes_to_it_late(encoder: Encoder) -> None:
    question = "How would you measure whether the drafts are any good?"
    first = Said(2, "candidate", "I would measure the share of drafts that agents send unchanged. We also have an office in Utrecht.")
    late = Said(
        4, "candidate", "We have an office in Utrecht with a nice view. I would measure the drafts by the share that agents send unchanged."
    )
    back = Said(6, "candidate", "Which drafts do you mean? I would like to see a few of them before I say more.")
    found = by_id(Transcript((asks(1, question), first, asks(3, question), late, asks(5, question), back)), encoder)["answer_first"]
    assert found.value == 1
    assert found.words.startswith("1 of 2")
    assert [(place.turn, place.start) for place in found.places] == [(4, 0)]


def test_a_recogniser_without_times_gives_a_reason(encoder: Encoder) -> None:
    turn = Said(1, "candidate", LONG, heard=Hearing("recogniser:test"))
    found = by_id(Transcript((turn,)), encoder)
    assert found["pace"].words == measures.NO_TIMES
    assert not is_timed(tuple(found.values()))


def test_a_window_that_touches_a_garbled_passage_is_no_evidence(encoder: Encoder) -> None:
    text = "The first reply takes nine hours today. Wrong replies cost money we honour. The desk has forty agents in two shifts."
    bad = "replies cost money"
    clear, _ = passages(Transcript((Said(1, "candidate", text),)), encoder)
    kept, _ = passages(Transcript((spoken(1, text, garbled=bad),)), encoder)
    start, end = text.index(bad), text.index(bad) + len(bad)
    assert any(one.start < end and start < one.end for one in clear)
    assert kept
    assert not any(one.start < end and start < one.end for one in kept)
    assert not any(bad in " ".join((one.text, one.around, one.after, one.wide)) for one in kept)


def test_a_garbled_point_earns_nothing_and_a_clear_one_does(engine: Engine, support: Case) -> None:
    said = "What does success mean for you, is it speed, accuracy or cost? Our goal is a median first reply below 4 hours within six months, from 9 hours today."
    clear = grade_transcript(engine, support, Transcript((spoken(1, said),)))
    bad = grade_transcript(engine, support, Transcript((spoken(1, said, garbled=said),)))
    made = {point.id for step in clear.steps for point in step.points if point.verdict in ("covered", "partial")}
    still = {
        point.id
        for step in bad.steps
        for point in step.points
        if point.verdict in ("covered", "partial") and point.evidence and point.quote
    }
    assert made - set(still)
    typed = grade_transcript(engine, support, Transcript((Said(1, "candidate", said),)))
    assert [step.points for step in typed.steps] == [step.points for step in clear.steps]  # being heard changes no verdict


def test_the_scorecard_shows_delivery_only_where_something_was_spoken(engine: Engine, support: Case) -> None:
    talk = spoken(2, "I would begin with the agents, since they answer the tickets. " * 6, gaps={}, waited=1.2)
    card = grade_transcript(engine, support, Transcript((asks(1, "Where would you begin?"), talk)))
    assert shown_delivery(card)
    assert "## Delivery" in to_markdown(card)
    assert "Delivery <small>" in to_html(card)
    assert card.to_dict()["delivery"][0]["measure"]["id"] == "pace"
    typed = grade_transcript(engine, support, Transcript((asks(1, "Where would you begin?"), replace(talk, heard=None))))
    assert not shown_delivery(typed)
    assert "Delivery" not in to_html(typed)
