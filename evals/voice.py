"""Spoken end to end without a person: a voice speaks each turn of a scripted interview, recognition hears it, the interview is held and graded.

    python -m evals.voice [--all] [--models base,tiny.en] [--beam 5] [--noise DB] [--json] [--show]

For each script and model: the share of points whose verdict differs from the typed interview's, word error rate, real-time factor of recognition,
and the seconds from the end of speech to the first sound of the reply. That time is put together of measured parts: each piece that is cut at a
pause is recognised while the next is spoken, so what is left at the end is the last piece, the reply, and the voice's first breath; with
hands-free talk the patience that waits for the end runs beside it. Needs the extra `voice` and `caseroom voice install base tiny.en`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np

from caseroom.app.grading import grade_session
from caseroom.app.interviews import Interview, Room, open_room
from caseroom.app.scripts import Line, ScriptClock, read_script
from caseroom.app.voice import hearing, prompt_for
from caseroom.config import settings_from_environment
from caseroom.events import Hearing
from caseroom.grading.scorecard import Scorecard
from caseroom.speech.audio import at_16k
from caseroom.speech.base import RATE, Heard, Recogniser, Sound, Voice
from caseroom.speech.cutter import stretches
from caseroom.speech.detector import Silero
from caseroom.speech.garble import joined
from caseroom.speech.hibari import Hibari
from caseroom.speech.turns import Rules
from caseroom.speech.whisper import Whisper
from caseroom.speech.written import written
from evals.words import errors

SCRIPTS = Path(__file__).parent / "scripts"
DEFAULT = ("support-desk-strong", "visit-summaries-strong")
WANTED = {"points": 0.05, "factor": 0.4, "reply": 1.5}


@dataclass(frozen=True, slots=True)
class Spoken:
    """One turn as it was spoken and heard."""

    typed: str
    heard: Heard
    seconds: float
    worked: float
    """Seconds of recognition."""
    left: float
    """Seconds of recognition that were left at the end of speech."""


@dataclass(frozen=True, slots=True)
class Row:
    """One script heard by one model."""

    script: str
    model: str
    turns: int
    seconds: float
    """Length of the speech."""
    points: int
    differ: int
    word_errors: float
    factor: float
    reply: float
    """Median seconds from the end of speech to the first sound of the reply, with the talk key."""
    reply_longest: float
    hands_free: float
    """The same, hands-free: with the patience that waits for the end."""
    garbled: float
    """Share of the words that were marked as garbled."""

    @property
    def share(self) -> float:
        """Share of points that differ."""
        return self.differ / self.points


def speak(text: str, voice: Voice, noise: float | None, rng: np.random.Generator) -> Sound:
    """A turn as sound at 16 kHz, with noise at so many decibels below it if asked for."""
    sound = at_16k(voice.say(text))
    if noise is None:
        return sound
    level = float(np.sqrt(np.mean(sound.samples**2))) / 10 ** (noise / 20)
    return Sound((sound.samples + rng.normal(0, level, len(sound.samples))).astype(np.float32), RATE)


def hear(sound: Sound, text: str, recogniser: Recogniser, prompt: str) -> Spoken:
    """A turn heard in the pieces that it would be cut into while it is spoken, each timed."""
    free, worked, parts = 0.0, 0.0, []
    for stretch in stretches(sound, Silero()):
        began = time.perf_counter()
        parts.append((stretch.start, recogniser.hear(stretch.sound, prompt=prompt)))
        took = time.perf_counter() - began
        worked += took
        free = max(free, stretch.end) + took
    return Spoken(text, written(joined(parts, sound.seconds)), sound.seconds, worked, max(0.0, free - sound.seconds))


def hold(
    room: Room, case: str, lines: Sequence[Line], spoken: Sequence[Spoken] | None, recogniser: Recogniser | None
) -> tuple[Scorecard, list[float], list[str]]:
    """Hold the interview and grade it; how long each reply took, and what it said."""
    clock = ScriptClock()
    interview = Interview.start(room, case, clock)
    interview.prepare()
    took: list[float] = []
    replies: list[str] = []
    heard = iter(spoken or ())
    for line in lines:
        clock.speak(line)
        if line.text.startswith("/"):
            continue
        one = next(heard, None)
        text, how = (one.heard.text, _hearing(one, recogniser)) if one and recogniser else (line.text, None)
        began = time.perf_counter()
        reply = interview.say(text, how)
        took.append(time.perf_counter() - began)
        replies.append(" ".join(move.text for move in reply.moves) if reply else "")
    interview.end()
    return grade_session(room.engine, interview.case, interview.session), took, replies


def _hearing(one: Spoken, recogniser: Recogniser) -> Hearing:
    return hearing(one.heard, recogniser)


def verdicts(card: Scorecard) -> dict[str, str]:
    """The verdict of each point."""
    return {point.id: point.verdict for part in (*(step.points for step in card.steps), card.communication) for point in part}


def first_breath(voice: Voice, texts: Sequence[str]) -> list[float]:
    """For each reply the seconds until its first sound is there."""
    found = []
    for text in texts:
        began = time.perf_counter()
        next(iter(voice.parts(text)), None)
        found.append(time.perf_counter() - began)
    return found


def measure(room: Room, script: str, name: str, recogniser: Recogniser, voice: Voice, noise: float | None, show: bool) -> Row:
    """One script by one model."""
    lines = read_script(SCRIPTS / f"{script}.txt")
    case = room.shelf.case(script.rsplit("-", 1)[0])
    rng = np.random.default_rng(5)
    texts = [line.text for line in lines if not line.text.startswith("/")]
    spoken = [hear(speak(text, voice, noise, rng), text, recogniser, prompt_for(case)) for text in texts]
    typed = verdicts(hold(room, case.id, lines, None, None)[0])
    card, took, replies = hold(room, case.id, lines, spoken, recogniser)
    out = verdicts(card)
    moved = [point for point in typed if typed[point] != out[point]]
    waits = [one.left + a + b for one, a, b in zip(spoken, took, first_breath(voice, replies), strict=True)]
    patient = [max(Rules().patience, one.left) + wait - one.left for one, wait in zip(spoken, waits, strict=True)]
    if show:
        _show(spoken, typed, out, moved)
    wrong, total = np.sum([errors(one.typed, one.heard.text) for one in spoken], axis=0)
    length = sum(one.seconds for one in spoken)
    marked = sum(len(one.heard.text[a:b].split()) for one in spoken for a, b in one.heard.garbled)
    return Row(
        script, name, len(spoken), round(length, 1), len(typed), len(moved), round(float(wrong / total), 4), round(sum(one.worked for one in spoken) / length, 3),
        round(median(waits), 2), round(max(waits), 2), round(median(patient), 2), round(marked / max(1, sum(len(one.heard.text.split()) for one in spoken)), 4),
    )  # fmt: skip


def _show(spoken: Sequence[Spoken], typed: dict[str, str], out: dict[str, str], moved: Sequence[str]) -> None:
    for number, one in enumerate(spoken, start=1):
        print(f"{number} typed: {one.typed}\n{number} heard: {one.heard.text}", file=sys.stderr)
        for a, b in one.heard.garbled:
            print(f"{number} garbled: {one.heard.text[a:b]}", file=sys.stderr)
    for point in moved:
        print(f"{point}: {typed[point]} → {out[point]}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="all scripted interviews")
    parser.add_argument("--scripts", default="", help="names, with commas between")
    parser.add_argument("--models", default="base,tiny.en")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--noise", type=float, default=None, metavar="DB", help="white noise so many decibels below the voice")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--show", action="store_true", help="print what was typed, heard and moved")
    options = parser.parse_args()
    chosen = options.scripts.split(",") if options.scripts else sorted(p.stem for p in SCRIPTS.glob("*.txt")) if options.all else DEFAULT
    settings = settings_from_environment()
    voice = Hibari()
    rows = []
    with tempfile.TemporaryDirectory() as home:
        room = open_room(replace(settings, home=Path(home), store_url=None))
        for name in options.models.split(","):
            recogniser = Whisper(settings.voice, name, beam=options.beam)
            recogniser.warm()
            rows += [measure(room, script, name, recogniser, voice, options.noise, options.show) for script in chosen]
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        _table(rows)


def _table(rows: Sequence[Row]) -> None:
    print(f"{'script':26} {'model':8} {'turns':>5} {'minutes':>7} {'points':>6} {'differ':>6} {'share':>6} {'WER':>6} {'factor':>6} "
          f"{'reply':>6} {'longest':>7} {'hands-free':>10} {'garbled':>7}")  # fmt: skip
    for r in rows:
        print(f"{r.script:26} {r.model:8} {r.turns:5} {r.seconds / 60:7.1f} {r.points:6} {r.differ:6} {r.share:6.1%} {r.word_errors:6.1%} {r.factor:6.2f} "
              f"{r.reply:6.2f} {r.reply_longest:7.2f} {r.hands_free:10.2f} {r.garbled:7.1%}")  # fmt: skip
    for name in dict.fromkeys(r.model for r in rows):
        mine = [r for r in rows if r.model == name]
        share = sum(r.differ for r in mine) / sum(r.points for r in mine)
        print(f"{name}: points that differ {share:.1%} (wanted ≤ {WANTED['points']:.0%}), factor {max(r.factor for r in mine):.2f} (wanted ≤ {WANTED['factor']}), "
              f"reply {max(r.reply for r in mine):.2f} s (wanted ≤ {WANTED['reply']} s)")  # fmt: skip


if __name__ == "__main__":
    main()
