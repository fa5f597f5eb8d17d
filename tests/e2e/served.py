"""A room served to a browser, and an end to every wait for it: what does not come in time fails and says what it was. It never opens a browser."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from caseroom.app.interviews import Room
from caseroom.web.application import create_application

LONGEST = 60.0
"""Seconds that anything here may take, on a loaded machine too."""


@contextmanager
def served(room: Room) -> Iterator[str]:
    """A room at an address, until the block ends."""
    with serving(create_application(room)) as address:
        yield address


@contextmanager
def serving(application: ASGIApp, longest: float = LONGEST) -> Iterator[str]:
    """An application at an address. Its port is taken here and never let go, so that nobody else can get it before the server does.

    Raises:
        TimeoutError: it did not come up, or did not go down.
    """
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=5))
        thread = threading.Thread(target=_run, args=(server, listening), name="served", daemon=True)
        thread.start()
        try:
            _come_up(server, thread, longest)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(longest)
        if thread.is_alive():
            raise TimeoutError(f"Waited {longest:g} s for the server to go down. It is here:\n{_stacks()}")


def _run(server: uvicorn.Server, listening: socket.socket) -> None:
    try:
        server.run(sockets=[listening])
    except SystemExit:
        pass  # it did not come up, which `_come_up` tells


def _come_up(server: uvicorn.Server, thread: threading.Thread, longest: float) -> None:
    began = time.monotonic()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("The server ended before it was up; its log says why.")
        if time.monotonic() - began > longest:
            raise TimeoutError(f"Waited {longest:g} s for the server to come up. It is here:\n{_stacks()}")
        time.sleep(0.02)


def _stacks() -> str:
    """Where every thread stands."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n".join(f"{names.get(one)}:\n{''.join(traceback.format_stack(frame))}" for one, frame in sys._current_frames().items())


@contextmanager
def within(seconds: float, what: str) -> Iterator[None]:
    """Ends the block where it takes longer: Playwright's `evaluate`, `close` and `set_viewport_size` wait for ever. A signal breaks into its loop.

    Raises:
        TimeoutError: it took longer.
    """

    def late(*_: Any) -> None:
        """The time is up."""
        raise TimeoutError(f"Waited {seconds:g} s for {what}.")

    before = signal.signal(signal.SIGUSR1, late)  # SIGALRM is pytest-timeout's
    timer = threading.Timer(seconds, signal.pthread_kill, (threading.get_ident(), signal.SIGUSR1))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        signal.signal(signal.SIGUSR1, before)
