"""What pages show of sessions: plain rows for the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from caseroom.app.grading import transcript_of
from caseroom.app.interviews import Interview, Room
from caseroom.app.progress import Attempt, Progress
from caseroom.cases.model import Case
from caseroom.errors import CaseroomError
from caseroom.events import Move, Session
from caseroom.grading.transcript import AGAIN, BOARD, NOTES
from caseroom.interview import clock
from caseroom.steps import BY_ID, STEPS

_QUIET = ("clock", "time")


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph of a turn; `quiet` is the clock speaking. On the transcript: the words before, inside and after a mark."""

    text: str = ""
    quiet: bool = False
    before: str = ""
    marked: str = ""
    after: str = ""
    garbled: tuple[tuple[int, int], ...] = ()
    """Passages that were not heard well."""

    @property
    def pieces(self) -> list[tuple[str, bool, bool]]:
        """The words in order; whether they are marked, whether they were not heard well."""
        whole = self.text or self.before + self.marked + self.after
        mark = (len(self.before), len(self.before) + len(self.marked)) if self.marked else (0, 0)
        cuts = sorted({0, len(whole), *mark, *(at for span in self.garbled for at in span if 0 <= at <= len(whole))})
        return [(whole[a:b], mark[0] <= a < mark[1], any(x <= a < y for x, y in self.garbled)) for a, b in pairwise(cuts)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A turn on a page."""

    speaker: str
    who: str
    anchor: str
    parts: tuple[Part, ...]
    by: str = ""
    """The large model that worded it."""
    number: int = 0
    audio: bool = False
    """Whether its recording was kept."""


def clock_words(seconds: float) -> str:
    """A time as a clock shows it: "4:10"."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def moves(parts: Sequence[Move]) -> tuple[Part, ...]:
    """The paragraphs of a reply."""
    return tuple(Part(move.text, move.kind in _QUIET) for move in parts)


def conversation(session: Session) -> list[Shown]:
    """The turns of a session, as they stand."""
    shown = [Shown("interviewer", "Interviewer", "r0", moves(session.opening.moves))] if session.opening else []
    for turn in session.turns:
        shown.append(Shown("candidate", "You", f"t{turn.number}", (Part(turn.text, garbled=turn.heard.garbled if turn.heard else ()),)))
        if turn.reply:
            shown.append(Shown("interviewer", "Interviewer", f"r{turn.number}", moves(turn.reply.said), turn.reply.by))
    return shown


def marked_transcript(session: Session, turn: int | None, start: int, end: int) -> list[Shown]:
    """The transcript with text[start:end] of the candidate's turn `turn` marked, if it has such a place."""
    names = {BOARD: "You, on the board", NOTES: "You, in the notes", AGAIN: "You, again"}
    worded = {turn.number: turn.reply.by for turn in session.turns if turn.reply}
    shown, hearings = [], {turn.number: turn.heard for turn in session.turns if turn.heard}
    for said in transcript_of(session).turns:
        mine = said.speaker == "candidate"
        here = mine and said.number == turn and 0 <= start < end <= len(said.text)
        heard = hearings.get(said.number) if mine else None
        garbled = heard.garbled if heard else ()
        cut = (said.text[:start], said.text[start:end], said.text[end:]) if here else (said.text, "", "")
        part = Part(before=cut[0], marked=cut[1], after=cut[2], garbled=garbled)
        who = names.get(said.number, "You") if mine else "Interviewer"
        audio = bool(heard and heard.audio)
        by = "" if mine else worded.get(said.number, "")
        shown.append(Shown(said.speaker, who, f"{'t' if mine else 'r'}{said.number}", (part,), by, said.number, audio))
    return shown


def state(interview: Interview) -> dict[str, Any]:
    """Where an interview stands: what the page's clock and steps show."""
    session = interview.session
    seconds = session.seconds_in()
    if not session.paused and session.entered:  # the step that runs is still counting
        seconds[session.step] = seconds.get(session.step, 0.0) + interview.now - session.at
    return {
        "at": round(interview.now, 1), "total": clock.total_seconds(session), "paused": session.paused, "step": session.step,
        "seconds": {step: round(spent, 1) for step, spent in seconds.items()}, "turns": len(session.turns), "ended": session.ended is not None,
        "held": interview.held, "waiting": interview.unanswered,
    }  # fmt: skip


def steps(interview: Interview) -> list[dict[str, Any]]:
    """The six steps with their time boxes."""
    now = state(interview)
    rows = []
    for step in STEPS:
        spent, box = now["seconds"].get(step.id, 0.0), clock.box_seconds(interview.session, step.id)
        words = f"{clock_words(spent)} of {clock_words(box)}" if spent else clock_words(box)
        rows.append(
            {
                "id": step.id,
                "letter": step.letter,
                "title": step.title,
                "here": step.id == now["step"],
                "spent": spent,
                "box": box,
                "words": words,
            }
        )
    return rows


def board(session: Session) -> dict[str, Any]:
    """The sketch board for its script."""
    if session.board is None:
        return {"boxes": [], "joins": []}
    boxes = [{"id": b.id, "kind": b.kind, "x": b.x, "y": b.y, "reason": b.reason} for b in session.board.boxes]
    return {"boxes": boxes, "joins": [list(join) for join in session.board.joins]}


def board_words(session: Session) -> str:
    """How much stands on the board."""
    boxes = session.board.boxes if session.board else ()
    return f"{len(boxes)} layers, {sum(bool(b.reason.strip()) for b in boxes)} with a reason" if boxes else ""


def session_rows(room: Room) -> list[dict[str, Any]]:
    """All sessions, the newest first."""
    rows = []
    for stored in room.store.sessions():
        s = stored.session
        state = {"closed": "finished", "early": "ended early", "time": "finished at time"}[s.ended.reason] if s.ended else "open"
        rows.append(
            {"id": stored.id, "case": s.case, "title": title(room, s.case), "created": s.created, "turns": len(s.turns), "step": BY_ID[s.step].title,
             "open": s.ended is None, "state": state}
        )  # fmt: skip
    return rows


def title(room: Room, case_id: str) -> str:
    """A case's title; its id where the case is gone."""
    try:
        return room.shelf.case(case_id).title
    except CaseroomError:
        return case_id


def case_row(case: Case, attempts: Sequence[Attempt]) -> dict[str, Any]:
    """A case on the shelf. Whether it is a trap is not told."""
    mine = [attempt for attempt in attempts if attempt.case == case.id]
    return {
        "id": case.id, "title": case.title, "company": case.company, "domain": case.domain, "level": case.level, "minutes": round(case.total_minutes()),
        "opening": case.opening, "attempts": len(mine), "best": max((attempt.lowest for attempt in mine), default=None),
        "draft": case.draft,
    }  # fmt: skip


_LEFT, _RIGHT, _TOP, _BOTTOM = 32, 288, 12, 116


def charts(progress: Progress) -> list[dict[str, Any]]:
    """For each step a small line chart of its levels over the attempts: coordinates for an SVG of 300 × 130."""

    def across(n: int) -> float:
        """Where attempt n stands."""
        most = max(1, len(progress.attempts) - 1)
        return round(_LEFT + (_RIGHT - _LEFT) * n / most, 1)

    def up(level: float) -> float:
        """Where a level stands."""
        return round(_BOTTOM - (_BOTTOM - _TOP) * level / 4, 1)

    made = []
    for number, step in enumerate(STEPS):
        rows = [attempt.card.steps[number] for attempt in progress.attempts]
        dots = [(across(n), up(row.level)) for n, row in enumerate(rows) if row.level is not None]
        own = [(across(n), up(row.own_level)) for n, row in enumerate(rows) if row.own_level is not None]
        made.append(
            {"title": step.title, "words": ", ".join("not reached" if row.level is None else str(row.level) for row in rows),
             "line": " ".join(f"{x},{y}" for x, y in dots), "own": " ".join(f"{x},{y}" for x, y in own), "dots": dots,
             "grid": [{"level": level, "at": up(level)} for level in range(5)]}
        )  # fmt: skip
    return made
