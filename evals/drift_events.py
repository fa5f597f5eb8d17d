"""What each planted event does to a strong design of each shipped case: `python -m evals.drift_events [CASE ...]`.

Each event's state of the world is run with the case's proposal in evals/proposals and held against the usual state: a record that the event only rewrites against
itself before, a new one against all usual traffic. A star: the 95 % interval of the difference excludes zero. An event harms where something that people or money
feel gets worse beyond chance: fewer right outputs, more wrong ones, more that is passed on or looked at, more harm, higher cost, longer waits.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from caseroom.app import runs
from caseroom.app.interviews import open_room
from caseroom.app.propose import data_of
from caseroom.cases.drift import read_drift
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings, settings_from_environment
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.file import read_proposal
from caseroom.rollout.model import Floats, Planted, Table
from caseroom.rollout.world import CaseWorld
from caseroom.store.remembered import Remembered

HERE = Path(__file__).parent / "proposals"
WORSE = {"right": -1, "wrong": 1, "passed on": 1, "flagged": 1, "left wrong": 1, "harm": 1, "cost": 1, "seconds": 1, "tokens": 1}
"""Which way each measure gets worse; the others only tell that something came in differently."""


@dataclass(frozen=True)
class Moved:
    """How far one measure moves under an event."""

    before: float
    after: float
    half: float
    """Half the width of the 95 % interval of the difference."""

    @property
    def by(self) -> float:
        """The difference."""
        return self.after - self.before

    @property
    def told(self) -> bool:
        """Whether the difference is told from chance."""
        return abs(self.by) > max(self.half, 1e-9)


def measures(table: Table) -> dict[str, Floats]:
    """What is compared, one number a record."""
    columns, settled, inputs = table.columns, table.settled, table.inputs
    return {
        "right": columns["right"], "wrong": columns["wrong"], "passed on": columns["passed_on"], "flagged": columns["flagged"],
        "left wrong": settled.left_wrong, "harm": settled.harm, "cost": settled.cost, "seconds": columns["latency"], "tokens": columns["tokens"],
        "unseen": inputs.unseen, "far": inputs.far, "suspicious": inputs.suspicious, "words out": inputs.words_out,
    }  # fmt: skip


def moved(usual: Table, event: Table) -> dict[str, Moved]:
    """Each measure before and after, each record paired with what it was made of where that is known for all."""
    before, after = measures(usual), measures(event)
    places, weights = event.origins, event.weights / event.weights.sum()
    assert places is not None
    old = places >= 0
    found = {}
    for name in after:
        base = np.where(old, before[name][np.maximum(places, 0)], np.average(before[name], weights=usual.weights))
        gap = after[name] - base
        mean = float((weights * gap).sum())
        spread = float((weights * (gap - mean) ** 2).sum()) / max(1, len(gap) - 1)
        chance = float(before[name].var() / len(before[name])) * float((~old).mean()) ** 2
        found[name] = Moved(float((weights * base).sum()), float((weights * after[name]).sum()), 1.96 * float(np.sqrt(spread + chance)))
    return found


def harms(found: dict[str, Moved]) -> list[str]:
    """What gets worse beyond chance."""
    return [name for name, way in WORSE.items() if found[name].told and found[name].by * way > 0]


def of_group(table: Table, group: str) -> float:
    """The share of right outputs in one group."""
    codes = table.columns["group"]
    mask = codes == table.columns.groups.index(group)
    return float(np.average(table.columns["right"][mask], weights=table.weights[mask]))


def shown(entry: Moved) -> str:
    """A value under the event, and how far it is from the usual one."""
    return f"{entry.after:.3g} ({entry.by:+.2g}){'*' if entry.told else ' '}"


def events_of(case_id: str, home: Settings, only: set[str]) -> tuple[Table, list[tuple[Planted, Table]], dict[str, str], dict[str, str]]:
    """The usual state, each event's, the group that each concerns, and what the case is spared."""
    room = open_room(home)
    data = data_of(Shelf([]).case(case_id))
    assert data is not None
    kept = Remembered(room.settings.cache / "lab.db")
    workshop = Workshop(data, room.engine.encoder, room.engine.entailment, room.engine.reader)
    drift = read_drift(data.folder)
    world = CaseWorld(workshop, drift, keeper=runs.Windows(kept), remember=runs.Replies(kept))
    proposal = read_proposal(HERE / f"{case_id}.yaml")
    usual = world.table(proposal)
    tables = [(event, world.table(proposal, event)) for event in world.events if not only or {event.id, event.kind} & only]
    return usual, tables, {event.id: event.group for event in drift.events if event.group}, drift.without


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=sorted(path.stem for path in HERE.glob("*.yaml")))
    parser.add_argument("--home", type=Path, help="keep what is computed there instead of in the usual place")
    parser.add_argument("--event", action="append", default=[], help="only this event, or this kind; may be given more than once")
    asked = parser.parse_args()
    for case_id in asked.cases:
        home = Settings(home=asked.home) if asked.home else settings_from_environment()
        usual, tables, groups, without = events_of(case_id, home, set(asked.event))
        whole = {name: float(np.average(values, weights=usual.weights)) for name, values in measures(usual).items()}
        print(
            f"{case_id}: usual, {len(usual.weights)} records: " + ", ".join(f"{name} {value:.3g}" for name, value in whole.items()) + "\n"
        )
        print(f"{'event':18}{'records':>8} " + "".join(f"{name:>18}" for name in whole) + "  what gets worse")
        for event, table in tables:
            found = moved(usual, table)
            worse = harms(found)
            said = ", ".join(worse) or "nothing"
            if group := groups.get(event.id):
                said += f"; right of {group}: {of_group(usual, group):.3f} → {of_group(table, group):.3f}"
            name = event.id + (" (harmless)" if event.harmless else "")
            print(f"{name[:18]:18}{len(table.weights):>8} " + "".join(f"{shown(entry):>18}" for entry in found.values()) + f"  {said}")
        for name, why in without.items():
            print(f"{name}: left out: {why}")
        print()


if __name__ == "__main__":
    main()
