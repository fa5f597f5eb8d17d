"""A design with what it has learnt from labels: a proposal that carries examples, weights of the search or a small classifier, and the lab's pipeline with the stages
that use them. Learns nothing itself; an item is never helped, nor judged, by what was learnt from its own record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import numpy as np

from caseroom.language.encoder import Encoder
from caseroom.models.base import Reply, Shown, Value
from caseroom.models.memory import head
from caseroom.pipeline.checks import plain_text
from caseroom.pipeline.generate import Generate, Remember
from caseroom.pipeline.prompt import Prompting
from caseroom.pipeline.run import Pipeline
from caseroom.pipeline.search import Search
from caseroom.pipeline.state import Filled, Stage, State
from caseroom.pipeline.validate import Validate
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Proposal
from caseroom.rollout.logistic import Linear, fold_of
from caseroom.rollout.model import Floats, Ints

_NEAREST = 24
"""Examples among which those that are shown are chosen."""
_NEARNESS = 0.7
"""What nearness counts against being unlike the others that are shown (Carbonell & Goldstein 1998)."""
BACK = "it would come back"


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was made of labels, as plain data."""

    examples: tuple[tuple[str, Shown], ...] = ()
    """Good outputs, private data masked, each with the record that it came from."""
    fusion: tuple[float, float] = (1.0, 1.0)
    """What the keyword part and the dense part of a hybrid search count."""
    fields: tuple[tuple[str, Linear], ...] = ()
    """Classifiers of values, by field."""
    returns: Linear | None = None
    """The classifier of outputs that come back."""
    records: tuple[str, ...] = ()
    """The records that it learnt from."""

    @property
    def digest(self) -> str:
        """Which learning: the same labels give the same."""
        return hashlib.sha256(json.dumps(self.to_data(), sort_keys=True, default=str).encode()).hexdigest()[:16]

    def to_data(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    def folds(self, names: Sequence[str]) -> Ints:
        """For each item the model that may judge it."""
        known = frozenset(self.records)
        return np.array([fold_of(origin(name)) if origin(name) in known else -1 for name in names], np.int64)


@dataclass(frozen=True, slots=True)
class Taught(Proposal):
    """A proposal with what it has learnt; everything else of it is as any proposal's."""

    learnt: Learnt = field(default_factory=Learnt)
    key: str = ""
    """The digest of what was learnt: what its outputs depend on besides the proposal."""


def taught(proposal: Proposal, learnt: Learnt) -> Taught:
    """The proposal with what was learnt."""
    known = {part.name: getattr(proposal, part.name) for part in fields(Proposal)}
    return Taught(**known, learnt=learnt, key=learnt.digest)


def learnt_key(proposal: Proposal) -> dict[str, str]:
    """What a key of work needs to name of a design that has learnt; nothing of any other."""
    return {"learnt": proposal.key} if isinstance(proposal, Taught) else {}


def origin(record: str) -> str:
    """The usual record behind one that an event wrote anew."""
    return record.split("~", 1)[0]


def equip(pipeline: Pipeline, proposal: Proposal, workshop: Workshop, remember: Remember | None = None) -> None:
    """Give a pipeline the stages of a design that has learnt; that of any other stays as it is."""
    if not isinstance(proposal, Taught):
        return
    learnt = proposal.learnt
    own: dict[str, Stage] = {
        "retrieve": _Search(proposal, workshop, learnt), "prompt": _Prompting(proposal, workshop, learnt),
        "generate": _Generate(proposal, workshop, learnt, remember), "validate": _Validate(proposal, workshop, learnt, remember),
    }  # fmt: skip
    pipeline.stages = tuple(own.get(stage.name, stage) for stage in pipeline.stages)


class _Search(Search):
    """The search with its own weights."""

    def __init__(self, proposal: Proposal, workshop: Workshop, learnt: Learnt) -> None:
        super().__init__(proposal, workshop)
        self._how = replace(self._how, weights=learnt.fusion)


class _Prompting(Prompting):
    """Shows labelled outputs, too."""

    def __init__(self, proposal: Proposal, workshop: Workshop, learnt: Learnt) -> None:
        super().__init__(proposal, workshop)
        self._learnt, self._encoder = learnt.examples, workshop.encoder

    def run(self, states: Sequence[State]) -> list[Filled]:
        """The states in order, each with its trace."""
        if not self._learnt:
            return super().run(states)
        count = self._proposal.technical.prompt.examples
        shown = chosen(self._encoder, [("", item) for item in self._shelf.items] + list(self._learnt), states, count)
        return [self._one(state, found) for state, found in zip(states, shown, strict=True)]


def chosen(encoder: Encoder, shelf: Sequence[tuple[str, Shown]], states: Sequence[State], count: int) -> list[tuple[Shown, ...]]:
    """For each item the examples that are near to it and unlike each other; none that came from its own record."""
    vectors = encoder.encode([head(shown.input) for _, shown in shelf]).astype(np.float64)
    asked = encoder.encode([head(state.item.input) for state in states]).astype(np.float64)
    sources = np.array([source for source, _ in shelf])
    made = []
    for state, vector in zip(states, asked, strict=True):
        near = np.where(sources == origin(state.item.id), -2.0, np.round(vectors @ vector, 6))
        made.append(tuple(shelf[place][1] for place in diverse(near, vectors, count)))
    return made


def diverse(near: Floats, vectors: Floats, count: int) -> list[int]:
    """Places by maximal marginal relevance: near to what is asked, far from what was taken."""
    left = [int(place) for place in np.argsort(-near, kind="stable")[:_NEAREST] if near[place] > -1.5]
    taken: list[int] = []
    while left and len(taken) < count:
        alike = (vectors[left] @ vectors[taken].T).max(axis=1) if taken else np.zeros(len(left))
        best = int(np.argmax(np.round(_NEARNESS * near[left] - (1 - _NEARNESS) * alike, 6)))
        taken.append(left.pop(best))
    return sorted(taken, key=lambda place: -near[place])


class _Generate(Generate):
    """Takes a value from a classifier where that is sure of it."""

    def __init__(self, proposal: Proposal, workshop: Workshop, learnt: Learnt, remember: Remember | None) -> None:
        super().__init__(proposal, workshop, remember)
        self._learnt = learnt

    def run(self, states: Sequence[State]) -> list[Filled]:
        """The states in order, each with its trace.

        Raises:
            ModelError: the model is not there.
        """
        if self._learnt.fields:
            self._workshop.encoder.encode(input_texts(states))  # one batch; from here on everything is remembered
        return super().run(states)

    def _filled(self, state: State, reply: Reply, signature: str) -> Filled:
        if self._learnt.fields and not reply.error:
            values = {**reply.values, **self._values(state)}
            reply = replace(reply, values=values, abstained=reply.abstained and all(value is None for value in values.values()))
        return super()._filled(state, reply, signature)

    def _values(self, state: State) -> dict[str, Value]:
        vector = input_features(self._workshop.encoder, [state])
        fold = self._learnt.folds([state.item.id])
        wanted = {entry.name for entry in state.request.wanted} if state.request else set()
        found: dict[str, Value] = {}
        for name, model in self._learnt.fields:
            chances = model.chances(vector, fold)[0]
            if name in wanted and chances.max() >= model.cut:
                found[name] = model.classes[int(chances.argmax())]
        return found


class _Validate(Validate):
    """Passes on what would come back."""

    def __init__(self, proposal: Proposal, workshop: Workshop, learnt: Learnt, remember: Remember | None) -> None:
        super().__init__(proposal, workshop, remember)
        self._learnt = learnt

    def run(self, states: Sequence[State]) -> list[Filled]:
        """The states in order, each with its trace."""
        filled = super().run(states)
        model = self._learnt.returns
        if model is None:
            return filled
        checked = [state for state, _ in filled]
        chances = model.chances(output_features(self._workshop.encoder, checked), self._learnt.folds([s.item.id for s in checked]))[:, 0]
        return [
            (replace(state, route="person", why=BACK), replace(trace, said=f"{trace.said}; {BACK} ({chance:.2f})"))
            if state.output is not None and chance >= model.cut
            else (state, trace)
            for (state, trace), chance in zip(filled, chances, strict=True)
        ]


def input_texts(states: Sequence[State]) -> list[str]:
    """What a classifier reads of items: what the model reads, private data masked if the design masks it."""
    return [head(state.request.input if state.request else state.item.input) or "?" for state in states]


def input_features(encoder: Encoder, states: Sequence[State]) -> Floats:
    """Items as vectors."""
    return encoder.encode(input_texts(states)).astype(np.float64)


def output_features(encoder: Encoder, states: Sequence[State]) -> Floats:
    """Items with their outputs: both vectors, their nearness, the output's length, and how many checks object to it."""
    said = [head(plain_text(state.output.text)) or "?" if state.output is not None else "?" for state in states]
    asked, answered = input_features(encoder, states), encoder.encode(said).astype(np.float64)
    near = (asked * answered).sum(axis=1)
    size = np.log1p([len(text.split()) for text in said]) / 5
    objections = np.minimum(3, [len({finding.check for finding in state.findings}) for state in states]) / 3
    return np.hstack([asked, answered, near[:, None], size[:, None], objections[:, None]])
