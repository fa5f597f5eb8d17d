"""`caseroom sessions`: list, show, export, delete."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from rich.console import JustifyMethod
from rich.table import Table

from caseroom.app import exports, scorecards
from caseroom.app.grading import transcript_of
from caseroom.app.voice import delete_session
from caseroom.cli import scorecard as card_view
from caseroom.cli.screen import console, print_json, progress, say, the_room, when, write_file
from caseroom.errors import UsageError
from caseroom.grading.pages import VERDICT_WORDS
from caseroom.numerals import counted
from caseroom.steps import BY_ID, STEP_IDS

_WHOLE = ("id", "created (UTC)")
"""Columns that a narrow terminal does not cut: one is typed in, the other is told apart by."""


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
        table = Table(box=None, pad_edge=False, collapse_padding=True)  # all of it on 80 columns
        for name in ("id", "case", "created (UTC)", "turns", "minutes", "step", "state"):
            justify: JustifyMethod = "right" if name in ("turns", "minutes") else "left"
            table.add_column(name, justify=justify, no_wrap=name in _WHOLE, overflow="fold")
        for row in rows:
            shown = {**row, "created": when(str(row["created"])), "step": BY_ID[str(row["step"])].title}
            table.add_row(*map(str, shown.values()))
        console.print(table)


def show(session: str, *, cases: Path | None, as_json: bool) -> None:
    """`caseroom sessions show`."""
    room = the_room(cases)
    if as_json:
        print_json(exports.session_data(room, session))
        return
    stored = room.store.session(session)
    worded = {turn.number: turn.reply.by for turn in stored.turns if turn.reply and turn.reply.by}
    for turn in transcript_of(stored).turns:
        by = f" (worded by {worded[turn.number]})" if turn.speaker == "interviewer" and turn.number in worded else ""
        say(f"{turn.speaker.capitalize()}{by}: {turn.text}\n", style="cyan" if turn.speaker == "interviewer" else None)
    if stored.ended:
        graded = scorecards.scorecard(room, session)
        card_view.show(graded.card)
        if not scorecards.is_of_today(room, graded.card):
            say(
                f"Graded {graded.created[:10]} by an older judge or case. `caseroom sessions grade {session}` grades it again and keeps both.",
                style="dim",
            )
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


def grade(session: str, *, second: bool, cases: Path | None, as_json: bool) -> None:
    """`caseroom sessions grade`."""
    room = the_room(cases)
    if not room.store.session(session).ended:
        raise UsageError(f"Session {session} is still open. `caseroom practice --resume {session}` goes on with it.")
    before = scorecards.history(room, session)
    with progress("Reading the interview") as told:
        after = scorecards.read_twice(room, session, _steps(told)) if second else scorecards.grade_again(room, session, told)
    moves = scorecards.moved(before[-1].card, after.card) if before else []
    if as_json:
        kept = [
            {"number": graded.number, "created": graded.created, "judge": graded.card.judge} for graded in scorecards.history(room, session)
        ]
        print_json({"scorecards": kept, "moved": [asdict(move) for move in moves], "scorecard": after.card.to_dict()})
        return
    card_view.show(after.card)
    if not before:
        return
    if before[-1].number == after.number:
        say("The judge of today sees it as it was seen before.", style="dim")
        return
    say(
        f"Scorecard {after.number}; the one before ({before[-1].created[:10]}) is kept. {counted(len(moves), 'verdict')} moved:"
        if moves
        else "No verdict moved."
    )
    for move in moves:
        say(f"  {move.id} {move.name}: {VERDICT_WORDS.get(move.before, move.before)} → {VERDICT_WORDS.get(move.after, move.after)}")


def _steps(told: Callable[[int, int], None]) -> Callable[[str], None]:
    return lambda step: told(STEP_IDS.index(step), len(STEP_IDS))


def coach(session: str, *, cases: Path | None, as_json: bool) -> None:
    """`caseroom sessions coach`."""
    from caseroom.app.coaching import coached

    room = the_room(cases)
    if not room.store.session(session).ended:
        raise UsageError(f"Session {session} is still open. `caseroom practice --resume {session}` goes on with it.")
    with progress("Writing") as told:
        said = coached(room, session, told)
    if as_json:
        print_json([asdict(one) for one in said])
        return
    for one in said:
        say(f"{one.point} {one.name}", style="bold")
        for title, text in (("", one.feedback), ("Better: ", one.better), ("With a fact: ", one.fact)):
            if text:
                say(f"  {title}{text}")
        if one.empty:
            say("  Nothing that it wrote stands on your words, the case or the rubric.", style="dim")
        elif one.dropped:
            say(
                f"  ({counted(len(one.dropped), 'sentence')} of {one.by} {'was' if len(one.dropped) == 1 else 'were'} left out: nothing supports them)",
                style="dim",
            )
    if not said:
        say("There is nothing to change.", style="dim")


def delete(session: str, *, yes: bool) -> None:
    """`caseroom sessions delete`."""
    room = the_room(None)
    turns = len(room.store.session(session).turns)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("Deleting is for good; add --yes.")
        if input(f"Delete session {session} with {counted(turns, 'turn')} for good? [y/N] ").strip().lower() not in ("y", "yes"):
            say("Kept.")
            return
    delete_session(room, session)
    say(f"Deleted session {session}.")
