"""`caseroom models install`: brings a model file that is known, checks it, and sets it up. Sends nothing but the request for the packages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from caseroom.app.modelfiles import install as installed
from caseroom.cli.screen import errors, print_json, say, the_room


def install(name: str, source: Path | None, purposes: Sequence[str], *, as_json: bool) -> None:
    """`caseroom models install`."""
    room = the_room(None)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(name, total=None)
        path, entry = installed(
            room, name, source, purposes, lambda what, done, of: bar.update(task, description=what, completed=done, total=of)
        )
    if as_json:
        print_json({"name": entry, "file": str(path), "sends_to": ""})
        return
    say(f"{name} is whole, in {path}.")
    say(
        f"It is set up as {entry}"
        + (f" for {', '.join(purposes)}." if purposes else f". `caseroom models use PURPOSE {entry}` puts it to work.")
    )
    say(
        "Nothing that it is given leaves this machine. It is a small model: it words replies and drafts; do not trust it to count or to grade.",
        style="dim",
    )
