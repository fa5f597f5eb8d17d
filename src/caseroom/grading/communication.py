"""The points about how it was said (X.1 to X.8), apart from the steps. Some are read by the judge, some counted here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from caseroom.cases.model import Case
from caseroom.grading.evidence import Evidence
from caseroom.grading.judge import Finding
from caseroom.grading.transcript import Said, Transcript
from caseroom.language.encoder import Encoder
from caseroom.language.text import sentences
from caseroom.numerals import figures

_ACRONYM = re.compile(r"\b[A-Z]{3,5}\b")
_KNOWN = frozenset(
    "CEO CFO COO CTO CIO CMO FAQ PDF SQL API CSV USD EUR GDPR HIPAA KPI USA LLM SMS PII CRM ERP EHR ATS HTML JSON SLA ETA NOT "
    "AND CSAT EEOC".split()
)
_ALLOWED_UNEXPLAINED = 2
_REACTION = 0.45  # cosine with a reaction written for the turn


@dataclass(frozen=True, slots=True)
class Happened:
    """A messy turn that was said: its id and the candidate's next turn, if there was one."""

    turn: str
    answered_in: int | None


def counted(case: Case, transcript: Transcript, encoder: Encoder, happened: Sequence[Happened], reached: str) -> list[Finding]:
    """Findings for the communication points that are counted by code: X.4, X.5, X.6 and X.8."""
    return [
        _case_numbers(case, transcript),
        _changed_course(case, transcript, encoder, happened),
        Finding("X.6", "covered" if reached in ("evaluation", "roadmap") else "missed", 1.0),
        _plain_words(case, transcript),
    ]


def number_places(case: Case, transcript: Transcript) -> list[tuple[str, Evidence]]:
    """Where the candidate used a figure of a fact in a statement: (fact, place), in order. Small whole numbers prove nothing."""
    wanted = [(fact.id, value) for fact in case.facts for _, value in fact.numbers if not (value < 10 and value == int(value))]
    places: list[tuple[str, Evidence]] = []
    for turn in transcript.candidate():
        for piece in sentences(turn.text):
            if piece.text.endswith("?") or turn.garbled(piece.start, piece.end):
                continue
            said = {figure.value for figure in figures(piece.text)}
            places += [(fact, Evidence(turn.number, piece.start, piece.end)) for fact, value in wanted if value in said]
    return places


def _case_numbers(case: Case, transcript: Transcript) -> Finding:
    places = number_places(case, transcript)
    sentences_used = {(place.turn, place.start) for _, place in places}
    if len(sentences_used) >= 2:
        return Finding("X.4", "covered", 1.0, places[0][1])
    if places:
        return Finding("X.4", "partial", 1.0, places[0][1], "only one figure of the case is used")
    return Finding("X.4", "missed", 1.0)


def _changed_course(case: Case, transcript: Transcript, encoder: Encoder, happened: Sequence[Happened]) -> Finding:
    if not happened:
        return Finding("X.5", "not_reached", 1.0)
    taken_up: list[Evidence] = []
    for event in happened:
        answer = next((t for t in transcript.candidate() if t.number == event.answered_in), None)
        reactions = next((t.reactions for t in case.turns if t.id == event.turn), ())
        if answer and reactions and (place := _nearest(answer, reactions, encoder)):
            taken_up.append(place)
    if len(taken_up) == len(happened):
        return Finding("X.5", "covered", 1.0, taken_up[0])
    if taken_up:
        return Finding("X.5", "partial", 1.0, taken_up[0], f"{len(taken_up)} of {len(happened)} turns of events were taken up")
    return Finding("X.5", "missed", 1.0)


def _nearest(turn: Said, reactions: Sequence[str], encoder: Encoder) -> Evidence | None:
    pieces = [piece for piece in sentences(turn.text) if not turn.garbled(piece.start, piece.end)]
    if not pieces:
        return None
    close = (encoder.encode([piece.text for piece in pieces]) @ encoder.encode(reactions).T).max(axis=1)
    best = int(close.argmax())
    return Evidence(turn.number, pieces[best].start, pieces[best].end) if close[best] >= _REACTION else None


def _plain_words(case: Case, transcript: Transcript) -> Finding:
    everything = "\n".join(turn.text for turn in transcript.candidate())
    told = " ".join([case.opening, *case.terms, *(fact.say for fact in case.facts)])
    first: dict[str, Evidence] = {}
    for turn in transcript.candidate():
        for match in _ACRONYM.finditer(turn.text):
            explained = re.search(
                rf"\(\s*{match[0]}\s*\)|\b{match[0]}\s*(?:\(|, (?:that is|meaning|which is|short for|i\.e\.))", everything
            )
            garbled = turn.garbled(match.start(), match.end())
            if match[0] not in _KNOWN and match[0] not in told and not explained and not garbled:
                first.setdefault(match[0], Evidence(turn.number, match.start(), match.end()))
    if len(first) > _ALLOWED_UNEXPLAINED:
        return Finding("X.8", "missed", 1.0, next(iter(first.values())), f"unexplained: {', '.join(sorted(first)[:6])}")
    return Finding("X.8", "covered", 1.0)
