"""How fast the lab is, and how much memory it takes: `python -m benchmarks.lab [--many N]`.

Records are the support desk's, each with another number in front, so that no input was seen before.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import resource
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from caseroom.app.runs import Windows
from caseroom.cases.data import load_data
from caseroom.cases.load import LIBRARY
from caseroom.lab.experiment import run_design
from caseroom.language.encoder import Encoder
from caseroom.language.entailment import Entailment
from caseroom.language.reader import Reader
from caseroom.language.runtime import Model
from caseroom.pipeline.run import Pipeline
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Assess, Hallucinations, Ingest, Proposal, Respond, Retrieve, Review, Technical
from caseroom.store.remembered import Remembered

FULL = Proposal(
    assess=Assess(mode="draft"),
    technical=Technical(exact="code", ingest=Ingest(current_only=True), retrieve=Retrieve("hybrid", permissions=True), respond=Respond(True),
                        review=Review(True), failure="person"),
    hallucinations=Hallucinations(grounding=True, abstain=True, mask=True, handover=True,
                                  checks=("numbers", "grounding", "citations", "topic", "injection", "schema", "privacy", "verifier")),
)  # fmt: skip


class InModels:
    """Seconds spent in the embedded models."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._run = Model.run
        inner = self

        def timed(model: Model, *given: Any, **more: Any) -> Any:
            """Model.run, and how long it took."""
            start = time.perf_counter()
            try:
                return inner._run(model, *given, **more)
            finally:
                inner.seconds += time.perf_counter() - start

        Model.run = timed  # type: ignore[method-assign,assignment]


def folder_of(count: int, to: Path) -> Path:
    """A data folder of so many records."""
    shutil.copytree(LIBRARY / "support-desk" / "data", to)
    lines = (to / "records.jsonl").read_text(encoding="utf-8").splitlines()
    with (to / "records.jsonl").open("w", encoding="utf-8") as file:
        for number in range(count):
            row = json.loads(lines[number % len(lines)])
            row["id"], row["input"] = f"{row['id']}-{number}", f"Message {number}. {row['input']}"
            file.write(json.dumps(row) + "\n")
    return to


def measured(count: int, proposal: Proposal, base: Path, models: InModels) -> tuple[float, float]:
    """Seconds for so many records, and seconds of these in the models."""
    data = load_data(folder_of(count, base / f"data-{count}"))
    workshop = Workshop(data, Encoder(), Entailment(), Reader())
    workshop.index(proposal.technical.ingest)
    before, start = models.seconds, time.perf_counter()
    kept = Windows(Remembered(base / "lab.db"))
    run_design(Pipeline(proposal, workshop), workshop, data.records(), key=f"bench-{count}", keeper=kept)
    return time.perf_counter() - start, models.seconds - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=50_000, metavar="N", help="records for the memory figure; 0 leaves it out")
    many = parser.parse_args().many
    models = InModels()
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        took, inside = measured(1000, FULL, base, models)
        print(f"{'1,000 records, extractive, all checks':52}{took:10.1f} s   (at most 120)")
        print(f"{'of which outside of models, a record':52}{(took - inside):10.2f} ms  (at most 2)")
        if many:
            light = dataclasses.replace(FULL, hallucinations=dataclasses.replace(FULL.hallucinations, checks=("numbers", "injection")))
            took, _ = measured(many, light, base, models)
            print(f"{f'{many:,} records, extractive':52}{took:10.0f} s")
        print(f"{'peak memory':52}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:10.0f} MB  (at most 1500)")


if __name__ == "__main__":
    main()
