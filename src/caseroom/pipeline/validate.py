"""The validate stage: what is wrong with an output, as far as code and small models can tell. It objects; it never mends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from caseroom.language.entailment import PARTLY, SUPPORTED
from caseroom.language.text import sentences, stems
from caseroom.models.base import UNNOTED, Source
from caseroom.pipeline import checks
from caseroom.pipeline.generate import Remember
from caseroom.pipeline.state import Filled, Output, State, told
from caseroom.pipeline.verify import Verified, Verifier
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Proposal

_SUPPORTED = 0.5
"""Support, partly counted half, from which a sentence stands on a passage."""
_PASSAGES = 2
"""Passages that are read for each sentence, those that share most words."""
_ON_TOPIC = 0.22
"""Nearness of the output to the input under which it is about something else."""
_ANSWERS = -1.0
"""Log odds of the second model under which an output does not answer what was asked."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an output that must stand on a source."""

    place: int
    """Which state it belongs to."""
    text: str
    passages: tuple[str, ...]


class Validate:
    """Fills `findings`."""

    name = "validate"

    def __init__(self, proposal: Proposal, workshop: Workshop, remember: Remember | None = None) -> None:
        self._checks = proposal.hallucinations.checks
        self._task, self._workshop = workshop.data.task, workshop
        name = proposal.hallucinations.verifier if "verifier" in self._checks else None
        self._verifier = Verifier(name, proposal, workshop, remember) if name else None

    def run(self, states: Sequence[State]) -> list[Filled]:
        """The states in order, each with its trace.

        Raises:
            ModelError: a provider that is to verify cannot be asked at all.
        """
        found: list[list[tuple[str, str]]] = [[] for _ in states]
        for place, state in enumerate(states):
            if state.output is not None:
                found[place] += [(name, said) for name in self._checks for said in self._plain(name, state, state.output)]
        for name, many in (("grounding", self._ungrounded), ("topic", self._off_topic), ("verifier", self._unverified)):
            if name in self._checks:
                for place, said in many(states):
                    found[place].append((name, said))
        looked = self._looked(states)
        return [
            self._filled(state, objections, looked.get(place)) for place, (state, objections) in enumerate(zip(states, found, strict=True))
        ]

    def _filled(self, state: State, objections: list[tuple[str, str]], verified: Verified | None = None) -> Filled:
        if verified:
            objections = [*objections, *([("verifier", verified.objection)] if verified.objection else [])]
            state = replace(state, unanswered=state.unanswered or verified.unanswered)
        for name, said in objections:
            state = state.with_finding(name, said)
        names = ", ".join(dict.fromkeys(name for name, _ in objections))
        return state, replace(
            verified.trace if verified else told(""), said=f"objects: {names}" if names else f"{len(self._checks)} checks passed"
        )

    def _looked(self, states: Sequence[State]) -> dict[int, Verified]:
        """What a provider that verifies makes of each output, by its place."""
        if self._verifier is None:
            return {}
        open_ = [
            (place, state, state.output)
            for place, state in enumerate(states)
            if state.output and (state.output.text or state.output.values)
        ]
        made = self._verifier.look([(state, output) for _, state, output in open_])
        return {place: verified for (place, _, _), verified in zip(open_, made, strict=True)}

    def _plain(self, name: str, state: State, output: Output) -> Iterable[str]:
        plain: dict[str, Callable[[], Iterable[str]]] = {
            "numbers": lambda: checks.numbers(state, output, self._task),
            "citations": lambda: checks.citations(state, output) if self._task.kind == "answer" else (),
            "schema": lambda: checks.form(output, self._task),
            "privacy": lambda: checks.private(state, output),
            "injection": lambda: checks.injection(state, output),
        }
        return plain[name]() if name in plain else ()

    def _ungrounded(self, states: Sequence[State]) -> list[tuple[int, str]]:
        """Sentences, or words that values stand on, that no source supports; one batch through the entailment model."""
        wanted = [claim for place, state in enumerate(states) for claim in claims(place, state)]
        pairs = [(claim.text, passage) for claim in wanted for passage in claim.passages]
        odds = self._workshop.entailment.read(pairs) if pairs else np.zeros((0, 4))
        support = iter(odds[:, SUPPORTED] + 0.5 * odds[:, PARTLY])
        return [
            (claim.place, f"no source supports: {claim.text[:140]}")
            for claim in wanted
            if max([next(support) for _ in claim.passages], default=0.0) < _SUPPORTED
        ]

    def _off_topic(self, states: Sequence[State]) -> list[tuple[int, str]]:
        open_ = [(place, state, state.output.text) for place, state in enumerate(states) if state.output and state.output.text]
        vectors = self._workshop.encoder.encode(
            [text for _, state, out in open_ for text in (state.item.input[:1200], checks.plain_text(out))]
        )
        nearness = (vectors[::2] * vectors[1::2]).sum(axis=1)
        return [
            (place, "the output is about something else") for (place, _, _), near in zip(open_, nearness, strict=True) if near < _ON_TOPIC
        ]

    def _unverified(self, states: Sequence[State]) -> list[tuple[int, str]]:
        """What a second model of this machine, which reads question and answer together, does not take for an answer."""
        if self._verifier:
            return []
        open_ = [(place, state) for place, state in enumerate(states) if state.output and state.output.text]
        pairs = [(state.item.input, checks.plain_text(state.output.text)) for _, state in open_ if state.output]
        odds = self._workshop.reader.read(pairs)
        return [
            (place, "the second model does not find what was asked in it")
            for (place, _), value in zip(open_, odds, strict=True)
            if value < _ANSWERS
        ]


def spoken(state: State) -> list[str]:
    """What a model's output says: its sentences, without the names of a note's sections and what stands in empty ones, and the words that its values stand on."""
    if state.output is None or state.output.by != "model":
        return []
    heads = [re.escape(wanted.name) for wanted in state.request.wanted if wanted.kind == "section"] if state.request else []
    text = checks.plain_text(state.output.text)
    if heads:
        text = re.sub(rf"(?m)^(?:{'|'.join(heads)}):[ \t]*(?:{re.escape(UNNOTED)})?", "", text)
    return [piece.text for piece in sentences(text)] + (list(state.reply.quotes.values()) if state.reply else [])


def claims(place: int, state: State) -> list[Claim]:
    """What an output says that stands in no source word for word, each with the passages that are likest."""
    sources = checks.sources_of(state)
    whole = " ".join(" ".join(source.text.split()) for source in sources)
    lacking = [text for text in spoken(state) if " ".join(text.rstrip(".").split()) not in whole]
    return [Claim(place, text, likest(text, sources)) for text in dict.fromkeys(lacking)]


def likest(text: str, sources: Sequence[Source]) -> tuple[str, ...]:
    """The passages of the sources, windows of two sentences, that share most words with a text."""
    mine = frozenset(stems(text))
    windows = []
    for source in sources:
        pieces = [piece.text for piece in sentences(source.text)]
        windows += [" ".join(pieces[i : i + 2]) for i in range(len(pieces))]
    ranked = sorted(range(len(windows)), key=lambda i: (-len(mine & frozenset(stems(windows[i]))), i))
    return tuple(windows[i] for i in ranked[:_PASSAGES])
