"""A conversation by sound: the microphone's blocks and the talk key go in; turns that were heard, and what the interviewer is to do, come out.

It opens no device and composes no reply. The browser's own page keeps the same rules (`turns.py`).
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from caseroom.speech.base import RATE, Detector, Heard, Recogniser, Samples, Sound
from caseroom.speech.garble import joined
from caseroom.speech.live import Live
from caseroom.speech.turns import Action, Caption, Pressed, Released, Rules, Signal, State, VoiceBegan, VoiceEnded, advance

_LEAD = 0.8
"""Seconds of sound before a turn is noticed that belong to it."""
NUDGE = "Take your time."


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A turn that was heard to its end."""

    heard: Heard
    """Times of words count from the beginning of `sound`."""
    sound: Sound
    waited: float | None
    """Seconds from the interviewer's last sound to the first word."""


@dataclass(frozen=True, slots=True)
class StopVoice:
    """Be still at once: the candidate speaks."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """Say the soft word."""


@dataclass(frozen=True, slots=True)
class Began:
    """The candidate's turn began."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What is understood of the turn by now."""

    text: str


Happening = Spoken | StopVoice | Nudge | Began | Understood


class Talk:
    """One conversation. Time is the sound that came in: feed it without holes."""

    def __init__(
        self, recogniser: Recogniser, detector: Detector, *, prompt: str = "", hands_free: bool = True, rules: Rules | None = None
    ) -> None:
        self._recogniser, self._detector, self._prompt = recogniser, detector, prompt
        self._stream = detector.stream()
        self._state = State(rules=rules or Rules(), hands_free=hands_free)
        self._samples = 0
        self._before: deque[Samples] = deque()
        self._live: Live | None = None
        self._began = 0.0
        self._quiet: float | None = None
        self._parts: list[tuple[float, Live, Future[Heard]]] = []
        self._closing = ThreadPoolExecutor(2, thread_name_prefix="closing")
        self._caption = ""

    @property
    def now(self) -> float:
        """Seconds of sound that came in."""
        return self._samples / RATE

    @property
    def state(self) -> State:
        """What the rules remember."""
        return self._state

    def feed(self, samples: Samples) -> list[Happening]:
        """Take the next sound of the microphone, 16 kHz."""
        block = np.asarray(samples, np.float32)
        self._samples += len(block)
        if self._live:
            self._live.feed(block)
        else:
            self._remember(block)
        found: list[Happening] = []
        for chance in self._stream.feed(block):
            found += self._signal(chance)
        return [*found, *self._captions(), *self._finished()]

    def key(self) -> list[Happening]:
        """The talk key: begins a turn, or ends it."""
        return self._signal(Released(self.now) if self._state.began is not None else Pressed(self.now))

    def voice_began(self, text: str = "") -> None:
        """The interviewer's voice can be heard."""
        self._signal(VoiceBegan(self.now, text))

    def voice_ended(self) -> None:
        """It is over, or was stopped."""
        self._quiet = self.now
        self._signal(VoiceEnded(self.now))

    def _remember(self, block: Samples) -> None:
        self._before.append(block)
        while sum(map(len, self._before)) - len(self._before[0]) > _LEAD * RATE:
            self._before.popleft()

    def _signal(self, signal: Signal) -> list[Happening]:
        self._state, actions = advance(self._state, signal)
        return [happening for action in actions for happening in self._do(action)]

    def _do(self, action: Action) -> list[Happening]:
        match action.kind:
            case "begin":
                if self._live is None:
                    self._begin()
                return [Began()]
            case "go_on":
                self._begin()
                return []
            case "end":
                self._close()
                return []
            case "stop_voice":
                self._quiet = self.now
                self._state = advance(self._state, VoiceEnded(self.now))[0]
                return [StopVoice()]
            case "nudge":
                return [Nudge()]

    def _begin(self) -> None:
        self._live = Live(self._recogniser, self._detector, prompt=self._prompt)
        lead = np.concatenate(list(self._before)) if self._before else np.zeros(0, np.float32)
        self._before.clear()
        self._began, self._caption = self.now - len(lead) / RATE, ""
        self._live.feed(lead)

    def _close(self) -> None:
        if self._live:
            self._parts.append((self._began, self._live, self._closing.submit(self._live.finish)))
        self._live = None

    def _captions(self) -> list[Happening]:
        """New words of the turn; they tell the rules whether somebody is thinking."""
        if self._live is None or (text := self._live.caption) == self._caption:
            return []
        self._caption = text
        return [*self._signal(Caption(self.now, text)), Understood(text)]

    def _finished(self) -> list[Happening]:
        if self._live or not self._parts or not all(future.done() for _, _, future in self._parts):
            return []
        return self.take()

    @property
    def waiting(self) -> bool:
        """Whether a turn is over and still being understood."""
        return bool(self._parts) and self._live is None

    def take(self) -> list[Happening]:
        """The turn that is over; waits for it.

        Raises:
            SpeechError: the recogniser failed. The turn is dropped.
        """
        parts, self._parts = self._parts, []
        if not parts:
            return []
        first = parts[0][0]
        heard = joined([(at - first, future.result()) for at, _, future in parts], parts[-1][0] - first + parts[-1][1].seconds)
        sound = Sound(np.concatenate([live.sound.samples for _, live, _ in parts]), RATE)
        waited = first + heard.words[0].start - self._quiet if heard.words and self._quiet is not None else None
        return [Spoken(heard, sound, None if waited is None else round(max(0.0, waited), 2))]

    def close(self) -> None:
        """No more of it."""
        if self._live:
            self._live.drop()
        self._closing.shutdown(wait=False, cancel_futures=True)
