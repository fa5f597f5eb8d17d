"""Write the skeleton of a new case: small, commented, and whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from caseroom.cases.files import PointForm
from caseroom.cases.load import common_rubric
from caseroom.errors import UsageError
from caseroom.steps import STEPS

_TEMPLATES = Path(__file__).parent / "skeleton"
_FILES = ("case.yaml", "facts.yaml", "rubric.yaml", "turns.yaml")
_OWN = {
    "1.04": "How many enquiries land on the desk on an ordinary day, and how many after a holiday?",
    "4.01": "The answer I fear most is one that tells a reader her fee is waived when it isn't: she gets a bill and a letter, and trust is gone.",
}  # fmt: skip


def write_skeleton(folder: Path) -> list[Path]:
    """Write the files of a new case; returns their paths.

    Raises:
        UsageError: the folder's name cannot be an id, or it holds something already.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", folder.resolve().name):
        raise UsageError(f"The folder's name becomes the case's id: lower-case words joined by hyphens, not {folder.name!r}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there and not empty; name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        (folder / name).write_text((_TEMPLATES / name).read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "strong.md").write_text(strong_of(), encoding="utf-8")
    return [folder / name for name in (*_FILES, "strong.md")]


def strong_of(own: Mapping[str, str] | None = None) -> str:
    """A strong answer from the common rubric's own examples, to be replaced paragraph by paragraph; `own` are those of a case, by point."""
    mine = {**_OWN, **own} if own else _OWN
    parts = ["<!-- A strong answer: one paragraph a point. These are general; write them anew in this case's words and figures. -->"]
    for step in STEPS:
        parts.append(f"## {step.title}")
        parts += [f"`{p.id}` {mine.get(p.id) or _example(p)}" for p in common_rubric() if p.step == step.id and p.weight == "core"]
    return "\n\n".join(parts) + "\n"


def _example(point: PointForm) -> str:
    return point.examples[0]
