"""The interviewer's voice for pages: only what was said in the session is spoken, each sentence once; the sound is kept in memory under its content."""

from __future__ import annotations

import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock, Thread

from caseroom.app.booth import EngineFailed, spoken_voice
from caseroom.config import Settings
from caseroom.errors import UsageError
from caseroom.events import Session
from caseroom.speech.audio import to_bytes
from caseroom.speech.base import SpeechError, Voice

NUDGE = "Take your time."
"""The one soft word after a long silence."""
_CACHE = 48_000_000
"""Bytes of sound that are remembered."""
_RECENT = 64


class Mouth:
    """Speaks, one sentence at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._voices: dict[str, Voice] = {}
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._recent: dict[str, deque[str]] = {}
        self._lock, self._speaking = Lock(), Lock()

    def told(self, session_id: str, text: str) -> None:
        """The interviewer says this just now; the reply is not stored yet."""
        with self._lock:
            self._recent.setdefault(session_id, deque(maxlen=_RECENT)).append(text)
            while len(self._recent) > _RECENT:
                self._recent.pop(next(iter(self._recent)))

    def forget(self, session_id: str) -> None:
        """A session is gone."""
        with self._lock:
            self._recent.pop(session_id, None)

    def ready(self, by: str) -> None:
        """Load the voice now, beside, so that the first words do not wait."""
        if warm := getattr(self._voice(by), "warm", None):
            Thread(target=self._warm, args=(warm,), name="voice", daemon=True).start()

    def _warm(self, warm: Callable[[], None]) -> None:
        with self._speaking:
            warm()

    def _voice(self, by: str) -> Voice:
        with self._lock:
            return self._voices.get(by) or self._voices.setdefault(by, spoken_voice(self._settings, by))

    def say(self, session_id: str, session: Session, text: str, by: str) -> bytes:
        """A WAV file with words that the interviewer said in this session.

        Raises:
            UsageError: they did not say that.
            SpeechError: the voice is not there or fails.
        """
        words = " ".join(text.split())
        if words != NUDGE and not self._said(session_id, session, words):
            raise UsageError("The interviewer did not say that in this session, so it is not spoken.")
        voice = self._voice(by)
        with self._speaking:  # one sentence at a time; the next finds the cores free
            key = hashlib.sha256(f"{voice.signature}\n{words}".encode()).hexdigest()
            if found := self._cache.get(key):
                self._cache.move_to_end(key)
                return found
            made = _spoken(voice, words)
            self._cache[key] = made
            while sum(map(len, self._cache.values())) > _CACHE:
                self._cache.popitem(last=False)
            return made

    def _said(self, session_id: str, session: Session, words: str) -> bool:
        with self._lock:
            recent = list(self._recent.get(session_id, ()))
        stored = [move.text for reply in session.replies() for move in reply.said]
        return bool(words) and any(words in " ".join(text.split()) for text in (*recent, *stored))


def _spoken(voice: Voice, words: str) -> bytes:
    try:
        return to_bytes(voice.say(words))
    except SpeechError as error:
        raise EngineFailed(str(error)) from None
