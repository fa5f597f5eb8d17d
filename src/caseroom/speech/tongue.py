"""Which language is spoken, as far as a recogniser can tell, and what to say about one that is not the interview's. It changes no word of what was heard."""

from __future__ import annotations

from collections import defaultdict
from typing import Protocol, runtime_checkable

from caseroom.speech.base import Sound, Tongue

OURS = "en"
"""The language that interviews are held and graded in."""
LONG = 5.0
"""Seconds: in less sound the language cannot be told."""
SURE = 0.7
"""Probability from which another language is spoken of; accents make a recogniser waver below it."""
_PROBES = 6
"""So many stretches of a recording are listened to, further and further apart: each costs about a third of hearing it."""
_NAMES = {
    "ar": "Arabic", "bn": "Bengali", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish",
    "ta": "Tamil", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


@runtime_checkable
class Linguist(Protocol):
    """A recogniser that can tell languages."""

    def language_of(self, sound: Sound) -> Tongue | None:
        """The language that is spoken in the sound, some seconds of speech; None where the model knows but one and nothing can be said.

        Raises:
            SpeechError: the weights fail.
        """


def tongue_of(recogniser: object, sound: Sound) -> Tongue | None:
    """The language of a sound; None where it is too short, or the recogniser cannot tell."""
    return recogniser.language_of(sound) if isinstance(recogniser, Linguist) and sound.seconds >= LONG else None


def name_of(language: str) -> str:
    """A language by its English name, else by its code."""
    return _NAMES.get(language, f"the language {language!r}")


def foreign(tongue: Tongue | None) -> bool:
    """Whether it is, surely enough, not the interview's language."""
    return tongue is not None and tongue.language != OURS and tongue.sure >= SURE


def aside(tongue: Tongue | None) -> str:
    """The soft word to somebody who does not speak the interview's language; empty where there is nothing to say."""
    if tongue is None or not foreign(tongue):
        return ""
    return (
        f"That sounded like {name_of(tongue.language)} ({tongue.sure:.0%} sure). This interview is in {name_of(OURS)}; other languages come out "
        "as wrong words. If it was English, read the words before you send them."
    )


class Tongues:
    """Listens for the language of a long recording: to its first long stretch, then to a few more, since one may begin with a greeting."""

    def __init__(self, recogniser: object) -> None:
        self._recogniser = recogniser
        self._stretches = self._probes = 0
        self._sums: dict[str, float] = defaultdict(float)

    def hear(self, sound: Sound) -> None:
        """The next stretch with speech."""
        if self._probes >= _PROBES or sound.seconds < LONG:
            return
        self._stretches += 1
        if self._stretches & (self._stretches - 1) == 0 and (found := tongue_of(self._recogniser, sound)):  # the 1st, 2nd, 4th, 8th …
            self._sums[found.language] += found.sure
            self._probes += 1

    @property
    def found(self) -> Tongue | None:
        """The language of most of it; its probability is the mean over the stretches that were listened to."""
        if not self._probes:
            return None
        language = max(self._sums, key=lambda one: (self._sums[one], one))
        return Tongue(language, round(self._sums[language] / self._probes, 3))
