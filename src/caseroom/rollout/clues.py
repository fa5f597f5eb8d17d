"""What a person on call finds who looks somewhere: numbers of the last week beside the weeks before, from the same simulated items, whether a monitor reads them or
not. Never what is right or wrong in truth: of outputs only what people graded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caseroom.proposal.model import Monitor, Monitors, Proposal
from caseroom.rollout.deck import AT
from caseroom.rollout.drawing import Drawn
from caseroom.rollout.model import Floats
from caseroom.rollout.readings import grade, samples
from caseroom.rollout.service import Served, served
from caseroom.rollout.weeks import Simulation

WEEK = 7
BEFORE = 21
"""Days before the last week that are shown beside it."""
READ = 30
"""Outputs a day that somebody reads who looks at outputs where nobody grades any."""
_LIKELY = 8
"""Kinds or groups that are shown."""


@dataclass(frozen=True, slots=True)
class Clue:
    """A number of the last week beside the weeks before."""

    title: str
    now: float | None
    before: float | None
    form: str
    """share, seconds, money, or number."""
    count: int = 0
    """Of how many items the last week's is."""


@dataclass(frozen=True)
class _Part:
    """Some days together, one row an item."""

    rows: Floats
    seconds: Floats
    failed: NDArray[np.bool_]
    price: Floats
    signal: NDArray[np.bool_]
    out: NDArray[np.bool_]
    passed_on: NDArray[np.bool_]
    graded: Floats
    by_group: Floats

    def __getitem__(self, name: str) -> Floats:
        return self.rows[:, AT[name]]


Looker = Callable[["_Part", "_Part", Sequence[str], Sequence[str]], Iterator[Clue]]


def clues(now: Simulation, day: int, place: str) -> list[Clue]:
    """What there is to see at a place on the evening of a day; nothing where only words tell (notices, the index, documents)."""
    looker = LOOKERS.get(place)
    if looker is None:
        return []
    first = max(0, day + 1 - WEEK)
    late = _part(now, range(first, day + 1))
    early = _part(now, range(max(0, first - BEFORE), first))
    kinds = getattr(getattr(now.stage.world, "reference", None), "kinds", [])
    return list(looker(late, early, kinds, now.stage.names.groups))


def _part(now: Simulation, days: Sequence[int]) -> _Part:
    drawn = [(_drawn(now, day), now.schedule[day][1]) for day in days]
    done = [(one, _served(now, one, proposal)) for one, proposal in drawn]
    settings = now.stage.settings
    monitors = now.monitors if now.monitors.quality else Monitors(quality=Monitor(sample=READ), groups=now.monitors.groups)
    sizes = samples(monitors)
    graded = [grade(one, made, sizes, settings.seed, now.stage.business.economics.cost_of_wrong) for one, made in done]
    made = [one for _, one in done]
    return _Part(
        rows=_rows([one.rows for one, _ in done]), seconds=_joined([one.seconds for one in made]), failed=_joined([one.failed for one in made]) == 1,
        price=_joined([one.price for one in made]), signal=_joined([one.signal for one in made]) == 1, out=_joined([one.out for one in made]) == 1,
        passed_on=_joined([one.passed_on for one in made]) == 1, graded=_rows([one.rows for one in graded]), by_group=_rows([one.by_group for one in graded]),
    )  # fmt: skip


def _drawn(now: Simulation, day: int) -> Drawn:
    row = now.days[day]
    return now.stage.draw(now.schedule[day][1], day, row.share, now.forces(day))


def _served(now: Simulation, drawn: Drawn, proposal: Proposal) -> Served:
    return served(drawn, now.stage.deck(proposal), now.stage.business)


def _rows(parts: Sequence[Floats]) -> Floats:
    found = [part for part in parts if len(part)]
    return np.concatenate(found) if found else np.zeros((0, len(AT)))


def _joined(parts: Sequence[NDArray[Any]]) -> Floats:
    return np.concatenate(parts).astype(np.float64) if parts else np.zeros(0)


# ---- places


def _mean(values: NDArray[Any]) -> float | None:
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if len(known) else None


def _both(title: str, form: str, late: _Part, early: _Part, of: Callable[[_Part], NDArray[Any]]) -> Clue:
    values = of(late)
    return Clue(title, _mean(values), _mean(of(early)), form, len(values))


def _high(values: Floats) -> float | None:
    return float(np.quantile(values, 0.95)) if len(values) else None


