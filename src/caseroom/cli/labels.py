"""`caseroom labels export`, `caseroom labels refit`. A judge is written, never put into use."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from caseroom.app import labels as app
from caseroom.app import refit as fitting
from caseroom.cli.screen import console, errors, print_json, say, the_room, write_file
from caseroom.errors import CaseroomError, UsageError
from caseroom.lab.verdict import interval

GOLD = Path(__file__).parents[3] / "evals" / "gold"
"""Where the gold set lies in a checkout."""


def export(output: Path | None, *, kind: str | None, transcripts: bool, cases: Path | None) -> None:
    """`caseroom labels export`."""
    room = the_room(cases)
    found = list(app.rows(room, kind))
    said = list(app.transcripts(room, found)) if transcripts else []
    if output:
        write_file(output, app.to_lines([*said, *found]))
    else:
        sys.stdout.write(app.to_lines([*said, *found]))
    counts = {name: sum(row["kind"] == name for row in found) for name in app.kinds()}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    errors.print(told or "Nothing has been decided yet: no disputes, marks, reviews or ratings.", style="dim")


def refit(labels: Path, out: Path, *, gold: Path | None, cases: Path | None, as_json: bool) -> None:
    """`caseroom labels refit`; exit code 1 if the new judge is refused."""
    if out.exists():
        raise UsageError(f"{out} is there already, and a judge is never overwritten. Name another file with --out.")
    room = the_room(cases)
    with Progress(TextColumn("{task.description:12}", markup=False), BarColumn(), MofNCompleteColumn(), console=errors, transient=True,
                  disable=not errors.is_terminal) as bar:  # fmt: skip
        task = bar.add_task("reading", total=None)
        done = fitting.refit(room, labels, gold or GOLD, lambda what, n, of: bar.update(task, description=what, completed=n, total=of))
    comparison = _free(out)
    write_file(comparison, json.dumps(done.to_dict(), indent=2, ensure_ascii=False) + "\n")
    if as_json:
        print_json(done.to_dict())
    else:
        _show(done)
    if done.objections:
        raise CaseroomError(f"Refused: {'; '.join(done.objections)}. No judge was written; the comparison is kept in {comparison}.")
    write_file(out, fitting.to_json(done.new))
    errors.print(f"Accepted. `CASEROOM_JUDGE={out}` grades with it; scorecards will bear judge:{done.new.signature}.")


def _free(out: Path) -> Path:
    """A name beside the judge's for the comparison, that no earlier one has."""
    first = out.with_name(f"{out.stem}.comparison.json")
    later = (out.with_name(f"{out.stem}.comparison-{n}.json") for n in range(2, 10_000))
    return next(path for path in (first, *later) if not path.exists())


def _show(done: fitting.Refit) -> None:
    say(f"{done.labels} labels; thresholds chosen on {done.fitted_on} of them.")
    for why, count in done.left_out.items():
        say(f"  {count} rows left out: {why}", style="dim")
    table = Table(box=None, pad_edge=False)
    for name in ("", "old", "new"):
        table.add_column(name)
    for cells in _rows(done):
        table.add_row(*cells)
    console.print(table)


def _rows(done: fitting.Refit) -> list[tuple[str, str, str]]:
    rows = [("judge", done.old.signature, done.new.signature)]
    rows += [(name, f"{value:g}", f"{done.new.thresholds[name]:g}") for name, value in done.old.thresholds.items()]
    for one in done.compared:
        old, new = one.old, one.new
        told = (
            (f"κ, {new.points} points", old.kappa, new.kappa),
            (f"false credit, {new.false_credit.n} points not made", old.false_credit, new.false_credit),
            ("unsure", old.unsure, new.unsure),
            ("right when sure", old.right_when_sure, new.right_when_sure),
        )
        rows += [("", "", ""), (f"on {one.on}", "", ""), *((name, interval(a.name, a), interval(b.name, b)) for name, a, b in told)]
    return rows
