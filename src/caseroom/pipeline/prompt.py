"""The prompt stage: what a model is told and shown, in which order, within its budget; private data masked if the design says so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from caseroom.cases.task import Task
from caseroom.models.base import Request, Shown, Source, Value, Wanted
from caseroom.models.memory import Remembered
from caseroom.pipeline.privacy import mask
from caseroom.pipeline.state import Filled, State, told
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Proposal

ATTACK = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:instruction|previous|above|prior|rules?|prompt|everything|guideline)"
    r"|\b(?:system|developer) (?:prompt|message|note)\b|\byou are now\b|\bas an ai\b|\b(?:new|updated) instructions?\b|\bnote to (?:the )?(?:ai|assistant|model|system)\b"
    r"|\b(?:ai|assistant|model|system)s?\b[^.\n]{0,30}\bmust (?:now )?(?:answer|reply|say|set|rank|write|approve|respond)\b|<\s*/?\s*(?:system|instruction)",
    re.IGNORECASE,
)
"""Words by which a text speaks to the model instead of to people."""


class Prompting:
    """Fills `request` and `masked`."""

    name = "prompt"

    def __init__(self, proposal: Proposal, workshop: Workshop) -> None:
        self._proposal, self._workshop = proposal, workshop
        self._wanted = wanted_of(workshop.data.task, workshop.exact.covers if proposal.technical.exact == "code" else frozenset())
        self._shelf = workshop.shelf
        self._guarded = "injection" in proposal.hallucinations.checks

    def run(self, states: Sequence[State]) -> list[Filled]:
        """The states in order, each with its trace."""
        shown = examples(self._shelf, [state.item.input for state in states], self._proposal.technical.prompt.examples)
        return [self._one(state, found) for state, found in zip(states, shown, strict=True)]

    def _one(self, state: State, shown: tuple[Shown, ...]) -> Filled:
        risks, technical, task = self._proposal.hallucinations, self._proposal.technical, self._workshop.data.task
        sources = [Source(f"fact-{n}", text, "lookup") for n, text in enumerate(state.told, 1)]
        if task.kind != "answer":
            sources.append(Source("input", state.item.input, "input"))
        sources += [Source(p.chunk.document, p.chunk.text, "document") for p in state.passages]
        dropped = [s for s in sources if self._guarded and s.kind == "document" and ATTACK.search(s.text)]
        kept = within(technical.prompt.budget, [s for s in sources if s not in dropped])
        stand_ins: dict[str, str] = {}
        asked = state.item.input
        if risks.mask:
            asked = mask(asked, state.item.fields, stand_ins)
            kept = [replace(s, text=mask(s.text, state.item.fields, stand_ins)) for s in kept]
        request = Request(
            task.kind,
            task.ask,
            asked,
            tuple(kept),
            self._wanted,
            shown,
            _known(state, stand_ins, risks.mask),
            risks.grounding,
            risks.abstain,
            technical.respond.citations,
        )
        request = replace(request, prompt=written(request))
        said = f"{len(kept)} sources, {len(shown)} examples" + (f", {len(stand_ins)} masked" if stand_ins else "")
        said += f", {len(dropped)} passages left out: they speak to the model" if dropped else ""
        return replace(state, request=request, masked=tuple(stand_ins.items())), told(said)


def _known(state: State, stand_ins: dict[str, str], masked: bool) -> tuple[tuple[str, Value], ...]:
    """What the systems know with an item; what is private in it is masked like the rest."""
    fields = state.item.fields
    return tuple((name, mask(value, fields, stand_ins) if masked and isinstance(value, str) else value) for name, value in fields.items())


def wanted_of(task: Task, by_code: frozenset[str]) -> tuple[Wanted, ...]:
    """What a model is asked for: sections, or the fields that it can read and that are not worked out by code."""
    if task.kind == "note":
        return tuple(Wanted(section.name, "section", section.about) for section in task.sections)
    return tuple(
        Wanted(f.name, f.kind, f.statement or f.question or "", f.where, tuple(f.values.items()))
        for f in task.fields
        if f.is_read and f.name not in by_code
    )


def examples(shelf: Remembered, texts: Sequence[str], count: int) -> list[tuple[Shown, ...]]:
    """The nearest good past items of each text."""
    return [tuple(near.shown for near in found) for found in shelf.nearest(texts, count)]


def within(budget: int, sources: Sequence[Source]) -> list[Source]:
    """The sources in order, documents cut where the budget of words ends; the item's own text and what was looked up for it are never cut."""
    left = budget - sum(len(s.text.split()) for s in sources if s.kind != "document")
    kept = []
    for source in sources:
        if source.kind != "document":
            kept.append(source)
            continue
        pieces = re.findall(r"\S+\s*", source.text)
        if left <= 0:
            continue
        kept.append(replace(source, text="".join(pieces[:left]).strip()))
        left -= len(pieces)
    return kept


def written(request: Request) -> str:
    """The request as the text that a language model reads: task, rules, sources, examples, input last."""
    rules = [
        "Use only the sources below." if request.grounded else "",
        "If the sources do not hold the answer, reply exactly: I don't know." if request.abstain else "",
        "After each sentence name its source in square brackets." if request.cite else "",
    ]
    lines = [request.task, *filter(None, rules)]
    if request.kind == "note":
        lines += ["Write these sections, each as a line `Name: text`:", *(f"- {w.name}: {w.ask}" for w in request.wanted)]
    if request.kind == "fields":
        lines += [
            "Reply with one JSON object with these keys; null where nothing tells:",
            *(_asked(wanted, dict(request.known)) for wanted in request.wanted),
        ]
    if request.known and request.kind == "fields":
        lines += ["", "Known: " + "; ".join(f"{name}: {value}" for name, value in request.known if value not in (None, ""))]
    for source in request.sources:
        if source.kind != "input":
            lines += ["", f"[{source.id}]", source.text]
    for shown in request.examples:
        lines += ["", "Example input:", shown.input, "Example output:", shown.output or str(dict(shown.values))]
    return "\n".join([*lines, "", "Input:", request.input, "", "Output:"])


def _asked(wanted: Wanted, known: Mapping[str, Value]) -> str:
    """A wanted value with its question; a {name} in it is what is known by it, or the value of that name that is wanted, too."""
    ask = re.sub(r"\{(\w+)\}", lambda match: str(known.get(match[1]) or match[1]), wanted.ask)
    kinds = {"flag": "yes, no or null", "date": "YYYY-MM-DD", "number": "a number", "money": "a number"}
    values = ", ".join(f"{value} ({means})" for value, means in wanted.values)
    return f"- {wanted.name}: {ask} [{values or kinds.get(wanted.kind, 'text')}]"
