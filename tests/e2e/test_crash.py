"""Kill the process at random moments of an interview: what was said is never lost, and the interview goes on at the last turn."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

from tests.conftest import ROOT

from caseroom.app.scripts import read_script
from caseroom.events import Session
from caseroom.store.sessions import SessionStore

KILLS = 50
LINES = [line.text for line in read_script(ROOT / "evals" / "scripts" / "support-desk-strong.txt") if not line.text.startswith("/")]


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "CASEROOM_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "caseroom", "practice", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)


def feed_and_kill(process: subprocess.Popen[str], lines: list[str], chance: random.Random) -> int:
    """Say lines one after the other and kill at a random moment; returns how many prompts were seen."""
    assert process.stdin and process.stdout
    killer = threading.Timer(chance.uniform(0.3, 1.9), process.kill)
    killer.start()
    prompts, seen = 0, ""
    said = iter(lines)
    try:
        while letters := process.stdout.read(1):
            seen += letters
            if seen.endswith("you> "):
                prompts, seen = prompts + 1, ""
                process.stdin.write(next(said) + "\n")
                process.stdin.flush()
    except (BrokenPipeError, StopIteration):
        pass
    killer.cancel()
    process.kill()
    process.wait()
    process.stdout.close()
    try:
        process.stdin.close()
    except BrokenPipeError:
        pass
    return prompts


def standing(home: Path) -> Session | None:
    """What stands in the store; None if the kill came before there was a session."""
    store = SessionStore(f"sqlite:///{home / 'sessions.db'}")
    stored = store.sessions()
    store.close()
    return stored[0].session if stored else None


def test_fifty_kills_lose_no_turn(tmp_path: Path) -> None:
    chance = random.Random(20)
    home, number = tmp_path / "0", 0
    feed_and_kill(start(home, "support-desk"), [], chance)
    for _ in range(KILLS):
        stored = standing(home)
        if stored is None or not stored.opening or len(stored.turns) >= len(LINES) - 2:
            number += 1
            home = tmp_path / str(number)
            feed_and_kill(start(home, "support-desk"), LINES, chance)
            continue
        before = [turn.text for turn in stored.turns]
        prompts = feed_and_kill(start(home, "--resume"), LINES[len(before) :], chance)
        after = standing(home)
        assert after is not None
        texts = [turn.text for turn in after.turns]
        assert texts[: len(before)] == before
        assert texts == LINES[: len(texts)]
        if prompts:  # a prompt is shown only when everything before it is stored and answered
            assert len(texts) >= len(before) + prompts - 1
            assert all(turn.reply for turn in after.turns[: len(before) + prompts - 1])
