from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run
from tests.faulty_server import FaultyServer
from tests.gguf_made import F32, made

KEY = "sk-planted-0123456789abcdefghij"


def read(run: Run, *arguments: str, **more: str) -> Any:
    """What a command prints as JSON."""
    done = run("models", *arguments, "--json", **more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def add(run: Run, server: FaultyServer, *more: str) -> None:
    """Set the faulty server up as `house`."""
    done = run(
        "models", "add", "house", "--kind", "openai-compatible", "--url", server.url, "--model", "faulty", "--key", "HOUSE_KEY", *more
    )
    assert done.returncode == 0, done.stderr


def test_without_one_it_says_that_none_is_needed_and_how(run: Run) -> None:
    done = run("models")
    assert done.returncode == 0 and "none is needed" in done.stdout and "models add house --kind openai-compatible" in done.stdout
    assert read(run, "list") == {
        "models": [],
        "use": {p: [] for p in ("interviewer", "reader", "coach", "draft", "lab")},
        "currency": "USD",
    }
    assert "none is needed" in run("doctor").stdout
    assert "No large model was called" in run("models", "spend").stdout


def test_a_model_from_adding_to_removing(run: Run, faulty_server: FaultyServer) -> None:
    faulty_server.key = KEY
    add(run, faulty_server, "--price", "10", "20", "--for", "interviewer", "--for", "lab")
    listed = run("models", "list", HOUSE_KEY=KEY)
    assert "HOUSE_KEY: found" in listed.stdout and "stays on this machine" in listed.stdout and "10 in, 20 out" in listed.stdout
    assert "HOUSE_KEY: NOT FOUND" in run("models", "list").stdout
    row = read(run, "list", HOUSE_KEY=KEY)["models"][0]
    assert (row["purposes"], row["agreed"], row["key"], row["key_found"], row["sends_to"]) == (
        ["interviewer", "lab"],
        ["interviewer", "lab"],
        "HOUSE_KEY",
        True,
        "",
    )
    answer = read(run, "test", "house", HOUSE_KEY=KEY)
    assert answer["text"] and answer["cost"] > 0 and answer["model"] == "house"
    spend = read(run, "spend")
    assert [(r["name"], r["purpose"], r["calls"], r["failed"]) for r in spend["rows"]] == [("house", "test", 1, 0)] and spend["rows"][0][
        "cost"
    ] == answer["cost"]
    assert "house" in run("models", "spend", "--all").stdout
    assert read(run, "use", "lab") == {"purpose": "lab", "names": []}
    assert "house (openai-compatible, text goes to nobody, key HOUSE_KEY found)" in run("doctor", HOUSE_KEY=KEY).stdout.replace("\n", " ")
    assert run("models", "remove", "house").returncode == 0
    assert read(run, "list")["models"] == [] and read(run, "spend")["rows"]


@pytest.mark.parametrize(
    ("mode", "said"),
    [("wrong-key", "does not accept the key"), ("down", "is it running"), ("no-credit", "no credit"), ("empty", "is empty")],
)
def test_a_try_that_fails_says_why_in_one_line(mode: str, said: str, run: Run, faulty_server: FaultyServer) -> None:
    add(run, faulty_server)
    faulty_server.mode = mode
    done = run("models", "test", "house", HOUSE_KEY=KEY)
    assert done.returncode == 9 and said in done.stderr and "Traceback" not in done.stderr and KEY not in done.stdout + done.stderr
    missing = run("models", "test", "house")
    assert missing.returncode == 9 and "environment variable HOUSE_KEY" in missing.stderr


def test_consent_is_read_asked_and_taken_back(run: Run) -> None:
    assert run("models", "add", "big", "--kind", "anthropic", "--model", "claude-x", "--for", "coach", "--mask").returncode == 0
    listed = run("models", "list").stdout
    assert "gets nothing as coach before `caseroom models agree big`" in listed and "nothing yet" in listed
    done = run("models", "agree", "big")
    assert (
        done.returncode == 2
        and "--yes" in done.stderr
        and "the transcript of your interview" in done.stdout
        and "api.anthropic.com" in done.stdout
    )
    assert read(run, "list")["models"][0]["agreed"] == []
    assert read(run, "agree", "big", "--yes")[0]["agreed"] is True
    assert read(run, "list")["models"][0]["agreed"] == ["coach"]
    assert read(run, "agree", "big", "--withdraw")[0]["agreed"] is False
    assert run("models", "agree", "big", "--for", "poet").returncode == 2


def test_budgets_are_set_and_shown(run: Run) -> None:
    shown = read(run, "budget", "--session", "0.5", "--day-tokens", "1000", "--currency", "eur")
    assert shown == {
        "session": {"cost": 0.5, "tokens": None},
        "day": {"cost": None, "tokens": 1000},
        "currency": "EUR",
        "spent_today": {"tokens": 0, "cost": 0.0},
    }
    assert "a session: 0.5 EUR, no limit in tokens" in run("models", "budget").stdout
    assert read(run, "budget", "--off")["session"] == {"cost": None, "tokens": None}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "a", "--kind", "gpt"), 2, "Write one of openai-compatible"), (("add", "a", "--kind", "openai"), 9, "models.a.model: is missing"),
        (("add", "A b", "--kind", "openai", "--model", "m"), 9, "write something like house"), (("test", "nobody"), 2, "caseroom models add --help"),
        (("use", "poet", "a"), 2, "There is no model"), (("use", "poet"), 2, "There is no purpose"), (("remove", "nobody"), 2, "There is no model"),
        (("agree", "nobody"), 2, "There is no model"), (("budget", "--currency", "euros"), 9, "currency"),
        (("add", "a", "--kind", "local", "--file", "m.gguf", "--key", "K"), 9, "a local file has none"),
        (("add", "a", "--kind", "local", "--file", "none.gguf"), 9, "none.gguf is not there. Nothing is set up."),
        (("add", "a", "--kind", "local", "--file", "junk.gguf"), 9, "junk.gguf is no GGUF file: it begins with 'junk'"),
        (("add", "a", "--kind", "local", "--file", "cut.gguf"), 9, "of 448 bytes are there. Nothing is set up. Fetch it again"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_message(arguments: tuple[str, ...], code: int, said: str, run: Run, tmp_path: Path) -> None:
    made(tmp_path / "m.gguf")
    (tmp_path / "junk.gguf").write_text("junk", encoding="utf-8")
    made(tmp_path / "cut.gguf", (), [("a", (96,), F32, 0, 384)])
    (tmp_path / "cut.gguf").write_bytes((tmp_path / "cut.gguf").read_bytes()[:-7])
    done = run("models", *arguments)
    assert done.returncode == code and said in done.stderr and "Traceback" not in done.stderr


def test_a_file_that_was_cut_later_is_told_when_it_is_tried(run: Run, tmp_path: Path) -> None:
    file = made(tmp_path / "tiny.gguf", (), [("a", (96,), F32, 0, 384)])
    assert run("models", "add", "tiny", "--kind", "local", "--file", "tiny.gguf").returncode == 0
    assert f"file: {file}" in (tmp_path / "home" / "models.yaml").read_text(encoding="utf-8"), "it is found from any folder"
    file.write_bytes(file.read_bytes()[:-7])
    done = run("models", "test", "tiny")
    assert done.returncode == 9 and done.stderr.count("\n") == 1 and done.stdout == ""
    assert "is cut short: 441 of 448 bytes are there. Fetch it again" in done.stderr and "models install" in done.stderr


def test_a_key_is_refused_where_a_name_belongs_and_not_repeated(run: Run, tmp_path: Path) -> None:
    done = run("models", "add", "big", "--kind", "openai", "--model", "m", "--key", KEY)
    assert done.returncode == 9 and "the name of an environment variable" in done.stderr and KEY not in done.stdout + done.stderr
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()


def test_a_key_goes_into_the_keyring_and_nowhere_else(run: Run, tmp_path: Path, faulty_server: FaultyServer) -> None:
    faulty_server.key = KEY
    kept = tmp_path / "kept.json"
    (tmp_path / "ring.py").write_text(
        "import json, pathlib\nfrom keyring.backend import KeyringBackend\n"
        f"PLACE = pathlib.Path({str(kept)!r})\n"
        "class Ring(KeyringBackend):\n    priority = 1\n"
        "    def _all(self): return json.loads(PLACE.read_text()) if PLACE.exists() else {}\n"
        "    def get_password(self, s, u): return self._all().get(s + '/' + u)\n"
        "    def set_password(self, s, u, p): PLACE.write_text(json.dumps({**self._all(), s + '/' + u: p}))\n"
        "    def delete_password(self, s, u): PLACE.write_text(json.dumps({k: v for k, v in self._all().items() if k != s + '/' + u}))\n",
        encoding="utf-8",
    )
    import os

    ring = {"PYTHON_KEYRING_BACKEND": "ring.Ring", "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
    add(run, faulty_server)
    done = run("models", "key", "house", stdin=KEY + "\n", **ring)
    assert done.returncode == 0 and KEY not in done.stdout + done.stderr, done.stderr
    assert read(run, "test", "house", **ring)["text"]
    assert read(run, "list", **ring)["models"][0]["key"] == "keyring"
    kept_text = kept.read_text()
    kept.unlink()
    for path in (tmp_path / "home").rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()
    kept.write_text(kept_text)
    assert run("models", "remove", "house", **ring).returncode == 0 and json.loads(kept.read_text()) == {}
