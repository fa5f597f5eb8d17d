"""How soon the standard set of monitors sees what goes wrong after launch, and how often it cries wolf: `python -m evals.drift [CASE ...] [--seeds 200] [--first 0]`.

For each case the proposal in evals/proposals is live on the first day, watched by the standard set, with somebody on call who mends within a day. Each seed is twelve
weeks with its own launch date, traffic and events (all kinds of the case's library, the harmless season among them), and is used for one case in turn. What the
design does with each record in each state of the world is run once and kept in `--cache`; the weeks are drawn from it. Volumes are the case's, at most
2,000 items a day: more items only make drift easier to see.

An event counts as seen when an alert is raised, while it is at work, by a monitor of a reading that this event can move; the delay counts from its first day.
An alert that no event at work can have caused is false. An alert that is told as information only (the mix of kinds, the volume) is neither.

Seeds 0 to 199 are for reporting. Whoever tunes a monitor looks at seeds from 1000 on (`--first 1000`).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from caseroom.app.engine import Engine
from caseroom.app.propose import data_of
from caseroom.app.runs import Windows
from caseroom.cases.drift import read_drift
from caseroom.cases.load import LIBRARY
from caseroom.cases.shelf import Shelf
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.file import read_proposal
from caseroom.proposal.model import OnCall, Proposal, Roadmap
from caseroom.rollout.drawing import Stage
from caseroom.rollout.oncall import Raised
from caseroom.rollout.planting import planted
from caseroom.rollout.settings import Business, Settings
from caseroom.rollout.watching import ALL
from caseroom.rollout.weeks import Simulation, Weeks
from caseroom.rollout.world import CaseWorld
from caseroom.store.remembered import Remembered

HERE = Path(__file__).parent / "proposals"
MOST_A_DAY = 2000.0
WEEKS = 12


@dataclass
class Met:
    """What became of the events of one kind, or of one case."""

    delays: list[int | None] = field(default_factory=list)
    by: Counter[str] = field(default_factory=Counter)

    def add(self, delay: int | None, by: str) -> None:
        """One event more."""
        self.delays.append(delay)
        if delay is not None:
            self.by[by] += 1

    @property
    def seen(self) -> list[int]:
        """The delays of those that were seen."""
        return [delay for delay in self.delays if delay is not None]


@dataclass
class Case:
    """A case's world, its tables computed."""

    id: str
    stage: Stage
    proposal: Proposal

    def weeks(self, seed: int) -> Weeks:
        """Twelve weeks by a seed."""
        a_day = min(MOST_A_DAY, self.stage.business.economics.items_a_day)
        settings = Settings(seed=seed, weeks=WEEKS, a_day=a_day)
        stage = self.stage.again(settings, planted(self.stage.world.events, settings))
        return Simulation(stage, self.proposal).run()


def case_of(case_id: str, engine: Engine, kept: Remembered) -> Case:
    """A case, with its tables."""
    data = data_of(Shelf([]).case(case_id))
    assert data is not None
    workshop = Workshop(data, engine.encoder, engine.entailment, engine.reader)
    world = CaseWorld(workshop, read_drift(data.folder), keeper=Windows(kept), told=_told)
    design = replace(read_proposal(HERE / f"{case_id}.yaml"), roadmap=Roadmap(monitors=ALL, on_call=OnCall(days=1)))
    stage = Stage(world, Business(data.economics, data.task, data.documents is not None), Settings(), ())
    replace(stage, planted=world.events).prepare(design)
    return Case(case_id, stage, design)


def _told(what: str, done: int, total: int) -> None:
    print(f"\r{what[:60]:60} {done:4} of {total}", end="" if done < total else "\n", file=sys.stderr, flush=True)


