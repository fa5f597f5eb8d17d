"""What the tests share. Real models, real cases, a store of its own for each test."""

from __future__ import annotations

import faulthandler
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key
from tests import faulty_server as faulty

from caseroom.app.engine import Engine
from caseroom.app.interviews import Room
from caseroom.cases.model import Case
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.store.sessions import SessionStore

ROOT = Path(__file__).parent.parent
LONGEST_TEAR_DOWN = 400.0
"""Seconds; longer than all waits of tests/e2e/served.py together."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """End the run, with the stacks of all threads, where a tear-down hangs. After a failed test nothing else watches it: pytest-timeout has
    fired, and pytest has called faulthandler off."""
    faulthandler.dump_traceback_later(LONGEST_TEAR_DOWN, file=item.config.stash[fault_handler_stderr_fd_key], exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The embedded models, loaded once."""
    return Engine(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    """The shipped cases."""
    return Shelf([])


@pytest.fixture(scope="session")
def support(shelf: Shelf, engine: Engine) -> Case:
    """The support desk, ready."""
    case = shelf.case("support-desk")
    engine.prepare(case)
    return case


@pytest.fixture
def room(tmp_path: Path, engine: Engine, shelf: Shelf) -> Room:
    """A room with an empty store."""
    settings = Settings(home=tmp_path)
    return Room(settings, shelf, engine, SessionStore(settings.database))


@pytest.fixture
def faulty_server() -> Iterator[faulty.FaultyServer]:
    """An OpenAI-compatible server on 127.0.0.1 that fails as it is told (tests/faulty_server.py)."""
    yield from faulty.running()


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command as a user would, with a home of its own."""
    home = tmp_path / "home"

    def call(*arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "CASEROOM_HOME": str(home), "COLUMNS": "120", **more}
        command = [sys.executable, "-m", "caseroom", *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, timeout=120, cwd=tmp_path, check=False)

    return call
