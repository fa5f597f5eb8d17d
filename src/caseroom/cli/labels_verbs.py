"""The verbs of `caseroom labels` and their options. Imports nothing heavy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from caseroom.cli.options import CasesDir

labels_app = typer.Typer(help="Export what people decided, and re-fit the judge from it.", rich_markup_mode=None, no_args_is_help=True)


@labels_app.command("export", epilog="Example: caseroom labels export -o labels.jsonl --transcripts")
def labels_export(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a file instead of standard output.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="disputes, marks, reviews or ratings only.")] = None,
    transcripts: Annotated[
        bool,
        typer.Option("--transcripts", help="Also write what was said in the interviews, so that the judge can be re-fitted elsewhere."),
    ] = False,
    cases: CasesDir = None,
) -> None:
    """Write all decisions of people as JSON Lines: who, when, on what, what the machine had said, what the person said."""
    from caseroom.cli import labels as verb

    verb.export(output, kind=kind, transcripts=transcripts, cases=cases)


@labels_app.command("refit", epilog="Example: caseroom labels refit labels.jsonl --out judge.json")
def labels_refit(
    labels: Annotated[Path, typer.Argument(metavar="LABELS.jsonl", help="What `caseroom labels export` wrote.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the judge; the comparison is kept beside it.")] = Path(
        "judge.json"
    ),
    gold: Annotated[Path | None, typer.Option(metavar="DIR", help="The gold interviews; evals/gold of the source without it.")] = None,
    cases: CasesDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print data as JSON.")] = False,
) -> None:
    """Re-fit the judge's thresholds from labels of points; refused where it agrees less with people, or gives more false credit."""
    from caseroom.cli import labels as verb

    verb.refit(labels, out, gold=gold, cases=cases, as_json=as_json)
