"""Is a file a whole GGUF file? Its header says where the last tensor ends; no weight is read, nothing is loaded, and the form is llama.cpp's own
(docs/gguf.md of ggml: version 2 and 3)."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MAGIC = b"GGUF"
_READ = (2, 3)
"""Versions whose header is read here; of others only the beginning is checked."""
_NUMBERS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a value by its kind."""
_TEXT, _LIST = 8, 9
_LONGEST = 1 << 24
"""Bytes of a text, entries of a list, tensors: what is above is no header but chance."""
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 10: (256, 84), 11: (256, 110), 12: (256, 144),
    13: (256, 176), 14: (256, 210), 16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
"""Weights in a block of a kind, and its bytes. A kind that is not here counts as one byte: the file may then pass, and is told by the runtime."""


FETCH = "Fetch it again, or take one that is known: `caseroom models install qwen2.5-coder-1.5b`."
"""What to do about a file that is not whole."""


class _Ends(Exception):
    """The file ends within its header."""


class _Strange(Exception):
    """The header holds what no header holds."""


def trouble(path: Path) -> str:
    """What keeps a file from being a model, as the end of a sentence that begins with its name; empty where nothing does, as far as the header tells."""
    if path.is_dir():
        return "is a folder; name the GGUF file in it"
    try:
        return _trouble(path)
    except FileNotFoundError:
        return "is not there"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _trouble(path: Path) -> str:
    size = path.stat().st_size
    with path.open("rb") as file:
        if (begin := file.read(4)) != MAGIC:
            begins = f"it begins with {begin.decode('latin-1')!r}, not with GGUF" if begin else "it is empty"
            return f"is no GGUF file: {begins}"
        try:
            needed = _needed(file)
        except _Ends:
            return f"is cut short: its {size:,} bytes end within its own header"
        except (_Strange, RecursionError):
            return "is damaged: its header cannot be read"
    return f"is cut short: {size:,} of {needed:,} bytes are there" if size < needed else ""


def _needed(file: BinaryIO) -> int:
    """The bytes that a whole file has at least."""
    if _number(file, "<I") not in _READ:
        return 0
    tensors, pairs = _count(file), _count(file)
    aligned = 32
    for _ in range(pairs):
        name, kind = _text(file), _number(file, "<I")
        if name == b"general.alignment" and kind == 4:
            aligned = _number(file, "<I")
        else:
            _skip(file, kind)
    ends = list(_ends(file, tensors))
    if not 0 < aligned <= _LONGEST:
        raise _Strange
    return -(-file.tell() // aligned) * aligned + max(ends) if ends else file.tell()


def _ends(file: BinaryIO, tensors: int) -> Iterator[int]:
    """Where each tensor ends, from where the data begin."""
    for _ in range(tensors):
        _text(file)
        weights = math.prod(_number(file, "<Q") for _ in range(_number(file, "<I") & 0xFF))
        in_block, size = _BLOCKS.get(_number(file, "<I"), (weights or 1, 1))
        yield _number(file, "<Q") + -(-weights // in_block) * size


def _skip(file: BinaryIO, kind: int) -> None:
    if kind == _TEXT:
        _text(file)
    elif kind == _LIST:
        inner, count = _number(file, "<I"), _count(file)
        if inner in _NUMBERS:
            _bytes(file, _NUMBERS[inner] * count)
        else:
            for _ in range(count):
                _skip(file, inner)
    elif kind in _NUMBERS:
        _bytes(file, _NUMBERS[kind])
    else:
        raise _Strange


def _text(file: BinaryIO) -> bytes:
    return _bytes(file, _count(file))


def _count(file: BinaryIO) -> int:
    count = _number(file, "<Q")
    if count > _LONGEST:
        raise _Strange
    return count


def _number(file: BinaryIO, form: str) -> int:
    value: int = struct.unpack(form, _bytes(file, struct.calcsize(form)))[0]
    return value


def _bytes(file: BinaryIO, count: int) -> bytes:
    found = file.read(count)
    if len(found) < count:
        raise _Ends
    return found
