"""Hearing and speaking for pages: what is there, one recognition at a time in the process, limits, and what was heard until its turn is said.

Sound lives in memory until its turn is said or forgotten; it is written nowhere here.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Literal

from caseroom.app.ears import Caption, Ear
from caseroom.app.loud import detector
from caseroom.config import Settings
from caseroom.errors import UsageError
from caseroom.speech import weights
from caseroom.speech.base import Heard, Recogniser, Samples, Sound, SpeechError, Tongue, Voice
from caseroom.speech.endpoint import EndpointRecogniser, EndpointVoice
from caseroom.speech.tongue import LONG, aside, tongue_of

LONGEST = 600.0
"""Seconds of sound in one turn."""
OPEN = 8
"""So many turns are heard at once; more would make all of them wait."""
WAITING = 24
"""So many pieces wait to be recognised; more are refused."""
KEPT = 900.0
"""Seconds that what was heard is remembered while its turn is not said."""
_LEFT = 15.0
"""Seconds without sound after which a turn gives its place to others, if there is none left."""
_LIGHT = "tiny.en"
_SESSIONS = 500
"""So many sessions are remembered for what was said about their language."""


class NotThere(SpeechError):
    """What was chosen is not installed, or not set."""


class Busy(SpeechError):
    """Too many speak at once."""


class EngineFailed(SpeechError):
    """The recogniser or the voice broke down."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine that can be chosen."""

    id: str
    kind: Literal["machine", "endpoint"]
    words: str
    """In plain words."""
    sends_to: str = ""
    """The host that gets the sound or the text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was heard, until its turn is said."""

    session: str
    heard: Heard
    by: str
    """The signature of the recogniser."""
    fillers: bool
    sound: Sound | None
    """Only where it shall be kept."""
    at: float


