"""What everything that talks must do: each kind of provider against a real server on this machine, a scripted one, and a chain of them.

With CASEROOM_GGUF=FILE a real model file joins.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.faulty_server import FaultyServer
from tests.scripted_model import Scripted

from caseroom.errors import ModelError, ModelGarbage, ModelRefused, ModelUnavailable, RateLimited
from caseroom.models.breaker import Breaker
from caseroom.models.chain import Chain, Link
from caseroom.models.chat import Ask, ChatModel, Message
from caseroom.models.entries import Entry, Kind
from caseroom.models.limiter import Limiter
from caseroom.models.local_chat import LocalChat
from caseroom.models.patience import Patience, Patient
from caseroom.models.providers import Provider

KEY = "sk-planted-0123456789abcdef"
HELLO = Ask((Message("system", "Be short."), Message("user", "Say that you can hear me.")), "test", max_tokens=60)
SCHEMA = {
    "type": "object", "properties": {"said": {"type": "string"}, "number": {"type": "integer"}},
    "required": ["said", "number"], "additionalProperties": False,
}  # fmt: skip
FORM = Ask((Message("user", "Give `said`, a word, and `number`, a whole number."),), "test", schema=SCHEMA, max_tokens=80)
PROVIDERS: dict[str, tuple[Kind, str, str]] = {
    "openai-compatible": ("openai-compatible", "/v1", "faulty"),
    "openai": ("openai", "/v1", "gpt-5-mini"),
    "anthropic": ("anthropic", "", "claude-sonnet-5"),
    "google": ("google", "", "gemini-2.5-flash"),
}
Make = Callable[[FaultyServer], ChatModel]


def provider(kind: str, server: FaultyServer, **more: object) -> Provider:
    """A provider that asks the server, with short times."""
    name, path, model = PROVIDERS[kind]
    entry = Entry("house", name, model, server.url.removesuffix("/v1") + path, key="HOUSE_KEY", seconds=4.0, stall=1.0, connect=1.0)
    return Provider(replace(entry, **more), {"HOUSE_KEY": KEY})  # type: ignore[arg-type]  # fields by name


def chained(server: FaultyServer) -> ChatModel:
    """A chain of a provider that is down and one that is not."""
    down = Scripted(lambda ask: ModelUnavailable("down is down."), "down")
    patient = Patient(provider("openai-compatible", server), Limiter("house", 1000), 5.0, Patience(tries=1))
    return Chain([Link(down, Breaker()), Link(patient, Breaker())])


MAKES: dict[str, Make] = {
    "scripted": lambda server: Scripted(lambda ask: {"said": "word", "number": 2} if ask.schema else "I can hear you."),
    **{kind: (lambda server, kind=kind: provider(kind, server)) for kind in PROVIDERS},  # type: ignore[misc]
    "chain": chained,
}
if os.environ.get("CASEROOM_GGUF"):
    MAKES["local"] = lambda server: LocalChat(Entry("tiny", "local", file=os.environ["CASEROOM_GGUF"], seconds=120))


@pytest.fixture(params=list(MAKES))
def model(request: pytest.FixtureRequest, faulty_server: FaultyServer) -> Iterator[ChatModel]:
    faulty_server.key = KEY
    faulty_server.hang_seconds = 4
    made = MAKES[request.param](faulty_server)
    yield made
    if isinstance(made, Provider):
        made.close()


def test_it_answers_in_text_with_what_it_took(model: ChatModel) -> None:
    answer = model.ask(HELLO)
    assert answer.text.strip() and answer.data is None
    assert answer.tokens_in > 0 and answer.tokens_out > 0 and answer.seconds >= 0 and answer.model


def test_it_answers_in_a_form(model: ChatModel) -> None:
    answer = model.ask(FORM)
    assert set(answer.data) == {"said", "number"} and isinstance(answer.data["number"], int)


def test_a_stream_is_the_answer_in_pieces(model: ChatModel) -> None:
    pieces = list(model.stream(HELLO))
    assert len(pieces) > 1 and all(pieces) and "".join(pieces).strip()


def test_whoever_stops_listening_may_ask_again(model: ChatModel) -> None:
    stream = model.stream(HELLO)
    assert next(stream)
    stream.close()  # type: ignore[attr-defined]  # all of them are generators
    assert model.ask(HELLO).text


def test_it_says_who_it_is_and_where_text_goes(model: ChatModel) -> None:
    talks: object = model
    assert isinstance(talks, ChatModel) and model.name and model.signature
    assert model.sends_to == ""  # 127.0.0.1 is this machine
    assert KEY not in model.signature and KEY not in repr(model)


def test_a_conversation_goes_over_whole_and_in_order(faulty_server: FaultyServer) -> None:
    for kind in PROVIDERS:
        talk = (Message("system", "rules"), Message("user", "one"), Message("assistant", "two"), Message("user", "three"))
        provider(kind, faulty_server).ask(Ask(talk, "test"))
        text = faulty_server.requests[-1].text
        assert [text.index(word) for word in ("one", "two", "three")] == sorted(text.index(word) for word in ("one", "two", "three"))
        assert "rules" in text, kind


EXPECTED: list[tuple[str, type[ModelError]]] = [
    ("down", ModelUnavailable), ("hang", ModelUnavailable), ("stall", ModelUnavailable), ("cut", ModelUnavailable),
    ("overloaded", ModelUnavailable), ("rate-limit", RateLimited), ("no-credit", ModelRefused), ("wrong-key", ModelRefused),
    ("no-such-model", ModelRefused), ("empty", ModelGarbage), ("endless", ModelGarbage), ("garbage", ModelGarbage),
]  # fmt: skip


@pytest.mark.parametrize(("mode", "kind"), EXPECTED, ids=[mode for mode, _ in EXPECTED])
@pytest.mark.parametrize("by", list(PROVIDERS))
def test_what_goes_wrong_has_its_kind_in_time(by: str, mode: str, kind: type[ModelError], faulty_server: FaultyServer) -> None:
    faulty_server.mode, faulty_server.hang_seconds = mode, 6
    made = provider(by, faulty_server, seconds=1.5)
    for ask in (lambda: made.ask(HELLO), lambda: list(made.stream(HELLO))):
        with pytest.raises(kind) as caught:
            ask()
        assert KEY not in str(caught.value) and "Say that you can hear me" not in str(caught.value)
        assert caught.value.__cause__ is None
        if isinstance(caught.value, RateLimited):
            assert caught.value.retry_after == 1.0
    made.close()


def test_nothing_is_sent_on_to_another_address(faulty_server: FaultyServer) -> None:
    faulty_server.mode = "redirect"
    for by in PROVIDERS:
        with pytest.raises((ModelRefused, ModelGarbage)):
            provider(by, faulty_server).ask(HELLO)


def test_a_server_that_is_gone(faulty_server: FaultyServer) -> None:
    made = provider("openai-compatible", faulty_server)
    assert made.ask(HELLO).text
    faulty_server.stop()
    with pytest.raises(ModelUnavailable, match="is it running"):
        made.ask(HELLO)


def test_a_form_is_mended_once(faulty_server: FaultyServer) -> None:
    made = provider("openai-compatible", faulty_server)
    faulty_server.next("broken-json")
    answer = made.ask(FORM)
    assert set(answer.data) == {"said", "number"} and len(faulty_server.requests) == 2
    assert "That does not hold" in faulty_server.requests[1].text
    once = made.ask(FORM)
    assert answer.tokens_in > once.tokens_in  # both requests count
    faulty_server.mode = "broken-json"
    with pytest.raises(ModelGarbage, match="twice"):
        made.ask(FORM)
    assert len(faulty_server.requests) == 5


@pytest.mark.parametrize(
    "text",
    [
        '{"said": "x"}',
        '{"said": 3, "number": 3}',
        '{"said": "x", "number": 3, "more": 1}',
        "[1]",
        '{"said": "x", "number": NaN}',
        "Sure! {}",
    ],
)
def test_an_object_that_does_not_fit_is_none(text: str, faulty_server: FaultyServer) -> None:
    faulty_server.reply = lambda request: text
    with pytest.raises(ModelGarbage):
        provider("openai-compatible", faulty_server).ask(FORM)


def test_a_server_without_schemas_is_asked_in_words(faulty_server: FaultyServer) -> None:
    faulty_server.mode = "no-schema"
    made = provider("openai-compatible", faulty_server)
    assert set(made.ask(FORM).data) == {"said", "number"}
    assert set(made.ask(FORM).data) == {"said", "number"}
    assert ["response_format" in received.body for received in faulty_server.requests] == [True, False, False]


def test_a_fenced_object_is_read(faulty_server: FaultyServer) -> None:
    faulty_server.reply = lambda request: '```json\n{"said": "x", "number": 4}\n```'
    assert provider("openai-compatible", faulty_server).ask(FORM).data == {"said": "x", "number": 4}


def test_a_server_of_ones_own_is_told_its_own_word_for_the_length(faulty_server: FaultyServer) -> None:
    provider("openai-compatible", faulty_server).ask(HELLO)
    assert faulty_server.requests[-1].body["max_tokens"] == 60 and faulty_server.requests[-1].body["temperature"] == 0


def test_a_key_that_was_changed_is_taken_up(faulty_server: FaultyServer) -> None:
    faulty_server.key = "new-key"
    environment = {"HOUSE_KEY": "old-key"}
    made = Provider(provider("openai-compatible", faulty_server).entry, environment)
    with pytest.raises(ModelRefused, match="does not accept the key"):
        made.ask(HELLO)
    environment["HOUSE_KEY"] = "new-key"
    with pytest.raises(ModelRefused):
        made.ask(HELLO)
    assert made.ask(HELLO).text


def test_less_time_may_be_given(faulty_server: FaultyServer) -> None:
    faulty_server.mode = "slow"
    made = provider("openai-compatible", faulty_server)
    with pytest.raises(ModelUnavailable, match="in time"):
        made.ask(Ask(HELLO.messages, "test", seconds=0.1))
    assert made.ask(HELLO).text
