"""A model file is told from what is none, and a whole one from one that is cut, by its header alone."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.gguf_made import F32, Q4_K, made, pair, text, word

from caseroom.models.gguf_file import trouble

LIST = struct.pack("<IQ", 8, 3) + word("a") + word("bc") + word("")
NUMBERS = struct.pack("<IQ3f", 6, 3, 1.0, 2.0, 3.0)
NESTED = struct.pack("<IQ", 9, 1) + struct.pack("<IQ2H", 2, 2, 1, 2)
PAIRS = [
    text("general.architecture", "llama"), pair("tokens", 9, LIST), pair("scores", 9, NUMBERS), pair("nested", 9, NESTED), pair("on", 7, b"\1"),
    pair("many", 10, struct.pack("<Q", 7)),
]  # fmt: skip
TENSORS = [("a", (5, 3), F32, 0, 60), ("b", (256, 2), Q4_K, 64, 288)]


def test_a_whole_file_has_no_trouble(tmp_path: Path) -> None:
    for version in (2, 3):
        assert trouble(made(tmp_path / "m.gguf", PAIRS, TENSORS, version=version)) == ""
    assert trouble(made(tmp_path / "m.gguf")) == ""


@pytest.mark.parametrize("aligned", [32, 64, 128])
def test_one_byte_less_is_told_with_both_sizes(tmp_path: Path, aligned: int) -> None:
    pairs = [*PAIRS, pair("general.alignment", 4, struct.pack("<I", aligned))]
    path = made(tmp_path / "m.gguf", pairs, TENSORS, aligned=aligned)
    whole = path.read_bytes()
    assert trouble(path) == ""
    path.write_bytes(whole + b"more")
    assert trouble(path) == ""
    path.write_bytes(whole[:-1])
    assert trouble(path) == f"is cut short: {len(whole) - 1:,} of {len(whole):,} bytes are there"


def test_wherever_it_is_cut_it_is_told(tmp_path: Path) -> None:
    path = made(tmp_path / "m.gguf", PAIRS, TENSORS)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert ("is no GGUF file" if length < 4 else "is cut short") in trouble(path), length


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"), (b"PK\x03\x04 zip", r"begins with 'PK\x03\x04', not with GGUF"), (b"<!DOCTYPE html>", "begins with '<!DO'"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0), "is damaged"), (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + word("a") + struct.pack("<I", 99), "is damaged"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + word("a") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 5000, "is damaged"),
        (b"GGUF" + struct.pack("<I", 1), ""), (b"GGUF" + struct.pack(">I", 3), ""),
    ],
)  # fmt: skip
def test_what_is_none_is_told(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "m.gguf").write_bytes(data)
    found = trouble(tmp_path / "m.gguf")
    assert said in found and bool(said) == bool(found)


def test_no_file_and_a_folder_are_told(tmp_path: Path) -> None:
    assert trouble(tmp_path / "none.gguf") == "is not there" and "is a folder" in trouble(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_it(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF\x03\0\0\0" + data)
    assert isinstance(trouble(tmp_path / "m.gguf"), str)
