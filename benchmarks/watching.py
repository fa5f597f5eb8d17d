"""What it costs a turn that the product watches itself.

python -m benchmarks.watching [--json]

The same questions are asked in two interviews, one through the measured door and one through the door under it, in turns; and the measuring alone is timed
around something that takes no time. Traces are off, as they are unless an address is set; the last row has them on, with a receiver on this machine.
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
from typing import Any, cast

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
    under = cast(Callable[[Interview, str], Any], Interview.say.__wrapped__)  # type: ignore[attr-defined]
    with_it: list[float] = []
    without: list[float] = []
    for number, text in enumerate(rows[:_TURNS]):
        doors = [(with_it, partial(watched.say, text)), (without, partial(under, bare, text))]
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
    ]
    if options.json:
        print(json.dumps({name: {"value": round(value, 4), "unit": "ms", "limit": limit} for name, value, limit in rows}, indent=2))
        return
    for name, value, limit in rows:
        print(f"{name:40} {value:9.3f} ms {f'(at most {limit})' if limit else ''}")


if __name__ == "__main__":
    main()
