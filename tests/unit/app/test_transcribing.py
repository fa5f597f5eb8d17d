"""Recordings to transcripts. The pure parts always; with real recognition and two real voices where the weights are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from caseroom import events as ev
from caseroom.app import transcribing
from caseroom.app.grading import transcript_of
from caseroom.app.interviews import Interview, Room
from caseroom.app.voice import audio_folder, delete_session, hearing, keep_audio, prompt_for
from caseroom.cases.model import Case
from caseroom.config import settings_from_environment
from caseroom.errors import SessionNotFound, TranscriptError
from caseroom.grading.transcript import parse, sidecar_of
from caseroom.grading.transcript import read as read_transcript
from caseroom.speech import wav, weights
from caseroom.speech.audio import at_16k, recording
from caseroom.speech.base import RATE, Chance, Heard, Samples, Segment, Sound, SpeechError, Word
from caseroom.speech.listening import Kept, listen
from caseroom.speech.resample import resampled

ROOT = settings_from_environment().voice


class Loud:
    """A detector by loudness alone, so that these tests need no weights."""

    signature = "detector:loudness"

    def segments(self, sound: Sound) -> tuple[Segment, ...]:
        return (Segment(0.0, sound.seconds),)

    def stream(self) -> Loud:
        return Loud()

    def __init__(self) -> None:
        self.at = 0.0

    def feed(self, samples: Samples) -> tuple[Chance, ...]:
        found = []
        for start in range(0, len(samples), 512):
            part = samples[start : start + 512]
            self.at += len(part) / RATE
            found.append(Chance(self.at, 1.0 if np.abs(part).max(initial=0.0) > 0.02 else 0.0))
        return tuple(found)


class Counting:
    """A recogniser that says how long a stretch is; counts its calls and can be stopped."""

    signature, sends_to, keeps_fillers = "recogniser:counting", "", False

    def __init__(self, stop_after: int = 10**6) -> None:
        self.calls, self._stop = 0, stop_after

    def hear(self, sound: Sound, *, prompt: str = "") -> Heard:
        self.calls += 1
        if self.calls > self._stop:
            raise KeyboardInterrupt
        text = f"Stretch of {sound.seconds:.1f} seconds."
        step = sound.seconds / 4
        return Heard(text, tuple(Word(w, n * step, (n + 1) * step, 0.9) for n, w in enumerate(text.split())), seconds=sound.seconds)


def bursts(count: int, pitch: float = 120.0, seed: int = 0) -> Samples:
    """So many stretches of a buzzing sound with silences between."""
    time = np.arange(13 * RATE) / RATE
    buzz = 0.2 * np.sign(np.sin(2 * np.pi * pitch * time)) * np.abs(np.sin(2 * np.pi * 2 * time))
    return np.concatenate([np.concatenate([buzz, np.zeros(RATE)]) for _ in range(count)]).astype(np.float32)


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    wav.write(path, Sound(bursts(6), RATE))
    found, cache = recording(path), tmp_path / "cache"
    with pytest.raises(KeyboardInterrupt):
        listen(found, Counting(3), Loud(), kept=Kept(cache, found, "x"))
    kept = Kept(cache, found, "x")
    assert kept.found == 3
    again = Counting()
    made = listen(found, again, Loud(), kept=kept)
    assert again.calls == 3
    assert made.utterances == listen(found, Counting(), Loud()).utterances
    with kept.path.open("a") as file:
        file.write('{"channel": 0, "at": 99')  # a crash in the middle of a line
    assert Kept(cache, found, "x").found == 6
    kept.done()
    assert not kept.path.exists()


def test_a_long_recording_needs_little_memory(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "long.wav"
    wav.write(path, Sound(np.tile(bursts(5), 17), RATE))  # 20 minutes
    found = recording(path)
    tracemalloc.start()
    made = listen(found, Counting(), Loud())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made.seconds == pytest.approx(1190, abs=2)
    assert len(made.utterances) == 85
    assert most < 32_000_000  # the whole is 76 MB as samples


def test_channels_are_told_apart_and_bleeding_is_dropped(tmp_path: Path) -> None:
    turn = 14 * RATE
    left, right = np.zeros(8 * turn, np.float32), np.zeros(8 * turn, np.float32)
    for n in range(8):
        here, other = (left, right) if n % 2 else (right, left)
        here[n * turn : (n + 1) * turn] = bursts(1)
        other[n * turn : (n + 1) * turn] = bursts(1) * 0.15  # comes through
    path = tmp_path / "two.wav"
    wav.write(path, Sound(left, RATE), Sound(right, RATE))
    made = listen(recording(path), Counting(), Loud())
    assert made.apart
    assert [one.channel for one in made.utterances] == [1, 0, 1, 0, 1, 0, 1, 0]
    wav.write(path, Sound(left, RATE), Sound(left, RATE))
    assert not listen(recording(path), Counting(), Loud()).apart
    wav.write(path, Sound(left, RATE))
    with pytest.raises(SpeechError, match="one channel"):
        listen(recording(path), Counting(), Loud(), split=True)


@pytest.mark.parametrize(("samples", "words"), [(np.zeros(3 * RATE, np.float32), "only silence"), (bursts(2) * 0.08, "noise or music")])
def test_a_recording_without_speech_is_told_so(tmp_path: Path, samples: Samples, words: str) -> None:
    path = tmp_path / "none.wav"
    wav.write(path, Sound(samples, RATE))
    with pytest.raises(TranscriptError, match=words):
        transcribing.transcribe(path, Counting(), Loud())


def test_the_transcript_is_what_grade_reads_with_its_times_beside_it(tmp_path: Path) -> None:
    turn = 14 * RATE
    left, right = np.zeros(3 * turn, np.float32), np.zeros(3 * turn, np.float32)
    right[:turn], left[turn:] = bursts(1), bursts(2)
    source = tmp_path / "two.wav"
    wav.write(source, Sound(left, RATE), Sound(right, RATE))
    made = transcribing.transcribe(source, Counting(), Loud(), split=True)
    assert [turn.speaker for turn in made.transcript.turns] == ["interviewer", "candidate"]
    assert made.how == "by channel"
    out = tmp_path / "interview.txt"
    out.write_text(transcribing.to_text(made))
    sidecar_of(out).write_text(transcribing.sidecar_text(made))
    back = read_transcript(out)
    assert [t.text for t in back.turns] == [t.text for t in made.transcript.turns]
    assert [t.heard for t in back.turns] == [t.heard for t in made.transcript.turns]
    assert [t.speaker for t in parse(out.read_text()).turns] == ["interviewer", "candidate"]
    heard = back.turns[1].heard
    assert heard is not None
    assert heard.waited == pytest.approx(0.35, abs=0.15)  # a second of silence, without what stretches hold of it
    out.write_text(out.read_text().replace("CANDIDATE: Stretch", "CANDIDATE: A stretch"))  # put right by hand
    assert [t.heard is None for t in read_transcript(out).turns] == [False, True]
    sidecar_of(out).write_text("{torn")
    with pytest.raises(TranscriptError, match="does not hold"):
        read_transcript(out)


def test_the_recogniser_is_told_names_and_no_fact(support: Case) -> None:
    prompt = prompt_for(support)
    assert support.company in prompt
    for fact in support.facts:
        assert fact.say not in prompt
        for _, value in fact.numbers:
            assert f" {value:g} " not in prompt


def test_a_spoken_turn_keeps_its_hearing_and_a_deleted_session_leaves_no_sound(room: Room) -> None:
    interview = Interview.start(room, "support-desk")
    heard = Heard("How many tickets come in?", (Word("How", 0.1, 0.3, 0.9), Word("many", 0.3, 0.6, 0.2)), garbled=((4, 8),), seconds=2.0)
    name = keep_audio(room.settings, interview.id, 1, Sound(bursts(1), RATE))
    how = hearing(heard, Counting(), waited=1.5, audio=name)
    interview.say(heard.text, how)
    stored = room.store.session(interview.id)
    assert (
        stored.turns[0].heard == how == ev.Hearing("recogniser:counting", ((0, 3, 10, 30), (4, 8, 30, 60)), ((4, 8),), 1.5, False, "1.wav")
    )
    assert transcript_of(stored).candidate()[0].garbled(5, 6)
    assert (audio_folder(room.settings, interview.id) / "1.wav").is_file()
    with pytest.raises(SessionNotFound):
        delete_session(room, "zzzzzzzz")
    delete_session(room, interview.id)
    assert not audio_folder(room.settings, interview.id).exists()
    with pytest.raises(SessionNotFound):
        room.store.session(interview.id)


def test_a_typed_turn_is_written_as_ever() -> None:
    assert ev.to_dict(ev.Said(1, "Hello.", 2.0)) == {"type": "Said", "turn": 1, "text": "Hello.", "at": 2.0}
    spoken = ev.Said(1, "Hello.", 2.0, ev.Hearing("r", ((0, 6, 0, 40),), ((0, 5),), 0.5, True, "1.wav"))
    assert ev.from_dict(json.loads(json.dumps(ev.to_dict(spoken)))) == spoken


@pytest.fixture(scope="module")
def two_voices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, list[tuple[str, str]]]]:
    """A short interview in two voices, on one channel and on two; the second voice is the first, lower and slower."""
    pytest.importorskip("faster_whisper", reason="needs the extra voice")
    pytest.importorskip("hibari", reason="needs the extra voice")
    if not weights.there(ROOT, "tiny.en"):
        pytest.skip(f"no recogniser in {ROOT}: `caseroom voice install tiny.en`")
    from caseroom.speech.hibari import Hibari

    rows = [
        ("interviewer", "Our support desk cannot keep up any more. How would you approach this?"),
        (
            "candidate",
            "I would first ask who uses it and what agents do today. Then I would look at how many tickets come in and how long each of them takes.",
        ),
        ("interviewer", "An agent needs eight minutes for a ticket. What would you build?"),
        (
            "candidate",
            "A draft that the agent approves, grounded in the help centre. Order status comes from a look up, never from the model. I would measure edits and wrong replies.",
        ),
        ("interviewer", "And when would you stop?"),
        ("candidate", "If more than six percent of the replies are wrong, we stop and go back to templates."),
    ]
    voice, mono, sides = Hibari(), list[Samples](), (list[Samples](), list[Samples]())
    for who, text in rows:
        made = voice.say(text)
        rate = round(made.rate / 0.74) if who == "candidate" else made.rate  # played slower: a lower voice
        samples = resampled(made.samples, made.rate, rate) if who == "candidate" else made.samples
        sound = np.concatenate([at_16k(Sound(samples, made.rate)).samples, np.zeros(RATE // 2, np.float32)])
        mono.append(sound)
        for side, name in enumerate(("interviewer", "candidate")):
            sides[side].append(sound if who == name else np.zeros_like(sound))
    folder = tmp_path_factory.mktemp("voices")
    wav.write(folder / "one.wav", Sound(np.concatenate(mono), RATE))
    wav.write(folder / "two.wav", *(Sound(np.concatenate(side), RATE) for side in sides))
    yield folder / "one.wav", folder / "two.wav", rows


@pytest.mark.parametrize("channels", [1, 2])
def test_a_real_recording_becomes_a_transcript_with_its_speakers(
    two_voices: tuple[Path, Path, list[tuple[str, str]]], channels: int
) -> None:
    from evals.words import errors

    from caseroom.speech.detector import Silero
    from caseroom.speech.whisper import Whisper

    one, two, rows = two_voices
    made = transcribing.transcribe(one if channels == 1 else two, Whisper(ROOT, "tiny.en"), Silero())
    assert [turn.speaker for turn in made.transcript.turns] == [who for who, _ in rows], transcribing.to_text(made)
    wrong, total = np.sum([errors(text, turn.text) for (_, text), turn in zip(rows, made.transcript.turns, strict=True)], axis=0)
    assert wrong <= 0.2 * total, transcribing.to_text(made)
    assert made.how == ("by channel" if channels == 2 else "by voice, on one channel")
    assert all(turn.heard and turn.heard.words for turn in made.transcript.turns)
