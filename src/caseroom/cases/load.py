"""Turn a folder into a case: read the files, lay the case's points over the common rubric, check that the parts fit together.

What needs the language models to be checked (is each fact reachable by its questions?) is not checked here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from caseroom.cases import files
from caseroom.cases.model import Case, Fact, MessyTurn, Point, StrongPassage, When, Whole
from caseroom.errors import CaseError
from caseroom.forms import read_text
from caseroom.numerals import figures
from caseroom.steps import STEP_IDS, STEPS

LIBRARY = Path(__file__).parent / "library"
COMMON = LIBRARY / "common"
CASE_FILES = ("case.yaml", "facts.yaml", "rubric.yaml", "turns.yaml", "strong.md")
_PASSAGE = re.compile(r"^`(?P<point>(?:[1-6]|X)\.\d{1,2})`\s+(?P<text>\S.*)$", re.DOTALL)
T = TypeVar("T")


def load_case(folder: Path) -> Case:
    """The case in `folder`.

    Raises:
        CaseError: all problems of the files, or, if each file is sound, all problems of how they fit together.
    """
    if not folder.is_dir():
        raise CaseError([f"{folder}: no such folder; `caseroom cases new {folder}` writes one to start from"])
    problems: list[str] = []

    def attempt(read: Callable[[], T]) -> T | None:
        """What was read; None, and its problems noted, if it does not hold."""
        try:
            return read()
        except CaseError as error:
            problems.extend(error.problems)
            return None

    case = attempt(lambda: files.read_form(folder / "case.yaml", files.CaseForm))
    facts = attempt(lambda: files.read_form(folder / "facts.yaml", files.FactsForm))
    rubric = attempt(lambda: files.read_form(folder / "rubric.yaml", files.RubricForm))
    turns = attempt(lambda: files.read_form(folder / "turns.yaml", files.TurnsForm))
    strong = attempt(lambda: _strong(folder / "strong.md"))
    if not (case and facts and rubric and turns and strong is not None):
        raise CaseError(problems)
    points = _laid_over(_own_points(folder / "rubric.yaml", *rubric), case[0].trap)
    head = case[0]
    loaded = Case(
        id=folder.name, folder=folder, title=head.title, company=head.company, domain=head.domain, level=head.level, trap=head.trap,
        minutes=tuple(head.minutes.items()), opening=" ".join(head.opening.split()), terms=tuple(head.terms),
        facts=tuple(fact_of(form) for form in facts[0].facts), points=points, turns=tuple(_turn(form) for form in turns[0].turns),
        strong=tuple(strong), version=_digest(folder), draft=head.draft,
    )  # fmt: skip
    problems = list(_misfits(loaded, facts[1], rubric[1], turns[1]))
    if problems:
        raise CaseError(problems)
    return loaded


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in (*sorted(COMMON.glob("*.yaml")), *(folder / name for name in CASE_FILES)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def fact_of(form: files.FactForm) -> Fact:
    """The frozen fact of a form."""
    return Fact(
        id=form.id, step=form.step, topic=form.topic, entity=tuple(form.entity), attribute=tuple(form.attribute), kind=tuple(form.kind),
        say=" ".join(form.say.split()), numbers=tuple(form.numbers.items()), asking_earns=tuple(form.asking_earns),
        questions=tuple(form.questions), near_misses=tuple(form.near_misses),
    )  # fmt: skip


def _turn(form: files.TurnForm) -> MessyTurn:
    when = When(form.when.step, form.when.after_turns, form.when.point, form.when.minute)
    return MessyTurn(form.id, form.kind, when, " ".join(form.say.split()), form.topic, tuple(form.reactions))


@lru_cache(maxsize=1)
def common_rubric() -> tuple[files.PointForm, ...]:
    """The points that hold for every case, one file a step."""
    points: list[files.PointForm] = []
    for path in sorted(COMMON.glob("*.yaml")):
        form, lines = files.read_form(path, files.RubricForm)
        for number, point in enumerate(form.points):
            if not (point.step and point.name and point.weight and point.statement):
                raise CaseError([f"{path}:{lines['points', number]}: point {point.id}: needs step, name, weight and statement"])
        points += form.points
    return tuple(sorted(points, key=lambda point: point.id))


def common_points() -> tuple[Point, ...]:
    """The common rubric's points as a case has them that adds nothing of its own."""
    return _laid_over({}, trap=False)


def _own_points(path: Path, form: files.RubricForm, lines: dict[tuple[object, ...], int]) -> dict[str, files.PointForm]:
    common = {point.id for point in common_rubric()}
    problems: list[str] = []
    own: dict[str, files.PointForm] = {}
    for number, point in enumerate(form.points):
        where = f"{path}:{lines['points', number]}: point {point.id}:"
        if point.id in own:
            problems.append(f"{where} stands twice; join the two")
        if point.id not in common and not (point.step and point.name and point.weight and point.statement and point.examples):
            problems.append(f"{where} is not in the common rubric, so it needs step, name, weight, statement and examples")
        own[point.id] = point
    if problems:
        raise CaseError(problems)
    return own


