"""Write a data folder of the lab: task, money, rows, documents and tables. Whole or not at all."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, Any]


class _WrittenOut(yaml.SafeDumper):
    """YAML without references from one part to another; the lab's files know none."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write it out."""
        return True


@dataclass(frozen=True, slots=True)
class Folder:
    """A data folder while it is written."""

    path: Path

    def task(self, source: str, task: Mapping[str, Any]) -> None:
        """task.yaml; `source` is where the material comes from, and its licence."""
        self._yaml("task.yaml", f"From public data: {source}. What is asked and the goals' targets are invented.", task)

    def economics(self, currency: str, a_day: int, today: float, wage: float, wrong: float, cost_of_wrong: float, wait: int) -> None:
        """economics.yaml; all invented, what is not given in plain proportion to what is."""
        money = {
            "format": 1, "currency": currency, "items_a_day": a_day, "days_a_year": 250, "wage_per_minute": wage,
            "minutes": {"today": today, "approve": round(today * 0.25, 2), "correct": round(today * 0.6, 2), "review": round(today * 0.3, 2)},
            "wait_minutes": wait, "wrong_today": wrong, "cost_of_wrong": cost_of_wrong, "cost_of_missed_handover": cost_of_wrong * 10,
            "cost_of_leak": 300, "noticed": 0.6, "reviewers": {"a_day": max(1, a_day // 5), "noticed": 0.85},
        }  # fmt: skip
        self._yaml("economics.yaml", "Every figure is invented: the public data hold none.", money)

    def _yaml(self, name: str, about: str, body: Mapping[str, Any]) -> None:
        text = yaml.dump(dict(body), Dumper=_WrittenOut, sort_keys=False, allow_unicode=True, width=140)
        (self.path / name).write_text(f"# {about}\n{text}", encoding="utf-8")

    def rows(self, name: str, rows: Iterable[Row]) -> None:
        """records, examples, attacks or ratings; empty parts of a row are left out."""
        with (self.path / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(
                    json.dumps({key: part for key, part in row.items() if part not in (None, "", [], {})}, ensure_ascii=False) + "\n"
                )

    def document(self, source: Path, place: str) -> None:
        """A document, copied as it is."""
        target = self.path / "documents" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """A table of the systems of record."""
        (self.path / "tables").mkdir(exist_ok=True)
        with (self.path / "tables" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([columns, *rows])


@contextmanager
def written(out: Path) -> Iterator[Folder]:
    """A folder that takes its place once it is whole; an earlier one of ours gives way.

    Raises:
        FileExistsError: something else stands there.
    """
    if out.exists() and any(out.iterdir()) and not (out / "task.yaml").is_file():
        raise FileExistsError(f"{out} is there and is no data folder; name a new one.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".public-") as beside:
        new = Path(beside) / "data"
        new.mkdir()
        yield Folder(new)
        if out.exists():
            out.rename(Path(beside) / "old")
        new.rename(out)


def claim(text: str, *keys: str) -> Row:
    """A fact or a wrong claim."""
    return {"text": text, "keys": list(keys) or [text]}


def goal(name: str, metric: str, words: str, target: float, today: float | None = None) -> Row:
    """A yardstick; `words` are joined by commas."""
    row = {"id": name, "metric": metric, "words": [word.strip() for word in words.split(",")], "today": today, "target": target}
    return {key: part for key, part in row.items() if part is not None}
