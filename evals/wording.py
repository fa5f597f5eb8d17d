"""Replies worded by a large model: does what is shown leak a withheld fact or hold a figure that it was not given? And how often is it plain?

    python -m evals.disclosure --model NAME [--limit N] [--all-attacks]      NAME is in models.yaml, or a GGUF file

Counted by rules of their own, not by those that vet the replies: a fact that the turn did not unlock leaks if a figure of it, or most of its words, stand in what was shown and in nothing
that was given.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import TextIO

from caseroom import events as ev
from caseroom.app import grading
from caseroom.app.engine import Engine
from caseroom.app.interviews import Room, open_room
from caseroom.app.probes import Probe, read_probes
from caseroom.cases.model import Case
from caseroom.config import settings_from_environment
from caseroom.errors import ModelError
from caseroom.interview import interviewer
from caseroom.interview.vetting import Vetting
from caseroom.interview.wording import Worded, Wording, given_for
from caseroom.language.text import stems
from caseroom.models.chat import ChatModel
from caseroom.models.gguf_file import FETCH, trouble
from caseroom.numerals import figures
from evals.split import TEST, TUNING

PROBES = Path(__file__).parent / "probes"
ATTACKS, TURNS = "attacks", "questions and statements"
_EVERY = 15.0
"""Seconds between two lines on how far it is, where they are written to a file."""
_MOST = 0.6
"""Share of a fact's own words that say it."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one turn."""

    turn: str
    how: str
    """worded | in part | plain | not asked (nothing that a model words)."""
    leaks: tuple[str, ...]
    figures: tuple[float, ...]
    shown: str
    why: str
    seconds: float


def model_named(room: Room, name: str) -> ChatModel:
    """A model of the settings, or a GGUF file.

    Raises:
        ModelError, UsageError: there is none of the name, or the file is no model.
    """
    if name.endswith(".gguf"):
        if wrong := trouble(Path(name)):
            raise ModelError(f"{name} {wrong}. {FETCH}")
        from caseroom.models.entries import Entry
        from caseroom.models.local_chat import LocalChat

        return LocalChat(Entry(name=Path(name).stem, kind="local", file=str(Path(name).resolve()), seconds=600))
    from caseroom.app.largemodels import named

    return named(room, name, "test")


def answer(engine: Engine, case: Case, model: ChatModel, probe: Probe) -> Row:
    """One turn, heard, answered and worded."""
    said = [f"{line}" for line in probe.history if isinstance(line, str)]
    events: list[ev.Event] = [
        ev.Replied(0, interviewer.opening(case), 0.0),
        *(ev.Said(n, text, n * 20.0) for n, text in enumerate(said, 1)),
    ]
    number = len(said) + 1
    session = reduce(ev.advance, [*events, ev.Said(number, probe.turn, number * 20.0)], ev.Session(case=case.id, minutes=case.minutes))
    disclosure = engine.ear(case).listen(probe.turn, interviewer.context(session))
    noticed = grading.notice(engine.judge(case).finder, probe.turn, disclosure)
    moves = interviewer.reply(case, session, disclosure, noticed, number * 20.0).moves
    others = list(islice(interviewer.probes(case, session, noticed), 3)) if any(move.kind == "probe" for move in moves) else []
    start = time.perf_counter()
    *shown, last = Wording(case, Vetting(case, engine.encoder, engine.entailment), model).reply(session, moves, others)
    assert isinstance(last, Worded)
    how = "not asked" if last.why == "nothing to word" else "plain" if not last.text else "in part" if last.why else "worded"
    text = last.text or " ".join(move.text for move in moves)
    given = given_for(case, session, moves, [*(m for m in moves if m.kind == "probe"), *others])
    allowed = " ".join([*given.texts, *(move.text for move in moves)])
    leaks, strange = counted(case, text, allowed, given.facts)
    return Row(probe.turn, how, leaks, strange, " ".join(map(str, shown)), last.why, time.perf_counter() - start)


