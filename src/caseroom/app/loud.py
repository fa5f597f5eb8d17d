"""Speech told from silence by loudness alone, where the network that does it better is not installed. Music and noise are speech to it."""

from __future__ import annotations

import numpy as np

from caseroom.speech.audio import at_16k, loudness
from caseroom.speech.base import RATE, Chance, Detector, Samples, Segment, Sound
from caseroom.speech.detector import STEP, stretches

_ABOVE, _LEAST, _WIDTH = 12.0, -50.0, 1.5
"""Decibels above what the room sounds like; never below this; how soft the border is."""


class LoudStream:
    """Probabilities of sound that comes in pieces."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._steps, self._floor = 0, -60.0

    def feed(self, samples: Samples) -> tuple[Chance, ...]:
        """Take the next samples; one probability for each whole step."""
        held = np.concatenate([self._rest, samples])
        count = len(held) // STEP
        self._rest = held[count * STEP :].copy()
        return tuple(self._chance(loudness(row)) for row in held[: count * STEP].reshape(count, STEP))

    def _chance(self, level: float) -> Chance:
        rise = 0.004 if level > self._floor + _ABOVE else 0.03
        self._floor = max(-75.0, self._floor + 0.15 * (level - self._floor)) if level < self._floor else min(-30.0, self._floor + rise)
        needed = max(self._floor + _ABOVE, _LEAST)
        self._steps += 1
        return Chance(self._steps * STEP / RATE, float(1 / (1 + np.exp(-(level - needed) / _WIDTH))))


class Loud:
    """The detector."""

    signature = f"detector:loudness|above:{_ABOVE:g}"

    def segments(self, sound: Sound) -> tuple[Segment, ...]:
        """The stretches of speech, in order."""
        heard = at_16k(sound)
        padded = np.concatenate([heard.samples, np.zeros(-len(heard.samples) % STEP, np.float32)])
        return stretches(LoudStream().feed(padded), heard.seconds)

    def stream(self) -> LoudStream:
        """A fresh stream."""
        return LoudStream()


def detector() -> Detector:
    """The best that is there."""
    import importlib.util

    if importlib.util.find_spec("faster_whisper") is None:
        return Loud()
    from caseroom.speech.detector import Silero

    return Silero()
