"""Chunks ready to be searched: by their words and by their meaning. In memory, saved to a folder.

Adding and deleting only change a table; what a search needs is derived from it when the next search comes. So a change costs no more
than encoding what is new, and the same documents give the same index in whatever order they came.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caseroom.errors import DataError
from caseroom.language.encoder import Encoder, Vectors
from caseroom.pipeline.documents import EVERYONE, Chunk
from caseroom.pipeline.keyword import Keyword, terms

FORMAT = 1
_BLOCK = 512
"""So many chunks are encoded at a time, which bounds the memory of their tokens."""
Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]


def searched(chunk: Chunk) -> str:
    """What is encoded and whose words are counted: title and headings say what a chunk is about, its text often does not."""
    return "\n".join(part for part in (chunk.title, chunk.heading, chunk.text) if part)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All chunks of a moment, one a row, in the order of their documents' ids; it stays as it is when the index changes."""

    chunks: tuple[Chunk, ...]
    digest: str
    """Of all chunks and what is known of them."""
    keyword: Keyword
    vectors: Vectors | None
    """Unit vectors, shape (chunks, 384); None without an encoder."""
    current: Mask
    by_access: Mapping[str, Rows]
    by_topic: Mapping[str, Rows]

    def candidates(self, *, roles: frozenset[str] | None, topic: str | None, current_only: bool) -> Mask:
        """Which rows may be searched at all. None for `roles`: no check of permissions; None for `topic`: any."""
        mask = self.current.copy() if current_only else np.ones(len(self.chunks), np.bool_)
        if roles is not None:
            mask &= self._any(self.by_access, roles | {EVERYONE})
        if topic is not None:
            mask &= self._any(self.by_topic, {topic})
        return mask

    def _any(self, rows: Mapping[str, Rows], keys: Iterable[str]) -> Mask:
        mask = np.zeros(len(self.chunks), np.bool_)
        for key in keys:
            mask[rows.get(key, [])] = True
        return mask


class Index:
    """Documents' chunks by document, with the terms of each; several threads may use it."""

    def __init__(self, encoder: Encoder | None) -> None:
        """`encoder`: None for an index that is searched by keyword only."""
        self.encoder = encoder
        self._held: dict[str, tuple[list[Chunk], list[list[str]]]] = {}
        self._made: Snapshot | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many chunks."""
        with self._lock:
            return sum(len(chunks) for chunks, _ in self._held.values())

    def add(self, chunks: Sequence[Chunk], progress: Callable[[int, int], None] | None = None) -> None:
        """Add chunks; all chunks of a document come in one call, since they replace what was there of it.

        `progress` is told (encoded, all), after each 512 chunks.
        """
        if self.encoder:
            for start in range(0, len(chunks), _BLOCK):
                block = chunks[start : start + _BLOCK]
                self.encoder.encode([searched(chunk) for chunk in block])  # which remembers their vectors
                if progress:
                    progress(start + len(block), len(chunks))
        fresh: dict[str, tuple[list[Chunk], list[list[str]]]] = {}
        for chunk in chunks:
            own, words = fresh.setdefault(chunk.document, ([], []))
            own.append(chunk)
            words.append(terms(searched(chunk)))
        with self._lock:
            self._held |= fresh
            self._made = None

    def delete(self, document: str) -> None:
        """Take a document out; one that is not there is none. The next search and the next `save` know nothing of it."""
        with self._lock:
            if self._held.pop(document, None):
                self._made = None

    @property
    def signature(self) -> str:
        """Which chunks, searched how: equal signatures find equal passages."""
        made = self.snapshot()
        dense = self.encoder.signature if self.encoder else "none"
        return f"chunks:{len(made.chunks)}|digest:{made.digest}|keyword:{made.keyword.signature}|dense:{dense}"

    def snapshot(self) -> Snapshot:
        """What a search computes from, made anew if something changed since."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    def _make(self) -> Snapshot:
        held = [self._held[document] for document in sorted(self._held)]
        chunks = tuple(chunk for own, _ in held for chunk in own)
        return Snapshot(
            chunks=chunks,
            digest=hashlib.sha256("\n".join(map(_line, chunks)).encode()).hexdigest()[:12],
            keyword=Keyword([words for _, texts in held for words in texts]),
            vectors=self.encoder.encode([searched(chunk) for chunk in chunks]) if self.encoder else None,
            current=np.array([chunk.valid for chunk in chunks], np.bool_),
            by_access=_rows(chunk.access for chunk in chunks),
            by_topic=_rows(chunk.topic for chunk in chunks),
        )

    def save(self, folder: Path) -> None:
        """Write the index to a folder: `chunks.jsonl`, and the vectors so that they need not be computed again. Each all or nothing."""
        made = self.snapshot()
        folder.mkdir(parents=True, exist_ok=True)
        vectors, chunks = folder / "vectors.npz", folder / "chunks.jsonl"
        if self.encoder and made.chunks:
            self.encoder.memory.save(vectors, self.encoder.signature, map(searched, made.chunks))
        else:
            vectors.unlink(missing_ok=True)
        part = chunks.with_name(f"{chunks.name}.{os.getpid()}.part")
        try:
            head = json.dumps({"format": FORMAT, "digest": made.digest})
            part.write_text("\n".join([head, *map(_line, made.chunks)]) + "\n", encoding="utf-8")
            part.replace(chunks)
        finally:
            part.unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path, encoder: Encoder | None, progress: Callable[[int, int], None] | None = None) -> Index:
        """Read a saved index. Vectors that are missing, torn or of other weights are computed again, and only those.

        Raises:
            DataError: there is none in the folder, it is torn, or a newer caseroom wrote it.
        """
        chunks = _read(folder / "chunks.jsonl")
        if encoder:
            encoder.memory.load(folder / "vectors.npz", encoder.signature)
        index = cls(encoder)
        index.add(chunks, progress)
        return index


def _rows(keys: Iterable[str]) -> dict[str, Rows]:
    found: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        found.setdefault(key, []).append(row)
    return {key: np.array(rows) for key, rows in found.items()}


def _line(chunk: Chunk) -> str:
    return json.dumps({**asdict(chunk), "updated": chunk.updated.isoformat() if chunk.updated else None}, ensure_ascii=False)


def _read(path: Path) -> list[Chunk]:
    again = "Build the index again from the documents."
    try:
        head, *lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        said = json.loads(head)
    except (OSError, ValueError) as error:
        raise DataError([f"{path}: is no saved index ({error}). {again}"]) from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise DataError([f"{path}: was written by another caseroom. {again}"])
    if hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12] != said.get("digest"):
        raise DataError([f"{path}: is torn or was changed by hand. {again}"])
    return [_chunk(json.loads(line)) for line in lines if line]


def _chunk(row: dict[str, Any]) -> Chunk:
    return Chunk(**{**row, "updated": date.fromisoformat(row["updated"]) if row["updated"] else None})
