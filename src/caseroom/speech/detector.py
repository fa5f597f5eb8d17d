"""Speech told from silence, noise and music by the Silero network that faster-whisper brings. It understands no word."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caseroom.speech.audio import at_16k
from caseroom.speech.base import RATE, Chance, Samples, Segment, Sound, SpeechError

STEP = 512
"""Samples that one probability is about: 32 milliseconds."""
_BEFORE = 64
"""Samples of the step before that the network also sees."""
_SPEECH, _SILENCE = 0.5, 0.35
_SHORTEST, _GAP, _EDGE = 0.16, 0.3, 0.1
"""Seconds: what is shorter is no speech; a shorter gap does not part two stretches; speech is taken with so much before and after."""
NO_WHISPER = "Speech needs faster-whisper ({}). `pip install 'caseroom[voice]'`."


@cache
def _network() -> Any:
    try:
        from faster_whisper.vad import get_vad_model
    except ImportError as error:
        raise SpeechError(NO_WHISPER.format(error)) from None
    return get_vad_model().session


class SileroStream:
    """Probabilities of sound that comes in pieces."""

    def __init__(self) -> None:
        self._hidden = np.zeros((1, 1, 128), np.float32)
        self._cell = np.zeros((1, 1, 128), np.float32)
        self._before = np.zeros(_BEFORE, np.float32)
        self._rest = np.zeros(0, np.float32)
        self._steps = 0

    def feed(self, samples: Samples) -> tuple[Chance, ...]:
        """Take the next samples; one probability for each whole step."""
        held = np.concatenate([self._rest, samples])
        count = len(held) // STEP
        if not count:
            self._rest = held
            return ()
        rows = held[: count * STEP].reshape(count, STEP)
        before = np.vstack([self._before[None, :], rows[:-1, -_BEFORE:]])
        self._before, self._rest = rows[-1, -_BEFORE:].copy(), held[count * STEP :].copy()
        found = self._run(np.hstack([before, rows]).astype(np.float32))
        start, self._steps = self._steps, self._steps + count
        return tuple(Chance((start + n + 1) * STEP / RATE, float(chance)) for n, chance in enumerate(found))

    def _run(self, rows: Samples) -> NDArray[np.float32]:
        out, self._hidden, self._cell = _network().run(None, {"input": rows, "h": self._hidden, "c": self._cell})
        return np.asarray(out, np.float32).reshape(-1)


class Silero:
    """The detector."""

    @property
    def signature(self) -> str:
        """Network and thresholds."""
        return f"detector:silero6|speech:{_SPEECH}|silence:{_SILENCE}"

    def segments(self, sound: Sound) -> tuple[Segment, ...]:
        """The stretches of speech, in order."""
        heard = at_16k(sound)
        padded = np.concatenate([heard.samples, np.zeros(-len(heard.samples) % STEP, np.float32)])
        return stretches(SileroStream().feed(padded), heard.seconds)

    def stream(self) -> SileroStream:
        """A fresh stream."""
        return SileroStream()


def stretches(chances: tuple[Chance, ...], seconds: float) -> tuple[Segment, ...]:
    """The stretches of speech that probabilities make."""
    found: list[Segment] = []
    began: float | None = None
    for chance in chances:
        start = chance.at - STEP / RATE
        if began is None and chance.speech >= _SPEECH:
            began = start
        elif began is not None and chance.speech < _SILENCE:
            found.append(Segment(began, start))
            began = None
    if began is not None:
        found.append(Segment(began, seconds))
    joined: list[Segment] = []
    for segment in found:
        if joined and segment.start - joined[-1].end < _GAP:
            joined[-1] = Segment(joined[-1].start, segment.end)
        else:
            joined.append(segment)
    return tuple(Segment(max(0.0, s.start - _EDGE), min(seconds, s.end + _EDGE)) for s in joined if s.end - s.start >= _SHORTEST)
