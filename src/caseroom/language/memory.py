"""Remembered sentence vectors: int8 rows under the digest of their text, in one small file beside a case or in the cache."""

from __future__ import annotations

import hashlib
import os
import threading
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Key = int


def key_of(text: str) -> Key:
    """The key of a text: 8 bytes of its digest."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class Memory:
    """Vectors by key. A vector is kept as 384 int8 numbers; its length is one again when it is taken out."""

    def __init__(self) -> None:
        self._place: dict[Key, int] = {}
        self._rows: list[NDArray[np.int8]] = []
        self._adding = threading.Lock()

    def __contains__(self, key: Key) -> bool:
        return key in self._place

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, keys: Sequence[Key], vectors: NDArray[np.float32]) -> None:
        """Remember unit vectors, rounded to int8."""
        largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-12)
        self._keep(keys, np.round(vectors * (127.0 / largest)).astype(np.int8))

    def _keep(self, keys: Sequence[Key], rows: NDArray[np.int8]) -> None:
        with self._adding:
            for key, row in zip(keys, rows, strict=True):
                if key not in self._place:
                    self._rows.append(row)
                    self._place[key] = len(self._rows) - 1

    def rows(self, keys: Sequence[Key]) -> NDArray[np.float32]:
        """Unit vectors of remembered keys, shape (len(keys), 384)."""
        if not keys:
            return np.empty((0, 384), np.float32)
        found = np.stack([self._rows[self._place[key]] for key in keys]).astype(np.float32)
        unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit

    def load(self, path: Path, signature: str) -> bool:
        """Add what a file holds, if it is of the model with this signature. A torn or foreign file counts as none."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                if str(stored["signature"]) != signature:
                    return False
                keys, rows = stored["keys"], stored["rows"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return False
        if rows.dtype != np.int8 or rows.ndim != 2 or rows.shape != (len(keys), 384):
            return False
        self._keep([int(key) for key in keys], rows)
        return True

    def save(self, path: Path, signature: str, texts: Iterable[str]) -> None:
        """Write the vectors of these texts to a file, all or nothing."""
        keys = sorted({key_of(text) for text in texts})
        rows = np.stack([self._rows[self._place[key]] for key in keys])
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                np.savez_compressed(file, signature=np.array(signature), keys=np.array(keys, np.uint64), rows=rows)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
