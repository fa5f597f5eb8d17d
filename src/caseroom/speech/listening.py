"""A recording of any length made into utterances: window by window, with bounded memory, and going on where it was stopped. It judges nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from caseroom.speech.audio import Recording, loudness
from caseroom.speech.base import Detector, Heard, Recogniser, Samples, SpeechError, Tongue, Word
from caseroom.speech.cutter import Cutter, Stretch
from caseroom.speech.speakers import features
from caseroom.speech.tongue import Tongues
from caseroom.speech.written import written

Told = Callable[[float, float], None]
"""Seconds done, seconds in all (0 where it is not known)."""
_END = re.compile(r"[.!?…][\"”’)]*$")
_GAP = 0.6
"""A silence of so many seconds ends an utterance."""
_BLEED, _OVER = 10.0, 0.6
"""On two channels an utterance is the other's voice coming through if the other is so many decibels louder for so much of its time."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence, or what was said up to a silence."""

    channel: int
    start: float
    end: float
    heard: Heard
    """Times of words count from the beginning of the recording."""
    voice: tuple[float, ...]
    """What describes the voice."""
    loud: float
    """Decibels below full scale."""


class Kept:
    """What was heard already of a recording that was stopped half way; a file of lines, gone once all is done."""

    def __init__(self, folder: Path, recording: Recording, signature: str) -> None:
        known = recording.path.stat()
        with recording.path.open("rb") as file:
            head = file.read(1 << 20)
        key = hashlib.sha256(f"{known.st_size}|{signature}|{recording.channels}|2".encode() + head).hexdigest()[:24]
        self.path = folder / f"{key}.jsonl"
        self._known = self._read()
        self.found = len(self._known)
        """How many stretches were there already."""

    def _read(self) -> dict[tuple[int, int], Heard]:
        rows: dict[tuple[int, int], Heard] = {}
        try:
            for line in self.path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                rows[row["channel"], row["at"]] = _heard(row["heard"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # a last line that was cut by a crash: what stands before it counts
        return rows

    def get(self, channel: int, start: float) -> Heard | None:
        """What was heard there."""
        return self._known.get((channel, round(start * 1000)))

    def add(self, channel: int, start: float, heard: Heard) -> None:
        """Keep it at once; where nothing can be written it is only not kept."""
        row = {"channel": channel, "at": round(start * 1000), "heard": asdict(heard)}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        except OSError:
            pass

    def done(self) -> None:
        """Nothing is kept once the transcript is there."""
        self.path.unlink(missing_ok=True)


def _heard(data: dict[str, Any]) -> Heard:
    words = tuple(Word(**word) for word in data["words"])
    garbled = tuple((int(a), int(b)) for a, b in data["garbled"])
    return Heard(**{**data, "words": words, "garbled": garbled})


@dataclass(frozen=True, slots=True)
class Everything:
    """What was heard in a recording."""

    utterances: tuple[Utterance, ...]
    seconds: float
    loudest: float
    """Decibels of the loudest window."""
    apart: bool
    """Whether the channels hold different things."""
    tongue: Tongue | None = None
    """The language that is spoken; None where the recogniser cannot tell."""


def listen(
    recording: Recording, recogniser: Recogniser, detector: Detector, *, prompt: str = "", split: bool | None = None, kept: Kept | None = None,
    told: Told | None = None,
) -> Everything:  # fmt: skip
    """All utterances of a recording. `split`: its two channels apart; None leaves it to what they hold.

    Raises:
        SpeechError: the recording is damaged or cut short, or the recogniser fails.
    """
    apart = recording.channels == 2 and (differ(recording) if split is None else split)
    if split and recording.channels != 2:
        raise SpeechError(f"{recording.path} has one channel. Leave --two-channels out; speakers are told apart by their voices.")
    cutters = [Cutter(detector) for _ in range(2 if apart else 1)]
    found: list[Utterance] = []
    loudest, tongues = -120.0, Tongues(recogniser)
    ears = (recogniser, prompt, kept, tongues)
    for block in recording.blocks():
        for channel, samples in enumerate(block if apart else (_mixed(block),)):
            loudest = max(loudest, loudness(samples))
            for stretch in cutters[channel].feed(samples)[1]:
                found += _understood(stretch, channel, *ears)
        if told:
            told(cutters[0].seconds, recording.seconds)
    for channel, cutter in enumerate(cutters):
        for stretch in cutter.flush():
            found += _understood(stretch, channel, *ears)
    clean = _without_bleed(found) if apart else found
    return Everything(tuple(sorted(clean, key=lambda one: (one.start, one.channel))), cutters[0].seconds, loudest, apart, tongues.found)


def _mixed(block: tuple[Samples, ...]) -> Samples:
    return block[0] if len(block) == 1 else np.mean(block, axis=0, dtype=np.float32)


def differ(recording: Recording, most: float = 300.0) -> bool:
    """Whether two channels hold different voices, by how alike their loudness moves in the first minutes."""
    left: list[float] = []
    right: list[float] = []
    seconds = 0.0
    for a, b in recording.blocks():
        size = 1600
        for n in range(0, min(len(a), len(b)) - size + 1, size):
            left.append(loudness(a[n : n + size]))
            right.append(loudness(b[n : n + size]))
        seconds += len(a) / 16_000
        if seconds >= most:
            break
    x, y = np.maximum(np.array(left), -70.0), np.maximum(np.array(right), -70.0)
    if len(x) < 20 or x.std() < 1 or y.std() < 1:
        return False
    return bool(np.corrcoef(x, y)[0, 1] < 0.7)


def _understood(
    stretch: Stretch, channel: int, recogniser: Recogniser, prompt: str, kept: Kept | None, tongues: Tongues
) -> list[Utterance]:  # fmt: skip
    heard = kept.get(channel, stretch.start) if kept else None
    if heard is None:
        heard = written(recogniser.hear(stretch.sound, prompt=prompt))
        if kept:
            kept.add(channel, stretch.start, heard)
    if heard.text:
        tongues.hear(stretch.sound)
    return list(_utterances(heard, stretch, channel))


def _utterances(heard: Heard, stretch: Stretch, channel: int) -> Iterator[Utterance]:
    placed = list(heard.places())
    if not placed and heard.text:  # a recogniser without times: the stretch is one utterance
        yield _utterance(heard, stretch, channel, 0.0, stretch.sound.seconds)
    first = 0
    for n, ((_, end), word) in enumerate(placed):
        last = n + 1 == len(placed)
        if last or _END.search(word.text) or placed[n + 1][1].start - word.end >= _GAP:
            begin = placed[first][0][0]
            words = tuple(
                Word(w.text, round(w.start + stretch.start, 3), round(w.end + stretch.start, 3), w.probability)
                for _, w in placed[first : n + 1]
            )
            garbled = tuple((max(a, begin) - begin, min(b, end) - begin) for a, b in heard.garbled if a < end and begin < b)
            part = Heard(heard.text[begin:end], words, heard.language, word.end - placed[first][1].start, garbled)
            yield _utterance(part, stretch, channel, placed[first][1].start, word.end)
            first = n + 1


def _utterance(heard: Heard, stretch: Stretch, channel: int, start: float, end: float) -> Utterance:
    sound = stretch.sound.cut(start, end).samples
    return Utterance(channel, stretch.start + start, stretch.start + end, heard, tuple(features(sound).tolist()), loudness(sound))


def _without_bleed(found: Sequence[Utterance]) -> list[Utterance]:
    """Without what one microphone caught of the other speaker."""
    sides = [[one for one in found if one.channel == channel] for channel in (0, 1)]
    return [one for one in found if not _bleeds(one, sides[1 - one.channel])]


def _bleeds(one: Utterance, others: Sequence[Utterance]) -> bool:
    louder = [other for other in others if other.start < one.end and one.start < other.end and other.loud - one.loud >= _BLEED]
    covered = sum(min(one.end, other.end) - max(one.start, other.start) for other in louder)
    return covered >= _OVER * max(0.05, one.end - one.start)
