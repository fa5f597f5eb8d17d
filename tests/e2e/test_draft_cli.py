"""`caseroom cases draft` and `caseroom models install` as a user runs them, against a provider on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import Run
from tests.faulty_server import FaultyServer
from tests.provider_dialects import schema_of
from tests.unit.app.test_drafting import TEXT, sensible

from caseroom.models.chat import Ask, Message


def reply(request: dict[str, Any]) -> str:
    """What the scripted model of the unit tests says, over HTTP."""
    told = tuple(Message(message["role"], str(message["content"])) for message in request["messages"])
    return json.dumps(sensible(Ask(told, "draft", schema_of(request))))


@pytest.fixture
def home(tmp_path: Path, faulty_server: FaultyServer) -> Path:
    faulty_server.reply = reply
    entry = {"kind": "openai-compatible", "model": "m", "base_url": faulty_server.url, "seconds": 10.0, "a_minute": 10_000}
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "models.yaml").write_text(yaml.safe_dump({"models": {"house": entry}, "use": {"draft": ["house"]}}), encoding="utf-8")
    (tmp_path / "advert.md").write_text(TEXT, encoding="utf-8")
    return folder


SMALL = ("--facts", "6", "--points", "6", "--rows", "4")


def test_a_document_becomes_a_draft_on_the_shelf(run: Run, home: Path) -> None:
    done = run("cases", "draft", "advert.md", "--id", "claims", *SMALL)
    assert done.returncode == 0, done.stderr
    assert "were invented" in done.stdout and "210 in fact wrong-letter-costs" in done.stdout and "draft: true" in done.stdout
    assert "Draft, not read by a person yet: claims" in run("cases", "list").stdout
    assert "A draft, not read by a person yet" in run("cases", "show", "claims").stdout
    again = run("cases", "draft", "advert.md", "--id", "claims", *SMALL)
    assert again.returncode == 2 and "nothing is overwritten" in again.stderr
    checked = run("cases", "check", "claims", "--json")
    (proof,) = json.loads(checked.stdout)
    assert any("it is a draft" in words for words in proof["thin"]) and checked.returncode in (0, 3)


def test_it_prints_data_and_goes_where_it_is_told(run: Run, home: Path, tmp_path: Path) -> None:
    done = run("cases", "draft", "advert.md", "--id", "claims", "-o", "mine", "--model", "house", *SMALL, "--json")
    data = json.loads(done.stdout)
    assert data["facts"] == 6 and data["not_given_to_the_model"] and (tmp_path / "mine" / "claims" / "DRAFT.md").is_file()
    assert {row["in_the_document"] for row in data["figures"]} == {True, False}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nowhere.md", "--id", "claims"), 2, "is no file"),
        (("advert.md", "--id", "support-desk"), 2, "already"),
        (("advert.md", "--id", "claims", "--model", "nobody"), 2, "no model 'nobody'"),
    ],
)
def test_what_is_wrong_is_told(run: Run, home: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = run("cases", "draft", *arguments)
    assert done.returncode == code and words in done.stderr and "Traceback" not in done.stderr


def test_a_provider_that_goes_down_loses_nothing(run: Run, home: Path, faulty_server: FaultyServer) -> None:
    faulty_server.next(*["ok"] * 4, *["down"] * 40)
    done = run("cases", "draft", "advert.md", "--id", "claims", *SMALL)
    assert done.returncode == 9 and "Traceback" not in done.stderr and not (home / "cases" / "claims").exists()
    faulty_server._queue.clear()
    before = len(faulty_server.requests)
    assert run("cases", "draft", "advert.md", "--id", "claims", *SMALL).returncode == 0
    assert len(faulty_server.requests) - before < 12, "what was drafted is not asked for again"


def test_without_a_model_it_says_how(run: Run, tmp_path: Path) -> None:
    (tmp_path / "advert.md").write_text(TEXT, encoding="utf-8")
    done = run("cases", "draft", "advert.md", "--id", "claims")
    assert done.returncode == 9 and "caseroom models use draft NAME" in done.stderr


def test_nothing_is_sent_before_somebody_agreed(run: Run, home: Path, faulty_server: FaultyServer) -> None:
    text = (home / "models.yaml").read_text(encoding="utf-8").replace("127.0.0.1", "llm.example")
    (home / "models.yaml").write_text(text, encoding="utf-8")
    done = run("cases", "draft", "advert.md", "--id", "claims")
    assert done.returncode == 9 and "llm.example" in done.stderr and "--for draft" in done.stderr and faulty_server.requests == []


def test_a_model_file_that_is_not_the_known_one_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"GGUF")
    done = run("models", "install", "qwen2.5-coder-1.5b", "--from", "x.gguf")
    assert done.returncode == 9 and "its hash" in done.stderr
    assert run("models", "install", "nothing").returncode == 2
