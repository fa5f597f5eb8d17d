"""A candidate's own words in a report: each sentence once, with the fields of the proposal that it set. It quotes; it shortens and judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def once(words_of: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int | None], list[str]]:
    """Of each sentence and its turn the paths of what it set, in order."""
    found: dict[tuple[str, int | None], list[str]] = {}
    for said in words_of:
        found.setdefault((said["quote"], said["turn"]), []).append(said["path"])
    return found


def in_section(path: str) -> str:
    """A field within its section: "retrieve.top_k"."""
    return path.partition(".")[2] or path


def for_people(path: str) -> str:
    """The same for people: "retrieve: top k"."""
    return in_section(path).replace(".", ": ").replace("_", " ")
