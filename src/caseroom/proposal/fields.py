"""What fields a frozen dataclass declares, by name: the class of a part also where it is empty, the entries of a list of names. Reads types, never values."""

from __future__ import annotations

import dataclasses
import types
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


@cache
def kinds(owner: type) -> dict[str, Any]:
    """The fields of a class with their types, bounds and other notes taken off."""
    hints = get_type_hints(owner)
    return {field.name: hints[field.name] for field in dataclasses.fields(owner)}


def part(kind: Any) -> type | None:
    """The class of a part, be it optional or not; None for a plain value."""
    options = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    return next((option for option in options if isinstance(option, type) and dataclasses.is_dataclass(option)), None)


def entries(kind: Any) -> tuple[str, ...]:
    """The names that may stand in a list; none for what is no list of names."""
    if get_origin(kind) is not tuple:
        return ()
    inner = get_args(kind)[0]
    return tuple(get_args(inner)) if get_origin(inner) is Literal else ()


def follow(owner: type, path: str) -> Any:
    """The type of the field at a path; of an entry of a list `bool`, whether it is among them.

    Raises:
        AttributeError: no such field.
    """
    kind: Any = owner
    for name in path.split("."):
        holder = part(kind)
        if holder is not None and name in kinds(holder):
            kind = kinds(holder)[name]
        elif holder is None and name in entries(kind):
            kind = bool
        else:
            raise AttributeError(f"there is no field {path}")
    return kind
