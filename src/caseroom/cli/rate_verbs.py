"""The words of `caseroom rate`. Heavy imports happen inside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from caseroom.cli.options import AsJson, CasesDir


class CycleOrVerb(TyperGroup):
    """`caseroom rate CYCLE` is `caseroom rate on CYCLE`: what is no verb is a cycle's id."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb of these words."""
        known = not args or args[0].startswith("-") or args[0] in self.commands
        return super().resolve_command(ctx, args if known else ["on", *args])


rate_app = typer.Typer(
    cls=CycleOrVerb, rich_markup_mode=None, help="Rate outputs blind, in cycles. `caseroom rate CYCLE` begins; one key for each dimension."
)


@rate_app.callback(invoke_without_command=True)
def rate_alone(context: typer.Context) -> None:
    """Rate outputs blind, in cycles. `caseroom rate CYCLE` begins; one key for each dimension."""
    if context.invoked_subcommand is None:
        rate_list()


@rate_app.command("new", epilog="Example: caseroom rate new k3vq8mza x7pd2mqe --outputs 30 --double 0.5")
def rate_new(
    runs: Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", help="Finished runs that kept outputs.")] = None,
    outputs: Annotated[int, typer.Option(metavar="N", help="Outputs to rate, shared out between the designs.")] = 30,
    double: Annotated[float, typer.Option(metavar="SHARE", help="The share of them that two raters rate.")] = 0.5,
    simple: Annotated[bool, typer.Option("--simple", help="Also outputs of the first run's simple way.")] = False,
    case: Annotated[str | None, typer.Option(metavar="CASE", help="Rate the sample outputs of a case instead.")] = None,
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="Rate the sample outputs of a data folder instead.")] = None,
    cases: CasesDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a rating cycle: a sample of each kind and group, blind to the design."""
    from caseroom.cli import ratings as verb

    verb.new(runs or [], outputs=outputs, double=double, simple=simple, case=case, data=data, cases=cases, as_json=as_json)


@rate_app.command("list", epilog="Example: caseroom rate list")
def rate_list(as_json: AsJson = False) -> None:
    """List the cycles, the newest first."""
    from caseroom.cli import ratings as verb

    verb.list_cycles(as_json=as_json)


@rate_app.command("on", epilog="Example: caseroom rate k3vq8mza --as ann")
def rate_on(
    cycle: Annotated[str, typer.Argument(help="The cycle to rate.")],
    name: Annotated[
        str, typer.Option("--as", metavar="NAME", help="Who rates; without it a name of letters and figures that stays the same for you.")
    ] = "",
) -> None:
    """Rate: 1 to 5 for each dimension, b goes back, q leaves. Nothing is lost."""
    from caseroom.cli import ratings as verb

    verb.rate(cycle, name)


@rate_app.command("show", epilog="Example: caseroom rate show k3vq8mza")
def rate_show(cycle: str, cases: CasesDir = None, as_json: AsJson = False) -> None:
    """Show what a cycle says: means per design, agreement, where raters differ, does the metric matter."""
    from caseroom.cli import ratings as verb

    verb.show(cycle, cases=cases, as_json=as_json)


@rate_app.command("delete", epilog="Example: caseroom rate delete k3vq8mza --yes")
def rate_delete(cycle: str, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete a cycle with its ratings for good."""
    from caseroom.cli import ratings as verb

    verb.delete(cycle, yes=yes)
