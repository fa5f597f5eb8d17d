"""What the builders of the cases' data share: seeded choice, filling in, files, and raters who disagree.

Everything is decided by seeds made of names, so that a row does not change when others are added before it.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
LIBRARY = HERE.parent / "src" / "caseroom" / "cases" / "library"


def chance(*names: object) -> random.Random:
    """A generator of random numbers that depends on the names alone."""
    digest = hashlib.sha256("\0".join(map(str, names)).encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))


def material(case: str, name: str) -> Any:
    """A hand-written YAML file of a case's material."""
    return yaml.safe_load((HERE / case / f"{name}.yaml").read_text(encoding="utf-8"))


def fill(template: str, values: Mapping[str, object]) -> str:
    """The template with its {names} filled in; one that is missing is an error."""
    return re.sub(r"\{(\w+)\}", lambda match: str(values[match[1]]), template)


class Folder:
    """The data folder of a case, written anew."""

    def __init__(self, case: str) -> None:
        self.path = LIBRARY / case / "data"
        for name in ("documents", "tables"):
            shutil.rmtree(self.path / name, ignore_errors=True)
        self.path.mkdir(parents=True, exist_ok=True)

    def document(self, id: str, title: str, text: str, place: str = "documents", **front: object) -> None:
        """One page of the knowledge base as Markdown with its front matter: updated, valid, access, topic."""
        head = "\n".join(f"{key}: {json.dumps(value) if isinstance(value, str | bool) else value}" for key, value in front.items())
        path = self.path / place / f"{id}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"---\nid: {id}\ntitle: {json.dumps(title, ensure_ascii=False)}\n{head}\n---\n\n{text.strip()}\n", encoding="utf-8")

    def rows(self, name: str, rows: Iterable[Mapping[str, object]]) -> None:
        """`records`, `examples`, `attacks` or `ratings` as JSON Lines; keys without a value are left out."""
        lines = (json.dumps({k: v for k, v in row.items() if v not in (None, [], {}, "")}, ensure_ascii=False) for row in rows)
        (self.path / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def table(self, name: str, rows: Sequence[Mapping[str, object]]) -> None:
        """A table of the systems of record as CSV."""
        path = self.path / "tables" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def copy(self, case: str, *names: str) -> None:
        """Files of the material that go into the data as they are: task.yaml, economics.yaml."""
        for name in names:
            shutil.copyfile(HERE / case / name, self.path / name)


@dataclass(frozen=True)
class Rater:
    """Somebody who rates: how mild, how far a smooth text blinds them to errors, how steady."""

    name: str
    mild: float
    blinded: float
    unsteady: float


RATERS = (
    Rater("r1", 0.0, 0.05, 0.45),
    Rater("r2", 0.4, 0.35, 0.6),
    Rater("r3", -0.4, 0.0, 0.5),
    Rater("r4", 0.1, 0.2, 0.9),
)


def rated(
    id: str, record: str, output: str, accuracy: float, fluency: float, helpfulness: float, raters: Sequence[Rater] = RATERS
) -> dict[str, Any]:
    """A row of ratings.jsonl. The three qualities are 0 to 1, as the builder knows them of the output that it made; the raters are invented,
    three of the four rate each output, and they disagree: by temper, by being blinded by a smooth text, and by chance."""
    chosen = chance("raters", id).sample(list(raters), 3)
    rows = []
    for rater in sorted(chosen, key=lambda r: r.name):
        luck = chance("rating", id, rater.name)
        seen = accuracy + rater.blinded * max(0.0, fluency - accuracy)
        useful = 0.6 * helpfulness + 0.4 * seen
        rows.append({"rater": rater.name, **{name: _stars(value, rater, luck) for name, value in
                     (("accuracy", seen), ("fluency", fluency), ("helpfulness", useful))}})  # fmt: skip
    return {"id": id, "record": record, "output": output, "ratings": rows}


def _stars(quality: float, rater: Rater, luck: random.Random) -> int:
    return min(5, max(1, round(1 + 4 * quality + rater.mild + luck.gauss(0, rater.unsteady))))
