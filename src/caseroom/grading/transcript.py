"""A transcript: who said what, when. Read from a file or made from a session; the only thing that grading looks at."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from caseroom.errors import TranscriptError
from caseroom.events import Hearing, hearing
from caseroom.language.text import words

Speaker = Literal["candidate", "interviewer"]
BOARD, NOTES, AGAIN = 100_001, 100_002, 100_003
"""Numbers of the turns that are no turns: the reasons on the sketch board, the scratch pad, a step answered again."""
_LABEL = re.compile(
    r"^[ \t]*(?:\[?(?P<time>(?:\d{1,2}:)?\d{1,3}:\d{2})(?:\.\d+)?\]?[ \t]*[-–—]?[ \t]*)?\**(?P<who>INTERVIEWER|CANDIDATE)\**[ \t]*"
    r"(?:\[?\(?(?P<late>(?:\d{1,2}:)?\d{1,3}:\d{2})\)?\]?)?[ \t]*:\**[ \t]*",
    re.MULTILINE | re.IGNORECASE,
)
_WRAPPED = re.compile(r"(?<![\n.!?:])\n(?=[^\n\s\-*•#\d])(?![^\n]{0,24}(?:INTERVIEWER|CANDIDATE))", re.IGNORECASE)
"""The end of a line in the middle of a sentence, as in a file with wrapped lines."""
_LONGEST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of a transcript."""

    number: int
    """1, 2, 3 … over the turns of both speakers; a session's own numbers for its candidate."""
    speaker: Speaker
    text: str
    at: float | None = None
    """Seconds since the beginning, where known."""
    step: str | None = None
    """The step that the candidate was in, where known."""
    prompted: str | None = None
    """The point that the interviewer had just probed for, if any."""
    heard: Hearing | None = None
    """How it was heard; None if it was typed."""

    def garbled(self, start: int, end: int) -> bool:
        """Whether text[start:end] touches a passage that was not heard well. Such words are no evidence of anything."""
        return any(a < end and start < b for a, b in self.heard.garbled) if self.heard else False


@dataclass(frozen=True, slots=True)
class Transcript:
    """All turns in order."""

    turns: tuple[Said, ...]

    def candidate(self) -> tuple[Said, ...]:
        """The candidate's turns."""
        return tuple(turn for turn in self.turns if turn.speaker == "candidate")

    def quote(self, number: int, start: int, end: int) -> str:
        """The words at a place, cut from the transcript. This is the only way to a quote."""
        return next(turn.text for turn in self.turns if turn.number == number and turn.speaker == "candidate")[start:end]


def place_words(number: int) -> str:
    """Where a turn's number points to, in words."""
    return {BOARD: "on the board", NOTES: "in the notes", AGAIN: "the new answer"}.get(number, f"turn {number}")


def parse(text: str) -> Transcript:
    """Read `INTERVIEWER:` / `CANDIDATE:` turns with optional times; without labels the whole text is one candidate's answer.

    Raises:
        TranscriptError: nothing in it that a candidate said.
    """
    text = _WRAPPED.sub(" ", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    labels = list(_LABEL.finditer(text))
    if labels:
        ends = [label.start() for label in labels[1:]] + [len(text)]
        said = [(_speaker(label["who"]), text[label.end() : end].strip(), _seconds(label)) for label, end in zip(labels, ends, strict=True)]
        turns = [Said(number, who, what, at) for number, (who, what, at) in enumerate((s for s in said if s[1]), start=1)]
    else:
        turns = [Said(1, "candidate", text.strip())]
    if not any(words(turn.text) for turn in turns if turn.speaker == "candidate"):
        raise TranscriptError("There is nothing to grade: no words of a candidate. Write turns as `CANDIDATE: ...`, or the plain answer.")
    return Transcript(tuple(turns))


def read(path: Path) -> Transcript:
    """A transcript file.

    Raises:
        TranscriptError: missing, a folder, not text, or empty.
    """
    try:
        if path.stat().st_size > _LONGEST_BYTES:
            raise TranscriptError(f"{path} is larger than {_LONGEST_BYTES // 1_000_000} MB; is it a transcript?")
        raw = path.read_bytes()
    except OSError as error:
        raise TranscriptError(f"{path} cannot be read: {error.strerror}.") from None
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        raise TranscriptError(
            f"{path} is not UTF-8 text. Save it as UTF-8; audio and documents have to be turned into text first."
        ) from None
    if "\x00" in text:
        raise TranscriptError(f"{path} is a binary file, not a transcript. Give a text file.")
    return _with_hearing(parse(text), path)


def sidecar_of(path: Path) -> Path:
    """The file beside a transcript that tells how it was heard: `interview.txt` has `interview.heard.json`."""
    return path.with_name(f"{path.stem}.heard.json")


def _with_hearing(transcript: Transcript, path: Path) -> Transcript:
    """The transcript with the hearing of those turns whose words are still as they were heard; a corrected turn counts as typed."""
    rows = _hearings(sidecar_of(path))
    turns: list[Said] = []
    at = 0
    for turn in transcript.turns:
        place = next((n for n in range(at, len(rows)) if rows[n][0] == turn.text), None)
        if place is not None:
            at = place + 1
            turn = replace(turn, heard=rows[place][1], at=rows[place][2] if turn.at is None else turn.at)
        turns.append(turn)
    return Transcript(tuple(turns))


def _hearings(path: Path) -> list[tuple[str, Hearing, float | None]]:
    try:
        if path.stat().st_size > _LONGEST_BYTES:
            return []
        body = json.loads(path.read_text(encoding="utf-8"))
        return [(str(row["text"]), hearing(row["heard"]), row.get("at")) for row in body["turns"]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TranscriptError(f"{path} does not hold ({type(error).__name__}). Delete it, or run `caseroom transcribe` again.") from None


def _speaker(label: str) -> Speaker:
    return "candidate" if label.upper() == "CANDIDATE" else "interviewer"


def _seconds(label: re.Match[str]) -> float | None:
    stamp = label["time"] or label["late"]
    if not stamp:
        return None
    total = 0.0
    for part in stamp.split(":"):
        total = total * 60 + float(part)
    return total
