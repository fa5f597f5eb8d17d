"""Sessions as Markdown, JSON, plain text and HTML."""

from __future__ import annotations

from typing import Any

from caseroom.app.grading import grade_session, transcript_of
from caseroom.app.interviews import Room
from caseroom.errors import UsageError
from caseroom.events import Session, to_dict
from caseroom.grading import pages
from caseroom.grading.scorecard import Scorecard

FORMS = ("markdown", "json", "text", "html")


def scorecard_html(card: Scorecard) -> str:
    """The scorecard as one printable HTML file."""
    return pages.to_html(card)


def scorecard_of(room: Room, session: Session) -> Scorecard | None:
    """The scorecard of a session that is over; None while it is open."""
    if not session.ended:
        return None
    case = room.shelf.case(session.case)
    room.engine.prepare(case)
    return grade_session(room.engine, case, session)


def session_data(room: Room, session_id: str) -> dict[str, Any]:
    """Everything stored of a session, and its scorecard if it is over."""
    events = room.store.events(session_id)
    session = room.store.session(session_id)
    card = scorecard_of(room, session)
    return {"session": session_id, "case": session.case, "created": session.created, "events": [to_dict(event) for event in events],
            "transcript": [{"speaker": t.speaker, "at": t.at, "text": t.text} for t in transcript_of(session).turns],
            "scorecard": card.to_dict() if card else None}  # fmt: skip


def transcript_text(session: Session) -> str:
    """The transcript in the form that `caseroom grade` reads."""
    lines = []
    for turn in transcript_of(session).turns:
        minutes, seconds = divmod(int(turn.at or 0), 60)
        lines.append(f"[{minutes:02}:{seconds:02}] {turn.speaker.upper()}: {turn.text}")
    return "\n\n".join(lines) + "\n"


def export(room: Room, session_id: str, form: str) -> str:
    """A session in one of the forms; JSON is made from `session_data`.

    Raises:
        UsageError: no such form, or HTML of a session that is still open.
    """
    session = room.store.session(session_id)
    card = scorecard_of(room, session)
    if form == "text":
        return transcript_text(session)
    if form == "markdown":
        said = "\n\n".join(f"**{t.speaker.capitalize()}:** {t.text}" for t in transcript_of(session).turns)
        head = f"{pages.to_markdown(card)}\n" if card else ""
        return f"{head}# Transcript\n\n{said}\n"
    if form == "html":
        if card is None:
            raise UsageError(
                f"Session {session_id} is still open, so it has no scorecard. `caseroom practice --resume {session_id}` goes on with it."
            )
        return pages.to_html(card)
    raise UsageError(f"There is no form {form!r}; write one of {', '.join(FORMS)}.")
