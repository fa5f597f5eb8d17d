from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.scripted_model import Scripted

from caseroom.errors import BudgetSpent, ModelError, ModelGarbage, ModelRefused, ModelUnavailable, NotAgreed, RateLimited
from caseroom.models.breaker import Breaker
from caseroom.models.chain import Chain, Failed, LeftAlone, Link, NobodyAnswered
from caseroom.models.chat import Answer, Ask, Message
from caseroom.models.failures import RequestRefused

ASK = Ask((Message("user", "?"),), "test")


class Clock:
    """A clock to set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def link(said: object, name: str = "m", breaker: Breaker | None = None) -> Link:
    """A link that says one thing, or always fails."""
    return Link(Scripted(lambda ask: said, name, "host-" + name), breaker or Breaker())


def test_the_first_that_answers_speaks_and_failures_are_noted() -> None:
    noted: list[Failed] = []
    chain = Chain([link(ModelUnavailable("a is down."), "a"), link("yes", "b"), link("no", "c")], noted.append)
    assert chain.ask(ASK).model == "b" and chain.name == "a > b > c" and chain.sends_to == "host-a, host-b, host-c"
    assert noted == [Failed("a", "ModelUnavailable", "a is down.")]
    assert chain.try_ask(ASK)[1] == (Failed("a", "ModelUnavailable", "a is down."),)


def test_at_the_end_stands_nobody() -> None:
    chain = Chain([link(ModelUnavailable("a."), "a"), link(ModelRefused("b."), "b")])
    answer, failed = chain.try_ask(ASK)
    assert answer is None and [one.name for one in failed] == ["a", "b"]
    with pytest.raises(NobodyAnswered):
        Chain([link(ModelUnavailable("a."), "a"), link(ModelGarbage("b."), "b")]).ask(ASK)


@pytest.mark.parametrize("error", [NotAgreed("x"), BudgetSpent("x")])
def test_what_holds_for_all_links_is_said_as_it_is(error: ModelError) -> None:
    with pytest.raises(type(error)):
        Chain([link(error, "a"), link(error, "b")]).ask(ASK)
    with pytest.raises(NobodyAnswered):
        Chain([link(error, "a"), link(ModelUnavailable("y"), "b")]).ask(ASK)
    with pytest.raises(type(error)):
        Chain([link(error)]).ask(ASK)


def test_a_stream_falls_back_until_it_speaks() -> None:
    chain = Chain([link(ModelUnavailable("a"), "a"), link("one two", "b")])
    pieces = chain.stream(ASK)
    said = []
    while True:
        try:
            said.append(next(pieces))
        except StopIteration as end:
            assert isinstance(end.value, Answer) and end.value.model == "b"
            break
    assert said == ["one ", "two"]

    class Breaks(Scripted):
        """Breaks off."""

        def stream(self, ask: Ask) -> Iterator[str]:  # type: ignore[override]
            yield "one "
            raise ModelUnavailable("broke off")

    broken = Chain([Link(Breaks(), Breaker()), link("other words", "b")])
    heard = []
    with pytest.raises(ModelUnavailable, match="broke off"):
        for piece in broken.stream(ASK):
            heard.append(piece)
    assert heard == ["one "]


def test_one_that_fails_again_and_again_is_left_alone_for_a_while() -> None:
    clock = Clock()
    breaker = Breaker(3, 60.0, clock)
    said: list[object] = [ModelUnavailable("down.")]
    model = Scripted(lambda ask: said[0])
    chain = Chain([Link(model, breaker)])
    for _ in range(3):
        with pytest.raises(ModelUnavailable, match="down"):
            chain.ask(ASK)
    with pytest.raises(LeftAlone, match="60 more seconds"):
        chain.ask(ASK)
    with pytest.raises(LeftAlone):
        list(chain.stream(ASK))
    assert len(model.asked) == 3
    clock.now = 61.0
    with pytest.raises(ModelUnavailable, match="down"):  # one tries it, and it rests again
        chain.ask(ASK)
    with pytest.raises(LeftAlone):
        chain.ask(ASK)
    clock.now, said[0] = 200.0, "yes"
    assert chain.ask(ASK).text == "yes" and chain.ask(ASK).text == "yes"


def test_after_a_rest_only_one_tries() -> None:
    clock = Clock()
    breaker = Breaker(1, 10.0, clock)
    breaker.bad(ModelUnavailable("x"))
    clock.now = 11.0
    assert breaker.closed_for() == 0.0 and breaker.closed_for() > 0
    breaker.let_go()
    assert breaker.closed_for() == 0.0


@pytest.mark.parametrize(
    ("error", "rests"),
    [
        (ModelRefused("key"), True), (RequestRefused("too long"), False), (BudgetSpent("x"), False), (NotAgreed("x"), False),
        (RateLimited("x", 5.0), True), (ModelUnavailable("x"), False),
    ],
)  # fmt: skip
def test_what_counts_against_a_model(error: ModelError, rests: bool) -> None:
    breaker = Breaker(3, 60.0, Clock())
    breaker.bad(error)
    assert (breaker.closed_for() > 0) is rests


def test_whoever_stops_listening_closes_the_stream() -> None:
    closed = []

    class Long(Scripted):
        """Speaks on and on."""

        def stream(self, ask: Ask) -> Iterator[str]:  # type: ignore[override]
            try:
                while True:
                    yield "word "
            finally:
                closed.append(True)

    stream = Chain([Link(Long(), Breaker())]).stream(ASK)
    next(stream)
    stream.close()
    assert closed == [True]
