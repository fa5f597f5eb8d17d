"""A server with an OpenAI-compatible chat on 127.0.0.1 that fails in every way a provider can. Real HTTP, answers and streams; never the network.

It also speaks as Anthropic (/v1/messages) and Google (:generateContent) do, by the path (tests/provider_dialects.py).

with FaultyServer() as server:
    server.reply = lambda request: "How many tickets come in a day?"      # request is the body that came
    server.mode = "rate-limit"                                            # from now on; see MODES
    server.next("down", "ok")                                             # only for the next requests, in order
    server.mode, server.seed = "random", 7                                # 30 % of the requests fail, by a seed
    ... server.url, server.requests
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.provider_dialects import Body, Dialect, dialect_of, schema_of, text_of

FAULTS = (
    "down", "slow", "hang", "rate-limit", "no-credit", "quota", "wrong-key", "overloaded", "empty", "endless", "broken-json", "wrong-language",
    "cut", "garbage",
)  # fmt: skip
"""down: the connection is closed without a word. hang: nothing comes. cut: a stream (or a body) breaks off in the middle."""
MODES = ("ok", *FAULTS, "stall", "redirect", "no-schema", "no-such-model", "random")
"""stall: a stream begins and then nothing more comes. no-schema: refuses `response_format`, else ok. random: `share` of the requests fail."""
WRONG_LANGUAGE = "Das kann ich Ihnen leider nicht sagen; bitte wenden Sie sich an die Fachabteilung."
_STATUS: dict[str, tuple[int, str, str]] = {
    "rate-limit": (429, "rate_limit_exceeded", "Too many requests."),
    "no-credit": (402, "payment_required", "No credit is left."),
    "quota": (429, "insufficient_quota", "You exceeded your current quota."),
    "wrong-key": (401, "invalid_api_key", "Incorrect API key provided: {key}."),
    "overloaded": (503, "overloaded", "The server is overloaded."),
    "no-schema": (400, "invalid_request_error", "response_format is not supported."),
    "no-such-model": (404, "model_not_found", "There is no such model."),
}


@dataclass
class Received:
    """A request as it came."""

    body: Body
    headers: dict[str, str]
    mode: str
    """What was done to it."""
    at: float

    @property
    def text(self) -> str:
        """All text that was sent."""
        return text_of(self.body)


def plain_reply(request: Body) -> str:
    """Without a script: a sentence, or an object that fits the schema that was asked for."""
    if schema := schema_of(request):
        return json.dumps(instance(schema, schema))
    if found := re.search(r"It fits this JSON schema:\n(\{.*)", text_of(request), re.DOTALL):
        schema = json.loads(found[1])
        return json.dumps(instance(schema, schema))
    return "Thank you. What would you look at first?"


def instance(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """The plainest object that fits a JSON schema."""
    if "$ref" in schema:
        return instance(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return instance(choices[0], root)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: instance(part, root) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [instance(schema.get("items", {}), root)] * schema.get("minItems", 0)
    plain: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.0, "boolean": True}
    return plain.get(kind)


@dataclass
class FaultyServer:
    """The server; `with` starts and stops it."""

    reply: Callable[[Body], str] = plain_reply
    """From the body of a request to the text of the answer."""
    mode: str = "ok"
    key: str = ""
    """The key that it wants; none if empty."""
    seed: int = 1
    share: float = 0.3
    """Of mode random: the share of requests that fail."""
    faults: tuple[str, ...] = FAULTS
    """Of mode random: in which ways."""
    slow_seconds: float = 0.3
    hang_seconds: float = 30.0
    retry_after: str = "1"
    pause: float = 0.0
    """Seconds between the pieces of a stream."""
    requests: list[Received] = field(default_factory=list)
    _queue: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _http: _Quiet | None = None
    _dice: random.Random | None = None

    @property
    def url(self) -> str:
        """The base address, as settings want it."""
        assert self._http is not None, "start the server first"
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def next(self, *modes: str) -> None:
        """What to do to the next requests, one after the other; then `mode` holds again."""
        with self._lock:
            self._queue += modes

    def start(self) -> FaultyServer:
        """Listen on a free port."""
        server = self

        class Handler(_Handler):
            faulty = server

        self._http = _Quiet(("127.0.0.1", 0), Handler)
        self._stopped.clear()
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop listening; whatever hangs is let go."""
        self._stopped.set()
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http.hang_up()

    def __enter__(self) -> FaultyServer:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def wait(self, seconds: float) -> None:
        """Wait, or until the server stops."""
        self._stopped.wait(seconds)

    @property
    def stopped(self) -> bool:
        """Whether it was stopped."""
        return self._stopped.is_set()

    def chosen(self, body: Body, headers: dict[str, str]) -> str:
        """What to do to a request."""
        with self._lock:
            mode = self._queue.pop(0) if self._queue else self.mode
            if mode == "random":
                self._dice = self._dice or random.Random(self.seed)
                mode = self._dice.choice(self.faults) if self._dice.random() < self.share else "ok"
            if self.key and headers.get("authorization") != f"Bearer {self.key}":
                mode = "wrong-key"
            self.requests.append(Received(body, headers, mode, time.monotonic()))
            return mode


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        """A connection; it may stay open over many requests."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """A connection is over."""
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close all connections that are open."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The other side went away; that is what this server is for."""


