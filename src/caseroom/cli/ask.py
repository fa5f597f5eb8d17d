"""`caseroom ask`: one question, or a file of probes with what they should unlock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.table import Table

from caseroom.app import probes
from caseroom.app.interviews import ask_once
from caseroom.cli.screen import console, print_json, progress, say, the_shelf_and_engine
from caseroom.errors import UsageError
from caseroom.interview.disclosure import Disclosure

_COLUMNS = (
    ("rows", "rows"), ("exact", "exactly right"), ("plus_another", "plus another"), ("part", "part of it"), ("asked_back", "asked back"),
    ("right_among", "… right among"), ("not_known", "“not known”"), ("unasked_or_wrong", "unasked or wrong"), ("ms_median", "ms"), ("ms_p95", "p95"),
)  # fmt: skip


def run(case: str | None, question: str | None, *, file: Path | None, explain: bool, cases: Path | None, as_json: bool) -> None:
    """The verb."""
    if file is not None:
        _file(file, case, cases, as_json)
        return
    if case is None or question is None:
        raise UsageError(
            'Write a case and a question: caseroom ask support-desk "How many tickets do you get a day?", or --file PROBES.jsonl.'
        )
    shelf, engine = the_shelf_and_engine(cases)
    loaded = shelf.case(case)
    with progress("Reading the case") as told:
        engine.prepare(loaded, told)
    disclosure, reply = ask_once(engine, loaded, question)
    data: dict[str, Any] = {"facts": list(disclosure.say), "reply": reply, "asked_back": list(disclosure.ask_back),
                            "not_known": list(disclosure.unknown), "assumed": list(disclosure.assumptions)}  # fmt: skip
    if explain:
        data["explain"] = _explained(disclosure)
    if as_json:
        print_json(data)
        return
    say(reply)
    if explain:
        _show_explained(disclosure)


def _explained(disclosure: Disclosure) -> list[dict[str, Any]]:
    return [
        {"clause": h.clause.text, "taken_for": h.clause.act, "asks_for": sorted(h.clause.asks_for), "outcome": h.outcome, "facts": list(h.facts),
         "candidates": [{"fact": fact, "probability": round(chance, 4)} for fact, chance in h.candidates], "why": h.why}
        for h in disclosure.heard
    ]  # fmt: skip


def _show_explained(disclosure: Disclosure) -> None:
    if disclosure.attack:
        say("The turn reaches for what is withheld by other means than asking; it unlocks nothing.", style="dim")
    elif disclosure.crowded:
        say("The turn asks for more than is answered at once; it is no attack.", style="dim")
    table = Table(box=None, pad_edge=False)
    for name in ("clause", "taken for", "asks for", "candidates", "outcome", "why"):
        table.add_column(name)
    for row in _explained(disclosure):
        near = "\n".join(f"{c['fact']} {c['probability']:.2f}" for c in row["candidates"])
        cells = (row["clause"], row["taken_for"], ", ".join(row["asks_for"]), near, row["outcome"].replace("_", " "), row["why"])
        table.add_row(*cells)
    console.print(table)


def _file(file: Path, case: str | None, cases: Path | None, as_json: bool) -> None:
    shelf, engine = the_shelf_and_engine(cases)
    rows = probes.read_probes(file)
    if case:
        rows = [replace(row, case=case) for row in rows if row.case == case] or [replace(row, case=case) for row in rows]
    with progress("Asking") as told:
        answered = probes.answer_all(engine, shelf, rows, told)
    counts = probes.by_kind(answered)
    if as_json:
        print_json({"rows": [_row(row) for row in answered], "kinds": {kind: count.to_dict() for kind, count in counts.items()}})
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("kind")
    for _, title in _COLUMNS:
        table.add_column(title, justify="right")
    for kind, count in counts.items():
        figures = count.to_dict()
        table.add_row(kind, *(_cell(name, figures[name]) for name, _ in _COLUMNS))
    console.print(table)


def _cell(name: str, value: float | int | None) -> str:
    if value is None:
        return "–"
    return str(value) if name in ("rows", "ms_median", "ms_p95") else f"{value:.1%}"


def _row(row: probes.Answered) -> dict[str, Any]:
    probe = row.probe
    return {"case": probe.case, "kind": probe.kind, "turn": probe.turn, "expected": list(probe.facts), "facts": list(row.said),
            "asked_back": list(row.asked_back), "not_known": row.unknown, "exact": row.exact, "unasked_or_wrong": row.unasked,
            "ms": round(row.milliseconds, 1)}  # fmt: skip
