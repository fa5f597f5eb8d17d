from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faulty_server import FaultyServer

from caseroom.app import consent, largemodels
from caseroom.app.interviews import Room
from caseroom.errors import BudgetSpent, ModelError, ModelSettingsError, NotAgreed, UsageError
from caseroom.models.chain import NobodyAnswered
from caseroom.models.chat import PURPOSES, Ask, ChatModel, Message
from caseroom.models.providers import Provider
from caseroom.store.calls import CallStore

KEY = "sk-planted-0123456789abcdefghij"
ASK = Ask((Message("user", "Ann is at ann@example.org. Say something."),), "interviewer", max_tokens=50)
Setup = Callable[..., None]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Breakers and connections of its own for each test."""
    yield
    for cached in (largemodels._asked, largemodels._breaker, largemodels._limiter, largemodels._under_way):
        cached.cache_clear()


@pytest.fixture
def setup(room: Room, faulty_server: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> Setup:
    """Write settings with the faulty server as `house`, and a second one that is never there."""
    monkeypatch.setenv("HOUSE_KEY", KEY)
    faulty_server.key = KEY
    faulty_server.hang_seconds = 5

    def write(use: str = "interviewer: [house]", more: str = "", house: str = "", url: str = "") -> None:
        (room.settings.home / "models.yaml").write_text(
            f"""
models:
  house: {{kind: openai-compatible, model: faulty, base_url: "{url or faulty_server.url}", key: HOUSE_KEY, seconds: 4, stall: 1, price: {{in: 10, out: 20}}{house}}}
  gone: {{kind: openai-compatible, model: faulty, base_url: "http://127.0.0.1:9/v1", seconds: 1, connect: 0.3}}
