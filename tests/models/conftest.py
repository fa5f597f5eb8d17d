"""The real model file and the real recogniser: `make test-models` brings them and runs what is here. Elsewhere nothing here is collected."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from caseroom.app.interviews import Room
from caseroom.config import settings_from_environment
from caseroom.models import gguf
from caseroom.models.chat import ChatModel
from caseroom.models.entries import Entry
from caseroom.models.local_chat import LocalChat

WANTED = "CASEROOM_TEST_MODELS"
collect_ignore_glob = [] if os.environ.get(WANTED) else ["test_*.py"]
MODEL = gguf.known("qwen2.5-coder-1.5b")


@pytest.fixture(scope="session")
def file() -> Path:
    """The model file, which the target has checked."""
    path = gguf.place(settings_from_environment().models, MODEL)
    assert path.is_file() and path.stat().st_size == MODEL.size, f"{path}: `python -m tests.models.bring` brings it"
    return path


@pytest.fixture(scope="session")
def qwen(file: Path) -> ChatModel:
    """The model, loaded once."""
    return LocalChat(Entry(MODEL.entry, "local", file=str(file), context=MODEL.context, seconds=600))


@pytest.fixture
def equipped(room: Room, file: Path) -> Room:
    """A room whose settings name the model for everything; its file is loaded once for all tests."""
    from caseroom.app.modelfiles import install

    made = replace(room, settings=replace(room.settings, models_folder=file.parent))
    install(made, MODEL.name, file, ["interviewer", "reader", "coach", "draft"], lambda *_: None)
    return made
