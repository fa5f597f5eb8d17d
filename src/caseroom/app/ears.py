"""A spoken turn heard while it comes in: captions while one speaks, and at a pause the words already, so that little is left to do at the end.

It decides nothing about when a turn is over, and forgets its sound when the turn is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock

import numpy as np

from caseroom.speech.audio import loudness
from caseroom.speech.base import RATE, Chance, Detector, Heard, Samples, Sound
from caseroom.speech.cutter import Cutter, Stretch
from caseroom.speech.garble import joined
from caseroom.speech.pieces import LONGEST
from caseroom.speech.whisper import NOISE, SILENCE_DB, SILENT
from caseroom.speech.written import written

Submit = Callable[[Sound, bool], "Future[Heard]"]
"""Has a sound recognised in its turn; True: for a caption, by the lightest model."""
SPEECH = 0.5
_PAUSE = 0.25
"""Seconds of silence after which the words so far are looked at: the turn may be over."""
_EVERY = 2.0
"""Seconds between captions."""
_LEAD = 0.3


@dataclass(slots=True)
class _Part:
    """Some of the sound, given to be recognised."""

    start: float
    sound: Sound
    work: Future[Heard]

    @property
    def text(self) -> str:
        """Its words, if they are there by now."""
        bad = not self.work.done() or self.work.cancelled() or self.work.exception()
        return "" if bad else self.work.result().text


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at what is not cut off yet."""

    part: _Part
    upto: float
    """The last speech that is in it."""
    final: bool
    """Whether the main model looks, so that its words can stand."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What was understood by now."""

    text: str
    seconds: float
    """How much sound came in."""
    speech: float
    """The highest probability in the last piece that somebody speaks."""


class Ear:
    """Hears one turn, or one piece of it."""

    def __init__(self, detector: Detector, submit: Submit) -> None:
        self._cutter, self._submit = Cutter(detector), submit
        self._tail: list[Samples] = []
        self._whole: list[Samples] = []
        self._cut = 0
        """Samples that were cut off and given away."""
        self._parts: list[_Part] = []
        self._ended = False
        self._look: _Look | None = None
        self._first: float | None = None
        self._last = 0.0
        self._looked_at = time.monotonic()
        self._shown = ""
        self._lock = Lock()
        self.number = 0
        """The piece that comes next."""
        self.touched = time.monotonic()

    @property
    def seconds(self) -> float:
        """How much sound came in."""
        return self._cutter.seconds

    @property
    def sound(self) -> Sound:
        """All of it."""
        return Sound(np.concatenate(self._whole) if self._whole else np.zeros(0, np.float32), RATE)

    def feed(self, samples: Samples) -> Caption:
        """Take the next sound at 16 kHz."""
        with self._lock:
            self.touched = time.monotonic()
            self._whole.append(samples)
            self._tail.append(samples)
            chances, ready = self._cutter.feed(samples)
            for chance in chances:
                self._note(chance)
            for stretch in ready:
                self._give(stretch)
            self._maybe_look()
            return Caption(self._caption(), self.seconds, max((c.speech for c in chances), default=0.0))

    def _note(self, chance: Chance) -> None:
        if chance.speech >= SPEECH:
            self._first = chance.at if self._first is None else self._first
            self._last = chance.at

    def _give(self, stretch: Stretch) -> None:
        """A stretch is whole. Where a look has seen all of its speech, that look stands."""
        look, end = self._look, round(stretch.end * RATE)
        seen = look is not None and look.final and look.upto >= min(self._last, stretch.end)
        self._parts.append(look.part if seen and look else self._part(stretch.start, stretch.sound))
        rest = np.concatenate(self._tail)[end - self._cut :]
        self._tail, self._cut, self._look = [rest], end, None
        self._first = self._last if self._last > stretch.end else None

    def _part(self, start: float, sound: Sound, *, caption: bool = False) -> _Part:
        return _Part(start, sound, self._submit(sound, caption))

    def _maybe_look(self) -> None:
        look = self._look
        if self._first is None or (look and not look.part.work.done()):
            return
        new = look is None or self._last > look.upto
        paused = self.seconds - self._last >= _PAUSE
        if paused and (new or (look and not look.final)):
            self._start_look(final=True)
        elif new and not paused and time.monotonic() - self._looked_at >= _EVERY:
            self._start_look(final=False)

    def _start_look(self, *, final: bool) -> None:
        assert self._first is not None
        if self._look:
            self._shown = self._look.part.text or self._shown
        start = max(self._cut / RATE, self._first - _LEAD)
        tail = np.concatenate(self._tail)[max(0, round(start * RATE) - self._cut) :]
        self._looked_at = time.monotonic()
        self._look = _Look(self._part(start, Sound(tail[-round(LONGEST * RATE) :], RATE), caption=not final), self._last, final)

    def _caption(self) -> str:
        if self._look:
            self._shown = self._look.part.text or self._shown
        elif self._parts:
            self._shown = ""
        return " ".join(text for text in (*(part.text for part in self._parts), self._shown) if text)

    def finish(self) -> Heard:
        """All words, as one writes them; waits for what is left. Called again, it tries again what failed.

        Raises:
            SpeechError: the recogniser failed.
        """
        with self._lock:
            self._end()
            for part in self._parts:
                if part.work.cancelled() or (part.work.done() and part.work.exception()):
                    part.work = self._submit(part.sound, False)
            parts = [(part.start, part.work.result()) for part in self._parts]
            if not parts:
                return Heard("", seconds=self.seconds, nothing=SILENT if loudness(self.sound.samples) < SILENCE_DB else NOISE)
            return written(joined(parts, self.seconds))

    def _end(self) -> None:
        if self._ended:
            return
        self._ended, look = True, self._look
        if look and look.final and look.upto >= self._last:
            self._parts.append(look.part)
        elif self._first is not None:
            if look:
                look.part.work.cancel()
            self._parts += [self._part(stretch.start, stretch.sound) for stretch in self._cutter.flush()]

    def drop(self) -> None:
        """Forget the turn; what waits is not recognised."""
        for part in (*self._parts, *([self._look.part] if self._look else [])):
            part.work.cancel()
        self._tail, self._whole = [], []
