"""The words of `caseroom sessions`. Heavy imports happen inside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from caseroom.cli.options import AsJson, CasesDir, Yes

sessions_app = typer.Typer(help="List, show, export and delete your sessions.", rich_markup_mode=None)


@sessions_app.callback(invoke_without_command=True)
def sessions_alone(context: typer.Context) -> None:
    """List, show, export and delete your sessions."""
    if context.invoked_subcommand is None:
        sessions_list()


@sessions_app.command("list", epilog="Example: caseroom sessions list")
def sessions_list(as_json: AsJson = False) -> None:
    """List your sessions, the newest first."""
    from caseroom.cli import sessions as verb

    verb.list_sessions(as_json=as_json)


@sessions_app.command("show", epilog="Example: caseroom sessions show k3vq8mza")
def sessions_show(session: str, cases: CasesDir = None, as_json: AsJson = False) -> None:
    """Show a session: its transcript and, once it is over, its scorecard."""
    from caseroom.cli import sessions as verb

    verb.show(session, cases=cases, as_json=as_json)


@sessions_app.command("export", epilog="Example: caseroom sessions export k3vq8mza --format markdown -o session.md")
def sessions_export(
    session: str,
    form: Annotated[str, typer.Option("--format", help="markdown, json, text or html.")] = "markdown",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a file instead of standard output.")
    ] = None,
    cases: CasesDir = None,
) -> None:
    """Export a session as Markdown, JSON, plain text or HTML."""
    from caseroom.cli import sessions as verb

    verb.export(session, form, output, cases=cases)


@sessions_app.command("grade", epilog="Example: caseroom sessions grade k3vq8mza --second")
def sessions_grade(
    session: str,
    second: Annotated[
        bool, typer.Option("--second", help="Have the points read by the second reader, too: `caseroom models use reader NAME`.")
    ] = False,
    cases: CasesDir = None,
    as_json: AsJson = False,
) -> None:
    """Grade a session again by the judge of today; older scorecards are kept, and what moved is shown."""
    from caseroom.cli import sessions as verb

    verb.grade(session, second=second, cases=cases, as_json=as_json)


@sessions_app.command("coach", epilog="Example: caseroom sessions coach k3vq8mza")
def sessions_coach(session: str, cases: CasesDir = None, as_json: AsJson = False) -> None:
    """Have a large model write about what would lift the answer most; what nothing supports is left out: `caseroom models use coach NAME`."""
    from caseroom.cli import sessions as verb

    verb.coach(session, cases=cases, as_json=as_json)


@sessions_app.command("delete", epilog="Example: caseroom sessions delete k3vq8mza --yes")
def sessions_delete(session: str, yes: Yes = False) -> None:
    """Delete a session for good."""
    from caseroom.cli import sessions as verb

    verb.delete(session, yes=yes)
