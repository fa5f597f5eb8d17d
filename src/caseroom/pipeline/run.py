"""The pipeline: the seven stages over a window of items, with time, traces and a path for what fails."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from caseroom.errors import CaseroomError, StageError
from caseroom.pipeline.generate import Generate, Remember
from caseroom.pipeline.intake import Intake
from caseroom.pipeline.prompt import Prompting
from caseroom.pipeline.route import Respond, Review
from caseroom.pipeline.search import Search
from caseroom.pipeline.state import Item, Stage, State, told
from caseroom.pipeline.validate import Validate
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Proposal

_ALWAYS = ("review", "respond")
"""Stages that see items which failed or were passed on, too."""


class Pipeline:
    """A design at work. Ingestion is the workshop's: it is done once for all designs that cut documents alike."""

    def __init__(self, proposal: Proposal, workshop: Workshop, remember: Remember | None = None) -> None:
        self.stages: tuple[Stage, ...] = (
            Intake(proposal, workshop), Search(proposal, workshop), Prompting(proposal, workshop), Generate(proposal, workshop, remember),
            Validate(proposal, workshop, remember), Review(proposal, workshop), Respond(proposal, workshop),
        )  # fmt: skip

    def run(self, items: Sequence[Item]) -> list[State]:
        """The items through all stages, in order.

        Raises:
            ModelError: the model is not there.
            DataError: documents or tables that do not hold.
            StageError: a stage failed for every item; the message names it.
        """
        states = [State(item) for item in items]
        for stage in self.stages:
            states = _staged(stage, states)
        return states


def _staged(stage: Stage, states: list[State]) -> list[State]:
    open_ = [i for i, state in enumerate(states) if stage.name in _ALWAYS or (state.failed is None and state.route == "send")]
    done = _timed(stage, [states[i] for i in open_])
    states = list(states)
    for i, state in zip(open_, done, strict=True):
        states[i] = state
    return states


def _timed(stage: Stage, states: list[State]) -> list[State]:
    if not states:
        return []
    start = time.perf_counter()
    try:
        filled = stage.run(states)
    except CaseroomError:
        raise
    except Exception as error:  # whatever a stage trips over, one item must not take the others with it
        return [_alone(stage, state) for state in states] if len(states) > 1 else [_failed(stage, states[0], error)]
    remembered = sum(trace.seconds for _, trace in filled)
    share = max(0.0, time.perf_counter() - start) / len(states)
    return [
        replace(state, trace=(*state.trace, replace(trace, stage=stage.name, seconds=trace.seconds if remembered else share)))
        for state, trace in filled
    ]


def _alone(stage: Stage, state: State) -> State:
    return _timed(stage, [state])[0]


def _failed(stage: Stage, state: State, error: Exception) -> State:
    if stage.name in _ALWAYS:
        raise StageError(stage.name, f"{type(error).__name__}: {error}") from error
    why = f"{stage.name}: {type(error).__name__}: {error}"
    return replace(state, failed=why, trace=(*state.trace, replace(told(why), stage=stage.name)))
