"""The words of `caseroom models`. Heavy imports happen inside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from caseroom.cli.options import AsJson, Yes

Name = Annotated[str, typer.Argument(help="A model as `caseroom models list` names it.")]
Purposes = Annotated[
    list[str] | None, typer.Option("--for", metavar="PURPOSE", help="interviewer, reader, coach, draft or lab; may stand more than once.")
]
models_app = typer.Typer(rich_markup_mode=None, help="Large models: set up, use, try, agree to, and what they cost. None is needed.")


@models_app.callback(invoke_without_command=True)
def models_alone(context: typer.Context) -> None:
    """Large models: set up, use, try, agree to, and what they cost. None is needed."""
    if context.invoked_subcommand is None:
        models_list()


@models_app.command("list", epilog="Example: caseroom models list --json")
def models_list(as_json: AsJson = False) -> None:
    """List the models: where each sends text, whether its key is there, its price, what it is used for, what was agreed."""
    from caseroom.cli import models as verb

    verb.list_models(as_json=as_json)


@models_app.command(
    "add",
    epilog="Example: caseroom models add house --kind openai-compatible --url http://127.0.0.1:11434/v1 --model qwen2.5:7b --for interviewer",
)
def models_add(
    name: Annotated[str, typer.Argument(help="Your name for it, in small letters.")],
    kind: Annotated[str, typer.Option(help="openai-compatible (Ollama, vLLM, LM Studio, llama.cpp …), openai, anthropic, google, or local (a GGUF file).")],
    model: Annotated[str, typer.Option(help="The provider's name for it.")] = "",
    url: Annotated[str, typer.Option(metavar="URL", help="The base address, of kind openai-compatible.")] = "",
    file: Annotated[str, typer.Option(metavar="FILE", help="The GGUF file, of kind local.")] = "",
    key: Annotated[str, typer.Option(metavar="VARIABLE", help="The name of the environment variable with the key, or keyring; never the key.")] = "",
    price: Annotated[tuple[float, float] | None, typer.Option(metavar="IN OUT", help="Of a million tokens in and out.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Until an answer must be there.")] = None,
    a_minute: Annotated[int | None, typer.Option(help="Requests a minute at most.")] = None,
    mask: Annotated[bool, typer.Option("--mask", help="Mask private data before it is sent.")] = False,
    purposes: Purposes = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Set up a model, or change one that is there."""
    from caseroom.cli import models as verb

    given = {"model": model, "base_url": url, "file": file, "key": key, "seconds": seconds, "a_minute": a_minute, "mask": mask}
    verb.add(name, kind, {part: value for part, value in given.items() if value}, price, purposes or [], as_json=as_json)


@models_app.command("remove", epilog="Example: caseroom models remove house")
def models_remove(name: Name, as_json: AsJson = False) -> None:
    """Forget a model, and its key in the keyring."""
    from caseroom.cli import models as verb

    verb.remove(name, as_json=as_json)


@models_app.command("use", epilog="Example: caseroom models use interviewer house big")
def models_use(
    purpose: Annotated[str, typer.Argument(help="interviewer, reader, coach, draft or lab.")],
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Models to try, in this order; none: the embedded engine alone.")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Say which models are used for what, in which order. At the end of each stands the embedded engine."""
    from caseroom.cli import models as verb

    verb.use(purpose, names or [], as_json=as_json)


@models_app.command("key", epilog="Example: caseroom models key big")
def models_key(name: Name) -> None:
    """Put a model's key into the system's keyring; it is asked for and not shown."""
    from caseroom.cli import models as verb

    verb.key(name)


@models_app.command("install", epilog="Example: caseroom models install qwen2.5-coder-1.5b --for interviewer")
def models_install(
    name: Annotated[str, typer.Argument(help="A model file that is known: qwen2.5-coder-1.5b (1.1 GB).")],
    source: Annotated[Path | None, typer.Option("--from", metavar="PATH", help="Take it from a file or folder that holds it.")] = None,
    purposes: Purposes = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Bring a model file to this machine, check its hash, and set it up. What is half fetched goes on where it stood."""
    from caseroom.cli import models_install as verb

    verb.install(name, source, purposes or [], as_json=as_json)


@models_app.command("test", epilog="Example: caseroom models test house")
def models_test(name: Name, as_json: AsJson = False) -> None:
    """Send one short sentence of ours, and show what comes back, how fast, and at which price."""
    from caseroom.cli import models as verb

    verb.test(name, as_json=as_json)


@models_app.command("agree", epilog="Example: caseroom models agree big --for coach --yes")
def models_agree(
    name: Name, purposes: Purposes = None, yes: Yes = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Do not agree any more.")] = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Read which text would leave this machine, and to whom; then agree, or not. Nothing is sent before."""
    from caseroom.cli import models as verb

    verb.agree(name, purposes or [], yes=yes, withdraw=withdraw, as_json=as_json)


@models_app.command("budget", epilog="Example: caseroom models budget --session 0.50 --day 2 --currency EUR")
def models_budget(
    session: Annotated[float | None, typer.Option(metavar="MONEY", help="For a session.")] = None,
    day: Annotated[float | None, typer.Option(metavar="MONEY", help="For a day.")] = None,
    session_tokens: Annotated[int | None, typer.Option(metavar="N", help="Tokens for a session.")] = None,
    day_tokens: Annotated[int | None, typer.Option(metavar="N", help="Tokens for a day.")] = None,
    currency: Annotated[str, typer.Option(metavar="CODE", help="The currency of all prices and budgets, like EUR.")] = "",
    off: Annotated[bool, typer.Option("--off", help="First take all limits off.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show or set what may be spent. A call that may go over it is not sent."""
    from caseroom.cli import models as verb

    verb.budget((session, session_tokens), (day, day_tokens), currency, off=off, as_json=as_json)


@models_app.command("spend", epilog="Example: caseroom models spend --all")
def models_spend(
    session: Annotated[str | None, typer.Option(metavar="ID", help="Of one session alone.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Since the beginning, not today alone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what was spent today: calls, tokens and money, by model and purpose."""
    from caseroom.cli import models as verb

    verb.spend(session, every=every, as_json=as_json)
