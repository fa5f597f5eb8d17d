"""Probes: turns with the facts that they ask for. Ask each, compare, and count per kind and over all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caseroom.app.engine import Engine
from caseroom.cases.model import Case
from caseroom.cases.shelf import Shelf
from caseroom.errors import UsageError
from caseroom.interview.disclosure import Context, Disclosure, Ear
from caseroom.language.text import words

_SAME_WORDS = 0.8  # share of a fact's words that an interviewer's line must hold to count as having said it


@dataclass(frozen=True, slots=True)
class Probe:
    """One row of a probe file."""

    case: str
    turn: str
    facts: tuple[str, ...]
    also_ok: tuple[str, ...] = ()
    kind: str = "turn"
    history: tuple[Any, ...] = ()
    family: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What the ear made of a probe."""

    probe: Probe
    said: tuple[str, ...]
    asked_back: tuple[str, ...]
    unknown: bool
    milliseconds: float

    @property
    def unasked(self) -> bool:
        """A fact was said that was not asked for."""
        return bool(set(self.said) - set(self.probe.facts) - set(self.probe.also_ok))

    @property
    def exact(self) -> bool:
        """Just the right facts were said; nothing, where nothing was asked."""
        return set(self.probe.facts) <= set(self.said) and not self.unasked

    @property
    def plus_another(self) -> bool:
        """The right facts were said, and one more."""
        return bool(self.probe.facts) and set(self.probe.facts) <= set(self.said) and self.unasked

    @property
    def some(self) -> bool:
        """Nothing wrong was said, but not all that was asked for, and nothing was asked back."""
        return bool(self.said) and not self.unasked and not self.exact and not self.asked_back

    @property
    def asked(self) -> bool:
        """Nothing wrong was said, and it asked back for what is lacking."""
        return bool(self.asked_back) and not self.unasked and not (self.exact and self.probe.facts)

    @property
    def right_among(self) -> bool:
        """It asked back, and all that is lacking is among the topics offered."""
        return self.asked and bool(self.probe.facts) and set(self.probe.facts) <= set(self.said) | set(self.asked_back)

    @property
    def not_known(self) -> bool:
        """A fact of the sheet was asked for, and nothing was said or asked back."""
        return bool(self.probe.facts) and not self.said and not self.asked_back


@dataclass(slots=True)
class Count:
    """Counts over answered probes."""

    rows: list[Answered] = field(default_factory=list)

    def share(self, holds: Callable[[Answered], bool], of: Callable[[Answered], bool] = lambda _: True) -> float | None:
        """The share of rows for which it holds; None without rows."""
        among = [row for row in self.rows if of(row)]
        return sum(holds(row) for row in among) / len(among) if among else None

    def to_dict(self) -> dict[str, Any]:
        """Figures as plain data."""
        times = sorted(row.milliseconds for row in self.rows)
        return {
            "rows": len(self.rows),
            "asking": sum(bool(row.probe.facts) for row in self.rows),
            "exact": _rounded(self.share(lambda r: r.exact)),
            "plus_another": _rounded(self.share(lambda r: r.plus_another)),
            "part": _rounded(self.share(lambda r: r.some)),
            "asked_back": _rounded(self.share(lambda r: r.asked)),
            "right_among": _rounded(self.share(lambda r: r.right_among)),
            "not_known": _rounded(self.share(lambda r: r.not_known)),
            "unasked_or_wrong": _rounded(self.share(lambda r: r.unasked)),
            "ms_median": round(times[len(times) // 2], 1) if times else None,
            "ms_p95": round(times[min(len(times) - 1, int(len(times) * 0.95))], 1) if times else None,
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def read_probes(path: Path) -> list[Probe]:
    """Rows of a JSON Lines file.

    Raises:
        UsageError: cannot be read, or a row does not fit; names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as text: {error}.") from None
    return [_probe(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]


def _probe(line: str, where: str) -> Probe:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where}: not JSON: {error}.") from None
    if (
        not isinstance(row, dict)
        or not all(isinstance(row.get(k), str) for k in ("case", "turn"))
        or not isinstance(row.get("facts"), list)
    ):
        raise UsageError(
            f'{where}: a row is {{"case": ..., "turn": ..., "facts": [...]}}, with "kind", "history" and "also_ok" if you like.'
        )
    return Probe(
        row["case"], row["turn"], tuple(map(str, row["facts"])), tuple(map(str, row.get("also_ok") or ())), str(row.get("kind") or "turn"),
        tuple(row.get("history") or ()), row.get("family"),
    )  # fmt: skip


def context_of(history: Iterable[Any], ear: Ear) -> Context:
    """The context after earlier turns: candidate's words, or objects with `turn` (or `text`), `role` and `facts`."""
    context = Context()
    facts: tuple[str, ...]
    offered: tuple[str, ...]
    for item in history:
        entry = item if isinstance(item, dict) else {"turn": str(item)}
        text = str(entry.get("turn") or entry.get("text") or entry.get("content") or "")
        if isinstance(entry.get("facts"), list):
            facts, offered = tuple(map(str, entry["facts"])), ()
        elif str(entry.get("role") or entry.get("speaker") or "").lower() in ("interviewer", "assistant") or text.startswith(
            "INTERVIEWER:"
        ):
            facts, offered = _facts_in(text, ear.case), ()
        else:
            disclosure = ear.listen(text.removeprefix("CANDIDATE:").strip(), context)
            facts, offered = disclosure.say, disclosure.ask_back
        known = tuple(fact for fact in facts if any(fact == f.id for f in ear.case.facts))
        context = Context(known or context.last_facts, offered)
    return context


def _facts_in(text: str, case: Case) -> tuple[str, ...]:
    said = set(words(text))
    return tuple(f.id for f in case.facts if len(said & set(words(f.say))) >= _SAME_WORDS * len(set(words(f.say))))


def answer(ear: Ear, probe: Probe) -> tuple[Answered, Disclosure]:
    """Ask one probe."""
    context = context_of(probe.history, ear)
    start = time.perf_counter()
    disclosure = ear.listen(probe.turn, context)
    took = (time.perf_counter() - start) * 1000
    return Answered(probe, disclosure.say, disclosure.ask_back, bool(disclosure.unknown), took), disclosure


def answer_all(engine: Engine, shelf: Shelf, probes: Sequence[Probe], progress: Callable[[int, int], None] | None = None) -> list[Answered]:
    """Ask all probes, each of its own case."""
    for case_id in dict.fromkeys(probe.case for probe in probes):
        engine.prepare(shelf.case(case_id))
    engine.warm()
    answered = []
    for number, probe in enumerate(probes, start=1):
        answered.append(answer(engine.ear(shelf.case(probe.case)), probe)[0])
        if progress:
            progress(number, len(probes))
    return answered


def by_kind(answered: Sequence[Answered]) -> dict[str, Count]:
    """Counts per kind, and `asking` (rows that ask for a fact) and `all` at the end."""
    counts: dict[str, Count] = {}
    for row in answered:
        counts.setdefault(row.probe.kind, Count()).rows.append(row)
    counts["asking"] = Count([row for row in answered if row.probe.facts])
    counts["all"] = Count(list(answered))
    return counts
