"""Delete one point from a case's strong answer: does exactly that point fall?

    python -m evals.deletion [--cases DIR] [--json]

For each paragraph of each strong answer that makes a point by itself: grade the answer without it. The point should fall (covered
or partial before, less after), and no other point should move.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from caseroom.app.engine import Engine
from caseroom.app.grading import grade_transcript
from caseroom.cases.model import Case
from caseroom.cases.shelf import Shelf
from caseroom.config import settings_from_environment
from caseroom.grading.transcript import Said, Transcript
from evals.split import TEST, TUNING

_ORDER = {"not_reached": 0, "missed": 0, "contradicted": 0, "unsure": 1, "partial": 2, "covered": 3}


@dataclass(frozen=True, slots=True)
class Row:
    """One deleted paragraph."""

    case: str
    point: str
    made: bool
    """The point was found in the whole answer."""
    fell: bool
    moved: tuple[str, ...]
    """Other points whose verdict changed."""


def verdicts(engine: Engine, case: Case, skip: int | None) -> dict[str, str]:
    """Verdicts of the strong answer without its paragraph `skip`."""
    text = "\n".join(passage.text for number, passage in enumerate(case.strong) if number != skip)
    card = grade_transcript(engine, case, Transcript((Said(1, "candidate", text),)))
    return {point.id: point.verdict for step in card.steps for point in step.points}


def measure(engine: Engine, case: Case) -> list[Row]:
    """Delete each paragraph in turn."""
    whole = verdicts(engine, case, None)
    rows = []
    for number, passage in enumerate(case.strong):
        without = verdicts(engine, case, number)
        moved = tuple(p for p in whole if p != passage.point and whole[p] != without[p])
        fell = _ORDER[without[passage.point]] < _ORDER[whole[passage.point]]
        rows.append(Row(case.id, passage.point, whole[passage.point] in ("covered", "partial"), fell, moved))
    return rows


def summary(rows: list[Row], points: int) -> dict[str, float]:
    """Shares over deleted paragraphs: found before, fell; and of the other points: moved."""
    others = len(rows) * (points - 1)
    return {
        "deleted": len(rows),
        "found_before": sum(r.made for r in rows) / len(rows),
        "fell": sum(r.fell for r in rows) / len(rows),
        "only_it": sum(r.fell and not r.moved for r in rows) / len(rows),
        "with_others_moved": sum(bool(r.moved) for r in rows) / len(rows),
        "others_moved": sum(len(r.moved) for r in rows) / others,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", action="store_true", help="name the paragraphs that did not fall and the points that moved")
    options = parser.parse_args()
    settings = settings_from_environment(cases=options.cases)
    engine, shelf = Engine(settings.cache), Shelf(settings.case_folders)
    found = {}
    for case_id in shelf.ids():
        case = shelf.case(case_id)
        rows = measure(engine, case)
        found[case_id] = summary(rows, len(case.points))
        for row in rows:
            if options.rows and (not row.fell or row.moved):
                print(
                    f"  {case_id} {row.point}: {'fell' if row.fell else 'did not fall' if row.made else 'was not found'}; moved: {row.moved}"
                )
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{'case':20} {'part':7} {'deleted':>7} {'found':>7} {'fell':>7} {'only it':>8} {'rows moving others':>19} {'others moved':>13}")
    for case_id, f in found.items():
        part = "tuning" if case_id in TUNING else "test" if case_id in TEST else "other"
        print(
            f"{case_id:20} {part:7} {f['deleted']:7.0f} {f['found_before']:7.1%} {f['fell']:7.1%} {f['only_it']:8.1%} "
            f"{f['with_others_moved']:19.1%} {f['others_moved']:13.2%}"
        )


if __name__ == "__main__":
    main()
