"""How three kinds of providers say the same answer: OpenAI's chat completions, Anthropic's messages, Google's generateContent. For the faulty server."""

from __future__ import annotations

from typing import Any, Protocol

Body = dict[str, Any]


def text_of(data: Any) -> str:
    """All text of a request, whichever dialect."""
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        return "\n".join(text_of(part) for part in data)
    if isinstance(data, dict):
        parts = (data[name] for name in ("system", "systemInstruction", "messages", "contents", "parts", "content", "text") if name in data)
        return "\n".join(text for part in parts if (text := text_of(part)))
    return ""


def schema_of(body: Body) -> Body | None:
    """The JSON schema that a request binds the answer to."""
    if form := body.get("response_format"):
        return dict(form["json_schema"]["schema"]) if form.get("type") == "json_schema" else None
    if form := (body.get("output_config") or {}).get("format"):
        return dict(form["schema"])
    return (body.get("generationConfig") or {}).get("responseJsonSchema")


def tokens(body: Body, text: str) -> tuple[int, int]:
    """Tokens in and out, as this server counts: words."""
    return len(text_of(body).split()), len(text.split())


class Dialect(Protocol):
    """The forms of a provider's answers; an event that is text is sent as it is."""

    def whole(self, body: Body, text: str) -> Body:
        """An answer in one piece."""

    def begin(self, body: Body) -> list[Any]:
        """The events before the text."""

    def piece(self, body: Body, text: str) -> Body:
        """A piece of the text."""

    def end(self, body: Body, text: str) -> list[Any]:
        """The events after it."""


class OpenAI:
    """Chat completions."""

    def whole(self, body: Body, text: str) -> Body:
        """An answer in one piece."""
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        return {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": body.get("model", ""),
            "choices": [choice],
            "usage": self._usage(body, text),
        }

    def _usage(self, body: Body, text: str) -> Body:
        asked, said = tokens(body, text)
        return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}

    def _chunk(self, body: Body, delta: Body, finish: str | None = None) -> Body:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": body.get("model", ""), "choices": [choice]}

    def begin(self, body: Body) -> list[Any]:
        """The role."""
        return [self._chunk(body, {"role": "assistant", "content": ""})]

    def piece(self, body: Body, text: str) -> Body:
        """A delta."""
        return self._chunk(body, {"content": text})

    def end(self, body: Body, text: str) -> list[Any]:
        """Why it ended, and the usage if that is wanted."""
        wanted = (body.get("stream_options") or {}).get("include_usage")
        usage = [{**self._chunk(body, {}), "choices": [], "usage": self._usage(body, text)}] if wanted else []
        return [self._chunk(body, {}, "stop"), *usage, "[DONE]"]


class Anthropic:
    """Messages."""

    def whole(self, body: Body, text: str) -> Body:
        """An answer in one piece."""
        asked, said = tokens(body, text)
        return {
            "id": "1", "type": "message", "role": "assistant", "model": body.get("model", ""), "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": asked, "output_tokens": said},
        }  # fmt: skip

    def begin(self, body: Body) -> list[Any]:
        """The message, and its only block."""
        message = {**self.whole(body, ""), "content": [], "stop_reason": None}
        return [
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        ]

    def piece(self, body: Body, text: str) -> Body:
        """A delta."""
        return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}

    def end(self, body: Body, text: str) -> list[Any]:
        """Why it ended, and the usage."""
        delta = {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": tokens(body, text)[1]},
        }
        return [{"type": "content_block_stop", "index": 0}, delta, {"type": "message_stop"}]


class Google:
    """generateContent."""

    def whole(self, body: Body, text: str) -> Body:
        """An answer in one piece."""
        asked, said = tokens(body, text)
        usage = {"promptTokenCount": asked, "candidatesTokenCount": said, "totalTokenCount": asked + said}
        return {**self.piece(body, text, "STOP"), "usageMetadata": usage}

    def begin(self, body: Body) -> list[Any]:
        """Nothing."""
        return []

    def piece(self, body: Body, text: str, finish: str | None = None) -> Body:
        """A candidate with a part."""
        candidate: Body = {"index": 0, "content": {"role": "model", "parts": [{"text": text}]}}
        return {"candidates": [{**candidate, "finishReason": finish} if finish else candidate], "modelVersion": "faulty", "responseId": "1"}

    def end(self, body: Body, text: str) -> list[Any]:
        """Why it ended, and the usage."""
        return [{**self.piece(body, "", "STOP"), "usageMetadata": self.whole(body, text)["usageMetadata"]}]


def dialect_of(path: str) -> Dialect:
    """The dialect of a path."""
    return Anthropic() if path.endswith("/messages") else Google() if "enerateContent" in path else OpenAI()
