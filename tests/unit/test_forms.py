from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field

from caseroom.errors import CaseError, DataError
from caseroom.forms import Form, Slug, Text, read_text, read_yaml


class Part(Form):
    name: Slug
    kind: Literal["a", "b"] = "a"
    share: float = 0.5


class Whole(Form):
    title: Text
    live: bool = False
    parts: list[Part] = Field(default=[], min_length=0)


def problems(path: Path, text: str | bytes) -> list[str]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError) as caught:
        read_yaml(path, Whole.model_validate, DataError, {"name": "first-part"})
    return [problem.replace(str(path), "F") for problem in caught.value.problems]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "whole.yaml"


def test_a_file_is_read_with_its_lines(path: Path) -> None:
    path.write_text("title: Grüße 🙂 مرحبا\nlive: on\nparts:\n  - name: one\n  - {name: two, kind: b}\n", encoding="utf-8")
    whole, lines = read_yaml(path, Whole.model_validate)
    assert (whole.title, whole.live, [part.name for part in whole.parts]) == ("Grüße 🙂 مرحبا", True, ["one", "two"])
    assert lines["parts", 1, "kind"] == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("live: off\n", "F:1: title: is missing; add `title: ...`"),
        ("title: x\n\ncolour: red\n", "F:3: colour: is not a key of this file; remove it"),
        ("title: x\nparts:\n- {name: one, kind: c}\n", "F:3: parts.0.kind: 'c' is not allowed; write one of 'a' or 'b'"),
        ("title: x\nparts:\n- {name: One Part}\n", "F:3: parts.0.name: 'One Part' does not fit; write something like first-part"),
        ("title: 12\n", "F:1: title: 12 is not text; put it in double quotes"),
        ("title: x\nlive: maybe\n", "F:2: live: 'maybe' is neither `on` nor `off`"),
        ("title: x\nparts: {name: one}\n", "F:2: parts: should be a list, not dict"),
        ("- title\n", "F:1: the file: should be a block of keys, not list"),
        ("", "F:1: the file: should be a block of keys, not NoneType"),
        ("title: a: b\n", "F:1: not valid YAML"),
        ("title: x\ntitle: y\n", "F:2: not valid YAML: the key 'title' stands twice; keep one"),
        ("title: x\n\tbad\n", "F:2: not valid YAML"),
        (b"title: \xff\xfe\n", "F: not UTF-8 text (byte 7); save it as UTF-8"),
        ("title: x\nparts:\n- {name: one, share: .nan}\n", "F:3: parts.0.share: "),
        ("title: x\nparts:\n- {name: one, share: .inf}\n", "F:3: parts.0.share: "),
        ("title: x\n[a, b]: c\n", "F:2: not valid YAML"),
        ("{a: b}: c\n", "F:1: not valid YAML"),
        ("title: &t [*t]\n", "F:1: not valid YAML"),
        ("title: 2026-13-45\n", "F:1: not valid YAML"),
        ("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n" + "".join(f"{y}: &{y} [{','.join([f'*{x}'] * 9)}]\n" for x, y in zip("cdefghij", "defghijk", strict=True)), "F:1: not valid YAML"),
    ],
)  # fmt: skip
def test_a_problem_names_line_and_field_and_what_to_write(path: Path, text: str | bytes, said: str) -> None:
    found = problems(path, text)
    assert any(problem.startswith(said) for problem in found), found


def test_all_problems_are_told_at_once(path: Path) -> None:
    assert len(problems(path, "live: perhaps\nparts:\n- {kind: z}\n- {name: '', more: 1}\n")) == 6


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    made: list[Any] = []

    def note(found: list[str]) -> Exception:
        made.append(found)
        return CaseError(found)

    with pytest.raises(CaseError, match="cannot be read"):
        read_text(tmp_path / "none.yaml", note)
    assert made and "none.yaml" in made[0][0]
