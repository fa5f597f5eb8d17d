"""An OpenAI-compatible audio endpoint: a real server on 127.0.0.1 that answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from caseroom.speech.audio import to_bytes
from caseroom.speech.base import RATE, Sound, SpeechError
from caseroom.speech.choose import recogniser, voice
from caseroom.speech.endpoint import EndpointRecogniser, EndpointVoice

pytest.importorskip("httpx", reason="needs the extra voice")
SPEECH = Sound((0.2 * np.sin(np.arange(RATE * 2) / 5)).astype(np.float32), RATE)


class Server(ThreadingHTTPServer):
    answers: list[tuple[int, dict[str, str], bytes]]
    asked: list[tuple[str, dict[str, str], bytes]]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), body))
        code, headers, answer = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.answers, made.asked = [], []
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/v1"


def reply(**body: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


def test_words_times_and_bad_segments_come_from_the_answer(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "secret-key")
    server.answers = [
        reply(
            text="We measure it. Mumble mumble.", language="english",
            words=[{"word": w, "start": n * 0.4, "end": n * 0.4 + 0.3} for n, w in enumerate("We measure it Mumble mumble".split())],
            segments=[{"start": 0.0, "end": 1.15, "avg_logprob": -0.2, "compression_ratio": 1.1}, {"start": 1.15, "end": 2.0, "avg_logprob": -1.7, "compression_ratio": 1.1}],
        )
    ]  # fmt: skip
    ear = EndpointRecogniser(url(server), "whisper-large", "MY_KEY")
    heard = ear.hear(SPEECH, prompt="Spindlehouse")
    assert heard.text == "We measure it. Mumble mumble."
    assert [heard.text[a:b] for a, b in heard.garbled] == ["Mumble mumble."]
    assert [word.start for word in heard.words] == [0.0, 0.4, 0.8, 1.2, 1.6]
    path, headers, body = server.asked[0]
    assert path == "/v1/audio/transcriptions"
    assert headers["Authorization"] == "Bearer secret-key"
    assert b"Spindlehouse" in body
    assert b"RIFF" in body
    assert ear.sends_to == f"127.0.0.1:{server.server_port}"
    assert "secret" not in ear.signature


def test_a_host_without_times_still_gives_words(server: Server) -> None:
    server.answers = [reply(text="Just the words.")]
    heard = EndpointRecogniser(url(server)).hear(SPEECH)
    assert heard.text == "Just the words."
    assert heard.words == ()


def test_silence_is_not_sent(server: Server) -> None:
    server.answers = [reply(text="never")]
    assert EndpointRecogniser(url(server)).hear(Sound(np.zeros(RATE, np.float32), RATE)).nothing == "silence"
    assert server.asked == []


def test_a_busy_host_is_asked_again_and_a_refusal_is_not(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "wrong-key")
    server.answers = [(503, {"Retry-After": "0"}, b""), (429, {"Retry-After": "0"}, b""), reply(text="At last.")]
    assert EndpointRecogniser(url(server)).hear(SPEECH).text == "At last."
    server.asked.clear()
    server.answers = [(401, {}, b"wrong-key is wrong")]
    with pytest.raises(SpeechError, match="the key in OPENAI_API_KEY was refused") as told:
        EndpointRecogniser(url(server)).hear(SPEECH)
    assert "wrong-key" not in str(told.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize("answer", [b"not json", b"[]", b'{"text": null, "words": [{}]}', b'{"words": 3}'])
def test_garbage_is_told_as_such(server: Server, answer: bytes) -> None:
    server.answers = [(200, {}, answer)]
    with pytest.raises(SpeechError, match="no transcription"):
        EndpointRecogniser(url(server)).hear(SPEECH)


def test_a_host_that_is_down_is_named() -> None:
    with pytest.raises(SpeechError, match=r"127\.0\.0\.1:9 did not answer"):
        EndpointRecogniser("http://127.0.0.1:9/v1").hear(SPEECH)


def test_a_voice_comes_as_sound_and_text_is_read_aloud(server: Server) -> None:
    server.answers = [(200, {}, to_bytes(SPEECH))]
    made = EndpointVoice(url(server), "tts", "alloy").say("It costs €3.60.")
    assert made.seconds == pytest.approx(2.0, abs=0.01)
    sent = json.loads(server.asked[0][2])
    assert sent["input"] == "It costs 3 euros and 60 cents."
    server.answers = [(200, {}, b"<html>no sound</html>" * 20)]
    with pytest.raises(SpeechError, match="What 127"):
        EndpointVoice(url(server)).say("Hello.")


def test_names_choose_and_bad_addresses_are_refused(server: Server, tmp_path: Any) -> None:
    ear = recogniser(tmp_path, f"{url(server)}#large-v3")
    assert "model:large-v3" in ear.signature
    assert "voice:nova" in voice(f"{url(server)}#tts-1/nova").signature
    for bad in ("http://user:secret@host/v1", "ftp://host/v1", "http:///v1"):
        with pytest.raises(SpeechError) as told:
            recogniser(tmp_path, bad)
        assert "secret" not in str(told.value)
    with pytest.raises(SpeechError, match="no voice"):
        voice("somebody")
    with pytest.raises(SpeechError, match="voice install base"):
        recogniser(tmp_path)
