"""`caseroom serve`."""

from __future__ import annotations

from pathlib import Path

from caseroom.cli.screen import say, the_room
from caseroom.web.server import serve


def run(host: str, port: int, *, names: list[str], browser: bool, links_only: bool, cases: Path | None) -> None:
    """The verb."""
    room = the_room(cases)
    serve(
        room,
        host,
        port,
        hosts=tuple(names),
        browser=browser,
        links_only=links_only,
        told=lambda address: say(f"The room is open at {address}  (Ctrl-C closes it)"),
    )
