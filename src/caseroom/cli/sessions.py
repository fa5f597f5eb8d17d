"""`caseroom sessions`: list, show, export, delete."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.table import Table

from caseroom.app import exports
from caseroom.app.grading import transcript_of
from caseroom.cli import scorecard as card_view
from caseroom.cli.screen import console, print_json, say, the_room, write_file
from caseroom.errors import UsageError
from caseroom.steps import BY_ID


def list_sessions(*, as_json: bool) -> None:
    """`caseroom sessions list`."""
    stored = the_room(None).store.sessions()
    rows = [
        {"id": s.id, "case": s.session.case, "created": s.session.created, "turns": len(s.session.turns), "minutes": round(s.session.at / 60, 1),
         "step": s.session.step, "state": s.session.ended.reason if s.session.ended else "open"}
        for s in stored
    ]  # fmt: skip
    if as_json:
        print_json(rows)
    elif not rows:
        say("No sessions yet. `caseroom` opens the room.")
    else:
        table = Table(box=None, pad_edge=False)
        for name in ("id", "case", "created", "turns", "minutes", "step", "state"):
            table.add_column(name, justify="right" if name in ("turns", "minutes") else "left")
        for row in rows:
            table.add_row(*(str(BY_ID[str(value)].title if name == "step" else value) for name, value in row.items()))
        console.print(table)


def show(session: str, *, cases: Path | None, as_json: bool) -> None:
    """`caseroom sessions show`."""
    room = the_room(cases)
    if as_json:
        print_json(exports.session_data(room, session))
        return
    stored = room.store.session(session)
    for turn in transcript_of(stored).turns:
        say(f"{turn.speaker.capitalize()}: {turn.text}\n", style="cyan" if turn.speaker == "interviewer" else None)
    card = exports.scorecard_of(room, stored)
    if card:
        card_view.show(card)
    else:
        say(f"Still open. `caseroom practice --resume {session}` goes on.", style="dim")


def export(session: str, form: str, output: Path | None, *, cases: Path | None) -> None:
    """`caseroom sessions export`."""
    if form not in exports.FORMS:
        raise UsageError(f"There is no form {form!r}; write one of {', '.join(exports.FORMS)}.")
    room = the_room(cases)
    text = exports.export(room, session, form)
    if output:
        write_file(output, text)
    else:
        sys.stdout.write(text)


def delete(session: str, *, yes: bool) -> None:
    """`caseroom sessions delete`."""
    store = the_room(None).store
    turns = len(store.session(session).turns)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("Deleting is for good; add --yes.")
        if input(f"Delete session {session} with {turns} turns for good? [y/N] ").strip().lower() not in ("y", "yes"):
            say("Kept.")
            return
    store.delete(session)
    say(f"Deleted session {session}.")
