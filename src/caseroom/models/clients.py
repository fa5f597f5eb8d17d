"""The client of each kind of provider, by pydantic-ai; imported with the first request. An answer of endless bytes is cut, no redirect is followed.

The client holds the key; it is given to nobody and never printed.
"""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from caseroom.errors import ModelError
from caseroom.models.chat import Ask
from caseroom.models.entries import Entry
from caseroom.models.keys import Secret

LONGEST = 8_000_000
"""Bytes of an answer."""


class TooLong(Exception):
    """An answer of more bytes than any has."""


class BrokenOff(Exception):
    """A stream that ended without saying that it is over."""


@dataclass(frozen=True, slots=True)
class Used:
    """Tokens of a request and its answer; 0 where the provider does not say."""

    tokens_in: int = 0
    tokens_out: int = 0


class Client(Protocol):
    """What a provider needs of pydantic-ai."""

    takes_schemas: bool
    """Whether the provider can bind an answer to a JSON schema."""

    def warm(self) -> None:
        """Import what the first request would import, before its clock runs."""

    async def request(self, ask: Ask, bound: bool) -> tuple[str, Used]:
        """Text and tokens; bound to the schema if that is asked for."""

    def stream(self, ask: Ask) -> AsyncIterator[str | Used]:
        """Pieces of text, and the tokens at last."""

    async def close(self) -> None:
        """Let go of the connections."""


def client_for(entry: Entry, key: Secret) -> Client:
    """The client of an entry.

    Raises:
        ModelError: the extra is not installed.
    """
    try:
        import pydantic_ai.direct  # noqa: F401  # is it there
    except ImportError as error:
        raise ModelError(f"A provider of large models needs pydantic-ai ({error.name}). `pip install 'caseroom[models]'`.") from None
    # what a library wants to tell its programmer (a model takes no temperature, or is old) is nothing for the person at the screen
    warnings.filterwarnings("ignore", module=r"(?:pydantic_ai|openai|anthropic|google)\b")
    http = _http(entry)
    return _Client(_MAKERS[entry.kind](entry, key, http), http)


class _Client:
    def __init__(self, model: Any, http: Any) -> None:
        self._model, self._http = model, http
        self._reasons = bool(model.profile.get("thinking_always_enabled", False))
        """Whether it reasons in any case; then it takes no temperature."""
        self.takes_schemas = bool(model.profile.get("supports_json_schema_output", False))

    def __repr__(self) -> str:
        return "Client(…)"

    def warm(self) -> None:
        """The parts of the library that a request imports."""
        import pydantic_ai.direct
        import pydantic_ai.exceptions
        import pydantic_ai.output  # noqa: F401  # for later

    async def request(self, ask: Ask, bound: bool) -> tuple[str, Used]:
        """One request, no retries of the library's own."""
        from pydantic_ai.direct import model_request

        made = await model_request(
            self._model, _messages(ask), model_settings=self._settings(ask), model_request_parameters=_form(ask, bound)
        )
        return made.text or "", Used(made.usage.input_tokens, made.usage.output_tokens)

    async def stream(self, ask: Ask) -> AsyncIterator[str | Used]:
        """Pieces of text as they come."""
        from pydantic_ai.direct import model_request_stream
        from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta

        async with model_request_stream(self._model, _messages(ask), model_settings=self._settings(ask)) as events:
            async for event in events:
                if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart) and event.part.content:
                    yield event.part.content
                elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta) and event.delta.content_delta:
                    yield event.delta.content_delta
            if events.get().finish_reason is None:
                raise BrokenOff
            yield Used(events.usage.input_tokens, events.usage.output_tokens)

    def _settings(self, ask: Ask) -> Any:
        """No retries of the library's own, and no reasoning where it can be left out: tokens and time are few."""
        made: dict[str, Any] = {"max_tokens": ask.max_tokens, "max_retries": 0, "thinking": False}
        return made if self._reasons else {**made, "temperature": ask.temperature}

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()


def _messages(ask: Ask) -> list[Any]:
    from pydantic_ai.messages import ModelRequest, ModelResponse, SystemPromptPart, TextPart, UserPromptPart

    made: list[Any] = []
    for message in ask.messages:
        if message.role == "assistant":
            made.append(ModelResponse(parts=[TextPart(message.text)]))
            continue
        part = SystemPromptPart(message.text) if message.role == "system" else UserPromptPart(message.text)
        if made and isinstance(made[-1], ModelRequest):
            made[-1] = ModelRequest(parts=[*made[-1].parts, part])
        else:
            made.append(ModelRequest(parts=[part]))
    return made


def _form(ask: Ask, bound: bool) -> Any:
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition

    if not bound:
        return ModelRequestParameters()
    return ModelRequestParameters(
        output_mode="native", output_object=OutputObjectDefinition(json_schema=dict(ask.schema or {}), name="answer")
    )


def _http(entry: Entry) -> Any:
    """The HTTP client: its time-outs, no redirects (they would carry the text to another host), no proxy to this machine itself."""
    import httpx2

    class Bounded(httpx2.AsyncByteStream):
        """The bytes of an answer, up to a bound."""

        def __init__(self, stream: Any) -> None:
            self._stream, self._left = stream, LONGEST

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for chunk in self._stream:
                self._left -= len(chunk)
                if self._left < 0:
                    raise TooLong
                yield chunk

        async def aclose(self) -> None:
            await self._stream.aclose()

    async def bounded(response: Any) -> None:
        """Bound the bytes of a response."""
        response.stream = Bounded(response.stream)

    timeout = httpx2.Timeout(entry.seconds, connect=entry.connect, read=max(entry.seconds, entry.stall))
    return httpx2.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=bool(entry.host), event_hooks={"response": [bounded]})


def _openai_compatible(entry: Entry, key: Secret, http: Any) -> Any:
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.profiles.openai import OpenAIModelProfile
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    # servers of one's own know max_tokens, and not all of them its newer name
    provider = OpenAICompatibleProvider(
        entry.name, base_url=entry.address, api_key=key.reveal() or None, http_client=http,
        profile=OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False),
    )  # fmt: skip
    return OpenAIChatModel(entry.model, provider=provider)


def _openai(entry: Entry, key: Secret, http: Any) -> Any:
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    return OpenAIChatModel(entry.model, provider=OpenAIProvider(base_url=entry.address, api_key=key.reveal(), http_client=http))


def _anthropic(entry: Entry, key: Secret, http: Any) -> Any:
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    return AnthropicModel(entry.model, provider=AnthropicProvider(base_url=entry.address, api_key=key.reveal(), http_client=http))


def _google(entry: Entry, key: Secret, http: Any) -> Any:
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    return GoogleModel(entry.model, provider=GoogleProvider(base_url=entry.address, api_key=key.reveal(), http_client=http))


_MAKERS: dict[str, Callable[[Entry, Secret, Any], Any]] = {
    "openai-compatible": _openai_compatible, "openai": _openai, "anthropic": _anthropic, "google": _google,
}  # fmt: skip
