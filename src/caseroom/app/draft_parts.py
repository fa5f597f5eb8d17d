"""A model's answers as parts of a case: each held against the strict forms and against the draft so far. Mends only what code can know; asks nobody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from caseroom.app.draft_source import numbers
from caseroom.cases.files import CaseForm, FactForm, PointForm, TurnForm
from caseroom.forms import Form, advice
from caseroom.language.text import STOP, sentences, stems, words
from caseroom.numerals import figures
from caseroom.steps import STEP_IDS

Part = dict[str, Any]
"""A part as it is written to a file."""
Held = tuple[list[Part], list[str]]
"""What holds, and what is wrong with the rest."""
F = TypeVar("F", bound=Form)
MINUTES = {"ground": 6, "assess": 5, "technical": 12, "hallucinations": 8, "evaluation": 8, "roadmap": 6}
_ODD = re.compile(
    r"https?:|www\.|<[a-z/!]|```|\*\*|\\n|[{}|]|\b(?:json|schema|as an ai|language model|document says|the document)\b", re.IGNORECASE
)
_END = re.compile(r"[.?!][\"')\]”’]*$")
_SAME, _LEAST, _OF_ITS_POINT = 0.75, 12, 0.2
_OPENING = "We are {company}, and the way we work today does not keep up with what comes in. The board wants to see AI used for it. How would you approach that?"


def brief(data: Any, *, last: bool = False) -> Held:
    """The frame of the case. The `last` time an opening is mended: sentences with a figure go, and where too little is left, ours stands there."""
    row = data if isinstance(data, Mapping) else {}
    opening = " ".join(str(row.get("opening", "")).split())
    if last:
        whole = [piece.text for piece in sentences(opening) if _END.search(piece.text)]
        opening = " ".join(text for text in whole if not figures(text) and not _ODD.search(text))
        opening = opening if len(words(opening)) >= _LEAST else _OPENING.format(company=_line(row.get("company")))
    part: Part = {
        "format": 1, "draft": True, "title": _line(row.get("title")), "company": _line(row.get("company")), "domain": _line(row.get("domain")).lower(), "level": row.get("level"),
        "minutes": MINUTES, "opening": opening, "terms": [line for line in _lines(row.get("terms")) if not figures(line) and len(words(line)) <= 3],
    }  # fmt: skip
    problems = [*_odd("the frame", [part["title"], part["company"], opening]), *_form("the frame", CaseForm, part)]
    if figures(opening):
        problems.append("opening: holds a figure; say it without any, the candidate has to ask")
    if opening and not _END.search(opening):
        problems.append("opening: breaks off; end it with a whole sentence")
    if len(words(opening)) < _LEAST:
        problems.append("opening: is too short; two to four sentences")
    if opening and "?" not in opening[-3:]:
        part["opening"] = f"{opening} How would you approach that?"
    return ([], problems) if problems else ([part], [])


def facts(data: Any, step: str, before: Sequence[Part], opening: str) -> Held:
    """Facts; `before` are those that are there already."""
    kept, problems = list[Part](), list[str]()
    for number, row in enumerate(_rows(data, "facts"), 1):
        part = _fact(row, step, {str(one["id"]) for one in (*before, *kept)})
        name = f"fact {number} ({part['topic'] or 'without a topic'})"
        wrong = [*_form(name, FactForm, part), *_odd(name, [part["say"], part["topic"], *part["questions"], *part["near_misses"]])]
        wrong += _fact_wrong(name, part, [*before, *kept], opening)
        if wrong:
            problems += wrong
        else:
            kept.append(part)
    return kept, problems


def _fact(row: Mapping[str, Any], step: str, taken: set[str]) -> Part:
    say, topic = " ".join(str(row.get("say", "")).split()), _line(row.get("topic")).rstrip(".?")
    given = {value for value, _ in numbers(say)}
    questions = _unlike([_asked(line) for line in _lines(row.get("questions")) if not given & {value for value, _ in numbers(line)}], [])
    misses = _unlike([_asked(line) for line in _lines(row.get("near_misses"))], questions)
    name = _slug(topic, taken)
    keys = [name.replace("-", "_") + (f"_{n}" if n > 1 else "") for n in range(1, 10)]
    return {
        "id": name, "step": step, "topic": topic, "entity": _lines(row.get("entity")), "attribute": _lines(row.get("attribute")), "kind": [row.get("kind")], "say": say,
        "numbers": dict(zip(keys, dict.fromkeys(figure.value for figure in figures(say)), strict=False)), "asking_earns": [], "questions": questions, "near_misses": misses,
    }  # fmt: skip


def _fact_wrong(name: str, part: Part, others: Iterable[Part], opening: str) -> list[str]:
    wrong = []
    if re.search(r"\d", part["topic"]):
        wrong.append(f"{name}: topic holds a figure; say it in neutral words")
    if not _END.search(part["say"]):
        wrong.append(f"{name}: say breaks off; end it with a whole sentence")
    if not 4 <= len(words(part["say"])) <= 60:
        wrong.append(f"{name}: say has {len(words(part['say']))} words; one or two spoken sentences are wanted")
    twin = next((one for one in others if _alike(part["say"], one["say"]) or one["topic"].lower() == part["topic"].lower()), None)
    if twin is not None:
        wrong.append(f"{name}: says what {twin['topic']!r} says already; give another fact")
    if _alike(part["say"], opening):
        wrong.append(f"{name}: says only what the opening says; give another fact")
    return wrong


def points(data: Any, common: Sequence[PointForm]) -> Held:
    """Points over the common rubric's."""
    kept, problems, ids = list[Part](), list[str](), {point.id for point in common}
    for row in _rows(data, "points"):
        name = f"point {row.get('id')}"
        examples = [line for line in _lines(row.get("examples")) if len(words(line)) >= 6]
        misses = [line for line in _lines(row.get("near_misses")) if line not in examples]
        part: Part = {"id": row.get("id"), "statement": _line(row.get("statement")), "examples": examples, "near_misses": misses}
        wrong = [*_form(name, PointForm, part), *_odd(name, [part["statement"], *examples, *misses])]
        if part["id"] not in ids or part["id"] in {one["id"] for one in kept}:
            wrong.append(f"{name}: is none of {', '.join(sorted(ids))}, or stands twice")
        base = next((point.statement or "" for point in common if point.id == part["id"]), "")
        wanted = set(stems(base))
        if wanted and len(wanted & set(stems(part["statement"]))) < _OF_ITS_POINT * len(wanted):
            wrong.append(f"{name}: demands something else than {base!r}")
        if not examples:
            wrong.append(f"{name}: has no example of six words or more")
        problems += wrong
        kept += [] if wrong else [part]
    return kept, problems


