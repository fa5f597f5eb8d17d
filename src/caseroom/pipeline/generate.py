"""The generate stage: the model's reply; then, for values, what code looks up and works out from what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from caseroom import tracing
from caseroom.errors import ModelError
from caseroom.models.base import GenerativeModel, Reply, Request, StoppedInTheMiddle, Value
from caseroom.pipeline.exact import plain
from caseroom.pipeline.intake import known
from caseroom.pipeline.privacy import restored
from caseroom.pipeline.state import Filled, Output, State, told
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Proposal


class Remember(Protocol):
    """Replies that were made before, by what was asked and of whom."""

    def find(self, signature: str, requests: Sequence[Request]) -> list[Reply | None]:
        """The remembered reply of each request, None where there is none."""

    def keep(self, signature: str, made: Sequence[tuple[Request, Reply]]) -> None:
        """Remember replies."""


class Generate:
    """Fills `reply` and a first `output`."""

    name = "generate"

    def __init__(self, proposal: Proposal, workshop: Workshop, remember: Remember | None = None) -> None:
        self._proposal, self._workshop, self._remember = proposal, workshop, remember
        self._simple = proposal.technical.model.name == "baseline"

    def run(self, states: Sequence[State]) -> list[Filled]:
        """The states in order, each with its trace.

        Raises:
            ModelError: the model is not there.
        """
        if self._simple:
            return [self._by_rules(state) for state in states]
        model = self._workshop.model(self._proposal.technical.model)
        asked = [state.request for state in states if state.request is not None]
        made = iter(replies(model, asked, self._remember))
        return [self._filled(state, next(made), model.signature) if state.request else (state, told("no request")) for state in states]

    def _filled(self, state: State, reply: Reply, signature: str) -> Filled:
        said = "says that it does not know" if reply.abstained else reply.error or "replied"
        trace = told(said, reply.tokens_in + reply.tokens_out, reply.cost, signature, reply.seconds)
        if reply.error:
            return replace(state, reply=reply, failed=f"{self.name}: {reply.error}", unanswered=reply.unanswered), trace
        state = replace(state, reply=reply)
        if reply.abstained:
            return replace(state, route="person", why="it does not know"), trace
        values = self._resolved(state, reply)
        if self._proposal.hallucinations.abstain and (
            lacking := [name for name in self._workshop.data.task.judged_by if values.get(name) is None]
        ):
            why = f"it does not know {', '.join(lacking)}"
            return replace(state, route="person", why=why), replace(trace, said=why)
        return replace(state, output=Output(restored(reply.text, state.masked), values, "model")), trace

    def _resolved(self, state: State, reply: Reply) -> dict[str, Value]:
        """The read values, and those that are looked up and worked out from them: all of them by code, or only what a model cannot read."""
        task = self._workshop.data.task
        if task.kind != "fields":
            return {}
        exact = self._workshop.exact
        names = [field.name for field in task.fields]
        read = {name: restored(v, state.masked) if isinstance(v, str) else plain(v) for name, v in reply.values.items()}
        values = {**known(state.item), **read}
        if self._proposal.technical.exact == "code":
            values |= {name: plain(v) for name, v in state.item.fields.items() if name in names and v not in (None, "")}
            values |= exact.look_up(values)[0]
            values |= exact.compute(values)
        else:
            values |= exact.compute(values, {field.name for field in task.fields if not field.is_read})
        return {name: values.get(name) for name in names}

    def _by_rules(self, state: State) -> Filled:
        output, why = self._workshop.simple.answer(state.item)
        trace = told(why, signature=self._workshop.simple.signature)
        if output is None:
            return replace(state, route="person", why=why), trace
        return replace(state, output=output), trace


def replies(model: GenerativeModel, requests: Sequence[Request], remember: Remember | None) -> list[Reply]:
    """The reply to each request: remembered, or made now and remembered where it is one.

    Raises:
        ModelError: the model is not there, or something stands in the way of all requests.
    """
    found: list[Reply | None] = remember.find(model.signature, requests) if remember else [None] * len(requests)
    fresh = [request for request, reply in zip(requests, found, strict=True) if reply is None]
    try:
        made = _made(model, fresh) if fresh else []
    except StoppedInTheMiddle as stopped:  # what was paid for is not paid for again
        if remember:
            remember.keep(model.signature, [pair for pair in stopped.made if pair[1].error is None])
        raise
    if len(made) != len(fresh):
        raise ModelError(f"{model.signature}: {len(made)} replies to {len(fresh)} requests; this is an error of the model's adapter.")
    if remember:
        remember.keep(model.signature, [pair for pair in zip(fresh, made, strict=True) if pair[1].error is None])
    new = iter(made)
    return [reply if reply is not None else next(new) for reply in found]


def _made(model: GenerativeModel, requests: Sequence[Request]) -> list[Reply]:
    """What the model replies; one call, since a model takes a whole list."""
    with tracing.model_call(tracing.model_name(model.signature), "lab") as call:
        made = model.generate(requests)
        used = tracing.usage(
            sum(r.tokens_in for r in made), sum(r.tokens_out for r in made), requests=len(requests), cost=sum(r.cost for r in made)
        )
        call.set(used)
    return made
