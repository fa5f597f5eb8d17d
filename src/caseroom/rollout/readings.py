"""What the roadmap's monitors get to read of a day. A number that no monitor asks for is not measured; what people grade is a sample, and they err. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caseroom.monitoring.measured import Counts, Measured, Share, Strata, Values
from caseroom.proposal.model import Monitors
from caseroom.rollout.deck import AT
from caseroom.rollout.drawing import Drawn
from caseroom.rollout.model import Floats, Ints
from caseroom.rollout.service import Served
from caseroom.rollout.settings import COUNTED, DEFAULT_SAMPLE, GRADER_MISSES, GRADER_OBJECTS
from caseroom.rollout.traffic import chance

OTHER = "other"
_INPUTS: Mapping[str, str] = {"unseen": "unseen", "far": "far", "words": "words_in"}
"""Numbers of an input that are read, and their columns."""
_ROUTES = ("send", "look", "review", "baseline")


@dataclass(frozen=True, slots=True)
class Graded:
    """What people graded of a day, and what is counted of it for gates."""

    rows: Floats
    """Rows as the graders see them: what they missed counts as right."""
    index: Ints
    """Each row's place in the design's usual table; -1 where an event touched it."""
    by_group: Floats
    """Rows of the sample that is spread over the groups."""
    counted: Floats
    """Rows of items as they came, not graded."""


def samples(monitors: Monitors, more: int | None = None) -> tuple[int, int]:
    """How many outputs a day people grade for quality, and how many for groups; `more` is what a person on call asked for."""
    asked = (monitors.quality, monitors.groups)
    quality, groups = (0 if monitor is None else monitor.sample or DEFAULT_SAMPLE for monitor in asked)
    return (more if more is not None and monitors.quality else quality), groups


def grade(drawn: Drawn, done: Served, sizes: tuple[int, int], seed: int, cost_of_wrong: float) -> Graded:
    """A sample of the day's outputs in the eyes of people."""
    out, draw = np.flatnonzero(done.out & (drawn["scored"] == 1)), chance(seed, drawn.day, "sample")
    order = draw.permutation(len(out))
    first = out[order[: sizes[0]]]
    spread = _spread(drawn["group"], out[order], sizes[1])
    index = np.where(drawn.touched[first] >= 0, -1, drawn.index[first])
    rows, spread_rows = (_seen(drawn.rows[places], drawn.items.grade[places], cost_of_wrong) for places in (first, spread))
    return Graded(rows, index, spread_rows, drawn.rows[:COUNTED].copy())  # a view would hold the whole day


