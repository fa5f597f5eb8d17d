"""The verbs and their options; errors become one message and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from caseroom.cli.draft_verbs import EPILOG as DRAFT_EXAMPLE
from caseroom.cli.draft_verbs import draft
from caseroom.cli.labels_verbs import labels_app
from caseroom.cli.models_verbs import models_app
from caseroom.cli.monitor_verbs import EPILOG as MONITOR_EXAMPLE
from caseroom.cli.monitor_verbs import monitor
from caseroom.cli.options import AsJson, CasesDir, Yes
from caseroom.cli.peers_verbs import peers_app, share
from caseroom.cli.rate_verbs import rate_app
from caseroom.cli.reviews_verbs import EPILOG as REVIEW_EXAMPLE
from caseroom.cli.reviews_verbs import review
from caseroom.cli.rollout_verbs import EPILOG as ROLLOUT_EXAMPLE
from caseroom.cli.rollout_verbs import rollout
from caseroom.cli.sessions_verbs import sessions_app
from caseroom.cli.voice_verbs import EPILOG as TRANSCRIBE_EXAMPLE
from caseroom.cli.voice_verbs import transcribe, voice_app
from caseroom.errors import CaseroomError

app = typer.Typer(
    name="caseroom", no_args_is_help=False, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A practice room for GenAI case-study interviews whose answers run. Alone, `caseroom` opens the room.",
)  # fmt: skip
app.command("review", epilog=REVIEW_EXAMPLE)(review)
app.command("monitor", epilog=MONITOR_EXAMPLE)(monitor)
app.command("rollout", epilog=ROLLOUT_EXAMPLE)(rollout)
cases_app = typer.Typer(help="List, show, check and write cases.", rich_markup_mode=None)
runs_app = typer.Typer(help="List, show, compare and go on with runs of the lab.", rich_markup_mode=None)
data_app = typer.Typer(help="Make and check folders of your own data.", rich_markup_mode=None)
for verbs, called in (
    (cases_app, "cases"), (sessions_app, "sessions"), (runs_app, "runs"), (data_app, "data"), (rate_app, "rate"), (labels_app, "labels"),
    (peers_app, "peers"), (voice_app, "voice"), (models_app, "models"),
):  # fmt: skip
    app.add_typer(verbs, name=called)
app.command("transcribe", epilog=TRANSCRIBE_EXAMPLE)(transcribe)
cases_app.command("draft", epilog=DRAFT_EXAMPLE)(draft)
app.command("share", epilog="Example: caseroom share k3vq8mza --mask --days 7")(share)

Html = Annotated[Path | None, typer.Option(metavar="FILE", help="Also write one self-contained HTML page.")]


@app.callback(invoke_without_command=True)
def room(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Open the room: choose a case and start."""
    if version:
        from caseroom import __version__

        typer.echo(f"caseroom {__version__}")
    elif context.invoked_subcommand is None:
        from caseroom.cli.practice import open_the_room

        open_the_room()


@app.command(epilog="Example: caseroom practice support-desk")
def practice(
    case: Annotated[str | None, typer.Argument(help="A case (with --resume: a session). Without one you choose from the shelf.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the newest open session, or with the one named.")] = False,
    script: Annotated[Path | None, typer.Option(metavar="FILE", help="Play a file of turns, a blank line between them.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the scorecard as a printable HTML file.")] = None,
    voice: Annotated[bool, typer.Option("--voice", help="Speak: by microphone and loudspeaker (docs/voice.md).")] = False,
    hands_free: Annotated[bool, typer.Option("--hands-free", help="With --voice: no key; a turn ends when you are silent.")] = False,
    keep_audio: Annotated[bool, typer.Option("--keep-audio", help="With --voice: keep the recording of each turn.")] = False,
    recogniser: Annotated[str, typer.Option(metavar="NAME", help="With --voice: base, tiny.en, or http://HOST/v1#MODEL.")] = "",
    cases: CasesDir = None,
    as_json: AsJson = False,
) -> None:
    """Hold a mock interview and get its scorecard."""
    from caseroom.cli import practice as verb

    wishes = verb.wishes(hands_free, keep_audio, recogniser) if voice else None
    verb.run(case, resume=resume, script=script, html=html, cases=cases, as_json=as_json, spoken=wishes)


