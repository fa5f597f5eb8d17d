"""What the verbs share to print: the console, JSON, progress, opening the room."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from caseroom import tracing
from caseroom.app.engine import Engine
from caseroom.app.interviews import Room, open_room
from caseroom.cases.shelf import Shelf
from caseroom.config import settings_from_environment

_PLAIN: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}
"""Words of people and of files are printed as they are, whatever brackets and colons they hold: in sentences, rules and tables alike."""
console, errors = Console(**_PLAIN), Console(stderr=True, **_PLAIN)


def the_room(cases: Path | None) -> Room:
    """The room with the settings of this process."""
    settings = settings_from_environment(cases=cases)
    tracing.start(settings.traces, errors.print)
    return open_room(settings)


def the_shelf(cases: Path | None) -> Shelf:
    """The shelf alone, for verbs that need no store."""
    settings = settings_from_environment(cases=cases)
    return Shelf([*settings.case_folders, settings.user_cases])


def the_shelf_and_engine(cases: Path | None) -> tuple[Shelf, Engine]:
    """Shelf and models, for verbs that need no store."""
    settings = settings_from_environment()
    return the_shelf(cases), Engine(settings.cache, settings.judge)


def print_json(data: Any) -> None:
    """Print data as JSON, stable in order and form."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def say(text: str = "", style: str | None = None) -> None:
    """Print words."""
    console.print(text, style=style, soft_wrap=not console.is_terminal)


def when(created: str) -> str:
    """A time of the store as lists print it: day and minute, in UTC, as the store keeps them."""
    return created[:16].replace("T", " ")


class Lines:
    """Tells how far work is by a plain line now and then, where nobody sees a bar. What is over before the first is due says nothing."""

    def __init__(self, words: Callable[[str], str] = str, clock: Callable[[], float] = time.monotonic) -> None:
        self._words, self._clock = words, clock
        self._last = clock()

    def told(self, what: str, done: int, total: int) -> None:
        """Hear how far it is."""
        if (now := self._clock()) - self._last >= _EVERY:
            self._last = now
            errors.print(f"{self._words(what)}: {done} of {total}", soft_wrap=True)


_EVERY = 15.0
"""Seconds between two lines."""


@contextmanager
def stages(words: Callable[[str], str] = str, *, quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """How far long work is, on standard error: a bar for what is being done now; a plain line now and then where that is no terminal, none if `quiet`."""
    if not errors.is_terminal:
        yield (lambda what, done, total: None) if quiet else Lines(words).told
        return
    columns = (TextColumn("{task.description:44.44}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("beginning", total=None)
        yield lambda what, done, total: bar.update(task, description=words(what), completed=done, total=total)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, where a person looks."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def write_file(path: Path, text: str) -> None:
    """Write a file, all of it or none."""
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    errors.print(f"Wrote {path}")
