"""The proposal of a session: derived from what the scorecard found and from the sketch board, and edited by the candidate. What was not said is off."""

from __future__ import annotations

import dataclasses
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from caseroom.app import scorecards
from caseroom.app.interviews import Room
from caseroom.cases.data import CaseData, load_data
from caseroom.cases.model import Case, Point
from caseroom.cases.task import GoalForm
from caseroom.errors import ProposalError, RunError, UsageError
from caseroom.events import Session
from caseroom.grading.scorecard import PointScore, Scorecard
from caseroom.lab.switches import changed
from caseroom.language.phrases import stands
from caseroom.numerals import figures
from caseroom.proposal import reading
from caseroom.proposal.file import paths, read_proposal, to_yaml
from caseroom.proposal.model import Bound, Goal, Proposal, Said, get, quoted
from caseroom.proposal.roadmap_words import Passage, read_roadmap
from caseroom.proposal.spoken import sentences
from caseroom.store.runs import RunStore

_CREDIT = ("covered", "partial")
_READ = ("assess.decision", "assess.stop", "evaluation.launch_bar")
"""Fields that are empty at first, but hold no words."""
_NAMES_METRICS = ("evaluation.business_metric", "evaluation.safety", "evaluation.human")


def proposal_of(room: Room, session_id: str) -> Proposal:
    """The proposal of a session: as the candidate edited it, else derived.

    Raises:
        SessionNotFound: no such session.
        UsageError: the interview is still open.
    """
    text = RunStore(room.store.database).proposal(session_id)
    return from_text(text) if text is not None else derive(room, session_id)


def text_of(room: Room, session_id: str) -> tuple[str, bool]:
    """A session's proposal as its file, and whether it was edited; edited, the candidate's own comments stay.

    Raises:
        SessionNotFound: no such session.
        UsageError: the interview is still open.
    """
    room.store.session(session_id)
    kept = RunStore(room.store.database).proposal(session_id)
    return (kept, True) if kept is not None else (yaml_of(derive(room, session_id)), False)


def keep(room: Room, session_id: str, text: str) -> Proposal:
    """Keep an edited proposal.

    Raises:
        ProposalError: it does not hold; each problem with its line.
    """
    room.store.session(session_id)
    proposal = from_text(text)
    RunStore(room.store.database).keep_proposal(session_id, text)
    return proposal


def forget(room: Room, session_id: str) -> None:
    """Drop the edits; the proposal is the derived one again."""
    RunStore(room.store.database).keep_proposal(session_id, None)