use: {{{use}}}
{more}
""",
            encoding="utf-8",
        )

    return write


def model_of(room: Room, purpose: str = "interviewer", session: str | None = None) -> ChatModel:
    """The model, which is there."""
    model = largemodels.chat_model(room, purpose, session)
    assert model is not None
    return model


def test_without_settings_there_is_none(room: Room) -> None:
    assert all(largemodels.chat_model(room, purpose) is None for purpose in PURPOSES)
    assert largemodels.overview(room) == []


def test_settings_that_do_not_hold_cost_no_turn(room: Room) -> None:
    (room.settings.home / "models.yaml").write_text("models: [", encoding="utf-8")
    model = model_of(room)
    with pytest.raises(ModelSettingsError, match=r"models\.yaml:2"):
        model.ask(ASK)
    with pytest.raises(ModelError):
        list(model.stream(ASK))


def test_settings_are_read_again_when_they_change(room: Room, setup: Setup) -> None:
    setup()
    assert largemodels.chat_model(room, "coach") is None
    setup("coach: [house]")
    assert largemodels.chat_model(room, "coach") is not None


def test_a_chain_answers_and_its_calls_are_in_the_log(room: Room, setup: Setup, faulty_server: FaultyServer) -> None:
    setup("interviewer: [gone, house]")
    answer = model_of(room, session="abc").ask(ASK)
    assert answer.model == "house" and answer.cost and answer.tokens_out > 3
    calls = CallStore(room.store.database).calls("abc")
    assert {call.name for call in calls} == {"gone", "house"} and calls[-1].outcome == "ok" and calls[-1].cost == answer.cost
    assert all(call.outcome == "ModelUnavailable" and call.cost is None for call in calls[:-1])
    assert "".join(model_of(room, session="abc").stream(ASK)) == answer.text
    assert CallStore(room.store.database).calls("abc")[-1].tokens_out == answer.tokens_out


def test_a_provider_that_stays_away_is_not_waited_for(room: Room, setup: Setup) -> None:
    setup("interviewer: [gone, house]")
    for _ in range(5):
        assert model_of(room).ask(ASK).model == "house"
    assert len([call for call in CallStore(room.store.database).calls() if call.name == "gone"]) <= 9  # three asks of three tries


def test_a_wrong_key_is_asked_once(room: Room, setup: Setup, faulty_server: FaultyServer) -> None:
    setup()
    faulty_server.key = "another"
    for _ in range(3):
        with pytest.raises(ModelError):
            model_of(room).ask(ASK)
    assert len(faulty_server.requests) == 1


def test_trying_again_is_noted_call_by_call(room: Room, setup: Setup, faulty_server: FaultyServer) -> None:
    setup()
    faulty_server.next("overloaded", "garbage", "ok")
    assert model_of(room).ask(ASK).model == "house"
    assert [call.outcome for call in CallStore(room.store.database).calls()] == ["ModelUnavailable", "ModelGarbage", "ok"]


def test_budgets_hold_over_processes_and_end_in_the_plain_way(room: Room, setup: Setup) -> None:
    setup(more="budget: {session: {tokens: 150}, day: {cost: 1}}")
    asked = 0
    with pytest.raises(BudgetSpent, match="this session"):
        for _ in range(20):
            model_of(room, session="abc").ask(ASK)
            asked += 1
    assert 1 <= asked <= 10
    assert model_of(room, session="another").ask(ASK).text
    setup(more="budget: {day: {cost: 0.000001}}")
    with pytest.raises(BudgetSpent, match="today"):
        model_of(room, session="third").ask(ASK)


@pytest.fixture
def elsewhere(setup: Setup, faulty_server: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same server under the name of another machine."""
    import socket

    real = socket.getaddrinfo

    def find(host: str | bytes, *arguments: object, **more: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        return real("127.0.0.1" if name == "llm.example" else host, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", find)
    return faulty_server.url.replace("127.0.0.1", "llm.example")


def test_nothing_is_sent_before_somebody_agreed(room: Room, setup: Setup, elsewhere: str, faulty_server: FaultyServer) -> None:
    setup("interviewer: [house], coach: [house]", url=elsewhere)
    for call in (lambda: model_of(room).ask(ASK), lambda: list(model_of(room).stream(ASK))):
        with pytest.raises(NotAgreed, match=r"llm\.example.*caseroom models agree house"):
            call()
    assert faulty_server.requests == []
    consent.agree(room, "house", ["interviewer"])
    assert model_of(room).ask(ASK).text and len(faulty_server.requests) == 1
    with pytest.raises(NotAgreed):  # agreed for another purpose only
        model_of(room, "coach").ask(Ask(ASK.messages, "coach"))
    with pytest.raises(NotAgreed):  # whatever chain it stands in
        model_of(room).ask(Ask(ASK.messages, "coach"))
    consent.agree(room, "house", ["interviewer"], agreed=False)
    with pytest.raises(NotAgreed):
        model_of(room).ask(ASK)


def test_what_was_agreed_for_one_host_or_for_masked_text_is_not_for_another(room: Room, setup: Setup, elsewhere: str) -> None:
    setup(url=elsewhere, house=", mask: on")
    consent.agree(room, "house", ["interviewer"])
    assert largemodels.first_call_notice(room, "house", "interviewer").agreed
    setup(url=elsewhere)
    assert not largemodels.first_call_notice(room, "house", "interviewer").agreed
    consent.agree(room, "house", ["interviewer"])
    setup(url=elsewhere, house=", mask: on")
    assert largemodels.first_call_notice(room, "house", "interviewer").agreed
    setup(url="https://other.example/v1")
    assert not largemodels.first_call_notice(room, "house", "interviewer").agreed
    setup(url=elsewhere, house=", mask: on")
    consent.agree(room, "house", ["interviewer"], agreed=False)
    setup(url=elsewhere)
    assert not largemodels.first_call_notice(room, "house", "interviewer").agreed


def test_a_chain_goes_on_to_one_that_stays_here(room: Room, setup: Setup, elsewhere: str, faulty_server: FaultyServer) -> None:
    setup("interviewer: [house, near]", url=elsewhere)
    path = room.settings.home / "models.yaml"
    near = f'  near: {{kind: openai-compatible, model: faulty, base_url: "{faulty_server.url}", key: HOUSE_KEY}}\nuse:'
    path.write_text(path.read_text().replace("\nuse:", "\n" + near), encoding="utf-8")
    assert model_of(room).ask(ASK).model == "near"


def test_the_notice_says_what_goes_where(room: Room, setup: Setup, elsewhere: str) -> None:
    setup("interviewer: [house], coach: [house]", url=elsewhere, house=", mask: on")
    first, second = largemodels.notices(room, "house")
    assert (first.purpose, first.host, first.masked, first.encrypted, first.agreed) == ("interviewer", "llm.example", True, False, False)
    assert any("word for word" in text for text in first.sends) and any("transcript" in text for text in second.sends)
    assert set(largemodels.SENDS) == {*PURPOSES, "test"}
    here = largemodels.first_call_notice(room, "gone", "coach")
    assert here.host == "" and here.agreed
    with pytest.raises(UsageError, match="no purpose"):
        largemodels.first_call_notice(room, "house", "poet")
    with pytest.raises(UsageError, match="There are: house, gone"):
        largemodels.first_call_notice(room, "nobody", "coach")


def test_private_data_does_not_leave_where_it_is_masked(room: Room, setup: Setup, faulty_server: FaultyServer) -> None:
    setup(house=", mask: on")
    faulty_server.reply = lambda request: "Heard: " + request["messages"][0]["content"]
    answer = model_of(room).ask(ASK)
    assert "ann@example.org" not in faulty_server.requests[0].text and "ann@example.org" in answer.text
    assert "ann@example.org" in "".join(model_of(room).stream(ASK))


def test_the_key_is_nowhere(
    room: Room, setup: Setup, faulty_server: FaultyServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:  # fmt: skip
    setup("interviewer: [house], lab: [house]")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    said: list[str] = []
    with caplog.at_level(logging.DEBUG):
        for mode in ("ok", "wrong-key", "quota", "down", "cut", "garbage", "no-such-model", "redirect", "rate-limit"):
            faulty_server.mode = mode
            for cached in (largemodels._breaker, largemodels._asked):
                cached.cache_clear()
            model = model_of(room, session="abc")
            for call in (lambda model=model: model.ask(ASK), lambda model=model: list(model.stream(ASK))):
                try:
                    call()
                except ModelError as error:
                    chained = [error, error.__cause__, *getattr(error, "failed", ())]
                    said += [repr(one) for one in chained]
            said += [repr(model), repr(largemodels._asked(largemodels.entry_of(room, "house"))), model.signature]
    logging.getLogger().removeHandler(handler)
    said += [repr(largemodels.overview(room)), repr(largemodels.notices(room, "house")), repr(largemodels.settings_of(room))]
    said += [stream.getvalue(), caplog.text, *capfd.readouterr()]
    assert all(received.headers["authorization"] == f"Bearer {KEY}" for received in faulty_server.requests)  # it was in use
    room.store.close()
    for text in said:
        assert KEY not in text and KEY[:16] not in text
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_a_try_sends_nothing_of_ones_own(room: Room, setup: Setup, faulty_server: FaultyServer, elsewhere: str) -> None:
    setup(url=elsewhere)
    assert largemodels.try_out(room, "house").text
    assert faulty_server.requests[0].text == "Say in one short sentence that you can hear me."
    assert CallStore(room.store.database).calls()[0].purpose == "test"


def test_a_third_of_all_calls_fail_and_none_is_lost(room: Room, setup: Setup, faulty_server: FaultyServer) -> None:
    setup(house=", a_minute: 100000")
    path = room.settings.home / "models.yaml"
    path.write_text(path.read_text().replace("seconds: 4, stall: 1", "seconds: 1.5, stall: 0.5"), encoding="utf-8")
    faulty_server.mode, faulty_server.seed, faulty_server.hang_seconds, faulty_server.retry_after = "random", 5, 2, "0.05"
    answered, plain = 0, 0
    for _ in range(60):
        try:
            answer = model_of(room, session="abc").ask(ASK)
            assert answer.text.strip()
            answered += 1
        except ModelError:
            plain += 1
            largemodels._breaker.cache_clear()
    assert answered + plain == 60 and answered >= 35


def test_a_purpose_without_a_model_that_works_says_why_of_each(room: Room, setup: Setup, faulty_server: FaultyServer) -> None:
    setup("interviewer: [gone, house]")
    faulty_server.mode = "no-credit"
    with pytest.raises(NobodyAnswered) as caught:
        model_of(room).ask(ASK)
    assert [one.name for one in caught.value.failed] == ["gone", "house"] and "no credit" in str(caught.value)


def test_warming_up_sends_nothing_and_fails_silently(
    room: Room, setup: Setup, faulty_server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup()
    largemodels.warm_up(room, "interviewer")
    largemodels.warm_up(room, "coach")
    monkeypatch.delenv("HOUSE_KEY")
    largemodels._asked.cache_clear()
    largemodels.warm_up(room, "interviewer")
    assert faulty_server.requests == []


def test_the_provider_is_made_once(room: Room, setup: Setup) -> None:
    setup()
    entry = largemodels.entry_of(room, "house")
    assert largemodels._asked(entry) is largemodels._asked(entry) and isinstance(largemodels._asked(entry), Provider)