def turns(data: Any) -> Held:
    """Messy turns."""
    kept, problems = list[Part](), list[str]()
    for number, row in enumerate(_rows(data, "turns"), 1):
        topic, step = _line(row.get("topic")), row.get("step")
        name = f"turn {number} ({topic})"
        part: Part = {
            "id": _slug(topic, {one["id"] for one in kept}), "kind": row.get("kind"), "when": {"step": step, "after_turns": 2}, "say": " ".join(str(row.get("say", "")).split()), "topic": topic,
            "reactions": [line for line in _lines(row.get("reactions")) if len(words(line)) >= 4],
        }  # fmt: skip
        wrong = [*_form(name, TurnForm, part), *_odd(name, [part["say"], topic, *part["reactions"]])]
        if any(_alike(part["say"], one["say"]) for one in kept):
            wrong.append(f"{name}: says what another turn says")
        if step in {one["when"]["step"] for one in kept}:
            part["when"]["after_turns"] = 4
        problems += wrong
        kept += [] if wrong else [part]
    return kept, problems


def rows(data: Any) -> Held:
    """Items of the work."""
    kept, problems = list[Part](), list[str]()
    for number, row in enumerate(_rows(data, "rows"), 1):
        text, reference = (" ".join(str(row.get(name, "")).split()) for name in ("input", "reference"))
        wrong = _odd(f"row {number}", [text, reference])
        if len(words(text)) < 6 or not words(reference):
            wrong.append(f"row {number}: is too short")
        if any(_alike(text, one["input"]) for one in kept):
            wrong.append(f"row {number}: is another row once more")
        problems += wrong
        kept += [] if wrong else [{"input": text, "reference": reference}]
    return kept, problems


def _rows(data: Any, name: str) -> list[Mapping[str, Any]]:
    found = data.get(name) if isinstance(data, Mapping) else None
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def _line(text: Any) -> str:
    return " ".join(str(text or "").split())


def _lines(texts: Any) -> list[str]:
    """Lines without blanks, each once."""
    lines = [_line(text) for text in texts] if isinstance(texts, list) else []
    return list({line.lower(): line for line in lines if line}.values())


def _asked(line: str) -> str:
    """A question as a candidate asks it: `you`, not `we`."""
    return re.sub(r"\b(we|our|us)\b", lambda m: {"we": "you", "our": "your", "us": "you"}[m[0].lower()], line, flags=re.IGNORECASE)


def _unlike(lines: Sequence[str], others: Sequence[str]) -> list[str]:
    """Lines that are neither alike nor like the others; a small model says one thing many times."""
    kept: list[str] = []
    for line in lines:
        kept += [] if any(_alike(line, one) or line.lower() == one.lower() for one in (*others, *kept)) else [line]
    return kept


def _slug(text: str, taken: set[str]) -> str:
    found = [word for word in re.findall(r"[a-z]+", text.lower()) if word not in STOP][:4] or ["one"]
    name = "-".join(found)
    return next(one for one in (name, *(f"{name}-{n}" for n in range(2, 99))) if one not in taken)


def _alike(one: str, other: str) -> bool:
    mine, theirs = set(stems(one)), set(stems(other))
    return bool(mine) and len(mine & theirs) >= _SAME * len(mine | theirs)


def _odd(name: str, texts: Sequence[str]) -> list[str]:
    found = next((match for text in texts if (match := _ODD.search(text))), None)
    return [f"{name}: holds {found[0]!r}; plain words only"] if found else []


def _form(name: str, form: type[F], part: Part) -> list[str]:
    try:
        form.model_validate(part)
    except ValidationError as error:
        return [f"{name}: {'.'.join(map(str, e['loc']))}: {advice(dict(e), {})}" for e in error.errors()]
    return []


Check = Callable[[Any], Held]
STEPS_OF_FACTS: Mapping[str, int] = dict(zip(STEP_IDS, (5, 2, 4, 3, 2, 2), strict=True))
"""How 18 facts lie over the steps."""
