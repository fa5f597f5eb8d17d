from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from tests.gguf_made import made, text

from caseroom.errors import ModelError
from caseroom.models.base import NOTHING, Request, Wanted
from caseroom.models.local import Local, parsed

FIELDS = Request("fields", "t", "i", wanted=(Wanted("rate", "money", "?"), Wanted("kind", "label", "?", values=(("car", "a car"),)), Wanted("ok", "flag", "?")))  # fmt: skip
ANSWER = Request("answer", "t", "i")


def test_without_a_file_it_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"technical\.model\.file names no GGUF file"):
        Local(None)
    with pytest.raises(ModelError, match="is not there"):
        Local(str(tmp_path / "none.gguf"))
    with pytest.raises(ModelError, match="is not there"):
        Local(str(tmp_path))


def test_without_the_runtime_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    made(tmp_path / "m.gguf")
    with pytest.raises(ModelError, match=r"pip install 'caseroom\[local\]'"):
        Local(str(tmp_path / "m.gguf"))


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"is no GGUF file: it begins with 'no m'.*Fetch it again"):
        Local(str(tmp_path / "m.gguf"))


@pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="needs caseroom[local]")
def test_what_the_runtime_cannot_load_is_told_without_its_own_lines(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = made(tmp_path / "m.gguf", pairs=[text("general.architecture", "none that there is")])
    with pytest.raises(ModelError, match=r"cannot be loaded.*context of 4096 tokens") as told:
        Local(str(path)).generate([ANSWER])
    assert "check the input params" not in str(told.value)
    assert capfd.readouterr() == ("", "")


def test_words_are_a_reply_or_an_abstention() -> None:
    reply = parsed(ANSWER, "  Within 14 days.\n", 0.5, 10, 4)
    assert (reply.text, reply.abstained, reply.seconds, reply.tokens_in, reply.tokens_out) == ("Within 14 days.", False, 0.5, 10, 4)
    for words in ("I don't know.", "Sorry, I don’t know", "i do not know"):
        gave_up = parsed(ANSWER, words, 0.1, 1, 1)
        assert gave_up.abstained and gave_up.text == NOTHING


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"rate": 14.2, "kind": "car", "ok": "yes"}', {"rate": 14.2, "kind": "car", "ok": "yes"}),
        ('```json\n{"rate": null, "kind": "null", "extra": 1}\n```', {"rate": None, "kind": None, "ok": None}),
        ('{"rate": [1], "kind": {"a": 1}, "ok": true}', {"rate": None, "kind": None, "ok": True}),
        ('{"rate": NaN, "kind": "car", "ok": Infinity}', {"rate": None, "kind": "car", "ok": None}),
        ('{"rate": 1e999, "kind": "car"}', {"rate": None, "kind": "car", "ok": None}),
    ],
)
def test_values_come_out_of_json(text: str, values: dict[str, object]) -> None:
    reply = parsed(FIELDS, text, 0.1, 1, 1)
    assert dict(reply.values) == values and reply.error is None


@pytest.mark.parametrize("text", ["", "no idea", "[1, 2]", '{"rate": 1', "{'rate': 1}", "{} {}"])
def test_a_reply_without_form_is_an_error_of_this_item(text: str) -> None:
    assert parsed(FIELDS, text, 0.1, 1, 1).error == "the reply is no JSON object"
