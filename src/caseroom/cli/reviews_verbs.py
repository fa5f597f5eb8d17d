"""The words of `caseroom review`. Heavy imports happen inside."""

from __future__ import annotations

from typing import Annotated

import typer

EPILOG = "Example: caseroom review k3vq8mza --as ann"


def review(
    run: Annotated[str | None, typer.Argument(help="A run that waits; without one whatever waits, the oldest first.")] = None,
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Who reviews; without it the name of your account.")] = "",
    case: Annotated[str, typer.Option(metavar="CASE", help="Only outputs of this case.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print what waits as JSON, and decide nothing.")] = False,
) -> None:
    """Decide of outputs that wait for a person: a approve, m modify, r pass on, e escalate, u undo, q leave."""
    from caseroom.cli import reviews as verb

    verb.review(run or "", name, case=case, as_json=as_json)