def from_text(text: str) -> Proposal:
    """A proposal from the text of its file.

    Raises:
        ProposalError: it does not hold; each problem with its line.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "proposal.yaml"
        path.write_text(text, encoding="utf-8", errors="replace")
        try:
            return read_proposal(path)
        except ProposalError as error:
            raise ProposalError([problem.replace(f"{path}:", "line ") for problem in error.problems]) from None


def derive(room: Room, session_id: str) -> Proposal:
    """The proposal that an interview makes: each point that earned credit sets its field, and its quote is the field's provenance.

    Raises:
        SessionNotFound: no such session.
        UsageError: the interview is still open.
    """
    session = room.store.session(session_id)
    if not session.ended:
        raise UsageError(
            f"The interview is still open. `caseroom practice --resume {session_id}` goes on; a proposal is made of a finished one."
        )
    card = scorecards.scorecard(room, session_id).card
    case = room.shelf.case(session.case)
    return derived(case, card, session)


def derived(case: Case, card: Scorecard, session: Session | None = None) -> Proposal:
    """The proposal that a scorecard makes of a case."""
    proposal = Proposal(case=case.id, title=case.title)
    said: dict[str, Said] = {}
    credited = [point for step in card.steps for point in step.points if point.verdict in _CREDIT and point.quote]
    for scored in credited:
        quote, turn = _words(case.point(scored.id), scored, session)
        whole = _whole(quote, turn, session)
        for path, value in _sets(case.point(scored.id), quote):
            if value in (None, ()) or (path == "technical.retrieve.method" and path in said and not reading.outright(path, quote)):
                continue
            own = value == quote
            proposal = changed(proposal, path, _joined(proposal, path, whole if own else value))
            for set_by in _set_by(path, value):
                said.setdefault(set_by, Said(None if own else whole, turn))
    plan = read_roadmap(_passages(case, credited, session), proposal.roadmap)
    proposal = dataclasses.replace(proposal, roadmap=plan.roadmap)
    said |= {path: words for path, words in plan.said.items() if path not in said}
    if session is not None:
        proposal = _from_board(proposal, session, said)
    if (
        proposal.assess.decision in ("rules", "genai")
        and proposal.technical.exact == "code"
        and reading.speaks_of_generation(proposal.assess.reason)
    ):
        proposal = changed(proposal, "assess.decision", "split")  # exact parts to code, wording to a model
    proposal = dataclasses.replace(proposal, said=said)
    data = data_of(case)
    if data is not None and "ground.goal" in said:
        proposal = changed(proposal, "ground", _yardsticks(proposal, quoted(proposal, "ground.goal"), set(card.facts.asked), data))
    return proposal


def _passages(case: Case, credited: list[PointScore], session: Session | None) -> list[Passage]:
    """The words of the roadmap: the quotes that earned credit, and whole turns that earned it more than once, as a plan is told in one go."""
    quotes = [
        Passage(path, scored.quote or "", scored.evidence.turn if scored.evidence else None)
        for scored in credited
        if (path := (case.point(scored.id).sets or "").partition(" = ")[0]).startswith("roadmap.")
    ]
    often = Counter(passage.turn for passage in quotes)
    turns = {turn.number: turn.text for turn in session.turns} if session else {}
    return quotes + [Passage("roadmap", turns[turn], turn) for turn in sorted(turns) if often[turn] > 1]


def _words(point: Point, scored: PointScore, session: Session | None) -> tuple[str, int | None]:
    """The words that set a point's field, and their turn: those that earned credit, or the nearest sentence that says the value outright where they only hint at it."""
    quote, turn = scored.quote or "", scored.evidence.turn if scored.evidence else None
    path, _, given = (point.sets or "").partition(" = ")
    if (
        session is None
        or turn is None
        or path not in reading.OUTRIGHT
        or (given and point.weight == "trap")
        or reading.outright(path, quote)
    ):
        return quote, turn
    told = [(abs(one.number - turn), one.number, sentence) for one in session.turns for sentence in sentences(one.text)]
    for _far, number, sentence in sorted(told, key=lambda one: one[0]):
        value = reading.outright(path, sentence)
        if value == given if given else value not in (None, "none"):
            return sentence, number
    return quote, turn


def _whole(quote: str, turn: int | None, session: Session | None) -> str:
    """The sentences that a quote was cut from, if it begins or ends inside one."""
    text = next((one.text for one in session.turns if one.number == turn), "") if session else ""
    at = text.find(quote)
    if at < 0 or not quote:
        return quote
    before, end = text[:at].rstrip(), at + len(quote)
    begin = at if not before or before[-1] in ".!?;:" else max(before.rfind(f"{mark} ") for mark in ".!?") + 1
    if quote[-1] not in ".!?;:":
        stops = [text.find(mark, end) for mark in (". ", "! ", "? ")]
        end = min((stop + 1 for stop in stops if stop >= 0), default=len(text))
    return text[begin:end].strip()


def _sets(point: Point, quote: str) -> Iterator[tuple[str, Any]]:
    """The fields that a point's words set, each with its value."""
    if not point.sets:
        return
    path, _, given = point.sets.partition(" = ")
    if path == "ground.goal":
        yield path, Goal("right_rate")  # which measure it is, is read when all is known
    elif given:
        yield path, _typed(path, given)
    elif path == "technical.retrieve.method":
        yield path, reading.read(path, quote)
        yield "technical.retrieve.top_k", reading.top_k(quote)
    else:
        yield path, _words_or_value(path, quote)
    if path == "assess.stop":
        yield "assess.stop_days", reading.within(quote)
    if path in _NAMES_METRICS:
        yield "evaluation.metrics", reading.read("evaluation.metrics", quote)
    if path in ("technical.respond.words", "hallucinations.checks", "hallucinations.grounding") and reading.cites(quote):
        yield "technical.respond.citations", True


def _words_or_value(path: str, quote: str) -> Any:
    return reading.read(path, quote) if path in _READ or get(Proposal(), path) is not None else quote


