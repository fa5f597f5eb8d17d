from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import ROOT

from caseroom.errors import ModelError, ModelSettingsError
from caseroom.models.chat import PURPOSES
from caseroom.models.entries import KINDS, Entry, Limits, ModelSettings, Price
from caseroom.models.settings import read_settings, write_settings

KEY = "sk-planted-0123456789abcdefghij"
WHOLE = """\
format: 1
currency: EUR
models:
  house: {kind: openai-compatible, model: "qwen2.5:7b", base_url: "http://127.0.0.1:11434/v1", seconds: 20}
  big: {kind: anthropic, model: claude-x, key: MY_KEY, price: {in: 3, out: 15}, mask: on, a_minute: 30}
  ring: {kind: openai, model: gpt-x, key: keyring}
  tiny: {kind: local, file: model.gguf}
use:
  interviewer: [house, big]
  lab: [big]
budget:
  session: {cost: 0.5, tokens: 20000}
  day: {cost: 2}
"""


def read(folder: Path, text: str) -> ModelSettings:
    """The settings of a text."""
    path = folder / "models.yaml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def refused(folder: Path, text: str) -> str:
    """Why a text is refused."""
    with pytest.raises(ModelSettingsError) as caught:
        read(folder, text)
    assert caught.value.exit_code == ModelError.exit_code == 9
    return str(caught.value)


def test_without_a_file_nothing_is_set_up(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "models.yaml") == ModelSettings()
    assert read(tmp_path, "") == ModelSettings()


def test_a_whole_file(tmp_path: Path) -> None:
    settings = read(tmp_path, WHOLE)
    assert [e.name for e in settings.chain("interviewer")] == ["house", "big"] and settings.chain("coach") == []
    assert settings.session == Limits(0.5, 20000) and settings.day == Limits(2.0, None) and settings.currency == "EUR"
    big = settings.entry("big")
    assert big and big.mask and big.price == Price(3.0, 15.0) and big.key_name == "MY_KEY" and big.host == "api.anthropic.com"
    assert big.cost(1_000_000, 100_000) == pytest.approx(4.5)
    house = settings.entry("house")
    assert house and house.host == "" and house.key_name == "" and house.cost(5, 5) is None and house.seconds == 20


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    settings = read(tmp_path, WHOLE)
    write_settings(tmp_path / "deep" / "models.yaml", settings)
    assert read_settings(tmp_path / "deep" / "models.yaml") == settings
    assert not list((tmp_path / "deep").glob("*.part"))


def test_what_does_not_hold_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "models.yaml"
    settings = read(tmp_path, WHOLE)
    with pytest.raises(ModelSettingsError, match=r"^models\.bad\.base_url: is missing"):
        write_settings(path, replace(settings, entries=(Entry("bad", "openai-compatible", "m"),), use={}))
    assert read_settings(path) == settings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("models: {a: {kind: openai}}", "models.yaml:1: models.a.model: is missing"),
        ("models:\n  a:\n    kind: gpt", "models.yaml:3: models.a.kind: 'gpt' is not allowed; write one of 'openai-compatible'"),
        ("models: {a: {kind: local}}", "names? the GGUF file"),
        ("models: {A b: {kind: openai, model: m}}", "write something like house"),
        ("models: {a: {kind: openai, model: m, api_key: x}}", "api_key: is not a key of this file"),
        ("models: {a: {kind: openai, model: m, seconds: 0}}", "seconds"),
        ("models: {a: {kind: openai, model: m, base_url: 'ftp://x'}}", "is no plain address"),
        ("models: {a: {kind: openai, model: m, base_url: 'https://me:secret@host/v1'}}", "without a name, password"),
        ("use: {lab: [nobody]}", "use.lab.0: there is no model of that name"),
        ("use: {poet: [a]}", "poet"),
        ("budget: {day: {cost: -1}}", "cost"),
        ("currency: euro", "currency: 'euro' does not fit; write something like EUR"),
        ("models: [a]", "should be a"),
        ("a: [", "not valid YAML"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, text)
    assert said in problem or __import__("re").search(said, problem), problem
    assert "secret" not in problem


@pytest.mark.parametrize(
    "part",
    [
        f"key: {KEY}", f'key: "{KEY} "', "key: 12345678901234567890", f"key: [{KEY}]", f"key: {{a: {KEY}}}", f"api_key: {KEY}", f"model: {KEY}",
        f"base_url: https://host/{KEY}", f"seconds: {KEY}", f"price: {KEY}", f"mask: {KEY}", f"kind: {KEY}",
        "key: abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    ],
)  # fmt: skip
def test_a_key_in_the_file_is_refused_and_not_repeated(part: str, tmp_path: Path) -> None:
    rest = "" if part.startswith("model") else ", model: m"
    problem = refused(tmp_path, f"models: {{a: {{{'' if part.startswith('kind') else 'kind: openai, '}{part}{rest}}}}}")
    assert KEY not in problem and "1234567890" not in problem and "abcdefghijklm" not in problem


def test_hosts_on_this_machine_are_known() -> None:
    def host(address: str) -> str:
        return Entry("a", "openai-compatible", "m", address).host

    assert [host(f"http://{h}/v1") for h in ("localhost", "127.0.0.1:11434", "127.8.8.8", "[::1]:80")] == [""] * 4
    assert host("http://127.0.0.1.example.org/v1") == "127.0.0.1.example.org"
    assert host("http://192.168.1.4:8000/v1") == "192.168.1.4" and host("https://api.example.org/v1") == "api.example.org"
    assert host("http://0.0.0.0/v1") == "0.0.0.0"


def test_the_file_in_the_docs_is_true(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    settings = read(tmp_path, page.split("```yaml\n")[1].split("```")[0])
    assert [e.name for e in settings.entries] == ["house", "big", "tiny"] and settings.day.cost == 2
    assert all(f"`{kind}`" in page for kind in KINDS) and all(f"`{purpose}`" in page for purpose in PURPOSES)
