"""`caseroom rate`: make a cycle, rate in the terminal, show the results. What a rater sees never names the design."""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.rule import Rule
from rich.table import Table

from caseroom.app import rating_results, rating_samples, ratings
from caseroom.app.interviews import Room
from caseroom.app.rating_results import Results
from caseroom.app.ratings import Cycle, Task
from caseroom.app.scales import DIMENSIONS, VALUES, Dimension
from caseroom.cli.keys import BACK, forget, keys_alone, read_key
from caseroom.cli.report import rank_correlations
from caseroom.cli.screen import console, print_json, say, the_room
from caseroom.errors import UsageError
from caseroom.grading.pages import short
from caseroom.lab.verdict import interval
from caseroom.metrics.score import Score

_READ = 5
"""Outputs that raters differ on, to read in a terminal."""


def new(
    run_ids: list[str], *, outputs: int, double: float, simple: bool, case: str | None, data: Path | None, cases: Path | None, as_json: bool
) -> None:  # fmt: skip
    """`caseroom rate new`."""
    if bool(run_ids) == bool(case or data):
        raise UsageError("Name runs, or --case CASE or --data DIR for the sample outputs there: `caseroom rate new RUN [RUN2]`.")
    room = the_room(cases)
    if run_ids:
        made = rating_samples.from_runs(room, run_ids, outputs=outputs, double=double, simple=simple)
    else:
        made = rating_samples.from_data(room, case=case, data=data, outputs=outputs, double=double)
    if as_json:
        print_json(_plain(made))
        return
    fewer = f" ({outputs} were asked for; all that was kept of the same records is taken)" if made.outputs < outputs else ""
    say(f"Cycle {made.id}: {made.outputs} outputs{fewer}, {sum(item.plan['double'] for item in made.items)} of them for two raters.")
    say(f"`caseroom rate {made.id}` rates them, `caseroom rate show {made.id}` shows what came of it.", style="dim")


def _plain(cycle: Cycle) -> dict[str, object]:
    return {name: getattr(cycle, name) for name in ("id", "created", "title", "case", "runs", "outputs", "double", "gone")}


def list_cycles(*, as_json: bool) -> None:
    """`caseroom rate list`."""
    room = the_room(None)
    found = ratings.cycles(room)
    if as_json:
        print_json([{**_plain(cycle), "raters": [asdict(standing) for standing in ratings.standings(room, cycle.id)]} for cycle in found])
    elif not found:
        say(
            "No rating cycles yet. `caseroom run CASE proposal.yaml --keep 10` keeps outputs, `caseroom rate new RUN` makes a cycle of them."
        )
    else:
        rows = [
            (cycle.id, cycle.created[:16].replace("T", " "), cycle.title, str(cycle.outputs),
             ", ".join(f"{s.rater} {s.done}/{s.total}" for s in ratings.standings(room, cycle.id)))
            for cycle in found
        ]  # fmt: skip
        _table(("id", "created", "of", "outputs", "raters"), rows)


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name)
    for row in rows:
        table.add_row(*row)
    console.print(table)


# rating


def rate(cycle_id: str, name: str) -> None:
    """`caseroom rate CYCLE`."""
    room = the_room(None)
    rater = ratings.rater_name(name or _account())
    ratings.cycle(room, cycle_id)
    say(f"You rate as {rater}. 1 to 5 for each dimension; b goes back, q leaves, and what you gave is kept.", style="dim")
    item: int | None = None
    with keys_alone():
        while shown := ratings.task(room, cycle_id, rater, item):
            move = _rate_one(room, cycle_id, rater, shown, item is not None)
            if move == "q":
                say(f"\nKept. `caseroom rate {cycle_id}` goes on.")
                return
            item = shown.previous if move == BACK else None
    say(f"\nNothing is left for you in this cycle. Thank you. `caseroom rate show {cycle_id}` shows what came of it.")


def _account() -> str:
    """The same name for the same user account each time, so that they can go on; it does not tell the account's."""
    try:
        return f"rater-{hashlib.blake2b(getpass.getuser().encode(), digest_size=3).hexdigest()}"
    except (OSError, KeyError):
        return ""


