"""What tests of a second reader and a coach share: a provider elsewhere by name, its settings, and what it says. Real HTTP on this machine."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.faulty_server import FaultyServer

SAID = (
    "How many tickets come in on a normal day, and how long does an agent spend on one?",
    "An agent approves each draft before it is sent. Amounts and dates come from the billing system, never from the model.",
    "We would measure the share of wrong replies on past tickets each week, and stop if it is above two percent.",
)
INVENTED = "Zendesk costs 99 euros a seat."


@contextmanager
def elsewhere() -> Iterator[str]:
    """A host that is not this machine by its name, and is by its address."""
    real = socket.getaddrinfo

    def find(host: str | bytes, *arguments: object, **more: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        return real("127.0.0.1" if name == "llm.example" else host, *arguments, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", find)
        yield "llm.example"


def set_up(home: Path, server: FaultyServer, *purposes: str, host: str = "", **more: Any) -> None:
    """A model that is used for these purposes."""
    url = server.url.replace("127.0.0.1", host) if host else server.url
    entry = {
        "kind": "openai-compatible",
        "model": "test-model",
        "base_url": url,
        "seconds": 10.0,
        "stall": 5.0,
        "a_minute": 10_000,
        "price": {"in": 1, "out": 2},
        **more,
    }
    home.mkdir(parents=True, exist_ok=True)
    settings = {"format": 1, "currency": "EUR", "models": {"house": entry}, "use": {purpose: ["house"] for purpose in purposes}}
    (home / "models.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    server.reply = opinion


def opinion(request: dict[str, Any]) -> str:
    """As a second reader one point by a quote and one by none; as a coach what it was given, and something invented."""
    text = str(request["messages"][-1]["content"])
    if "A STRONG ANSWER SAYS" in text:
        strong = re.findall(r"^A STRONG ANSWER SAYS: (.*)$", text, re.MULTILINE)[0]
        why = re.findall(r"^WHY IT MATTERS: (.*)$", text, re.MULTILINE)[0]
        return json.dumps({"feedback": f"{why} {INVENTED}", "better": strong, "fact": ""})
    ids = re.findall(r"^([1-6]\.\d\d): ", text.partition("TRANSCRIPT")[0], re.MULTILINE)
    quote = "An agent approves each draft before it is sent"
    rows = [
        {"id": point, "verdict": "made", "turn": 2, "quote": quote if number < 3 else "nobody ever said this at all"}
        for number, point in enumerate(ids[:5])
    ]
    return json.dumps({"points": rows})
