"""`caseroom share` and `caseroom peers`: the verbs and their options. Heavy imports happen inside them."""

from __future__ import annotations

from typing import Annotated

import typer

from caseroom.cli.options import AsJson

peers_app = typer.Typer(help="Show what peers marked of a session.", rich_markup_mode=None)


def share(
    session: Annotated[str | None, typer.Argument(help="The session to show.")] = None,
    days: Annotated[int, typer.Option(metavar="N", help="How long the link holds.")] = 14,
    mask: Annotated[bool, typer.Option("--mask", help="Hide e-mail addresses, phone, card and account numbers, and names.")] = False,
    name: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A name to hide, with all that --mask hides; may be said again.")
    ] = None,
    board: Annotated[bool, typer.Option(help="Show the reasons on the sketch board.")] = True,
    notes: Annotated[bool, typer.Option(help="Show the scratch pad.")] = True,
    reviewer: Annotated[bool, typer.Option("--reviewer", help="For a reviewer, who decides what was disputed, instead of a peer.")] = False,
    host: Annotated[bool, typer.Option("--host", help="For a host, who holds the open interview in place of the machine.")] = False,
    revoke: Annotated[str | None, typer.Option(metavar="ID", help="Let a link hold no more.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a link by which somebody gives feedback on a session; or revoke one."""
    from caseroom.cli import peers as verb

    role = verb.role_of(reviewer=reviewer, host=host)
    verb.share(session, role, days=days, mask=mask, names=name or [], board=board, notes=notes, revoke=revoke, as_json=as_json)


@peers_app.command("show", epilog="Example: caseroom peers show k3vq8mza")
def peers_show(session: str, as_json: AsJson = False) -> None:
    """Show the links of a session, who marked with them, and self, peers and machine side by side."""
    from caseroom.cli import peers as verb

    verb.show(session, as_json=as_json)


@peers_app.callback()
def peers_alone() -> None:
    """Show what peers marked of a session."""
