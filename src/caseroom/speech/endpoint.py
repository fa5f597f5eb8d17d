"""Any OpenAI-compatible audio endpoint: /audio/transcriptions and /audio/speech. It sends what its host is told to be sent, and its key to no other.

The key comes from an environment variable that is named, never from a file, and is in no message, signature or log.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from caseroom.speech.audio import at_16k, from_bytes, loudness, to_bytes
from caseroom.speech.base import Heard, Sound, SpeechError, Word
from caseroom.speech.garble import Piece, assemble
from caseroom.speech.spoken import breaths, read_aloud
from caseroom.speech.whisper import SILENCE_DB, SILENT

DEFAULT_KEY = "OPENAI_API_KEY"
_TIMEOUT = 60.0
_TRIES = 3
_AGAIN = (408, 429, 500, 502, 503, 504)
NOTHING = "no speech"


class _Endpoint:
    """A host, a model and the name of the key's variable."""

    def __init__(self, url: str, model: str, key_variable: str = DEFAULT_KEY) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise SpeechError(f"{parts.hostname or url!r} is no address of an audio endpoint. Write one such as http://localhost:8000/v1.")
        self._base, self._model, self._variable = url.rstrip("/"), model, key_variable
        self.sends_to = parts.netloc

    def _headers(self) -> dict[str, str]:
        key = os.environ.get(self._variable, "").strip()
        return {"Authorization": f"Bearer {key}"} if key else {}

    def _post(self, path: str, **body: Any) -> Any:
        try:
            import httpx
        except ImportError as error:
            raise SpeechError(f"An audio endpoint needs httpx ({error}). `pip install 'caseroom[voice]'`.") from None
        last = ""
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=False) as client:
            for attempt in range(_TRIES):
                try:
                    reply = client.post(f"{self._base}{path}", headers=self._headers(), **body)
                except httpx.HTTPError as error:
                    last = f"{type(error).__name__}"
                    continue
                if reply.status_code == 200:
                    return reply
                last = self._why(reply.status_code)
                if reply.status_code not in _AGAIN:
                    break
                _wait(attempt, reply.headers)
        raise SpeechError(f"{self.sends_to} did not answer: {last}. Your words are kept; try again, or use a recogniser on this machine.")

    def _why(self, code: int) -> str:
        if code in (401, 403):
            return f"the key in {self._variable} was refused"
        if code in (402, 429):
            return "it is out of credit or too many calls were made"
        return "it has no such model or address" if code == 404 else f"status {code}"


def _wait(attempt: int, headers: Mapping[str, str]) -> None:
    import time

    asked = headers.get("retry-after", "")
    time.sleep(min(5.0, float(asked) if asked.replace(".", "", 1).isdigit() else 0.3 * 2**attempt))


class EndpointRecogniser(_Endpoint):
    """Recognition by a host."""

    keeps_fillers = False

    def __init__(self, url: str, model: str = "whisper-1", key_variable: str = DEFAULT_KEY, language: str = "en") -> None:
        super().__init__(url, model, key_variable)
        self._language = language

    @property
    def signature(self) -> str:
        """Host and model."""
        return f"recogniser:endpoint|host:{self.sends_to}|model:{self._model}|language:{self._language}"

    def hear(self, sound: Sound, *, prompt: str = "") -> Heard:
        """The words in the sound. Silence is not sent."""
        sound = at_16k(sound)
        if loudness(sound.samples) < SILENCE_DB:
            return Heard("", seconds=sound.seconds, nothing=SILENT)
        form = {"model": self._model, "language": self._language, "response_format": "verbose_json", "temperature": "0", "prompt": prompt}
        asked = {**form, "timestamp_granularities[]": ["word", "segment"]}
        reply = self._post("/audio/transcriptions", files={"file": ("turn.wav", to_bytes(sound), "audio/wav")}, data=asked)
        try:
            return _understood(reply.json(), sound.seconds, self._language)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise SpeechError(f"{self.sends_to} answered what is no transcription. Is it an audio endpoint?") from None


def _understood(body: dict[str, Any], seconds: float, language: str) -> Heard:
    text = " ".join(str(body["text"]).split())
    spoken = str(body.get("language") or language)
    segments = body.get("segments") or []
    words = [_word(row) for row in body.get("words") or [row for part in segments for row in part.get("words") or []]]
    words = [word for word in words if word.text]
    if not text or not words:
        return Heard(text, (), spoken, seconds, nothing="" if text else NOTHING)
    return _marked(text, words, segments, seconds, spoken)


def _marked(text: str, words: list[Word], segments: list[dict[str, Any]], seconds: float, language: str) -> Heard:
    """Words by the segment that their middle lies in, so that a bad segment is marked as garbled."""
    bounds = [(float(s["start"]), float(s["end"]), s) for s in segments if "avg_logprob" in s] or [(0.0, seconds, {})]
    groups: list[list[Word]] = [[] for _ in bounds]
    for word in words:
        middle = (word.start + word.end) / 2
        groups[next((n for n, (_, end, _) in enumerate(bounds) if middle <= end), len(bounds) - 1)].append(word)
    pieces = [
        Piece(tuple(g), float(s.get("avg_logprob", 0.0)), float(s.get("compression_ratio", 1.0)), float(s.get("no_speech_prob", 0.0)))
        for g, (_, _, s) in zip(groups, bounds, strict=True)
    ]
    bare = assemble(pieces, seconds, language, NOTHING)
    return _punctuated(bare, text)


def _punctuated(heard: Heard, text: str) -> Heard:
    """Some hosts give words without punctuation and the text with it: the text's own words are taken where they are as many."""
    given = text.split()
    if len(given) != len(heard.words):
        return heard
    words = tuple(Word(g, w.start, w.end, w.probability) for g, w in zip(given, heard.words, strict=True))
    whole = Heard(" ".join(given), words, heard.language, heard.seconds)
    places = dict(zip((p for p, _ in heard.places()), (p for p, _ in whole.places()), strict=True))
    starts, ends = {a: x for (a, _), (x, _) in places.items()}, {b: y for (_, b), (_, y) in places.items()}
    return Heard(whole.text, words, heard.language, heard.seconds, tuple((starts[a], ends[b]) for a, b in heard.garbled))


def _word(row: dict[str, Any]) -> Word:
    return Word(str(row["word"]).strip(), round(float(row["start"]), 3), round(float(row["end"]), 3), float(row.get("probability", 1.0)))


class EndpointVoice(_Endpoint):
    """A voice of a host."""

    def __init__(self, url: str, model: str = "tts-1", voice: str = "alloy", key_variable: str = DEFAULT_KEY) -> None:
        super().__init__(url, model, key_variable)
        self._voice = voice

    @property
    def signature(self) -> str:
        """Host, model and voice."""
        return f"voice:endpoint|host:{self.sends_to}|model:{self._model}|voice:{self._voice}"

    def say(self, text: str) -> Sound:
        """The text, spoken."""
        body = {"model": self._model, "voice": self._voice, "input": read_aloud(text), "response_format": "wav"}
        return from_bytes(self._post("/audio/speech", json=body).content, what=f"What {self.sends_to} sent")

    def parts(self, text: str) -> Iterator[Sound]:
        """A sentence or two a call."""
        for breath in breaths(text):
            yield self.say(breath)
