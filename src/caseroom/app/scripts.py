"""Scripts of a candidate's turns, for playing an interview: turns with a blank line between them, commands, and comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from caseroom.errors import UsageError
from caseroom.language.text import words

WORDS_A_MINUTE = 140
"""A calm pace of speech; it moves a script's clock."""
_STAMP = re.compile(r"^\[(?P<minutes>\d{1,3}):(?P<seconds>\d{2})\]\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """One turn or command of a script."""

    text: str
    at: float | None = None
    """Seconds at which it is said, where the script gives them."""


def read_script(path: Path) -> list[Line]:
    """The lines of a script: `# ` begins a comment, `/` a command, `[12:30]` a time.

    Raises:
        UsageError: cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The script {path} cannot be read as text: {error}.") from None
    found: list[Line] = []
    for block in re.split(r"\n\s*\n", text):
        kept = [line for line in block.splitlines() if line.strip() and not line.startswith("# ")]
        said = [line for line in kept if not line.startswith("/")]
        if said:
            found.append(_line(" ".join(line.strip() for line in said)))
        found += [Line(line.strip()) for line in kept if line.startswith("/")]
    return found


def _line(text: str) -> Line:
    stamp = _STAMP.match(text)
    if not stamp:
        return Line(text)
    return Line(text[stamp.end() :], int(stamp["minutes"]) * 60.0 + int(stamp["seconds"]))


class ScriptClock:
    """Seconds that pass as the script is spoken, so that playing it twice gives the same session."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def speak(self, line: Line) -> None:
        """Move on by the time that a turn takes, or to the time that it names."""
        if line.at is not None:
            self.seconds = max(self.seconds, line.at)
        elif not line.text.startswith("/"):
            self.seconds += len(words(line.text)) * 60.0 / WORDS_A_MINUTE
