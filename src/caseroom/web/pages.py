"""The pages. Each works without a script where it can: forms post here and are sent on to a page."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from caseroom.app import again, exports, ratings, rollouts, runs, scorecards
from caseroom.app.interviews import Interview
from caseroom.app.peers import MARK_WORDS
from caseroom.app.progress import calibration_words, progress
from caseroom.app.standing_models import leaving
from caseroom.app.voice import delete_session
from caseroom.errors import UsageError
from caseroom.grading import pages as words
from caseroom.monitoring.posting import host
from caseroom.steps import BY_ID, STEP_IDS, STEPS
from caseroom.web import views
from caseroom.web.held import the_bench, the_desk, the_opinions, the_rollouts, the_room, the_watching
from caseroom.web.models_pages import shown as shown_models
from caseroom.web.peers_views import others
from caseroom.web.rendering import go, render
from caseroom.web.voice_api import the_booth

router = APIRouter(include_in_schema=False)
ORDERS = (("shelf", "as on the shelf"), ("short", "shortest first"), ("weak", "weakest first"))
FORMS = {
    "html": ("text/html", "html"),
    "markdown": ("text/markdown", "md"),
    "json": ("application/json", "json"),
    "text": ("text/plain", "txt"),
}


@router.get("/")
def shelf(request: Request, domain: str = "", level: str = "", order: str = "shelf") -> Response:
    """The shelf."""
    room = the_room(request)
    found, broken = room.shelf.all()
    done = progress(room)
    rows = [views.case_row(case, done.attempts) for case in found]
    shown = [row for row in rows if domain in ("", row["domain"]) and level in ("", row["level"])]
    if order == "short":
        shown.sort(key=lambda row: row["minutes"])
    elif order == "weak":
        shown.sort(key=lambda row: -1 if row["best"] is None else row["best"])
    return render(
        request, "shelf.html", cases=shown, domains=sorted({row["domain"] for row in rows}), levels=sorted({row["level"] for row in rows}), domain=domain,
        level=level, order=order, orders=ORDERS, open=[row for row in views.session_rows(room) if row["open"]], broken=[error.problems[0] for error in broken],
        drill=_drill(done.drill),
    )  # fmt: skip


def _drill(drill: Any) -> dict[str, str] | None:
    if drill is None:
        return None
    return {"words": drill.words, "href": f"/sessions/{drill.session}/again/{drill.step}", "link": "Answer that step again"}


@router.get("/cases/{case_id}")
def brief(request: Request, case_id: str) -> Response:
    """What is known before the interview."""
    room = the_room(request)
    case = room.shelf.case(case_id)
    minutes = dict(case.minutes)
    steps = [{"letter": step.letter, "title": step.title, "minutes": minutes[step.id]} for step in STEPS]
    return render(request, "brief.html", case=case, steps=steps, past=[row for row in views.session_rows(room) if row["case"] == case_id])


@router.post("/sessions")
def begin(request: Request, case: Annotated[str, Form()]) -> Response:
    """Begin an interview."""
    interview = Interview.start(the_room(request), case)
    return go(f"/sessions/{interview.id}")


@router.get("/sessions/{session_id}")
def room_page(request: Request, session_id: str) -> Response:
    """The room; after the end, what comes next."""
    with the_desk(request).interview(session_id) as interview:
        session, case = interview.session, interview.case
        if session.ended:
            return go(
                f"/sessions/{session_id}/{'scorecard' if session.self_scores or scorecards.history(interview.room, session_id) else 'self'}"
            )
        if interview.unanswered and not interview.held:  # the server stopped between a turn and its answer, or its host is gone
            interview.prepare()
            interview.answer()
            session = interview.session
        now = views.state(interview)
        return render(
            request, "room.html", id=session_id, case=case, turns=views.conversation(session), steps=views.steps(interview), now=now["at"], total=now["total"],
            paused=now["paused"], undoable=bool(session.turns), clock=f"{views.clock_words(now['at'])} of {views.clock_words(now['total'])}", notes=session.notes,
            board=views.board(session), board_words=views.board_words(session), held=now["held"], waiting=now["waiting"],
        )  # fmt: skip


@router.post("/sessions/{session_id}/say")
def say(request: Request, session_id: str, text: Annotated[str, Form()] = "") -> Response:
    """A turn, without a script."""
    with the_desk(request).turn(session_id) as interview:
        if text.strip():
            interview.say(text)
        return go(f"/sessions/{session_id}#t{interview.session.last_turn}")


@router.post("/sessions/{session_id}/do")
def act(
    request: Request,
    session_id: str,
    action: Annotated[Literal["undo", "pause", "resume", "end", "step"], Form()],
    step: Annotated[str, Form()] = "",
) -> Response:
    """Undo, pause, go on, end, or go to a step."""
    with the_desk(request).interview(session_id) as interview:
        if action == "undo":
            interview.undo()
        elif action == "pause":
            interview.pause()
        elif action == "resume":
            interview.resume()
        elif action == "end":
            interview.end()
        elif step in STEP_IDS:
            interview.enter(step)
        else:
            raise UsageError("There is no such step.")
    return go(f"/sessions/{session_id}")


@router.post("/sessions/{session_id}/notes")
def notes(request: Request, session_id: str, text: Annotated[str, Form()] = "") -> Response:
    """The scratch pad, without a script."""
    with the_desk(request).interview(session_id) as interview:
        interview.note(text)
    return go(f"/sessions/{session_id}#notes")


@router.get("/sessions/{session_id}/self")
def own_levels(request: Request, session_id: str) -> Response:
    """The candidate's own levels, before the scorecard."""
    session = the_room(request).store.session(session_id)
    if not session.ended:
        return go(f"/sessions/{session_id}")
    return render(request, "self.html", id=session_id, steps=STEPS)


