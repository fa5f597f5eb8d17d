from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.faulty_server import FaultyServer
from tests.provider_dialects import schema_of, text_of

from caseroom.app import largemodels, runs
from caseroom.app.interviews import Room
from caseroom.app.propose import data_of
from caseroom.cases.data import CaseData
from caseroom.errors import ModelError, RunError, UsageError
from caseroom.models.breaker import Breaker
from caseroom.models.patience import Patience
from caseroom.proposal.model import Model, Proposal, Technical
from caseroom.store.calls import CallStore

RECORDS = 12


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Breakers and connections of its own for each test."""
    yield
    for cached in (largemodels._asked, largemodels._breaker, largemodels._limiter, largemodels._under_way):
        cached.cache_clear()


@pytest.fixture
def house(room: Room, faulty_server: FaultyServer) -> Room:
    """The faulty server as the lab's model."""
    faulty_server.reply = lambda request: "Please restart the device and try again." if not schema_of(request) else json.dumps({})
    (room.settings.home / "models.yaml").write_text(
        f'models: {{house: {{kind: openai-compatible, model: faulty, base_url: "{faulty_server.url}", seconds: 3, stall: 1, a_minute: 100000, '
        "price: {in: 10, out: 20}}}\nuse: {lab: [house]}\ncurrency: EUR\n",
        encoding="utf-8",
    )
    return room


def proposal(provider: str | None = "house") -> Proposal:
    """A design whose model is a provider."""
    technical = replace(Technical(), model=Model("api", provider=provider))
    return replace(Proposal(case="support-desk"), technical=technical)


def one_at_a_time(house: Room) -> None:
    """The provider gets one request after the other."""
    path = house.settings.home / "models.yaml"
    path.write_text(path.read_text().replace("seconds: 3", "at_once: 1, seconds: 3"), encoding="utf-8")


def loaded(house: Room) -> CaseData:
    """The data of the case."""
    found = data_of(house.shelf.case("support-desk"))
    assert found
    return found


def test_a_provider_writes_its_calls_are_counted_and_none_is_made_twice(house: Room, faulty_server: FaultyServer) -> None:
    run = runs.begin(house, proposal(), quick=True, limit=RECORDS)
    done = runs.carry_out(house, run.id)
    assert done.state == "done" and done.report
    asked = len(faulty_server.requests)
    calls = CallStore(house.store.database).calls(f"run:{run.id}")
    assert asked >= RECORDS and len(calls) == asked and all(call.purpose == "lab" for call in calls)
    text = json.dumps(done.report)
    assert f"house was called {asked} times" in text and "EUR at 10 / 20 a million" in text and "the model's price" in text
    assert "api:1|chain:1|chat:1|kind:openai-compatible|model:faulty" in done.report["signature"]
    assert not any("key" in received.text.lower() and "Bearer" in received.text for received in faulty_server.requests)
    again = runs.carry_out(
        house, runs.begin(house, proposal(None), quick=True, limit=RECORDS).id
    )  # the first of purpose lab is the same model
    assert again.state == "done" and len(faulty_server.requests) == asked


def test_what_stands_in_the_way_stops_the_run_and_it_goes_on_where_it_stood(house: Room, faulty_server: FaultyServer) -> None:
    faulty_server.next(*["ok"] * 5)
    faulty_server.mode = "no-credit"
    run = runs.begin(house, proposal(), quick=True, limit=RECORDS)
    with pytest.raises(ModelError, match="no credit"):
        runs.carry_out(house, run.id)
    failed = runs.run(house, run.id)
    assert failed.state == "failed" and "no credit" in failed.why
    answered = [text_of(received.body) for received in faulty_server.requests if received.mode == "ok"]
    assert len(answered) == 5
    faulty_server.mode = "ok"
    largemodels._breaker.cache_clear()
    assert runs.carry_out(house, run.id).state == "done"
    every = [text_of(received.body) for received in faulty_server.requests if received.mode == "ok"]
    assert not set(answered) & set(every[5:])  # what was paid for was not asked again


def test_what_goes_wrong_with_one_is_counted_and_the_others_go_on(house: Room, faulty_server: FaultyServer) -> None:
    faulty_server.next(*["garbage"] * 5)
    one_at_a_time(house)
    done = runs.carry_out(house, runs.begin(house, proposal(), quick=True, limit=RECORDS).id)
    assert done.state == "done" and "5 of them failed" in json.dumps(done.report)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """One try for each request, so that nobody waits between tries, and failures in a row that stop nothing."""
    monkeypatch.setattr(largemodels, "_LAB", Patience(tries=1))
    monkeypatch.setattr(largemodels, "Breaker", lambda: Breaker(fails=1000))


def down_for(server: FaultyServer, words: Callable[[str], bool]) -> None:
    """From now on the server is down for requests whose text is such."""
    usual = server.chosen

    def chosen(body: dict[str, Any], headers: dict[str, str]) -> str:
        """What to do to a request."""
        if words(text_of(body)):
            server.next("down")
        return usual(body, headers)

    server.chosen = chosen  # type: ignore[method-assign]


@pytest.mark.usefixtures("hasty")
def test_what_a_provider_left_unanswered_alone_is_asked_again(house: Room, faulty_server: FaultyServer) -> None:
    one_at_a_time(house)
    inputs = [record.input for record in loaded(house).records(6)]
    down_for(faulty_server, lambda text: inputs[2] in text or inputs[5] in text)
    run = runs.begin(house, proposal(), quick=True, limit=6)
    with pytest.raises(RunError, match=r"2 requests got no answer.*go-on"):
        runs.carry_out(house, run.id)
    failed = runs.run(house, run.id)
    assert failed.state == "failed" and failed.report is None
    forced = runs.begin(house, proposal(), quick=True, limit=6)
    done = runs.carry_out(house, forced.id, force=True)
    assert done.state == "done" and "counts as failed: 2 of all requests" in json.dumps(done.report)
    asked, faulty_server.chosen = len(faulty_server.requests), FaultyServer.chosen.__get__(faulty_server)  # type: ignore[method-assign]
    done = runs.carry_out(house, run.id)
    again = [text_of(received.body) for received in faulty_server.requests[asked:]]
    assert done.state == "done" and "counts as failed" not in json.dumps(done.report)
    assert len(again) == 2 and inputs[2] in again[0] and inputs[5] in again[1]
    runs.carry_out(house, runs.begin(house, proposal(), quick=True, limit=6).id)
    assert len(faulty_server.requests) == asked + 2, "and now they are remembered"


def test_a_budget_ends_a_run_before_it_is_gone_over(house: Room, faulty_server: FaultyServer) -> None:
    path = house.settings.home / "models.yaml"
    path.write_text(path.read_text() + "budget: {session: {tokens: 4000}}\n", encoding="utf-8")
    run = runs.begin(house, proposal(), quick=True, limit=RECORDS)
    with pytest.raises(ModelError, match="this session is used up"):
        runs.carry_out(house, run.id)
    spent = sum(call.tokens_in + call.tokens_out for call in CallStore(house.store.database).calls(f"run:{run.id}"))
    assert 0 < spent <= 4000


def test_a_provider_that_is_not_set_up_is_named(house: Room, faulty_server: FaultyServer) -> None:
    with pytest.raises(UsageError, match="There is no model 'nobody'"):
        runs.carry_out(house, runs.begin(house, proposal("nobody"), quick=True, limit=2).id)
    (house.settings.home / "models.yaml").unlink()
    with pytest.raises(ModelError, match="caseroom models use lab NAME"):
        runs.carry_out(house, runs.begin(house, proposal(None), quick=True, limit=2).id)
