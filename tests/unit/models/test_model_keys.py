from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from caseroom.errors import ModelError, ModelRefused
from caseroom.models.entries import Entry
from caseroom.models.keys import Secret, drop_key, find_key, keep_key, needed_key

keyring = pytest.importorskip("keyring")
KEY = "sk-planted-0123456789abcdef"
BIG = Entry("big", "openai", "m")
RING = Entry("ring", "openai", "m", key="keyring")


class InMemory(keyring.backend.KeyringBackend):  # type: ignore[misc,name-defined,unused-ignore]  # the keyring's own base
    """A keyring of its own for a test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring() -> Iterator[InMemory]:
    before, mine = keyring.get_keyring(), InMemory()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


def test_a_key_comes_from_the_environment() -> None:
    found = find_key(BIG, {"OPENAI_API_KEY": f" {KEY}\n"})
    assert found is not None and found.reveal() == KEY
    assert find_key(Entry("a", "openai", "m", key="OTHER"), {"OPENAI_API_KEY": KEY}) is None
    local = find_key(Entry("a", "openai-compatible", "m", base_url="http://x/v1"), {"OPENAI_API_KEY": KEY})
    assert local == Secret("")  # a server of one's own gets no key that was not named for it


def test_a_key_that_lacks_is_told_with_where_to_put_it() -> None:
    with pytest.raises(ModelRefused, match="Set the environment variable OPENAI_API_KEY"):
        needed_key(BIG, {})
    with pytest.raises(ModelRefused, match="caseroom models key ring"):
        needed_key(RING, {})
    for bad in ("sk-ключ-1234", "sk-line\nbreak"):
        with pytest.raises(ModelRefused, match="holds signs") as caught:
            needed_key(BIG, {"OPENAI_API_KEY": bad})
        assert bad not in str(caught.value)


def test_a_key_comes_from_the_keyring(ring: InMemory) -> None:
    keep_key("ring", KEY)
    assert ring.kept == {("caseroom", "ring"): KEY}
    assert needed_key(RING, {}).reveal() == KEY
    drop_key("ring")
    drop_key("ring")
    assert find_key(RING, {}) is None


def test_a_broken_or_missing_keyring_is_one_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("locked")

    monkeypatch.setattr(keyring, "get_password", broken)
    assert find_key(RING, {}) is None
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert find_key(RING, {}) is None
    drop_key("ring")
    with pytest.raises(ModelError, match=r"pip install 'caseroom\[models\]'"):
        keep_key("ring", KEY)


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret(KEY)
    assert KEY not in f"{secret!r} {secret} {[secret]} {secret!s:>5}"
    assert secret.hidden(f"Bearer {KEY}!") == "Bearer …!"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert secret == Secret(KEY) and secret != Secret("other") and not hasattr(secret, "__dict__")
