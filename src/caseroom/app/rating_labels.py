"""Ratings as labels: a row for each value that was ever given, with the output that it is about. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from caseroom.app import ratings
from caseroom.app.interviews import Room


class RatingLabels:
    """What raters gave outputs."""

    kind = "ratings"

    def rows(self, room: Room) -> Iterator[dict[str, Any]]:
        """One row for each value, the oldest cycle first; `holds` is False where the rater gave another one later.

        `machine` is what the lab had found wrong with the output, empty where it found nothing, None where it was not asked or the run is deleted.
        """
        for cycle in reversed(ratings.cycles(room)):
            given = ratings.rows(room, cycle.id)
            latest = {(row.rater, row.item, row.dimension): row.number for row in given}
            items = {item.number: item for item in cycle.items}
            for row in given:
                item = items[row.item]
                plan, texts = item.plan, item.texts or {}
                yield {
                    "kind": self.kind, "by": f"rater:{row.rater}", "at": row.created, "cycle": cycle.id, "case": cycle.case,
                    "data_version": cycle.version, "item": row.item, "design": plan["design"], "record": plan["record"],
                    "record_kind": plan["kind"], "record_group": plan["group"], "input": texts.get("input"), "output": texts.get("output"),
                    "reference": texts.get("reference"), "dimension": row.dimension, "machine": texts.get("why"), "person": row.value,
                    "number": row.number, "holds": latest[row.rater, row.item, row.dimension] == row.number,
                }  # fmt: skip
