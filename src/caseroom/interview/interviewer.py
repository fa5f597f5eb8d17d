"""The interviewer: opens, answers, acknowledges without praise, probes what was only named, brings the messy turns, closes.

It speaks only the case's own words and the fixed phrases below. It never says a fact that the ear did not unlock, never names the
rubric, gives no hint, and never probes the same point with the same words twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from caseroom.cases.model import Case, MessyTurn
from caseroom.events import Move, Replied, Session
from caseroom.interview import clock, manners
from caseroom.interview.disclosure import Context, Disclosure
from caseroom.language.text import sentences, words
from caseroom.steps import STEPS, position

ACKNOWLEDGE = ("Okay.", "Go on.", "I follow.", "Understood.", "Right.", "I'm listening.")
UNKNOWN = "I don't have that. If you need it, assume something and say what you assume."
UNKNOWN_TOO = "As for the other part, I don't have that; you are free to assume."
DECLINE = "Let's leave that aside. What would you like to know about the business?"
CROWDED = "That's a lot at once; I'd rather take one question at a time. Which one first?"
CROWDED_TOO = "And the rest one at a time, please."
GO_ON = "As you like; you lead."
ACCEPT = "That's all right; let's leave it there."
NOTED = "I've noted that as your assumption."
OPENING = "Take it wherever you like; ask me anything about the business, and think aloud."
CLOSING = "Thank you, that's where we stop."
EMPTY = "Take your time."
_MOST_PROBES = 2
_PROBE_EVERY = 2  # turns between two probes


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the judge made of the turn that is being answered, as far as the interviewer may use it."""

    made: tuple[str, ...] = ()
    """Points that it made, whole or partial."""
    named: tuple[str, ...] = ()
    """Points that were only named, the likeliest first."""


def opening(case: Case) -> tuple[Move, ...]:
    """The first words."""
    return (Move("open", f"{case.opening} {OPENING}"),)


def context(session: Session) -> Context:
    """What the ear needs to know of the talk so far."""
    replies = session.replies()
    facts = [[f for move in reply.moves if move.kind == "fact" for f in move.refs] for reply in replies]
    last = next((said for said in reversed(facts) if said), [])
    offered = [f for move in (replies[-1].moves if replies else ()) if move.kind == "ask_back" for f in move.refs]
    return Context(tuple(last), tuple(offered))


def reply(case: Case, session: Session, disclosure: Disclosure, noticed: Noticed, now: float) -> Replied:
    """The answer to the session's last turn."""
    turn = session.turns[-1]
    moves = _answer(case, session, disclosure, now)
    lead = _messy(case, session, noticed, now) or (None if _asked(moves) else _probe(case, session, noticed))
    if manners.is_refusal(turn.text) and _probed_just_now(session):
        moves = [Move("accept", ACCEPT, _probed_just_now(session))]
        lead = lead if lead and lead.kind != "probe" else None
    if not moves and lead is None:
        words_said = EMPTY if not words(turn.text) else NOTED if disclosure.assumptions else ACKNOWLEDGE[turn.number % len(ACKNOWLEDGE)]
        moves = [Move("acknowledge", words_said)]
    if lead:
        moves.append(lead)
    if due := clock.mark(session, now):
        moves.append(Move("clock", due[1], (due[0],)))
    return Replied(turn.number, tuple(moves), now, disclosure.assumptions)


def _asked(moves: Sequence[Move]) -> bool:
    return any(move.kind in ("fact", "ask_back", "unknown", "decline", "crowded") for move in moves)


def _answer(case: Case, session: Session, disclosure: Disclosure, now: float) -> list[Move]:
    if disclosure.attack:
        return [Move("decline", DECLINE)]
    moves = [Move("fact", case.fact(fact).say, (fact,)) for fact in disclosure.say]
    if disclosure.crowded:
        return [*moves, Move("crowded", CROWDED_TOO if moves else CROWDED)]
    if disclosure.ask_back:
        topics = [case.fact(fact).topic for fact in disclosure.ask_back]
        moves.append(Move("ask_back", f"Do you mean {', or '.join(topics)}?", disclosure.ask_back))
    if disclosure.unknown:
        moves.append(Move("unknown", UNKNOWN_TOO if moves else UNKNOWN))
    if disclosure.courtesy == "time":
        moves.append(Move("time", clock.left_words(session, now)))
    elif disclosure.courtesy == "go_on" and not moves:
        moves.append(Move("acknowledge", GO_ON))
    return moves


