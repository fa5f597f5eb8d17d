"""A GGUF file loaded into this process by llama.cpp's server through xllamacpp; loaded once, whoever asks. Never a key, never a network."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from caseroom.errors import ModelError
from caseroom.models.gguf_file import FETCH, trouble

_loaded: dict[tuple[str, int, int], Any] = {}
_lock = threading.Lock()


class LlamaFile:
    """A file and its server. One request at a time."""

    def __init__(self, path: Path, context: int, otherwise: str) -> None:
        """Finds the file; it is loaded with the first request. `otherwise` tells what else to do where it is not there.

        Raises:
            ModelError: it is not there, not whole, or the runtime is not installed.
        """
        self.path, self.context = path.expanduser(), context
        if not self.path.is_file():
            raise ModelError(f"The model file {self.path} is not there. {otherwise}")
        if wrong := trouble(self.path):
            raise ModelError(f"The model file {self.path} {wrong}. {FETCH}")
        try:
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning threads starve each other on few cores
            import xllamacpp
        except ImportError as error:
            raise ModelError(f"A local model needs llama.cpp ({error}). `pip install 'caseroom[local]'`, or {_inside(otherwise)}") from None
        self._llama: Any = xllamacpp
        self._busy = threading.Lock()

    @property
    def signature(self) -> str:
        """File and size; context."""
        known = self.path.stat()
        return f"file:{self.path.name}|bytes:{known.st_size}|written:{known.st_mtime_ns}|temperature:0|context:{self.context}"

    def load(self) -> Any:
        """The server.

        Raises:
            ModelError: the file cannot be loaded.
        """
        with _lock:
            known = self.path.stat()
            key = (str(self.path.resolve()), known.st_mtime_ns, self.context)
            if key not in _loaded:
                _loaded[key] = self._load()
            return _loaded[key]

    def chat(self, body: dict[str, Any], heard: Callable[[Any], bool] | None = None) -> Any:
        """The server's answer to a chat request; with `heard` each piece of it as it comes, until that returns True.

        Raises:
            ModelError: the file cannot be loaded.
        """
        server = self.load()
        with self._busy:
            answer = server.handle_chat_completions({**body, "stream": True}, heard) if heard else server.handle_chat_completions(body)
        return json.loads(answer) if isinstance(answer, str) else answer

    def _load(self) -> Any:
        params = self._llama.CommonParams()
        params.model.path = str(self.path)
        params.n_ctx, params.n_parallel, params.warmup = self.context, 1, False
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = max(1, (os.cpu_count() or 2) - 1)
        params.cpuparams.poll = params.cpuparams_batch.poll = 0
        params.sampling.temp = 0.0
        params.verbosity = 0  # its lines are for its builders; what a person can do stands in the error
        try:
            return self._llama.Server(params)
        except Exception:  # the runtime raises its own kinds, and says nothing of use in them
            raise ModelError(
                f"The model file {self.path} cannot be loaded. It looks whole, so the memory may not hold it with a context of {self.context} tokens, or "
                "this llama.cpp does not know its kind. Take a smaller context or file, or `pip install --upgrade xllamacpp`."
            ) from None


def _inside(advice: str) -> str:
    """The last advice as a part of a sentence."""
    last = advice.rsplit(", or ", 1)[-1]
    return last[:1].lower() + last[1:]