class _Handler(BaseHTTPRequestHandler):
    faulty: FaultyServer
    dialect: Dialect
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        """The list of models."""
        self._json(200, {"object": "list", "data": [{"id": "faulty", "object": "model", "owned_by": "tests"}]})

    def do_POST(self) -> None:
        """A chat completion."""
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        body: Body = json.loads(raw)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.dialect = dialect_of(self.path)
        headers.setdefault("authorization", f"Bearer {headers.get('x-api-key') or headers.get('x-goog-api-key', '')}")
        mode = self.faulty.chosen(body, headers)
        if mode in _STATUS and not (mode == "no-schema" and "response_format" not in body):
            self._refuse(mode, headers)
        elif mode == "redirect":
            self._head(307, "text/plain", Location="http://127.0.0.1:9/v1/chat/completions")
        elif mode == "down":
            self._reset()
        elif mode == "hang":
            self.faulty.wait(self.faulty.hang_seconds)
            self._reset()
        elif mode == "garbage":
            self._garbage(body)
        else:
            self._answer(mode, body)

    def _refuse(self, mode: str, headers: dict[str, str]) -> None:
        status, code, words = _STATUS[mode]
        more = {"Retry-After": self.faulty.retry_after} if mode == "rate-limit" else {}
        said = words.format(key=headers.get("authorization", "").removeprefix("Bearer "))
        self._json(status, {"error": {"message": said, "type": code, "code": code}}, **more)

    def _answer(self, mode: str, body: Body) -> None:
        if mode == "slow":
            self.faulty.wait(self.faulty.slow_seconds)
        text = {"empty": "", "wrong-language": WRONG_LANGUAGE}.get(mode) if mode in ("empty", "wrong-language") else self.faulty.reply(body)
        text = str(text)
        if mode == "broken-json":
            text = text[: max(1, len(text) // 2)].rstrip("}") + '{"open": '
        if body.get("stream") or "streamGenerate" in self.path:
            self._stream(mode, body, text)
        elif mode in ("endless", "cut", "stall"):
            self._torn_body(mode, body, text)
        else:
            self._json(200, self.dialect.whole(body, text))

    def _torn_body(self, mode: str, body: Body, text: str) -> None:
        before, _ = json.dumps(self.dialect.whole(body, "\0")).split("\\u0000")
        self._head(200, "application/json", **{"Transfer-Encoding": "chunked"})
        self._chunk(before.encode() + b"word " * 3)
        if mode == "endless":
            while not self.faulty.stopped:
                self._chunk(b"word and word again, " * 400)
        elif mode == "stall":
            self.faulty.wait(self.faulty.hang_seconds)
        self._reset()

    def _stream(self, mode: str, body: Body, text: str) -> None:
        self._head(200, "text/event-stream", **{"Transfer-Encoding": "chunked"})
        for event in self.dialect.begin(body):
            self._event(event)
        pieces = _pieces(text)
        for number, piece in enumerate(pieces):
            if mode in ("cut", "stall") and number >= max(1, len(pieces) // 2):
                break
            self._event(self.dialect.piece(body, piece))
            if self.faulty.pause:
                self.faulty.wait(self.faulty.pause)
        while mode == "endless" and not self.faulty.stopped:
            self._event(self.dialect.piece(body, "word and word again, "))
        if mode in ("cut", "stall", "endless"):
            self.faulty.wait(self.faulty.hang_seconds if mode == "stall" else 0)
            self._reset()
            return
        for event in self.dialect.end(body, text):
            self._event(event)
        self._chunk(b"")

    def _garbage(self, body: Body) -> None:
        noise = random.Random(len(self.faulty.requests)).randbytes(600)
        self._head(
            200,
            "text/event-stream" if body.get("stream") or "streamGenerate" in self.path else "application/json",
            **{"Content-Length": str(len(noise))},
        )
        self.wfile.write(noise)

    def _head(self, status: int, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        if not {"Transfer-Encoding", "Content-Length"} & set(headers):
            self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, status: int, data: Any, **headers: str) -> None:
        whole = json.dumps(data).encode()
        self._head(status, "application/json", **{"Content-Length": str(len(whole))}, **headers)
        self.wfile.write(whole)

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _event(self, data: Any) -> None:
        name = f"event: {data['type']}\n" if isinstance(data, dict) and "type" in data else ""
        body = data if isinstance(data, str) else json.dumps(data)
        self._chunk(f"{name}data: {body}\n\n".encode())

    def _reset(self) -> None:
        """Close the connection as a crash does."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def _pieces(text: str) -> list[str]:
    words = text.split(" ")
    return [word + (" " if number < len(words) - 1 else "") for number, word in enumerate(words)] if text else []


def running() -> Iterator[FaultyServer]:
    """A started server for a pytest fixture."""
    with FaultyServer() as server:
        yield server
