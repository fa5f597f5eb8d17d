"""A small made-up world for tests of the rollout: two hundred records of three kinds and two groups, and events that change what it should. No model runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from tests.labdata import DESK, ECONOMICS

from caseroom.cases.task import Economics, Task
from caseroom.lab.columns import Columns
from caseroom.lab.people import settle
from caseroom.proposal.model import Hallucinations, Monitors, OnCall, Proposal, Roadmap, Technical
from caseroom.rollout.drawing import Stage
from caseroom.rollout.model import Inputs, Planted, Table
from caseroom.rollout.planting import planted
from caseroom.rollout.settings import Business, EventWish, Settings

COUNT = 200
LIBRARY = (
    Planted("new-rules", "policy_change", "New rules", 0, 28, 0.3, what="The rules of deposits change."),
    Planted("scooters", "new_line", "Scooters", 0, 28, 0.2, 2, what="Scooters are rented out."),
    Planted("slow", "latency_creep", "It gets slower", 0, 28, 3.0, 10, what="The provider is slow."),
    Planted("dear", "cost_rise", "It gets dearer", 0, 28, 2.0, what="Prices rise."),
    Planted("orders", "injections", "Orders in inputs", 0, 10, 0.1, what="Inputs speak to the model."),
    Planted("update", "model_update", "A new model", 0, 28, 1.0, what="The provider changed it."),
    Planted("summer", "season", "Summer", 0, 21, 0.6, 3, harmless=True, what="More of the simple ones."),
)


def economics(**changed: object) -> Economics:
    """The rental desk's money, with 400 items a day and weekends like other days unless told otherwise."""
    return Economics.model_validate({**ECONOMICS, "items_a_day": 400, "days_a_year": 365, **changed})


class MadeUp:
    """A world whose numbers are drawn, not run: `right` of the outputs are right as usual."""

    def __init__(self, right: float = 0.9, money: Economics | None = None, library: Sequence[Planted] = LIBRARY) -> None:
        self.events = tuple(library)
        self.right = right
        self.money = money or economics()
        self.asked: list[tuple[str, str]] = []

    def table(self, proposal: Proposal, event: Planted | None = None) -> Table:
        """The table of a state; a design that retrieves more is better, one that abstains passes on what would be wrong."""
        state = event.kind if event else "usual"
        self.asked.append((proposal.technical.retrieve.method, state))
        drawn = np.random.default_rng(11)
        luck, kinds, groups = drawn.random(COUNT), drawn.integers(3, size=COUNT), drawn.integers(2, size=COUNT)
        right = self.right + (0.06 if proposal.technical.retrieve.method == "hybrid" else 0.0)
        right = {"policy_change": 0.3, "new_line": 0.3, "model_update": right - 0.25, "injections": 0.5}.get(state, right)
        wrong = luck >= right
        passed = wrong & (drawn.random(COUNT) < 0.8) if proposal.hallucinations.abstain else np.zeros(COUNT, bool)
        columns = Columns()
        for n in range(COUNT):
            columns.add(self._row(n, bool(wrong[n]), bool(passed[n]), int(kinds[n]), int(groups[n]), columns, drawn))
        far = np.where(state == "new_line", 0.6, 0.3) + 0.05 * drawn.standard_normal(COUNT)
        unseen = np.clip(np.where(state in ("new_line", "policy_change"), 0.3, 0.1) + 0.02 * drawn.standard_normal(COUNT), 0, 1)
        suspicious = (drawn.random(COUNT) < (0.9 if state == "injections" else 0.001)).astype(float)
        words = np.round(40 * (0.6 if state == "model_update" else 1) + 5 * drawn.standard_normal(COUNT))
        inputs = Inputs(kinds.astype(np.int64), unseen, far, np.full(COUNT, 30.0), words, suspicious)
        weights = np.where(kinds == 0, 3.0, 1.0) if state == "season" else np.ones(COUNT)
        return Table(state, columns, settle(columns, proposal, self.money), inputs, weights)

    def _row(
        self, number: int, wrong: bool, passed: bool, kind: int, group: int, columns: Columns, drawn: np.random.Generator
    ) -> dict[str, float]:  # fmt: skip
        bad = wrong and not passed
        return {
            "right": float(not wrong and not passed), "wrong": float(bad), "incomplete": 0.0, "passed_on": float(passed), "scored": 1.0, "answerable": 1.0,
            "handover": 0.0, "flagged": float(wrong and drawn.random() < 0.5), "look": 0.0, "review": 0.0, "send": float(not passed), "baseline": 0.0,
            "failed": 0.0, "latency": 0.5 if number < 10 else float("nan"), "tokens": 400.0, "cost": 0.0,
            "group": columns.code(columns.groups, f"group-{group}"), "kind": columns.code(columns.kinds, f"kind-{kind}"),
            **{f"luck_{who}": float(drawn.random()) for who in ("look", "review", "queue", "person")},
        }  # fmt: skip


def stage_of(world: MadeUp | None = None, events: tuple[EventWish, ...] | None = (), **settings: object) -> Stage:
    """A stage in the made-up world; no events unless told otherwise."""
    world = world or MadeUp()
    asked = replace(Settings(events=events), **settings)  # type: ignore[arg-type]
    business = Business(world.money, Task.model_validate(DESK))
    return Stage(world, business, asked, planted(world.events, asked))


def design(roadmap: Roadmap | None = None, *, monitors: Monitors | None = None, on_call: int | None = 1, **parts: object) -> Proposal:
    """A proposal with this roadmap, or with these monitors alone."""
    made = roadmap or Roadmap(monitors=monitors or Monitors(), on_call=None if on_call is None else OnCall(days=on_call))
    return Proposal(technical=Technical(), hallucinations=Hallucinations(), roadmap=made, **parts)  # type: ignore[arg-type]
