"""A rollout that somebody plays: the weeks up to a day, with what they did as the person on call, and what they may know by then. Keeps nothing; `rollouts.act` does."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from caseroom.app.carrying import Stopped, Told, plain
from caseroom.app.interviews import Room
from caseroom.app.rollouts import actions_of, opened
from caseroom.proposal.model import Proposal
from caseroom.rollout.drawing import Stage
from caseroom.rollout.report import report
from caseroom.rollout.score import scored
from caseroom.rollout.settings import Action
from caseroom.rollout.weeks import Simulation, Weeks
from caseroom.store.rollouts import RolloutStore


class Play:
    """A rollout as it unfolds, day by day, for a page on which somebody is on call. It holds the tables: keep it while somebody plays, close it then, and use it in
    one thread at a time."""

    def __init__(self, stage: Stage, proposal: Proposal, actions: Sequence[Action] = (), *, title: str = "", case: str = "") -> None:
        self.stage, self.proposal = stage, proposal
        self.title, self.case = title, case
        self._actions = list(actions)
        self._at = self._new()
        self._held = ExitStack()

    @classmethod
    def open(cls, room: Room, rollout_id: str, told: Told | None = None, stopped: Stopped | None = None) -> Play:
        """A rollout that was begun, with what was done in it so far; its tables are computed if they are not there.

        Raises:
            RolloutNotFound, RunError: there is none, or its data has changed.
            Cancelled, DataError, ModelError, StageError, StoreError: as `carry_out`.
        """
        kept = RolloutStore(room.store.database).rollout(rollout_id)
        with ExitStack() as held:
            stage, proposal, _, _ = held.enter_context(opened(room, kept.asked, told, stopped))
            stage.prepare(proposal)
            play = cls(
                stage, proposal, actions_of(room, rollout_id), title=kept.asked["title"], case=kept.asked["case"] or kept.asked["data"]
            )
            play._held = held.pop_all()
        return play

    def close(self) -> None:
        """Let go of the cache."""
        self._held.close()

    def _new(self) -> Simulation:
        return Simulation(self.stage, self.proposal, actions=self._actions)

    def to(self, day: int) -> Weeks:
        """The weeks up to the evening of a day, with the actions so far; an earlier day than the last one asked for is played again from the start."""
        if day + 1 < self._at.day:
            self._at = self._new()
        while self._at.day <= day and not self._at.over:
            self._at.step()
        return self._at.weeks()

    @property
    def now(self) -> Simulation:
        """The weeks as they stand, on the evening of the day that was asked for last."""
        return self._at

    def act(self, action: Action) -> Weeks:
        """Do something on the evening of a day; gives the weeks up to then. `rollouts.act` keeps it."""
        self._actions.append(action)
        if self._at.day == action.day + 1 and action.kind in ("look", "silence", "acknowledge", "sample", "nothing"):
            self._at.late(action)
        else:
            self._at = self._new()
        return self.to(action.day)

    def undo(self, day: int) -> Weeks:
        """Without the last action; gives the weeks up to the evening of a day."""
        self._actions.pop()
        self._at = self._new()
        return self.to(day)

    def report(self, day: int) -> dict[str, Any]:
        """The weeks up to the evening of a day as a report that `rollout/chart.py` draws. It holds what a person on call may know and no more: no event that nobody has
        noticed, no cause behind an alert, no word of what was left wrong in truth."""
        weeks = self.to(day)
        made = report(self.stage, self.proposal, weeks, scored({"own": weeks}, len(weeks.days)), case=self.case, title=self.title)
        made["horizon"] = self.stage.settings.days
        return _veiled(plain(made))


def _veiled(made: dict[str, Any]) -> dict[str, Any]:
    noticed = {event["id"] for event in made["events"] if event["ways"]["own"]["mended"] is not None}
    made["events"] = [event for event in made["events"] if event["id"] in noticed]
    made["alerts"] = [{**alert, "cause": alert["cause"] if alert["cause"] in noticed else None} for alert in made["alerts"]]
    unknown = {"wrong": None, "harm": None, "saved": None}
    made["days"] = [{**day, **unknown, "forces": [force for force in day["forces"] if force["event"] in noticed]} for day in made["days"]]
    if made.get("feedback"):
        made["feedback"] = {**made["feedback"], "labels": []}  # a label names the event that was at work
    return {name: value for name, value in made.items() if name not in ("totals", "verdict", "reached", "sums", "remarks")}
