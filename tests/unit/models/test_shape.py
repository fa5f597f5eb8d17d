from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, Field

from caseroom.models.shape import asked_for, problems, read_object


class Part(BaseModel):
    """A part."""

    turn: int = Field(ge=1)
    kind: str | None = None


class Whole(BaseModel):
    """As callers make their schemas."""

    parts: list[Part] = Field(min_length=1, max_length=3)
    name: str = Field(max_length=5)
    sure: bool


SCHEMA = Whole.model_json_schema()
GOOD = {"parts": [{"turn": 1, "kind": None}], "name": "abc", "sure": True}


def test_what_fits_fits() -> None:
    assert list(problems(GOOD, SCHEMA)) == []
    assert read_object('{"parts": [{"turn": 2}], "name": "", "sure": false}', SCHEMA)[1] == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"parts": []}, "at least 1"), ({"parts": [{"turn": 1}] * 4}, "at most 3"), ({"parts": [{"turn": 0}]}, "at least 1"),
        ({"parts": [{"turn": 1.5}]}, "no integer"), ({"parts": [{"turn": True}]}, "no integer"), ({"parts": [{"turn": 1, "kind": 3}]}, "fits none"),
        ({"parts": "x"}, "no array"), ({"name": "abcdef"}, "at most 5"), ({"name": None}, "no string"), ({"sure": "yes"}, "no boolean"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(change: dict[str, Any], said: str) -> None:
    assert said in next(problems({**GOOD, **change}, SCHEMA))


def test_what_lacks_or_is_too_much_is_said() -> None:
    assert "lacks 'sure'" in next(problems({"parts": [{"turn": 1}], "name": ""}, SCHEMA))
    closed = {"type": "object", "properties": {"a": {"enum": ["x", None]}}, "additionalProperties": False}
    assert "not allowed" in next(problems({"b": 1}, closed))
    assert "none of" in next(problems({"a": "y"}, closed))
    assert list(problems({"a": None}, closed)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON"), ("yes", "no JSON"), ("[]", "no JSON object"), ("null", "no JSON object"), ('{"a": NaN}', "NaN"), ('{"a": 1} and', "no JSON"),
        ("{'a': 1}", "no JSON"), ('{"a": 1', "no JSON"), ("{" * 100_000, "no JSON"), ("```json\n{}\n``` done", "no JSON"),
    ],
)  # fmt: skip
def test_text_is_read_strictly(text: str, said: str) -> None:
    data, problem = read_object(text, {"type": "object"})
    assert data is None and said in problem


def test_a_fence_around_it_is_allowed() -> None:
    assert read_object('  ```json\n{"a": 1}\n```\n', {"type": "object"}) == ({"a": 1}, "")
    assert '"type": "object"' in asked_for({"type": "object"})