def _typed(path: str, given: str) -> Any:
    """A value of the rubric as the field's own kind."""
    default = get(Proposal(), path)
    if isinstance(default, bool):
        return given in ("on", "yes")
    return (given,) if isinstance(default, tuple) else given


def _joined(proposal: Proposal, path: str, value: Any) -> Any:
    """A list grows; of two sayings about a text the first stands."""
    before = get(proposal, path)
    if isinstance(before, tuple):
        return tuple(dict.fromkeys((*before, *value)))
    return before if isinstance(before, str) and path.startswith(("ground.", "roadmap.")) else value


def _from_board(proposal: Proposal, session: Session, said: dict[str, Said]) -> Proposal:
    """Layers on the board with a reason switch on what they stand for, unless words in the talk said otherwise."""
    board = session.board
    for box in board.boxes if board else ():
        for kind, path, value in _LAYERS:
            if box.reason.strip() and kind in box.kind.lower() and not _is_said(path, said):
                found = reading.read(path, box.reason) or value
                proposal = changed(proposal, path, _joined(proposal, path, found))
                for set_by in _set_by(path, found):
                    said[set_by] = Said(f"{box.kind}: {box.reason.strip()}")
    return proposal


def _set_by(path: str, value: Any) -> list[str]:
    """The paths that a value's words are kept under: each entry of a list has its own."""
    return [f"{path}.{entry}" for entry in value] if isinstance(value, tuple) else [path]


def _is_said(path: str, said: dict[str, Said]) -> bool:
    """Whether words set a field, or an entry of it."""
    return any(known == path or known.startswith(f"{path}.") for known in said)


_LAYERS: tuple[tuple[str, str, Any], ...] = (
    ("retriev", "technical.retrieve.method", "hybrid"),
    ("review", "technical.review.flagged", True),
    ("check", "hallucinations.checks", ("grounding",)),
    ("valid", "hallucinations.checks", ("grounding",)),
    ("rule", "technical.exact", "code"),
    ("look-up", "technical.exact", "code"),
    ("permission", "technical.retrieve.permissions", True),
    ("mask", "hallucinations.mask", True),
)  # fmt: skip


def data_of(case: Case) -> CaseData | None:
    """The data of a case, if it has any."""
    folder = case.folder / "data"
    return load_data(folder) if folder.is_dir() else None


def _yardsticks(proposal: Proposal, quote: str, asked: set[str], data: CaseData) -> Any:
    """Goal and limits in the business's measures: those that the words name; today's value and the target only if the candidate asked for them or said them."""
    task = data.task
    said = " ".join(filter(None, (quote, proposal.ground.problem, proposal.ground.baseline, proposal.evaluation.business_metric)))
    goal = _named(task.goals, said) or task.goals[0]
    known = bool(asked & set(goal.facts))
    target = goal.target if known or _holds(said, goal.target) else None
    limits = tuple(
        Bound(limit.metric, limit.target) for limit in task.limits if asked & set(limit.facts) or any(stands(said, w) for w in limit.words)
    )
    return dataclasses.replace(proposal.ground, goal=Goal(goal.metric, goal.today if known else None, target), limits=limits)


def _named(goals: list[GoalForm], said: str) -> GoalForm | None:
    counts = [(sum(stands(said, word) for word in goal.words), -number) for number, goal in enumerate(goals)]
    best = max(counts)
    return goals[-best[1]] if best[0] else None


def _holds(said: str, value: float) -> bool:
    wanted = {value, value * 100, value / 60}
    return any(abs(figure.value - one) < 1e-9 for figure in figures(said) for one in wanted)


def yaml_of(proposal: Proposal) -> str:
    """The proposal as its file."""
    return to_yaml(proposal)


def unknown_fields(case: Case) -> list[str]:
    """Points of a case that set a field that no proposal has; what a check of the case names."""
    known = paths()
    return [f"{point.id} sets {point.sets!r}" for point in case.points if point.sets and point.sets.partition(" = ")[0] not in known]


def without_data(case: Case) -> RunError:
    """The error of a case that has nothing to run on."""
    return RunError(
        f"The case {case.id} has no data/, so nothing can be run on it. docs/lab-data.md says what belongs there; --data DIR runs on your own."
    )