@app.command(epilog="Example: caseroom grade resume-screening interview.txt --html scorecard.html")
def grade(
    case: Annotated[str, typer.Argument(help="The case that was answered.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="INTERVIEWER: / CANDIDATE: turns, or one plain answer; - reads standard input.")
    ],
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write a printable HTML file.")] = None,
    cases: CasesDir = None,
    as_json: AsJson = False,
) -> None:
    """Grade a transcript file."""
    from caseroom.cli import grade as verb

    verb.run(case, file, html=html, cases=cases, as_json=as_json)


@app.command(epilog='Example: caseroom ask support-desk "How long does an agent spend on a ticket?"')
def ask(
    case: Annotated[str | None, typer.Argument(help="The case to ask.")] = None,
    question: Annotated[str | None, typer.Argument(help="What the candidate says.")] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="PROBES.jsonl", help="Ask each row of a file and compare with what it expects.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show clauses, candidates and why.")] = False,
    cases: CasesDir = None,
    as_json: AsJson = False,
) -> None:
    """Ask the interviewer one thing, outside of an interview."""
    from caseroom.cli import ask as verb

    verb.run(case, question, file=file, explain=explain, cases=cases, as_json=as_json)


@app.command(epilog="Example: caseroom propose k3vq8mza -o proposal.yaml")
def propose(
    session: Annotated[str | None, typer.Argument(help="A finished session.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a file instead of standard output.")
    ] = None,
    empty: Annotated[str | None, typer.Option(metavar="CASE", help="A proposal with everything off, to fill in yourself.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Drop your edits and derive it from the interview again.")] = False,
    show_schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of the file.")] = False,
    cases: CasesDir = None,
    as_json: AsJson = False,
) -> None:
    """Make the proposal of a session: six sections, each field with the words that set it."""
    from caseroom.cli import lab as verb

    verb.make_proposal(session, output, empty=empty, again=again, show_schema=show_schema, cases=cases, as_json=as_json)


@app.command(epilog="Example: caseroom run support-desk proposal.yaml --html report.html")
def run(
    words: Annotated[list[str], typer.Argument(metavar="[CASE] FILE", help="The case, and the proposal's file.")],
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="Run on your own data folder instead of a case's.")] = None,
    html: Html = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Also write the report as JSON.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Do not change the parts one at a time.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="The first N records only.")] = None,
    review: Annotated[bool, typer.Option("--review", help="Flagged outputs wait for people (`caseroom review`).")] = False,
    keep: Annotated[int, typer.Option(min=0, metavar="N", help="Keep N outputs of each kind and group, to be rated.")] = 0,
    cases: CasesDir = None,
    as_json: AsJson = False,
) -> None:
    """Run a proposal: on the case's data, beside the simple way, attacked and measured."""
    from caseroom.cli import lab as verb

    verb.execute(
        words, data=data, html=html, output=output, quick=quick, limit=limit, review=review, keep=keep, cases=cases, as_json=as_json
    )


