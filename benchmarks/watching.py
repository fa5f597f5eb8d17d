"""What it costs a turn that the product watches itself.

python -m benchmarks.watching [--json]

The same questions are asked in two interviews, one through the measured door and one through the door under it, in turns; and the measuring alone is timed
around something that takes no time. Traces are off, as they are unless an address is set; a row has them on, with a receiver on this machine. A served room that tells a webhook
or a log looks at itself every ten minutes; the last rows ask turns with and without such looks one after the other beside them, over a store of 120 days with 300 turns each.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.watched import used_for

from benchmarks.turns import SCRIPTS, percentile
from caseroom import tracing
from caseroom.app import telemetry
from caseroom.app.engine import Engine
from caseroom.app.interviews import Interview, Room
from caseroom.app.watching import Watching
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.store.sessions import SessionStore
from caseroom.web.metrics import Metrics

LIMIT = 1.0
"""Milliseconds that watching may add to a turn."""
_TURNS, _ALONE, _PAUSE = 120, 600, 0.01


def pairs(room: Room) -> tuple[list[float], list[float]]:
    """Milliseconds of the same turns, measured by the product and not, asked alternately."""
    rows = [
        json.loads(line)["turn"] for line in (SCRIPTS.parent / "probes" / "support-desk.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    watched, bare = Interview.start(room, "support-desk"), Interview.start(room, "support-desk")
    watched.prepare()
    bare._taken = partial(Interview._taken.__wrapped__, bare)  # type: ignore[attr-defined, method-assign]
    with_it: list[float] = []
    without: list[float] = []
    for number, text in enumerate(rows[:_TURNS]):
        doors = [(with_it, partial(watched.say, text)), (without, partial(bare.say, text))]
        room.engine.encoder.encode([text])  # so that neither finds what the other has computed
        for took, say in doors if number % 2 else reversed(doors):
            took.append(_timed(say))
    return with_it, without


def alone(room: Room, pause: float = _PAUSE) -> list[float]:
    """Milliseconds of measuring something that takes no time, with pauses, so that the writer works meanwhile as it does in a room."""

    @telemetry.observed("turn")
    def nothing(_: Room) -> bool:
        return True

    took = []
    for _ in range(_ALONE):
        took.append(_timed(lambda: nothing(room)))
        time.sleep(pause)
    return took


def _timed(what: Callable[[], Any]) -> float:
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) * 1000


def beside_looks(room: Room) -> tuple[list[float], list[float]]:
    """Milliseconds of turns while nobody looks, and while a gentle look follows the other, in turns of five."""
    used_for(room, 120, turns=300)
    watching, looking, over = Watching(room), threading.Event(), threading.Event()
    watching.look()

    def looks() -> None:
        while not over.is_set():
            if looking.wait(0.05):
                watching.look(fresh=True, gently=True)

    thread = threading.Thread(target=looks)
    thread.start()
    interview = Interview.start(room, "support-desk")
    interview.prepare()
    rows = [
        json.loads(line)["turn"] for line in (SCRIPTS.parent / "probes" / "support-desk.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    quiet: list[float] = []
    looked: list[float] = []
    for number, text in enumerate(rows[:_TURNS]):
        beside = number // 5 % 2 == 1
        (looking.set if beside else looking.clear)()
        time.sleep(_PAUSE)
        (looked if beside else quiet).append(_timed(partial(interview.say, text)))
    over.set()
    thread.join()
    return quiet, looked


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Take spans and forget them."""
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def traced(room: Room) -> list[float]:
    """The same as `alone`, with traces on."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tracing.start(f"http://127.0.0.1:{server.server_port}")
    try:
        return alone(room)
    finally:
        tracing.stop()
        server.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        room = Room(settings, Shelf([]), Engine(settings.cache), SessionStore(settings.database))
        metrics = Metrics(room, Watching(room))
        with_it, without = pairs(room)
        differences = [one - other for one, other in zip(with_it, without, strict=True)]
        off, on = alone(room), traced(room)
        quiet, looked = beside_looks(room)
        scrape = percentile([_timed(metrics.text) for _ in range(10)], 0.5)
        room.store.close()
    rows = [
        ("a turn, median, not measured", statistics.median(without), None),
        ("a turn, median, measured", statistics.median(with_it), None),
        ("the difference, turn by turn, median", statistics.median(differences), LIMIT),
        ("measuring alone, mean", statistics.mean(off), LIMIT),
        ("measuring alone, p99", percentile(off, 0.99), LIMIT),
        ("measuring alone with traces, mean", statistics.mean(on), LIMIT),
        ("measuring alone with traces, p99", percentile(on, 0.99), LIMIT),
        ("a scrape of /metrics", scrape, None),
        ("a turn, median, nobody looks", statistics.median(quiet), None),
        ("a turn, median, beside look after look", statistics.median(looked), None),
    ]
    if options.json:
        print(json.dumps({name: {"value": round(value, 4), "unit": "ms", "limit": limit} for name, value, limit in rows}, indent=2))
        return
    for name, value, limit in rows:
        print(f"{name:40} {value:9.3f} ms {f'(at most {limit})' if limit else ''}")


if __name__ == "__main__":
    main()
