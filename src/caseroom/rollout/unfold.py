"""Weeks that are kept as a report, up to the evening of a day: what somebody could have known then. Reads the report's plain data; nothing is simulated.

An event is shown from the day on which somebody knew of it; what left wrong in truth is never shown. An alert stands open until what was behind it is mended, a false
one for a week.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Data = Mapping[str, Any]
_FALSE_STANDS = 7
WEEK, BEFORE = 7, 28
"""Days of the mean of a reading, and the days before them that it is seen beside."""


def until(report: Data, day: int) -> dict[str, Any]:
    """The report as it stood on the evening of a day, in the form that `chart.py` draws."""
    known = {event["id"]: _told(event) for event in report["events"] if _known(event, day)}
    return {
        **{name: report[name] for name in ("title", "case", "currency", "launch", "seed", "weeks", "monitors", "on_call", "phases")},
        "horizon": len(report["days"]), "days": [_day(row, known) for row in report["days"][: day + 1]], "events": list(known.values()),
        "alerts": [_alert(alert, known) for alert in report["alerts"] if alert["day"] <= day],
        "notes": [note for note in report["notes"] if note["day"] <= day], "found": [one for one in report["found"] if one["day"] <= day],
    }  # fmt: skip


def _known(event: Data, day: int) -> bool:
    noticed = event["ways"]["own"]["day"]
    return noticed is not None and noticed <= day


def _told(event: Data) -> dict[str, Any]:
    """Without what it did in truth."""
    return {name: value for name, value in event.items() if name != "harmed"}


def _day(row: Data, known: Mapping[str, Data]) -> dict[str, Any]:
    return {**row, "wrong": None, "harm": None, "saved": None, "forces": [force for force in row["forces"] if force["event"] in known]}


def _alert(alert: Data, known: Mapping[str, Data]) -> dict[str, Any]:
    cause = alert["cause"]
    return {**alert, "cause": cause if not cause or cause in known else None}


def is_loud(alert: Data) -> bool:
    """Whether it calls somebody: not for information only, and not that nothing is measured."""
    return alert["level"] != "info" and not alert["blind"]


def calls(report: Data) -> list[int]:
    """The days on which somebody is called, in order."""
    return sorted({alert["day"] for alert in report["alerts"] if is_loud(alert)})


def standing(report: Data, day: int) -> list[Data]:
    """The loud alerts that are not over on the evening of a day, the newest first."""
    mended = {event["id"]: event["ways"]["own"]["mended"] for event in report["events"]}
    return [alert for alert in reversed(report["alerts"]) if alert["day"] <= day and is_loud(alert) and _stands(alert, mended, day)]


def _stands(alert: Data, mended: Mapping[str, int | None], day: int) -> bool:
    if not alert["cause"]:
        return bool(day < alert["day"] + _FALSE_STANDS)
    end = mended.get(alert["cause"])
    return end is None or day < end


def readings(days: Sequence[Data]) -> Iterator[dict[str, Any]]:
    """Each reading on the last of these days: that day's, the mean of a week, and of the weeks before."""
    names = dict.fromkeys(name for day in days for name in day["readings"])
    late, early = days[-WEEK:], days[-WEEK - BEFORE : -WEEK]
    for name in names:
        if name != "volume":
            yield {"name": name, "today": days[-1]["readings"].get(name), "week": _mean(late, name), "before": _mean(early, name)}


def _mean(days: Sequence[Data], name: str) -> float | None:
    known = [day["readings"][name] for day in days if name in day["readings"]]
    return sum(known) / len(known) if known else None
