"""WAV files, read in blocks and written whole: 8 to 32 bits, float, any rate and number of channels. It guesses nothing: a cut file is told so."""

from __future__ import annotations

import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from caseroom.speech.base import Sound, SpeechError

Frames = NDArray[np.float32]
"""One row a moment, one column a channel."""
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_OPEN_END = (0, 0xFFFFFFFF)
"""Lengths that a writer leaves who cannot go back to the head of the file."""
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Head:
    """What the file says of itself."""

    kind: int
    channels: int
    rate: int
    bits: int
    start: int
    """Where the samples begin, in bytes."""
    size: int
    """Their length in bytes, as far as it is there."""
    missing: int
    """Bytes that are announced and not there."""

    @property
    def frame(self) -> int:
        """Bytes of one moment of all channels."""
        return self.channels * self.bits // 8

    @property
    def seconds(self) -> float:
        """How long the sound is."""
        return self.size // self.frame / self.rate


def is_wav(path: Path) -> bool:
    """Whether it begins as a WAV file does."""
    with path.open("rb") as file:
        first = file.read(12)
    return first[:4] in (b"RIFF", b"RF64") and first[8:12] == b"WAVE"


def head(path: Path) -> Head:
    """Read the head of a file.

    Raises:
        SpeechError: no samples, or of a form that is not read.
    """
    with path.open("rb") as file:
        file.seek(12)
        form: tuple[int, int, int, int] | None = None
        while chunk := _chunk(file):
            name, size = chunk
            if name == b"fmt ":
                form = _form(file.read(size), path)
            elif name == b"data" and form:
                return _measured(file, path, form, size)
            file.seek(size + size % 2 - (size if name == b"fmt " else 0), 1)
    raise SpeechError(f"{path} holds no sound: it is cut short before its samples begin. Copy or record it again.")


def _chunk(file: BinaryIO) -> tuple[bytes, int] | None:
    raw = file.read(8)
    return (raw[:4], int(struct.unpack("<I", raw[4:])[0])) if len(raw) == 8 else None


def _form(raw: bytes, path: Path) -> tuple[int, int, int, int]:
    if len(raw) < 16:
        raise SpeechError(f"{path} is cut short in its head. Copy or record it again.")
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", raw[:16])
    if kind == _EXTENSIBLE and len(raw) >= 26:
        kind = struct.unpack("<H", raw[24:26])[0]
    good = (kind == _PCM and bits in (8, 16, 24, 32)) or (kind == _FLOAT and bits in (32, 64))
    if not good or not 1 <= channels <= 64 or not 1_000 <= rate <= 768_000:
        raise SpeechError(f"{path} is a WAV file of a form that is not read here. Save it as 16-bit PCM.")
    return kind, channels, rate, bits


def _measured(file: BinaryIO, path: Path, form: tuple[int, int, int, int], size: int) -> Head:
    kind, channels, rate, bits = form
    start = file.tell()
    there = path.stat().st_size - start
    if size in _OPEN_END:
        size = there
    whole = min(size, there)
    if whole < channels * bits // 8:
        raise SpeechError(f"{path} is empty: it holds no sample of sound.")
    return Head(kind, channels, rate, bits, start, whole, size - whole)


def blocks(path: Path, known: Head) -> Iterator[Frames]:
    """The samples in order, some seconds at a time."""
    with path.open("rb") as file:
        file.seek(known.start)
        left = known.size // known.frame
        while left > 0 and (raw := file.read(min(left, _BLOCK) * known.frame)):
            values = _values(raw[: len(raw) // known.frame * known.frame], known)
            left -= len(values) // known.channels
            yield values.reshape(-1, known.channels)


def _values(raw: bytes, known: Head) -> Frames:
    if known.kind == _FLOAT:
        loud = np.frombuffer(raw, "<f4" if known.bits == 32 else "<f8").astype(np.float32)
        return np.asarray(np.nan_to_num(loud, nan=0.0, posinf=1.0, neginf=-1.0).clip(-8.0, 8.0), np.float32)
    if known.bits == 8:  # the only one without a sign
        return np.asarray((np.frombuffer(raw, np.uint8).astype(np.float32) - 128) / 128, np.float32)
    if known.bits == 24:
        three = np.frombuffer(raw, np.uint8).reshape(-1, 3).astype(np.int32)
        whole = (three[:, 0] << 8 | three[:, 1] << 16 | three[:, 2] << 24) >> 8
        return (whole / 2.0**23).astype(np.float32)
    return (np.frombuffer(raw, f"<i{known.bits // 8}") / 2.0 ** (known.bits - 1)).astype(np.float32)


def write(path: Path, *channels: Sound) -> None:
    """Write 16-bit PCM, one channel for each sound; all of the file or none."""
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    longest = max(len(one.samples) for one in channels)
    table = np.zeros((longest, len(channels)), np.float32)
    for number, one in enumerate(channels):
        table[: len(one.samples), number] = one.samples
    try:
        with wave.open(str(part), "wb") as out:
            out.setnchannels(len(channels))
            out.setsampwidth(2)
            out.setframerate(channels[0].rate)
            out.writeframes((table.clip(-1.0, 1.0) * 32767).round().astype("<i2").tobytes())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
