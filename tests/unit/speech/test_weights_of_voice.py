from __future__ import annotations

import json
from pathlib import Path

import pytest

from caseroom.speech import weights
from caseroom.speech.base import SpeechError
from caseroom.speech.install import from_folder, remove
from caseroom.speech.weights import checked, folder_of, names, stamp, verify


def small(folder: Path) -> Path:
    """A folder in the form of a recogniser. Its bytes are no model; here only their wholeness is looked at."""
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(bytes(range(256)) * 40)
    (folder / "config.json").write_text("{}")
    return folder


def test_a_folder_is_copied_stamped_and_found(tmp_path: Path) -> None:
    root, told = tmp_path / "voice", list[str]()
    folder = from_folder(root, "mine", small(tmp_path / "from"), told.append)
    assert checked(root, "mine") == folder
    assert names(root) == ["mine"]
    assert set(json.loads((folder / weights.STAMP).read_text())) == {"model.bin", "config.json"}
    assert told
    assert remove(root, "mine")
    assert not remove(root, "mine")
    assert names(root) == []


def test_a_cut_file_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    root = tmp_path / "voice"
    folder = from_folder(root, "mine", small(tmp_path / "from"), lambda _: None)
    whole = (folder / "model.bin").read_bytes()
    (folder / "model.bin").write_bytes(whole[:5_000])
    with pytest.raises(SpeechError, match=r"has 5,000 of 10,240 bytes\. `caseroom voice install mine`"):
        checked(root, "mine")
    (folder / "model.bin").write_bytes(whole)
    (folder / "config.json").unlink()
    with pytest.raises(SpeechError, match=r"config\.json is missing"):
        checked(root, "mine")


def test_a_known_model_must_have_its_hash_and_size(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="not the file of base that is known"):
        from_folder(tmp_path / "voice", "base", small(tmp_path / "from"), lambda _: None)
    small(folder_of(tmp_path / "by-hand", "base"))
    with pytest.raises(SpeechError, match="not whole"):
        checked(tmp_path / "by-hand", "base")
    with pytest.raises(SpeechError, match="is not in"):
        checked(tmp_path / "nowhere", "base")


def test_a_folder_without_a_model_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    with pytest.raises(SpeechError, match=r"model\.bin and config\.json missing"):
        from_folder(tmp_path / "voice", "mine", tmp_path / "from", lambda _: None)
    with pytest.raises(SpeechError, match="no folder"):
        from_folder(tmp_path / "voice", "mine", tmp_path / "gone", lambda _: None)


def test_a_torn_stamp_is_made_again(tmp_path: Path) -> None:
    folder = small(folder_of(tmp_path, "mine"))
    (folder / weights.STAMP).write_text("{torn")
    assert checked(tmp_path, "mine") == folder
    assert set(verify(folder, "mine")) == {"model.bin", "config.json"}
    assert stamp(folder)["model.bin"].bytes == 10_240
