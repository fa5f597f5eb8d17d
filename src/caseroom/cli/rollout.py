"""`caseroom rollout`: begin, show, list, compare, go on, delete; progress on standard error, the weeks on standard output."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from caseroom.app import rollouts
from caseroom.app.interviews import Room
from caseroom.cli import weeks as view
from caseroom.cli.screen import console, errors, print_json, say, stages, the_room, when, write_file
from caseroom.cli.words import case_and_file
from caseroom.errors import UsageError
from caseroom.monitoring.delivery import Webhook
from caseroom.proposal.file import read_proposal
from caseroom.rollout.pages import to_html
from caseroom.rollout.settings import EventWish, Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that say which weeks."""

    seed: int
    weeks: int
    a_day: float | None
    events: tuple[str, ...]
    planted: bool


def execute(
    words: list[str], asked: Asked, *, data: Path | None, html: Path | None, webhook: str | None, cases: Path | None, as_json: bool
) -> None:
    """`caseroom rollout CASE FILE`."""
    case, file = case_and_file("rollout", words)
    settings = Settings(asked.seed, asked.weeks, asked.a_day, _events(asked))
    hook = Webhook(webhook) if webhook else None
    room = the_room(cases)
    proposal = read_proposal(file)
    begun = rollouts.begin(room, proposal, settings, case=None if data else case, data=data)
    _carried_out(room, begun.id, html=html, hook=hook, as_json=as_json)


def _events(asked: Asked) -> tuple[EventWish, ...] | None:
    if asked.events and not asked.planted:
        raise UsageError("--event plants an event and --no-events plants none: give one of them.")
    if not asked.planted:
        return ()
    return tuple(map(_event, asked.events)) or None


def _event(text: str) -> EventWish:
    found = re.fullmatch(r"([\w-]+)@(\d+)", text)
    if not found:
        raise UsageError(f"--event {text}: write KIND@DAY, for example latency_creep@30.")
    return found[1], int(found[2])


def go_on(rollout_id: str, *, html: Path | None, webhook: str | None, cases: Path | None, as_json: bool) -> None:
    """`caseroom rollout --go-on`."""
    hook = Webhook(webhook) if webhook else None
    _carried_out(the_room(cases), rollout_id, html=html, hook=hook, as_json=as_json)


def _carried_out(room: Room, rollout_id: str, *, html: Path | None, hook: Webhook | None, as_json: bool) -> None:
    start = time.monotonic()
    try:
        with stages(quiet=as_json) as told:
            done = rollouts.carry_out(room, rollout_id, told)
    except KeyboardInterrupt:
        errors.print(f"Stopped; what was computed is kept. `caseroom rollout --go-on {rollout_id}` goes on.")
        raise
    if hook:
        errors.print(rollouts.deliver(done, hook))
    _given(done, html, as_json)
    if not as_json:
        say(
            f"Rollout {done.id}, {time.monotonic() - start:.1f} s. `caseroom rollout --show {done.id} --html FILE` writes it as a page.",
            style="dim",
        )


def _given(done: rollouts.Rollout, html: Path | None, as_json: bool) -> None:
    report = done.report or {}
    if html:
        write_file(html, to_html(report))
    if as_json:
        print_json({"rollout": done.id, **report})
    else:
        view.show(report)


def list_rollouts(*, cases: Path | None, as_json: bool) -> None:
    """`caseroom rollout --list`."""
    found = rollouts.rollouts(the_room(cases))
    if as_json:
        print_json(
            [
                {"id": r.id, "created": r.created, "case": r.case, "title": r.title, "state": r.state, "why": r.why, **r.settings}
                for r in found
            ]
        )
    elif not found:
        say("No rollouts yet. `caseroom rollout CASE proposal.yaml` begins one.")
    else:
        table = Table(box=None, pad_edge=False)
        for name in ("id", "created (UTC)", "case", "seed", "weeks", "state", "why"):
            table.add_column(name)
        for row in found:
            why = row.why or ("if nothing carries it out any more, --go-on takes it up" if row.state == "running" else "")
            seed, weeks = str(row.settings["seed"]), str(row.settings["weeks"])
            table.add_row(row.id, when(row.created), row.case, seed, weeks, row.state, (why.splitlines() or [""])[0][:80])
        console.print(table)


def show_rollout(rollout_id: str, *, html: Path | None, cases: Path | None, as_json: bool) -> None:
    """`caseroom rollout --show`."""
    found = rollouts.rollout(the_room(cases), rollout_id)
    if found.report is None:
        raise UsageError(
            f"Rollout {rollout_id} is {found.state}{f' ({found.why})' if found.why else ''}. `caseroom rollout --go-on {rollout_id}` goes on with it."
        )
    if html and not as_json:
        write_file(html, to_html(found.report))
    else:
        _given(found, html, as_json)


def compare(ids: str, *, cases: Path | None, as_json: bool) -> None:
    """`caseroom rollout --compare A,B`."""
    names = [part.strip() for part in ids.split(",") if part.strip()]
    if len(names) != 2:
        raise UsageError("Name two rollouts with a comma between them: --compare k3vq8mza,x7pd2mqe.")
    room = the_room(cases)
    rows = rollouts.compare(*(rollouts.rollout(room, name) for name in names))
    if as_json:
        print_json([{"name": row.name, "a": row.a, "b": row.b} for row in rows])
        return
    table = Table(box=None, pad_edge=False)
    for name in ("", *names):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(row.name, row.a, row.b)
    console.print(table)


def delete(rollout_id: str, *, yes: bool) -> None:
    """`caseroom rollout --delete`."""
    room = the_room(None)
    rollouts.rollout(room, rollout_id)
    if not yes:
        raise UsageError("Deleting is for good; add --yes.")
    rollouts.delete(room, rollout_id)
    say(f"Deleted rollout {rollout_id}.")
