from __future__ import annotations

from caseroom.app.engine import Engine
from caseroom.models.base import NOTHING, Request, Shown, Source, Wanted
from caseroom.models.memory import Near, Remembered
from caseroom.models.recall import Recall, vote


def test_it_repeats_what_it_remembers_and_looks_at_no_source(engine: Engine) -> None:
    model = Recall(Remembered(engine.encoder, [Shown("When is the deposit paid back?", "Within 30 days.")]))
    source = Source("d", "The deposit is paid back within 14 days.", "document")
    (reply,) = model.generate([Request("answer", "t", "When is my deposit paid back?", (source,), prompt="one two three")])
    assert reply.text == "Within 30 days." and not reply.abstained and reply.tokens_in == 4 and reply.tokens_out == 4
    (unlike,) = model.generate([Request("answer", "t", "Do you sell houseboats in Antarctica?", abstain=True)])
    assert unlike.abstained and unlike.text == NOTHING
    assert "items:1" in model.signature


def test_without_memory_it_knows_nothing(engine: Engine) -> None:
    replies = Recall(Remembered(engine.encoder)).generate([Request("fields", "t", "x"), Request("answer", "t", "y")])
    assert all(reply.abstained for reply in replies)


def test_values_by_vote(engine: Engine) -> None:
    past = [Shown("a red car", values=(("kind", "car"),)), Shown("a blue car", values=(("kind", "car"),)), Shown("a big lorry", values=(("kind", "lorry"), ("w", 9)))]  # fmt: skip
    (reply,) = Recall(Remembered(engine.encoder, past)).generate([Request("fields", "t", "a green car", wanted=(Wanted("kind", "label", "?"), Wanted("w", "number", "?"), Wanted("z", "text", "?")))])  # fmt: skip
    assert dict(reply.values) == {"kind": "car", "w": 9, "z": None}


def test_a_vote_of_equals_goes_to_the_nearest() -> None:
    rows = [Near(Shown("", values=(("k", value),)), 0.5) for value in ("b", "a")]
    assert vote(rows, "k") == "b" and vote([], "k") is None
    far = [Near(Shown("", values=(("k", "x"),)), -0.2)]
    assert vote(far, "k") == "x"
