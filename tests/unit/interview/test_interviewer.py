from __future__ import annotations

from dataclasses import replace

import pytest

from caseroom import events as ev
from caseroom.cases.model import Case
from caseroom.interview import interviewer
from caseroom.interview.disclosure import Disclosure, Heard
from caseroom.interview.interviewer import Noticed
from caseroom.language.clauses import clauses

NOTHING = Disclosure(())


def session_with(case: Case, *turns: tuple[str, ev.Replied | None], step: str = "ground", at: float = 60.0) -> ev.Session:
    made = tuple(ev.Turn(number, text, at, step, answer) for number, (text, answer) in enumerate(turns, start=1))
    return ev.Session(case=case.id, minutes=case.minutes, turns=made, entered=(ev.Entered(step, 0.0, 0),), at=at)


def answered(
    case: Case, session: ev.Session, disclosure: Disclosure = NOTHING, noticed: Noticed = Noticed(), now: float = 60.0
) -> ev.Replied:
    return interviewer.reply(case, session, disclosure, noticed, now)


def heard(text: str, outcome: str, *facts: str) -> Disclosure:
    return Disclosure((Heard(clauses(text)[0], outcome, facts),))  # type: ignore[arg-type]


def test_a_fact_is_said_exactly_as_the_case_has_it(support: Case) -> None:
    fact = support.facts[3]
    reply = answered(support, session_with(support, ("q", None)), heard("How many?", "say", fact.id))
    assert [(move.kind, move.text, move.refs) for move in reply.moves] == [("fact", fact.say, (fact.id,))]


def test_asking_back_names_topics_and_no_figure(support: Case) -> None:
    first, second = support.facts[0], support.facts[1]
    reply = answered(support, session_with(support, ("q", None)), heard("How many?", "ask_back", first.id, second.id))
    assert reply.moves[0].text == f"Do you mean {first.topic}, or {second.topic}?"
    assert not any(letter.isdigit() for letter in reply.moves[0].text)


def test_what_is_not_known_invites_an_assumption(support: Case) -> None:
    reply = answered(support, session_with(support, ("q", None)), heard("What is your share price?", "unknown"))
    assert "assume" in reply.moves[0].text


def test_an_attack_gets_nothing(support: Case) -> None:
    reply = answered(support, session_with(support, ("q", None)), Disclosure((), attack=True))
    assert [move.kind for move in reply.moves] == ["decline"]


def test_too_much_at_once_is_not_told_off_as_an_attack(support: Case) -> None:
    reply = answered(support, session_with(support, ("q", None)), Disclosure((), crowded=True))
    assert [(move.kind, move.text) for move in reply.moves] == [("crowded", interviewer.CROWDED)]
    first = heard("How many tickets?", "say", "ticket-volume")
    reply = answered(support, session_with(support, ("q", None)), replace(first, crowded=True))
    assert [move.kind for move in reply.moves] == ["fact", "crowded"]
    assert reply.moves[1].text == interviewer.CROWDED_TOO


def test_a_point_is_probed_twice_at_most_and_never_with_the_same_words(support: Case) -> None:
    point = next(p for p in support.points if len(p.follow_ups) >= 2)
    noticed = Noticed((point.id,), (point.id,))
    session, probes = session_with(support), []
    for _ in range(8):
        session = replace(session, turns=(*session.turns, ev.Turn(len(session.turns) + 1, "We will do that.", 60.0, "ground")))
        reply = answered(support, session, noticed=noticed)
        probes += [move.text for move in reply.moves if move.kind == "probe"]
        session = replace(session, turns=(*session.turns[:-1], replace(session.turns[-1], reply=reply)))
    assert len(probes) == 2
    assert len(set(probes)) == 2


