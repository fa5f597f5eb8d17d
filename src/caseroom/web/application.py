"""The web application: pages and API over one room."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

import caseroom
from caseroom.app import telemetry
from caseroom.app.alerting import Alerting, sinks
from caseroom.app.bench import Bench
from caseroom.app.booth import Booth, Busy, EngineFailed, NotThere
from caseroom.app.desk import Desk
from caseroom.app.interviews import Room
from caseroom.app.lookout import Lookout
from caseroom.app.opinions import Opinions
from caseroom.app.rollout_bench import RolloutBench
from caseroom.app.saying import Mouth
from caseroom.app.watching import Watching
from caseroom.errors import (
    CaseError,
    CaseroomError,
    CycleNotFound,
    DataError,
    LinkGone,
    ModelError,
    ModelSettingsError,
    MonitorError,
    NotAgreed,
    ProposalError,
    RatingError,
    ReviewNotFound,
    RolloutNotFound,
    RunError,
    RunNotFound,
    SessionMoved,
    SessionNotFound,
    StageError,
    StoreError,
    UnknownCase,
    UsageError,
)  # fmt: skip
from caseroom.grading import pages as words
from caseroom.grading.levels import ANCHORS
from caseroom.grading.transcript import place_words
from caseroom.lab import pages as reports
from caseroom.rollout import pages as rollout_reports
from caseroom.speech.base import SpeechError
from caseroom.steps import BY_ID, STEPS
from caseroom.web import (
    api,
    disputes_pages,
    host_api,
    host_pages,
    lab_api,
    lab_pages,
    metrics,
    models_api,
    models_pages,
    monitor_api,
    monitor_pages,
    pages,
    peers_api,
    peers_pages,
    ratings_api,
    ratings_pages,
    reviews_api,
    reviews_pages,
    rollout_api,
    rollout_drill_api,
    rollout_drill_pages,
    rollout_pages,
    voice_api,
)
from caseroom.web.guard import Guard
from caseroom.web.rendering import render

HERE = Path(__file__).parent
ASSETS = {
    "room.css": "text/css",
    "room.js": "text/javascript",
    "board.js": "text/javascript",
    "mark.js": "text/javascript",
    "opinion.js": "text/javascript",
    "lab.js": "text/javascript",
    "peers.js": "text/javascript",
    "peers.css": "text/css",
    "host.js": "text/javascript",
    "ratings.js": "text/javascript",
    "reviews.js": "text/javascript",
    "reviews.css": "text/css",
    "monitor.css": "text/css",
    "voice.js": "text/javascript",
    "choices.js": "text/javascript",
    "turns.js": "text/javascript",
    "listen.js": "text/javascript",
    "hear.js": "text/javascript",
    "speak.js": "text/javascript",
    "talk.js": "text/javascript",
    "marks.js": "text/javascript",
    "capture.js": "text/javascript",
    "voice.css": "text/css",
    "rollout.css": "text/css",
    "rollout.js": "text/javascript",
    "drill.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
IMPORTS = {"voice.js": ("choices.js", "turns.js", "listen.js", "hear.js", "speak.js", "talk.js", "marks.js", "capture.js")}
"""Scripts that a script imports by their names beside it: its address changes with theirs."""
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
STYLES: dict[str, Callable[[], str]] = {"report.css": reports.css, "weeks.css": rollout_reports.css}
"""The assets that are no files of this room: the reports of the lab and of the rollout bring their own style."""
ROUTERS = tuple(
    one.router
    for one in (
        voice_api,  # before `api`: there an action of a session may have any name
        models_api,  # too
        api,
        lab_api,
        pages,
        models_pages,
        lab_pages,
        ratings_api,
        ratings_pages,
        peers_api,
        peers_pages,
        host_api,
        host_pages,
        disputes_pages,
        reviews_api,
        reviews_pages,
        monitor_api,
        monitor_pages,
        rollout_api,
        rollout_drill_api,
        rollout_drill_pages,
        rollout_pages,
        metrics,
    )
)
STATUS: tuple[tuple[type[CaseroomError], int, str], ...] = (
    (SessionNotFound, 404, "There is no such session"),
    (UnknownCase, 404, "There is no such case"),
    (RunNotFound, 404, "There is no such run"),
    (RolloutNotFound, 404, "There is no such rollout"),
    (ReviewNotFound, 404, "No such output waits"),
    (CycleNotFound, 404, "There is no such rating cycle"),
    (LinkGone, 410, "This link does not work any more"),
    (SessionMoved, 409, "It went on in another window"),
    (UsageError, 400, "That does not work"),
    (ProposalError, 400, "This proposal does not hold"),
    (CaseError, 500, "This case does not hold"),
    (DataError, 500, "This data does not hold"),
    (NotAgreed, 403, "Nobody has agreed to that"),
    (ModelSettingsError, 409, "The settings of the large models do not hold"),
    (ModelError, 500, "A model does not answer"),
    (StageError, 500, "A stage of the design failed"),
    (RunError, 400, "That cannot be run"),
    (RatingError, 400, "That cannot be rated"),
    (MonitorError, 400, "That cannot be watched"),
    (Busy, 429, "Too much is said at once"),
    (EngineFailed, 502, "The engine that was chosen failed"),
    (NotThere, 409, "That is not there"),
    (SpeechError, 400, "This sound cannot be used"),
    (StoreError, 503, "The session store cannot be used"),
    (CaseroomError, 500, "Something is missing"),
)

"""In this order: the first that knows an address answers."""


def create_application(room: Room, hosts: Iterable[str] = (), *, links_only: bool = False) -> FastAPI:
    """The application over a room. `hosts`: names besides localhost under which it may be opened; `links_only`: other machines see pages of share links alone."""
    app = FastAPI(title="caseroom", version=caseroom.__version__, description="A practice room for GenAI case-study interviews.",
                  docs_url=None, redoc_url=None, openapi_url="/api/openapi.json", lifespan=_open)  # fmt: skip
    app.state.room, app.state.desk, app.state.bench = room, Desk(room), Bench(room)
    app.state.rollouts = RolloutBench(room)
    app.state.watching, app.state.opinions = Watching(room), Opinions(room)
    app.state.lookout = Lookout(room, app.state.watching, Alerting(room, sinks(room.settings), app.state.watching.changed))
    app.state.metrics = metrics.Metrics(room, app.state.watching)
    app.state.booth, app.state.mouth = Booth(room.settings), Mouth(room.settings)
    app.state.templates = Jinja2Templates(env=environment())
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(metrics.Counted, room=room)
    app.add_middleware(Guard, hosts=tuple(hosts), links_only=links_only)

    @app.get("/assets/{digest}/{name}", include_in_schema=False)
    def asset(digest: str, name: str) -> Response:
        """A file of our own."""
        if name in STYLES:
            return Response(STYLES[name](), media_type="text/css", headers=FOR_GOOD)
        if name not in ASSETS:
            raise HTTPException(404)
        return FileResponse(HERE / "static" / name, media_type=ASSETS[name], headers=FOR_GOOD)

    @app.exception_handler(CaseroomError)
    def told(request: Request, error: CaseroomError) -> Response:
        """An error of the tree, with its words."""
        telemetry.failed(room, error, "web")
        status, heading = next((status, heading) for kind, status, heading in STATUS if isinstance(error, kind))
        if isinstance(error, LinkGone) and not error.known:
            status = 404
        return _answer(request, status, heading, str(error))

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        """No such address, or not this way."""
        heading = {404: "There is nothing here", 405: "That does not work"}.get(error.status_code, "That does not work")
        return _answer(
            request,
            error.status_code,
            heading,
            "The address is wrong, or what was here is gone." if error.status_code == 404 else str(error.detail),
        )

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        """What was sent has the wrong form."""
        problems = "; ".join(f"{'.'.join(str(part) for part in e['loc'][1:]) or 'body'}: {e['msg']}" for e in error.errors()[:5])
        return _answer(request, 422, "That does not work", problems)

    return app


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[None]:
    """What works while the room is served: it begins with it, and ends with it."""
    app.state.lookout.start()
    try:
        yield
    finally:
        await run_in_threadpool(app.state.lookout.stop)
        await run_in_threadpool(app.state.room.store.readings.flush)  # a signal may end the process before its own end of things


def _answer(request: Request, status: int, heading: str, told: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": told}, status)
    back = request.headers.get("referer")
    return render(request, "error.html", status=status, heading=heading, words=told, back=back if request.method == "POST" else None)


def environment() -> Environment:
    """Templates that escape, and fail on a name that is not there."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    env.filters["capfirst"] = lambda text: text[:1].upper() + text[1:]
    shared: dict[str, Callable[..., Any] | Any] = {
        "asset": asset_path, "marks": words.MARKS, "words": words.VERDICT_WORDS, "why": words.why_words, "where": place_words, "clock": words.clock_words, "delivered": words.shown_delivery, "delivery_quotes": words.delivery_quotes,
        "titles": BY_ID, "anchors": ANCHORS, "all_steps": STEPS,
    }  # fmt: skip
    env.globals.update(shared)
    return env


@cache
def asset_path(name: str) -> str:
    """The address of a file of our own, with its digest, so that it may be kept for good."""
    parts = (name, *IMPORTS.get(name, ()))
    body = STYLES[name]().encode() if name in STYLES else b"".join((HERE / "static" / part).read_bytes() for part in parts)
    digest = hashlib.sha256(body).hexdigest()[:10]
    return f"/assets/{digest}/{name}"
