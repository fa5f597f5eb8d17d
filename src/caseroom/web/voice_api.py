"""Voice under /api: what hears and speaks, sound in, words out, and the interviewer's words as sound. No sound is stored unless that was asked for."""

from __future__ import annotations

import io
import wave
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Body, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from caseroom.app import voice
from caseroom.app.booth import LONGEST, Booth, Choice
from caseroom.app.saying import Mouth
from caseroom.app.spokenturns import Part, Spoken
from caseroom.errors import UsageError
from caseroom.speech.base import RATE, Heard, Samples, SpeechError
from caseroom.web.held import the_room

Id = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
By = Annotated[str, Query(min_length=1, max_length=60, description="The id of a recogniser, as /api/voice lists it.")]
Wav = Annotated[bytes, Body(media_type="audio/wav", description="A WAV file, at most 1.5 MB: about 45 seconds of 16 kHz mono.")]


class Trouble(BaseModel):
    """What went wrong, in words."""

    detail: str


class EngineRow(BaseModel):
    """An engine that can be chosen."""

    id: str
    kind: Literal["machine", "endpoint"]
    words: str = Field(description="What it is, in plain words.")
    sends_to: str = Field(description="The host that gets the sound or the text; empty if nothing leaves this machine.")


class Limits(BaseModel):
    """How much sound is taken."""

    seconds: float = Field(description="Of one turn.")
    rate: int = Field(description="Samples a second of sound that comes in pieces.")


class VoiceHere(BaseModel):
    """What hears and speaks here. The browser's own engines are not listed: the server does not know them."""

    recognisers: list[EngineRow]
    voices: list[EngineRow]
    limits: Limits


class WordRow(BaseModel):
    """A heard word."""

    text: str
    start: float = Field(description="Seconds since the sound began.")
    end: float
    probability: float


class HeardRow(BaseModel):
    """What was heard."""

    id: str = Field(description="Give it with the turn that is said with these words.")
    text: str
    words: list[WordRow] = Field(description="Empty where the recogniser gives no times.")
    garbled: list[tuple[int, int]] = Field(
        description="Passages of the text that were not heard well: first character, and the one after the last."
    )
    seconds: float
    nothing: str = Field(description="Where the text is empty: why.")
    aside: str = Field("", description="Once a session: that the language does not sound like the interview's, and what to do.")


class CaptionRow(BaseModel):
    """What is understood by now; it may still change."""

    text: str
    seconds: float
    speech: float = Field(description="How probable it is that somebody spoke in the last piece.")
    aside: str = Field("", description="As of what was heard.")


class SayForm(BaseModel):
    """Words of the interviewer."""

    session: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    text: str = Field(min_length=1, max_length=2000)
    by: str = Field("hibari", max_length=60)


class ReadyForm(BaseModel):
    """What was chosen."""

    hears: str = Field("", max_length=60)
    speaks: str = Field("", max_length=60)


class PartForm(BaseModel):
    """A piece of a spoken turn."""

    id: str = Field("", max_length=64, description="Of what was heard here; empty for the browser's own engine.")
    text: str = Field(
        "", max_length=100_000, description="The words. What was heard here is taken from memory, and from this where it is forgotten."
    )
    garbled: list[tuple[int, int]] = Field([], max_length=2000)


class SpokenForm(BaseModel):
    """How a turn was spoken. What was put right by typing is not garbled any more."""

    parts: list[PartForm] = Field(max_length=400)
    unclear: list[tuple[int, int]] | None = Field(
        None, max_length=2000, description="The passages that are still marked; what is not among them was confirmed by the candidate."
    )
    waited: float | None = Field(None, ge=0, le=86_400, description="Seconds from the interviewer's last sound to the first word.")
    keep_audio: bool = False

    def spoken(self) -> Spoken:
        """The same, inside."""
        parts = tuple(Part(part.id, part.text, tuple(part.garbled)) for part in self.parts)
        return Spoken(parts, None if self.unclear is None else tuple(self.unclear), self.waited, self.keep_audio)


router = APIRouter(prefix="/api", responses={code: {"model": Trouble} for code in (400, 404, 409, 429, 502)})


def the_booth(request: Request) -> Booth:
    """What hears."""
    booth: Booth = request.app.state.booth
    return booth


def the_mouth(request: Request) -> Mouth:
    """What speaks."""
    mouth: Mouth = request.app.state.mouth
    return mouth


@router.get("/voice")
def voice_here(request: Request) -> VoiceHere:
    """What hears and speaks here."""
    booth = the_booth(request)
    return VoiceHere(
        recognisers=[_row(one) for one in booth.recognisers()],
        voices=[_row(one) for one in booth.voices()],
        limits=Limits(seconds=LONGEST, rate=RATE),
    )


