"""How fast the weeks are, and how much memory they take: `python -m benchmarks.rollout [--a-day 5000]`.

What the design does with the support desk's records is run first and is not counted (`extractive` answers, kept in `--cache`); then twelve weeks are simulated with the
standard set of monitors and the events that the seed draws: once under the roadmap's own monitors, and four times as `caseroom rollout` does it (own, standard, perfect
sight, nobody). Memory is the peak of the process over what it held before the weeks, and for twice as many weeks and for four times the items of a day beside it.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
import tracemalloc
from pathlib import Path

from evals.drift import Case, case_of

from caseroom.app.engine import Engine
from caseroom.rollout.planting import planted
from caseroom.rollout.score import score
from caseroom.rollout.settings import Settings
from caseroom.rollout.weeks import Simulation
from caseroom.store.remembered import Remembered


def seconds(case: Case, a_day: float, *, ways: bool) -> float:
    """Seconds for twelve weeks."""
    settings = Settings(seed=7, a_day=a_day)
    stage = case.stage.again(settings, planted(case.stage.world.events, settings))
    start = time.perf_counter()
    if ways:
        score(stage, case.proposal)
    else:
        Simulation(stage, case.proposal).run()
    return time.perf_counter() - start


def peak(case: Case, a_day: float, weeks: int) -> float:
    """Megabytes that the weeks take at most."""
    settings = Settings(seed=7, a_day=a_day, weeks=weeks)
    stage = case.stage.again(settings, planted(case.stage.world.events, settings))
    tracemalloc.start()
    Simulation(stage, case.proposal).run()
    most = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--a-day", type=float, default=5000, metavar="N", help="items on a working day")
    parser.add_argument("--cache", type=Path, default=Path("build/drift"), metavar="DIR", help="where the tables are kept")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    case = case_of("support-desk", Engine(given.cache), Remembered(given.cache / "lab.db"))
    a_day = given.a_day
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    print(f"{f'12 weeks at {a_day:,.0f} a day, one way of watching':56}{seconds(case, a_day, ways=False):8.1f} s")
    print(f"{f'12 weeks at {a_day:,.0f} a day, all four':56}{seconds(case, a_day, ways=True):8.1f} s   (at most 60)")
    print(f"{'peak memory of these weeks':56}{peak(case, a_day, 12):8.0f} MB")
    print(f"{'the same, 24 weeks':56}{peak(case, a_day, 24):8.0f} MB")
    print(f"{'the same, 12 weeks at four times the items':56}{peak(case, 4 * a_day, 12):8.0f} MB")


if __name__ == "__main__":
    main()
