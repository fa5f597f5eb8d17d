from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from tests.scripted_model import Scripted

from caseroom.errors import BudgetSpent, ModelError, ModelGarbage, ModelRefused, ModelUnavailable, NotAgreed, RateLimited
from caseroom.models.chat import Ask, Message
from caseroom.models.limiter import Limiter
from caseroom.models.patience import Patience, Patient

ASK = Ask((Message("user", "?"),), "test")


@dataclass
class Time:
    """A clock that a sleep moves."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def tick(self) -> float:
        return self.now


def patient(script: list[object], time: Time, seconds: float = 60.0, a_minute: int = 1000) -> tuple[Patient, Scripted]:
    """A model that fails by a script."""
    left = list(script)
    model = Scripted(lambda ask: left.pop(0))
    limiter = Limiter("m", a_minute, time.sleep, time.tick)
    return Patient(model, limiter, seconds, Patience(), time.sleep, time.tick, random.Random(3)), model


@pytest.mark.parametrize("error", [ModelUnavailable("x"), ModelGarbage("x"), RateLimited("x")])
def test_what_may_pass_is_asked_again_later_and_later(error: ModelError) -> None:
    time = Time()
    made, model = patient([error, error, "yes"], time)
    assert made.ask(ASK).text == "yes" and len(model.asked) == 3
    assert 0.2 <= time.slept[0] <= 0.6 and 0.4 <= time.slept[1] <= 1.2


@pytest.mark.parametrize("error", [ModelRefused("x"), BudgetSpent("x"), NotAgreed("x")])
def test_what_does_not_pass_is_not_asked_again(error: ModelError) -> None:
    time = Time()
    made, model = patient([error, "yes"], time)
    with pytest.raises(type(error)):
        made.ask(ASK)
    assert len(model.asked) == 1 and not time.slept


def test_after_the_last_try_its_error_stands() -> None:
    made, model = patient([ModelUnavailable("1"), ModelUnavailable("2"), ModelUnavailable("3"), "yes"], Time())
    with pytest.raises(ModelUnavailable, match="3"):
        made.ask(ASK)
    assert len(model.asked) == 3


def test_patience_that_is_asked_for_is_given() -> None:
    time = Time()
    made, _ = patient([RateLimited("x", 7.0), "yes"], time)
    assert made.ask(ASK).text == "yes"
    assert 7.0 <= sum(time.slept) <= 7.5


def test_patience_beyond_the_time_of_an_answer_is_not_given() -> None:
    for seconds, retry_after in ((5.0, 7.0), (600.0, 90.0)):
        time = Time()
        made, model = patient([RateLimited("x", retry_after), "yes"], time, seconds)
        with pytest.raises(RateLimited):
            made.ask(ASK)
        assert not time.slept and len(model.asked) == 1


def test_each_try_is_told_the_time_that_is_left() -> None:
    time = Time()
    made, model = patient([RateLimited("x", 3.0), "yes"], time, 10.0)
    made.ask(ASK)
    first, second = (ask.seconds for ask in model.asked)
    assert first == 10.0 and second is not None and 6.4 <= second <= 7.0
    made, model = patient(["yes"], Time(), 10.0)
    made.ask(Ask(ASK.messages, "test", seconds=2.0))
    assert model.asked[0].seconds == 2.0


def test_a_stream_is_tried_again_only_before_it_speaks() -> None:
    made, model = patient([ModelUnavailable("x"), "one two"], Time())
    assert "".join(made.stream(ASK)) == "one two" and len(model.asked) == 2

    class Breaks(Scripted):
        """Breaks off in the middle."""

        def stream(self, ask: Ask):  # type: ignore[no-untyped-def]  # a generator
            self.asked.append(ask)
            yield "one "
            raise ModelUnavailable("broke off")

    breaks = Breaks()
    broken = Patient(breaks, Limiter("m", 10), 5.0)
    said = []
    with pytest.raises(ModelUnavailable, match="broke off"):
        for piece in broken.stream(ASK):
            said.append(piece)
    assert said == ["one "] and len(breaks.asked) == 1


def test_so_many_a_minute_and_no_more() -> None:
    time = Time()
    limiter = Limiter("m", 3, time.sleep, time.tick)
    for _ in range(3):
        limiter.wait(0.0)
    with pytest.raises(RateLimited, match="3 requests a minute") as caught:
        limiter.wait(10.0)
    assert caught.value.retry_after == pytest.approx(60.0)
    began = time.now
    limiter.wait(90.0)
    assert time.now - began == pytest.approx(60.0)


def test_a_provider_that_wants_quiet_gets_it_from_all() -> None:
    time = Time()
    limiter = Limiter("m", 100, time.sleep, time.tick)
    limiter.hold(5.0)
    limiter.wait(20.0)
    assert sum(time.slept) == pytest.approx(5.0)
