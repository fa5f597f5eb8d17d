"""A webhook's other side on this machine: it answers as it is told, or hangs until the test is over."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """What came, and what is answered."""

    def __init__(self, answers: Sequence[int], hang: bool) -> None:
        self.address, self.answers, self.hang = "", list(answers), hang
        self.came: queue.Queue[dict[str, Any]] = queue.Queue()
        self.count = 0

    def next(self) -> dict[str, Any]:
        """The next body; a test fails where none comes."""
        return self.came.get(timeout=60)


@contextmanager
def receiver(*answers: int, hang: bool = False) -> Iterator[Receiver]:
    """Answers with these codes in turn, then with the last for ever; 200 without any."""
    kept, done = Receiver(answers or (200,), hang), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Keep it, and answer."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            kept.count += 1
            code = kept.answers[min(kept.count, len(kept.answers)) - 1]
            kept.came.put(body)
            if kept.hang:
                done.wait(60)
            self.send_response(code)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kept.address = f"http://127.0.0.1:{server.server_port}/a-secret-path"
    try:
        yield kept
    finally:
        done.set()
        server.shutdown()
        thread.join()
        server.server_close()
