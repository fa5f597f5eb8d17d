"""A draft as a folder of files: the case's own, a few rows to run, and DRAFT.md, which says what was in the document and what was invented."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from caseroom.app import starting
from caseroom.app.datacheck import check_folder
from caseroom.app.draft_source import Figured, origins
from caseroom.cases.load import CASE_FILES
from caseroom.cases.skeleton import strong_of
from caseroom.errors import DataError

if TYPE_CHECKING:
    from caseroom.app.drafting import Drafted

FEWEST_ROWS = 3
_HEAD = "# Drafted by {by} from {name}; not read by a person yet. docs/cases.md explains every key, DRAFT.md says what was invented.\n"
_PLAIN_TURN = {
    "id": "why-not-all-of-it", "kind": "push_back", "when": {"step": "technical", "after_turns": 2}, "topic": "letting the machine do it alone",
    "say": "Our director would rather let the machine do all of it, without a person. Why should we not?",
    "reactions": [
        "Because a wrong answer costs more than a look at it; where the drafts prove right for some weeks, I would take the person away.",
        "I would let it alone only where a rule can check the answer, and keep a person on the rest.",
        "Not before we have measured how often it is wrong, and what that costs you.",
    ],
}  # fmt: skip
"""Ours; for a draft in which no messy turn holds."""
_PLAIN_POINT = {"id": "1.04"}


def write_folder(folder: Path, made: Drafted) -> None:
    """Write all files of a draft."""
    folder.mkdir(parents=True)
    head = _HEAD.format(by=made.by, name=" ".join(made.source.name.split()))
    if not made.turns:
        made.left_out.append("turns: none holds; one of our own stands there instead")
    if not made.points:
        made.left_out.append("points: none holds; the common rubric stands alone")
    files: Mapping[str, Any] = {
        "case.yaml": made.frame, "facts.yaml": {"facts": made.facts}, "rubric.yaml": {"points": sorted(made.points, key=lambda p: str(p["id"])) or [_PLAIN_POINT]},
        "turns.yaml": {"turns": made.turns or [_PLAIN_TURN]},
    }  # fmt: skip
    for name, data in files.items():
        (folder / name).write_text(head + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=140), encoding="utf-8")
    (folder / "strong.md").write_text(strong_of({str(one["id"]): str(one["examples"][0]) for one in made.points}), encoding="utf-8")
    _data(folder / "data", made)
    (folder / "DRAFT.md").write_text(notes(made), encoding="utf-8")


def _data(folder: Path, made: Drafted) -> None:
    """Rows for the lab, if enough hold."""
    if len(made.rows) < FEWEST_ROWS:
        if made.rows:
            made.left_out.append(f"data: only {len(made.rows)} rows hold; {FEWEST_ROWS} are the fewest")
        made.rows = []
        return
    folder.mkdir()
    ours = "Written by `caseroom data import`", "Written by `caseroom cases draft`"
    (folder / "task.yaml").write_text(starting.of_texts(documents=False, judged=False).replace(*ours), encoding="utf-8")
    (folder / "economics.yaml").write_text(starting.ECONOMICS.replace(*ours), encoding="utf-8")
    rows = [{"id": f"row-{number}", **row} for number, row in enumerate(made.rows, 1)]
    (folder / "records.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    try:
        check_folder(folder)
    except DataError as error:
        shutil.rmtree(folder)
        made.rows = []
        made.left_out.append(f"data: the rows do not hold ({error.problems[0].rpartition('/')[2]})")


def figured(made: Drafted) -> list[Figured]:
    """All figures of a draft, those of facts first, the invented ones before the others."""
    found = [one for where, text in _texts(made) for one in origins(made.source, where, text)]
    return sorted(found, key=lambda one: (not one.where.startswith("fact"), not one.invented))


def _texts(made: Drafted) -> Iterator[tuple[str, str]]:
    """Every text of a draft that may hold a figure, with its place. The opening holds none."""
    for fact in made.facts:
        yield f"fact {fact['id']}", str(fact["say"])
        yield f"the questions of {fact['id']}", " ".join([*fact["questions"], *fact["near_misses"]])
    for point in made.points:
        yield f"point {point['id']}", " ".join([point["statement"], *point["examples"], *point["near_misses"]])
    for turn in made.turns:
        yield f"turn {turn['id']}", " ".join([turn["say"], *turn["reactions"]])
    for number, row in enumerate(made.rows, 1):
        yield f"row {number}", f"{row['input']} {row['reference']}"


def counted(made: Drafted) -> str:
    """How much there is."""
    many = ((len(made.facts), "fact"), (len(made.points), "point"), (len(made.turns), "messy turn"), (len(made.rows), "row"))
    return ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in many)


def as_data(made: Drafted, folder: Path) -> dict[str, Any]:
    """What was drafted, for programs."""
    figures = [
        {"figure": one.shown, "where": one.where, "in_the_document": not one.invented, "sentence": one.sentence or None}
        for one in figured(made)
    ]
    return {
        "case": folder.name, "folder": str(folder), "by": made.by, "document": made.source.name, "files": [*CASE_FILES, "DRAFT.md", *(["data/"] if made.rows else [])],
        "facts": len(made.facts), "points": len(made.points), "turns": len(made.turns), "rows": len(made.rows), "figures": figures,
        "left_out": made.left_out, "not_given_to_the_model": list(made.source.left_out), "words_not_read": made.source.unread,
        "next": [f"caseroom cases check {folder}", "read it", "remove `draft: true` from case.yaml"],
    }  # fmt: skip


def notes(made: Drafted) -> str:
    """DRAFT.md."""
    figures = figured(made)
    invented, taken = [one for one in figures if one.invented], [one for one in figures if not one.invented]
    lines = [f"# Draft: {made.frame['title']}", "", f"Drafted by {made.by} from `{made.source.name}`. No person has read it yet.", ""]
    lines += [
        f"{counted(made)}.",
        "",
    ]
    lines += ["## Figures that were invented", "", *(_shown(made, one) for one in invented), *([] if invented else ["None."]), ""]
    lines += [
        "## Figures that stand in the document",
        "",
        "The figure stands there; whether it means the same there is for you to see.",
        "",
    ]
    lines += [*(f"{_shown(made, one)}\n  > {_plain(one.sentence)}" for one in taken), *([] if taken else ["None."]), ""]
    lines += ["## Facts without a figure", "", *_without(made), ""]
    if made.left_out:
        lines += ["## Left out because it did not hold", "", *(f"- {_plain(one)}" for one in made.left_out), ""]
    if made.source.left_out:
        lines += [
            "## Sentences of the document that speak to a model",
            "",
            "It was not given them.",
            "",
            *(f"> {_plain(one)}\n" for one in made.source.left_out),
        ]
    if made.source.unread:
        lines += [f"The document is long: {made.source.unread} words at its end were not read.", ""]
    lines += [
        "## What to do next", "", f"1. `caseroom cases check` with this folder says what does not hold and what is thin.{_general(made)}",
        "2. Read every fact aloud. Do the figures agree with each other? Is a real company's secret, or a real person, in it?",
        "3. Give `asking_earns` to the facts whose question earns a point, and more questions and near-misses to each (docs/cases.md).",
        "4. Then remove `draft: true` from case.yaml, and this file.", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _shown(made: Drafted, one: Figured) -> str:
    say = next((f": {_plain(str(fact['say']))}" for fact in made.facts if one.where == f"fact {fact['id']}"), "")
    return f"- **{one.shown}** in {one.where}{say}"


def _without(made: Drafted) -> list[str]:
    with_figures = {one.where for one in figured(made)}
    plain = [f"- {fact['id']}: {_plain(str(fact['say']))}" for fact in made.facts if f"fact {fact['id']}" not in with_figures]
    return plain or ["None."]


def _general(made: Drafted) -> str:
    return " The strong answer is general wherever a point has no words of this case; write those paragraphs anew." if made.points else ""


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("<", "&lt;").replace("*", "\\*").replace("`", "\\`")
