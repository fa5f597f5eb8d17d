"""An OpenAI-compatible audio endpoint on 127.0.0.1 for tests: real HTTP, words that the test sets, sound that it makes. It hears nothing."""

from __future__ import annotations

import io
import json
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 16_000


def tone(seconds: float) -> NDArray[np.float32]:
    """A sound that swells like syllables."""
    at = np.arange(round(seconds * RATE)) / RATE
    made: NDArray[np.float32] = (0.3 * np.sin(2 * np.pi * 180 * at) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at))).astype(np.float32)
    return made


def wav_bytes(samples: NDArray[np.float32], rate: int = RATE) -> bytes:
    """As a WAV file."""
    target = io.BytesIO()
    with wave.open(target, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())
    return target.getvalue()


class AudioEndpoint(ThreadingHTTPServer):
    """What it answers is set by the test; what it was asked is kept."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.words: list[tuple[str, float]] = []
        """What is heard: words, each with its probability."""
        self.failing = False
        self.speech_seconds = 6.0
        self.heard: list[float] = []
        """Seconds of each sound that came."""
        self.asked: list[str] = []
        """Texts that were to be spoken."""

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_port}"

    def set(self, text: str, *unsure: str) -> None:
        """What is heard from now on, and which of its words are unsure."""
        self.words = [(word, 0.01 if word.strip(".,?!") in unsure else 0.97) for word in text.split()]


class _Handler(BaseHTTPRequestHandler):
    server: AudioEndpoint

    def do_POST(self) -> None:
        """Transcribe or speak."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.failing:
            self._answer(400, b"{}", "application/json")
        elif self.path == "/v1/audio/transcriptions":
            self._answer(200, json.dumps(self._transcript(body)).encode(), "application/json")
        elif self.path == "/v1/audio/speech":
            self.server.asked.append(json.loads(body)["input"])
            self._answer(200, wav_bytes(tone(self.server.speech_seconds)), "audio/wav")
        else:
            self._answer(404, b"{}", "application/json")

    def _transcript(self, body: bytes) -> dict[str, Any]:
        start = body.index(b"RIFF")
        with wave.open(io.BytesIO(body[start:])) as file:
            seconds = file.getnframes() / file.getframerate()
        self.server.heard.append(seconds)
        each = seconds / max(1, len(self.server.words))
        words = [
            {"word": word, "start": n * each, "end": (n + 0.9) * each, "probability": sure}
            for n, (word, sure) in enumerate(self.server.words)
        ]
        segment = {"start": 0.0, "end": seconds, "avg_logprob": -0.2, "compression_ratio": 1.2, "no_speech_prob": 0.01}
        text = " ".join(word for word, _ in self.server.words)
        return {"text": text, "language": "en", "duration": seconds, "words": words, "segments": [segment]}

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@contextmanager
def audio_endpoint() -> Iterator[AudioEndpoint]:
    """One that runs until the block ends."""
    server = AudioEndpoint()
    thread = threading.Thread(target=server.serve_forever, name="audio-endpoint", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
