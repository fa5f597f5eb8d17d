"""Human evaluation in cycles: raters rate a sample of outputs blind, each in an order of their own.

A rater never learns here which design made an output or what others gave it. A value is appended at once, so leaving loses nothing; going back is a
new value, and the latest holds. Samples are `app/rating_samples.py`'s, results `app/rating_results.py`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from caseroom.app.interviews import Room
from caseroom.app.scales import BY_NAME, DIMENSIONS, VALUES
from caseroom.errors import RatingError
from caseroom.pipeline.route import even
from caseroom.store.database import new_id
from caseroom.store.ratings import KeptCycle, KeptItem, KeptRating, RatingStore

LONGEST_NAME = 40
Sheet = dict[tuple[str, int], dict[str, int]]
"""The value that holds of each dimension, by rater and item."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """A rating cycle."""

    id: str
    created: str
    title: str
    case: str
    """The case's id, or the folder of one's own data."""
    runs: tuple[str, ...]
    outputs: int
    double: float
    """The share of outputs that two raters rate."""
    version: str
    """The data's version."""
    items: tuple[KeptItem, ...]

    @property
    def gone(self) -> int:
        """Outputs whose run was deleted."""
        return sum(item.texts is None for item in self.items)


@dataclass(frozen=True, slots=True)
class Task:
    """What a rater sees of an output, and where they stand. Nothing of the design that made it."""

    item: int
    input: str
    output: str
    reference: str
    given: dict[str, int]
    """What this rater gave it so far."""
    previous: int | None
    """The output that they rated before this one."""
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a rater is."""

    rater: str
    done: int
    total: int


def _store(room: Room) -> RatingStore:
    return RatingStore(room.store.database)


def _cycle(kept: KeptCycle, items: list[KeptItem]) -> Cycle:
    body = kept.body
    return Cycle(
        kept.id, kept.created, body["title"], body["case"], tuple(body["runs"]), len(items), body["double"], body["version"], tuple(items)
    )


def cycle(room: Room, cycle_id: str) -> Cycle:
    """A cycle.

    Raises:
        CycleNotFound: no such cycle.
    """
    store = _store(room)
    return _cycle(store.cycle(cycle_id), store.items(cycle_id))


def cycles(room: Room) -> list[Cycle]:
    """All cycles, the newest first."""
    store = _store(room)
    return [_cycle(kept, store.items(kept.id)) for kept in store.cycles()]


def delete(room: Room, cycle_id: str) -> None:
    """Remove a cycle with its ratings for good.

    Raises:
        CycleNotFound: no such cycle.
    """
    _store(room).delete(cycle_id)


def rows(room: Room, cycle_id: str) -> list[KeptRating]:
    """All that was ever rated in a cycle, in order, with what was put right later."""
    return _store(room).ratings(cycle_id)


def sheet_of(given: Sequence[KeptRating]) -> Sheet:
    """Of all that was rated, what holds: the latest."""
    sheet: Sheet = {}
    for row in given:
        sheet.setdefault((row.rater, row.item), {})[row.dimension] = row.value
    return sheet


def whole(values: Mapping[str, int]) -> bool:
    """Whether an output is rated on every dimension."""
    return len(values) == len(DIMENSIONS)


def stored(room: Room) -> list[dict[str, object]]:
    """All that is stored of ratings, cycle by cycle."""
    return [{**asdict(found), "ratings": [asdict(row) for row in rows(room, found.id)]} for found in cycles(room)]


# rating


def new_rater() -> str:
    """A name for somebody who gives none."""
    return f"rater-{new_id()[:5]}"


def rater_name(given: str) -> str:
    """A rater's name as it is kept; one is made for somebody who gives none.

    Raises:
        RatingError: it is too long.
    """
    name = " ".join(given.split())
    if len(name) > LONGEST_NAME:
        raise RatingError(f"A rater's name has {LONGEST_NAME} characters at most; this one has {len(name)}. Initials will do.")
    return name or new_rater()


def task(room: Room, cycle_id: str, rater: str, item: int | None = None) -> Task | None:
    """The next output for a rater, or the one that they go back to; None when nothing is left for them.

    Raises:
        CycleNotFound: no such cycle.
        RatingError: no such output, or its run was deleted.
    """
    found = cycle(room, cycle_id)
    given = rows(room, cycle_id)
    sheet, left = sheet_of(given), _left(found, given, rater)
    done = sum(whole(values) for (who, _), values in sheet.items() if who == rater)
    if item is None and not left:
        return None
    shown = _open_item(found, left[0] if item is None else item)
    texts, mine = shown.texts or {}, sheet.get((rater, shown.number), {})
    history = list(dict.fromkeys(row.item for row in given if row.rater == rater))
    open_items = {kept.number for kept in found.items if kept.texts is not None}
    before = [n for n in history[: history.index(shown.number)] if n in open_items] if shown.number in history else [n for n in history if n in open_items]  # fmt: skip
    return Task(
        shown.number,
        texts["input"],
        texts["output"],
        texts["reference"],
        dict(mine),
        before[-1] if before else None,
        done,
        done + len(left),
    )


def _open_item(found: Cycle, number: int) -> KeptItem:
    """An output that can be rated."""
    shown = next((kept for kept in found.items if kept.number == number), None)
    if shown is None:
        raise RatingError(f"Cycle {found.id} has no output {number}; it has {found.outputs}.")
    if shown.texts is None:
        raise RatingError(
            "The run that made this output was deleted, and its texts with it. What was rated is kept; go on with the next output."
        )
    return shown


def _left(found: Cycle, given: Sequence[KeptRating], rater: str) -> list[int]:
    """What is left for a rater: what they began, then what still needs a rater, in an order of their own."""
    sheet = sheet_of(given)
    raters: dict[int, set[str]] = {}
    for (who, item), values in sheet.items():
        if whole(values):
            raters.setdefault(item, set()).add(who)
    left = [
        kept for kept in found.items
        if kept.texts is not None and rater not in raters.get(kept.number, ())
        and ((rater, kept.number) in sheet or len(raters.get(kept.number, ())) < 1 + kept.plan["double"])
    ]  # fmt: skip
    return [
        kept.number for kept in sorted(left, key=lambda kept: ((rater, kept.number) not in sheet, even(found.id, rater, str(kept.number))))
    ]


def rate(room: Room, cycle_id: str, rater: str, item: int, values: Mapping[str, int]) -> None:
    """Append what a rater gives an output, on one dimension or several.

    Raises:
        CycleNotFound: no such cycle.
        RatingError: no such output, dimension or value, or its run was deleted.
    """
    _open_item(cycle(room, cycle_id), item)
    for name, value in values.items():
        if name not in BY_NAME:
            raise RatingError(f"There is no dimension {name!r}; outputs are rated on {', '.join(BY_NAME)}.")
        if value not in VALUES:
            raise RatingError(f"{name} is rated from {VALUES[0]} to {VALUES[-1]}; {value} is none of them.")
    if values:
        _store(room).rate(cycle_id, datetime.now(UTC).isoformat(timespec="milliseconds"), rater_name(rater), item, list(values.items()))


def standings(room: Room, cycle_id: str) -> list[Standing]:
    """How far each rater is who has begun.

    Raises:
        CycleNotFound: no such cycle.
    """
    found, given = cycle(room, cycle_id), rows(room, cycle_id)
    made = []
    for rater in dict.fromkeys(row.rater for row in given):
        done = sum(whole(values) for (who, _), values in sheet_of(given).items() if who == rater)
        made.append(Standing(rater, done, done + len(_left(found, given, rater))))
    return made
