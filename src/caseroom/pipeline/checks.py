"""The checks that need no model: figures, citations, form, private data, words that speak to the model. Each says what it objects to, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from caseroom.cases.task import Task
from caseroom.language.phrases import flat
from caseroom.language.text import STOP, sentences, stem, words
from caseroom.models.base import Source
from caseroom.numerals import figures
from caseroom.pipeline import privacy
from caseroom.pipeline.prompt import ATTACK
from caseroom.pipeline.state import Output, State

_CITATION = re.compile(r"\[([\w#.:/ -]+)\]")
"""A document's id; that of a file without one is its place: `leave/sick pay.md`, `faq.csv:12`."""


def plain_text(text: str) -> str:
    """The text without its citations."""
    return _CITATION.sub("", text)


def sources_of(state: State) -> tuple[Source, ...]:
    """What the output may stand on, as it was before masking; what is private has come back into the output, too."""
    given = state.request.sources if state.request else ()
    return tuple(replace(source, text=privacy.restored(source.text, state.masked)) for source in given) if state.masked else given


def numbers(state: State, output: Output, task: Task) -> Iterator[str]:
    """Figures that stand in no source, or that differ from what the systems say of the same thing."""
    sources = " ".join(source.text for source in sources_of(state)) + " " + state.item.input
    known = {figure.value for figure in figures(sources)}
    for piece in sentences(plain_text(output.text)):
        for figure in figures(piece.text):
            if figure.value not in known:
                yield f"{figure.value:g} stands in no source: {piece.text[:120]}"
        for fact in state.told:
            if clash := _clash(piece.text, fact):
                yield f"the systems say “{fact[:120]}”, the output says {clash}: {piece.text[:120]}"
    for field in task.fields:
        value = output.values.get(field.name)
        if field.is_read and field.kind in ("number", "money") and isinstance(value, int | float) and value not in known | _exact(state):
            yield f"{field.name} {value:g} stands in no source"


def _exact(state: State) -> set[float]:
    return {float(value) for value in state.exact.values() if isinstance(value, int | float)}


def _clash(sentence: str, fact: str) -> str | None:
    """The figure of a sentence that names the same rare thing as a fact, and has a figure where the fact has another."""
    mine, theirs = {f.value for f in figures(sentence)}, {f.value for f in figures(fact)}
    if not mine or not theirs or mine & theirs:
        return None
    names = {stem(w) for w in words(fact) if len(w) > 5 and w not in STOP} & {stem(w) for w in words(sentence)}
    return f"{min(mine):g}" if len(names) >= 2 or any(len(name) > 8 for name in names) else None


def citations(state: State, output: Output) -> Iterator[str]:
    """Sentences without a source, and sources that were not given."""
    known = {source.id for source in sources_of(state)}
    for piece in re.split(r"(?<=\])\s+|(?<=[.!?])\s+(?=[^\[])", output.text):
        if not words(plain_text(piece)):
            continue
        named = _CITATION.findall(piece)
        if not named:
            yield f"no source is named: {piece[:120]}"
        elif wrong := [name for name in named if name not in known]:
            yield f"{wrong[0]} is no source that was given: {piece[:120]}"


def form(output: Output, task: Task) -> Iterator[str]:
    """An empty output, sections that lack, values that are not allowed."""
    if task.kind != "fields" and not words(output.text):
        yield "the output is empty"
    if task.kind == "note":
        yield from (f"the section {s.name} lacks" for s in task.sections if f"{s.name}:" not in output.text)
    for field in task.fields:
        value = output.values.get(field.name)
        if value is None:
            continue
        if field.values and value not in field.values:
            yield f"{field.name}: {value!r} is none of its values"
        if field.kind == "flag" and value not in ("yes", "no"):
            yield f"{field.name}: {value!r} is neither yes nor no"
        if field.kind in ("number", "money") and not isinstance(value, int | float):
            yield f"{field.name}: {value!r} is no number"


def private(state: State, output: Output) -> Iterator[str]:
    """Private data in the output that the person was not known by."""
    own = flat(" ".join([*(str(value) for value in state.item.fields.values()), *state.told]))
    for piece in privacy.find(output.text):
        if flat(piece.text).strip() not in own:
            yield f"{piece.kind} in the output: {piece.text[:4]}…"


def injection(state: State, output: Output) -> Iterator[str]:
    """Words that speak to the model, in what came in or in what goes out."""
    for place, text in (("the input", state.item.input), ("the output", output.text)):
        if match := ATTACK.search(text):
            yield f"{place} speaks to the model: {match[0]!r}"