class Booth:
    """Hears and speaks, once a process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._work = ThreadPoolExecutor(1, thread_name_prefix="hearing")
        self._waiting = 0
        self._engines: dict[str, Recogniser] = {}
        self._ears: dict[tuple[str, str], tuple[Ear, Recogniser]] = {}
        self._pieces: dict[str, Piece] = {}
        self._tongues: OrderedDict[str, Future[Tongue | None] | None] = OrderedDict()
        """By session: the language of its first long stretch; None once it was told."""
        self._lock = Lock()

    # ---- what is there

    def recognisers(self) -> list[Choice]:
        """What can hear, the best first."""
        found = []
        if _installed("faster_whisper"):
            found = [Choice(name, "machine", f"on this machine (Whisper {name})") for name in weights.names(self._settings.voice)]
        if self._settings.hear_by:
            host = _host(EndpointRecogniser, self._settings.hear_by)
            found.append(Choice("endpoint", "endpoint", f"endpoint {host}: your voice is sent there", host))
        return found

    def voices(self) -> list[Choice]:
        """What can speak."""
        found = [Choice("hibari", "machine", "on this machine (hibari)")] if _installed("hibari") else []
        if self._settings.speak_by:
            host = _host(EndpointVoice, self._settings.speak_by)
            found.append(Choice("endpoint", "endpoint", f"endpoint {host}: the interviewer's words are sent there", host))
        return found

    def _recogniser(self, name: str) -> Recogniser:
        from caseroom.speech.choose import recogniser

        there = {choice.id for choice in self.recognisers()}
        if name not in there:
            raise NotThere(
                f"{name[:60]!r} does not hear here. " + (f"Choose one of: {', '.join(sorted(there))}." if there else NOTHING_HEARS)
            )
        with self._lock:
            if name not in self._engines:
                self._engines[name] = recogniser(self._settings.voice, self._settings.hear_by if name == "endpoint" else name)
            return self._engines[name]

    def ready(self, name: str) -> None:
        """Load the recogniser now, beside, so that the first words do not wait."""
        main = self._recogniser(name)
        for engine in {id(one): one for one in (main, self._light(name, main))}.values():
            if warm := getattr(engine, "warm", None):
                self._work.submit(warm)

    def _light(self, chosen: str, main: Recogniser) -> Recogniser:
        """What captions are made with while one speaks: the lightest model that is there."""
        there = weights.names(self._settings.voice)
        return self._recogniser(_LIGHT) if chosen != "endpoint" and _LIGHT in there else main

    # ---- a turn that comes in pieces

    def feed(self, session: str, hearing: str, number: int, samples: Samples, by: str, prompt: Callable[[], str]) -> Caption:
        """Take a piece of sound at 16 kHz; what is understood by now. A piece that came twice counts once.

        Raises:
            UsageError: a piece is missing, or the turn is too long.
            Busy, NotThere: too many speak; no such recogniser.
        """
        ear = self._ear(session, hearing, number, by, prompt)
        if number < ear.number:
            samples = samples[:0]
        elif number > ear.number:
            raise UsageError(f"Piece {ear.number} of the sound is missing. Say it again, or type it.")
        else:
            ear.number += 1
        if ear.seconds + len(samples) / 16_000 > LONGEST:
            raise UsageError(
                f"A spoken turn has at most {LONGEST / 60:.0f} minutes. What was said so far stands; end the turn and go on in the next."
            )
        return ear.feed(samples)

    def _ear(self, session: str, hearing: str, number: int, by: str, prompt: Callable[[], str]) -> Ear:
        with self._lock:
            if found := self._ears.get((session, hearing)):
                return found[0]
        if number:
            raise UsageError(
                "The room was started anew, or the turn is over already: the sound before this piece is gone. Say it again, or type it."
            )
        main = self._recogniser(by)
        light, words = self._light(by, main), prompt()
        ear = Ear(detector(), lambda sound, caption: self._submit(light if caption else main, sound, words, "" if caption else session))
        with self._lock:
            self._sweep()
            for key in [key for key in self._ears if key[0] == session]:
                self._ears.pop(key)[0].drop()  # one speaks once at a time; what was left lying is over
            if len(self._ears) >= OPEN:
                self._sweep(_LEFT)
            if len(self._ears) >= OPEN:
                raise Busy("Too many speak here at once. Wait a little, or type.")
            self._ears[session, hearing] = (ear, main)
        return ear

    def finish(self, session: str, hearing: str, *, keep: bool) -> Heard:
        """The words of the turn; they are remembered under its id until it is said.

        Raises:
            UsageError: nothing came in under that id.
            SpeechError: the recogniser failed.
        """
        with self._lock:
            found = self._ears.pop((session, hearing), None)
            again = self._pieces.get(hearing)
        if found is None:
            if again and again.session == session:
                return again.heard
            raise UsageError("Nothing was heard under this id. Say it again, or type it.")
        ear, main = found
        try:
            heard = ear.finish()
        except SpeechError:
            with self._lock:
                self._ears[session, hearing] = found  # the sound is still here; it can be tried again
            raise
        self._remember(hearing, session, heard, main, ear.sound if keep else None)
        return heard

    def whole(self, session: str, sound: Sound, by: str, prompt: str, *, keep: bool) -> tuple[str, Heard]:
        """A whole recording at once; its id and words."""
        from caseroom.speech.written import written

        if sound.seconds > LONGEST:
            raise UsageError(f"A spoken turn has at most {LONGEST / 60:.0f} minutes.")
        main = self._recogniser(by)
        heard = written(self._submit(main, sound, prompt, session).result())
        hearing = secrets.token_hex(8)
        self._remember(hearing, session, heard, main, sound if keep else None)
        return hearing, heard

    def drop(self, session: str, hearing: str) -> None:
        """Forget a turn, as it comes in or as it was heard."""
        with self._lock:
            if found := self._ears.pop((session, hearing), None):
                found[0].drop()
            if (piece := self._pieces.get(hearing)) and piece.session == session:
                del self._pieces[hearing]

    def forget(self, session: str) -> None:
        """Forget all of a session."""
        with self._lock:
            for key in [key for key in self._ears if key[0] == session]:
                self._ears.pop(key)[0].drop()
            for name in [name for name, piece in self._pieces.items() if piece.session == session]:
                del self._pieces[name]
            self._tongues.pop(session, None)

    def aside(self, session: str) -> str:
        """The soft word about the language of the session's first long stretch, once; empty where there is nothing to say, or not yet."""
        with self._lock:
            work = self._tongues.get(session)
            if work is None or not work.done():
                return ""
            self._tongues[session] = None
        return "" if work.cancelled() or work.exception() else aside(work.result())

    def pieces(self, session: str, ids: list[str]) -> list[Piece | None]:
        """What was heard under these ids in the session; None where it is gone."""
        with self._lock:
            found = [self._pieces.get(one) for one in ids]
        return [piece if piece and piece.session == session else None for piece in found]

    # ---- one at a time

    def _remember(self, hearing: str, session: str, heard: Heard, main: Recogniser, sound: Sound | None) -> None:
        piece = Piece(session, heard, main.signature, main.keeps_fillers, sound, time.monotonic())
        with self._lock:
            self._sweep()
            self._pieces[hearing] = piece

    def _sweep(self, left: float = KEPT) -> None:
        now = time.monotonic()
        for key in [key for key, (ear, _) in self._ears.items() if now - ear.touched > left]:
            self._ears.pop(key)[0].drop()
        for name in [name for name, piece in self._pieces.items() if now - piece.at > KEPT]:
            del self._pieces[name]

    def _submit(self, engine: Recogniser, sound: Sound, prompt: str, session: str = "") -> Future[Heard]:
        with self._lock:
            if self._waiting >= WAITING:
                raise Busy("Too much waits to be heard. Wait a little, or type.")
            self._waiting += 1
        work = self._work.submit(partial(_hear, engine, sound, prompt))
        work.add_done_callback(lambda _: self._done())
        self._listen(engine, sound, session)
        return work

    def _listen(self, engine: Recogniser, sound: Sound, session: str) -> None:
        """Have the language of a session's first long stretch told, behind its words: nobody waits for it."""
        with self._lock:
            if session and session not in self._tongues and sound.seconds >= LONG:
                self._tongues[session] = self._work.submit(tongue_of, engine, sound)
                while len(self._tongues) > _SESSIONS:
                    self._tongues.popitem(last=False)

    def _done(self) -> None:
        with self._lock:
            self._waiting -= 1


NOTHING_HEARS = "Nothing on this machine hears: `pip install 'caseroom[voice]'` and `caseroom voice install` bring a recogniser."


def _hear(engine: Recogniser, sound: Sound, prompt: str) -> Heard:
    try:
        return engine.hear(sound, prompt=prompt)
    except SpeechError as error:
        raise EngineFailed(str(error)) from None


def _host(kind: type[EndpointRecogniser] | type[EndpointVoice], address: str) -> str:
    return kind(address.partition("#")[0]).sends_to


def _installed(package: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(package) is not None


def spoken_voice(settings: Settings, name: str) -> Voice:
    """The voice of that id.

    Raises:
        NotThere: it is not installed or not set.
    """
    from caseroom.speech.choose import voice

    if name == "endpoint" and settings.speak_by:
        return voice(settings.speak_by)
    if name == "hibari" and _installed("hibari"):
        return voice("hibari")
    raise NotThere(f"There is no voice {name[:60]!r} here. `pip install 'caseroom[voice]'` brings one.")
