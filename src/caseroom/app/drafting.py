"""A case drafted from a document by a large model: in small calls, each answer held against the strict forms, one repair each. Overwrites nothing.

What was drafted is kept part by part beside the folder that comes of it; an interrupted draft goes on where it stood. The folder appears at once and whole.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from caseroom.app import draft_asks as asks
from caseroom.app import draft_parts as parts
from caseroom.app.draft_folder import write_folder
from caseroom.app.draft_parts import Held, Part
from caseroom.app.draft_source import Source, read_source
from caseroom.app.interviews import Room
from caseroom.cases.files import PointForm
from caseroom.cases.load import common_rubric, load_case
from caseroom.errors import CaseError, ModelError, ModelGarbage, UsageError
from caseroom.models.chat import Ask, ChatModel
from caseroom.steps import STEP_IDS

Told = Callable[[str, int, int], None]
Checked = Callable[[Any, list[Part]], Held]
"""Holds an answer against the forms, and against what was kept of it already."""
BATCH, POINTS = 2, 3
"""Facts and points of one call."""
_SHAPELESS = "the answer had no form, or was cut off: give fewer entries, and shorter ones"


@dataclass(frozen=True, slots=True)
class Wish:
    """How much is wanted."""

    facts: int = 18
    points: int = 12
    rows: int = 8


@dataclass
class Drafted:
    """What was drafted, before it is a folder."""

    source: Source
    by: str
    frame: Part
    facts: list[Part] = field(default_factory=list)
    points: list[Part] = field(default_factory=list)
    turns: list[Part] = field(default_factory=list)
    rows: list[Part] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def draft(
    room: Room, document: Path, case_id: str, into: Path | None, model: ChatModel, wish: Wish = Wish(), told: Told | None = None
) -> Drafted:
    """Draft a case; its folder is `into` (the user's cases without it) / `case_id`.

    Raises:
        UsageError: the id does not fit, or something is there.
        DataError: the document cannot be read.
        ModelError: the model is not there, or gave nothing of use; what was drafted is kept.
    """
    target = (into or room.settings.user_cases) / case_id
    _free(room, case_id, target)
    source = read_source(document)
    work = _Work(target.parent / f".{case_id}.draft", f"{source.digest}|{model.signature}|{wish}")
    made = _Maker(source, model, work, told or (lambda *_: None), wish).made()
    whole = work.folder / case_id
    shutil.rmtree(whole, ignore_errors=True)
    write_folder(whole, made)
    try:
        load_case(whole)
    except CaseError as error:  # a form that the parts do not know; the parts are kept for whoever looks into it
        raise CaseError([f"The draft does not hold together: {error.problems[0]}", *error.problems[1:]]) from None
    whole.rename(target)
    shutil.rmtree(work.folder, ignore_errors=True)
    return made


def _free(room: Room, case_id: str, target: Path) -> None:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", case_id):
        raise UsageError(f"A case's id is lower-case words joined by hyphens, not {case_id[:60]!r}.")
    if target.exists():
        raise UsageError(f"{target} is there already, and nothing is overwritten. Give another id, or move it away.")
    if case_id in room.shelf.ids():
        raise UsageError(f"There is a case {case_id!r} already, in {room.shelf.folder(case_id)}. Give another id.")


class _Work:
    """The parts of a draft that is under way, on the disk; those of another document, model or wish are thrown away."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self._key = folder, key
        self._file = folder / "parts.json"
        self.parts, self.left = self._read()

    def _read(self) -> tuple[dict[str, list[Part]], dict[str, list[str]]]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            if kept["of"] == self._key:
                return dict(kept["parts"]), dict(kept["left"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return {}, {}

    def keep(self, name: str, held: list[Part], left: list[str]) -> None:
        """Note a part, all of it or none."""
        self.parts[name], self.left[name] = held, left
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".part")
        fresh.write_text(json.dumps({"of": self._key, "parts": self.parts, "left": self.left}, ensure_ascii=False), encoding="utf-8")
        fresh.replace(self._file)


class _Maker:
    """Asks for the parts in order."""

    def __init__(self, source: Source, model: ChatModel, work: _Work, told: Told, wish: Wish) -> None:
        self._source, self._model, self._work, self._told, self._wish = source, model, work, told, wish
        self._done = 0

    def made(self) -> Drafted:
        """All parts."""
        tries: list[Any] = []

        def framed(data: Any, _: list[Part]) -> Held:
            """The frame; the second one is mended."""
            tries.append(data)
            return parts.brief(data, last=len(tries) > 1)

        frame = self._part("frame", asks.brief(self._source), framed)
        if not frame:
            raise ModelError(
                f"{self._model.name} drafted no frame that holds: {'; '.join(self._work.left['frame'][:3])}. Try a larger model."
            )
        opening = str(frame[0]["opening"])
        made = Drafted(self._source, self._model.name, frame[0])
        for step, count in shares(self._wish.facts):
            made.facts += self._facts(step, count, made.facts, opening)
        if not made.facts:
            raise ModelError(f"{self._model.name} drafted no fact that holds. Try a larger model.")
        made.points = self._points(opening)
        made.turns = self._part("turns", asks.turns(self._source, opening), lambda data, kept: _fresh(parts.turns(data), kept, "id"))
        if self._wish.rows:
            ask = asks.rows(self._source, opening, self._wish.rows)
            made.rows = self._part("rows", ask, lambda data, kept: _fresh(parts.rows(data), kept, "input"))
        made.left_out = [problem for name in self._work.parts for problem in self._work.left[name]]
        return made

    def _facts(self, step: str, count: int, before: list[Part], opening: str) -> list[Part]:
        found: list[Part] = []
        for number in range(-(-count // BATCH)):
            there = [*before, *found]
            ask = asks.facts(self._source, opening, step, min(BATCH, count - len(found)), [str(one["topic"]) for one in there])
            new = self._part(f"facts {step} {number + 1}", ask, partial(_facts_held, step, there, opening))
            found += new[: count - len(found)]
            if not new or len(found) >= count:
                break
        return found

    def _points(self, opening: str) -> list[Part]:
        found: list[Part] = []
        for step, batch in batches(self._wish.points):
            ask = asks.points(self._source, opening, step, batch)
            found += self._part(f"points {batch[0].id}", ask, partial(_points_held, batch))
        return found

    def _part(self, name: str, ask: Ask, check: Checked) -> list[Part]:
        self._told(name, self._done, calls(self._wish))
        self._done += 1
        if not self._work.parts.get(name) and (name not in self._work.parts or name == "frame"):
            self._work.keep(name, *self._tried(ask, check))
        return self._work.parts[name]

    def _tried(self, ask: Ask, check: Checked) -> Held:
        """What holds after one repair, and what does not."""
        text, data = self._answer(ask)
        kept, problems = check(data, []) if data is not None else ([], [_SHAPELESS])
        if not problems:
            return kept, []
        _, data = self._answer(asks.again(ask, text, problems))
        if data is None:
            return kept, problems
        more, left = check(data, kept)
        return [*kept, *more], [problem for problem in left if " already" not in problem] or ([] if more else problems)

    def _answer(self, ask: Ask) -> tuple[str, Any]:
        try:
            answer = self._model.ask(ask)
        except ModelError as error:
            if is_garbage(error):
                return "", None
            raise (
                type(error)(f"{error} What was drafted so far is kept; the same command goes on.") if type(error) is ModelError else error
            ) from None
        return answer.text, answer.data


def is_garbage(error: ModelError) -> bool:
    """Whether a model answered, but nothing of use."""
    failed: Sequence[Any] = getattr(error, "failed", ())
    return isinstance(error, ModelGarbage) or (bool(failed) and all(one.kind == "ModelGarbage" for one in failed))


def _facts_held(step: str, there: list[Part], opening: str, data: Any, kept: list[Part]) -> Held:
    return parts.facts(data, step, [*there, *kept], opening)


def _points_held(batch: list[PointForm], data: Any, kept: list[Part]) -> Held:
    return _fresh(parts.points(data, batch), kept, "id")


def _fresh(held: Held, kept: Sequence[Part], name: str) -> Held:
    """Without what was kept before."""
    return [part for part in held[0] if part[name] not in {one[name] for one in kept}], held[1]


def shares(facts: int) -> list[tuple[str, int]]:
    """How so many facts lie over the steps; most of them in the first."""
    of = parts.STEPS_OF_FACTS
    total = sum(of.values())
    edges = [round(facts * sum(list(of.values())[:n]) / total) for n in range(len(of) + 1)]
    return [(step, edges[n + 1] - edges[n]) for n, step in enumerate(of) if edges[n + 1] > edges[n]]


def batches(points: int) -> Iterator[tuple[str, list[PointForm]]]:
    """The core points to be told in the case's words, a few at a time, the same number of each step."""
    left = points
    for number, step in enumerate(STEP_IDS):
        core = [point for point in common_rubric() if point.step == step and point.weight == "core"]
        mine = core[: -(-left // (len(STEP_IDS) - number))]
        left -= len(mine)
        yield from ((step, mine[at : at + POINTS]) for at in range(0, len(mine), POINTS))


def calls(wish: Wish) -> int:
    """How many calls it takes without repairs."""
    return 2 + sum(-(-count // BATCH) for _, count in shares(wish.facts)) + len(list(batches(wish.points))) + bool(wish.rows)
