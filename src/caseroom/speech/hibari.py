"""The interviewer's voice on this machine: hibari, one English voice, inside of its package. Nothing leaves the machine."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from caseroom.speech.base import Sound, SpeechError
from caseroom.speech.spoken import breaths, read_aloud

FILE, SHA256 = "assets/hibari.onnx", "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8"
_PAUSE = 0.18
"""Seconds between sentences."""
_SEED = 7
NO_VOICE = "The interviewer's voice needs hibari-tts. `pip install 'caseroom[voice]'`."


def where() -> Path | None:
    """The folder of the package; None if it is not installed."""
    found = importlib.util.find_spec("hibari")
    return Path(found.origin).parent if found and found.origin else None


@cache
def _checked() -> Path:
    folder = where()
    if folder is None:
        raise SpeechError(NO_VOICE)
    try:
        digest = hashlib.sha256((folder / FILE).read_bytes()).hexdigest()
    except OSError:
        digest = ""
    if digest != SHA256:
        raise SpeechError("The voice of hibari-tts is damaged, or of another version. `pip install --force-reinstall hibari-tts==0.2.1`.")
    return folder / FILE


class Hibari:
    """The voice. The same text makes the same sound."""

    def __init__(self, speed: float = 1.0) -> None:
        """Finds the voice; it is loaded with the first words.

        Raises:
            SpeechError: not installed, or not the file that is known.
        """
        self._path, self._speed = _checked(), speed
        self._loaded: Any = None

    sends_to = ""

    @property
    def signature(self) -> str:
        """Voice, file and pace."""
        return f"voice:hibari-heart|sha256:{SHA256[:8]}|speed:{self._speed:g}"

    def warm(self) -> None:
        """Load the voice now."""
        if self._loaded is None:
            from hibari import Hibari as Loaded

            self._loaded = Loaded(model=str(self._path))
            self._loaded("Yes.", seed=_SEED)

    def say(self, text: str) -> Sound:
        """The text, spoken."""
        parts = list(self.parts(text))
        rate = parts[0].rate if parts else 24_000
        return Sound(np.concatenate([part.samples for part in parts]) if parts else np.zeros(0, np.float32), rate)

    def parts(self, text: str) -> Iterator[Sound]:
        """The same, a breath at a time."""
        self.warm()
        rate = int(self._loaded.sample_rate)
        for breath in breaths(read_aloud(text)):
            made = np.asarray(self._loaded(breath, speed=self._speed, seed=_SEED), np.float32)
            yield Sound(np.concatenate([made.clip(-1.0, 1.0), np.zeros(round(_PAUSE * rate), np.float32)]), rate)