def _laid_over(own: dict[str, files.PointForm], trap: bool) -> tuple[Point, ...]:
    """Common points with the case's instances over them; trap points only where the case has them or is a trap."""
    shared = {point.id: point for point in common_rubric()}
    order = {step: number for number, step in enumerate((*STEP_IDS, "communication"))}
    points = []
    for point_id in {**shared, **own}:
        base, mine = shared.get(point_id), own.get(point_id)
        if base and base.weight == "trap" and not (mine or trap):
            continue
        points.append(_point(base or own[point_id], mine))
    return tuple(sorted(points, key=lambda p: (order[p.step], p.id)))


def _point(base: files.PointForm, mine: files.PointForm | None) -> Point:
    over = mine or base
    whole = over.whole or base.whole or files.WholeForm()
    both = (over, base) if mine and mine is not base else (base,)

    def joined(part: str) -> tuple[str, ...]:
        """The case's lines, then the common ones, none twice."""
        return tuple(dict.fromkeys(line for form in both for line in getattr(form, part)))

    return Point(
        id=base.id, step=base.step or "", name=over.name or base.name or "", weight=over.weight or base.weight or "extra",
        statement=over.statement or base.statement or "", why=over.why or base.why, examples=joined("examples"),
        partial=joined("partial"), near_misses=joined("near_misses"), contradicts=joined("contradicts"),
        whole=Whole(whole.figure, tuple(whole.terms)), follow_ups=joined("follow_ups"), sets=over.sets or base.sets,
    )  # fmt: skip


def _strong(path: Path) -> list[StrongPassage]:
    passages: list[StrongPassage] = []
    problems: list[str] = []
    titles = {step.title.lower(): step.id for step in STEPS}
    step, line = "", 1
    for block in re.split(r"(\n\s*\n)", read_text(path)):
        here, line = line + len(block) - len(block.lstrip("\n")), line + block.count("\n")
        text = block.strip()
        if not text or text.startswith(("# ", "<!--")):
            continue
        if text.startswith("## "):
            step = titles.get(text[3:].strip().lower(), "")
            if not step:
                problems.append(f"{path}:{here}: heading {text[3:]!r}; write one of {', '.join(s.title for s in STEPS)}")
        elif match := _PASSAGE.match(text):
            passages.append(StrongPassage(match["point"], step, " ".join(match["text"].split())))
        else:
            problems.append(f"{path}:{here}: begin the paragraph with the point it makes, like `1.04` in backquotes")
    if problems:
        raise CaseError(problems)
    return passages


def _misfits(case: Case, facts: dict[tuple[object, ...], int], rubric: dict[tuple[object, ...], int],
             turns: dict[tuple[object, ...], int]) -> Iterator[str]:  # fmt: skip
    points = {point.id for point in case.points}
    seen: set[str] = set()
    for number, fact in enumerate(case.facts):
        where = f"{case.folder / 'facts.yaml'}:{facts['facts', number]}: fact {fact.id}:"
        if fact.id in seen:
            yield f"{where} stands twice; give one of them another id"
        seen.add(fact.id)
        if re.search(r"\d", fact.topic):
            yield f"{where} topic holds a figure; say it in neutral words, it is used to ask back"
        for point in fact.asking_earns:
            if point not in points:
                yield f"{where} asking_earns {point!r}, which is no point of this case"
        for name, value in fact.numbers:
            if not _holds_number(fact.say, value):
                yield f"{where} numbers.{name} is {value:g}, but `say` does not hold that figure"
        for line in set(fact.questions) & set(fact.near_misses):
            yield f"{where} both a question and a near-miss: {line!r}; keep it in one place"
    for number, turn in enumerate(case.turns):
        if turn.when.point and turn.when.point not in points:
            yield f"{case.folder / 'turns.yaml'}:{turns['turns', number]}: turn {turn.id}: waits for {turn.when.point!r}, no point here"
    made = {passage.point for passage in case.strong}
    for unknown in sorted(made - points):
        yield f"{case.folder / 'strong.md'}:1: makes point {unknown}, which is no point of this case"
    missing = [point.id for point in case.points if point.weight != "extra" and point.step in STEP_IDS and point.id not in made]
    if missing:
        yield f"{case.folder / 'strong.md'}:1: lacks a paragraph for {', '.join(missing)}; a strong answer makes every core point"


def _holds_number(text: str, value: float) -> bool:
    return any(abs(figure.value - value) < 1e-9 for figure in figures(text))
