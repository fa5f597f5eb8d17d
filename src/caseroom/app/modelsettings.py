"""The settings of the large models as the use-cases read them: once, and again when their file changes. Never holds a key."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from caseroom.app.interviews import Room
from caseroom.errors import UsageError
from caseroom.models.entries import Entry, ModelSettings
from caseroom.models.settings import read_settings


def settings_path(room: Room) -> Path:
    """The file of the settings; it need not be there."""
    return room.settings.home / "models.yaml"


def settings_of(room: Room) -> ModelSettings:
    """The settings, read again when their file changes.

    Raises:
        ModelSettingsError: they do not hold.
    """
    path = settings_path(room)
    try:
        known = path.stat()
    except OSError:
        return ModelSettings()
    return _settings(path, known.st_mtime_ns, known.st_size)


@lru_cache(maxsize=8)
def _settings(path: Path, _written: int, _size: int) -> ModelSettings:
    return read_settings(path)


def entry_of(room: Room, name: str) -> Entry:
    """The entry of that name.

    Raises:
        UsageError: there is none.
    """
    settings = settings_of(room)
    if entry := settings.entry(name):
        return entry
    names = ", ".join(e.name for e in settings.entries)
    raise UsageError(
        f"There is no model {name!r}. {f'There are: {names}.' if names else '`caseroom models add --help` says how to set one up.'}"
    )
