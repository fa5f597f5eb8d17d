"""One key at a time, without Enter where a person types; from a pipe, one character after the other. It never shows what is pressed.

What is typed ahead is not lost, until `forget` says so: a key that is pressed before something is shown must decide nothing.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

BACK = "back"
_BACK = ("\x7f", "\b", "\x1b[D", "\x1bOD", "\xe0K", "b", "B")
_END = "\x04"
_REST = 0.03
"""Seconds in which the rest of an arrow key comes."""


def read_key() -> str:
    """The next key, in lower case; `BACK` for Backspace, the left arrow or b; empty at the end of what comes in.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    key = _typed() if sys.stdin.isatty() else _piped()
    return BACK if key in _BACK else "" if key == _END else key.lower()


def forget() -> None:
    """Forget what was typed ahead; what comes through a pipe stands."""
    if sys.platform != "win32" and sys.stdin.isatty():
        import termios

        termios.tcflush(sys.stdin, termios.TCIFLUSH)


@contextmanager
def keys_alone() -> Iterator[None]:
    """While it lasts, a key is a key: a terminal that edits lines would take a Backspace that is typed ahead for its own and drop it."""
    if sys.platform == "win32" or not sys.stdin.isatty():
        yield
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal, termios.TCSADRAIN)  # the usual TCSAFLUSH would drop what a fast person has typed
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _typed() -> str:
    if sys.platform == "win32":
        import typer

        return typer.getchar()
    with keys_alone():
        terminal = sys.stdin.fileno()
        key = os.read(terminal, 1)
        if key == b"\x1b" and select.select([terminal], [], [], _REST)[0]:
            key += os.read(terminal, 8)
        return key.decode(errors="replace")


def _piped() -> str:
    while (key := sys.stdin.read(1)) and key.isspace():
        pass
    return key
