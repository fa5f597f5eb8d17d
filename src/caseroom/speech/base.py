"""What sound, heard words, a recogniser, a voice and a detector are. It never opens a device, a file or a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from caseroom.errors import CaseroomError

RATE = 16_000
"""Samples a second that recognisers and detectors take."""

Samples = NDArray[np.float32]
Span = tuple[int, int]
"""First character, and the one after the last."""


class SpeechError(CaseroomError):
    """Sound cannot be read, heard or made: no weights, no device, a file cut short. The message says what to do."""

    exit_code = 13


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """One channel of sound."""

    samples: Samples
    """From -1 to 1."""
    rate: int
    """Samples a second."""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate

    def cut(self, start: float, end: float) -> Sound:
        """The part between two times, in seconds."""
        return Sound(self.samples[max(0, round(start * self.rate)) : max(0, round(end * self.rate))], self.rate)


@dataclass(frozen=True, slots=True)
class Word:
    """One heard word."""

    text: str
    """With its punctuation, without blanks."""
    start: float
    """Seconds from the beginning of the sound."""
    end: float
    probability: float
    """How sure the recogniser is of it, 0 to 1; 1 where it does not say."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in a sound."""

    text: str
    words: tuple[Word, ...] = ()
    """In order, each of them in `text`; empty where the recogniser gives no times."""
    language: str = "en"
    seconds: float = 0.0
    """How long the sound was."""
    garbled: tuple[Span, ...] = ()
    """Passages of `text` that were not heard well. They are marked, and never judged."""
    nothing: str = ""
    """Where `text` is empty: why, in words ("silence", "no speech: music or noise")."""

    def places(self) -> Iterator[tuple[Span, Word]]:
        """Each word with its place in `text`."""
        at = 0
        for word in self.words:
            start = self.text.index(word.text, at)
            at = start + len(word.text)
            yield (start, at), word


@dataclass(frozen=True, slots=True)
class Tongue:
    """The language that is spoken in a sound."""

    language: str
    """Its ISO code: en, de, zh."""
    sure: float
    """How probable it is, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech, in seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Chance:
    """How probable it is that somebody speaks at a moment."""

    at: float
    """Seconds since the stream began: the end of what was looked at."""
    speech: float
    """0 to 1."""


class Recogniser(Protocol):
    """Makes words of sound."""

    @property
    def signature(self) -> str:
        """Model, weights and settings."""

    @property
    def sends_to(self) -> str:
        """The host that the sound is sent to; empty if it stays on this machine."""

    @property
    def keeps_fillers(self) -> bool:
        """Whether "um" and "uh" come through. Whisper drops most of them, so they are not counted there."""

    def hear(self, sound: Sound, *, prompt: str = "") -> Heard:
        """The words in the sound. `prompt` holds names and terms that may come up.

        Raises:
            SpeechError: the weights or the host fail. The message says what to do.
        """


class Voice(Protocol):
    """Makes sound of words."""

    @property
    def signature(self) -> str:
        """Model, voice and settings."""

    @property
    def sends_to(self) -> str:
        """The host that the text is sent to; empty if it stays on this machine."""

    def say(self, text: str) -> Sound:
        """The text, spoken.

        Raises:
            SpeechError: the weights or the host fail.
        """

    def parts(self, text: str) -> Iterator[Sound]:
        """The same sound in pieces, a sentence or so each, so that the first can be played before the last is made."""


class Stream(Protocol):
    """Speech probabilities of sound that comes in pieces."""

    def feed(self, samples: Samples) -> tuple[Chance, ...]:
        """Take the next samples (16 kHz); what can be told by now, in order. What is left waits for the next piece."""


class Detector(Protocol):
    """Tells speech from what is none."""

    @property
    def signature(self) -> str:
        """Model and thresholds."""

    def segments(self, sound: Sound) -> tuple[Segment, ...]:
        """The stretches of speech, in order."""

    def stream(self) -> Stream:
        """A fresh stream. One conversation uses one."""
