"""Small GGUF files, written by hand: a header with what a test wants in it, and as many bytes of weights as it announces."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

Tensor = tuple[str, tuple[int, ...], int, int, int]
"""Name, shape, kind, where it begins, bytes."""
F32, Q4_K = 0, 12


def word(text: str) -> bytes:
    """A text as the form has it."""
    return struct.pack("<Q", len(text.encode())) + text.encode()


def pair(name: str, kind: int, value: bytes) -> bytes:
    """A name with its value."""
    return word(name) + struct.pack("<I", kind) + value


def text(name: str, value: str) -> bytes:
    """A name with a text."""
    return pair(name, 8, word(value))


def made(path: Path, pairs: Sequence[bytes] = (), tensors: Sequence[Tensor] = (), *, version: int = 3, aligned: int = 32) -> Path:
    """A whole file."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(pairs)) + b"".join(pairs)
    for name, shape, kind, begins, _ in tensors:
        head += word(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, begins)
    data = max((begins + size for *_, begins, size in tensors), default=0)
    path.write_bytes(head + (b"\0" * (-len(head) % aligned + data) if tensors else b""))
    return path
