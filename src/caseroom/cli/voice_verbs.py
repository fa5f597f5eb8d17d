"""The words of `caseroom voice` and `caseroom transcribe`, with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from caseroom.cli.options import AsJson

voice_app = typer.Typer(help="Speech on this machine: install, list and test its parts.", rich_markup_mode=None)
Recogniser = Annotated[
    str, typer.Option("--recogniser", metavar="NAME", help="base, tiny.en, another that is installed, or http://HOST/v1#MODEL.")
]
EPILOG = "Example: caseroom transcribe interview.wav -o interview.txt --case support-desk"


@voice_app.callback(invoke_without_command=True)
def voice_alone(context: typer.Context) -> None:
    """Speech on this machine: install, list and test its parts."""
    if context.invoked_subcommand is None:
        voice_list()


@voice_app.command("list", epilog="Example: caseroom voice list --json")
def voice_list(as_json: AsJson = False) -> None:
    """List recognisers, voice and microphone, and whether they are whole."""
    from caseroom.cli import voice as verb

    verb.show(as_json=as_json)


@voice_app.command("install", epilog="Example: caseroom voice install base tiny.en")
def voice_install(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="base (the default) or tiny.en.")] = None,
    source: Annotated[Path | None, typer.Option("--from", metavar="DIR", help="Copy it from a folder.")] = None,
    hub: Annotated[bool, typer.Option("--hub", help="Fetch it from the model hub; any size it has, such as small.en.")] = False,
) -> None:
    """Bring the weights of a recogniser and check their hashes."""
    from caseroom.cli import voice as verb

    verb.install(names or [], source=source, hub=hub)


@voice_app.command("remove", epilog="Example: caseroom voice remove tiny.en")
def voice_remove(name: str) -> None:
    """Delete the weights of a recogniser."""
    from caseroom.cli import voice as verb

    verb.remove(name)


@voice_app.command("test", epilog="Example: caseroom voice test")
def voice_test(name: Annotated[str, typer.Argument(help="A recogniser.")] = "", as_json: AsJson = False) -> None:
    """Say a sentence and hear it, with times."""
    from caseroom.cli import voice as verb

    verb.test(name, as_json=as_json)


def transcribe(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording: WAV; with the extra also MP3, M4A, OGG, FLAC, WebM, MP4 …")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a file, and times of words beside it.")
    ] = None,
    case: Annotated[
        str | None, typer.Option(metavar="ID", help="The case that was answered; its names are told to the recogniser.")
    ] = None,
    split: Annotated[
        bool | None, typer.Option("--two-channels/--one-channel", help="One speaker on each channel, or not; without it this is looked at.")
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Take a file that is cut short as far as it goes.")] = False,
    grade: Annotated[bool, typer.Option("--grade", help="Also grade it.")] = False,
    name: Recogniser = "",
    cases: Annotated[Path | None, typer.Option("--cases", metavar="DIR", help="A folder of case folders to add to the shelf.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a recording of a mock interview into a transcript that can be graded."""
    from caseroom.cli import voice as verb

    verb.transcribe(file, output=output, case=case, split=split, partial=partial, grade=grade, name=name, cases=cases, as_json=as_json)
