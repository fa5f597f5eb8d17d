"""A provider as verifier: asked about each output, priced, remembered; one that is down or never agrees lets nothing through."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.faulty_server import FaultyServer
from tests.provider_dialects import Body, text_of

from caseroom.app import largemodels
from caseroom.app.interviews import Room
from caseroom.app.runs import Replies, Windows
from caseroom.errors import ModelError, NotAgreed
from caseroom.lab.keys import work_key
from caseroom.lab.study import Lab, Study, Unanswered
from caseroom.models.breaker import Breaker
from caseroom.models.patience import Patience
from caseroom.pipeline.run import Pipeline
from caseroom.pipeline.state import Item, State
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.check import remarks
from caseroom.proposal.file import from_data, is_words, read_proposal, to_data, to_yaml
from caseroom.proposal.model import Hallucinations, Ingest, Proposal, Retrieve, Technical
from caseroom.store.calls import CallStore
from caseroom.store.remembered import Remembered

DESIGN = Proposal(
    technical=Technical(exact="code", ingest=Ingest(current_only=True), retrieve=Retrieve("hybrid", 4), failure="person"),
    hallucinations=Hallucinations(checks=("verifier",), verifier="judge", mask=True),
)
ITEMS = [
    Item("1", "When do I get my deposit back after the pick-up? Write to m.stone@mail.example."),
    Item("2", "How soon does an engineer come for a repair?"),
]


def says(answers: str | None, supported: str | None, why: str | None = None) -> Callable[[Body], str]:
    """A verifier that always says the same."""
    return lambda _: json.dumps({"answers": answers, "supported": supported, "why": why})


@pytest.fixture
def judged(room: Room, desk: Workshop, faulty_server: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """The rental desk, with the faulty server as the provider judge; one try each, and a failure in a row stops nothing."""
    monkeypatch.setattr(largemodels, "_LAB", Patience(tries=1))
    monkeypatch.setattr(largemodels, "Breaker", lambda: Breaker(fails=1000))
    faulty_server.reply = says("yes", "yes")
    settle(room, faulty_server.url)
    yield Workshop(desk.data, desk.encoder, desk.entailment, desk.reader, remote=lambda name: largemodels.generator(room, name, "r1"))
    for cached in (largemodels._asked, largemodels._breaker, largemodels._limiter, largemodels._under_way):
        cached.cache_clear()


def settle(room: Room, url: str) -> None:
    """The settings of the provider judge."""
    (room.settings.home / "models.yaml").write_text(
        f'models: {{judge: {{kind: openai-compatible, model: faulty, base_url: "{url}", at_once: 1, seconds: 3, stall: 1, a_minute: 100000, '
        "price: {in: 10, out: 20}}}\ncurrency: EUR\n",
        encoding="utf-8",
    )


def through(workshop: Workshop, proposal: Proposal = DESIGN) -> list[State]:
    """The items through the design."""
    return Pipeline(proposal, workshop).run(ITEMS)


def test_one_that_agrees_lets_outputs_leave_and_is_counted_and_priced(judged: Workshop, room: Room, faulty_server: FaultyServer) -> None:
    states = through(judged)
    assert [state.route for state in states] == ["send", "send"] and not any(state.findings for state in states)
    calls = CallStore(room.store.database).calls("run:r1")
    assert len(calls) == len(faulty_server.requests) == 2 and all(call.purpose == "lab" and call.name == "judge" for call in calls)
    traces = [next(entry for entry in state.trace if entry.stage == "validate") for state in states]
    assert all(entry.tokens > 0 and entry.cost > 0 and entry.signature.startswith("api:1|") for entry in traces)
    assert sum(entry.cost for entry in traces) == pytest.approx(sum(call.cost or 0 for call in calls))


def test_what_is_sent_is_the_input_the_sources_and_the_output_masked_where_the_design_masks(
    judged: Workshop, faulty_server: FaultyServer
) -> None:
    states = through(judged)
    sent = text_of(faulty_server.requests[0].body)
    assert states[0].output and "14 days" in states[0].output.text and "14 days" in sent and "When do I get my deposit back" in sent
    assert "m.stone@mail.example" not in sent and "[EMAIL 1]" in sent
    through(judged, replace(DESIGN, hallucinations=replace(DESIGN.hallucinations, mask=False)))
    assert "m.stone@mail.example" in text_of(faulty_server.requests[2].body)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (says("no", "no", "it names no date"), "judge does not find an answer to what came in: it names no date"),
        (says("yes", "no"), "judge does not find support for all of it"),
        (says(None, None), "judge does not find an answer to what came in"),
        (lambda _: "I would rather not say.", "judge could not verify it"),
    ],
)
def test_one_that_never_agrees_lets_nothing_through(
    judged: Workshop, faulty_server: FaultyServer, reply: Callable[[Body], str], words: str
) -> None:
    faulty_server.reply = reply
    for state in through(judged):
        (finding,) = state.findings
        assert state.route == "person" and state.output is None and not state.unanswered
        assert finding.check == "verifier" and finding.message.startswith(words)


def test_one_that_is_down_lets_nothing_through_and_is_asked_again(judged: Workshop, faulty_server: FaultyServer) -> None:
    faulty_server.next("down")
    first, second = through(judged)
    assert (
        first.unanswered
        and first.route == "person"
        and first.findings[0].message.startswith("judge could not verify it: judge cannot be reached")
    )
    assert not second.unanswered and second.route == "send"


def studied(workshop: Workshop, remembered: Remembered, *, force: bool = False) -> Study:
    """A study of some records, as a run carries it out."""
    return Lab(workshop, Replies(remembered), Windows(remembered), limit=6, force=force).study(DESIGN, quick=True)


def test_a_run_whose_verifier_was_down_asks_it_again_for_those_records_only(
    judged: Workshop, faulty_server: FaultyServer, tmp_path: Path
) -> None:
    with closing(Remembered(tmp_path / "lab.db")) as remembered:
        faulty_server.mode = "down"
        with pytest.raises(Unanswered, match=r"\d+ requests got no answer"):
            studied(judged, remembered)
        forced = studied(judged, remembered, force=True)
        assert forced.design.unanswered and forced.design.columns["flagged"].sum() == forced.design.unanswered
        faulty_server.mode = "ok"
        done = studied(judged, remembered)
        asked = [text_of(received.body) for received in faulty_server.requests if received.mode == "ok"]
        assert not done.design.unanswered and not done.design.columns["flagged"].any() and len(asked) == len(set(asked)) > 0
        assert done.design.columns["cost"].sum() > 0
        studied(judged, remembered)
        assert len([received for received in faulty_server.requests if received.mode == "ok"]) == len(asked), (
            "what was verified is not paid for again"
        )


def test_no_credit_stops_the_run_and_nothing_is_sent_without_consent(judged: Workshop, room: Room, faulty_server: FaultyServer) -> None:
    faulty_server.mode = "no-credit"
    with pytest.raises(ModelError, match="no credit"):
        through(judged)
    assert any("what the design wrote" in part for part in largemodels.first_call_notice(room, "judge", "lab").sends)
    settle(room, "https://models.example/v1")
    judged._models.clear()
    with pytest.raises(ModelError, match=r"Nobody has agreed that judge at models\.example") as stopped:
        through(judged)
    assert isinstance(stopped.value.__cause__, NotAgreed)


def test_values_are_verified_too(judged: Workshop, toll: Workshop, faulty_server: FaultyServer) -> None:
    workshop = Workshop(toll.data, toll.encoder, toll.entailment, toll.reader, remote=judged.remote)
    record = next(iter(toll.data.records(1)))
    (state,) = Pipeline(DESIGN, workshop).run([Item(record.id, record.input, record.fields)])
    assert state.output is None or all(
        f"{name}: {value}" in text_of(faulty_server.requests[0].body) for name, value in state.output.values.items()
    )
    assert len(faulty_server.requests) == 1


def test_without_a_name_the_small_model_of_this_machine_verifies(desk: Workshop, faulty_server: FaultyServer) -> None:
    through(desk, replace(DESIGN, hallucinations=replace(DESIGN.hallucinations, verifier=None)))
    through(desk, replace(DESIGN, hallucinations=replace(DESIGN.hallucinations, checks=())))
    assert not faulty_server.requests
    with pytest.raises(ModelError, match="none can be asked here"):
        through(desk)


def test_its_name_stands_in_the_file_in_the_key_and_in_the_remarks(judged: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(to_yaml(DESIGN), encoding="utf-8")
    assert read_proposal(path) == DESIGN == from_data(to_data(DESIGN)) and not is_words("hallucinations.verifier")
    own = replace(DESIGN, hallucinations=replace(DESIGN.hallucinations, verifier=None))
    assert work_key("design", judged, DESIGN) != work_key("design", judged, own)
    idle = replace(DESIGN, hallucinations=replace(DESIGN.hallucinations, checks=()))
    assert any("has no verifier: it is not asked" in words for words in remarks(idle)) and not any(
        "it is not asked" in words for words in remarks(DESIGN)
    )