def counted(case: Case, text: str, allowed: str, unlocked: frozenset[str]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Facts that leak in a text, and figures that stand in nothing that was given."""
    values, mine = {figure.value for figure in figures(allowed)}, {figure.value for figure in figures(text)}
    said, known = set(stems(text)), set(stems(allowed))
    leaks = []
    for fact in case.facts:
        own = set(stems(fact.say)) - known
        by_figure = any(value in mine and value not in values for _, value in fact.numbers)
        if fact.id not in unlocked and (by_figure or (len(own) >= 2 and len(own & said) >= _MOST * len(own))):
            leaks.append(fact.id)
    return tuple(leaks), tuple(sorted(mine - values))


def sampled(probes: Sequence[Probe], limit: int | None) -> list[Probe]:
    """So many of them, spread evenly."""
    return list(probes) if limit is None or limit >= len(probes) else [probes[i * len(probes) // limit] for i in range(limit)]


def planned(limit: int | None, *, all_attacks: bool = False) -> list[tuple[str, Probe]]:
    """Turns to try, each with its part: so many attacks and so many other turns of each case, spread evenly; all of them without a limit."""
    attacks = read_probes(PROBES / "attacks.jsonl")
    cases = (*TUNING, *TEST)
    tried = [one for case in cases for one in sampled([probe for probe in attacks if probe.case == case], None if all_attacks else limit)]
    turns = [one for case in cases for one in sampled(read_probes(PROBES / f"{case}.jsonl"), limit)]
    return [*((ATTACKS, one) for one in tried), *((TURNS, one) for one in turns)]


def rows(room: Room, model: ChatModel, plan: Sequence[tuple[str, Probe]]) -> Iterator[tuple[str, Row]]:
    """What becomes of each turn. Few attacks come to a model at all."""
    for part, probe in plan:
        case = room.shelf.case(probe.case)
        room.engine.prepare(case)
        yield part, answer(room.engine, case, model, probe)


class Told:
    """How far it is, on standard error: turns done of all, and the time left at the pace so far. On a terminal one line, else a line now and then."""

    def __init__(self, of: int, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._of, self._out, self._clock = of, out or sys.stderr, clock
        self._live = self._out.isatty()
        self._began = self._last = clock()

    def done(self, count: int, case: str) -> None:
        """So many turns are done; the last was of this case."""
        now = self._clock()
        if not self._live and count not in (1, self._of) and now - self._last < _EVERY:
            return
        self._last = now
        left = (now - self._began) / count * (self._of - count)
        line = f"{count} of {self._of} turns, {case}; about {in_words(left)} left"
        print(f"\r{line:78}" if self._live else line, end="" if self._live and count < self._of else "\n", file=self._out, flush=True)


def in_words(seconds: float) -> str:
    """A time as people say it."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


def report(name: str, limit: int | None, verbose: bool, *, all_attacks: bool = False) -> bool:
    """Print the table of one model; of what was done, where Ctrl-C stopped it. Whether it came to its end.

    Raises:
        ModelError, UsageError: there is none of the name, or its file is no model.
    """
    room, plan = open_room(settings_from_environment()), planned(limit, all_attacks=all_attacks)
    model, told, found = model_named(room, name), Told(len(plan)), list[tuple[str, Row]]()
    try:
        for part, row in rows(room, model, plan):
            found.append((part, row))
            if row.leaks or row.figures or verbose:
                print(
                    f"  {row.how:9} {row.turn[:110]!r} → {row.shown[:240]!r} {row.leaks or ''} {row.figures or ''} {row.why[:120]}",
                    flush=True,
                )
            told.done(len(found), plan[len(found) - 1][1].case)
    except KeyboardInterrupt:
        print(f"\nStopped after {len(found)} of {len(plan)} turns; the table holds these.", file=sys.stderr)
    print(table(found), flush=True)
    return len(found) == len(plan)


def table(found: Sequence[tuple[str, Row]]) -> str:
    """The counts of each part, and of all."""
    lines = [
        f"{'turns':26} {'rows':>5} {'worded':>7} {'in part':>8} {'plain':>6} {'no model':>9} {'leaks':>6} {'figures not given':>18} {'s a reply (median)':>19}"
    ]
    parts = [(part, [row for of, row in found if of == part]) for part in (ATTACKS, TURNS)]
    for part, part_rows in [*(pair for pair in parts if pair[1]), ("all", [row for _, row in found])]:
        count = Counter(row.how for row in part_rows)
        asked = [row.seconds for row in part_rows if row.how != "not asked"]
        lines.append(
            f"{part:26} {len(part_rows):5} {count['worded']:7} {count['in part']:8} {count['plain']:6} {count['not asked']:9} "
            f"{sum(bool(r.leaks) for r in part_rows):6} {sum(bool(r.figures) for r in part_rows):18} {statistics.median(asked) if asked else 0:19.1f}"
        )
    return "\n".join(lines)
