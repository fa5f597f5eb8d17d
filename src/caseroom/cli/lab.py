"""`caseroom propose`, `caseroom run`, `caseroom runs`, `caseroom data`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from rich.table import Table

from caseroom.app import propose, runs
from caseroom.app.interviews import Room
from caseroom.cli import report as view
from caseroom.cli.screen import console, errors, print_json, say, stages, the_room, when, write_file
from caseroom.cli.words import case_and_file
from caseroom.errors import UsageError
from caseroom.lab.pages import to_html
from caseroom.proposal.check import remarks
from caseroom.proposal.file import read_proposal, schema, to_data
from caseroom.proposal.model import Proposal


def make_proposal(
    session: str | None, output: Path | None, *, empty: str | None, again: bool, show_schema: bool, cases: Path | None, as_json: bool
) -> None:
    """`caseroom propose`."""
    if show_schema:
        print_json(schema())
        return
    room = the_room(cases)
    if empty is not None:
        proposal = Proposal(case=room.shelf.case(empty).id, title=room.shelf.case(empty).title)
    elif session is None:
        raise UsageError("Name a finished session (`caseroom sessions list`), or --empty CASE for a proposal to fill in yourself.")
    else:
        if again:
            propose.forget(room, session)
        proposal = propose.proposal_of(room, session)
    _given(proposal, output, as_json)


def _given(proposal: Proposal, output: Path | None, as_json: bool) -> None:
    text = propose.yaml_of(proposal)
    if output:
        write_file(output, text)
        errors.print(f"`caseroom run {proposal.case or 'CASE'} {output}` runs it.", style="dim")
    elif as_json:
        print_json(to_data(proposal))
    else:
        sys.stdout.write(text)
    for remark in remarks(proposal):
        errors.print(f"Note: {remark}", style="yellow")


def execute(
    words: list[str], *, data: Path | None, html: Path | None, output: Path | None, quick: bool, limit: int | None, review: bool = False, keep: int = 0, cases: Path | None, as_json: bool
) -> None:  # fmt: skip
    """`caseroom run`."""
    case, file = case_and_file("run", words)
    room = the_room(cases)
    proposal = read_proposal(file)
    if data is None and case is None:
        case = proposal.case
    begun = runs.begin(room, proposal, case=case, data=data, quick=quick, limit=limit, keep=keep, review=review)
    _carried_out(room, begun.id, html=html, output=output, as_json=as_json)


def _carried_out(room: Room, run_id: str, *, html: Path | None, output: Path | None, as_json: bool, force: bool = False) -> None:
    known = runs.run(room, run_id)
    try:
        with stages(view.doing, quiet=as_json) as told:
            start = time.monotonic()
            done = runs.carry_out(room, run_id, told, force=force)
    except KeyboardInterrupt:
        errors.print(f"Stopped; what was computed is kept. `caseroom runs go-on {run_id}` goes on.")
        raise
    if done.state == "waiting":
        _waits(done, as_json)
        return
    report = done.report or {}
    if html:
        write_file(html, to_html(report))
    if output:
        write_file(output, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    if as_json:
        print_json({"run": done.id, **report})
        return
    view.show(report)
    say(f"Run {done.id}, {time.monotonic() - start:.1f} s. `caseroom runs show {done.id} --html FILE` writes it as a page.", style="dim")
    if known.quick:
        say("Quick: the parts were not changed one at a time.", style="dim")


def _waits(run: runs.Run, as_json: bool) -> None:
    if as_json:
        print_json({"run": run.id, "state": run.state, "why": run.why})
        return
    say(f"Run {run.id} waits: {run.why}", style="bold")
    say(f"`caseroom review {run.id}` decides, `caseroom runs go-on {run.id}` goes on then (`--force`: at once).", style="dim")


def list_runs(*, cases: Path | None, as_json: bool) -> None:
    """`caseroom runs list`."""
    found = runs.runs(the_room(cases))
    if as_json:
        print_json(
            [
                {"id": r.id, "created": r.created, "case": r.case, "title": r.title, "session": r.session, "state": r.state, "why": r.why}
                for r in found
            ]
        )
    elif not found:
        say("No runs yet. `caseroom propose SESSION -o proposal.yaml` makes a proposal, `caseroom run CASE proposal.yaml` runs it.")
    else:
        table = Table(box=None, pad_edge=False)
        for name in ("id", "created (UTC)", "case", "state", "why"):
            table.add_column(name)
        for row in found:
            why = row.why or ("if nothing carries it out any more, go-on takes it up" if row.state == "running" else "")
            table.add_row(row.id, when(row.created), row.case, row.state, (why.splitlines() or [""])[0][:80])
        console.print(table)


def show_run(run_id: str, *, html: Path | None, cases: Path | None, as_json: bool) -> None:
    """`caseroom runs show`."""
    found = runs.run(the_room(cases), run_id)
    if found.report is None:
        raise UsageError(
            f"Run {run_id} is {found.state}{f' ({found.why})' if found.why else ''}. `caseroom runs go-on {run_id}` goes on with it."
        )
    if html:
        write_file(html, to_html(found.report))
    elif as_json:
        print_json({"run": found.id, **found.report})
    else:
        view.show(found.report)


def go_on(run_id: str, *, html: Path | None, force: bool = False, cases: Path | None, as_json: bool) -> None:
    """`caseroom runs go-on`."""
    _carried_out(the_room(cases), run_id, html=html, output=None, as_json=as_json, force=force)


def compare(a: str, b: str, *, cases: Path | None, as_json: bool) -> None:
    """`caseroom runs compare`."""
    room = the_room(cases)
    found = runs.compare(runs.run(room, a), runs.run(room, b))
    rows = [(row.name, row.a, row.b, row.difference) for row in (*found.switches, *found.rows)]
    if as_json:
        print_json([dict(zip(("name", "a", "b", "difference"), row, strict=True)) for row in rows])
        return
    table = Table(box=None, pad_edge=False)
    for name in ("", a, b, "difference"):
        table.add_column(name)
    for cells in rows:
        table.add_row(*cells)
    console.print(table)
    say("The difference is between the two numbers; where the intervals overlap, it may be chance.", style="dim")


def delete(run_id: str, *, yes: bool) -> None:
    """`caseroom runs delete`."""
    room = the_room(None)
    runs.run(room, run_id)
    if not yes:
        raise UsageError("Deleting is for good; add --yes.")
    runs.delete(room, run_id)
    say(f"Deleted run {run_id}.")


def import_data(kind: str, path: Path, folder: Path, *, questions: Path | None, force: bool) -> None:
    """`caseroom data import`."""
    from caseroom.app import importing

    made = importing.import_folder(kind, path, folder, questions=questions, force=force)
    for line in made:
        say(line)
    say(
        f"\n`caseroom run proposal.yaml --data {folder}` runs a proposal on it. Edit task.yaml and economics.yaml: they hold guesses.",
        style="dim",
    )


def check_data(folder: Path, *, as_json: bool) -> None:
    """`caseroom data check`; exit code 7 if it does not hold."""
    from caseroom.app import importing

    found = importing.check(folder)
    if as_json:
        print_json(found)
    else:
        for name, count in found.items():
            say(f"{count:>8}  {name}")
