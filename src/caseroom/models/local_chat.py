"""A GGUF file that talks: the same loading as the lab's local model, behind the interface of what talks. Nothing leaves this machine."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from caseroom.errors import ModelError, ModelGarbage, ModelRefused, ModelUnavailable
from caseroom.models.base import words_as_tokens
from caseroom.models.chat import Answer, Ask
from caseroom.models.entries import Entry, tokens_of
from caseroom.models.failures import RequestRefused, TookTooLong
from caseroom.models.llama import LlamaFile
from caseroom.models.shape import read_object

_END = object()


@dataclass
class _Heard:
    """What came so far."""

    tokens_in: int = 0
    tokens_out: int = 0
    refused: str = ""

    def piece(self, chunk: Any) -> str:
        """The text of a chunk."""
        if error := chunk.get("error"):
            self.refused = str(error.get("type") or "error") if isinstance(error, dict) else "error"
            return ""
        if used := chunk.get("usage"):
            self.tokens_in, self.tokens_out = int(used.get("prompt_tokens", 0)), int(used.get("completion_tokens", 0))
        choices = chunk.get("choices") or [{}]
        return str((choices[0].get("delta") or {}).get("content") or "")


class LocalChat:
    """A model file of the settings."""

    def __init__(self, entry: Entry) -> None:
        self.entry, self.name = entry, entry.name

    @cached_property
    def _file(self) -> LlamaFile:
        return LlamaFile(
            Path(self.entry.file), self.entry.context, f"Name another as file of {self.name} in models.yaml, or use another model."
        )

    @property
    def signature(self) -> str:
        """The file's name and settings; without it, as far as they are known."""
        try:
            return f"chat:1|kind:local|{self._file.signature}"
        except (ModelError, OSError):
            return f"{self.entry.signature}|file:{Path(self.entry.file).name}|missing"

    @property
    def sends_to(self) -> str:
        """Nowhere."""
        return ""

    def warm(self) -> None:
        """Load the file now; what goes wrong is told by the first request."""
        with contextlib.suppress(ModelError):
            self._loaded()

    def ask(self, ask: Ask) -> Answer:
        """The whole answer.

        Raises:
            ModelError: and its kinds.
        """
        pieces = self.stream(ask)
        while True:
            try:
                next(pieces)
            except StopIteration as end:
                answer: Answer = end.value
                break
        if ask.schema is None:
            return answer
        data, problem = read_object(answer.text, ask.schema)
        if problem:  # the runtime binds it to the schema, so it ran out of tokens
            raise ModelGarbage(f"{self.name}: the answer does not have the form that was asked for.")
        return Answer(answer.text, data, answer.tokens_in, answer.tokens_out, answer.seconds, answer.cost, answer.model)

    def stream(self, ask: Ask) -> Generator[str, None, Answer]:
        """Pieces of text as they come; returns the whole. Whoever stops reading stops the model.

        Raises:
            ModelError: and its kinds, also in the middle.
        """
        file = self._loaded()
        began, text, heard = time.monotonic(), "", _Heard()
        until = began + min(self.entry.seconds, ask.seconds or self.entry.seconds)
        pieces: queue.SimpleQueue[Any] = queue.SimpleQueue()
        stopped = threading.Event()
        threading.Thread(target=_work, args=(file, _body(ask), pieces, heard, stopped), daemon=True).start()
        try:
            while (item := self._next(pieces, until)) is not _END:
                if isinstance(item, BaseException):
                    raise ModelUnavailable(f"{self.name}: the runtime failed ({type(item).__name__}).")
                text += item
                yield item
        finally:
            stopped.set()
        if heard.refused:
            raise RequestRefused(
                f"{self.name} refuses the request ({heard.refused}). It may be longer than its context of {file.context} tokens."
            )
        if not text.strip():
            raise ModelGarbage(f"{self.name}: the answer is empty.")
        used = (heard.tokens_in or tokens_of(ask), heard.tokens_out or words_as_tokens(text))
        return Answer(text, None, *used, seconds=time.monotonic() - began, cost=self.entry.cost(*used), model=self.name)

    def _loaded(self) -> LlamaFile:
        """The file, loaded before the clock of an answer runs."""
        try:
            self._file.load()
        except ModelError as error:
            raise ModelRefused(f"{self.name}: {error}") from None
        except OSError as error:
            raise ModelRefused(f"{self.name}: its file cannot be read ({error.strerror}).") from None
        return self._file

    def _next(self, pieces: queue.SimpleQueue[Any], until: float) -> Any:
        try:
            return pieces.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            raise TookTooLong(f"{self.name} did not answer in time. A slow machine needs more; set seconds in models.yaml.") from None


def _work(file: LlamaFile, body: dict[str, Any], pieces: queue.SimpleQueue[Any], heard: _Heard, stopped: threading.Event) -> None:
    def piece(chunk: Any) -> bool:
        """Hand a piece over; True stops the model."""
        if text := heard.piece(chunk):
            pieces.put(text)
        return stopped.is_set()

    try:
        if not stopped.is_set():
            file.chat(body, piece)
        pieces.put(_END)
    except BaseException as error:
        pieces.put(error)


def _body(ask: Ask) -> dict[str, Any]:
    body: dict[str, Any] = {
        "messages": [{"role": message.role, "content": message.text} for message in ask.messages],
        "temperature": ask.temperature, "max_tokens": ask.max_tokens, "cache_prompt": True, "stream_options": {"include_usage": True},
    }  # fmt: skip
    if ask.schema is not None:
        body["response_format"] = {"type": "json_object", "schema": dict(ask.schema)}
    return body