@app.command(epilog="Example: caseroom serve --port 8080 --no-browser")
def serve(
    host: Annotated[str, typer.Option(help="Where to listen; other machines can only come in if this is not 127.0.0.1.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8427,
    name: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Another host name under which it may be opened.")] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    links_only: Annotated[bool, typer.Option("--links-only", help="Other machines see the pages of share links alone.")] = False,
    cases: CasesDir = None,
) -> None:
    """Open the room in the browser."""
    from caseroom.cli import serve as verb

    verb.run(host, port, names=name or [], browser=browser, links_only=links_only, cases=cases)


@app.command(epilog="Example: caseroom doctor")
def doctor(cases: CasesDir = None, as_json: AsJson = False) -> None:
    """Check that everything the room needs is in place."""
    from caseroom.cli import doctor as verb

    verb.run(cases=cases, as_json=as_json)


@cases_app.callback(invoke_without_command=True)
def cases_alone(context: typer.Context) -> None:
    """List, show, check and write cases."""
    if context.invoked_subcommand is None:
        cases_list()


@cases_app.command("list", epilog="Example: caseroom cases list --json")
def cases_list(cases: CasesDir = None, as_json: AsJson = False) -> None:
    """List the shelf."""
    from caseroom.cli import cases as verb

    verb.list_cases(cases=cases, as_json=as_json)


@cases_app.command("show", epilog="Example: caseroom cases show support-desk")
def cases_show(case: str, cases: CasesDir = None, as_json: AsJson = False) -> None:
    """Show a case's brief (nothing that is withheld)."""
    from caseroom.cli import cases as verb

    verb.show(case, cases=cases, as_json=as_json)


@cases_app.command("check", epilog="Example: caseroom cases check my-cases/my-case")
def cases_check(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[CASE|DIR]...", help="Cases or case folders; all of the shelf if none.")
    ] = None,
    lines: Annotated[bool, typer.Option("--lines", help="Also name each single line that does not do what it should.")] = False,
    cases: CasesDir = None,
    as_json: AsJson = False,
) -> None:
    """Prove cases whole: files, figures, each fact reachable, each point earned."""
    from caseroom.cli import cases as verb

    verb.check(names or [], lines=lines, cases=cases, as_json=as_json)


@cases_app.command("new", epilog="Example: caseroom cases new my-cases/my-case")
def cases_new(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write; its name becomes the case's id.")]) -> None:
    """Write a commented skeleton of a case that is whole."""
    from caseroom.cli import cases as verb

    verb.new(folder)


@runs_app.callback(invoke_without_command=True)
def runs_alone(context: typer.Context) -> None:
    """List, show, compare and go on with runs of the lab."""
    if context.invoked_subcommand is None:
        runs_list()


@runs_app.command("list", epilog="Example: caseroom runs list")
def runs_list(cases: CasesDir = None, as_json: AsJson = False) -> None:
    """List the runs, the newest first."""
    from caseroom.cli import lab as verb

    verb.list_runs(cases=cases, as_json=as_json)


@runs_app.command("show", epilog="Example: caseroom runs show k3vq8mza --html report.html")
def runs_show(run: str, html: Html = None, cases: CasesDir = None, as_json: AsJson = False) -> None:
    """Show the report of a run."""
    from caseroom.cli import lab as verb

    verb.show_run(run, html=html, cases=cases, as_json=as_json)


@runs_app.command("go-on", epilog="Example: caseroom runs go-on k3vq8mza")
def runs_go_on(
    run: str, html: Html = None, cases: CasesDir = None, as_json: AsJson = False,
    force: Annotated[bool, typer.Option("--force", help="Do not wait: reviewers are simulated, and what a provider left unanswered counts as failed.")] = False,
) -> None:  # fmt: skip
    """Go on with a run that was stopped or killed, or that waited for reviewers or a provider; nothing is computed twice."""
    from caseroom.cli import lab as verb

    verb.go_on(run, html=html, force=force, cases=cases, as_json=as_json)


@runs_app.command("compare", epilog="Example: caseroom runs compare k3vq8mza x7pd2mqe")
def runs_compare(a: str, b: str, cases: CasesDir = None, as_json: AsJson = False) -> None:
    """Compare two runs on the same data."""
    from caseroom.cli import lab as verb

    verb.compare(a, b, cases=cases, as_json=as_json)


@runs_app.command("delete", epilog="Example: caseroom runs delete k3vq8mza --yes")
def runs_delete(run: str, yes: Yes = False) -> None:
    """Delete a run for good."""
    from caseroom.cli import lab as verb

    verb.delete(run, yes=yes)


@data_app.command("import", epilog="Example: caseroom data import documents handbook/ my-data --questions questions.csv")
def data_import(
    kind: Annotated[str, typer.Argument(help="documents, pairs or fields.")],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The folder or file to read.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The data folder to write.")],
    questions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With documents: a CSV or JSON Lines file of questions and answers.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the folder if it is there.")] = False,
) -> None:
    """Make a data folder of your own material."""
    from caseroom.cli import lab as verb

    verb.import_data(kind, path, folder, questions=questions, force=force)


@data_app.command("check", epilog="Example: caseroom data check my-data")
def data_check(folder: Annotated[Path, typer.Argument(metavar="DIR")], as_json: AsJson = False) -> None:
    """Prove a data folder whole."""
    from caseroom.cli import lab as verb

    verb.check_data(folder, as_json=as_json)


def main() -> None:
    """Run the command line; errors of the tree, Ctrl-C and a closed pipe end it with a message and a code."""
    sys.exit(_run())


def _run() -> int:
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except CaseroomError as error:
        return _told(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _told("Stopped.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads any more; do not complain about it at exit
        return 141
    except OSError as error:
        return _told(f"{error.filename or 'The system'}: {error.strerror or error}.", 1)
    except Exception as error:
        show, exit_code = getattr(error, "show", None), getattr(error, "exit_code", None)  # typer's usage errors have no public class
        if show is None or exit_code is None:
            raise
        show()
        return int(exit_code)
    return code if isinstance(code, int) else 0


def _told(message: str, code: int) -> int:
    typer.echo(message, err=True)
    return code
