"""What a small local model gets wrong, and what of it the measures catch: `python -m evals.local --file MODEL.gguf [--records N]`.

The support desk's first records, answered by the model bare and with the measures on. Needs `pip install 'caseroom[local]'` and a GGUF file; slow (seconds a record).
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
from pathlib import Path

from caseroom.app.propose import data_of
from caseroom.app.runs import Replies
from caseroom.cases.shelf import Shelf
from caseroom.lab.experiment import Measured, run_design
from caseroom.language.encoder import Encoder
from caseroom.language.entailment import Entailment
from caseroom.language.reader import Reader
from caseroom.metrics.score import mean
from caseroom.pipeline.run import Pipeline
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Hallucinations, Ingest, Model, Prompt, Proposal, Retrieve, Technical
from caseroom.store.remembered import Remembered


def designs(file: str) -> dict[str, Proposal]:
    """The model bare, with sources, and with the measures."""
    model, prompt = Model("local", file), Prompt(budget=250)
    bare = Technical(model=model, prompt=prompt)
    sources = dataclasses.replace(
        bare, exact="code", retrieve=Retrieve("hybrid", top_k=3, permissions=True), ingest=Ingest(current_only=True)
    )
    guarded = Hallucinations(grounding=True, abstain=True, checks=("numbers", "grounding"), handover=True)
    return {
        "bare": Proposal(technical=bare),
        "with sources": Proposal(technical=sources),
        "with sources and measures": Proposal(technical=dataclasses.replace(sources, failure="person"), hallucinations=guarded),
    }


def line(name: str, measured: Measured) -> str:
    """A row of the table."""
    shares = [mean(column, measured.columns[column], column) for column in ("right", "incomplete", "wrong", "passed_on")]
    cells = [f"{s.value or 0:6.1%} [{s.low or 0:4.0%}, {s.high or 0:4.0%}]" for s in shares]
    return f"{name:28}" + "".join(f"{cell:>24}" for cell in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", required=True, help="a GGUF file")
    parser.add_argument("--records", type=int, default=40)
    options = parser.parse_args()
    if not Path(options.file).is_file():
        sys.exit(f"There is no file {options.file}; name a GGUF file.")
    data = data_of(Shelf([]).case("support-desk"))
    assert data is not None
    workshop = Workshop(data, Encoder(), Entailment(), Reader())
    print(f"{Path(options.file).name}, {options.records} records of the support desk, before people\n")
    print(f"{'':28}{'right':>24}{'incomplete':>24}{'wrong':>24}{'passed on':>24}")
    with tempfile.TemporaryDirectory() as folder:
        remember = Replies(Remembered(Path(folder) / "lab.db"))
        for name, proposal in designs(options.file).items():
            print(line(name, run_design(Pipeline(proposal, workshop, remember), workshop, data.records(options.records))), flush=True)


if __name__ == "__main__":
    main()
