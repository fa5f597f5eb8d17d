"""What the builders share of what changes after launch: drift.yaml as it is, documents and records of events."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from typing import Any

from cases.common import Folder


def drift(case: str, folder: Folder, records: Iterable[Mapping[str, Any]], documents: Iterable[Mapping[str, Any]] = ()) -> None:
    """Write drift.yaml, the documents of its events (id, title, text and what stands above it) and the records (each names its event)."""
    shutil.rmtree(folder.path / "drift", ignore_errors=True)
    folder.copy(case, "drift.yaml")
    for row in documents:
        folder.document(**row, place="drift")
    folder.rows("drift-records", numbered(records))


def numbered(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The records with an id each, in their order."""
    return [{**row, "id": f"d-{number:03}"} for number, row in enumerate(records, 1)]
