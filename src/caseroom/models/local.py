"""A model file on this machine (GGUF), run in this process by llama.cpp's server through xllamacpp. An optional extra; never a key, never a network."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from caseroom.errors import ModelError
from caseroom.models.base import NOTHING, Reply, Request, Value, words_as_tokens
from caseroom.models.llama import LlamaFile

_CONTEXT, _LONGEST = 4096, 400
"""Tokens of a request with its reply, and of a reply."""
_UNKNOWN = re.compile(r"\bi (?:do not|don['’]t) know\b", re.IGNORECASE)


class Local:
    """A GGUF file. Temperature 0; the reply to a request is the same each time on one machine."""

    def __init__(self, file: str | None) -> None:
        """Finds the file; it is loaded with the first request.

        Raises:
            ModelError: no file is named, it is not there, or the runtime is not installed.
        """
        if not file:
            raise ModelError(
                "technical.model.name is local, but technical.model.file names no GGUF file. Name one, or write name: extractive."
            )
        self._file = LlamaFile(Path(file), _CONTEXT, "Name another in technical.model.file, or write name: extractive.")

    @property
    def signature(self) -> str:
        """File and size; settings."""
        return f"local:1|{self._file.signature}"

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply for each request, one after the other.

        Raises:
            ModelError: the file cannot be loaded.
        """
        self._file.load()
        return [self._reply(request) for request in requests]

    def _reply(self, request: Request) -> Reply:
        start = time.perf_counter()
        body = {"messages": [{"role": "user", "content": request.prompt}], "temperature": 0, "max_tokens": _LONGEST, "cache_prompt": True}
        if request.kind == "fields":
            body["response_format"] = {"type": "json_object", "schema": schema_of(request)}
        try:
            data = self._file.chat(body)
            text = str(data["choices"][0]["message"]["content"])
        except Exception as error:  # a request too long, a reply without form: this item's trouble only
            return Reply(error=f"{type(error).__name__}: {str(error)[:200]}", tokens_in=words_as_tokens(request.prompt))
        used = data.get("usage", {})
        sizes = {"tokens_in": int(used.get("prompt_tokens", 0)), "tokens_out": int(used.get("completion_tokens", 0))}
        return parsed(request, text, time.perf_counter() - start, **sizes)


def parsed(request: Request, text: str, seconds: float, tokens_in: int, tokens_out: int) -> Reply:
    """The reply in a language model's words: values from JSON, an abstention from its words."""
    if request.kind != "fields":
        gave_up = bool(_UNKNOWN.search(text))
        return Reply(NOTHING if gave_up else text.strip(), abstained=gave_up, tokens_in=tokens_in, tokens_out=tokens_out, seconds=seconds)
    match = re.search(r"\{.*\}", text, re.DOTALL)
    try:
        found = json.loads(match[0]) if match else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return Reply(error="the reply is no JSON object", tokens_in=tokens_in, tokens_out=tokens_out, seconds=seconds)
    values: dict[str, Value] = {
        wanted.name: v if isinstance(v := found.get(wanted.name), str | int | float | bool) and v != "null" and _finite(v) else None
        for wanted in request.wanted
    }
    return Reply(values=values, tokens_in=tokens_in, tokens_out=tokens_out, seconds=seconds)


def _finite(value: Value) -> bool:
    """Python reads NaN and Infinity, which are no JSON."""
    return not isinstance(value, float) or math.isfinite(value)


def schema_of(request: Request) -> dict[str, Any]:
    """The JSON schema of the values that a request wants."""
    kinds: dict[str, list[str]] = {"number": ["number", "null"], "money": ["number", "null"]}
    parts: dict[str, Any] = {}
    for wanted in request.wanted:
        allowed = [value for value, _ in wanted.values] or (["yes", "no"] if wanted.kind == "flag" else [])
        parts[wanted.name] = {"enum": [*allowed, None]} if allowed else {"type": kinds.get(wanted.kind, ["string", "null"])}
    return {"type": "object", "properties": parts, "required": list(parts)}
