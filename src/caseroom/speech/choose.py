"""The recogniser and the voice that a name means: a model on this machine, or the address of an endpoint. It installs nothing and calls nobody."""

from __future__ import annotations

from pathlib import Path

from caseroom.speech.base import Recogniser, SpeechError, Voice
from caseroom.speech.endpoint import DEFAULT_KEY, EndpointRecogniser, EndpointVoice
from caseroom.speech.weights import names


def recogniser(root: Path, name: str = "", *, key_variable: str = DEFAULT_KEY) -> Recogniser:
    """`base`, `tiny.en` or another that is installed; `http://HOST/v1#MODEL` for an endpoint; without a name the best that is there.

    Raises:
        SpeechError: it is not there.
    """
    if "://" in name:
        url, _, model = name.partition("#")
        return EndpointRecogniser(url, model or "whisper-1", key_variable)
    from caseroom.speech.whisper import Whisper

    there = names(root)
    return Whisper(root, name or (there[0] if there else "base"))


def voice(name: str = "", *, key_variable: str = DEFAULT_KEY) -> Voice:
    """`hibari`, or `http://HOST/v1#MODEL/VOICE` for an endpoint.

    Raises:
        SpeechError: it is not there.
    """
    if "://" in name:
        url, _, rest = name.partition("#")
        model, _, speaker = rest.partition("/")
        return EndpointVoice(url, model or "tts-1", speaker or "alloy", key_variable)
    if name not in ("", "hibari"):
        raise SpeechError(f"There is no voice {name!r}. Write hibari, or the address of an audio endpoint.")
    from caseroom.speech.hibari import Hibari

    return Hibari()
