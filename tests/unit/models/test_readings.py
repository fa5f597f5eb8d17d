from __future__ import annotations

import pytest

from caseroom.app.engine import Engine
from caseroom.models.base import Reply, Request, Shown, Source, Value, Wanted
from caseroom.models.extractive import Extractive
from caseroom.models.memory import Remembered
from caseroom.models.readings import first_date


def reply(engine: Engine, text: str, *wanted: Wanted, documents: str = "", known: tuple[tuple[str, Value], ...] = (), abstain: bool = False) -> Reply:  # fmt: skip
    sources = [Source("input", text, "input")] + ([Source("d", documents, "document")] if documents else [])
    model = Extractive(engine.encoder, engine.entailment, Remembered(engine.encoder))
    return model.generate([Request("fields", "Read.", text, tuple(sources), wanted, known=known, grounded=True, abstain=abstain)])[0]


KIND = Wanted(
    "kind", "label", "Which vehicle?", values=(("car", "a passenger car with four seats"), ("lorry", "a heavy truck that carries goods"))
)
PERMIT = Wanted("permit", "flag", "The driver holds a valid transit permit.")
WEIGHT = Wanted("weight", "number", "How many tonnes does the vehicle weigh?")


def test_a_form_is_read(engine: Engine) -> None:
    text = "A heavy truck carrying goods arrived at 9. It weighs 12.5 tonnes. The driver holds a valid transit permit."
    read = reply(engine, text, KIND, PERMIT, WEIGHT)
    assert dict(read.values) == {"kind": "lorry", "permit": "yes", "weight": 12.5}
    assert read.quotes["weight"] == "It weighs 12.5 tonnes."


def test_a_denial_is_a_no_and_silence_is_unknown(engine: Engine) -> None:
    assert reply(engine, "A car came. The driver does not hold a transit permit.", PERMIT).values["permit"] == "no"
    assert reply(engine, "The weather was fine and the road was dry.", PERMIT).values["permit"] is None


def test_a_value_of_the_documents_may_name_what_was_read_before(engine: Engine) -> None:
    pages = "The toll rate for a lorry in Kent is 1.5 euros. The toll rate for a car in Kent is 0.25 euros."
    rate = Wanted("rate", "money", "What is the toll rate for a {kind} in {place}?", where="documents")
    read = reply(engine, "A heavy truck that carries goods came.", KIND, rate, documents=pages, known=(("place", "Kent"),))
    assert dict(read.values) == {"kind": "lorry", "rate": 1.5}


def test_it_abstains_if_told_and_nothing_was_read(engine: Engine) -> None:
    assert reply(engine, "Fine weather.", PERMIT, WEIGHT, abstain=True).abstained
    assert not reply(engine, "Fine weather.", PERMIT, WEIGHT).abstained
    assert dict(reply(engine, "", PERMIT, WEIGHT).values) == {"permit": None, "weight": None}


def test_an_example_has_a_vote_on_a_label(engine: Engine) -> None:
    model = Extractive(engine.encoder, engine.entailment, Remembered(engine.encoder))
    text = "Something on wheels came."
    shown = tuple(Shown(text, values=(("kind", kind),)) for kind in ("lorry", "lorry"))
    (read,) = model.generate([Request("fields", "t", text, (Source("input", text, "input"),), (KIND,), examples=shown)])
    (none,) = model.generate([Request("fields", "t", text, (Source("input", text, "input"),), (KIND,))])
    assert read.values["kind"] == "lorry" and none.values["kind"] in ("car", "lorry")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("on 2026-03-04.", "2026-03-04"),
        ("on 4 March 2026", "2026-03-04"),
        ("March 4th, 2026", "2026-03-04"),
        ("4.3.2026", "2026-03-04"),
        ("until 05/2026", "2026-05-31"),
        ("February 2026", "2026-02-28"),
        ("31.2.2026 or 1.3.2026", "2026-03-01"),
        ("in 2026", None),
        ("99/2026", None),
        ("", None),
    ],
)
def test_dates(text: str, date: str | None) -> None:
    assert first_date(text) == date
