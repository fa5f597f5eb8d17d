"""Grade sessions and transcript files: bring the ear's findings (what was asked) and the record of the interview to the judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from caseroom.app.engine import Engine, Progress
from caseroom.cases.model import Case
from caseroom.errors import ModelError
from caseroom.events import Session
from caseroom.grading.communication import Happened
from caseroom.grading.evidence import Evidence
from caseroom.grading.finder import Finder
from caseroom.grading.judge import FEATURES, Asked
from caseroom.grading.scorecard import Record, Scorecard, score
from caseroom.grading.second import Reading, read
from caseroom.grading.transcript import AGAIN, BOARD, NOTES, Said, Transcript
from caseroom.interview.disclosure import Context, Disclosure, Ear
from caseroom.interview.interviewer import Noticed, context
from caseroom.language.text import Span, sentences
from caseroom.models.chat import ChatModel
from caseroom.steps import STEP_IDS

SECOND = "|second:"
"""Before the signature of a second reader, in a scorecard's."""


def notice(finder: Finder, text: str, disclosure: Disclosure) -> Noticed:
    """What the interviewer may know of a turn: points made, and points only named. Asking for facts earns its points too."""
    if disclosure.attack:
        return Noticed()
    made, named = finder.glance(text)
    earned = [p for fact in disclosure.say for p in finder.case.fact(fact).asking_earns]
    return Noticed(tuple(dict.fromkeys([*earned, *made])), tuple(point for point in named if point not in earned))


def grade_transcript(
    engine: Engine, case: Case, transcript: Transcript, progress: Progress | None = None, reader: ChatModel | None = None
) -> Scorecard:  # fmt: skip
    """Grade a transcript that comes from elsewhere. What was asked and assumed is heard from its words.

    Raises:
        ModelError: the reader read no step at all.
    """
    engine.prepare(case, progress)
    asked, assumed = _asked(engine.ear(case), transcript)
    record = Record(asked=asked, assumed=assumed, happened=_happened_in(case, transcript))
    return _scored(engine, case, transcript, record, progress, reader, None)


def grade_session(
    engine: Engine, case: Case, session: Session, progress: Progress | None = None, reader: ChatModel | None = None,
    told: Callable[[str], None] | None = None,
) -> Scorecard:  # fmt: skip
    """Grade a session. What was asked is what the interviewer answered. `reader` is a large model that reads the points, too, and `told` hears at which step it is.

    Raises:
        ModelError: the reader read no step at all.
    """
    return _scored(engine, case, transcript_of(session), _record(engine.ear(case), session), progress, reader, told)


def _scored(
    engine: Engine, case: Case, transcript: Transcript, record: Record, progress: Progress | None, reader: ChatModel | None,
    told: Callable[[str], None] | None,
) -> Scorecard:  # fmt: skip
    by, opinions = engine.signature(case), None
    if reader is not None:
        opinions = second_opinions(engine, case, transcript, reader, told).opinions
        by = f"{by}{SECOND}{reader.signature}"
    return score(engine.judge(case), transcript, record, by, progress, opinions)


def second_opinions(
    engine: Engine, case: Case, transcript: Transcript, reader: ChatModel, told: Callable[[str], None] | None = None
) -> Reading:  # fmt: skip
    """What a large model says of the points.

    Raises:
        ModelError: it read no step at all.
    """
    judge = engine.judge(case)
    proposed = cache(lambda: judge.candidates(transcript))

    def likely(step: str) -> list[int]:
        """The turns that the judge would read for a step, the likeliest first."""
        pieces, candidates = proposed()
        mine = [c for c in candidates if judge.points[c.point].step == step]
        best = sorted(mine, key=lambda c: -float(c.features[FEATURES.index("relevance")]))
        return list(dict.fromkeys(pieces[c.piece].turn.number for c in best))

    reading = read(case, transcript, reader, likely, told)
    if len(reading.failed) == len(STEP_IDS):
        raise ModelError(f"The second reader read nothing: {next(iter(reading.failed.values()))}")
    return reading


def grade_with(engine: Engine, case: Case, session: Session, step: str, text: str) -> Scorecard:
    """Grade a session as if the candidate had given this answer to a step, and said nothing else in it."""
    transcript, record = transcript_of(session), _record(engine.ear(case), session)
    dropped = {turn.number for turn in transcript.candidate() if turn.step == step}
    kept = tuple(turn for turn in transcript.turns if turn.speaker == "interviewer" or turn.number not in dropped)
    again = Transcript((Said(AGAIN, "candidate", text, step=step),))
    asked, assumed = _asked(engine.ear(case), again)
    record = replace(
        record, asked=(*(a for a in record.asked if a.evidence.turn not in dropped), *asked), assumed=(*record.assumed, *assumed)
    )
    return score(engine.judge(case), Transcript((*kept, *again.turns)), record, engine.signature(case))


