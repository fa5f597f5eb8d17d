"""Sessions as Markdown, JSON, plain text and HTML."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import caseroom
from caseroom.app import coaching, peers, ratings, scorecards, watching
from caseroom.app.grading import transcript_of
from caseroom.app.interviews import Room
from caseroom.app.progress import progress
from caseroom.errors import UsageError
from caseroom.events import Session, to_dict
from caseroom.grading import pages
from caseroom.grading.scorecard import Scorecard
from caseroom.grading.transcript import Said
from caseroom.store.coachings import CoachingStore
from caseroom.store.rollouts import RolloutStore
from caseroom.store.runs import RunStore

FORMS = ("markdown", "json", "text", "html")


def scorecard_html(card: Scorecard) -> str:
    """The scorecard as one printable HTML file."""
    return pages.to_html(card)


def scorecard_of(room: Room, session_id: str) -> Scorecard | None:
    """The newest scorecard of a session that is over; None while it is open."""
    return scorecards.scorecard(room, session_id).card if room.store.session(session_id).ended else None


def session_data(room: Room, session_id: str) -> dict[str, Any]:
    """Everything stored of a session, and its scorecard if it is over."""
    events = room.store.events(session_id)
    session = room.store.session(session_id)
    card = scorecard_of(room, session_id)
    return {"session": session_id, "case": session.case, "created": session.created, "events": [to_dict(event) for event in events],
            "transcript": [{"speaker": t.speaker, "at": t.at, "text": t.text, **_by(session, t)} for t in transcript_of(session).turns],
            "scorecard": card.to_dict() if card else None, "coach": [asdict(one) for one in coaching.kept(room, session_id)]}  # fmt: skip


def _by(session: Session, said: Said) -> dict[str, str]:
    """Who worded a reply, where a large model did."""
    worded = {turn.number: turn.reply.by for turn in session.turns if turn.reply and turn.reply.by}
    return {"by": worded[said.number]} if said.speaker == "interviewer" and said.number in worded else {}


def everything(room: Room) -> dict[str, Any]:
    """All that is stored, session by session. Scorecards are those that were made; none is made for it."""
    sessions, runs, rollouts = [], RunStore(room.store.database), RolloutStore(room.store.database)
    for stored in room.store.sessions():
        kept = [{"number": k.number, "created": k.created, "scorecard": k.body} for k in room.store.scorecards(stored.id)]
        proposal = runs.proposal(stored.id)
        said = [asdict(coaching) for coaching in CoachingStore(room.store.database).of(stored.id)]
        events = [to_dict(event) for event in room.store.events(stored.id)]
        sessions.append(
            {
                "session": stored.id,
                "events": events,
                "scorecards": kept,
                "edited_proposal": proposal,
                "coach": said,
                **peers.stored(room, stored.id),
            }
        )
    return {"caseroom": caseroom.__version__, "sessions": sessions, "runs": [asdict(runs.run(run.id)) for run in runs.runs()],
            "rollouts": [{**asdict(rollouts.rollout(one.id)), "actions": rollouts.actions(one.id)} for one in rollouts.rollouts()],
            "ratings": ratings.stored(room), "monitor": watching.stored(room)}  # fmt: skip


def progress_data(room: Room) -> dict[str, Any]:
    """Attempts without their scorecards, calibration, weakest points, what to drill next."""
    done = progress(room)
    attempts = [
        {"session": a.session, "case": a.case, "created": a.created,
         "levels": {step.step: {"judge": step.level, "own": step.own_level} for step in a.card.steps}}
        for a in done.attempts
    ]  # fmt: skip
    drill = asdict(done.drill) if done.drill else None
    return {
        "attempts": attempts,
        "calibration": [asdict(row) for row in done.calibration],
        "weakest": [asdict(row) for row in done.weakest],
        "drill": drill,
    }


def to_json(data: dict[str, Any]) -> str:
    """Data as JSON, stable in order and form."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def transcript_text(session: Session) -> str:
    """The transcript in the form that `caseroom grade` reads."""
    lines = []
    for turn in transcript_of(session).turns:
        minutes, seconds = divmod(int(turn.at or 0), 60)
        lines.append(f"[{minutes:02}:{seconds:02}] {turn.speaker.upper()}: {turn.text}")
    return "\n\n".join(lines) + "\n"


def _speaker(session: Session, said: Said) -> str:
    by = _by(session, said).get("by")
    return said.speaker.capitalize() + (f" (worded by {by})" if by else "")


def export(room: Room, session_id: str, form: str) -> str:
    """A session in one of the forms; JSON is made from `session_data`.

    Raises:
        UsageError: no such form, or HTML of a session that is still open.
    """
    session = room.store.session(session_id)
    card = scorecard_of(room, session_id)
    if form == "text":
        return transcript_text(session)
    if form == "markdown":
        said = "\n\n".join(f"**{_speaker(session, t)}:** {t.text}" for t in transcript_of(session).turns)
        head = f"{pages.to_markdown(card, coaching.kept(room, session_id))}\n" if card else ""
        return f"{head}# Transcript\n\n{said}\n"
    if form == "html":
        if card is None:
            raise UsageError(
                f"Session {session_id} is still open, so it has no scorecard. `caseroom practice --resume {session_id}` goes on with it."
            )
        return pages.to_html(card, coaching.kept(room, session_id))
    raise UsageError(f"There is no form {form!r}; write one of {', '.join(FORMS)}.")
