"""How fast a turn, a transcript and a start are, and how much memory they take.

python -m benchmarks.turns [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from caseroom.app.engine import Engine
from caseroom.app.grading import grade_transcript
from caseroom.app.interviews import Interview, Room
from caseroom.app.scripts import ScriptClock, read_script
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.grading.transcript import parse
from caseroom.language.text import words
from caseroom.store.sessions import SessionStore

SCRIPTS = Path(__file__).parent.parent / "evals" / "scripts"
TRANSCRIPT_WORDS = 6000


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def turns(room: Room) -> list[float]:
    """Milliseconds from the end of a candidate's turn to the stored reply, over the scripted interviews."""
    took = []
    for path in sorted(SCRIPTS.glob("*-strong.txt")):
        clock = ScriptClock()
        interview = Interview.start(room, path.stem.removesuffix("-strong"), clock)
        interview.prepare()
        for line in read_script(path):
            if not line.text.startswith("/"):
                clock.speak(line)
                began = time.perf_counter()
                interview.say(line.text)
                took.append((time.perf_counter() - began) * 1000)
    return took


def short_turns(room: Room) -> list[float]:
    """The same for questions of one or two sentences: the probes of the shipped cases."""
    took = []
    for path in sorted((SCRIPTS.parent / "probes").glob("*.jsonl")):
        if path.stem == "attacks":
            continue
        rows = [json.loads(line)["turn"] for line in path.read_text(encoding="utf-8").splitlines()][:60]
        interview = Interview.start(room, path.stem)
        interview.prepare()
        for text in rows:
            began = time.perf_counter()
            interview.say(text)
            took.append((time.perf_counter() - began) * 1000)
    return took


def grading(engine: Engine, shelf: Shelf) -> float:
    """Seconds to grade a transcript of 6,000 words, none of its sentences seen before; models loaded."""
    case = shelf.case("support-desk")
    engine.prepare(case)
    engine.warm()
    text: list[str] = []
    number = 0
    pool = [line.text for path in sorted(SCRIPTS.glob("*-strong.txt")) for line in read_script(path) if not line.text.startswith("/")]
    while sum(len(words(part)) for part in text) < TRANSCRIPT_WORDS:
        number += 1
        text.append("CANDIDATE: " + pool[number % len(pool)].replace(". ", f", item {number}. "))
    transcript = parse("\n\n".join(text))
    began = time.perf_counter()
    grade_transcript(engine, case, transcript)
    return time.perf_counter() - began


def process(*arguments: str, stdin: str = "", until: str | None = None) -> tuple[float, float]:
    """Seconds until a command ends (or prints some words), and its peak memory in MB."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "CASEROOM_HOME": home, "PYTHONUNBUFFERED": "1"}
        began = time.perf_counter()
        with subprocess.Popen([sys.executable, "-m", "caseroom", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, env=environment) as child:  # fmt: skip
            assert child.stdin and child.stdout
            child.stdin.write(stdin)
            child.stdin.close()
            took = 0.0
            for line in child.stdout:
                if until and not took and until in line:
                    took = time.perf_counter() - began
            _, _, used = os.wait4(child.pid, 0)
            child.returncode = 0
        return took or time.perf_counter() - began, used.ru_maxrss / 1000


def best(measure: Callable[[], float], times: int = 5) -> float:
    """The median of a few measurements."""
    return sorted(measure() for _ in range(times))[times // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        shelf = Shelf([])
        room = Room(settings, shelf, Engine(settings.cache), SessionStore(settings.database))
        long, short = turns(room), short_turns(room)
        seconds = grading(Engine(settings.cache), shelf)
    script = str(SCRIPTS / "support-desk-strong.txt")
    rows = [
        ("a question answered, p95", percentile(short, 0.95), "ms", 50),
        ("a question answered, median", percentile(short, 0.5), "ms", None),
        ("a turn of 60 to 200 words answered, p95", percentile(long, 0.95), "ms", None),
        (f"a transcript of {TRANSCRIPT_WORDS} words graded", seconds, "s", 2),
        ("caseroom --help", best(lambda: process("--help")[0]), "s", 0.3),
        ("start to first words", best(lambda: process("practice", "support-desk", until="How would you approach")[0]), "s", 2),
        (
            "start to first answer",
            best(lambda: process("practice", "support-desk", stdin="How many tickets?\n", until="tickets a")[0]),
            "s",
            None,
        ),
        ("peak memory of a whole interview", process("practice", "support-desk", "--script", script)[1], "MB", 400),
    ]
    if options.json:
        print(json.dumps({name: {"value": round(value, 3), "unit": unit, "limit": limit} for name, value, unit, limit in rows}, indent=2))
        return
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; this process used "
          f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB\n")  # fmt: skip
    for name, value, unit, limit in rows:
        print(f"{name:45} {value:9.2f} {unit:3} {f'(at most {limit})' if limit else ''}")


if __name__ == "__main__":
    main()