def _row(choice: Choice) -> EngineRow:
    return EngineRow(id=choice.id, kind=choice.kind, words=choice.words, sends_to=choice.sends_to)


@router.post("/voice/ready", status_code=204)
def make_ready(request: Request, form: ReadyForm) -> Response:
    """Load what was chosen, so that the first words do not wait. Empty, or the browser's own: nothing is loaded."""
    if form.hears not in ("", "browser"):
        the_booth(request).ready(form.hears)
    if form.speaks not in ("", "browser", "none"):
        the_mouth(request).ready(form.speaks)
    return Response(status_code=204)


@router.post("/voice/say", response_class=Response, responses={200: {"content": {"audio/wav": {}}}})
def say_aloud(request: Request, form: SayForm) -> Response:
    """Words that the interviewer said in this session, as a WAV file."""
    session = the_room(request).store.session(form.session)
    made = the_mouth(request).say(form.session, session, form.text, form.by)
    return Response(made, media_type="audio/wav", headers={"Cache-Control": "no-store"})


@router.post("/sessions/{session_id}/speech")
def hear(request: Request, session_id: Id, data: Wav, by: By, keep: bool = False) -> HeardRow:
    """The words of a whole recording."""
    from caseroom.speech.audio import from_bytes

    prompt = _prompt(request, session_id)
    booth = the_booth(request)
    hearing, heard = booth.whole(session_id, from_bytes(data), by, prompt, keep=keep)
    return _heard_row(hearing, heard, booth.aside(session_id))


@router.post("/sessions/{session_id}/speech/{hearing}")
def hear_piece(
    request: Request, session_id: Id, hearing: Id, data: Wav, by: By, number: Annotated[int, Query(ge=0, le=100_000)]
) -> CaptionRow:
    """Take the next piece of a turn (16 kHz, mono, 16 bit); what is understood by now. `hearing` is an id of the caller's own; pieces count from 0."""
    samples = _samples(data)
    booth = the_booth(request)
    caption = booth.feed(session_id, hearing, number, samples, by, lambda: _prompt(request, session_id))
    return CaptionRow(text=caption.text, seconds=caption.seconds, speech=round(caption.speech, 3), aside=booth.aside(session_id))


@router.post("/sessions/{session_id}/speech/{hearing}/end")
def hear_end(request: Request, session_id: Id, hearing: Id, keep: bool = False) -> HeardRow:
    """The turn is over: its words. If the recogniser failed, it can be called again. With `keep` the sound is remembered until the turn is said."""
    booth = the_booth(request)
    heard = booth.finish(session_id, hearing, keep=keep)
    return _heard_row(hearing, heard, booth.aside(session_id))


@router.delete("/sessions/{session_id}/speech/{hearing}", status_code=204)
def hear_no_more(request: Request, session_id: Id, hearing: Id) -> Response:
    """Forget what was heard."""
    the_booth(request).drop(session_id, hearing)
    return Response(status_code=204)


@router.get("/sessions/{session_id}/turns/{turn}/audio", response_class=Response, responses={200: {"content": {"audio/wav": {}}}})
def recording(request: Request, session_id: Id, turn: Annotated[int, Path(ge=1, le=1_000_000)]) -> Response:
    """The recording of a turn, if it was kept."""
    from fastapi.responses import FileResponse

    room = the_room(request)
    found = next((one for one in room.store.session(session_id).turns if one.number == turn), None)
    name = found.heard.audio if found and found.heard else None
    path = voice.audio_folder(room.settings, session_id) / f"{turn}.wav"
    if name != path.name or not path.is_file():
        raise UsageError("No recording of this turn was kept.")
    return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": "no-store"})


def _prompt(request: Request, session_id: str) -> str:
    room = the_room(request)  # not by the desk: a reply that is still streamed must not hold up who speaks
    session = room.store.session(session_id)
    if session.ended:
        raise UsageError("The interview is over; nothing is heard any more.")
    return voice.prompt_for(room.shelf.case(session.case))


def _samples(data: bytes) -> Samples:
    try:
        with wave.open(io.BytesIO(data)) as file:
            if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
                raise SpeechError(f"A piece of a turn is a WAV file of {RATE} Hz, one channel, 16 bit.")
            return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / np.float32(32768)
    except (wave.Error, EOFError, ValueError) as error:
        raise SpeechError(f"That is no WAV file ({error}).") from None


def _heard_row(hearing: str, heard: Heard, aside: str) -> HeardRow:
    words = [WordRow(text=w.text, start=w.start, end=w.end, probability=w.probability) for w in heard.words]
    return HeardRow(
        id=hearing,
        text=heard.text,
        words=words,
        garbled=list(heard.garbled),
        seconds=round(heard.seconds, 3),
        nothing=heard.nothing,
        aside=aside,
    )
