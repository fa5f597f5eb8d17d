"""Prove a case whole with the models: each fact reachable by its questions and by no near-miss, each point earned by its examples and
by no near-miss, the strong answer strong. What `caseroom cases check` runs.

Single lines may fail; a case is whole when nearly all hold, and each line that does not is named with what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from caseroom.app.datacheck import check_case
from caseroom.app.engine import Engine, Progress
from caseroom.app.grading import grade_transcript
from caseroom.app.propose import unknown_fields
from caseroom.cases.load import common_rubric
from caseroom.cases.model import Case
from caseroom.grading.transcript import Said, Transcript

REACHED = 0.90
"""Share of example questions that must reach their fact, as they stand in the case."""
EARNED = 0.85
"""Share of examples that must earn their point, or lean to it: a line said alone is harder to read than one in a talk."""
LET_THROUGH = 0.05
"""Share of near-misses that may unlock or earn."""
STRONG = 0.85
"""Share of the strong answer's core points that must be found in it."""


@dataclass(slots=True)
class Proof:
    """What the proof found."""

    case: str
    shares: dict[str, float] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    """Single lines that do not do what they should, with advice."""
    problems: list[str] = field(default_factory=list)
    """What makes the case not whole."""
    thin: list[str] = field(default_factory=list)
    """What there is too little of; it holds all the same."""

    @property
    def whole(self) -> bool:
        """Whether the case holds."""
        return not self.problems


def prove(engine: Engine, case: Case, progress: Progress | None = None) -> Proof:
    """Prove one case."""
    engine.prepare(case, progress)
    proof = Proof(case.id)
    proof.problems += [*(f"rubric.yaml: point {words}, which no proposal has" for words in unknown_fields(case)), *check_case(case)]
    proof.thin += thin(case)
    _facts(engine, case, proof)
    _points(engine, case, proof)
    _strong(engine, case, proof)
    return proof


def thin(case: Case) -> list[str]:
    """What a case has too little of to be talked about well."""
    own = _own_words(case)
    few = {
        f"{len(case.facts)} facts; 16 to 24 make a case": len(case.facts) < FACTS,
        _few("questions", [fact.id for fact in case.facts if len(fact.questions) < QUESTIONS], f"{QUESTIONS} to 40 are wanted"): True,
        _few("near-misses", [fact.id for fact in case.facts if len(fact.near_misses) < MISSES], f"{MISSES} and more are wanted"): True,
        "no question of a fact earns a point (asking_earns)": not any(fact.asking_earns for fact in case.facts),
        f"{len(own)} core points are told in the case's own words; each deserves it": len(own) < POINTS,
        "the strong answer has paragraphs that stand in every new case; write them anew": _general(case) >= POINTS,
        f"{len(case.turns)} messy turn{'' if len(case.turns) == 1 else 's'}; 3 are wanted": len(case.turns) < TURNS,
        "it is a draft: a person reads it, then `draft: true` is removed from case.yaml": case.draft,
    }  # fmt: skip
    return [words for words, so in few.items() if so and words]


FACTS, QUESTIONS, MISSES, POINTS, TURNS = 16, 25, 10, 24, 3
"""The fewest that make a case."""


def _few(what: str, ids: Sequence[str], wanted: str) -> str:
    shown = ", ".join(ids[:4]) + (f" and {len(ids) - 4} more" if len(ids) > 4 else "")
    return f"too few {what} ({wanted}): {shown}" if ids else ""


def _own_words(case: Case) -> list[str]:
    """Core points that the case tells in examples of its own."""
    shared = {line for point in common_rubric() for line in point.examples}
    return [point.id for point in case.points if point.weight == "core" and any(line not in shared for line in point.examples)]


def _general(case: Case) -> int:
    """How many paragraphs of the strong answer are the common rubric's."""
    shared = {" ".join(line.split()) for point in common_rubric() for line in point.examples}
    return sum(passage.text in shared for passage in case.strong)


