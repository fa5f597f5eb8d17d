"""What users said over the weeks of a rollout as files to tune a model on, and another design by the same door as every improvement. Trains no model."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from caseroom.app.carrying import Told
from caseroom.app.interviews import Room
from caseroom.app.rollouts import opened, rollout
from caseroom.errors import RunError, UsageError
from caseroom.proposal.file import to_data
from caseroom.proposal.model import Proposal
from caseroom.rollout.chat import Exported, export
from caseroom.rollout.door import Verdict
from caseroom.rollout.feedback import Improver
from caseroom.rollout.labels import Label
from caseroom.store.rollouts import RolloutStore

FEWEST = 10
"""Rows below which no file is written: a model tuned on fewer learns them by heart."""


def labelled(room: Room, rollout_id: str, told: Told | None = None) -> Exported:
    """The labelled set of a rollout that is done.

    Raises:
        RolloutNotFound, RunError: there is none, it is not done, or its data has changed.
        UsageError: no labels were kept, or too few; the message says why.
        DataError, ModelError, StageError: as their rooms say.
    """
    known = rollout(room, rollout_id)
    if known.report is None:
        raise RunError(
            f"Rollout {rollout_id} is {known.state}; it has labels when it is done. `caseroom rollout --go-on {rollout_id}` finishes it."
        )
    found = known.report.get("feedback")
    if not found or not found["on"]:
        raise UsageError(
            "This rollout kept no labels: the roadmap says nothing of feedback. Write `roadmap: {feedback: on}` and roll it out again."
        )
    labels = [Label(*row) for row in found["labels"]]
    kept = RolloutStore(room.store.database).rollout(rollout_id)
    with opened(room, kept.asked, told) as (stage, proposal, _, _):
        world: Any = stage.world
        made = export(world, proposal, labels, stage.planted, stage.settings.days, stage.settings.seed)
    if made.count < FEWEST:
        left = "".join(f" {count} signals were left out: {why}." for why, count in made.provenance["left_out"].items())
        raise UsageError(
            f"{found['signals']} signals of users make {made.count} rows; at least {FEWEST} are needed, for a model tuned on fewer learns them by heart.{left} "
            "More weeks, more items a day or a larger share of the traffic bring more."
        )
    head = {
        "rollout": known.id, "case": known.case, "title": known.title, "data_version": kept.asked["version"], "seed": known.settings["seed"],
        "weeks": known.settings["weeks"], "signature": known.report["signature"], "design": to_data(proposal),
    }  # fmt: skip
    return Exported(made.train, made.held_out, {**head, **made.provenance})


def write(made: Exported, file: Path) -> list[Path]:
    """Three files: the training part, the part held out, and where they come from. Gives their paths.

    Raises:
        UsageError: one cannot be written.
    """
    parts = [
        (file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made.train)),
        (file.with_suffix(f".held-out{file.suffix}"), "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made.held_out)),
        (file.with_suffix(".provenance.json"), json.dumps(made.provenance, ensure_ascii=False, indent=2) + "\n"),
    ]
    try:
        for path, text in parts:
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{error.filename}: cannot be written ({error.strerror}). Name another file with -o.") from None
    return [path for path, _ in parts]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another design beside the one that runs."""

    title: str
    verdict: Verdict

    def to_data(self) -> dict[str, Any]:
        """Plain data."""
        return {"title": self.title, **asdict(self.verdict)}


def compare_candidate(
    room: Room, rollout_id: str, candidate: Proposal, told: Told | None = None, stopped: Callable[[], bool] | None = None
) -> Candidate:
    """A new model, or any other design, against the one of a rollout, on the records that are held out there.

    Raises:
        RolloutNotFound, RunError: there is none, or its data has changed.
        UsageError: the candidate answers another case, or is the same design.
        Cancelled, DataError, ModelError, StageError, StoreError: as their rooms say.
    """
    kept = RolloutStore(room.store.database).rollout(rollout_id)
    if candidate.case and kept.asked["case"] and candidate.case != kept.asked["case"]:
        raise UsageError(f"The candidate answers {candidate.case}, the rollout {kept.asked['case']}. They do not compare.")
    with opened(room, kept.asked, told, stopped) as (stage, proposal, _, _):
        if (candidate.technical, candidate.hallucinations, candidate.assess) == (
            proposal.technical,
            proposal.hallucinations,
            proposal.assess,
        ):
            raise UsageError("The candidate is the design that runs already: nothing differs in assess, technical and hallucinations.")
        improver = stage.improver
        assert isinstance(improver, Improver)
        return Candidate(candidate.title or candidate.technical.model.name, improver.compared(stage, proposal, candidate))
