"""A person holds an interview in place of the machine: what they see, and what they say. Time, record and score stay the product's.

While a link for a host is open, a turn of the candidate waits for them. What they say are moves like the machine's: facts and messy turns
in the case's own words, probes with their point, and words of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from caseroom.app.interviews import Interview
from caseroom.app.links import Link
from caseroom.app.masks import masks
from caseroom.errors import SessionMoved, UsageError
from caseroom.events import Move, Session
from caseroom.grading.transcript import Said
from caseroom.interview import interviewer
from caseroom.steps import BY_ID, STEPS

LONGEST_WORDS, MOST_AT_ONCE = 4_000, 12
OWN_WORDS = ("host",)
"""The refs of words that are the host's own."""
_ORDER = ("acknowledge", "fact", "change", "push_back", "probe")
_MOVED = "Somebody answered this turn in another window, or the candidate took it back. Nothing was said twice; look at the page again."


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that the host may say."""

    id: str
    about: str
    text: str
    """The words, exactly as they will be said."""
    said: bool = False
    """Whether it was said before."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """An interview as its host sees it."""

    title: str
    ended: bool
    pending: str | None
    """A mark of the turn that waits for an answer, if one does."""
    turns: tuple[Said, ...]
    suggested: tuple[Choice, ...]
    """Facts that the last turn asks for, and probes of what it only named."""
    facts: tuple[tuple[str, tuple[Choice, ...]], ...]
    """All facts of the case, by the title of their step."""
    probes: tuple[tuple[str, tuple[Choice, ...]], ...]
    """All probes, by the title of their step."""
    messy: tuple[Choice, ...]


def view(interview: Interview, link: Link) -> Hosted:
    """An interview as the link of its host shows it."""
    session, case = interview.session, interview.case
    offers = _offers(interview)
    waits = pending(session)
    wanted = _suggested(interview) if waits else ()
    steps = [(step.id, step.title) for step in STEPS] + [("communication", "Communication")]
    points = {point.id: point.step for point in case.points}
    facts = [(title, tuple(offers[f"fact:{f.id}"][0] for f in case.facts if f.step == step)) for step, title in steps]
    probes = [
        (title, tuple(one for one, move in offers.values() if move.kind == "probe" and points[move.refs[0]] == step))
        for step, title in steps
    ]
    return Hosted(
        case.title, session.ended is not None, waits, masks(session, link.options).turns(), tuple(offers[key][0] for key in wanted),
        tuple(part for part in facts if part[1]), tuple(part for part in probes if part[1]), tuple(offers[f"turn:{t.id}"][0] for t in case.turns),
    )  # fmt: skip


def pending(session: Session) -> str | None:
    """A mark of the turn that waits for an answer: another for each turn, even where a number is used again."""
    if session.ended or not session.turns or session.turns[-1].reply:
        return None
    turn = session.turns[-1]
    return hashlib.sha256(f"{turn.number} {turn.at} {turn.text}".encode(errors="replace")).hexdigest()[:16]


def changed(session: Session) -> str:
    """A word that changes whenever the host should look again."""
    return f"{len(session.turns)}-{pending(session) or 'none'}-{'over' if session.ended else 'open'}"


def reply(interview: Interview, turn: str, chosen: Sequence[str], words: str = "") -> None:
    """Say what was chosen, and the host's own words, as one reply to the turn that waits.

    Raises:
        SessionMoved: another window answered this turn, or it was taken back.
        UsageError: the interview is over, nothing is said, or what was chosen is not the case's.
    """
    if interview.session.ended:
        raise UsageError("The interview is over; nothing can be said in it any more.")
    if pending(interview.session) != turn:
        raise SessionMoved(_MOVED)
    moves = _moves(interview, chosen, words.replace("\r\n", "\n").strip())
    try:
        interview.relay(moves)
    except SessionMoved:
        raise SessionMoved(_MOVED) from None  # the store's words name the session


def _moves(interview: Interview, chosen: Sequence[str], words: str) -> list[Move]:
    offers, keys = _offers(interview), list(dict.fromkeys(chosen))
    if unknown := [key for key in keys if key not in offers]:
        raise UsageError(f"There is no {unknown[0][:30]!r} in this case. Reload the page.")
    if again := [offers[key][0] for key in keys if key.startswith("turn:") and offers[key][0].said]:
        raise UsageError(f"“{again[0].about}” was brought already; it comes once.")
    if len(words) > LONGEST_WORDS or len(keys) > MOST_AT_ONCE:
        raise UsageError(
            f"A reply has at most {LONGEST_WORDS} letters of your own and {MOST_AT_ONCE} things of the case. Nothing was said."
        )
    moves = [Move("acknowledge", words, OWN_WORDS)] if words else []
    moves += [offers[key][1] for key in keys]
    if not moves:
        raise UsageError("Choose something to say, or write it.")
    return sorted(moves, key=lambda move: _ORDER.index(move.kind))


def _offers(interview: Interview) -> dict[str, tuple[Choice, Move]]:
    """All that the case gives a host to say, by the id under which the page has it."""
    session, case = interview.session, interview.case
    facts = session.facts_said()
    probed = {move.text for move in session.moves("probe")}
    brought = {ref for move in session.moves("change", "push_back") for ref in move.refs}
    made = [(Choice(f"fact:{f.id}", f.topic, f.say, f.id in facts), Move("fact", f.say, (f.id,))) for f in case.facts]
    for point in case.points:
        for number, text in enumerate(point.follow_ups, start=1):
            made.append((Choice(f"probe:{point.id}:{number}", point.name, text, text in probed), Move("probe", text, (point.id,))))
    for turn in case.turns:
        made.append(
            (
                Choice(f"turn:{turn.id}", _when(turn.when.step, turn.topic), turn.say, turn.id in brought),
                Move(turn.kind, turn.say, (turn.id,)),
            )
        )
    return {choice.id: (choice, move) for choice, move in made}


def _when(step: str | None, topic: str) -> str:
    return f"{topic} (in {BY_ID[step].title.lower()})" if step in BY_ID else topic


def _suggested(interview: Interview) -> tuple[str, ...]:
    """Ids of what the machine would say or ask about: the facts that the ear heard asked for, then probes."""
    disclosure, noticed = interview.heard()
    facts = [] if disclosure.attack else [*disclosure.say, *disclosure.ask_back]
    probes = []
    for move in interviewer.probes(interview.case, interview.session, noticed):
        number = interview.case.point(move.refs[0]).follow_ups.index(move.text) + 1
        probes.append(f"probe:{move.refs[0]}:{number}")
    return (*(f"fact:{fact}" for fact in dict.fromkeys(facts)), *probes[:3])
