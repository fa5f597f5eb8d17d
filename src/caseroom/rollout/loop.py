"""The feedback loop inside the weeks: gathers users' signals day by day, and on the evening on which there are enough has the improvement tried; a provider's new model is
judged when somebody knows of it. Fits and judges nothing itself; a launch that repeats another one's days has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from caseroom.proposal.model import Proposal, Roadmap
from caseroom.rollout.drawing import Drawn, Force, Stage
from caseroom.rollout.feedback import TITLES, Feedback, Improved, Improver
from caseroom.rollout.labels import Book, design_name
from caseroom.rollout.model import Planted
from caseroom.rollout.phases import Launch
from caseroom.rollout.service import Served


@dataclass
class Loop:
    """The loop of one simulation."""

    stage: Stage
    roadmap: Roadmap
    on: bool
    improved: list[Improved] = field(default_factory=list)
    _named: tuple[Proposal, str] | None = None

    def __post_init__(self) -> None:
        self.on = self.on and self.roadmap.feedback
        self.book = Book(self.on, self.roadmap.improve_after)

    def see(self, day: int, proposal: Proposal, drawn: Drawn, done: Served, forces: Sequence[Force]) -> None:
        """What users made of a day's outputs."""
        if self.on and not self.book.full:
            if self._named is None or self._named[0] != proposal:
                self._named = (proposal, design_name(proposal))
            self.book.add(day, self._named[1], drawn, done, forces)

    def evening(self, day: int, launch: Launch, live: Sequence[Planted], noticed: Mapping[str, int]) -> None:
        """A day is over: try what is due."""
        if not self.on or self.stage.improver is None or launch.ended:
            return
        improver = cast(Improver, self.stage.improver)
        for event in live:
            if event.kind == "model_update" and noticed.get(event.id) == day:
                self._tell(day, launch, improver.updated(self.stage, launch.proposal, event, day))
        if self.roadmap.improve and self.book.full and not any(one.improve == self.roadmap.improve for one in self.improved):
            self._tell(day, launch, improver(self.stage, launch.proposal, self.book.labels(), day))

    def _tell(self, day: int, launch: Launch, found: Improved) -> None:
        self.improved.append(found)
        title = f"{TITLES[found.improve]}: {'taken' if found.taken else 'not taken'}"
        launch.improve(day, title, found.said, found.proposal if found.taken and found.improve != "model" else None)

    def feedback(self) -> Feedback:
        """What became of the signals up to now."""
        return Feedback(self.on, self.roadmap.improve, self.roadmap.improve_after, self.book.labels(), tuple(self.improved))
