"""What a rating cycle is made of: outputs that runs kept, or the sample outputs of a data folder; some of each kind and group.

It never looks at what an output became or how it was rated before, and the order of the items tells nothing of the design that made them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from caseroom.app import runs
from caseroom.app.carrying import open_data
from caseroom.app.interviews import Room
from caseroom.app.ratings import Cycle, cycle
from caseroom.app.runs import Run
from caseroom.errors import RatingError
from caseroom.lab.keeping import stratified
from caseroom.pipeline.route import even
from caseroom.store.database import new_id
from caseroom.store.ratings import NewItem, RatingStore

SIMPLE = "the simple way"
SAMPLE = "the data's sample outputs"


def from_runs(room: Room, run_ids: Sequence[str], *, outputs: int = 30, double: float = 0.5, simple: bool = False) -> Cycle:
    """A cycle over what runs on the same data kept; with `simple` also the outputs of the first run's simple way.

    Where the designs kept the same records, each is asked about the same ones. `outputs` is shared out evenly between the designs.

    Raises:
        RunNotFound: no such run.
        RatingError: a run is not finished or kept nothing, the runs saw different data, or a number is out of its range.
    """
    _check(outputs, double)
    if not run_ids or len(set(run_ids)) < len(run_ids):
        raise RatingError("Name one run, or several different ones: `caseroom rate new RUN [RUN2]`. `caseroom runs list` shows them.")
    found = [runs.run(room, run_id) for run_id in run_ids]
    made = {run.id: (run, _kept(run, "kept")) for run in found}
    if len({report["data_version"] for run in found if (report := run.report)}) > 1:
        raise RatingError("These runs saw different data, so their outputs cannot be rated against each other. Make a cycle for each.")
    if simple:
        made[f"{found[0].id}, {SIMPLE}"] = found[0], _kept(found[0], "kept_simple")
    cycle_body = {**_where(room, found[0]), "runs": list(run_ids), "double": double}
    return _begin(room, cycle_body, list(_chosen(made, outputs, double)))


def _check(outputs: int, double: float) -> None:
    if not 0 <= double <= 1:
        raise RatingError(
            f"The share that two raters rate lies between 0 and 1; {double:g} does not. `--double 0.5` is half of the outputs."
        )
    if outputs < 1:
        raise RatingError(f"A cycle needs an output at least; {outputs} were asked for. `--outputs 30` is usual.")


def _kept(run: Run, name: str) -> list[dict[str, Any]]:
    if run.report is None:
        raise RatingError(f"Run {run.id} is {run.state}; only a finished run can be rated. `caseroom runs go-on {run.id}` finishes it.")
    kept: list[dict[str, Any]] = run.report.get(name) or []
    if not kept:
        raise RatingError(
            f"Run {run.id} kept no outputs to rate. Run its proposal again with `caseroom run … --keep 10`: of each kind and group so many are kept."
        )
    return kept


def _where(room: Room, run: Run) -> dict[str, Any]:
    """The title is the data's, not the run's: a rater reads it, and a run may be called by its design."""
    return {"title": _title(room, run.case), "case": run.case, "version": (run.report or {})["data_version"]}


def _title(room: Room, case: str) -> str:
    """The title of a case, or the name of a folder of one's own data."""
    return Path(case).name if Path(case).is_absolute() else room.shelf.case(case).title


def _chosen(made: Mapping[str, tuple[Run, list[dict[str, Any]]]], outputs: int, double: float) -> Iterator[NewItem]:
    """For each design as many outputs, of the same records where all kept the same."""
    shared = set.intersection(*({row["record"] for row in kept} for _, kept in made.values()))
    each = max(1, outputs // len(made))
    for design, (run, kept) in made.items():
        rows = [row for row in kept if row["record"] in shared] or kept
        chosen = stratified(rows, each, lambda row: (row["kind"], row["group"]), lambda row: str(row["record"]), "cycle")
        for row, twice in zip(chosen, _twice([row["record"] for row in chosen], double), strict=True):
            plan = {"design": design, "record": row["record"], "kind": row["kind"], "group": row["group"], "double": twice}
            yield NewItem(plan, {name: row[name] for name in ("input", "output", "reference", "why")}, run.id)


def _twice(records: Sequence[str], double: float) -> list[bool]:
    """Which of them two raters rate: a share, by chance that depends on the record, so that it is the same in each design."""
    order = sorted(range(len(records)), key=lambda n: even("twice", records[n]))
    chosen = set(order[: math.ceil(double * len(records) - 1e-9)])
    return [n in chosen for n in range(len(records))]


def from_data(room: Room, *, case: str | None = None, data: Path | None = None, outputs: int = 30, double: float = 0.5) -> Cycle:
    """A cycle over the sample outputs that lie in a data folder's ratings.jsonl. Their ratings there are not looked at.

    Raises:
        UnknownCase, CaseError, DataError: there is no such case, or its data do not hold.
        RatingError: it holds no sample outputs, or a number is out of its range.
    """
    _check(outputs, double)
    opened = open_data(room, case if data is None else None, data)
    wanted = {rated.record for rated in opened.ratings}
    known = {record.id: record for record in opened.records() if record.id in wanted} if wanted else {}
    rows = [rated for rated in opened.ratings if rated.record in known]
    if not rows:
        raise RatingError(f"{opened.folder} holds no outputs to rate: there is no ratings.jsonl. Rate a run: `caseroom rate new RUN`.")
    chosen = stratified(rows, outputs, lambda row: (known[row.record].kind, known[row.record].group), lambda row: row.id, opened.version)
    items = []
    for row, twice in zip(chosen, _twice([row.id for row in chosen], double), strict=True):
        record = known[row.record]
        plan = {"design": SAMPLE, "record": record.id, "kind": record.kind, "group": record.group, "double": twice}
        items.append(NewItem(plan, {"input": record.input, "output": row.output, "reference": record.reference or ""}, None))
    name = str(data.resolve()) if data else str(case)
    return _begin(room, {"title": _title(room, name), "case": name, "version": opened.version, "runs": [], "double": double}, items)


def _begin(room: Room, body: dict[str, Any], items: list[NewItem]) -> Cycle:
    """Keep a cycle, its items in an order that tells nothing of the design."""
    seed = new_id()
    shuffled = [item for _, item in sorted(enumerate(items), key=lambda pair: even(seed, str(pair[0])))]
    made = RatingStore(room.store.database).begin(datetime.now(UTC).isoformat(timespec="seconds"), body, shuffled)
    return cycle(room, made)
