"""What pages and API show of rollouts: plain rows, and a day of weeks that unfold. Nothing is simulated here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from caseroom.app import rollouts
from caseroom.app.bench import Progress
from caseroom.app.interviews import Room
from caseroom.app.rollout_bench import RolloutBench
from caseroom.app.rollouts import Rollout
from caseroom.errors import UsageError
from caseroom.rollout import unfold
from caseroom.rollout.chart import TITLES, axis, lanes, limits
from caseroom.rollout.clues import Clue
from caseroom.rollout.pages import PARTS
from caseroom.rollout.words import shown_reading

Data = Mapping[str, Any]
_CUT = "It was cut off before it was done; what was computed is kept."
WAYS = {
    "own": "the weeks with your monitors", "standard": "the same weeks with the standard monitors", "perfect": "the same weeks with perfect sight",
    "none": "the same weeks with nobody looking", "simulated": "the same weeks with the simulated person on call", "done": "the score",
}  # fmt: skip


def standing(room: Room, bench: RolloutBench, rollout_id: str) -> tuple[Rollout, Progress | None]:
    """A rollout and how far it is, if it is under way in this process.

    Raises:
        RolloutNotFound: no such rollout.
    """
    progress = bench.progress(rollout_id)  # first: one that ends in between is told as ended
    return rollouts.rollout(room, rollout_id), progress


def row(rollout: Rollout, progress: Progress | None) -> dict[str, Any]:
    """A rollout in a list. What was under way in a process that is gone has stopped; a drill that nobody computes for is being played."""
    drill, state = bool(rollout.settings["person"]), str(rollout.state)
    if progress and state != "done":
        state = "running"
    elif drill and state == "open":
        state = "playing"
    elif state in ("open", "running"):
        state = "stopped"
    under_way = progress if state == "running" else None
    return {
        "id": rollout.id, "created": rollout.created, "case": rollout.case, "title": rollout.title, "session": rollout.session, "state": state,
        "why": rollout.why or (_CUT if state == "stopped" else ""), "drill": drill, "seed": rollout.settings["seed"], "weeks": rollout.settings["weeks"],
        "a_day": rollout.settings["a_day"],
        "progress": {"words": doing(under_way.what, drill), "done": under_way.done, "total": under_way.total} if under_way else None,
    }  # fmt: skip


def doing(what: str, drill: bool) -> str:
    """What is being computed, in words; of a drill no event is named."""
    kind, _, way = what.partition(": ")
    if kind == "the weeks":
        return f"Playing {WAYS.get(way, 'the weeks')}"
    if what == "the weeks":
        return "Writing the report"
    if what.startswith("waiting"):
        return what[:1].upper() + what[1:]
    return "What the design does with the traffic" if drill or what == "usual traffic" else f"What the design does under: {what}"


def rows(room: Room, bench: RolloutBench) -> list[dict[str, Any]]:
    """All rollouts, the newest first."""
    under_way = {one.id: bench.progress(one.id) for one in rollouts.rollouts(room)}
    return [row(one, under_way.get(one.id)) for one in rollouts.rollouts(room)]


def done(room: Room, rollout_id: str) -> dict[str, Any]:
    """The report of a rollout that is done.

    Raises:
        RolloutNotFound: no such rollout.
        UsageError: it is not done.
    """
    report = rollouts.rollout(room, rollout_id).report
    if report is None:
        raise UsageError("This rollout is not done, so it has no report yet.")
    return report


# ---- a day


def day_of(report: Data, day: int) -> dict[str, Any]:
    """A day of a report as it unfolds.

    Raises:
        UsageError: the weeks have no such day.
    """
    last = len(report["days"]) - 1
    if not 0 <= day <= last:
        raise UsageError(f"These weeks have the days 0 to {last}.")
    seen, calls = unfold.until(report, day), unfold.calls(report)
    return {
        **frame(seen), "last": last, "open": unfold.standing(seen, day), "calls": len(calls),
        "next": next((one for one in calls if one > day), None), "previous": next((one for one in reversed(calls) if one < day), None),
    }  # fmt: skip


def frame(seen: Data) -> dict[str, Any]:
    """The last of the days that are seen: its numbers, what happened, and the chart up to it."""
    row, known = seen["days"][-1], limits(seen["monitors"])
    day = row["day"]
    return {
        "day": day, "date": date_words(row["date"]), "phase": phase_words(row), "numbers": numbers(row),
        "alerts": [alert for alert in seen["alerts"] if alert["day"] == day], "notes": [note for note in seen["notes"] if note["day"] == day],
        "events": [event for event in seen["events"] if event["ways"]["own"]["day"] == day],
        "readings": [reading(one, known, seen["currency"]) for one in unfold.readings(seen["days"])], "lanes": lanes(seen), "axis": axis(seen),
        "names": {event["id"]: event["title"] for event in seen["events"]},
    }  # fmt: skip


def date_words(written: str) -> str:
    """Monday 3 February 2026."""
    when = date.fromisoformat(written)
    return f"{when:%A} {when.day} {when:%B %Y}"


def phase_words(row: Data) -> str:
    """The phase and its share, in words."""
    if row["phase"] == "stopped":
        return "Stopped: all is done as today"
    name = PARTS.get(row["phase"], "Everything is live")
    return f"{name}, {row['share']:.0%} of the traffic" if row["share"] else f"{name}, switched back: all is done as today"


def numbers(row: Data) -> list[tuple[str, str]]:
    """A day in a few numbers that anybody may know."""
    return [
        ("items came in", f"{row['came']:,}"), ("of these the design's", f"{row['live']:,}"), ("outputs graded", f"{row['graded']:,}"),
        ("of these right", f"{row['graded_right']:,}"), ("sent back or edited", f"{row['signals']:,}"),
    ]  # fmt: skip


def reading(one: Data, known: Mapping[str, float], currency: str) -> dict[str, Any]:
    """A reading with its reference, in words."""
    name = one["name"]
    limit = known.get(name)
    return {
        "name": name, "title": TITLES.get(name, name), "limit": None if limit is None else shown_reading(name, limit, currency),
        **{part: None if one[part] is None else shown_reading(name, one[part], currency) for part in ("today", "week", "before")},
    }  # fmt: skip


def clue(one: Clue, currency: str) -> dict[str, Any]:
    """A clue in words."""
    return {
        "title": one.title,
        "now": _amount(one.now, one.form, currency),
        "before": _amount(one.before, one.form, currency),
        "count": one.count,
    }


def _amount(value: float | None, form: str, currency: str) -> str:
    if value is None:
        return "none"
    words = {"share": f"{value:.1%}", "seconds": f"{value:.3g} s", "money": f"{value:.4f} {currency}"}
    return words.get(form, f"{value:.3g}")
