"""The words of `caseroom cases draft`. Heavy imports happen inside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EPILOG = "Example: caseroom cases draft advert.pdf --id my-case"


def draft(
    document: Annotated[Path, typer.Argument(metavar="DOCUMENT", help="A job advert, company page or brief: text, Markdown, HTML, PDF or DOCX.")],
    case_id: Annotated[str, typer.Option("--id", metavar="ID", help="The id of the case: lower-case words joined by hyphens.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="DIR", help="The folder of case folders to put it into; without it your own cases.")] = None,
    model: Annotated[str, typer.Option(metavar="NAME", help="A model of `caseroom models list`; without it the one that is used for drafts.")] = "",
    facts: Annotated[int, typer.Option(min=1, max=40, help="How many facts.")] = 18,
    points: Annotated[int, typer.Option(min=0, max=49, help="How many points of the rubric in the case's own words.")] = 12,
    rows: Annotated[int, typer.Option(min=0, max=20, help="How many items of work to run designs on.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="Print data as JSON.")] = False,
) -> None:  # fmt: skip
    """Have a large model draft a case from a document. It is a draft: each invented figure is named, and a person reads it before use."""
    from caseroom.cli import drafts as verb

    verb.draft(document, case_id, output, model, (facts, points, rows), as_json=as_json)
