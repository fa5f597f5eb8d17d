"""A large model behind an interface of what talks, as a generator of the lab: requests side by side, what went wrong with one in its reply.

What would go wrong with all of them (a wrong key, no credit, a budget that is used up, a provider that stays down) stops the run; what was made until then is handed over with the error.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from caseroom.errors import BudgetSpent, ModelError, ModelRefused, ModelUnavailable, NotAgreed, RateLimited
from caseroom.models.base import Reply, Request, StoppedInTheMiddle
from caseroom.models.chain import LeftAlone
from caseroom.models.chat import Ask, ChatModel, Message
from caseroom.models.failures import RequestRefused
from caseroom.models.local import parsed, schema_of

_LONGEST = 400
"""Tokens of a reply."""
_FOR_ALL = (ModelRefused, BudgetSpent, NotAgreed, RateLimited, LeftAlone)


class Remote:
    """A provider as the lab's model. Temperature 0."""

    def __init__(self, model: ChatModel, at_once: int = 4) -> None:
        self._model, self._at_once = model, at_once

    @property
    def signature(self) -> str:
        """The model's, and ours."""
        return f"api:1|{self._model.signature}|temperature:0|longest:{_LONGEST}"

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply for each request, in order; `at_once` at a time.

        Raises:
            StoppedInTheMiddle: what stands in the way of all of them; it holds the replies that were made.
        """
        stopped: list[ModelError] = []
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="lab") as pool:
            replies = list(pool.map(lambda request: self._reply(request, stopped), requests))
        made = [reply for reply in replies if reply is not None]
        if stopped:
            pairs = [(request, reply) for request, reply in zip(requests, replies, strict=True) if reply is not None]
            raise StoppedInTheMiddle(str(stopped[0]), pairs) from stopped[0]
        return made

    def _reply(self, request: Request, stopped: list[ModelError]) -> Reply | None:
        """The reply; None where something stands in the way of all of them, which is noted in `stopped`."""
        if stopped:
            return None
        schema = schema_of(request) if request.kind == "fields" else None
        try:
            answer = self._model.ask(Ask((Message("user", request.prompt),), "lab", schema=schema, max_tokens=_LONGEST))
        except ModelError as error:
            if isinstance(error, _FOR_ALL) and not isinstance(error, RequestRefused):
                stopped.append(error)
                return None
            return Reply(error=str(error), unanswered=isinstance(error, ModelUnavailable))
        reply = parsed(request, answer.text, answer.seconds, answer.tokens_in, answer.tokens_out)
        return replace(reply, cost=answer.cost or 0.0)
