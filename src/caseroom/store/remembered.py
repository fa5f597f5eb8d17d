"""What was computed before, by content: replies of models, and windows of experiments. A cache: safe to delete, and rebuilt where it is torn."""

from __future__ import annotations

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from caseroom.errors import StoreUnusable


class Remembered:
    """Bodies by kind, key and number, in one SQLite file."""

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it anew where it is torn.

        Raises:
            StoreUnusable: the folder cannot be written.
        """
        self._path, self._lock = path, threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._base = self._open()
            except sqlite3.OperationalError:
                raise  # locked, read-only or full: not torn
            except sqlite3.DatabaseError:
                self._base = self._anew()
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from None

    def _open(self) -> sqlite3.Connection:
        base = sqlite3.connect(self._path, check_same_thread=False, timeout=10)
        try:
            base.execute("PRAGMA journal_mode=WAL")
            base.execute("PRAGMA synchronous=NORMAL")
            base.execute(
                "CREATE TABLE IF NOT EXISTS remembered (kind TEXT, key TEXT, number INTEGER, body BLOB, PRIMARY KEY (kind, key, number))"
            )
            base.commit()
        except sqlite3.Error:
            base.close()
            raise
        return base

    def _anew(self) -> sqlite3.Connection:
        """An empty file in the place of a torn one, and of what SQLite keeps beside it."""
        for end in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)
        return self._open()

    def _unusable(self, error: Exception) -> StoreUnusable:
        said = str(error)
        advice = (
            "The disk is full; free some space and go on with `caseroom runs go-on`."
            if "full" in said
            else "Check the folder CASEROOM_HOME."
        )
        return StoreUnusable(f"What was computed cannot be kept in {self._path}: {said}. {advice}")

    def bodies(self, kind: str, key: str) -> Iterator[Any]:
        """The bodies under a key in the order of their numbers, one at a time, up to the first that lacks or is torn."""
        number = 0
        while (body := self.body(kind, key, number)) is not None:
            yield body
            number += 1

    def body(self, kind: str, key: str, number: int = 0) -> Any:
        """One body; None if it is not there, or torn."""
        query = "SELECT body FROM remembered WHERE kind = ? AND key = ? AND number = ?"
        with self._lock:
            try:
                row = self._base.execute(query, (kind, key, number)).fetchone()
                return None if row is None else json.loads(zlib.decompress(row[0]))
            except (sqlite3.Error, ValueError, zlib.error):
                return None

    def keep(self, kind: str, rows: Sequence[tuple[str, int, Any]]) -> None:
        """Keep bodies by key and number, all or none.

        Raises:
            StoreUnusable: the disk is full.
        """
        packed = [(kind, key, number, zlib.compress(json.dumps(body).encode(), 1)) for key, number, body in rows]
        with self._lock:
            try:
                try:
                    self._insert(packed)
                except sqlite3.OperationalError:
                    raise
                except sqlite3.DatabaseError:  # torn after it was opened
                    self._base.close()
                    self._base = self._anew()
                    self._insert(packed)
            except (OSError, sqlite3.Error) as error:
                raise self._unusable(error) from None

    def _insert(self, rows: list[tuple[str, str, int, bytes]]) -> None:
        with self._base:
            self._base.executemany("INSERT OR REPLACE INTO remembered VALUES (?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()