def _by_code(
    names: Sequence[str], column: str, late: _Part, early: _Part, of: Callable[[_Part], tuple[Floats, Floats]], word: str
) -> Iterator[Clue]:
    """One line a code: the mean of values where the code stands, the commonest first."""
    codes, counts = np.unique(np.nan_to_num(of(late)[1], nan=-1), return_counts=True)
    for code in [codes[place] for place in np.argsort(-counts, kind="stable")][:_LIKELY]:
        parts = []
        for part in (late, early):
            values, own = of(part)
            parts.append(values[np.nan_to_num(own, nan=-1) == code])
        yield Clue(f"{word}{_named(names, code)}", _mean(parts[0]), _mean(parts[1]), "share", len(parts[0]))


def _named(names: Sequence[str], code: float) -> str:
    return names[int(code)].replace("_", " ") if 0 <= code < len(names) else "none"


def _inputs(late: _Part, early: _Part, kinds: Sequence[str], groups: Sequence[str]) -> Iterator[Clue]:
    codes, counts = np.unique(late["kind_taken"], return_counts=True)
    for code in [codes[place] for place in np.argsort(-counts, kind="stable")][:_LIKELY]:
        yield _both(f"of the kind {_named(kinds, code)}", "share", late, early, lambda part, code=code: part["kind_taken"] == code)  # type: ignore[misc]
    yield _both("words never seen before the launch", "share", late, early, lambda part: part["unseen"])
    yield _both("distance to the nearest known input", "number", late, early, lambda part: part["far"])
    yield _both("words of an input", "number", late, early, lambda part: part["words_in"])


def _groups(late: _Part, early: _Part, kinds: Sequence[str], groups: Sequence[str]) -> Iterator[Clue]:
    yield from _by_code(
        groups, "group", late, early, lambda part: (part.signal[part.out].astype(float), part["group"][part.out]), "sent back or edited, "
    )
    yield from _by_code(groups, "group", late, early, lambda part: (part.passed_on.astype(float), part["group"]), "passed on, ")
    if len(late.by_group):
        yield from _by_code(
            groups, "group", late, early, lambda part: (part.by_group[:, AT["right"]], part.by_group[:, AT["group"]]), "graded right, "
        )


def _users(late: _Part, early: _Part, kinds: Sequence[str], groups: Sequence[str]) -> Iterator[Clue]:
    yield _both("sent back, thumbed down or edited", "share", late, early, lambda part: part.signal[part.out])
    yield from _by_code(
        kinds,
        "kind_taken",
        late,
        early,
        lambda part: (part.signal[part.out].astype(float), part["kind_taken"][part.out]),
        "of these of the kind ",
    )


def _prices(late: _Part, early: _Part, kinds: Sequence[str], groups: Sequence[str]) -> Iterator[Clue]:
    yield _both("price of an item", "money", late, early, lambda part: part.price)
    yield _both("tokens of an item", "number", late, early, lambda part: part["tokens"])


def _service(late: _Part, early: _Part, kinds: Sequence[str], groups: Sequence[str]) -> Iterator[Clue]:
    yield _both("seconds to an output", "seconds", late, early, lambda part: part.seconds)
    yield Clue("seconds, 95th percentile", _high(late.seconds), _high(early.seconds), "seconds", len(late.seconds))
    yield _both("failed", "share", late, early, lambda part: part.failed)


def _attacks(late: _Part, early: _Part, kinds: Sequence[str], groups: Sequence[str]) -> Iterator[Clue]:
    yield _both("inputs that speak to the model", "share", late, early, lambda part: part["suspicious"])
    yield _both("of these passed on", "share", late, early, lambda part: part.passed_on[part["suspicious"] == 1])


def _outputs(late: _Part, early: _Part, kinds: Sequence[str], groups: Sequence[str]) -> Iterator[Clue]:
    yield _both("right in the eyes of graders", "share", late, early, lambda part: part.graded[:, AT["right"]])
    if len(late.graded):
        yield from _by_code(
            kinds,
            "kind_taken",
            late,
            early,
            lambda part: (part.graded[:, AT["right"]], part.graded[:, AT["kind_taken"]]),
            "of these of the kind ",
        )
    yield _both("words of an output", "number", late, early, lambda part: part["words_out"][part.out])
    yield _both("checks that object", "share", late, early, lambda part: part["flagged"])


LOOKERS: Mapping[str, Looker] = {
    "inputs": _inputs, "groups": _groups, "users": _users, "prices": _prices, "service": _service, "attacks": _attacks, "outputs": _outputs,
}  # fmt: skip
