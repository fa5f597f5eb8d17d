"""Keys that are pressed before they are asked for, at a terminal of our own."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time

import pytest

from caseroom.cli.keys import BACK

pty = pytest.importorskip("pty", reason="this system has no terminals of that kind")

_PROGRAM = """
import os, sys
from caseroom.cli.keys import keys_alone, read_key
with keys_alone():
    print("ready", flush=True)
    os.read(int(sys.argv[1]), 1)
    print(f"key {read_key()!r}.", flush=True)
"""


@pytest.mark.parametrize(("pressed", "key"), [(b"\x7f", BACK), (b"\x1b[D", BACK), (b"4", "4"), (b"Q", "q"), (b"\x04", "")])
def test_what_is_typed_ahead_is_a_key(pressed: bytes, key: str) -> None:
    ours, theirs = pty.openpty()
    wait, go = os.pipe()
    process = subprocess.Popen([sys.executable, "-c", _PROGRAM, str(wait)], stdin=theirs, stdout=theirs, close_fds=True, pass_fds=[wait])
    for end in (theirs, wait):
        os.close(end)
    try:
        _until(ours, "ready")
        os.write(ours, pressed)
        os.write(go, b".")
        assert f"key {key!r}." in _until(ours, "key ")
        assert process.wait(timeout=120) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(go)


def _until(terminal: int, words: str) -> str:
    """What is shown, to the end of the line that holds these words."""
    seen, end = "", time.monotonic() + 120
    while time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 4096).decode(errors="replace")
        if words in seen and "\n" in seen.rsplit(words, 1)[1]:
            return seen
    raise AssertionError(seen)
