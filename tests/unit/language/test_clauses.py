from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.language.clauses import asked_kinds, clauses, kind_agreement, pieces, without_quotes


def acts(text: str) -> list[tuple[str, str]]:
    return [(clause.text, clause.act) for clause in clauses(text)]


def test_two_questions_in_one_breath() -> None:
    assert acts("How many tickets do you get a day, and how long does an agent spend on each?") == [
        ("How many tickets do you get a day", "question"),
        ("how long does an agent spend on each?", "question"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "My target would be to cut handling time by half.",
        "What matters most is speed, so I'd measure it.",
        "Let me think about the risk, and then how we measure it.",
        "I would compare the assistant with plain templates as a baseline.",
        "Okay. I'll assume 5 percent.",
        "Great, thanks.",
    ],
)
def test_a_statement_asks_nothing(text: str) -> None:
    assert not any(clause.asks for clause in clauses(text))


@pytest.mark.parametrize(
    "text",
    [
        "I'd like to understand the load",
        "so who is gonna be using this thing day to day is it the agents",
        "whats the error rate today",
        "Team size?",
        "daily volume",
        "I assume the agents are the users. Is that right?",
        "Walk me through a ticket.",
    ],
)
def test_questions_come_in_many_forms(text: str) -> None:
    assert any(clause.asks for clause in clauses(text))


def test_a_question_before_another_needs_no_auxiliary() -> None:
    asked = acts("Which laws apply to this, in the EU and in New York, and who owns the outcome?")
    assert [act for _, act in asked] == ["question", "question"]


def test_what_follows_a_request_is_asked_too() -> None:
    assert [act for _, act in acts("I'd like to know who the users are, and what they do by hand.")] == ["request", "request"]


@pytest.mark.parametrize(
    "text",
    [
        'Customers write things like "Where is my order?" and "How much do I get back?", so I would sort them first.',
        "A nurse would ask “what did he take this morning?” and the model must find it.",
    ],
)
def test_a_quoted_question_is_not_asked(text: str) -> None:
    assert not any(clause.act in ("question", "request") for clause in clauses(text))
    assert "order" not in without_quotes(text)
    assert len(without_quotes(text)) == len(text)


def test_a_turn_that_is_all_quote_is_asked() -> None:
    assert acts('"How many tickets do you get?"') == [('"How many tickets do you get?"', "question")]


def test_a_statement_may_hint_at_a_question() -> None:
    assert acts("The number that drives this is the load in your worst week.")[0][1] == "hint"
    assert acts("I would use a small model.")[0][1] == "statement"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("the money, the dates and who decides", ["the money", "the dates", "who decides"]),
        ("How many invoices do you get, and from how many suppliers?", ["How many invoices do you get", "from how many suppliers?"]),
        ("How long does it take?", []),
    ],
)
def test_a_list_has_pieces(text: str, parts: list[str]) -> None:
    assert pieces(text) == parts


def test_an_assumption_is_noticed() -> None:
    assert [clause.assumes for clause in clauses("I'll assume 5 percent. Go on.")] == [True, False]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("how many agents", "count"), ("how long does it take", "duration"), ("who owns it", "person"), ("why did it fail", "reason"),
     ("what share of them", "share"), ("what does it cost", "money"), ("how often", "frequency")],
)  # fmt: skip
def test_the_kind_of_answer_is_read_from_the_words(text: str, kind: str) -> None:
    assert kind in asked_kinds(text)


def test_kinds_agree_clash_or_say_nothing() -> None:
    assert kind_agreement(frozenset({"count"}), ("count",)) == 1
    assert kind_agreement(frozenset({"person"}), ("money",)) == -1
    assert kind_agreement(frozenset(), ("money",)) == 0


@given(st.text(max_size=300))
def test_any_text_is_cut_into_clauses_verbatim(text: str) -> None:
    for clause in clauses(text):
        assert text[clause.span.start : clause.span.end] == clause.text
