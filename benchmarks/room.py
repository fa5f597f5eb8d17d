"""The room in the browser under load: server time of each page, and many sessions talking at once.

    python -m benchmarks.room [--sessions 100] [--every 5] [--seconds 60] [--home DIR] [--json]

Starts a server of its own with an empty store. Pages: 40 requests each after a warm-up. Load: each session says something every `--every` seconds.
`--home` keeps the store: `CASEROOM_HOME=DIR caseroom monitor` then tells how the room says it did itself.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import httpx

TURNS = (
    "How long does an agent spend on a ticket?",
    "What have you already tried, and why did it fail?",
    "In which languages do customers write, and how many tickets come in a week?",
    "Let me think about where the errors come from.",
    "Generative AI only drafts the reply; amounts, dates and refunds come from rules and the billing system.",
    "An agent approves each draft before it is sent. If the search finds no article that fits, the ticket goes to a person.",
    "We'd measure how many drafts are sent unchanged, and stop below 60 percent.",
)  # fmt: skip


@contextmanager
def served(kept: Path | None = None) -> Iterator[tuple[str, int]]:
    """A server with a store of its own, which is thrown away unless a folder is given: its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with nullcontext(str(kept)) if kept else tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            [sys.executable, "-m", "caseroom", "serve", "--port", str(port), "--no-browser"],
            env={**os.environ, "CASEROOM_HOME": home}, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                try:
                    httpx.get(address, timeout=5)
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield address, process.pid
        finally:
            process.terminate()
            process.wait()


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def memory(pid: int) -> float:
    """Megabytes that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def pages(address: str) -> dict[str, tuple[float, float]]:
    """Median and p95 milliseconds of each page, as a client on this machine sees them."""
    client = httpx.Client(base_url=address, timeout=60)
    session = client.post("/api/sessions", json={"case": "support-desk"}).json()["id"]
    over = client.post("/api/sessions", json={"case": "support-desk"}).json()["id"]
    for text in TURNS:
        for one in (session, over):
            client.post(f"/api/sessions/{one}/turns", json={"text": text})
    client.post(f"/api/sessions/{over}/end")
    client.get(f"/api/sessions/{over}/scorecard")
    found = {}
    for name, path in (("shelf", "/"), ("brief", "/cases/support-desk"), ("room", f"/sessions/{session}"), ("scorecard", f"/sessions/{over}/scorecard"),
                       ("transcript", f"/sessions/{over}/transcript"), ("progress", "/progress"), ("data", "/data")):  # fmt: skip
        took = []
        for _ in range(40):
            start = time.perf_counter()
            client.get(path).raise_for_status()
            took.append((time.perf_counter() - start) * 1000)
        found[name] = (statistics.median(took), p95(took))
    took = []
    for number in range(40):
        start = time.perf_counter()
        client.post(f"/api/sessions/{session}/turns", json={"text": TURNS[number % len(TURNS)]}).raise_for_status()
        took.append((time.perf_counter() - start) * 1000)
    found["a turn"] = (statistics.median(took), p95(took))
    return found


async def load(address: str, sessions: int, every: float, seconds: float) -> list[float]:
    """Milliseconds of all turns while many sessions talk."""
    took: list[float] = []
    limits = httpx.Limits(max_connections=sessions)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        ids = [(await client.post("/api/sessions", json={"case": "support-desk"})).json()["id"] for _ in range(sessions)]
        end = time.monotonic() + seconds

        async def talk(session: str, chance: random.Random) -> None:
            await asyncio.sleep(chance.random() * every)
            while time.monotonic() < end:
                start = time.perf_counter()
                answer = await client.post(f"/api/sessions/{session}/turns", json={"text": chance.choice(TURNS)})
                answer.raise_for_status()
                passed = time.perf_counter() - start
                took.append(passed * 1000)
                await asyncio.sleep(max(0.0, every - passed))

        await asyncio.gather(*(talk(one, random.Random(n)) for n, one in enumerate(ids)))
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--every", type=float, default=5.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--home", type=Path, metavar="DIR", help="Keep the store there: a new folder, or an empty one.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.home and options.home.exists() and any(options.home.iterdir()):
        parser.error(f"{options.home} is not empty; the load test begins with an empty store. Name a new folder.")
    with served(options.home) as (address, pid):
        table = pages(address)
        took = asyncio.run(load(address, options.sessions, options.every, options.seconds))
        held = memory(pid)
    if options.json:
        print(
            json.dumps(
                {"pages_ms": table, "turns": len(took), "median_ms": statistics.median(took), "p95_ms": p95(took), "memory_mb": held},
                indent=2,
            )
        )
        return
    print(f"{'page':12}{'median ms':>12}{'p95 ms':>10}")
    for name, (median, high) in table.items():
        print(f"{name:12}{median:12.1f}{high:10.1f}")
    print(
        f"{options.sessions} sessions, a turn every {options.every:g} s, {options.seconds:g} s: {len(took)} turns, median {statistics.median(took):.0f} ms, "
        f"p95 {p95(took):.0f} ms; memory {held:.0f} MB; {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
