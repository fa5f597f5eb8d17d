"""A turn that was spoken in a page: what was heard, put right by the candidate, becomes the hearing that is stored with it. It recognises nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from caseroom import events as ev
from caseroom.app import voice
from caseroom.app.booth import Booth, Piece
from caseroom.app.interviews import Interview
from caseroom.speech.base import RATE, Heard, Sound, Span
from caseroom.speech.garble import joined
from caseroom.speech.written import corrected

BROWSER, FORGOTTEN = "recogniser:browser", "recogniser:forgotten"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a turn: the id of what was heard here, and its words in case that is forgotten; or the words of the browser's own engine."""

    id: str = ""
    text: str = ""
    garbled: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a page tells of a spoken turn."""

    parts: tuple[Part, ...]
    unclear: tuple[Span, ...] | None = None
    """Passages of the text that the candidate left marked; they may take a mark away by confirming the words, never add one. None: all stay."""
    waited: float | None = None
    keep_audio: bool = False


def hearing_of(booth: Booth, interview: Interview, text: str, spoken: Spoken) -> ev.Hearing | None:
    """How the turn was heard; None where nothing of it is known any more, so that it counts as typed. Sound that shall be kept is written."""
    pieces = booth.pieces(interview.id, [part.id for part in spoken.parts])
    known = [(part, piece) for part, piece in zip(spoken.parts, pieces, strict=True) if piece or part.text]
    if not known:
        return None
    found = _confirmed(corrected(_together([_heard(part, piece) for part, piece in known]), text), spoken.unclear)
    words = tuple((a, b, round(word.start * 100), round(word.end * 100)) for (a, b), word in found.places())
    by = next((piece.by for _, piece in known if piece), FORGOTTEN if known[0][0].id else BROWSER)
    fillers = all(piece is not None and piece.fillers for _, piece in known)
    audio = _kept(interview, [piece for _, piece in known if piece]) if spoken.keep_audio else None
    return ev.Hearing(by, words, found.garbled, spoken.waited, fillers, audio)


def _heard(part: Part, piece: Piece | None) -> Heard:
    if piece:
        return piece.heard
    inside = tuple((max(0, a), min(len(part.text), b)) for a, b in part.garbled)
    return Heard(part.text, garbled=tuple((a, b) for a, b in inside if a < b))


def _together(parts: Sequence[Heard]) -> Heard:
    at, placed = 0.0, []
    for part in parts:
        placed.append((at, part))
        at += part.seconds
    return joined(placed, at)


def _confirmed(heard: Heard, unclear: tuple[Span, ...] | None) -> Heard:
    if unclear is None:
        return heard
    return replace(heard, garbled=tuple((a, b) for a, b in heard.garbled if any(a < y and x < b for x, y in unclear)))


def _kept(interview: Interview, pieces: Sequence[Piece]) -> str | None:
    sounds = [piece.sound.samples for piece in pieces if piece.sound]
    if not sounds:
        return None
    try:
        return voice.keep_audio(interview.room.settings, interview.id, interview.session.next_turn, Sound(np.concatenate(sounds), RATE))
    except OSError:
        return None  # the disk is full: the turn counts all the same
