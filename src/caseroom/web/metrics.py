"""`/metrics` in Prometheus' text form, over a registry of its own. Numbers and kinds only: no text of a user, no id, no name of a person or a case.

What happens in this process is counted as it happens; what the store tells is counted anew at each scrape. Who may read it is the guard's to say.
"""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, Counter, Histogram, Info, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Receive, Scope, Send

import caseroom
from caseroom.app import disputes, reviews, telemetry
from caseroom.app.interviews import Room
from caseroom.app.tally import EAR
from caseroom.app.watching import Watching
from caseroom.monitoring.measured import Share
from caseroom.store.readings import Reading

router = APIRouter(include_in_schema=False)
FORM = "text/plain; version=0.0.4; charset=utf-8"
RECENT = 7
"""Days, today among them, that the ratios are of."""
_BUCKETS = {
    "turn": (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
    "wait": (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
    "grading": (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
    "run": (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0),
}
_ABOUT = {
    "turn": "Seconds from the end of a candidate's turn until it is settled what the reply says.",
    "wait": "Seconds that a turn waited before it was listened to.",
    "grading": "Seconds to make a scorecard.",
    "run": "Seconds of a run of the lab, until it was done or stopped.",
}


class Metrics:
    """The registry of one application."""

    def __init__(self, room: Room, watching: Watching) -> None:
        """Listens to the readings of the room from now on."""
        self.registry = CollectorRegistry(auto_describe=False)
        self._seconds = {
            name: Histogram(f"caseroom_{name}_seconds", about, buckets=_BUCKETS[name], registry=self.registry)
            for name, about in _ABOUT.items()
        }
        self._errors = Counter(
            "caseroom_errors", "Errors by kind, by where, and by whose fault they are.", ("kind", "where", "fault"), registry=self.registry
        )
        Info("caseroom_build", "The version that runs.", registry=self.registry).info({"version": caseroom.__version__})
        self.registry.register(_Stored(room, watching))
        room.store.readings.listen(self._take)

    def _take(self, reading: Reading) -> None:
        if reading.name == "error":
            self._errors.labels(**reading.labels).inc()
        elif histogram := self._seconds.get(reading.name):
            histogram.observe(reading.value)

    def text(self) -> bytes:
        """Everything, as it stands now."""
        return generate_latest(self.registry)


class _Stored(Collector):
    """What the store tells."""

    def __init__(self, room: Room, watching: Watching) -> None:
        self._room, self._watching = room, watching

    def collect(self) -> Iterator[Metric]:
        """Counted at each scrape."""
        seen = self._watching.look()
        days = seen.last(RECENT)
        shares: dict[str, list[Share]] = {}
        for day in days:
            for name, measured in day.measured().items():
                if isinstance(measured, Share):
                    shares.setdefault(name, []).append(measured)
        ratios = GaugeMetricFamily("caseroom_recent_ratio", f"Shares over the last {RECENT} days.", labels=("measure",))
        for name, parts in sorted(shares.items()):
            ratios.add_metric((name,), sum(part.hits for part in parts) / sum(part.of for part in parts))
        heard = GaugeMetricFamily("caseroom_recent_replies", f"What the ear made of turns, over the last {RECENT} days.", labels=("kind",))
        for kind in EAR:
            heard.add_metric((kind,), sum(day.ear[kind] for day in days))
        alerts = GaugeMetricFamily("caseroom_alerts_open", "Alerts that nobody has acknowledged or silenced.", labels=("measure", "level"))
        for alert in seen.open:
            alerts.add_metric((alert.measure, alert.level), 1)
        untold = GaugeMetricFamily("caseroom_alerts_untold", "Open alerts that a webhook or a log has not taken.", labels=("sink",))
        for kind, count in sorted(
            Count(one.sink.split(":")[0] for alert in seen.open for one in alert.told if one.state == "failed").items()
        ):
            untold.add_metric((kind,), count)
        yield from (ratios, heard, alerts, untold)
        yield _gauge("caseroom_recent_turns", f"Turns said in the last {RECENT} days.", sum(day.said for day in days))
        yield _gauge("caseroom_recent_model_calls", f"Calls of models in the last {RECENT} days.", sum(len(day.calls) for day in days))
        yield _gauge(
            "caseroom_recent_model_cost",
            f"What they cost, in the currency of the price list, in {RECENT} days.",
            sum(day.cost for day in days),
        )
        yield _gauge("caseroom_reviews_waiting", "Outputs that wait for a person.", reviews.waiting(self._room))
        yield _gauge(
            "caseroom_disputes_open", "Disputes that nobody has decided.", sum(not decided for *_, decided in disputes.queue(self._room))
        )


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)


class Counted:
    """An ASGI layer that notes when a request came, counts errors that no handler knows, and lets all pass."""

    def __init__(self, app: ASGIApp, room: Room) -> None:
        self._app, self._room = app, room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through."""
        telemetry.came()
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            telemetry.failed(self._room, error, "web")
            raise


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """The metrics of this room."""
    made: Metrics = request.app.state.metrics
    return Response(made.text(), media_type=FORM, headers={"Cache-Control": "no-store"})
