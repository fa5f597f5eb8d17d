"""A turn heard while it is still spoken: sound goes in as it comes, stretches are recognised at pauses, so that little is left to do at the end.

It decides nothing about when a turn is over (`turns.py` does) and keeps no sound after the turn.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from caseroom.speech.audio import loudness
from caseroom.speech.base import RATE, Chance, Detector, Heard, Recogniser, Samples, Sound
from caseroom.speech.cutter import Cutter, Stretch
from caseroom.speech.garble import joined
from caseroom.speech.whisper import NOISE, SILENCE_DB, SILENT
from caseroom.speech.written import written


class Live:
    """One turn. Feed it from one thread; recognition runs beside, one stretch at a time."""

    def __init__(self, recogniser: Recogniser, detector: Detector, *, prompt: str = "") -> None:
        self._recogniser, self._cutter, self._prompt = recogniser, Cutter(detector), prompt
        self._sound: list[Samples] = []
        self._work = ThreadPoolExecutor(1, thread_name_prefix="hearing")
        self._parts: list[tuple[float, Future[Heard]]] = []

    @property
    def seconds(self) -> float:
        """How much sound came in."""
        return self._cutter.seconds

    def feed(self, samples: Samples) -> tuple[Chance, ...]:
        """Take the next sound (16 kHz); its speech probabilities, for `turns.advance`."""
        self._sound.append(np.array(samples, np.float32))
        chances, ready = self._cutter.feed(self._sound[-1])
        for stretch in ready:
            self._give(stretch)
        return chances

    def _give(self, stretch: Stretch) -> None:
        self._parts.append((stretch.start, self._work.submit(self._recogniser.hear, stretch.sound, prompt=self._prompt)))

    @property
    def caption(self) -> str:
        """What is understood by now."""
        done = [future.result().text for _, future in self._parts if future.done() and not future.exception()]
        return " ".join(text for text in done if text)

    @property
    def sound(self) -> Sound:
        """All of it, to be kept if that was asked for."""
        return Sound(np.concatenate(self._sound) if self._sound else np.zeros(0, np.float32), RATE)

    def finish(self) -> Heard:
        """All words of the turn, as one writes them; waits for what is left.

        Raises:
            SpeechError: the recogniser failed.
        """
        for stretch in self._cutter.flush():
            self._give(stretch)
        self._work.shutdown(wait=True)
        parts = [(at, future.result()) for at, future in self._parts]
        if not parts:
            return Heard("", seconds=self.seconds, nothing=SILENT if loudness(self.sound.samples) < SILENCE_DB else NOISE)
        return written(joined(parts, self.seconds))

    def drop(self) -> None:
        """Forget the turn; what waits is not recognised."""
        self._work.shutdown(wait=False, cancel_futures=True)
        self._sound = []
