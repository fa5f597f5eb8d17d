"""The feedback loop: what users' signals became. Once there are labels enough, the proposal's improvement is fitted on one part of them, judged at the door on the other, and
taken or refused; a new model is judged by the same door. Shows and stores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from caseroom.lab.verdict import goal_of
from caseroom.proposal.model import Proposal
from caseroom.rollout.door import Verdict, judge
from caseroom.rollout.drawing import Stage
from caseroom.rollout.fitting import Improve, fit
from caseroom.rollout.labels import WORDS, Label, counted, design_name
from caseroom.rollout.lessons import Lessons, held_out, is_stale, lessons, staleness
from caseroom.rollout.model import Floats, Planted
from caseroom.rollout.trying import Tried
from caseroom.rollout.world import CaseWorld

TITLES: Mapping[str, str] = {
    "examples": "better examples in the prompt", "threshold": "a re-fitted threshold", "retrieval": "a re-fitted search",
    "classifier": "a small classifier", "model": "the provider's new model",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Improved:
    """What was tried, and what the door said."""

    improve: str
    day: int
    proposal: Proposal
    """The design that goes on: the new one if it was taken."""
    taken: bool
    said: str
    """What changed, and why it was taken or refused, in sentences."""
    what: str = ""
    signals: int = 0
    train: int = 0
    """Records that it was fitted on."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Signals that were not used, by the reason."""
    verdict: Verdict | None = None


class Improver:
    """Makes something of labels in one case's world. The same labels on the same day give the same, and are worked out once."""

    def __init__(self, world: CaseWorld) -> None:
        self._world = world
        self._made: dict[tuple[Any, ...], Improved] = {}

    def __call__(self, stage: Stage, proposal: Proposal, labels: Sequence[Label], day: int) -> Improved:
        """What was tried on the evening of a day.

        Raises:
            Cancelled, DataError, ModelError, StageError, StoreError: as their rooms say.
        """
        improve = proposal.roadmap.improve
        assert improve is not None
        events = tuple((event.id, event.start) for event in stage.planted)
        key = (design_name(proposal), improve, tuple(labels), day, events, stage.settings.seed)
        if key not in self._made:
            self._made[key] = self.tried(stage, proposal, labels, day, improve)
        return self._made[key]

    def tried(self, stage: Stage, proposal: Proposal, labels: Sequence[Label], day: int, improve: Improve) -> Improved:
        """One improvement, fitted and judged.

        Raises:
            Cancelled, DataError, ModelError, StageError, StoreError: as their rooms say.
        """
        known = lessons(self._world, labels, stage.planted, day, stage.settings.seed)
        made = fit(improve, self._world, proposal, known.train, stage.business.economics)
        signals = sum(label.signals for label in labels)
        if made.proposal is None:
            return Improved(improve, day, proposal, False, _said(made, None, known), made.said, signals, made.records, dict(known.left_out))
        old, new = (self.held(stage, design, known, day) for design in (proposal, made.proposal))
        goal = goal_of(proposal, stage.business.task)[0]
        verdict = judge(old, new, stage.names, goal, stage.business.economics.currency)
        on = made.proposal if verdict.taken else proposal
        return Improved(
            improve, day, on, verdict.taken, _said(made, verdict, known), made.said, signals, made.records, dict(known.left_out), verdict
        )

    def held(self, stage: Stage, proposal: Proposal, known: Lessons, day: int) -> Floats:
        """What a design makes of the held-out records: the usual ones whose right outputs still hold, and those of lasting events that labels are of."""
        seed, stale = stage.settings.seed, staleness(self._world, stage.planted, day)
        usual = [
            place
            for place, record in enumerate(self._world.records)
            if held_out(record.id, seed) and not any(is_stale(record, before, after) for _, before, after in stale)
        ]
        parts = [stage.deck(proposal).rows[np.array(usual, np.int64)]]
        for event in stage.planted:
            mine = [lesson.label.index for lesson in known.every if lesson.held and lesson.label.state == event.id]
            if mine:
                parts.append(stage.deck(proposal, event).rows[np.array(mine, np.int64)])
        return np.concatenate(parts)

    def compared(self, stage: Stage, proposal: Proposal, other: Proposal) -> Verdict:
        """Another design, or the same one with another model, by the same door, on the same held-out records.

        Raises:
            Cancelled, DataError, ModelError, StageError, StoreError: as their rooms say.
        """
        goal = goal_of(proposal, stage.business.task)[0]
        old, new = (self.held(stage, design, Lessons(), -1) for design in (proposal, other))
        return judge(old, new, stage.names, goal, stage.business.economics.currency)

    def updated(self, stage: Stage, proposal: Proposal, event: Planted, day: int) -> Improved:
        """The model that the provider put in the place of the old one, by the same door.

        Raises:
            Cancelled, DataError, ModelError, StageError, StoreError: as their rooms say.
        """
        places = np.array([n for n, record in enumerate(self._world.records) if held_out(record.id, stage.settings.seed)], np.int64)
        goal = goal_of(proposal, stage.business.task)[0]
        old, new = (stage.deck(proposal, state).rows[places] for state in (None, event))
        verdict = judge(old, new, stage.names, goal, stage.business.economics.currency)
        said = verdict.why + ("" if verdict.taken else " The old version stays.")
        return Improved("model", day, proposal, verdict.taken, said, event.title, 0, 0, {}, verdict)


