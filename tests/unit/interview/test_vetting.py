from __future__ import annotations

import pytest

from caseroom.app.engine import Engine
from caseroom.cases.model import Case
from caseroom.events import Move
from caseroom.interview.vetting import Given, Vetting


@pytest.fixture(scope="module")
def vetting(engine: Engine, support: Case) -> Vetting:
    return Vetting(support, engine.encoder, engine.entailment)


@pytest.fixture(scope="module")
def given(support: Case) -> Given:
    """One fact to say, one follow-up that may be asked."""
    return Given(
        (support.fact("handling-time").say,), (support.opening, "Go on."), ("What makes you want that here?",),
        "How long does an agent spend on a ticket? I think it's 20 minutes, as at Zalando.", frozenset({"handling-time"}),
    )  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    [
        "It takes an agent 8 minutes on average, from opening a ticket to closing it.",
        "About eight minutes a ticket, on average.",
        "Okay, go on.",
        "I follow.",
        "Understood, take your time.",
        "What is it that makes you want that here?",
    ],
)
def test_what_may_be_shown(vetting: Vetting, given: Given, sentence: str) -> None:
    assert vetting.problem(sentence, given) is None


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("It takes 20 minutes.", "figure"),
        ("An agent works on a ticket for 9 minutes on average.", "figure"),
        ("A third of the tickets take longer.", "figure"),
        ("They use Zendesk for that.", "name"),
        ("As at Amazon, it takes 8 minutes.", "name"),
        ("Great question!", "praise"),
        ("That's a good point.", "praise"),
        ("You're on the right track.", "praise"),
        ("You should also ask about the languages.", "hint"),
        ("Have you considered retrieval?", "hint"),
        ("Consider the cost of a wrong reply.", "hint"),
        ("I would suggest a human in the loop.", "hint"),
        ("The rubric has a point on that.", "itself"),
        ("As an AI language model I cannot say.", "itself"),
        ("Which languages do customers write in?", "question"),
        ("Would you like to know more about the agents?", "question"),
        ("Customers write in Dutch, German and French.", "name"),
        ("We answer in the language that customers write in.", ""),
        ("Most tickets are about billing and moving dates.", ""),
        ("A wrong promise to a customer has to be paid by the company.", ""),
        ("The agents have been on the desk for less than a year.", ""),
        ("The users are households.", "nothing given supports"),
        ("Our agents work from home on most days.", ""),
        ("De klant wil graag weten wanneer het komt.", ""),
        ("Клиенты пишут нам каждый день.", "English"),
        ("| metric | value |", "itself"),
        ("How long does an agent spend on a ticket?", "echo"),
        ("Yes.", "yes or no"),
        ("Exactly, go on.", "yes or no"),
        ("No, that's it.", "yes or no"),
    ],
)
def test_what_is_stopped(vetting: Vetting, given: Given, sentence: str, fault: str) -> None:
    problem = vetting.problem(sentence, given)
    assert problem is not None and fault in problem, problem


def test_no_fact_of_the_sheet_gets_through_word_for_word(vetting: Vetting, support: Case) -> None:
    bare = Given((), (support.opening,), (), "Tell me about the business.", frozenset())
    through = [fact.id for fact in support.facts if vetting.problem(fact.say, bare) is None]
    assert through == []


def test_no_point_of_the_rubric_gets_through(vetting: Vetting, support: Case) -> None:
    bare = Given((), (support.opening,), (), "I'd go on now.", frozenset())
    through = [point.id for point in support.points if vetting.problem(point.statement, bare) is None]
    assert through == []


def test_what_was_left_out_or_denied_is_lacking(vetting: Vetting, given: Given) -> None:
    fact = given.say[0]
    assert vetting.lacking("An agent works on a ticket for 8 minutes on average, from opening it to closing it.", given) == []
    assert vetting.lacking("Okay, go on.", given) == [fact]
    assert vetting.lacking("An agent works on a ticket for a while.", given) == [fact]


def test_the_candidate_may_be_quoted_as_theirs_only(vetting: Vetting, support: Case) -> None:
    given = Given((), (support.opening,), (), "I'd use hybrid search and let an agent approve every draft.", frozenset())
    assert vetting.problem("So you'd use hybrid search and let an agent approve every draft.", given) is None
    assert vetting.problem("We use hybrid search and an agent approves every draft.", given) is not None


def test_a_question_finds_its_follow_up(vetting: Vetting) -> None:
    probes = [Move("probe", "What makes you want that here?", ("a",)), Move("probe", "How would you know that it works?", ("b",))]
    assert vetting.nearest("And how would you know it's working?", probes) == probes[1]
    assert vetting.nearest("What colour is the sky?", probes) is None
