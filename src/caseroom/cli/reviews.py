"""`caseroom review`: one output after the other, one key for each decision. Leaving loses nothing; a decision is never overwritten."""

from __future__ import annotations

import getpass
import os
import shlex
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from rich.rule import Rule

from caseroom.app import reviews, runs
from caseroom.app.interviews import Room
from caseroom.app.reviews import Review
from caseroom.cli.keys import read_key
from caseroom.cli.screen import console, print_json, say, the_room
from caseroom.errors import UsageError
from caseroom.lab.decisions import Action

KEYS: dict[str, Action] = {"a": "approve", "m": "modify", "r": "reject", "e": "escalate"}
_LISTED = 10_000
_HELP = "a approve · m modify · r pass on to a person · e escalate · u undo the last · q leave"


def review(run: str, name: str, *, case: str, as_json: bool) -> None:
    """`caseroom review`."""
    room = the_room(None)
    if run:
        runs.run(room, run)
    if as_json:
        print_json([asdict(item) for item in reviews.page(room, run=run, case=case, limit=_LISTED) if item.state in ("open", "escalated")])
        return
    reviewer = reviews.named(name or getpass.getuser())
    say(f"You review as {reviewer}. {reviews.words(reviews.waiting(room, run)) if run else ''}".strip(), style="dim")
    last: str | None = None
    while item_id := reviews.take(room, reviewer, run=run, case=case):
        while True:
            _show(reviews.review(room, item_id), reviews.waiting(room, run))
            key = _key()
            if key in ("q", ""):
                say("Left; what is decided is kept, the rest waits.")
                return
            if key == "u" and last is None:
                say("There is nothing to undo yet.")
            elif key == "u":
                item_id, last = str(last), None
            elif _decided(room, item_id, reviewer, KEYS[key]):
                last = item_id
                break
    _ended(room, run, reviewer)


def _ended(room: Room, run: str, reviewer: str) -> None:
    left = reviews.waiting(room, run)
    if left:
        say(
            f"Nothing waits for {reviewer}; {left} more {'is' if left == 1 else 'are'} with others, or wait for another reviewer after you escalated."
        )
        return
    able = [run] if run else [one.id for one in runs.runs(room) if one.state == "waiting"]
    say("Nothing waits. " + " ".join(f"`caseroom runs go-on {one}` finishes the run." for one in able))


def _show(found: Review, waiting: int) -> None:
    item = found.item
    console.print(Rule(f"{found.case} · {item.record} · {waiting} waiting", align="left"))
    for title, text in (("What came in", item.input), ("What would leave", item.output)):
        say(title, style="bold")
        say(text)
    say(f"Why it waits: {item.why}", style="yellow")
    for objection in item.objections:
        say(f"  {objection}", style="yellow")
    for name, text in item.sources:
        say(f"Source: {name}", style="dim")
        say(text, style="dim")
    for decision in found.decisions:
        say(f"{decision.reviewer}: {decision.action}{f' ({decision.reason})' if decision.reason else ''}", style="cyan")
    say(_HELP, style="dim")


def _key() -> str:
    while (key := read_key()) and key not in (*KEYS, "u", "q"):
        say(_HELP, style="dim")
    return key


def _decided(room: Room, item_id: str, reviewer: str, action: Action) -> bool:
    """Whether a decision was made; what is none is told."""
    item = reviews.review(room, item_id).item
    try:
        output = _edited(item.output) if action == "modify" else None
        reason = _line("Why? (Enter: no reason) ") if action in ("reject", "escalate") else ""
        reviews.decide(room, item_id, reviewer, action, output=output, reason=reason)
    except UsageError as error:
        say(str(error), style="yellow")
        return False
    say(f"→ {action}", style="green")
    return True


def _edited(text: str) -> str:
    """The output as a person writes it: in their editor if they named one, else up to a line with a dot."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if sys.stdin.isatty() and editor:
        return _in_editor(shlex.split(editor), text)
    if sys.stdin.isatty():
        say("Write the output as it should leave; a line with a dot alone ends it. (With EDITOR set, your editor opens.)", style="dim")
    else:
        sys.stdin.readline()  # the rest of the key's line
    lines = []
    while (line := sys.stdin.readline()) and line.strip() != ".":
        lines.append(line)
    return "".join(lines)


def _in_editor(command: list[str], text: str) -> str:
    with tempfile.TemporaryDirectory(prefix="caseroom-review-") as folder:
        file = Path(folder) / "output.txt"
        file.write_text(text, encoding="utf-8")
        try:
            done = subprocess.run([*command, str(file)], check=False)
        except OSError as error:
            raise UsageError(f"The editor {command[0]!r} cannot be opened ({error.strerror}). Set EDITOR to another one.") from None
        return file.read_text(encoding="utf-8", errors="replace") if done.returncode == 0 else text


def _line(asked: str) -> str:
    if sys.stdin.isatty():
        return input(asked)
    sys.stdin.readline()  # the rest of the key's line
    return sys.stdin.readline().strip()
