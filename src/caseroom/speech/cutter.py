"""Sound that comes in pieces, cut at its pauses into stretches that a recogniser can hear at once. It holds no more than one stretch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from caseroom.speech.base import RATE, Chance, Detector, Samples, Sound

LEAST, LONGEST, GAP = 12.0, 27.0, 0.4
"""Seconds: a stretch has at least so much sound, at most so much, and ends in a pause of so much."""
_SPEECH = 0.5
_SHORT = 0.1
"""Seconds: a shorter gap is no pause to cut at."""
_LEAD = 0.3
"""Seconds kept before the first speech."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A stretch with speech in it."""

    start: float
    """Seconds since the sound began."""
    sound: Sound

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.start + self.sound.seconds


class Cutter:
    """Feed it at 16 kHz; it gives what is ready."""

    def __init__(self, detector: Detector) -> None:
        self._stream = detector.stream()
        self._held: list[Samples] = []
        self._length = self._dropped = 0  # samples that came, samples that were given away or held no speech
        self._first: float | None = None
        self._last = 0.0
        self._pauses: list[tuple[float, float, float]] = []  # length, middle and end of the pauses since the last cut

    @property
    def seconds(self) -> float:
        """How much came in."""
        return self._length / RATE

    def feed(self, samples: Samples) -> tuple[tuple[Chance, ...], list[Stretch]]:
        """Speech probabilities of what came, and the stretches that are whole by now."""
        self._held.append(np.asarray(samples, np.float32))
        self._length += len(samples)
        chances = self._stream.feed(self._held[-1])
        ready = [stretch for chance in chances for stretch in self._look(chance)]
        return chances, ready

    def _look(self, chance: Chance) -> list[Stretch]:
        if chance.speech >= _SPEECH:
            if self._first is not None and chance.at - self._last > _SHORT:
                self._pauses.append((chance.at - self._last, (chance.at + self._last) / 2, chance.at))
            self._first = chance.at if self._first is None else self._first
            self._last = chance.at
        long = self._first is not None and self._last - self._first >= LEAST
        if long and chance.at - self._last >= GAP:
            return self._cut(round((self._last + GAP) * RATE))
        if self._first is None:
            if chance.at - self._dropped / RATE >= LONGEST:  # only silence: forgotten, but for what may lead to a word
                self._cut(round((chance.at - _LEAD) * RATE))
            return []
        begin = max(self._dropped / RATE, self._first - _LEAD)
        return self._at_a_pause(chance.at, begin) if chance.at - begin >= LONGEST else []

    def _at_a_pause(self, now: float, begin: float) -> list[Stretch]:
        """Nobody paused for long: cut at the longest pause there was, so that no word is cut."""
        late = [pause for pause in self._pauses if pause[1] - begin >= LEAST / 2]
        if not late:
            return self._cut(round(now * RATE))
        _, middle, resumed = max(late)
        made = self._cut(round(middle * RATE))
        self._first = resumed
        return made

    def flush(self) -> list[Stretch]:
        """What is left at the end."""
        return self._cut(self._length)

    def _cut(self, end: int) -> list[Stretch]:
        held = np.concatenate(self._held) if self._held else np.zeros(0, np.float32)
        begin, first = self._dropped, self._first
        self._held, self._dropped, self._first = [held[end - begin :]], end, None
        self._pauses = [pause for pause in self._pauses if pause[1] * RATE > end]
        if first is None:
            return []
        start = max(begin, round((first - _LEAD) * RATE))
        return [Stretch(start / RATE, Sound(held[start - begin : end - begin].copy(), RATE))]


def stretches(sound: Sound, detector: Detector, block: float = 0.1) -> list[Stretch]:
    """Where a whole sound (16 kHz) would be cut if it came live."""
    cutter, found, size = Cutter(detector), list[Stretch](), round(block * RATE)
    for start in range(0, len(sound.samples), size):
        found += cutter.feed(sound.samples[start : start + size])[1]
    return [*found, *cutter.flush()]
