from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from caseroom.errors import StoreUnusable
from caseroom.store.remembered import Remembered


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "lab.db"


@pytest.fixture
def kept(path: Path) -> Iterator[Remembered]:
    made = Remembered(path)
    yield made
    made.close()


def test_bodies_come_back_in_order(kept: Remembered, path: Path) -> None:
    kept.keep("window", [("k", 1, {"b": None}), ("k", 0, {"a": "🙂"}), ("other", 0, [])])
    kept.keep("reply", [("k", 0, "a reply")])
    other = Remembered(path)
    assert list(other.bodies("window", "k")) == [{"a": "🙂"}, {"b": None}]
    assert other.body("reply", "k") == "a reply" and other.body("window", "none") is None and other.body("window", "other") == []
    other.close()


def test_numbers_keep_their_last_bit(kept: Remembered) -> None:
    numbers = [0.1 + 0.2, 1e-300, 5e-324, 1 / 3, float("nan")]
    kept.keep("w", [("k", 0, numbers)])
    found = kept.body("w", "k")
    assert found[:4] == numbers[:4] and found[4] != found[4]


def test_it_ends_before_what_lacks_or_is_torn(kept: Remembered, path: Path) -> None:
    kept.keep("w", [("k", number, number) for number in (0, 1, 2, 4)])
    assert list(kept.bodies("w", "k")) == [0, 1, 2]
    with sqlite3.connect(path) as base:
        base.execute("UPDATE remembered SET body = ? WHERE number = 1", (b"torn",))
    base.close()
    assert list(kept.bodies("w", "k")) == [0]
    kept.keep("w", [("k", 1, "mended")])
    assert list(kept.bodies("w", "k")) == [0, "mended", 2]


@pytest.mark.parametrize("torn", [b"no database, but more than forty bytes of something else" * 20, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_torn_file_is_made_anew(path: Path, torn: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(torn)
    path.with_name("lab.db-wal").write_bytes(b"left over")
    made = Remembered(path)
    assert made.body("w", "k") is None
    made.keep("w", [("k", 0, 1)])
    assert made.body("w", "k") == 1
    made.close()


def test_a_file_torn_while_it_is_open_is_made_anew(path: Path) -> None:
    made = Remembered(path)
    made.keep("w", [("k", number, "x" * 9000 + str(number)) for number in range(50)])
    made.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))
    made = Remembered(path)
    assert list(made.bodies("w", "k")) == []
    made.keep("w", [("k", 0, "again")])
    assert list(made.bodies("w", "k")) == ["again"]
    made.close()


def test_a_locked_file_is_not_thrown_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Remembered(path)
    made.keep("w", [("k", 0, 1)])
    made.close()
    holder = sqlite3.connect(path)
    holder.execute("PRAGMA journal_mode=DELETE")
    holder.execute("BEGIN EXCLUSIVE")
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda where, **more: connect(where, **{**more, "timeout": 0.05}))
    with pytest.raises(StoreUnusable, match="locked"):
        Remembered(path)
    holder.rollback()
    holder.close()
    again = Remembered(path)
    assert again.body("w", "k") == 1
    again.close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnusable, match="CASEROOM_HOME"):
        Remembered(tmp_path / "file" / "lab.db")


def test_a_full_disk_is_told_and_keeps_what_there_was(kept: Remembered) -> None:
    kept.keep("w", [("k", 0, 1)])
    pages = kept._base.execute("PRAGMA page_count").fetchone()[0]
    kept._base.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnusable, match="The disk is full"):
        kept.keep("w", [("k", 1, os.urandom(90_000).hex())])
    assert list(kept.bodies("w", "k")) == [1]


def test_threads_share_it(kept: Remembered) -> None:
    def work(name: str) -> None:
        for number in range(20):
            kept.keep("w", [(name, number, number)])
            assert kept.body("w", name, number) == number

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(list(kept.bodies("w", name)) == list(range(20)) for name in "abcd")


def test_two_processes_write_side_by_side(kept: Remembered, path: Path) -> None:
    code = "import sys; from pathlib import Path; from caseroom.store.remembered import Remembered\nr = Remembered(Path(sys.argv[1]))\nfor n in range(60): r.keep('w', [(sys.argv[2], n, n)])"  # fmt: skip
    others = [subprocess.Popen([sys.executable, "-W", "ignore", "-c", code, str(path), name]) for name in "ab"]
    for number in range(60):
        kept.keep("w", [("mine", number, number)])
    assert [other.wait(30) for other in others] == [0, 0]
    assert all(list(kept.bodies("w", name)) == list(range(60)) for name in ("mine", "a", "b"))
