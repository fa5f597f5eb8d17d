"""A recording of a real mock interview made into a transcript that can be graded: who said what, when, and what was not heard well."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from caseroom.app.voice import hearing
from caseroom.errors import TranscriptError
from caseroom.grading.transcript import Said, Speaker, Transcript

if TYPE_CHECKING:
    from caseroom.speech.base import Detector, Heard, Recogniser, Tongue
    from caseroom.speech.listening import Everything, Kept, Told, Utterance

_PAUSE_IN_TURN = 20.0
"""Seconds: two utterances of one speaker further apart are two turns, where nobody else speaks between."""
_LOW_SURE = 0.5
_QUIET_DB = -55.0


@dataclass(frozen=True, slots=True)
class Transcribed:
    """The transcript, and how much of it can be trusted."""

    transcript: Transcript
    seconds: float
    how: str
    """How the speakers were told apart, in words."""
    sure: float
    """0 to 1: how sure that is."""
    garbled: float
    """The share of the words that were not heard well."""
    recogniser: str
    tongue: Tongue | None = None
    """The language that was heard; None where the recogniser cannot tell."""
    warnings: tuple[str, ...] = ()


def transcribe(
    file: Path, recogniser: Recogniser, detector: Detector, *, prompt: str = "", split: bool | None = None, partial: bool = False,
    cache: Path | None = None, told: Told | None = None,
) -> Transcribed:  # fmt: skip
    """Hear a recording and tell its speakers apart; a run that was stopped goes on where it was.

    Raises:
        SpeechError: the recording cannot be read, or the recogniser fails.
        TranscriptError: nobody speaks in it.
    """
    from caseroom.speech.audio import recording
    from caseroom.speech.listening import Kept, listen

    found = recording(file, partial=partial)
    kept: Kept | None = Kept(cache, found, f"{recogniser.signature}|{prompt}|{split}") if cache else None
    everything = listen(found, recogniser, detector, prompt=prompt, split=split, kept=kept, told=told)
    made = _made(file, everything, recogniser)
    if kept:
        kept.done()
    return made


def _made(file: Path, everything: Everything, recogniser: Recogniser) -> Transcribed:
    said = [one for one in everything.utterances if one.heard.text]
    if not said:
        what = "only silence" if everything.loudest < _QUIET_DB else "no speech, only noise or music"
        raise TranscriptError(f"{file} holds {what} in {everything.seconds:.0f} seconds. Nothing was written.")
    who, how, sure = _speakers(said, apart=everything.apart)
    turns = _turns(said, who, recogniser)
    words = sum(len(turn.text.split()) for turn in turns)
    bad = sum(len(turn.text[a:b].split()) for turn in turns if turn.heard for a, b in turn.heard.garbled)
    return Transcribed(
        Transcript(tuple(turns)), everything.seconds, how, sure, round(bad / max(1, words), 4), recogniser.signature,
        everything.tongue, _warnings(sure, bad / max(1, words), everything.tongue),
    )  # fmt: skip


def _warnings(sure: float, garbled: float, tongue: Tongue | None) -> tuple[str, ...]:
    from caseroom.speech.tongue import OURS, foreign, name_of

    found = []
    if tongue and foreign(tongue):
        found.append(
            f"This sounds like {name_of(tongue.language)} (probability {tongue.sure:.0%}), not {name_of(OURS)}. The words are guesses at English, and a "
            "scorecard of them means nothing. Give a recording in English; if it is in English, listen to a passage and correct its words first."
        )
    if sure < _LOW_SURE:
        found.append("It is not sure who spoke when; read the labels before you grade it.")
    if garbled > 0.1:
        found.append(f"{garbled:.0%} of the words were not heard well. They are marked, and not judged.")
    return tuple(found)


def _speakers(said: Sequence[Utterance], *, apart: bool) -> tuple[list[Speaker], str, float]:
    """Who says each utterance, how that is known, and how sure it is."""
    from caseroom.speech.speakers import part

    if apart and len({one.channel for one in said}) == 2:
        labels, voices, how = [one.channel for one in said], 1.0, "by channel"
    else:
        import numpy as np

        gaps = [0.0, *(max(0.0, b.start - a.end) for a, b in pairwise(said))]
        parted = part([np.array(one.voice) for one in said], [one.end - one.start for one in said], gaps)
        if not parted.two:
            return ["candidate"] * len(said), "one voice only; all of it is taken as the candidate", round(parted.sure, 2)
        labels, voices, how = list(parted.who), parted.sure, "by voice, on one channel"
    interviewer, roles = _interviewer(said, labels)
    return ["interviewer" if label == interviewer else "candidate" for label in labels], how, round(min(voices, roles), 2)


def _interviewer(said: Sequence[Utterance], labels: Sequence[int]) -> tuple[int, float]:
    """The one who speaks less and asks more in what they say; how sure that is."""
    words = [sum(len(one.heard.text.split()) for one, label in zip(said, labels, strict=True) if label == k) for k in (0, 1)]
    asks = [sum(one.heard.text.rstrip().endswith("?") for one, label in zip(said, labels, strict=True) if label == k) for k in (0, 1)]
    count = [max(1, sum(label == k for label in labels)) for k in (0, 1)]
    less = (words[1] - words[0]) / max(1, sum(words))  # above 0: the first speaks less
    more = asks[0] / count[0] - asks[1] / count[1]
    lean = less + 0.7 * more
    return (0 if lean >= 0 else 1), min(1.0, 0.3 + abs(lean))


def _turns(said: Sequence[Utterance], who: Sequence[Speaker], recogniser: Recogniser) -> list[Said]:
    grouped: list[tuple[Speaker, list[Utterance]]] = []
    for speaker, pairs in groupby(zip(who, said, strict=True), key=lambda pair: pair[0]):
        for one in (pair[1] for pair in pairs):
            same = grouped and grouped[-1][0] == speaker and one.start - grouped[-1][1][-1].end < _PAUSE_IN_TURN
            if same:
                grouped[-1][1].append(one)
            else:
                grouped.append((speaker, [one]))
    turns: list[Said] = []
    last: float | None = None  # when the interviewer stopped
    for number, (speaker, parts) in enumerate(grouped, start=1):
        heard = _whole(parts)
        waited = round(max(0.0, parts[0].start - last), 2) if speaker == "candidate" and last is not None else None
        turns.append(Said(number, speaker, heard.text, round(parts[0].start, 2), heard=hearing(heard, recogniser, waited=waited)))
        last = parts[-1].end if speaker == "interviewer" else None
    return turns


def _whole(parts: Sequence[Utterance]) -> Heard:
    """A turn's utterances as one hearing; times count from the turn's begin."""
    from caseroom.speech.garble import joined

    first = parts[0].start
    return joined([(-first, one.heard) for one in parts], parts[-1].end - first)


def to_text(made: Transcribed) -> str:
    """The transcript as a file that `caseroom grade` reads: a line a turn, with its time and speaker. Where the language is not the interview's, it says
    so before the first."""
    lines = [f"[{_stamp(turn.at or 0.0)}] {turn.speaker.upper()}: {turn.text}" for turn in made.transcript.turns]
    return "\n\n".join([*_head(made), *lines]) + "\n"


def _head(made: Transcribed) -> list[str]:
    from caseroom.speech.tongue import foreign, name_of

    told = made.tongue
    return (
        [f"# Heard as {name_of(told.language)}, probability {told.sure:.0%}. These words are guesses at English."]
        if told and foreign(told)
        else []
    )


def language_words(made: Transcribed) -> str:
    """The language that was heard, for a line about the whole."""
    from caseroom.speech.tongue import name_of

    return (
        f"language {name_of(made.tongue.language)} ({made.tongue.sure:.0%})" if made.tongue else "this recogniser cannot tell the language"
    )


def _stamp(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}" if whole >= 3600 else f"{whole // 60:02}:{whole % 60:02}"


def to_data(made: Transcribed) -> dict[str, object]:
    """Everything as plain data."""
    return {
        "seconds": round(made.seconds, 2), "speakers": made.how, "sure": made.sure, "garbled": made.garbled, "recogniser": made.recogniser,
        "language": asdict(made.tongue) if made.tongue else None, "warnings": list(made.warnings), "turns": [asdict(turn) for turn in made.transcript.turns],
    }  # fmt: skip


def sidecar_text(made: Transcribed) -> str:
    """What stands beside the file: times of words and what was garbled, by turn, so that grading knows them."""
    rows = [{"text": turn.text, "at": turn.at, "heard": asdict(turn.heard)} for turn in made.transcript.turns if turn.heard]
    return json.dumps({"caseroom": "hearing", "turns": rows}, separators=(",", ":")) + "\n"
