"""A table of the world in the form that a day is drawn from: one matrix, one row a record, and the chance of each. Codes of groups and kinds are made common
to all tables here, so that rows of two tables can stand under each other. Changes no number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np

from caseroom.lab.columns import NAMES, Columns
from caseroom.lab.people import Settled
from caseroom.rollout.model import Floats, Ints, Table

_SETTLED = tuple(part.name for part in fields(Settled))
_INPUTS = ("kind_taken", "unseen", "far", "words_in", "words_out", "suspicious")
COLUMNS = (
    *NAMES,
    *("cost_all" if name == "cost" else name for name in _SETTLED),
    *_INPUTS,
)  # `cost` is the machine's, `cost_all` people's time with it
AT = {name: number for number, name in enumerate(COLUMNS)}
if len(AT) != len(COLUMNS):
    raise AssertionError("a name stands for two columns")


@dataclass
class Names:
    """The groups and kinds of all tables, by their codes."""

    groups: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Deck:
    """A table to draw from."""

    state: str
    rows: Floats
    """One row a record, columns as in COLUMNS, codes of groups and kinds common to all decks."""
    weights: Floats
    names: Names
    origins: Ints | None = None
    """The row of the usual deck that each row is, or is made of; -1 for a new record. None: nobody says."""

    def edges(self, factors: Floats) -> Floats:
        """The upper ends of the records' shares of the interval 0 to 1, where each kind comes so much more often (`factors`, by code)."""
        codes = np.nan_to_num(self.rows[:, AT["kind"]], nan=-1).astype(np.int64)
        weighed = self.weights * np.where(codes >= 0, factors[np.maximum(codes, 0)], 1.0) if len(factors) else self.weights
        found = np.cumsum(weighed)
        return np.asarray(found / found[-1], np.float64)


def deck_of(table: Table, names: Names) -> Deck:
    """The table as a deck; its groups and kinds join those known."""
    columns = {name: table.columns[name] for name in NAMES}
    columns["group"] = _common(columns["group"], table.columns.groups, names.groups)
    columns["kind"] = _common(columns["kind"], table.columns.kinds, names.kinds)
    settled = [np.asarray(getattr(table.settled, name), np.float64) for name in _SETTLED]
    given = table.inputs
    inputs = [
        np.asarray(part, np.float64) for part in (given.kind, given.unseen, given.far, given.words_in, given.words_out, given.suspicious)
    ]
    rows = np.stack([*columns.values(), *settled, *inputs], axis=1)
    weights = np.asarray(table.weights, np.float64)
    if not len(weights) or weights.sum() <= 0:
        weights = np.ones(len(rows))
    return Deck(table.state, rows, weights, names, table.origins)


def _common(codes: Floats, own: Sequence[str], known: list[str]) -> Floats:
    for name in own:
        if name not in known:
            known.append(name)
    place = np.array([known.index(name) for name in own], np.float64)
    found = np.full(len(codes), np.nan)
    told = ~np.isnan(codes)
    found[told] = place[codes[told].astype(np.int64)] if len(place) else np.nan
    return found


def pick(deck: Deck, edges: Floats, chances: Floats) -> Ints:
    """The record that each chance stands for."""
    return np.minimum(np.searchsorted(edges, chances, side="right"), len(edges) - 1)


def measured(rows: Floats, names: Names) -> tuple[Columns, Settled]:
    """Rows of decks in the form that the lab's measures read."""
    columns = Columns.from_data({"groups": names.groups, "kinds": names.kinds, "rows": rows[:, : len(NAMES)].ravel().tolist()})
    first = len(NAMES)
    return columns, Settled(*(rows[:, first + number].copy() for number in range(len(_SETTLED))))