def _record(ear: Ear, session: Session) -> Record:
    assumed = tuple(text for reply in session.replies() for text in reply.assumptions)
    return Record(_asked_in(ear, session), assumed, _happened(session), tuple(session.seconds_in().items()), session.self_scores,
                  max((e.step for e in session.entered), key=STEP_IDS.index, default=None))  # fmt: skip


def transcript_of(session: Session) -> Transcript:
    """A session as a transcript: its turns, then the board's reasons and the notes. Interviewer's turns carry the number of the turn that they answer."""
    turns: list[Said] = []
    if session.opening:
        turns.append(Said(0, "interviewer", session.opening.words, 0.0))
    probed: str | None = None
    for turn in session.turns:
        turns.append(Said(turn.number, "candidate", turn.text, turn.at, turn.step, probed, turn.heard))
        if turn.reply:
            turns.append(Said(turn.number, "interviewer", turn.reply.words, turn.reply.at))
            probed = next((ref for move in turn.reply.moves if move.kind == "probe" for ref in move.refs), None)
    reasons = (
        "\n".join(f"{box.kind.capitalize()}: {box.reason.strip()}" for box in session.board.boxes if box.reason.strip())
        if session.board
        else ""
    )
    beside = ((BOARD, reasons), (NOTES, session.notes))
    return Transcript((*turns, *(Said(number, "candidate", text) for number, text in beside if text.strip())))


def _asked_in(ear: Ear, session: Session) -> tuple[Asked, ...]:
    """The facts that were said, each at the clause that asked for it; where the ear has changed since, at the whole turn."""
    asked: list[Asked] = []
    for fact, number in session.facts_said().items():
        text = next(turn.text for turn in session.turns if turn.number == number)
        before = replace(session, turns=tuple(turn for turn in session.turns if turn.number < number))
        heard = ear.listen(text, context(before)).heard
        span = next((h.clause.span for h in heard if h.outcome == "say" and fact in h.facts), None)
        asked.append(Asked(fact, Evidence(number, span.start, span.end) if span else Evidence(number, 0, len(text))))
    return tuple(asked)


def _asked(ear: Ear, transcript: Transcript) -> tuple[tuple[Asked, ...], tuple[str, ...]]:
    asked: list[Asked] = []
    assumed: list[str] = []
    before = Context()
    for turn in transcript.candidate():
        for piece, disclosure in _listened(ear, turn.text, before):
            for heard in disclosure.heard:
                if heard.outcome == "say":
                    place = Evidence(turn.number, piece.start + heard.clause.span.start, piece.start + heard.clause.span.end)
                    asked += [Asked(fact, place) for fact in heard.facts]
            assumed += disclosure.assumptions
            before = Context(disclosure.say or before.last_facts, disclosure.ask_back)
    return tuple(asked), tuple(assumed)


def _listened(ear: Ear, text: str, before: Context) -> list[tuple[Span, Disclosure]]:
    """A turn as it was heard; sentence by sentence where it asks for more than an interviewer would answer at once, as a written answer does."""
    whole = ear.listen(text, before)
    if not whole.attack and not whole.crowded:
        return [(Span(0, len(text), text), whole)]
    return [(piece, ear.listen(piece.text)) for piece in sentences(text)]


def _happened(session: Session) -> tuple[Happened, ...]:
    found = []
    for turn in session.turns:
        for move in turn.reply.moves if turn.reply else ():
            if move.kind in ("change", "push_back"):
                after = next((t.number for t in session.turns if t.number > turn.number), None)
                found.append(Happened(move.refs[0], after))
    return tuple(found)


def _happened_in(case: Case, transcript: Transcript) -> tuple[Happened, ...]:
    """Messy turns that an interviewer's turn of the file holds word for word."""
    found = []
    for position, turn in enumerate(transcript.turns):
        for messy in case.turns:
            if turn.speaker == "interviewer" and messy.say in " ".join(turn.text.split()):
                after = next((t.number for t in transcript.turns[position:] if t.speaker == "candidate"), None)
                found.append(Happened(messy.id, after))
    return tuple(found)
