from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import pytest
from tests.scripted_model import Scripted

from caseroom.errors import BudgetSpent, ModelGarbage, ModelUnavailable
from caseroom.models.budget import Call, Counted, Purse, Spent, UnderWay
from caseroom.models.chat import Answer, Ask, Message
from caseroom.models.entries import Entry, Limits, ModelSettings, Price, tokens_of

ASK = Ask((Message("user", "one two three"),), "test", max_tokens=100)
PRICED = Entry("big", "openai", "m", price=Price(10.0, 100.0))
HERE = Entry("house", "openai-compatible", "m", "http://127.0.0.1/v1")


@dataclass
class InMemory:
    """Spending in a list."""

    calls: list[Call] = field(default_factory=list)

    def spent(self, session: str | None) -> tuple[Spent, Spent]:
        def total(calls: list[Call]) -> Spent:
            return Spent(sum(c.tokens_in + c.tokens_out for c in calls), sum(c.cost or 0.0 for c in calls))

        return total([c for c in self.calls if session and c.session == session]), total(self.calls)

    def keep(self, call: Call) -> None:
        self.calls.append(call)


def counted(
    settings: ModelSettings, kept: InMemory, script: object = "a word or two", entry: Entry = PRICED, session: str | None = "s"
) -> Counted:
    """A counted model."""

    class Priced(Scripted):
        """Costs what its entry says."""

        def ask(self, ask: Ask) -> Answer:
            answer = super().ask(ask)
            return replace(answer, cost=entry.cost(answer.tokens_in, answer.tokens_out))

    return Counted(Priced(lambda ask: script, entry.name, entry.host), entry, Purse(settings, kept), session)


def test_a_call_is_noted_with_what_it_took() -> None:
    kept = InMemory()
    counted(ModelSettings(), kept).ask(ASK)
    call = kept.calls[0]
    assert (call.name, call.purpose, call.session, call.host, call.outcome) == ("big", "test", "s", "api.openai.com", "ok")
    assert call.tokens_in == tokens_of(ASK) and call.tokens_out == 5 and call.cost == pytest.approx(PRICED.cost(call.tokens_in, 5))


def test_a_call_that_failed_is_noted() -> None:
    kept = InMemory()
    for error in (ModelUnavailable("x"), ModelGarbage("x")):
        with pytest.raises(type(error)):
            counted(ModelSettings(), kept, error).ask(ASK)
        with pytest.raises(type(error)):
            list(counted(ModelSettings(), kept, error).stream(ASK))
    assert [(c.outcome, c.tokens_out, c.cost is None) for c in kept.calls] == [
        ("ModelUnavailable", 0, True), ("ModelUnavailable", 0, True), ("ModelGarbage", 100, False), ("ModelGarbage", 100, False),
    ]  # fmt: skip


def test_a_stream_is_noted_whole_and_where_nobody_listens_on() -> None:
    kept = InMemory()
    assert "".join(counted(ModelSettings(), kept).stream(ASK)) == "a word or two"
    stream = counted(ModelSettings(), kept).stream(ASK)
    next(stream)
    stream.close()
    assert [(c.outcome, c.tokens_out) for c in kept.calls] == [("ok", 5), ("stopped", 1)]


@pytest.mark.parametrize(
    ("settings", "when"),
    [
        (ModelSettings(session=Limits(cost=0.02)), "this session"), (ModelSettings(day=Limits(cost=0.02)), "today"),
        (ModelSettings(session=Limits(tokens=130)), "this session"), (ModelSettings(day=Limits(tokens=130)), "today"),
    ],
)  # fmt: skip
def test_what_may_go_over_a_budget_is_not_sent(settings: ModelSettings, when: str) -> None:
    kept = InMemory()
    model = counted(settings, kept, "word " * 90)
    assert model.ask(ASK).text
    with pytest.raises(BudgetSpent, match=f"budget for {when} is used up.*caseroom models budget"):
        model.ask(ASK)
    with pytest.raises(BudgetSpent):
        list(model.stream(ASK))
    assert len(kept.calls) == 1


def test_another_session_has_its_own_budget() -> None:
    kept = InMemory()
    settings = ModelSettings(session=Limits(tokens=130))
    counted(settings, kept, "word " * 90).ask(ASK)
    assert counted(settings, kept, session="t").ask(ASK).text
    assert counted(settings, kept, session=None).ask(ASK).text


def test_what_stays_here_and_is_free_is_never_refused() -> None:
    kept = InMemory()
    assert counted(ModelSettings(day=Limits(0.0, 0)), kept, entry=HERE).ask(ASK).text
    with pytest.raises(BudgetSpent):
        counted(ModelSettings(day=Limits(0.0, 0)), kept).ask(ASK)


def test_calls_side_by_side_do_not_spend_twice() -> None:
    kept, under_way = InMemory(), UnderWay()
    settings = ModelSettings(day=Limits(tokens=3 * (tokens_of(ASK) + 100)))
    gate, refused = threading.Barrier(4), []

    class Slow(Scripted):
        """Waits until all have asked."""

        def ask(self, ask: Ask) -> Answer:
            gate.wait(5)
            return super().ask(ask)

    def call() -> None:
        try:
            Counted(Slow(), PRICED, Purse(settings, kept, under_way), "s").ask(ASK)
        except BudgetSpent:
            refused.append(1)
            gate.wait(5)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1 and len(kept.calls) == 3 and under_way.held == {}
