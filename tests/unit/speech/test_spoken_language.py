"""The language that is heard: told by recognisers that can tell, warned of in a transcript, and said once in the room."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.audio_endpoint import tone

from caseroom.app import transcribing
from caseroom.app.booth import Booth
from caseroom.app.interviews import Room
from caseroom.app.loud import Loud
from caseroom.grading.transcript import parse
from caseroom.speech import wav
from caseroom.speech.base import RATE, Heard, Sound, Tongue, Word
from caseroom.speech.tongue import Linguist, Tongues, aside, foreign, tongue_of

WORDS = "Vierzig Leute antworten jeden Tag."


class Hearing:
    """A recogniser that hears the same words in all sound, and cannot tell languages."""

    signature, sends_to, keeps_fillers = "recogniser:test", "", False

    def hear(self, sound: Sound, *, prompt: str = "") -> Heard:
        step = sound.seconds / 5
        return Heard(WORDS, tuple(Word(w, n * step, (n + 0.9) * step, 0.9) for n, w in enumerate(WORDS.split())), seconds=sound.seconds)


class Telling(Hearing):
    """One that tells the language, from a list that it goes through and stays at the end of."""

    def __init__(self, *tongues: Tongue | None) -> None:
        self.tongues, self.asked = list(tongues), list[float]()

    def language_of(self, sound: Sound) -> Tongue | None:
        self.asked.append(sound.seconds)
        return self.tongues[min(len(self.asked), len(self.tongues)) - 1]


DE, EN = Tongue("de", 0.98), Tongue("en", 0.99)


def spoken(path: Path, stretches: int) -> Path:
    """A recording of so many long stretches."""
    quiet = np.zeros(RATE, np.float32)
    wav.write(path, Sound(np.concatenate([part for _ in range(stretches) for part in (tone(13), quiet)]), RATE))
    return path


def test_who_can_tell_and_who_cannot() -> None:
    long, short = Sound(tone(6), RATE), Sound(tone(2), RATE)
    assert not isinstance(Hearing(), Linguist) and tongue_of(Hearing(), long) is None
    assert tongue_of(Telling(DE), long) == DE and tongue_of(Telling(DE), short) is None and tongue_of(Telling(None), long) is None


@pytest.mark.parametrize(
    ("tongue", "told"), [(DE, True), (EN, False), (None, False), (Tongue("nn", 0.57), False), (Tongue("xx", 0.9), True)]
)
def test_only_another_language_that_is_sure_is_spoken_of(tongue: Tongue | None, told: bool) -> None:
    assert foreign(tongue) is told is bool(aside(tongue))


def test_a_long_recording_costs_a_few_looks_and_a_greeting_does_not_decide() -> None:
    ear = Telling(EN, DE)
    tongues = Tongues(ear)
    for _ in range(200):
        tongues.hear(Sound(tone(6), RATE))
    assert len(ear.asked) == 6 and tongues.found == Tongue("de", round(5 * 0.98 / 6, 3))


@pytest.mark.parametrize("tongue", [DE, EN, None])
def test_a_transcript_says_which_language_was_heard(tmp_path: Path, tongue: Tongue | None) -> None:
    ear = Telling(tongue)
    made = transcribing.transcribe(spoken(tmp_path / "a.wav", 3), ear, Loud())
    text, data = transcribing.to_text(made), transcribing.to_data(made)
    assert ear.asked and made.tongue == tongue
    assert json.loads(json.dumps(data["language"])) == ({"language": tongue.language, "sure": tongue.sure} if tongue else None)
    warned = [warning for warning in made.warnings if "German (probability 98%), not English" in warning]
    assert bool(warned) is (tongue == DE) is text.startswith("# Heard as German, probability 98%.")
    assert all("Give a recording in English" in warning for warning in warned)
    assert [turn.text for turn in parse(text).turns] == [turn.text for turn in made.transcript.turns], "the line is no turn"
    assert transcribing.language_words(made) == (
        f"language {'German' if tongue == DE else 'English'} ({tongue.sure:.0%})" if tongue else "this recogniser cannot tell the language"
    )


def test_a_recogniser_of_one_language_warns_of_nothing(tmp_path: Path) -> None:
    made = transcribing.transcribe(spoken(tmp_path / "a.wav", 1), Hearing(), Loud())
    assert made.tongue is None and not any("language" in warning or "sounds like" in warning for warning in made.warnings)


def fed(booth: Booth, session: str, hearing: str, seconds: float) -> list[str]:
    """What is said beside while a turn is spoken, and after it."""
    sound = np.concatenate([np.zeros(RATE // 2, np.float32), tone(seconds), np.zeros(RATE, np.float32)])
    for number, start in enumerate(range(0, len(sound), 7680)):
        booth.feed(session, hearing, number, sound[start : start + 7680], "ear", lambda: "")
    booth.finish(session, hearing, keep=False)
    booth._work.submit(int).result()  # one thing at a time: what was queued before is done
    return [said for said in (booth.aside(session), booth.aside(session)) if said]


def test_the_room_says_it_once_a_session(room: Room) -> None:
    booth, ear = Booth(room.settings), Telling(DE)
    booth._recogniser = lambda name: ear  # type: ignore[method-assign]
    assert fed(booth, "aaaa", "one", 2) == [] and not ear.asked, "too short to tell"
    (said,) = fed(booth, "aaaa", "two", 8)
    assert said.startswith("That sounded like German (98% sure). This interview is in English")
    assert fed(booth, "aaaa", "three", 8) == [] and len(ear.asked) == 1
    assert fed(booth, "bbbb", "four", 8), "another session hears it, too"
    booth.forget("aaaa")
    assert fed(booth, "aaaa", "five", 8), "and one of the same name that is new"


def test_the_room_says_nothing_of_english_or_where_nobody_can_tell(room: Room) -> None:
    for ear in (Telling(EN), Telling(None), Hearing()):
        booth = Booth(room.settings)
        booth._recogniser = lambda name, ear=ear: ear  # type: ignore[method-assign,misc]
        assert fed(booth, "aaaa", "one", 8) == []
