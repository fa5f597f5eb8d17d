"""`caseroom practice --voice`: the interview by microphone and loudspeaker. Typed lines and commands work beside it; sound is kept only if asked."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from caseroom.app.interviews import Interview
from caseroom.app.voice import hearing, keep_audio, prompt_for
from caseroom.cli.screen import errors, say
from caseroom.config import Settings
from caseroom.events import Replied
from caseroom.speech.base import Recogniser, Sound, SpeechError, Voice
from caseroom.speech.choose import recogniser, voice
from caseroom.speech.detector import Silero
from caseroom.speech.device import Device
from caseroom.speech.talk import NUDGE, Began, Happening, Nudge, Spoken, StopVoice, Talk, Understood
from caseroom.speech.tongue import LONG, aside, tongue_of

KEYS = "Enter begins to talk and ends it; typed lines and /commands work, too."
HANDS_FREE = "Speak when you like; Enter ends a turn at once. Typed lines and /commands work, too."
_BLOCK_WAIT = 0.2


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for."""

    hands_free: bool = False
    keep_audio: bool = False
    recogniser: str = ""
    voice: str = ""


@dataclass(frozen=True, slots=True)
class Gear:
    """What is needed to speak, found before an interview begins."""

    device: Device
    ear: Recogniser
    voice: Voice


def gear(settings: Settings, wishes: Wishes) -> Gear:
    """Device, recogniser and voice.

    Raises:
        SpeechError: one of them is not there.
    """
    return Gear(Device(), recogniser(settings.voice, wishes.recogniser), voice(wishes.voice))


class Speaking:
    """An interview that is spoken."""

    def __init__(self, interview: Interview, found: Gear, wishes: Wishes) -> None:
        self.interview, self._wishes = interview, wishes
        self._device: Any = found.device
        self._ear, self._voice = found.ear, found.voice
        self._player = self._device.player()
        self._talk = Talk(self._ear, Silero(), prompt=prompt_for(interview.case), hands_free=wishes.hands_free)
        self._spoke = self._tongue_told = False
        for part in (self._ear, self._voice):
            if part.sends_to:
                errors.print(
                    f"{'Your sound' if part is self._ear else 'What the interviewer says'} is sent to {part.sends_to}.",
                    style="yellow",
                )
            getattr(part, "warm", lambda: None)()

    def speak(self, text: str) -> None:
        """The interviewer says something."""
        self._talk.voice_began(text)
        self._spoke = True
        self._player.play(self._voice.parts(text))

    def run(self, line: Callable[[str], bool], told: Callable[[Replied | None], None]) -> None:
        """Converse until `line`, which takes typed lines and commands, says that it is over."""
        say(HANDS_FREE if self._wishes.hands_free else KEYS, style="dim")
        typed = _typed_lines()
        try:
            with self._device.listening() as heard:
                while not self._over(typed, line):
                    self._voice_ended()
                    try:
                        block = heard.get(timeout=_BLOCK_WAIT)
                    except queue.Empty:
                        continue
                    for happening in self._fed(block):
                        self._happen(happening, told)
        finally:
            self._player.stop()
            self._talk.close()

    def _fed(self, block: Any) -> list[Happening]:
        try:
            return self._talk.feed(block)
        except SpeechError as error:
            errors.print(f"{error} The turn was not understood; say it again, or type it.", style="yellow")
            return []

    def _voice_ended(self) -> None:
        if self._spoke and not self._player.playing:
            self._spoke = False
            self._talk.voice_ended()

    def _over(self, typed: queue.SimpleQueue[str | None], line: Callable[[str], bool]) -> bool:
        while not typed.empty():
            text = typed.get()
            if text is None:
                return line("/end")
            if text.strip():
                self._player.stop()
                if line(text):
                    return True
            else:
                for happening in self._talk.key():
                    self._happen(happening, lambda _: None)
        return False

    def _happen(self, happening: Happening, told: Callable[[Replied | None], None]) -> None:
        match happening:
            case StopVoice():
                self._player.stop()
                self._spoke = False
            case Began():
                say("(listening)", style="dim")
            case Understood(text):
                say(f"  … {text}", style="dim")
            case Nudge():
                say(NUDGE, style="dim")
                self.speak(NUDGE)
            case Spoken():
                self._turn(happening, told)

    def _turn(self, spoken: Spoken, told: Callable[[Replied | None], None]) -> None:
        heard, interview = spoken.heard, self.interview
        if not heard.text:
            say(f"(I heard {heard.nothing or 'nothing'}; say it again, or type it.)", style="dim")
            return
        say(f"you> {heard.text}")
        for start, end in heard.garbled:
            say(f"     not heard well, and not judged: “{heard.text[start:end]}”", style="yellow")
        kept = (
            keep_audio(interview.room.settings, interview.id, interview.session.next_turn, spoken.sound)
            if self._wishes.keep_audio
            else None
        )
        reply = interview.say(heard.text, hearing(heard, self._ear, waited=spoken.waited, audio=kept))
        told(reply)
        if reply:
            self.speak(reply.words)
        self._language(spoken.sound)

    def _language(self, sound: Sound) -> None:
        """A soft word, once, where the first long turn is not in the interview's language; after the reply, which must not wait for it."""
        if self._tongue_told or sound.seconds < LONG:
            return
        self._tongue_told = True
        if words := aside(tongue_of(self._ear, sound)):
            say(words, style="yellow")


def _typed_lines() -> queue.SimpleQueue[str | None]:
    """Lines of the keyboard as they come; None when it is closed."""
    lines = queue.SimpleQueue[str | None]()

    def read() -> None:
        """Until the keyboard is closed."""
        for text in sys.stdin:
            lines.put(text.rstrip("\n"))
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines
