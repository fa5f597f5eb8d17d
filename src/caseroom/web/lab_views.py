"""What pages and API show of runs and proposals: plain rows. Nothing is computed here."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import Any

from caseroom.app import propose, runs
from caseroom.app.bench import Bench, Progress
from caseroom.app.interviews import Room
from caseroom.app.runs import Run
from caseroom.cases.model import Case
from caseroom.errors import ProposalError
from caseroom.grading.transcript import place_words
from caseroom.lab.switches import SWITCHES, words
from caseroom.proposal.check import remarks
from caseroom.proposal.model import Bound, Proposal, get, quoted

PHASES = (("design", "The design, record by record"), ("simple", "The simple way, on the same records"), ("attacks", "The red team"),
          ("ratings", "Does the metric matter?"), ("switch", "Each part changed alone"))  # fmt: skip
_TITLES = {switch.path: switch.title for switch in SWITCHES}
_CUT = "It was cut off before it was done; what was computed is kept."


def doing(what: str) -> str:
    """What a run is doing, in words."""
    if what.startswith("switch:"):
        path, _, value = what.removeprefix("switch:").partition("=")
        return f"{_TITLES.get(path, path)} → {value}"
    known = {**dict(PHASES), "documents": "Reading the documents"}
    return known.get(what, what[:1].upper() + what[1:])


def phase(what: str) -> str:
    """The phase that it belongs to; none while it waits."""
    kind = what.partition(":")[0]
    return "design" if kind == "documents" else kind if kind in dict(PHASES) else ""


def standing(room: Room, bench: Bench, run_id: str) -> tuple[Run, Progress | None]:
    """A run and how far it is, if it is under way in this process.

    Raises:
        RunNotFound: no such run.
    """
    progress = bench.progress(run_id)  # first: a run that ends in between is told as ended
    return runs.run(room, run_id), progress


def row(run: Run, progress: Progress | None) -> dict[str, Any]:
    """A run in a list. What was under way in a process that is gone has stopped."""
    state = run.state
    if state in ("open", "running"):
        state = "running" if progress else "stopped"
    under_way = state == "running" and progress is not None
    return {
        "id": run.id, "created": run.created, "case": run.case, "title": run.title, "session": run.session, "state": state, "quick": run.quick,
        "why": run.why or (_CUT if state == "stopped" else ""),
        "progress": {"what": progress.what, "words": doing(progress.what), "done": progress.done, "total": progress.total} if under_way and progress else None,
    }  # fmt: skip


def rows(room: Room, bench: Bench) -> list[dict[str, Any]]:
    """All runs, the newest first."""
    under_way = {run.id: bench.progress(run.id) for run in runs.runs(room)}
    return [row(run, under_way.get(run.id)) for run in runs.runs(room)]


def is_of_a_case(run: Run) -> bool:
    """Whether it ran on a case of the shelf, not on a folder of one's own."""
    return not any(sign in run.case for sign in "/\\")


def verdict(room: Room, run_id: str) -> tuple[bool | None, str]:
    """Whether a run that is done reached its goal and broke no limit, and its verdict."""
    report = runs.run(room, run_id).report or {}
    return report.get("reached"), str(report.get("verdict", ""))


def proposal_text(room: Room, session_id: str) -> tuple[str, bool]:
    """A session's proposal as its file, and whether it was edited: the candidate's own comments stay.

    Raises:
        SessionNotFound: no such session.
        UsageError: the interview is still open.
    """
    return propose.text_of(room, session_id)


def sketch(case: Case, kind: str) -> str:
    """A proposal to begin with: everything off, or the one that lies beside the case."""
    if kind == "case" and has_sketch(case):
        return (case.folder / "proposal.yaml").read_text(encoding="utf-8")
    return propose.yaml_of(Proposal(case=case.id, title=case.title))


def has_sketch(case: Case) -> bool:
    """Whether a proposal lies beside the case."""
    return (case.folder / "proposal.yaml").is_file()


def checked(text: str) -> dict[str, Any]:
    """What is to be said of a proposal's text: problems with their lines, or remarks and what words set."""
    try:
        proposal = propose.from_text(text)
    except ProposalError as error:
        return {"problems": list(problems(error.problems, text)), "remarks": [], "said": []}
    return {"problems": [], "remarks": list(remarks(proposal)), "said": list(said(proposal))}


def problems(found: Iterable[str], text: str) -> Iterator[dict[str, Any]]:
    """Each problem with the number of its line and what stands there."""
    lines = text.splitlines()
    for problem in found:
        told = re.match(r"line (\d+):?\s*", problem)
        number = int(told.group(1)) if told else None
        there = lines[number - 1].strip() if number and number <= len(lines) else ""
        yield {"line": number, "words": problem[told.end() :] if told else problem, "there": there}


def said(proposal: Proposal) -> Iterator[dict[str, str]]:
    """What the candidate's words set, in the order of the sections; no value where the words themselves are kept."""
    for path, words_of in proposal.said.items():
        value = get(proposal, path)
        quote = quoted(proposal, path)
        yield {
            "path": path,
            "value": "" if value == quote else "not set" if value is None and path.startswith("roadmap.") else _value(value),
            "quote": quote,
            "where": place_words(words_of.turn) if words_of.turn else "",
        }


def _value(value: Any) -> str:
    """A value for people: a part by its fields, a list by its entries."""
    if isinstance(value, Bound):
        return f"{value.metric} {value.value:g}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return (
            ", ".join(f"{name} {_value(part)}" for name, part in parts if part not in (None, ()) and (name, part) != ("patience", 1))
            or "on"
        )
    return ", ".join(map(_value, value)) if isinstance(value, tuple) else words(value)


def switched(path: str, before: str, after: str) -> dict[str, str]:
    """A part of a design that differs between two runs, for people."""
    name = _TITLES.get(path, path.partition(".")[2].replace(".", ": ").replace("_", " "))
    return {"name": name, "a": _plain(before), "b": _plain(after)}


def _plain(value: str) -> str:
    """A value of Python's for people: "('numbers',)" is "numbers"."""
    known = {"True": "on", "False": "off", "None": "nobody", "()": "none", "[]": "none"}
    return known.get(value, ", ".join(re.sub(r"[()\[\]',]+", " ", value).split()) if value[:1] in "([" else value)
