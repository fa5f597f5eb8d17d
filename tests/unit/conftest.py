"""Workshops over small data folders, made once; nothing in them is changed by a test."""

from __future__ import annotations

import pytest
from tests.labdata import note_folder, toll_folder, workshop_of, write_folder

from caseroom.app.engine import Engine
from caseroom.pipeline.workshop import Workshop


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Workshop:
    """The rental desk."""
    return workshop_of(write_folder(tmp_path_factory.mktemp("desk")), engine)


@pytest.fixture(scope="session")
def visit(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Workshop:
    """Notes of visits."""
    return workshop_of(note_folder(tmp_path_factory.mktemp("visit")), engine)


@pytest.fixture(scope="session")
def toll(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Workshop:
    """The toll office."""
    return workshop_of(toll_folder(tmp_path_factory.mktemp("toll")), engine)