@router.post("/sessions/{session_id}/self")
async def keep_own_levels(request: Request, session_id: str) -> Response:
    """Keep them."""
    form = await request.form()
    return await _keep_own_levels(request, session_id, {step: str(form.get(step, "")) for step in STEP_IDS})


async def _keep_own_levels(request: Request, session_id: str, given: dict[str, str]) -> Response:
    from starlette.concurrency import run_in_threadpool

    def keep() -> None:
        """Store the levels that were given."""
        with the_desk(request).interview(session_id) as interview:
            if not interview.session.ended:
                raise UsageError("The interview is still open.")
            if any(value and not value.isdigit() for value in given.values()):
                raise UsageError("A level is a whole number from 0 to 4.")
            levels = {step: int(value) for step, value in given.items() if value}
            if levels and not interview.session.self_scores:
                interview.self_score(levels)

    await run_in_threadpool(keep)
    return go(f"/sessions/{session_id}/scorecard")


@router.get("/sessions/{session_id}/scorecard")
def scorecard(request: Request, session_id: str) -> Response:
    """The scorecard; a page that waits while it is made."""
    room = the_room(request)
    session = room.store.session(session_id)
    if not session.ended:
        return go(f"/sessions/{session_id}")
    if job := the_desk(request).grading(session_id):
        return render(request, "waiting.html", done=job.done, total=job.total)
    kept = scorecards.history(room, session_id)
    card, case = kept[-1].card, room.shelf.case(session.case)
    topics = {fact.id: fact.topic for fact in case.facts}
    compared, disputes = others(room, session_id, card)
    strong: dict[str, list[str]] = {step.id: [passage.text for passage in case.strong if passage.step == step.id] for step in STEPS}
    return render(
        request, "scorecard.html", id=session_id, card=card, headline=words.headline(card), rated=words.has_own_levels(card), timed=words.has_times(card),
        of_today=scorecards.is_of_today(room, card), moved=scorecards.moved(kept[-2].card, card) if len(kept) > 1 else [],
        unsure=sum(point.verdict == "unsure" for step in card.steps for point in step.points), disputes=disputes, strong=strong,
        c=compared, kinds=MARK_WORDS, topics=lambda ids: [topics.get(one, one) for one in ids], **shown_models(request, session_id, card),
    )  # fmt: skip


@router.post("/sessions/{session_id}/grade")
def grade(request: Request, session_id: str) -> Response:
    """Grade again by the judge of today."""
    if not the_room(request).store.session(session_id).ended:
        raise UsageError("The interview is still open.")
    scorecards.grade_again(the_room(request), session_id)
    return go(f"/sessions/{session_id}/scorecard")


@router.get("/sessions/{session_id}/transcript")
def transcript(request: Request, session_id: str, turn: int | None = None, start: int = 0, end: int = 0, point: str = "") -> Response:
    """The transcript, with a place marked, or to mark the words that make a point."""
    return _transcript(request, session_id, point, "", "", turn, start, end)


def _transcript(
    request: Request, session_id: str, point: str, said: str, problem: str, turn: int | None = None, start: int = 0, end: int = 0
) -> Response:
    room = the_room(request)
    session = room.store.session(session_id)
    found = next((p for p in room.shelf.case(session.case).points if p.id == point), None)
    if point and not found:
        raise UsageError("There is no such point in this case.")
    turns = views.marked_transcript(session, turn, start, end)
    return render(request, "transcript.html", 400 if problem else 200, id=session_id, turns=turns, point=found, words=said, problem=problem)


@router.post("/sessions/{session_id}/dispute")
def dispute(request: Request, session_id: str, point: Annotated[str, Form()], words: Annotated[str, Form()]) -> Response:
    """Keep that the candidate says they made a point."""
    with the_desk(request).interview(session_id) as interview:
        known = point in {p.id for p in interview.case.points}
        try:
            interview.dispute(point, words)
        except UsageError as error:
            if not known:
                raise
            return _transcript(request, session_id, point, words, str(error))
    return go(f"/sessions/{session_id}/scorecard#p{point}")