def _facts(engine: Engine, case: Case, proof: Proof) -> None:
    ear = engine.ear(case)
    asked = reached = missed = unlocked = 0
    for fact in case.facts:
        good = 0
        for line in fact.questions:
            disclosure = ear.listen(line)
            asked += 1
            if fact.id in disclosure.say or fact.id in disclosure.ask_back:
                good += 1
            else:
                proof.lines.append(f"facts.yaml: {fact.id}: not reached by its question {line!r}{_instead(disclosure.say)}")
        reached += good
        if good < len(fact.questions) / 2:
            proof.problems.append(
                f"facts.yaml: fact {fact.id} is reached by {good} of {len(fact.questions)} of its questions; name its entity in them"
            )
        for line in fact.near_misses:
            missed += 1
            if fact.id in ear.listen(line).say:
                unlocked += 1
                proof.lines.append(f"facts.yaml: {fact.id}: unlocked by its near-miss {line!r}; is it a fair question for it?")
    _demand(proof, "questions that reach their fact", reached, asked, REACHED, at_least=True)
    _demand(proof, "near-misses that unlock", unlocked, missed, LET_THROUGH, at_least=False)


def _instead(said: Sequence[str]) -> str:
    return f", which says {', '.join(said)} instead" if said else "; add questions like it"


def _points(engine: Engine, case: Case, proof: Proof) -> None:
    judge = engine.judge(case)
    shared = {line for point in common_rubric() for line in (*point.examples, *point.near_misses)}
    examples = [(point.id, line) for point in judge.points for line in _own(point.examples, shared)]
    misses = [(point.id, line) for point in judge.points for line in _own(point.near_misses, shared)]
    earned = credited = 0
    for (point, line), found in zip(examples, judge.of_lines(examples), strict=True):
        earned += found.best_guess == "covered"
        if found.best_guess != "covered":
            proof.lines.append(
                f"rubric.yaml: {point}: its example is {found.best_guess}{f' ({found.lacks})' if found.lacks else ''}: {line!r}"
            )
    for (point, line), found in zip(misses, judge.of_lines(misses), strict=True):
        if found.verdict == "covered":
            credited += 1
            proof.lines.append(f"rubric.yaml: {point}: earned by its near-miss {line!r}")
    _demand(proof, "examples that earn their point", earned, len(examples), EARNED, at_least=True)
    _demand(proof, "near-misses that earn", credited, len(misses), LET_THROUGH, at_least=False)


def _own(lines: Sequence[str], shared: set[str]) -> list[str]:
    """The lines that the case gives; those of the common rubric are not its author's to answer for."""
    return [line for line in lines if line not in shared]


def _spoken(text: str) -> Transcript:
    return Transcript((Said(1, "candidate", text),))


def _strong(engine: Engine, case: Case, proof: Proof) -> None:
    text = "\n".join(passage.text for passage in case.strong)
    card = grade_transcript(engine, case, _spoken(text))
    found = {p.id: p.verdict for step in card.steps for p in step.points}
    core = [p for p in case.points if p.weight != "extra" and p.id in found]
    whole = sum(found[p.id] == "covered" for p in core)
    proof.lines += [f"strong.md: {p.id} ({p.name}) is {found[p.id]} in the strong answer" for p in core if found[p.id] != "covered"]
    _demand(proof, "core points covered by the strong answer", whole, len(core), STRONG, at_least=True)


def _demand(proof: Proof, name: str, count: int, of: int, limit: float, *, at_least: bool) -> None:
    share = count / of if of else (1.0 if at_least else 0.0)
    proof.shares[name] = round(share, 4)
    if (share < limit) if at_least else (share > limit):
        word = "at least" if at_least else "at most"
        proof.problems.append(f"{name}: {count} of {of} ({share:.0%}); {word} {limit:.0%} is needed. See the lines below.")