def _rate_one(room: Room, cycle_id: str, rater: str, shown: Task, again: bool) -> str:
    """Rate one output; returns `q` to leave, `BACK` for the one before, else nothing. With `again` all of it is asked anew."""
    _show(shown)
    asked = [d for d in DIMENSIONS if again or d.name not in shown.given]
    place = 0
    while place < len(asked):
        key = _ask(asked[place])
        if key in ("q", ""):
            return "q"
        if key != BACK:
            ratings.rate(room, cycle_id, rater, shown.item, {asked[place].name: int(key)})
            place += 1
        elif place:
            place -= 1
        elif shown.previous is not None:
            return BACK
    return ""


def _show(shown: Task) -> None:
    forget()
    console.print(Rule(f"{shown.done + 1} of {max(shown.total, shown.done + 1)}", align="left"))
    say(shown.input, style="dim")
    say()
    say(shown.output)
    if shown.reference:
        say(f"\nreference: {shown.reference}", style="dim")


def _ask(dimension: Dimension) -> str:
    """A value's key, `BACK`, q, or nothing at the end of what comes in."""
    say(f"\n{dimension.title}: {dimension.question}", style="bold")
    for value, anchor in zip(VALUES, dimension.anchors, strict=True):
        say(f"  {value} {anchor}")
    while True:
        key = read_key()
        if key in (*map(str, VALUES), BACK, "q", ""):
            say(f"  → {key}" if key else "", style="green")
            return key


# results


def show(cycle_id: str, *, cases: Path | None, as_json: bool) -> None:
    """`caseroom rate show`."""
    found = rating_results.results(the_room(cases), cycle_id)
    if as_json:
        print_json(
            {
                **asdict(found),
                "cycle": _plain(found.cycle),
                "apart": [{"item": a.item.number, "spread": a.spread, "given": a.given} for a in found.apart],
            }
        )
        return
    cycle = found.cycle
    console.print(Rule(f"Ratings · {cycle.title}", align="left"))
    gone = f"; {cycle.gone} can no longer be rated, their run was deleted" if cycle.gone else ""
    say(
        f"{cycle.outputs} outputs{gone}. "
        + (", ".join(f"{s.rater} {s.done} of {s.total}" for s in found.standings) or "Nobody has rated yet.")
    )
    _designs(found)
    console.print(Rule("Do the raters agree?", align="left"))
    for row in found.agreement:
        say(f"  {row.dimension}: {row.words}")
    _apart(found)
    rank_correlations([asdict(matter) for matter in found.matters])
    if found.unsaid:
        say(f"Does the metric matter? {found.unsaid}", style="dim")


def _designs(found: Results) -> None:
    console.print(Rule("Means per design, 1 to 5, with 95 % intervals", align="left"))
    rows = [(design.title, *(_mean(design.means[d.name]) for d in DIMENSIONS), str(design.items)) for design in found.designs]
    rows += [(f"{difference.first} less {difference.other}", *(_mean(difference.scores[d.name]) for d in DIMENSIONS),
              str(next(iter(difference.scores.values())).n)) for difference in found.differences]  # fmt: skip
    _table(("design", *(d.name for d in DIMENSIONS), "outputs"), rows)
    for design in found.designs:
        if design.automatic:
            say(
                f"  {design.title}, measured by the lab on its whole run: "
                + "; ".join(f"{name} {value}" for name, value in design.automatic),
                style="dim",
            )


def _mean(score: Score) -> str:
    return "not rated" if score.value is None else interval(score.name, score)


def _apart(found: Results) -> None:
    if not found.apart:
        return
    console.print(Rule(f"Where raters differ most, {min(_READ, len(found.apart))} of {len(found.apart)}", align="left"))
    for apart in found.apart[:_READ]:
        texts = apart.item.texts
        say(f"  {apart.item.number}: {short(texts['output']) if texts else 'its run was deleted'}", style="bold")
        for rater, values in apart.given.items():
            say(f"    {rater}: " + ", ".join(f"{name} {value}" for name, value in values.items()))


def delete(cycle_id: str, *, yes: bool) -> None:
    """`caseroom rate delete`."""
    room = the_room(None)
    ratings.cycle(room, cycle_id)
    if not yes:
        raise UsageError("Deleting is for good; add --yes.")
    ratings.delete(room, cycle_id)
    say(f"Deleted cycle {cycle_id}.")