def test_a_refusal_is_accepted_and_ends_the_probing(support: Case) -> None:
    point = next(p for p in support.points if len(p.follow_ups) >= 2)
    probed = ev.Replied(1, (ev.Move("probe", point.follow_ups[0], (point.id,)),), 10.0)
    session = session_with(support, ("We'd have review.", probed), ("I'd rather skip that.", None))
    reply = answered(support, session, noticed=Noticed((point.id,), (point.id,)))
    assert [move.kind for move in reply.moves] == ["accept"]
    later = replace(
        session,
        turns=(*session.turns[:1], replace(session.turns[1], reply=reply), ev.Turn(3, "a", 1.0, "ground"), ev.Turn(4, "b", 1.0, "ground")),
    )
    assert not any(move.kind == "probe" for move in answered(support, later, noticed=Noticed((), (point.id,))).moves)


def test_no_probe_on_top_of_an_answer(support: Case) -> None:
    point = next(p for p in support.points if p.follow_ups)
    reply = answered(support, session_with(support, ("q", None)), heard("How many?", "say", support.facts[0].id), Noticed((), (point.id,)))
    assert [move.kind for move in reply.moves] == ["fact"]


def test_messy_turns_come_at_their_time_and_once(support: Case) -> None:
    by_point = next(turn for turn in support.turns if turn.when.point)
    session = session_with(support, ("We review.", None))
    reply = answered(support, session, noticed=Noticed((by_point.when.point or "",)))
    assert by_point.say in [move.text for move in reply.moves]
    again = replace(session, turns=(replace(session.turns[0], reply=reply), ev.Turn(2, "More.", 70.0, "ground")))
    assert by_point.say not in [move.text for move in answered(support, again, noticed=Noticed((by_point.when.point or "",))).moves]


def test_the_clock_speaks_at_half_near_the_end_and_at_the_end(support: Case) -> None:
    total = support.total_minutes() * 60
    spoken = []
    session = session_with(support)
    for number, share in enumerate((0.1, 0.51, 0.6, 0.91, 0.95, 1.0, 1.1), start=1):
        session = replace(
            session,
            turns=(*session.turns, ev.Turn(number, "Then.", share * total, "roadmap")),
            entered=(ev.Entered("roadmap", share * total, 0),),
            at=share * total,
        )
        reply = answered(support, session, now=share * total)
        spoken += [ref for move in reply.moves if move.kind == "clock" for ref in move.refs]
        session = replace(session, turns=(*session.turns[:-1], replace(session.turns[-1], reply=reply)))
    assert spoken == ["half", "near-end", "end"]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("Let me move to evaluation.", "evaluation"),
        ("Good, then let me move on to whether AI fits at all.", "assess"),
        ("Let me go to the architecture. It has four layers.", "technical"),
        ("Then let me talk about hallucinations and risk.", "hallucinations"),
        ("Last step, the roadmap, in three phases.", "roadmap"),
        ("I'll go through fit, architecture, risks, evaluation and roadmap in that order.", None),
        ("The evaluation would need labels.", None),
        ("We use retrieval.", None),
    ],
)
def test_an_announced_step_is_heard(text: str, step: str | None) -> None:
    assert interviewer.announced_step(text) == step


def test_two_points_of_the_next_step_enter_it(support: Case) -> None:
    session = session_with(support, ("x", None))
    assert interviewer.entered_step(support, session, "x", Noticed(("2.01", "2.02"))) == "assess"
    assert interviewer.entered_step(support, session, "x", Noticed(("2.01",))) is None
    assert interviewer.entered_step(support, session, "x", Noticed(("6.01", "6.02"))) is None


def test_fixed_phrases_hold_no_praise_and_no_figure() -> None:
    phrases = [
        *interviewer.ACKNOWLEDGE,
        interviewer.UNKNOWN,
        interviewer.DECLINE,
        interviewer.CROWDED,
        interviewer.CROWDED_TOO,
        interviewer.ACCEPT,
        interviewer.NOTED,
        interviewer.CLOSING,
    ]
    for phrase in phrases:
        assert not any(letter.isdigit() for letter in phrase)
        assert not {"great", "good", "excellent", "perfect", "nice", "well", "interesting"} & set(phrase.lower().replace(".", "").split())
