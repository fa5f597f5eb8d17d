"""`caseroom cases`: list, show, check, new. `draft` is in drafts.py."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from caseroom.app.proof import Proof, prove
from caseroom.cases.load import load_case
from caseroom.cases.skeleton import write_skeleton
from caseroom.cli.screen import console, errors, print_json, progress, say, the_shelf, the_shelf_and_engine
from caseroom.errors import CaseError
from caseroom.steps import BY_ID


def list_cases(*, cases: Path | None, as_json: bool) -> None:
    """`caseroom cases list`. Whether a case is a trap is not given away."""
    shelf = the_shelf(cases)
    found, broken = shelf.all()
    rows = [
        {
            "id": c.id,
            "title": c.title,
            "domain": c.domain,
            "level": c.level,
            "minutes": c.total_minutes(),
            "folder": str(c.folder),
            "draft": c.draft,
        }
        for c in found
    ]
    if as_json:
        print_json(rows)
    else:
        table = Table(box=None, pad_edge=False)
        for name in ("id", "title", "domain", "level", "minutes"):
            table.add_column(name)
        for row in rows:
            table.add_row(
                *(
                    str(row[name]) if name != "minutes" else f"{row['minutes']:.0f}"
                    for name in ("id", "title", "domain", "level", "minutes")
                )
            )
        console.print(table)
        if drafts := [row["id"] for row in rows if row["draft"]]:
            say(f"Draft, not read by a person yet: {', '.join(map(str, drafts))}", style="yellow")
    for error in broken:
        errors.print(f"Does not hold, `caseroom cases check` says more: {error.problems[0]}", style="yellow")


def show(case: str, *, cases: Path | None, as_json: bool) -> None:
    """`caseroom cases show`: the brief."""
    loaded = the_shelf(cases).case(case)
    if as_json:
        print_json({"id": loaded.id, "title": loaded.title, "company": loaded.company, "domain": loaded.domain, "level": loaded.level,
                    "minutes": dict(loaded.minutes), "opening": loaded.opening, "version": loaded.version, "facts": len(loaded.facts), "draft": loaded.draft})  # fmt: skip
        return
    say(f"{loaded.title}  ({loaded.company})", style="bold")
    say(f"{loaded.domain}, {loaded.level}, " + " · ".join(f"{BY_ID[s].title} {m:g}" for s, m in loaded.minutes), style="dim")
    if loaded.draft:
        say("A draft, not read by a person yet: figures in it may be invented. DRAFT.md in its folder says which.", style="yellow")
    say(f"\n{loaded.opening}\n")
    say(f"{len(loaded.facts)} facts are withheld until asked. `caseroom practice {loaded.id}` starts.", style="dim")


def check(names: list[str], *, lines: bool, cases: Path | None, as_json: bool) -> None:
    """`caseroom cases check`; exit code 3 if a case is not whole."""
    shelf, engine = the_shelf_and_engine(cases)
    folders = [Path(name) if Path(name).is_dir() else shelf.folder(name) for name in names] or [shelf.folder(i) for i in shelf.ids()]
    proofs: list[Proof] = []
    for folder in folders:
        try:
            with progress(f"Checking {folder.name}") as told:
                proofs.append(prove(engine, load_case(folder.resolve()), told))
        except CaseError as error:
            proofs.append(Proof(folder.name, problems=error.problems))
    if as_json:
        print_json(
            [
                {"case": p.case, "whole": p.whole, "shares": p.shares, "problems": p.problems, "thin": p.thin, "lines": p.lines}
                for p in proofs
            ]
        )
    else:
        for proof in proofs:
            _show(proof, lines)
    if not all(proof.whole for proof in proofs):
        raise CaseError([f"Not whole: {', '.join(p.case for p in proofs if not p.whole)}."])


def _show(proof: Proof, lines: bool) -> None:
    say(f"{proof.case}: {'whole' if proof.whole else 'not whole'}", style="bold green" if proof.whole else "bold red")
    for name, share in proof.shares.items():
        say(f"  {share:6.1%}  {name}")
    for problem in proof.problems:
        say(f"  {problem}", style="red")
    for words in proof.thin:
        say(f"  thin: {words}", style="yellow")
    if proof.lines and lines:
        for line in proof.lines:
            say(f"  {line}", style="dim")
    elif proof.lines:
        say(f"  {len(proof.lines)} single lines do not do what they should; --lines names them", style="dim")


def new(folder: Path) -> None:
    """`caseroom cases new`."""
    for path in write_skeleton(folder):
        say(f"Wrote {path}")
    say(f"\nRead the comments, make it yours, and run `caseroom cases check {folder}`.", style="dim")
