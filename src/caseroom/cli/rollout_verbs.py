"""The words of `caseroom rollout`. Heavy imports happen inside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EPILOG = "Example: caseroom rollout support-desk proposal.yaml --seed 7 --html weeks.html"


def rollout(
    words: Annotated[list[str] | None, typer.Argument(metavar="[CASE] FILE", help="The case, and the proposal's file.")] = None,
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="Roll out on your own data folder instead of a case's.")] = None,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Draws traffic and events; the same seed gives the same weeks.")] = 7,
    weeks: Annotated[int, typer.Option(min=1, max=104, metavar="N", help="So many weeks.")] = 12,
    a_day: Annotated[float | None, typer.Option(min=0, metavar="N", help="Items on a working day, instead of the case's.")] = None,
    event: Annotated[
        list[str] | None, typer.Option(metavar="KIND@DAY", help="This event on that day, instead of drawn ones; may stand often.")
    ] = None,
    events: Annotated[bool, typer.Option("--events/--no-events", help="Plant events at all.")] = True,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write one self-contained HTML page.")] = None,
    webhook: Annotated[str | None, typer.Option(metavar="URL", help="Post the alerts there, too. Nothing is sent without it.")] = None,
    show_list: Annotated[bool, typer.Option("--list", help="List the rollouts, the newest first.")] = False,
    show: Annotated[str | None, typer.Option("--show", metavar="ID", help="Show a rollout that is done.")] = None,
    go_on: Annotated[str | None, typer.Option("--go-on", metavar="ID", help="Go on with one that was stopped or killed.")] = None,
    compare: Annotated[str | None, typer.Option("--compare", metavar="ID,ID", help="Two roadmaps on the same weeks.")] = None,
    delete: Annotated[str | None, typer.Option("--delete", metavar="ID", help="Delete a rollout for good; with --yes.")] = None,
    labels: Annotated[
        str | None, typer.Option("--labels", metavar="ID", help="What users of a rollout said, as files to tune a model on; with -o.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", metavar="FILE", help="Where --labels writes.")] = None,
    candidate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another proposal against that of --show ID, on its held-out records.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    cases: Annotated[Path | None, typer.Option("--cases", metavar="DIR", help="A folder of case folders to add to the shelf.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print data as JSON.")] = False,
) -> None:
    """Roll a proposal out over simulated weeks: phases, gates, monitors, and things that go wrong."""
    from caseroom.cli import rollout as verb

    if show_list:
        verb.list_rollouts(cases=cases, as_json=as_json)
    elif labels:
        from caseroom.cli.rollout_labels import write_labels

        write_labels(labels, output, cases=cases, as_json=as_json)
    elif candidate:
        from caseroom.cli.rollout_labels import compare_candidate

        compare_candidate(show, candidate, cases=cases, as_json=as_json)
    elif show:
        verb.show_rollout(show, html=html, cases=cases, as_json=as_json)
    elif compare:
        verb.compare(compare, cases=cases, as_json=as_json)
    elif delete:
        verb.delete(delete, yes=yes)
    elif go_on:
        verb.go_on(go_on, html=html, webhook=webhook, cases=cases, as_json=as_json)
    else:
        asked = verb.Asked(seed, weeks, a_day, tuple(event or ()), events)
        verb.execute(words or [], asked, data=data, html=html, webhook=webhook, cases=cases, as_json=as_json)
