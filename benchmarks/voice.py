"""How soon the interviewer answers a spoken turn: `python -m benchmarks.voice [--model base] [--turns N]`.

Questions of a case in the synthetic voice come to a served room as from a browser, piece by piece in real time. Measured is the time from the last
sample of speech to the first word of the reply: with the talk key (let go at that moment) and hands-free (after the patience of `speech/turns.py`, sent at
once). Real weights, a real server, no large model.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import uvicorn

from caseroom.app.interviews import Room, open_room
from caseroom.config import Settings, settings_from_environment
from caseroom.speech import weights
from caseroom.speech.audio import at_16k, to_bytes
from caseroom.speech.base import RATE, Samples, Sound
from caseroom.speech.detector import Silero
from caseroom.speech.hibari import Hibari
from caseroom.speech.turns import Rules
from caseroom.web.application import create_application

CASE = "support-desk"
QUESTIONS = (
    "How long does an agent spend on a ticket?",
    "What have you already tried, and why did it fail?",
    "How many tickets arrive on a normal day?",
    "Which languages do your customers write in?",
    "What does a wrong promise cost the company?",
    "Before I design anything I would like to know what success means to you. Is it speed, or cost, or how satisfied the customers are?",
    "Who reads the replies before they are sent to a customer today?",
    "How often do the help articles change, and who keeps them?",
)
PIECE = 0.256
"""Seconds of sound in one message, as the browser sends it."""


@contextmanager
def served(room: Room) -> Iterator[str]:
    """The room at an address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_application(room), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


def trimmed(text: str) -> Samples:
    """The words in the synthetic voice, up to the last sample that is speech."""
    sound = at_16k(Hibari().say(text))
    return sound.samples[: round((Silero().segments(sound)[-1].end - 0.1) * RATE)]


def spoken_turn(client: httpx.Client, session: str, number: int, model: str, samples: Samples, patience: float) -> tuple[float, float]:
    """From the last sample to the first word of the reply: seconds, and seconds of work of all cores."""
    path, size = f"/api/sessions/{session}/speech/turn-{number}", round(PIECE * RATE)
    whole = np.concatenate([samples, np.zeros(round(patience * RATE), np.float32)])
    began, cpu = time.perf_counter(), 0.0
    for n, start in enumerate(range(0, len(whole), size)):
        piece = whole[start : start + size]
        time.sleep(max(0.0, began + (start + len(piece)) / RATE - time.perf_counter()))  # it comes as fast as one speaks
        if start < len(samples):
            cpu = time.process_time()
        client.post(
            f"{path}?by={model}&number={n}", content=to_bytes(Sound(piece, RATE)), headers={"Content-Type": "audio/wav"}
        ).raise_for_status()
    heard = client.post(f"{path}/end").raise_for_status().json()
    form = {"text": heard["text"], "spoken": {"parts": [{"id": heard["id"]}]}}
    with client.stream("POST", f"/api/sessions/{session}/turns", json=form, headers={"Accept": "text/event-stream"}) as answer:
        waited = None
        for line in answer.iter_lines():
            if line == "event: move" and waited is None:
                waited, cpu = time.perf_counter() - began - len(samples) / RATE, time.process_time() - cpu
    assert waited is not None, "there was no reply"
    return waited, cpu


def measured(address: str, model: str, turns: int, patience: float) -> list[tuple[float, float]]:
    """All questions, one after the other."""
    sounds = [trimmed(question) for question in QUESTIONS]
    with httpx.Client(base_url=address, timeout=120) as client:
        session = client.post("/api/sessions", json={"case": CASE}).json()["id"]
        client.post("/api/voice/ready", json={"hears": model})
        spoken_turn(client, session, 0, model, sounds[0], patience)  # everything is loaded
        return [spoken_turn(client, session, n + 1, model, sounds[n % len(sounds)], patience) for n in range(turns)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="", help="a recogniser that is installed; the best one without it")
    parser.add_argument("--turns", type=int, default=len(QUESTIONS))
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    asked = parser.parse_args()
    voice = settings_from_environment().voice
    there = weights.names(voice)
    model = asked.model or (there[0] if there else "")
    if model not in there:
        raise SystemExit(f"No recogniser {model or ''} in {voice}. `caseroom voice install` brings one.")
    found, work = dict[str, list[float]](), dict[str, float]()
    with tempfile.TemporaryDirectory() as home:
        room = open_room(Settings(home=Path(home), voice_folder=voice))
        room = replace(room, settings=replace(room.settings, voice_folder=voice))
        with served(room) as address:
            for name, patience in (("talk key", 0.0), ("hands-free", Rules().patience)):
                rows = measured(address, model, asked.turns, patience)
                found[name], work[name] = [seconds for seconds, _ in rows], statistics.median(cpu for _, cpu in rows)
    print(f"Whisper {model} · {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} · {asked.turns} turns")
    print("from the last sample of speech to the first word of the reply, seconds")
    for name, seconds in found.items():
        soon = sum(s <= 1.5 for s in seconds)
        print(
            f"{name:<12} median {statistics.median(seconds):.2f}   longest {max(seconds):.2f}   within 1.5 s: {soon} of {len(seconds)}   "
            f"work {work[name]:.2f} core-seconds (median)"
        )
    if asked.json:
        asked.json.write_text(json.dumps({"model": model, "load": os.getloadavg()[0], **found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
