"""Providers of large models by pydantic-ai: one request to one of them, in time, within bounds, its failures as kinds of ModelError.

Asks once (and once more to mend an object that does not fit); who tries again, waits, counts and masks stands in other modules.
Nothing of a request, an answer or a key is in an error or a log.
"""

from __future__ import annotations

import contextlib
import threading
import time
import weakref
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from caseroom.errors import ModelError, ModelGarbage, ModelRefused
from caseroom.models import loop
from caseroom.models.base import words_as_tokens
from caseroom.models.chat import Answer, Ask, Message
from caseroom.models.clients import Client, Used, client_for
from caseroom.models.entries import Entry, tokens_of
from caseroom.models.failures import RequestRefused, TookTooLong, failure
from caseroom.models.keys import Secret, find_key, needed_key
from caseroom.models.shape import asked_for, read_object

_LETTERS_A_TOKEN, _MORE_LETTERS = 12, 400
"""An answer longer than this for its tokens is endless."""
_MEND = "That does not hold: {problem}. Answer again with the JSON object alone."


class Provider:
    """A model behind an address."""

    def __init__(self, entry: Entry, environment: Mapping[str, str]) -> None:
        self.entry, self._environment = entry, environment
        self.name = entry.name
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._key: Secret | None = None
        self._takes_schemas = True
        """Whether the provider binds an answer to a schema, as far as is known."""

    def __repr__(self) -> str:
        return f"Provider({self.name})"

    @property
    def signature(self) -> str:
        """Kind, model and address."""
        return self.entry.signature

    @property
    def sends_to(self) -> str:
        """The host; empty when it is this machine."""
        return self.entry.host

    def _client_now(self) -> Client:
        """The client; made with the first request, and anew when the key was changed.

        Raises:
            ModelError: the key or the library is not there.
        """
        with self._lock:
            if self._client is None:
                self._key = needed_key(self.entry, self._environment)
                try:
                    self._client = client_for(self.entry, self._key)
                    self._client.warm()
                except Exception as error:  # a library may refuse a key or an address when it is made
                    raise failure(self.entry, error) from None
                weakref.finalize(self, loop.later, self._client.close).atexit = False
            return self._client

    def warm(self) -> None:
        """Make the client now (its library takes seconds to import), so that the first request does not wait; what goes wrong is told by that."""
        with contextlib.suppress(ModelError):
            self._client_now()

    def close(self) -> None:
        """Let go of the connections; the next request makes new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            loop.run(client.close(), self.entry.connect)

    def ask(self, ask: Ask) -> Answer:
        """The whole answer.

        Raises:
            ModelError: and its kinds.
        """
        client = self._client_now()
        began = time.monotonic()
        until = began + self._time_for(ask)
        answer = self._once(client, ask, until)
        if ask.schema is None:
            return self._told(answer, began)
        data, problem = read_object(answer.text, ask.schema)
        if problem:
            again = replace(
                ask, messages=(*ask.messages, Message("assistant", answer.text or "…"), Message("user", _MEND.format(problem=problem)))
            )
            second = self._once(client, again, until)
            answer = replace(second, tokens_in=answer.tokens_in + second.tokens_in, tokens_out=answer.tokens_out + second.tokens_out)
            data, problem = read_object(answer.text, ask.schema)
        if problem:
            raise ModelGarbage(f"{self.name}: the answer does not have the form that was asked for, twice.")
        return self._told(replace(answer, data=data), began)

    def _told(self, answer: Answer, began: float) -> Answer:
        cost = self.entry.cost(answer.tokens_in, answer.tokens_out)
        return replace(answer, seconds=time.monotonic() - began, cost=cost, model=self.name)

    def _once(self, client: Client, ask: Ask, until: float) -> Answer:
        """One request; one more, without the schema, where the provider does not know schemas."""
        bound = ask.schema is not None and self._takes_schemas and client.takes_schemas
        try:
            return self._request(client, ask, bound, until)
        except RequestRefused:
            if not bound:
                raise
        answer = self._request(client, ask, False, until)
        self._takes_schemas = False
        return answer

    def _request(self, client: Client, ask: Ask, bound: bool, until: float) -> Answer:
        told, left = self._messages(ask, bound), until - time.monotonic()
        if left <= 0:
            raise TookTooLong(f"{self.name} did not answer in time.")
        try:
            text, used = loop.run(client.request(told, bound), left)
        except Exception as error:
            raise self._failure(error) from None
        if not text.strip():
            raise ModelGarbage(f"{self.name}: the answer is empty.")
        self._check_length(len(text), ask)
        return Answer(text, tokens_in=used.tokens_in or tokens_of(told), tokens_out=used.tokens_out or words_as_tokens(text))

    def _messages(self, ask: Ask, bound: bool) -> Ask:
        """The request as it is sent: told of the form where nothing binds the answer to it, or may not bind it."""
        if ask.schema is None or (bound and self.entry.kind != "openai-compatible"):
            return ask
        return replace(
            ask, messages=(*ask.messages[:-1], replace(ask.messages[-1], text=f"{ask.messages[-1].text}\n\n{asked_for(ask.schema)}"))
        )

    def _time_for(self, ask: Ask) -> float:
        return min(self.entry.seconds, ask.seconds or self.entry.seconds)

    def _failure(self, error: Exception) -> ModelError:
        """The error of the tree; after a refusal the key is looked up, it may have been changed."""
        made = failure(self.entry, error)
        if isinstance(made, ModelRefused) and not isinstance(made, RequestRefused) and self._key != find_key(self.entry, self._environment):
            self.close()
        return made

    def _check_length(self, letters: int, ask: Ask) -> None:
        if letters > _LETTERS_A_TOKEN * ask.max_tokens + _MORE_LETTERS:
            raise ModelGarbage(f"{self.name}: the answer has no end; it was cut.")

    def stream(self, ask: Ask) -> Generator[str, None, Answer]:
        """Pieces of text as they come; returns the whole with what it cost.

        Raises:
            ModelError: and its kinds, also in the middle.
        """
        client = self._client_now()
        began, text, used = time.monotonic(), "", Used()
        try:
            for piece in loop.iterate(lambda: client.stream(ask), self._time_for(ask), self.entry.stall):
                if isinstance(piece, Used):
                    used = piece
                    continue
                text += piece
                self._check_length(len(text), ask)
                yield piece
        except Exception as error:
            raise self._failure(error) from None
        if not text.strip():
            raise ModelGarbage(f"{self.name}: the answer is empty.")
        return self._told(
            Answer(text, tokens_in=used.tokens_in or tokens_of(ask), tokens_out=used.tokens_out or words_as_tokens(text)), began
        )


def ready(entry: Entry, environment: Mapping[str, str]) -> dict[str, Any]:
    """What can be said of an entry without sending anything: is its key there, is its library there."""
    from importlib.util import find_spec

    library = "xllamacpp" if entry.kind == "local" else "pydantic_ai"
    return {"key": find_key(entry, environment) is not None, "installed": find_spec(library) is not None}