def _spread(groups: Floats, places: Ints, size: int) -> Ints:
    """The first places of each group, alike many of each."""
    codes = groups[places]
    known = np.unique(codes[~np.isnan(codes)])
    if not size or not len(known):
        return np.zeros(0, np.int64)
    each = max(1, size // len(known))
    return np.concatenate([places[codes == code][:each] for code in known]).astype(np.int64)


def _seen(rows: Floats, care: Floats, cost_of_wrong: float) -> Floats:
    """Rows as graders see them."""
    seen = rows.copy()
    wrong = (seen[:, AT["wrong"]] == 1) | (seen[:, AT["incomplete"]] == 1)
    missed, objected = wrong & (care < GRADER_MISSES), ~wrong & (care < GRADER_OBJECTS)
    seen[missed, AT["right"]], seen[objected, AT["right"]] = 1.0, 0.0
    for name in ("wrong", "incomplete"):
        seen[missed, AT[name]] = 0.0
    seen[objected, AT["wrong"]] = 1.0
    unseen = (seen[:, AT["left_wrong"]] == 1) & (care < GRADER_MISSES)
    extra = (seen[:, AT["left_right"]] == 1) & (care < GRADER_OBJECTS)
    for name, after in (("left_wrong", 0.0), ("harm", 0.0), ("left_right", 1.0)):
        seen[unseen, AT[name]] = after
    for name, after in (("left_wrong", 1.0), ("harm", cost_of_wrong), ("left_right", 0.0)):
        seen[extra, AT[name]] = after
    return seen


def read(monitors: Monitors, drawn: Drawn, done: Served, graded: Graded) -> dict[str, Measured]:
    """The day's readings, by name; a day without items of the design's has the volume alone."""
    found: dict[str, Measured] = {"volume": Values(np.array([float(drawn.came)]))}
    if not len(drawn):
        return found
    kinds = drawn["kind_taken"]
    if monitors.quality and len(graded.rows):
        found["quality"] = _strata(graded.rows[:, AT["right"]] == 1, graded.rows[:, AT["kind_taken"]])
        found["quality.wrong"] = _strata(graded.rows[:, AT["wrong"]] == 1, graded.rows[:, AT["kind_taken"]])
        if monitors.quality.omissions is not None and (rows := graded.rows[graded.rows[:, AT["facts_all"]] > 0]).size:
            found["quality.omitted"] = Share(float(omitted(rows).sum()), float(len(rows)))
    if monitors.groups and len(graded.by_group):
        found["quality.groups"] = _groups(graded.by_group, drawn.names.groups)
    if monitors.proxies and done.out.any():
        found["proxies"] = _strata(done.signal[done.out], kinds[done.out])
    if monitors.checks:
        found["checks"] = _strata(drawn["flagged"] == 1, kinds)
    if monitors.abstention:
        found["abstention"] = _strata(done.passed_on & ~done.failed, kinds)
    return found | dict(_service(monitors, done, kinds)) | dict(_drift(monitors, drawn, done))


def omitted(rows: Floats) -> Floats:
    """Of each output, the share of what it should say and does not."""
    return 1 - np.nan_to_num(rows[:, AT["facts_found"]]) / np.maximum(np.nan_to_num(rows[:, AT["facts_all"]]), 1.0)


def _service(monitors: Monitors, done: Served, kinds: Floats) -> Mapping[str, Measured]:
    found: dict[str, Measured] = {}
    if monitors.latency:
        found["latency"] = Values(done.seconds)  # as one: it hangs on no kind here, and a limit is for a percentile of all
    if monitors.errors:
        found["errors"] = Share(float(done.failed.sum()), float(len(done.failed)))
    if monitors.cost:
        found["cost"] = _by_kind(done.price, kinds)
    return found


def _drift(monitors: Monitors, drawn: Drawn, done: Served) -> Mapping[str, Measured]:
    found, kinds = dict[str, Measured](), drawn["kind_taken"]
    if monitors.inputs:
        found["inputs.kinds"] = Counts(_counts(kinds))
        found |= {f"inputs.{name}": _by_kind(drawn[column], kinds) for name, column in _INPUTS.items()}
    if monitors.outputs:
        if done.out.any():
            found["outputs.words"] = _by_kind(drawn["words_out"][done.out], kinds[done.out])
        found["outputs.values"] = Counts(_routes(drawn))
    if monitors.attacks:
        found["attacks"] = Share(float(drawn["suspicious"].sum()), float(len(drawn)))
    return found


def _strata(hits: NDArray[np.bool_], kinds: Floats) -> Strata:
    return Strata({_kind(code): Share(float(hits[kinds == code].sum()), float((kinds == code).sum())) for code in np.unique(kinds)})


def _by_kind(values: Floats, kinds: Floats) -> Strata:
    return Strata({_kind(code): Values(values[kinds == code]) for code in np.unique(kinds)})


def _groups(rows: Floats, names: list[str]) -> Strata:
    codes = rows[:, AT["group"]]
    right = rows[:, AT["right"]] == 1
    return Strata({names[int(code)]: Share(float(right[codes == code].sum()), float((codes == code).sum())) for code in np.unique(codes)})


def _counts(kinds: Floats) -> dict[str, float]:
    codes, counts = np.unique(kinds, return_counts=True)
    return {_kind(code): float(count) for code, count in zip(codes, counts, strict=True)}


def _kind(code: float) -> str:
    return OTHER if code < 0 or np.isnan(code) else f"kind {int(code)}"


def _routes(drawn: Drawn) -> dict[str, float]:
    """The values of a decision where there is one, else the ways that outputs took."""
    chosen = drawn["selected"]
    if not np.isnan(chosen).all():
        return {"selected": float((chosen == 1).sum()), "not selected": float((chosen == 0).sum()), "none": float(np.isnan(chosen).sum())}
    return {name: float((drawn[name] == 1).sum()) for name in _ROUTES} | {"person": float((drawn["passed_on"] == 1).sum())}


def shown(measured: Measured) -> float | None:
    """A reading as one number for a chart: a share, a mean, of times the 95th percentile; None where it is a mix."""
    if isinstance(measured, Share):
        return measured.hits / measured.of if measured.of else None
    if isinstance(measured, Values):
        return float(np.quantile(measured.values, 0.95)) if len(measured.values) else None
    if isinstance(measured, Strata):
        values = [part.values for part in measured.parts.values() if isinstance(part, Values)]
        if values:
            return shown(Values(np.concatenate(values)))
        shares = [part for part in measured.parts.values() if isinstance(part, Share)]
        of = sum(part.of for part in shares)
        return sum(part.hits for part in shares) / of if of else None
    return None