@dataclass
class Found:
    """All seeds."""

    kinds: dict[str, Met] = field(default_factory=lambda: defaultdict(Met))
    cases: dict[str, Met] = field(default_factory=lambda: defaultdict(Met))
    weeks: Counter[str] = field(default_factory=Counter)
    """Twelve weeks each, by case."""
    false: dict[str, list[tuple[int, Raised]]] = field(default_factory=lambda: defaultdict(list))
    missed: list[tuple[str, int, str, int]] = field(default_factory=list)
    seasons: int = 0
    in_season: int = 0
    """False alarms while a harmless season was at work."""

    def add(self, case: str, seed: int, weeks: Weeks) -> None:
        """One seed's weeks."""
        self.weeks[case] += 1
        self.false[case] += [(seed, alert) for alert in weeks.false]
        seasons = [event for event in weeks.events if event.harmless]
        self.seasons += len(seasons)
        self.in_season += sum(any(event.start <= alert.day < event.start + event.days for event in seasons) for alert in weeks.false)
        for event in weeks.events:
            if event.harmless:
                continue
            day = weeks.noticed.get(event.id)
            for met in (self.kinds[event.kind], self.cases[case]):
                met.add(None if day is None else day - event.start, weeks.by.get(event.id, "").split(":")[0])
            if day is None:
                self.missed.append((case, seed, event.id, event.start))


def table(found: Found, every: Sequence[str]) -> Iterator[str]:
    """The tables."""
    yield f"{'':22}{'planted':>9}{'seen':>8}{'median':>8}{'p90':>6}{'latest':>8}  told first by"
    for name, met in sorted(found.kinds.items()):
        yield _row(name.replace("_", " "), met)
    whole = Met([delay for met in found.kinds.values() for delay in met.delays], sum((met.by for met in found.kinds.values()), Counter()))
    yield _row("all harmful events", whole)
    yield ""
    yield f"{'':22}{'12 weeks':>9}{'planted':>9}{'seen':>8}{'median':>8}{'p90':>6}{'false in 12 weeks':>20}"
    for case in every:
        met, runs = found.cases[case], found.weeks[case]
        if runs:
            yield f"{case:22}{runs:9}{len(met.delays):9}{_share(met):>8}{_at(met, 50):>8}{_at(met, 90):>6}{len(found.false[case]) / runs:20.2f}"
    runs, false = sum(found.weeks.values()), sum(map(len, found.false.values()))
    yield f"{'all':22}{runs:9}{len(whole.delays):9}{_share(whole):>8}{_at(whole, 50):>8}{_at(whole, 90):>6}{false / max(runs, 1):20.2f}"
    yield f"\n{found.seasons} harmless seasons among the events; {found.in_season} of the {false} false alarms fell into one."


def _row(name: str, met: Met) -> str:
    by = ", ".join(f"{watch} {count}" for watch, count in met.by.most_common(3))
    return f"{name:22}{len(met.delays):9}{_share(met):>8}{_at(met, 50):>8}{_at(met, 90):>6}{_at(met, 100):>8}  {by}"


def _share(met: Met) -> str:
    return f"{len(met.seen) / len(met.delays):.0%}" if met.delays else "–"


def _at(met: Met, percent: float) -> str:
    return f"{np.percentile(met.seen, percent):.1f}" if met.seen else "–"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=sorted(path.stem for path in HERE.glob("*.yaml") if (LIBRARY / path.stem).is_dir()))
    parser.add_argument("--seeds", type=int, default=200, metavar="N", help="so many times twelve weeks, over all cases in turn")
    parser.add_argument(
        "--first", type=int, default=0, metavar="SEED", help="the first seed; 0 to 199 report, those from 1000 on are for tuning"
    )
    parser.add_argument("--cache", type=Path, default=Path("build/drift"), metavar="DIR", help="where the tables are kept")
    parser.add_argument("--alarms", action="store_true", help="also name each false alarm and each event that was missed")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    engine, kept, found = Engine(given.cache), Remembered(given.cache / "lab.db"), Found()
    start = time.monotonic()
    cases = [case_of(case_id, engine, kept) for case_id in given.cases]
    tables = time.monotonic() - start
    for number in range(given.seeds):
        case = cases[number % len(cases)]
        found.add(case.id, given.first + number, case.weeks(given.first + number))
        _told("weeks", number + 1, given.seeds)
    for line in table(found, given.cases):
        print(line)
    if given.alarms:
        for case_id, alarms in found.false.items():
            for seed, alert in alarms:
                print(f"false  {case_id} seed {seed} day {alert.day}: {alert.watch}: {alert.said}")
        for case_id, seed, event, day in found.missed:
            print(f"missed {case_id} seed {seed} day {day}: {event}")
    print(f"\nTables {tables:.0f} s (kept in {given.cache}), weeks {time.monotonic() - start - tables:.0f} s.")


if __name__ == "__main__":
    main()
