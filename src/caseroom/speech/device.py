"""Microphone and loudspeaker of this machine, through PortAudio. It keeps no sound and opens nothing before it is asked."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from caseroom.speech.base import RATE, Samples, Sound, SpeechError
from caseroom.speech.resample import Resampler, resampled

_BLOCK = 0.05
"""Seconds of a block."""
NO_LIBRARY = (
    "There is no sound device library on this machine ({}). `pip install 'caseroom[voice]'`; on Debian and Ubuntu also `apt install libportaudio2`. "
    "Or practise by typing, or in a browser: `caseroom serve`."
)
NO_DEVICE = "This machine has no {}. Connect one, or practise by typing, or in a browser: `caseroom serve`."


class Device:
    """The default microphone and loudspeaker."""

    def __init__(self) -> None:
        """Finds both.

        Raises:
            SpeechError: no library, or no device.
        """
        try:
            import sounddevice
        except (ImportError, OSError) as error:
            raise SpeechError(NO_LIBRARY.format(error)) from None
        self._lib: Any = sounddevice
        self._input, self._output = self._found("input", "microphone"), self._found("output", "loudspeaker")

    def _found(self, kind: str, name: str) -> dict[str, Any]:
        try:
            return dict(self._lib.query_devices(kind=kind))
        except (self._lib.PortAudioError, ValueError):
            raise SpeechError(NO_DEVICE.format(name)) from None

    @property
    def names(self) -> str:
        """What they are called."""
        return f"{self._input['name']}; {self._output['name']}"

    @contextmanager
    def listening(self) -> Iterator[queue.SimpleQueue[Samples]]:
        """A queue that the microphone fills with blocks at 16 kHz.

        Raises:
            SpeechError: the microphone cannot be opened (denied, or another program holds it).
        """
        rate = round(self._input["default_samplerate"])
        worker, heard = Resampler(rate, RATE), queue.SimpleQueue[Samples]()

        def came(data: Any, frames: int, when: Any, status: Any) -> None:
            """A block of the microphone."""
            heard.put(worker.feed(np.asarray(data, np.float32)[:, 0].copy()))

        try:
            stream = self._lib.InputStream(samplerate=rate, channels=1, dtype="float32", blocksize=round(rate * _BLOCK), callback=came)
            stream.start()
        except self._lib.PortAudioError as error:
            raise SpeechError(
                f"The microphone cannot be opened ({error}). Allow it in the system's settings, or close what uses it."
            ) from None
        try:
            yield heard
        finally:
            stream.abort()
            stream.close()

    def player(self) -> Player:
        """A fresh player on the loudspeaker."""
        return Player(self._lib, round(self._output["default_samplerate"]))


class Player:
    """Plays sounds one after the other in the background; can be stopped at once."""

    def __init__(self, library: Any, rate: int) -> None:
        self._lib, self._rate = library, rate
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def playing(self) -> bool:
        """Whether something can be heard."""
        return self._thread is not None and self._thread.is_alive()

    def play(self, parts: Iterator[Sound]) -> None:
        """Begin to play; each part is made while the one before is heard."""
        self.stop()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(parts, self._stopped), daemon=True)
        self._thread.start()

    def _run(self, parts: Iterator[Sound], stopped: threading.Event) -> None:
        with self._lib.OutputStream(samplerate=self._rate, channels=1, dtype="float32") as out:
            size = round(self._rate * _BLOCK)
            for part in parts:
                samples = resampled(part.samples, part.rate, self._rate)
                for start in range(0, len(samples), size):
                    if stopped.is_set():
                        out.abort()
                        return
                    out.write(np.ascontiguousarray(samples[start : start + size, None]))

    def stop(self) -> None:
        """Be still at once."""
        self._stopped.set()
        if self._thread:
            self._thread.join(timeout=2)
        self._thread = None
