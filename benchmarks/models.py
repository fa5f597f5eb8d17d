"""Our share of a large model's turn, beside the provider's: asked whole, in a form, and as a stream, against a server on this machine that answers at once.

python -m benchmarks.models [--json] [--times 100]

The server's own share is what a bare HTTP request to it takes; the rest is ours: settings, consent, masking, budget, limits, the provider's library, the call log.
The first request is left out and told apart: it imports the library.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from tests.faulty_server import FaultyServer

from benchmarks.turns import percentile
from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.app.largemodels import chat_model
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.models.chat import Ask, ChatModel, Message
from caseroom.models.entries import Entry
from caseroom.models.providers import Provider
from caseroom.store.sessions import SessionStore

LIMIT = 60.0
"""Milliseconds that our share may take."""
TALK = (
    Message("system", "You are the interviewer of a case study. Reword what you are given and add nothing. " * 12),
    *(
        Message("user" if n % 2 == 0 else "assistant", f"Turn {n}: the desk gets 2,400 tickets a day and answers half of them. " * 6)
        for n in range(11)
    ),
)
SCHEMA = {"type": "object", "properties": {"said": {"type": "string"}, "turn": {"type": "integer"}}, "required": ["said", "turn"]}
PLAIN, FORM = Ask(TALK, "interviewer"), Ask(TALK, "interviewer", schema=SCHEMA)
SETTINGS = """\
models: {{house: {{kind: openai-compatible, model: faulty, base_url: "{url}", a_minute: 100000, mask: on, price: {{in: 0.1, out: 0.4}}}}}}
use: {{interviewer: [house]}}
budget: {{session: {{cost: 100}}, day: {{cost: 100}}}}
"""


def timed(work: Callable[[], object], times: int) -> tuple[list[float], float]:
    """Milliseconds of each call, and of the processor in a call (the server's, too); one before them is not counted."""
    work()
    took = []
    used = time.process_time()
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return took, (time.process_time() - used) * 1000 / times


def bare(server: FaultyServer) -> Callable[[], object]:
    """A request over one open connection, without anything of ours."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    body = json.dumps({"model": "faulty", "messages": [{"role": message.role, "content": message.text} for message in TALK]})

    def send() -> bytes:
        connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
        return connection.getresponse().read()

    return send


def first_piece(model: ChatModel) -> Callable[[], object]:
    """Until the first piece of a stream; then nobody listens on."""

    def listen() -> None:
        stream = model.stream(PLAIN)
        next(stream)
        stream.close()  # type: ignore[attr-defined]  # a generator

    return listen


def measure(home: Path, times: int) -> tuple[list[tuple[str, float, float, float, float]], float]:
    """Rows of name, median, 95th percentile, our share of it, and the processor's time; and milliseconds of the first request."""
    settings = Settings(home=home)
    room = Room(settings, Shelf([]), Engine(settings.cache), SessionStore(settings.database))
    with FaultyServer() as server:
        (home / "models.yaml").write_text(SETTINGS.format(url=server.url), encoding="utf-8")
        began = time.perf_counter()
        provider = Provider(Entry("house", "openai-compatible", "faulty", server.url), os.environ)
        provider.ask(PLAIN)
        first = (time.perf_counter() - began) * 1000

        def composed() -> ChatModel:
            model = chat_model(room, "interviewer", "session")
            assert model is not None
            return model

        works: list[tuple[str, Callable[[], object]]] = [
            ("the server's own, by a bare request", bare(server)),
            ("a provider asked, alone", lambda: provider.ask(PLAIN)),
            ("a turn: everything put together", lambda: composed().ask(PLAIN)),
            ("a turn in a form (JSON schema)", lambda: composed().ask(FORM)),
            ("a turn streamed, whole", lambda: list(composed().stream(PLAIN))),
            ("a turn streamed, to the first piece", lambda: first_piece(composed())()),
        ]
        took = [(name, timed(work, times)) for name, work in works]
    room.store.close()
    server_share = percentile(took[0][1][0], 0.5)
    return [(name, percentile(ms, 0.5), percentile(ms, 0.95), percentile(ms, 0.95) - server_share, cpu) for name, (ms, cpu) in took], first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--times", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        rows, first = measure(Path(home), options.times)
    if options.json:
        print(
            json.dumps(
                {
                    "first_ms": round(first, 1),
                    "rows": [dict(zip(("name", "median", "p95", "ours_p95", "processor"), row, strict=True)) for row in rows],
                },
                indent=2,
            )
        )
        return
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; {options.times} requests of {len(TALK)} messages each\n"
    )
    print(f"{'':40} {'median':>9} {'p95':>9} {'our share of p95':>18} {'':12} {'processor':>12}")
    for number, (name, median, p95, ours, cpu) in enumerate(rows):
        share = f"{ours:14.1f} ms" if number else ""
        print(f"{name:40} {median:6.1f} ms {p95:6.1f} ms {share:>18} {f'(at most {LIMIT:.0f})' if number else '':12} {cpu:9.1f} ms")
    print(f"{'the first request, with its imports':40} {first:6.0f} ms")


if __name__ == "__main__":
    main()