@router.get("/sessions/{session_id}/again/{step}")
def step_again(
    request: Request, session_id: str, step: Literal["ground", "assess", "technical", "hallucinations", "evaluation", "roadmap"]
) -> Response:
    """Answer a step again; with the difference that the newest answer made."""
    room = the_room(request)
    session = room.store.session(session_id)
    if not session.ended:
        return go(f"/sessions/{session_id}")
    mine = [answer for answer in session.reanswers if answer.step == step]
    made = again.difference(room, session_id, step, mine[-1].text) if mine else None
    return render(
        request, "again.html", id=session_id, step=BY_ID[step], question=BY_ID[step].question, text=mine[-1].text if mine else "",
        before=made.before if made else None, after=made.after if made else None, changed=made.changed if made else [],
    )  # fmt: skip


@router.post("/sessions/{session_id}/again/{step}")
def keep_step_again(request: Request, session_id: str, step: str, text: Annotated[str, Form()] = "") -> Response:
    """Keep the new answer."""
    with the_desk(request).interview(session_id) as interview:
        if not interview.session.ended:
            raise UsageError("The interview is still open.")
        interview.answer_again(step, text)
    return go(f"/sessions/{session_id}/again/{step}#difference")


@router.get("/sessions/{session_id}/export/{form}")
def export(request: Request, session_id: str, form: Literal["html", "markdown", "json", "text"]) -> Response:
    """A session as a file."""
    media, ending = FORMS[form]
    room = the_room(request)
    headers = {"Content-Disposition": f'attachment; filename="caseroom-{room.store.events(session_id) and session_id}.{ending}"'}
    text = exports.to_json(exports.session_data(room, session_id)) if form == "json" else exports.export(room, session_id, form)
    return Response(text, media_type=f"{media}; charset=utf-8", headers=headers)


@router.get("/sessions/{session_id}/delete")
def ask_delete(request: Request, session_id: str) -> Response:
    """Ask before deleting."""
    session = the_room(request).store.session(session_id)
    title = views.title(the_room(request), session.case)
    return render(request, "delete.html", id=session_id, title=title, created=session.created, turns=len(session.turns))


@router.post("/sessions/{session_id}/delete")
def delete(request: Request, session_id: str, sure: Annotated[str, Form()] = "") -> Response:
    """Delete a session, once asked."""
    if sure != "yes":
        return go(f"/sessions/{session_id}/delete")
    delete_session(the_room(request), session_id)
    the_desk(request).forget(session_id)
    the_booth(request).forget(session_id)
    the_opinions(request).forget(session_id)
    return go("/data")


@router.get("/progress")
def progress_page(request: Request) -> Response:
    """Levels over time, calibration, weakest points."""
    done = progress(the_room(request))
    attempts = [
        {"id": attempt.session, "title": attempt.title, "created": attempt.created,
         "levels": {step.step: {"judge": step.level, "own": step.own_level} for step in attempt.card.steps}}
        for attempt in done.attempts
    ]  # fmt: skip
    rows = [{"title": BY_ID[row.step].title, "count": row.count, "own": row.own, "judge": row.judge} for row in done.calibration]
    calibration = {"pairs": sum(row.count for row in done.calibration), "rows": rows, "words": calibration_words(done.calibration)}
    return render(
        request,
        "progress.html",
        attempts=attempts,
        charts=views.charts(done),
        steps=STEPS,
        calibration=calibration,
        weakest=done.weakest,
        drill=_drill(done.drill),
    )


@router.get("/data")
def data(request: Request) -> Response:
    """What is stored."""
    room = the_room(request)
    rows = views.session_rows(room)
    where = room.store.url.removeprefix("sqlite:///") if room.store.url.startswith("sqlite:///") else "the database of the settings"
    return render(
        request,
        "data.html",
        sessions=rows,
        count=len(rows),
        runs=len(runs.runs(room)),
        cycles=len(ratings.cycles(room)),
        rollouts=len(rollouts.rollouts(room)),
        where=where,
        leaving=leaving(room),
        traces=room.settings.traces,
        alerts_to=host(room.settings.alert_webhook) if room.settings.alert_webhook else "",
        kept_days=room.settings.keep_readings,
    )


@router.get("/data/export")
def everything(request: Request) -> Response:
    """All that is stored, in one file."""
    text = exports.to_json(exports.everything(the_room(request)))
    return Response(text, media_type="application/json", headers={"Content-Disposition": 'attachment; filename="caseroom.json"'})


@router.post("/data/delete")
def delete_everything(request: Request, sure: Annotated[str, Form()] = "") -> Response:
    """Delete all sessions, runs, rollouts and ratings, once asked."""
    if sure.strip().lower() != "delete":
        raise UsageError("Write delete into the field to delete everything. Nothing was deleted.")
    room = the_room(request)
    for stored in room.store.sessions():
        delete_session(room, stored.id)
        the_desk(request).forget(stored.id)
        the_booth(request).forget(stored.id)
        the_opinions(request).forget(stored.id)
    for one in rollouts.rollouts(room):
        the_rollouts(request).stop(one.id)
        the_rollouts(request).close(one.id)
        rollouts.delete(room, one.id)
    for run in runs.runs(room):
        the_bench(request).stop(run.id)
        runs.delete(room, run.id)
    for cycle in ratings.cycles(room):
        ratings.delete(room, cycle.id)
    the_watching(request).forget()
    return go("/data")
