"""What is seen of the product as plain data, for JSON. Numbers and kinds; no word of a user and no session."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from caseroom.app.series import Line
from caseroom.app.tally import EAR, Tally
from caseroom.app.watching import Seen, Shown


def seen_data(seen: Seen, count: int) -> dict[str, Any]:
    """Alerts and silences as they stand, and the last days."""
    return {
        "alerts": [alert_data(alert) for alert in seen.alerts],
        "silences": [{"measure": s.measure, "until": s.until.isoformat(), "reason": s.reason} for s in seen.silences],
        "measures": [_line(line) for line in seen.lines(count)],
        "days": [_day(tally) for tally in seen.last(count)],
    }


def alert_data(alert: Shown) -> dict[str, Any]:
    """One alert."""
    told = [{"where": one.where, "state": one.state, "when": one.when, "tries": one.tries, "why": one.why} for one in alert.told]
    return {**asdict(alert), "since": alert.since.isoformat(), "last": alert.last.isoformat(), "told": told}


def _line(line: Line) -> dict[str, Any]:
    points = [
        {"day": p.day.isoformat(), "value": round(p.value, 6), "median": p.middle and round(p.middle, 6), "count": p.count}
        for p in line.points
    ]
    one = line.measure
    return {"name": one.name, "title": one.title, "unit": one.form, "value": "share" if one.form == "share" else "p95", "points": points}


def _day(tally: Tally) -> dict[str, Any]:
    return {
        "day": tally.day.isoformat(), "turns": tally.said, "ear": {kind: tally.ear[kind] for kind in EAR}, "errors": dict(tally.errors),
        "refusals": dict(tally.refusals), "disputes": dict(tally.decided), "runs": dict(tally.runs), "model_calls": len(tally.calls),
        "model_cost": round(tally.cost, 6),
    }  # fmt: skip
