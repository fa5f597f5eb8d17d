"""Why a correlation of “does the metric matter?” is unscored, and that few rated outputs tell little, in words. Reads a report's plain data and computes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from caseroom.metrics.correlation import FEWEST, FEWEST_DRAWN
from caseroom.metrics.score import Score

Data = Mapping[str, Any]
_AGAINST = {"value": "worth", "accuracy": "people: accuracy", "helpfulness": "people: helpfulness", "fluency": "people: fluency"}


def cautions(matters: Sequence[Data]) -> list[str]:
    """Why correlations are unscored, where some are, and that few outputs tell little, where they are few."""
    cells = [(row, name, Score(**row[name])) for row in matters for name in _AGAINST if row["metric"] != f"human_{name}"]
    if all(row["value"]["value"] is None for row in matters):  # then it does not matter that worth is made of facts
        cells = [cell for cell in cells if (cell[0]["metric"], cell[1]) != ("facts", "value")]
    why = {(row["title"], name): _untold(row["metric"], name, score) for row, name, score in cells if score.value is None}
    said = [
        f"Unscored: {'; '.join(_named(why, reason, [(row['title'], name) for row, name, _ in cells]))}: {reason}."
        for reason in dict.fromkeys(why.values())
    ]
    told = [score.n for _, _, score in cells if score.value is not None]
    if told and min(told) < FEWEST_DRAWN:
        said.append(
            f"Only {min(told)} rated outputs: too few to tell one metric from another ({FEWEST_DRAWN} would be better), so the intervals are wide."
        )
    return said


def _untold(metric: str, name: str, score: Score) -> str:
    """Why a correlation is unscored."""
    if not score.n:
        if metric == "facts" or name == "value":
            return "no record of a rated output names an expected fact or figure, of which it is worked out"
        return "no record of a rated output has a reference"
    if "by-construction" in score.signature:
        return "what an output is worth is worked out from them"
    if score.n < FEWEST and (metric == "facts" or name == "value"):
        return f"only {score.n} rated outputs are of a record that names an expected fact or figure, of which it is worked out, and {FEWEST} are needed"
    if score.n < FEWEST:
        return f"only {score.n} outputs have both, {FEWEST} are needed"
    return f"no variation, all {score.n} outputs are alike on one side"


def _named(why: Mapping[tuple[str, str], str], reason: str, cells: Sequence[tuple[str, str]]) -> Iterable[str]:
    """What is unscored for a reason: columns and rows by their names where all of them is, else cell by cell."""
    here = [cell for cell in why if why[cell] == reason]
    columns = [name for name in _AGAINST if here and all(cell in here for cell in cells if cell[1] == name)]
    rows = [title for title in dict.fromkeys(t for t, _ in here) if all(cell in here for cell in cells if cell[0] == title)]
    yield from (_AGAINST[name] for name in columns)
    yield from rows
    yield from (f"{title} with {_AGAINST[name]}" for title, name in here if name not in columns and title not in rows)
