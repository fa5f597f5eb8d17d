from __future__ import annotations

import threading

import pytest
from tests.scripted_model import Scripted

from caseroom.errors import BudgetSpent, ModelGarbage, ModelRefused, ModelUnavailable, RateLimited
from caseroom.models.base import NOTHING, Request, StoppedInTheMiddle, Wanted
from caseroom.models.chain import LeftAlone
from caseroom.models.chat import Ask
from caseroom.models.failures import RequestRefused
from caseroom.models.remote import Remote

FIELDS = Request("fields", "t", "i", wanted=(Wanted("rate", "money", "?"), Wanted("ok", "flag", "?")), prompt="read it")


def test_replies_stand_in_the_order_of_the_requests() -> None:
    model = Scripted(lambda ask: f"to {ask.messages[0].text}")
    replies = Remote(model, 4).generate([Request("answer", "t", "i", prompt=f"number {n}") for n in range(20)])
    assert [reply.text for reply in replies] == [f"to number {n}" for n in range(20)]
    assert all(ask.purpose == "lab" and ask.temperature == 0 for ask in model.asked)


def test_values_are_asked_for_by_a_schema() -> None:
    def script(ask: Ask) -> object:
        assert ask.schema is not None and set(ask.schema["properties"]) == {"rate", "ok"}
        return {"rate": 12.5, "ok": "yes"}

    reply = Remote(Scripted(script)).generate([FIELDS])[0]
    assert dict(reply.values) == {"rate": 12.5, "ok": "yes"} and reply.error is None and reply.tokens_in > 0


def test_not_knowing_is_an_abstention() -> None:
    reply = Remote(Scripted(lambda ask: "I don't know.")).generate([Request("answer", "t", "i", prompt="?")])[0]
    assert reply.abstained and reply.text == NOTHING


@pytest.mark.parametrize("error", [ModelUnavailable("down"), ModelGarbage("torn"), RequestRefused("too long")])
def test_what_goes_wrong_with_one_stands_in_its_reply(error: Exception) -> None:
    model = Scripted(lambda ask: error if ask.messages[0].text == "1" else "fine")
    replies = Remote(model).generate([Request("answer", "t", "i", prompt=str(n)) for n in range(3)])
    assert [reply.error for reply in replies] == [None, str(error), None]


@pytest.mark.parametrize("error", [ModelRefused("key"), BudgetSpent("spent"), RateLimited("often", 900.0), LeftAlone("down")])
def test_what_stands_in_the_way_of_all_stops_and_hands_over_what_was_made(error: Exception) -> None:
    requests = [Request("answer", "t", "i", prompt=str(n)) for n in range(30)]
    model = Scripted(lambda ask: error if int(ask.messages[0].text) >= 5 else "fine")
    with pytest.raises(StoppedInTheMiddle, match=str(error)) as caught:
        Remote(model, 1).generate(requests)
    assert [request.prompt for request, _ in caught.value.made][:5] == ["0", "1", "2", "3", "4"]
    assert len(model.asked) < 30


def test_so_many_at_once_and_no_more() -> None:
    now, most, lock = 0, 0, threading.Lock()
    arrived = threading.Semaphore(0)

    def script(ask: Ask) -> str:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        arrived.release()
        threading.Event().wait(0.02)
        with lock:
            now -= 1
        return "fine"

    Remote(Scripted(script), 3).generate([Request("answer", "t", "i", prompt=str(n)) for n in range(12)])
    assert most == 3
