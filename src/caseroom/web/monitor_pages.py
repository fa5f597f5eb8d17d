"""The page of the monitor: alerts, what to do about them, and each measure over the days. It works without a script; only the owner sees it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from caseroom.app import disputes, reviews
from caseroom.app.alerting import told_words
from caseroom.app.watching import DAYS, LONGEST_REASON, MOST_DAYS, day_words
from caseroom.monitoring.posting import host
from caseroom.web import monitor_views as views
from caseroom.web.held import the_room, the_watching
from caseroom.web.rendering import go, render

router = APIRouter(include_in_schema=False)
SPANS = (7, 14, 30, 90)
SILENCES = (1, 7, 30)


@router.get("/monitor")
def monitor(request: Request, days: int = DAYS) -> Response:
    """How the room is doing."""
    count = min(max(days, 2), MOST_DAYS)
    room, seen = the_room(request), the_watching(request).look()
    shown = seen.last(count)
    groups = [group for group in seen.groups if any(alert.last >= shown[0].day or alert.state != "closed" for alert in group)]
    waiting = {"reviews": reviews.waiting(room), "disputes": sum(not decided for *_, decided in disputes.queue(room))}
    return render(
        request, "monitor.html", here="/monitor", seen=seen, groups=groups, charts=views.charts(seen, count), figures=views.figures(shown), count=count,
        spans=SPANS, lasting=SILENCES, waiting=waiting, longest=LONGEST_REASON, day_words=day_words, parts=views.told_in_parts, told_words=told_words,
        leaves=host(room.settings.alert_webhook) if room.settings.alert_webhook else "",
    )  # fmt: skip


@router.post("/monitor/alerts/{alert_id}")
def acknowledge(request: Request, alert_id: str) -> Response:
    """Keep that somebody has seen an alert."""
    the_watching(request).acknowledge(alert_id)
    return go("/monitor#alerts")


@router.post("/monitor/silence/{measure}")
def silence(request: Request, measure: str, days: Annotated[int, Form()] = 7, reason: Annotated[str, Form()] = "") -> Response:
    """Tell nobody of a measure for a while."""
    the_watching(request).silence(measure, days, reason)
    return go("/monitor#alerts")


@router.post("/monitor/speak/{measure}")
def speak(request: Request, measure: str) -> Response:
    """End a silence."""
    the_watching(request).speak(measure)
    return go("/monitor#alerts")
