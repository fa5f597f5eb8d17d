"""What users' signals are worth: each improvement of each case, fitted on one part of the labels, judged at the door on the other:
`python -m evals.feedback [CASE ...] [--labels 500] [--seed 7]`.

For each case the proposal in evals/proposals is live on the first day, without events, until its users have given so many signals (edits, thumbs, reopens; noise as in
rollout/settings.py). Then each of the four improvements is fitted on the training part of the labels and the new design is run by the lab's pipeline over all records;
old and new are compared on the records held out, pair by pair. The last rows are a model of another kind in the design's place (`recall`), by the same door.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

from caseroom.app.engine import Engine
from caseroom.app.propose import data_of
from caseroom.app.runs import Windows
from caseroom.cases.drift import Drift
from caseroom.cases.shelf import Shelf
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.file import read_proposal
from caseroom.proposal.model import Proposal, Roadmap
from caseroom.rollout.door import Verdict
from caseroom.rollout.drawing import Stage
from caseroom.rollout.feedback import Improver
from caseroom.rollout.fitting import Improve
from caseroom.rollout.labels import Label, counted
from caseroom.rollout.settings import Business, Settings
from caseroom.rollout.weeks import Simulation
from caseroom.rollout.world import CaseWorld
from caseroom.store.remembered import Remembered

HERE = Path(__file__).parent / "proposals"
MOST_A_DAY = 200.0
"""So few, that the labels come from several days."""


def stage_of(case_id: str, engine: Engine, kept: Remembered, seed: int) -> tuple[Stage, Improver]:
    """A case's stage, without events."""
    data = data_of(Shelf([]).case(case_id))
    assert data is not None
    workshop, nothing = Workshop(data, engine.encoder, engine.entailment, engine.reader), Drift(data.folder, (), {}, {})
    world = CaseWorld(workshop, nothing, keeper=Windows(kept), told=_told)
    settings = Settings(seed=seed, events=(), a_day=min(MOST_A_DAY, data.economics.items_a_day))
    return Stage(world, Business(data.economics, data.task, data.documents is not None), settings, ()), Improver(world)


def _told(what: str, done: int, total: int) -> None:
    print(f"\r{what[:60]:60} {done:4} of {total}", end="" if done < total else "\n", file=sys.stderr, flush=True)


def gathered(stage: Stage, proposal: Proposal, count: int) -> tuple[tuple[Label, ...], int]:
    """The labels of a design that is live from the first day, and the day on which there were enough."""
    simulation = Simulation(stage, replace(proposal, roadmap=Roadmap(feedback=True, improve_after=count)))
    while not simulation.over and not simulation.loop.book.full:
        simulation.step()
    return simulation.loop.book.labels(), simulation.day


def rows(case_id: str, improve: str, labels: int, train: int, what: str, verdict: Verdict | None) -> Iterator[str]:
    """The rows of one trial."""
    state = "nothing to try" if verdict is None else "TAKEN" if verdict.taken else "refused"
    held = "" if verdict is None else f"{verdict.changed} of {verdict.records}"
    yield f"{case_id:17}{improve:12}{labels:7}{train:7}  {state:15}{held:>11}  {what}"
    for one in verdict.moved if verdict else ():
        mark = "better" if one.better else "worse" if one.worse else "cannot be told"
        yield f"{'':71}{one.title}: {one.said}  ({mark})"
    for group in verdict.groups if verdict else ():
        yield f"{'':71}{group}"


def tried(case_id: str, engine: Engine, kept: Remembered, seed: int, count: int) -> Iterator[str]:
    """All trials of a case."""
    stage, improver = stage_of(case_id, engine, kept, seed)
    proposal = read_proposal(HERE / f"{case_id}.yaml")
    labels, days = gathered(stage, proposal, count)
    signals = sum(counted(labels).values())
    said = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counted(labels).items())
    yield f"{case_id}: {signals} signals in {days} days ({said}) of {sum(label.signals > 0 for label in labels)} records"
    for improve in get_args(Improve):
        found = improver.tried(stage, proposal, labels, days, improve)
        yield from rows(case_id, improve, signals, found.train, found.what, found.verdict)
    other = replace(proposal, technical=replace(proposal.technical, model=replace(proposal.technical.model, name="recall")))
    yield from rows(case_id, "new model", 0, 0, "the model recall in the place of extractive", improver.compared(stage, proposal, other))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=[path.stem for path in sorted(HERE.glob("*.yaml")) if not path.stem.endswith("-weak")])
    parser.add_argument("--labels", type=int, default=500, metavar="N", help="signals that are gathered first")
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="draws the traffic and the split")
    parser.add_argument("--cache", type=Path, default=Path("build/feedback"), metavar="DIR", help="where the tables are kept")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    engine, kept, start = Engine(given.cache), Remembered(given.cache / "lab.db"), time.monotonic()
    print(
        f"{'case':17}{'improvement':12}{'labels':>7}{'train':>7}  {'':15}{'held out':>11}  what changes, and what moved on the held-out records"
    )
    for case_id in given.cases:
        for line in tried(case_id, engine, kept, given.seed, given.labels):
            print(line, flush=True)
        print(flush=True)
    print(f"{time.monotonic() - start:.0f} s; tables are kept in {given.cache}.")


if __name__ == "__main__":
    main()
