from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseroom.pipeline.privacy import find, mask, mask_part, own_names, personal, restored


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Write to ann.lee+x@mail.example.com now", ["email"]),
        ("My account is NL91 ABNA 0417 1643 00.", ["account"]),
        ("account NL91 ABNA 0417 1643 01 no account", ["phone"]),
        ("card 4111 1111 1111 1111", ["card"]),
        ("card 4111 1111 1111 1112", []),
        ("card 4111 1111 1111 1111 12/27 123", ["card"]),
        ("12 4111-1111-1111-1111 and 4111111111111111", ["card", "card"]),
        ("06 1234 5678 4111 1111 1111 1111 06 1234 5678", ["phone", "card", "phone"]),
        ("06 1234 5678 06 2345 6789", ["phone", "phone"]),
        ("order 1234567890123", []),
        ("my number is 078-05-1120", ["national"]),
        ("call 06 1234 5678 or +31612345678", ["phone", "phone"]),
        ("(020) 555 01 99", ["phone"]),
        ("06 12 34 56 78, 06.12.34.56.78", ["phone", "phone"]),
        ("on 2026-03-04 and 04.03.2026, 2026-03-04 10:30, 12.03.26 10 h, 4/3/2026", []),
        ("1,500.00 euros, 12 x 14, 2 @ 19.00", []),
        ("ann at example dot com, ann [at] example [dot] org, ann @ example.com", ["email", "email", "email"]),
        ("look at example.com, and meet at the dot", []),
        ("+31 6 1234 5678, (415) 555-2671, 030/901820, 07700 900123, 415–555–2671", ["phone"] * 5),
        ("4111.1111.1111.1111 4111–1111–1111–1111", ["card", "card"]),
        ("gb29nwbk60161331926819 ES91-2100-0418-4502-0005-1332", ["account", "account"]),
        ("", []),
    ],
)
def test_what_is_private(text: str, kinds: list[str]) -> None:
    assert [piece.kind for piece in find(text)] == kinds


def test_what_is_known_of_the_person_is_private_too() -> None:
    fields = {"customer_name": "Ann Lee", "order": "A-1", "email": "a@b.example", "birth": None, "patient": "Al"}
    assert personal(fields) == ["a@b.example", "Ann Lee"]
    assert [piece.text for piece in find("Ann Lee, Annabel, order A-1", fields)] == ["Ann Lee"]


def test_the_same_thing_has_the_same_stand_in_and_comes_back() -> None:
    known: dict[str, str] = {}
    first = mask("a@b.example and c@d.example, a@b.example", {}, known)
    second = mask("c@d.example again", {}, known)
    assert first == "[EMAIL 1] and [EMAIL 2], [EMAIL 1]" and second == "[EMAIL 2] again"
    assert restored(first, known.items()) == "a@b.example and c@d.example, a@b.example"


def test_names_are_hidden_whole_and_in_parts_and_half_of_a_thing_is_hidden_too() -> None:
    assert own_names("My name is Ann Lee-Wood. I'm called Ann; this is RAG.") == ["Ann Lee-Wood", "Ann"]
    assert [piece.text for piece in find("ANN said, Lee too, Annabel not", names=["Ann Lee"])] == ["ANN", "Lee"]
    text = "write to ann.lee@example.com now"
    assert mask_part(text, text.index("lee"), text.index(".com"), (), {}) == "[EMAIL 1]"


PIECES = st.sampled_from(["a@b.example", "06 1234 5678", "4111 1111 1111 1111", "Ann Lee", "NL91ABNA0417164300", "🙂", "deposit", "14 days", "\n", "مرحبا", "[EMAIL", "x"])  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=8), max_size=14).map(" ".join))
def test_masking_hides_all_and_restores_all(text: str) -> None:
    fields, known = {"name": "Ann Lee"}, dict[str, str]()
    masked = mask(text, fields, known)
    assert restored(masked, known.items()) == text
    assert all(original not in masked for original in known)
    pieces = find(text, fields)
    assert all(a.end <= b.start for a, b in itertools.pairwise(pieces)) and all(text[p.start : p.end] == p.text for p in pieces)