def _said(made: Tried, verdict: Verdict | None, known: Lessons) -> str:
    """The trial in sentences."""
    left = [f"{count} {'signal was' if count == 1 else 'signals were'} left out, {why}." for why, count in known.left_out.items() if count]
    what = made.said if verdict is None else f"{made.said[:1].upper()}{made.said[1:]}, fitted on {made.records} records."
    return " ".join([*([] if verdict is None else [verdict.why]), what, *left])


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of users' signals over the weeks."""

    on: bool
    improve: str | None
    after: int
    labels: tuple[Label, ...]
    improved: tuple[Improved, ...] = ()


def to_data(found: Feedback) -> dict[str, Any]:
    """The feedback loop as plain data, for a report. Names of records and counts, no text."""
    signals, days = counted(found.labels), [label.day for label in found.labels if label.signals]
    return {
        "on": found.on, "improve": found.improve, "after": found.after, "said": said(found), "signals": sum(signals.values()), "by_signal": signals,
        "records": len({(label.state, label.index) for label in found.labels if label.signals}),
        "first_day": min(days, default=None), "last_day": max(days, default=None), "tried": [_tried(one) for one in found.improved],
        "labels": [list(asdict(label).values()) for label in found.labels],
    }  # fmt: skip


def _tried(one: Improved) -> dict[str, Any]:
    verdict = one.verdict
    moved = [] if verdict is None else [{**asdict(part), "change": None, "value": part.change.value, "low": part.change.low, "high": part.change.high,
                                         "n": part.change.n} for part in verdict.moved]  # fmt: skip
    return {
        "improve": one.improve, "title": TITLES[one.improve], "day": one.day, "taken": one.taken, "said": one.said, "what": one.what, "signals": one.signals,
        "train": one.train, "left_out": dict(one.left_out), "held_out": verdict.records if verdict else 0, "changed": verdict.changed if verdict else 0,
        "moved": moved, "groups": list(verdict.groups) if verdict else [],
    }  # fmt: skip


def said(found: Feedback) -> str:
    """The loop in a sentence or two."""
    if not found.on:
        return "What users edited, thumbed down or sent back was not kept: the roadmap says nothing of feedback."
    signals = counted(found.labels)
    total = sum(signals.values())
    kinds = ", ".join(f"{count} {WORDS[name]}" for name, count in signals.items() if count)
    head = f"{total} label{'' if total == 1 else 's'} from users{f' ({kinds})' if kinds else ''}."
    if found.improve is None:
        return f"{head} The roadmap does not say what is made of them."
    own = [one for one in found.improved if one.improve == found.improve]
    if not own:
        why = "that is too few" if total < found.after else "the launch was over by then"
        return f"{head} {TITLES[found.improve].capitalize()} was to be tried from {found.after} on: {why}, so nothing was tried."
    return f"{head} {TITLES[found.improve].capitalize()}, tried on day {own[-1].day}. {own[-1].said}"