def _messy(case: Case, session: Session, noticed: Noticed, now: float) -> Move | None:
    spoken = {ref for move in session.moves("change", "push_back") for ref in move.refs}
    due = (turn for turn in case.turns if turn.id not in spoken and _is_due(turn, session, noticed, now))
    turn = next(due, None)
    return Move(turn.kind, turn.say, (turn.id,)) if turn else None


def _is_due(turn: MessyTurn, session: Session, noticed: Noticed, now: float) -> bool:
    if turn.when.point:
        return turn.when.point in noticed.made
    if turn.when.minute is not None:
        return now >= turn.when.minute * 60
    step = turn.when.step or "ground"
    inside = sum(t.step == step for t in session.turns)
    return position(session.step) > position(step) or (session.step == step and inside >= turn.when.after_turns)


def _probe(case: Case, session: Session, noticed: Noticed) -> Move | None:
    recent = [move for turn in session.turns[-_PROBE_EVERY:] if turn.reply for move in turn.reply.moves if move.kind == "probe"]
    return None if recent else next(probes(case, session, noticed), None)


def probes(case: Case, session: Session, noticed: Noticed) -> Iterator[Move]:
    """What may be probed after the last turn, the likeliest first: points only named, each with words that were not said yet."""
    said = session.moves("probe")
    refused = {ref for move in session.moves("accept") for ref in move.refs}
    for point_id in noticed.named:
        done = [move.text for move in said if point_id in move.refs]
        fresh = [text for text in case.point(point_id).follow_ups if text not in {move.text for move in said}]
        if len(done) < _MOST_PROBES and fresh and point_id not in refused:
            yield Move("probe", fresh[0], (point_id,))


def _probed_just_now(session: Session) -> tuple[str, ...]:
    before = session.turns[-2].reply if len(session.turns) > 1 else None
    return next((move.refs for move in before.moves if move.kind == "probe"), ()) if before else ()


_LEADS_ON = re.compile(
    r"^(?:good|okay|ok|right|so|well|fine|thanks|alright|great|and)?\W*(?:(?:then|now|next|so|finally|last|lastly|first|second|third|fourth|fifth)\b\W*)*"
    r"(?:let me|let's|let us|i'll|i will|i'd like to|i want to|i would|we can|we|now|next|then|finally|on|over|moving|turning|coming|going|for|as for|"
    r"that brings me|which brings me|(?:the )?(?:last|final|next|second|third|fourth|fifth|sixth) (?:step|part|topic|block))\b",
    re.IGNORECASE,
)
_NAMES = tuple((step.id, re.compile(rf"\b(?:{'|'.join(map(re.escape, step.said))})\b", re.IGNORECASE)) for step in STEPS)
_LEAD_CHARACTERS = 75


def announced_step(text: str) -> str | None:
    """The step that a turn says it goes to, the last one if several: "Let me move to evaluation". An agenda of several in one sentence
    announces none.
    """
    found = None
    for sentence in sentences(text):
        named = [step for step, pattern in _NAMES if pattern.search(sentence.text[:_LEAD_CHARACTERS])]
        if len(named) == 1 and _LEADS_ON.match(sentence.text) and sum(bool(p.search(sentence.text)) for _, p in _NAMES) <= 2:
            found = named[0]
    return found


def entered_step(case: Case, session: Session, text: str, noticed: Noticed) -> str | None:
    """The step that the candidate came to with this turn, if it is another: announced, or at least two points of a later one."""
    announced = announced_step(text)
    if announced:
        return announced if announced != session.step else None
    counts: dict[str, int] = {}
    for point_id in noticed.made:
        step = case.point(point_id).step
        if step != "communication":
            counts[step] = counts.get(step, 0) + 1
    best = max(counts, key=lambda s: (counts[s], -position(s)), default=None)
    if best and counts[best] >= 2 and counts[best] > counts.get(session.step, 0) and position(best) == position(session.step) + 1:
        return best
    return None
