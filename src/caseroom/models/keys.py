"""Keys of providers: from the environment or the system's keyring, never from a file. A key is shown nowhere, not even in `repr`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caseroom.errors import ModelError, ModelRefused
from caseroom.models.entries import KEYRING, Entry

SERVICE = "caseroom"
"""The name under which the keyring holds our keys; the entry's name stands beside it."""


class Secret:
    """A key that does not print itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key; for the provider's client alone."""
        return self._value

    def hidden(self, text: str) -> str:
        """A text without the key."""
        return text.replace(self._value, "…") if self._value else text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    __hash__ = None  # type: ignore[assignment]  # kept in no set

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> str:
        raise TypeError("a key is not written anywhere")


def find_key(entry: Entry, environment: Mapping[str, str]) -> Secret | None:
    """The key of an entry; an empty one where none is needed, None where one is needed and is not there."""
    name = entry.key_name
    if not name:
        return Secret("")
    value = _from_keyring(entry.name) if name == KEYRING else environment.get(name, "").strip()
    return Secret(value) if value else None


def needed_key(entry: Entry, environment: Mapping[str, str]) -> Secret:
    """The key of an entry.

    Raises:
        ModelRefused: it is needed, and is not there, or cannot be sent; with where to put it.
    """
    key = find_key(entry, environment)
    if key is None:
        raise ModelRefused(f"{entry.name}: its key is not there. {_where(entry)}")
    if not key.reveal().isascii() or not key.reveal().isprintable():
        raise ModelRefused(f"{entry.name}: its key holds signs that no key has. {_where(entry)}")
    return key


def _where(entry: Entry) -> str:
    if entry.key_name == KEYRING:
        return f"`caseroom models key {entry.name}` puts it into the keyring."
    return f"Set the environment variable {entry.key_name}, or put it into the keyring: `caseroom models key {entry.name}`."


def keep_key(name: str, value: str) -> None:
    """Put a key into the system's keyring.

    Raises:
        ModelError: there is no keyring.
    """
    keyring = _keyring()
    try:
        keyring.set_password(SERVICE, name, value)
    except keyring.errors.KeyringError as error:
        raise _without_keyring(type(error).__name__) from None


def drop_key(name: str) -> None:
    """Take a key out of the keyring, if it is there."""
    try:
        keyring = _keyring()
        keyring.delete_password(SERVICE, name)
    except ModelError:
        pass
    except Exception:  # none there, or no keyring: nothing to take out
        pass


def _from_keyring(name: str) -> str:
    try:
        return _keyring().get_password(SERVICE, name) or ""
    except ModelError:
        return ""
    except Exception:  # a locked or broken keyring is one without the key; backends raise their own kinds
        return ""


def _keyring() -> Any:
    """The module; it is an extra."""
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise ModelError("The system's keyring needs an extra: `pip install 'caseroom[models]'`.") from None
    return keyring


def _without_keyring(why: str) -> ModelError:
    return ModelError(f"The system's keyring cannot be used ({why}). Keep the key in an environment variable instead.")
