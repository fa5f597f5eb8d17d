"""Serve the room on this machine."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable

import uvicorn

from caseroom.app.interviews import Room
from caseroom.errors import UsageError
from caseroom.web.application import create_application

_NEXT = 20
"""So many ports after the wanted one are tried before another is offered."""


def free_port(host: str, port: int) -> int | None:
    """The next free port after one that is taken; None if there is none near."""
    return next((candidate for candidate in range(port + 1, port + 1 + _NEXT) if _free(host, candidate)), None)


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def serve(
    room: Room,
    host: str,
    port: int,
    *,
    hosts: tuple[str, ...] = (),
    browser: bool = True,
    links_only: bool = False,
    told: Callable[[str], None] = print,
) -> None:
    """Serve until stopped. `told` gets the address once it can be opened.

    Raises:
        UsageError: the port is taken (with a free one named), or the host is not one of this machine.
    """
    if not _free(host, port):
        other = free_port(host, port)
        advice = f"`caseroom serve --port {other}` is free." if other else "Is the host one of this machine? `--host 127.0.0.1` is."
        raise UsageError(f"{host}:{port} is in use or cannot be opened. {advice}")
    application = create_application(room, (host, *hosts), links_only=links_only)
    config = uvicorn.Config(
        application, host=host, port=port, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    threading.Thread(target=_warm, args=(room,), name="warm", daemon=True).start()
    threading.Thread(target=_open, args=(server, address, browser, told), name="open", daemon=True).start()
    server.run()


def _warm(room: Room) -> None:
    """Load the models while the shelf is looked at."""
    for case in room.shelf.all()[0]:
        room.engine.prepare(case)
        room.engine.ear(case)
        room.engine.judge(case)
    room.engine.warm()


def _open(server: uvicorn.Server, address: str, browser: bool, told: Callable[[str], None]) -> None:
    while not server.started and not server.should_exit:
        threading.Event().wait(0.05)
    if server.started:
        told(address)
        if browser:
            webbrowser.open(address)
