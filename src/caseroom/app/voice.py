"""A spoken turn: the words that a case's recogniser is told to expect, what of the hearing is kept with the turn, and its recording if that was asked for."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from caseroom.cases.model import Case
from caseroom.config import Settings
from caseroom.events import Hearing, Session

if TYPE_CHECKING:
    from caseroom.app.interviews import Room
    from caseroom.speech.base import Heard, Recogniser, Sound

_COMMON = ("RAG", "LLM", "reranker", "chunking", "hybrid search", "prompt injection", "hallucination", "A/B test", "KPI", "24/7", "p95")
_SESSION = re.compile(r"[a-z0-9]{4,32}")


def prompt_for(case: Case) -> str:
    """Names and terms that may come up, as a recogniser takes them: no fact, no figure, no point of the rubric."""
    named = list(dict.fromkeys([case.company, case.domain, *case.terms, *_COMMON]))
    return f"A case interview at {case.company}. Words that may come up: {', '.join(named)}."


def hearing(heard: Heard, recogniser: Recogniser, *, waited: float | None = None, audio: str | None = None) -> Hearing:
    """What is kept of the hearing with the turn."""
    words = tuple((a, b, round(word.start * 100), round(word.end * 100)) for (a, b), word in heard.places())
    return Hearing(recogniser.signature, words, heard.garbled, waited, recogniser.keeps_fillers, audio)


def audio_folder(settings: Settings, session_id: str) -> Path:
    """Where the recordings of a session are, if any were kept."""
    if not _SESSION.fullmatch(session_id):
        raise ValueError(session_id)
    return settings.home / "audio" / session_id


def keep_audio(settings: Settings, session_id: str, turn: int, sound: Sound) -> str:
    """Write the recording of a turn; its name."""
    from caseroom.speech import wav

    name = f"{turn}.wav"
    wav.write(audio_folder(settings, session_id) / name, sound)
    return name


def prune_audio(settings: Settings, session_id: str, session: Session) -> None:
    """Remove the recordings that belong to no turn which stands: of a turn that was taken back, or that could not be stored."""
    standing = {turn.heard.audio for turn in session.turns if turn.heard}
    for path in audio_folder(settings, session_id).glob("*.wav"):
        if path.name not in standing:
            path.unlink(missing_ok=True)


def delete_audio(settings: Settings, session_id: str) -> None:
    """Remove all recordings of a session for good."""
    if _SESSION.fullmatch(session_id):
        shutil.rmtree(settings.home / "audio" / session_id, ignore_errors=True)


def delete_session(room: Room, session_id: str) -> None:
    """Remove a session for good, and its recordings before it: no sound is left if the store fails.

    Raises:
        SessionNotFound: no such session.
    """
    room.store.session(session_id)
    delete_audio(room.settings, session_id)
    room.store.delete(session_id)
