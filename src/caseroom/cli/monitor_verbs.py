"""The words of `caseroom monitor`. Heavy imports happen inside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EPILOG = "Example: caseroom monitor --days 14"


def monitor(
    days: Annotated[
        int | None, typer.Option(min=1, max=120, metavar="N", help="So many days (30); with --silence: for so many (7).")
    ] = None,
    acknowledge: Annotated[str | None, typer.Option("--ack", metavar="ID", help="Say that you have seen an alert.")] = None,
    silence: Annotated[str | None, typer.Option(metavar="MEASURE", help="Tell nobody of a measure for --days N.")] = None,
    reason: Annotated[str, typer.Option(metavar="WORDS", help="With --silence: why.")] = "",
    watch: Annotated[bool, typer.Option("--watch", help="Look again every few seconds until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(min=1, metavar="SECONDS", help="With --watch: how often.")] = 5.0,
    webhook: Annotated[
        str | None, typer.Option(metavar="URL", help="Post new alerts there. Nothing is sent without it, or the setting.")
    ] = None,
    log: Annotated[Path | None, typer.Option("--log", metavar="FILE", dir_okay=False, help="Write new alerts there, a line each.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print data as JSON.")] = False,
) -> None:
    """How the room itself is doing: alerts, and each measure over the days. Counted on this machine, and kept there."""
    from caseroom.cli import monitor as verb

    if acknowledge:
        verb.acknowledge(acknowledge, as_json=as_json)
    if silence:
        verb.silence(silence, days, reason, as_json=as_json)
    if watch:
        verb.repeat(days, every, webhook, log)
    elif not acknowledge and not silence:
        verb.show(days, webhook, log, as_json=as_json)
