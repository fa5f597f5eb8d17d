"""Whisper on this machine, through faster-whisper: 8-bit, with times of words. Nothing leaves the machine; the same sound gives the same words."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from caseroom.speech import weights
from caseroom.speech.audio import at_16k, loudness
from caseroom.speech.base import RATE, Heard, Sound, SpeechError, Tongue, Word
from caseroom.speech.detector import NO_WHISPER, Silero
from caseroom.speech.garble import Piece, assemble, joined, without_tail
from caseroom.speech.pieces import pieces

SILENCE_DB = -60.0
"""Quieter than this is silence."""
_EDGE = 0.2
"""Seconds of quiet before and after a piece; words at the very edge are lost without it."""
_PROMPT_WORDS = 60
_TOKENS, _TOKENS_A_SECOND = 12, 7
"""Nobody says more in so little time: what loops is stopped there."""
_VAD_EDGE = 0.1
SILENT = "silence"
NOISE = "no speech: noise or music"


class Whisper:
    """A model in the form of faster-whisper."""

    def __init__(self, root: Path, name: str = "base", *, beam: int = 5, language: str = "en", threads: int = 0) -> None:
        """Finds the weights; they are loaded with the first sound.

        Raises:
            SpeechError: not there, not whole, or faster-whisper is not installed.
        """
        self._folder = weights.checked(root, name)
        self._name, self._beam, self._language = name, beam, "en" if name.endswith(".en") else language
        self._threads = threads or max(1, os.cpu_count() or 2)
        self._loaded: Any = None
        self._lock = Lock()
        self._detector = Silero()
        try:
            import faster_whisper
        except ImportError as error:
            raise SpeechError(NO_WHISPER.format(error)) from None
        self._version = str(faster_whisper.__version__)

    sends_to = ""
    keeps_fillers = False

    @property
    def signature(self) -> str:
        """Model, settings and versions."""
        size = (self._folder / "model.bin").stat().st_size
        return (
            f"recogniser:whisper-{self._name}|bytes:{size}|int8|beam:{self._beam}|language:{self._language}|faster-whisper:{self._version}"
        )

    def warm(self) -> None:
        """Load the weights now."""
        self._model()

    def _model(self) -> Any:
        with self._lock:
            if self._loaded is None:
                from faster_whisper import WhisperModel

                try:
                    self._loaded = WhisperModel(str(self._folder), device="cpu", compute_type="int8", cpu_threads=self._threads)
                except (RuntimeError, ValueError, OSError) as error:
                    raise SpeechError(
                        f"The recogniser {self._name} cannot be loaded ({error}). `caseroom voice install {self._name}` fetches it again."
                    ) from None
            return self._loaded

    def hear(self, sound: Sound, *, prompt: str = "") -> Heard:
        """The words in the sound, piece by piece between its pauses."""
        sound = at_16k(sound)
        if loudness(sound.samples) < SILENCE_DB:
            return Heard("", seconds=sound.seconds, nothing=SILENT)
        found = pieces(self._detector.segments(sound))
        if not found:
            return Heard("", seconds=sound.seconds, nothing=NOISE)
        said = [(piece.start, self._piece(sound.cut(piece.start, piece.end), prompt)) for piece in found]
        return joined(said, sound.seconds)

    def _piece(self, sound: Sound, prompt: str) -> Heard:
        quiet = np.zeros(round(_EDGE * RATE), np.float32)
        segments, info = self._model().transcribe(
            np.concatenate([quiet, sound.samples, quiet]), language=self._language or None, beam_size=self._beam, temperature=0.0,
            word_timestamps=True, condition_on_previous_text=False, vad_filter=False,
            initial_prompt=self._prompt(prompt),
            max_new_tokens=round(_TOKENS + _TOKENS_A_SECOND * sound.seconds),
        )  # fmt: skip
        given = without_tail([_given(segment, sound.seconds) for segment in segments], sound.seconds - _VAD_EDGE)
        return assemble(given, sound.seconds, str(info.language), NOISE)

    def _prompt(self, prompt: str) -> str | None:
        """The names and terms; not for the small models, which begin to loop with a prompt (docs/voice.md)."""
        small = self._name.startswith(("tiny", "base"))
        return None if small else " ".join(prompt.split()[-_PROMPT_WORDS:]) or None

    def language_of(self, sound: Sound) -> Tongue | None:
        """The language that is spoken, by the first 30 seconds; None where the model knows English alone, and in silence."""
        sound = at_16k(sound)
        if self._name.endswith(".en") or loudness(sound.samples) < SILENCE_DB or not self._model().model.is_multilingual:
            return None
        language, sure, _ = self._model().detect_language(sound.samples)
        return Tongue(str(language), round(float(sure), 3))


def _given(segment: Any, seconds: float) -> Piece:
    words: list[Word] = []
    for raw in segment.words or ():
        word = _word(raw, seconds)
        if words and not raw.word.startswith(" "):  # "look" and "-up" are one word
            last = words.pop()
            word = Word(last.text + word.text, last.start, word.end, min(last.probability, word.probability))
        if word.text:
            words.append(word)
    return Piece(tuple(words), float(segment.avg_logprob), float(segment.compression_ratio), float(segment.no_speech_prob))


def _word(raw: Any, seconds: float) -> Word:
    start, end = (round(min(seconds, max(0.0, float(at) - _EDGE)), 3) for at in (raw.start, raw.end))
    return Word(raw.word.strip(), start, max(start, end), round(float(raw.probability), 3))
