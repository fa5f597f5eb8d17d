"""What a rating cycle says: means per design, how far raters agree, where they differ most, and whether the automatic metrics order outputs as they do.

Nothing is stored here, and no number is told over too few items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from caseroom.app import ratings, runs
from caseroom.app.carrying import open_data
from caseroom.app.interviews import Room
from caseroom.app.rating_samples import SAMPLE
from caseroom.app.ratings import Cycle, Sheet, Standing, whole
from caseroom.app.scales import DIMENSIONS, VALUES
from caseroom.cases.data import RatedOutput, Rating
from caseroom.errors import CaseroomError, RunNotFound
from caseroom.lab.cautions import cautions
from caseroom.lab.matters import Matter, matters
from caseroom.metrics import score
from caseroom.metrics.agreement import in_words, krippendorff_alpha
from caseroom.metrics.score import BOOTSTRAP, Score, sign
from caseroom.store.ratings import KeptItem

AUTOMATIC = ("right", "incomplete", "wrong", "grounded_rate", "omission_rate", "exactness", "bleu", "rougeL", "bertscore", "edit_rate")
"""The lab's measures of outputs before people, as a report has them."""
_APART = 2
"""Values between raters from which an output is one that they differ on."""


@dataclass(frozen=True, slots=True)
class Design:
    """A design as raters see it, beside what the lab measured of it."""

    name: str
    title: str
    items: int
    """Outputs that are rated."""
    means: dict[str, Score]
    """By dimension, over outputs; of an output the mean of its raters."""
    automatic: tuple[tuple[str, str], ...]
    """The lab's measures of its whole run: what, and how much."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first design less another, over the records that both were rated on."""

    first: str
    """Its title."""
    other: str
    scores: dict[str, Score]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters agree on a dimension."""

    dimension: str
    score: Score
    words: str


@dataclass(frozen=True, slots=True)
class Apart:
    """An output that raters differ on."""

    item: KeptItem
    spread: int
    """Values between the lowest and the highest, on the dimension where it is most."""
    given: dict[str, dict[str, int]]
    """By rater, by dimension."""


@dataclass(frozen=True, slots=True)
class Results:
    """The whole."""

    cycle: Cycle
    standings: tuple[Standing, ...]
    designs: tuple[Design, ...]
    differences: tuple[Difference, ...]
    agreement: tuple[Agreement, ...]
    apart: tuple[Apart, ...]
    """Where raters differ by two values or more, the most first."""
    matters: tuple[Matter, ...]
    cautions: tuple[str, ...]
    """Why some of it is unscored, and that it is of few outputs."""
    unsaid: str
    """Why nothing is told of the metrics, where nothing is."""


def results(room: Room, cycle_id: str) -> Results:
    """What a cycle says so far.

    Raises:
        CycleNotFound: no such cycle.
    """
    cycle = ratings.cycle(room, cycle_id)
    sheet = {key: values for key, values in ratings.sheet_of(ratings.rows(room, cycle_id)).items() if whole(values)}
    means = _means(sheet)
    names = list(dict.fromkeys(item.plan["design"] for item in sorted(cycle.items, key=lambda item: _place(cycle, item))))
    designs = tuple(_design(room, cycle, name, means) for name in names)
    told, unsaid = _matters(room, cycle, sheet)
    return Results(
        cycle, tuple(ratings.standings(room, cycle_id)), designs,
        tuple(_differences(cycle, designs, means)), tuple(_agreements(cycle, sheet)), tuple(_apart(cycle, sheet)), told,
        tuple(cautions([asdict(matter) for matter in told])), unsaid,
    )  # fmt: skip


def _place(cycle: Cycle, item: KeptItem) -> tuple[int, str]:
    """Designs in the order in which their runs were named."""
    design = item.plan["design"]
    return (cycle.runs.index(design) if design in cycle.runs else len(cycle.runs)), design


def _means(sheet: Sheet) -> dict[int, dict[str, float]]:
    """The mean of its raters, by item and dimension."""
    by_item: dict[int, list[dict[str, int]]] = {}
    for (_, item), values in sheet.items():
        by_item.setdefault(item, []).append(values)
    return {item: {d.name: mean(values[d.name] for values in given) for d in DIMENSIONS} for item, given in by_item.items()}


def _design(room: Room, cycle: Cycle, name: str, means: Mapping[int, Mapping[str, float]]) -> Design:
    rated = [means[item.number] for item in cycle.items if item.plan["design"] == name and item.number in means]
    scores = {
        d.name: score.mean(f"human_{d.name}", [values[d.name] for values in rated], sign(f"human_{d.name}", BOOTSTRAP, scale="1-5", raters="mean"))
        for d in DIMENSIONS
    }  # fmt: skip
    run_id, _, part = name.partition(", ")
    if name == SAMPLE:
        return Design(name, name, len(rated), scores, ())
    try:
        run = runs.run(room, run_id)
    except RunNotFound:
        return Design(name, f"{name} (deleted)", len(rated), scores, ())
    title = ", ".join(filter(None, (f"{run.title} ({run_id})" if len(cycle.runs) > 1 else run.title, part)))
    return Design(name, title, len(rated), scores, tuple(_automatic(run.report or {}, simple=bool(part))))


def _automatic(report: Mapping[str, Any], simple: bool) -> Iterator[tuple[str, str]]:
    side, words = ("simple_score", "simple") if simple else ("score", "design")
    rows = {row[side]["name"]: row for section in report.get("sections", ()) for row in section["rows"] if row[side]}
    for name in AUTOMATIC:
        if name in rows and rows[name][side]["value"] is not None:
            yield rows[name]["name"], rows[name][words]


def _differences(cycle: Cycle, designs: Sequence[Design], means: Mapping[int, Mapping[str, float]]) -> Iterator[Difference]:
    """The first design against each other one, on the records that both were rated on."""
    rated: dict[str, dict[str, Mapping[str, float]]] = {design.name: {} for design in designs}
    for item in cycle.items:
        if item.number in means:
            rated[item.plan["design"]][item.plan["record"]] = means[item.number]
    for other in designs[1:]:
        ours, theirs = rated[designs[0].name], rated[other.name]
        shared = [record for record in ours if record in theirs]
        if shared:
            sides = {d.name: ([ours[r][d.name] for r in shared], [theirs[r][d.name] for r in shared]) for d in DIMENSIONS}
            scores = {name: score.paired_difference(*side, f"human_{name}") for name, side in sides.items()}
            yield Difference(designs[0].title, other.title, scores)


def _agreements(cycle: Cycle, sheet: Sheet) -> Iterator[Agreement]:
    raters = list(dict.fromkeys(rater for rater, _ in sheet))
    for d in DIMENSIONS:
        table = [[sheet[rater, item.number][d.name] if (rater, item.number) in sheet else None for rater in raters] for item in cycle.items]
        alpha = krippendorff_alpha(table, level="ordinal", order=VALUES)
        yield Agreement(d.name, alpha, in_words(alpha))


def _apart(cycle: Cycle, sheet: Sheet) -> list[Apart]:
    found = []
    for item in cycle.items:
        given = {rater: dict(values) for (rater, number), values in sheet.items() if number == item.number}
        spread = max(
            (max(side) - min(side) for d in DIMENSIONS if len(side := [values[d.name] for values in given.values()]) > 1), default=0
        )
        if spread >= _APART:
            found.append(Apart(item, spread, given))
    return sorted(found, key=lambda apart: (-apart.spread, apart.item.number))


def _matters(room: Room, cycle: Cycle, sheet: Sheet) -> tuple[tuple[Matter, ...], str]:
    """Whether the automatic metrics order these outputs as these raters do."""
    rated = list(_rated(cycle, sheet))
    if not rated:
        return (), "No output is rated on every dimension yet."
    try:
        own = Path(cycle.case).is_absolute()
        data = open_data(room, None if own else cycle.case, Path(cycle.case) if own else None)
        if data.version != cycle.version:
            return (), "The data has changed since these outputs were made, so they cannot be measured against it."
        return tuple(matters(data, room.engine.encoder, rated)), ""
    except CaseroomError as error:
        return (), f"The data that these outputs were made of cannot be read: {error}"


def _rated(cycle: Cycle, sheet: Sheet) -> Iterator[RatedOutput]:
    for item in cycle.items:
        given = [Rating(rater=rater, **values) for (rater, number), values in sheet.items() if number == item.number]
        if given and item.texts is not None:
            yield RatedOutput(id=str(item.number), record=item.plan["record"], output=item.texts["output"], ratings=given)
