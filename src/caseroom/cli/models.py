"""`caseroom models`: list, add, remove, use, key, test, agree, budget, spend. A key is never printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rich.table import Table

from caseroom.app import largemodels
from caseroom.cli.screen import console, print_json, say, the_room
from caseroom.errors import ModelError, UsageError
from caseroom.models.chat import PURPOSES
from caseroom.models.entries import KEYRING, KINDS, Entry, Limits, ModelSettings, Price
from caseroom.models.gguf_file import FETCH, trouble
from caseroom.models.keys import drop_key, keep_key
from caseroom.models.settings import write_settings
from caseroom.store.calls import CallStore

NONE = """No large model is set up, and none is needed: the room works on this machine without one.

  a server of your own (Ollama, vLLM, LM Studio, llama.cpp):
    caseroom models add house --kind openai-compatible --url http://127.0.0.1:11434/v1 --model qwen2.5:7b --for interviewer
  a provider, with its key in the environment or in the keyring:
    caseroom models add big --kind anthropic --model NAME --for coach
  a model file, in this process:
    caseroom models add tiny --kind local --file model.gguf --for interviewer"""


def list_models(*, as_json: bool) -> None:
    """`caseroom models list`."""
    room = the_room(None)
    rows = largemodels.overview(room)
    settings = largemodels.settings_of(room)
    if as_json:
        print_json({"models": rows, "use": {p: list(settings.use.get(p, ())) for p in PURPOSES}, "currency": settings.currency})
        return
    if not rows:
        say(NONE)
        return
    for row in rows:
        extra = "" if row["installed"] else f"   its extra is not installed: pip install 'caseroom[{_extra(row['kind'])}]'"
        say(f"{row['name']}   {row['kind']} · {row['model']}{extra}", style="bold")
        for heading, said in _facts(row, settings.currency):
            say(f"  {heading:14}{said}")
    for purpose in PURPOSES:
        if names := settings.use.get(purpose):
            say(f"{purpose}: {', then '.join(names)}, then the embedded engine", style="dim")
    for row in rows:
        if asking := [purpose for purpose in row["purposes"] if purpose not in row["agreed"]]:
            say(f"{row['name']} gets nothing as {', '.join(asking)} before `caseroom models agree {row['name']}`.", style="yellow")


def _facts(row: dict[str, Any], currency: str) -> list[tuple[str, str]]:
    key = f"{row['key']}: {'found' if row['key_found'] else 'NOT FOUND'}" if row["key"] else "none is needed"
    price = (
        f"{row['price']['tokens_in']:g} in, {row['price']['tokens_out']:g} out ({currency}, a million tokens)"
        if row["price"]
        else "not set"
    )
    agreed = "nothing leaves this machine" if not row["sends_to"] else ", ".join(row["agreed"]) or "nothing yet"
    goes = (row["sends_to"] or "nobody; it stays on this machine") + (", private data masked" if row["masked"] else "")
    return [
        ("text goes to", goes),
        ("key", key),
        ("price", price),
        ("used for", ", ".join(row["purposes"]) or "nothing"),
        ("agreed", agreed),
    ]


def _extra(kind: str) -> str:
    return "local" if kind == "local" else "models"


def _told(data: dict[str, Any], words: str, as_json: bool) -> None:
    if as_json:
        print_json(data)
    else:
        say(words)


def add(
    name: str, kind: str, given: dict[str, Any], price: tuple[float, float] | None, purposes: Sequence[str], *, as_json: bool
) -> None:  # fmt: skip
    """`caseroom models add`."""
    if kind not in KINDS:
        raise UsageError(f"There is no kind {kind!r}. Write one of {', '.join(KINDS)}.")
    if kind == "local" and "file" in given:
        given = {**given, "file": str(_whole(Path(given["file"])))}
    room = the_room(None)
    settings = largemodels.settings_of(room)
    entry = replace(settings.entry(name) or Entry(name, kind), kind=kind, **given)
    if price:
        entry = replace(entry, price=Price(*price))
    others = [e for e in settings.entries if e.name != name]
    settings = replace(settings, entries=(*others, entry))
    for purpose in purposes:
        settings = _used(settings, purpose, [*(n for n in settings.use.get(purpose, ()) if n != name), name])
    write_settings(largemodels.settings_path(room), settings)
    row = next(row for row in largemodels.overview(room) if row["name"] == name)
    if as_json:
        print_json(row)
        return
    say(f"{name} is set up in {largemodels.settings_path(room)}.")
    if not row["installed"]:
        say(f"Its library is not: pip install 'caseroom[{_extra(kind)}]'", style="yellow")
    if not row["key_found"]:
        put = f"`caseroom models key {name}`" if row["key"] == KEYRING else f"Set the variable {row['key']}, or: caseroom models key {name}"
        say(f"Its key is not there yet. {put}", style="yellow")
    say(
        f"`caseroom models test {name}` tries it."
        + (f" `caseroom models agree {name}` before it gets any text." if row["sends_to"] else "")
    )


def _whole(file: Path) -> Path:
    """The file, wherever one stands when it is used.

    Raises:
        ModelError: it is not there, or no whole GGUF file.
    """
    path = file.expanduser().absolute()
    if wrong := trouble(path):
        raise ModelError(f"{path} {wrong}. Nothing is set up. {FETCH}")
    return path


def _used(settings: ModelSettings, purpose: str, names: Sequence[str]) -> ModelSettings:
    if purpose not in PURPOSES:
        raise UsageError(f"There is no purpose {purpose!r}. Write one of {', '.join(PURPOSES)}.")
    return replace(settings, use={**settings.use, purpose: tuple(dict.fromkeys(names))})


def remove(name: str, *, as_json: bool) -> None:
    """`caseroom models remove`. What was spent stays in the log."""
    room = the_room(None)
    entry = largemodels.entry_of(room, name)
    settings = largemodels.settings_of(room)
    kept = {purpose: tuple(n for n in names if n != name) for purpose, names in settings.use.items()}
    write_settings(
        largemodels.settings_path(room), replace(settings, entries=tuple(e for e in settings.entries if e.name != name), use=kept)
    )
    if entry.key_name == KEYRING:
        drop_key(name)
    _told({"removed": name}, f"{name} is removed.", as_json)


def use(purpose: str, names: Sequence[str], *, as_json: bool) -> None:
    """`caseroom models use`."""
    room = the_room(None)
    for name in names:
        largemodels.entry_of(room, name)
    write_settings(largemodels.settings_path(room), _used(largemodels.settings_of(room), purpose, names))
    _told({"purpose": purpose, "names": list(names)}, f"{purpose}: {', then '.join([*names, 'the embedded engine'])}.", as_json)
    for notice in () if as_json else [largemodels.first_call_notice(room, name, purpose) for name in names]:
        if not notice.agreed:
            say(f"{notice.name} gets nothing before `caseroom models agree {notice.name}`.", style="yellow")


def key(name: str) -> None:
    """`caseroom models key`."""
    room = the_room(None)
    entry = largemodels.entry_of(room, name)
    if not sys.stdin.isatty():
        value = sys.stdin.readline().strip()
    else:
        from getpass import getpass

        value = getpass(f"Key of {name} (not shown): ").strip()
    if not value:
        raise UsageError("No key was given; nothing is changed.")
    keep_key(name, value)
    settings = largemodels.settings_of(room)
    changed = tuple(replace(e, key=KEYRING) if e.name == entry.name else e for e in settings.entries)
    write_settings(largemodels.settings_path(room), replace(settings, entries=changed))
    say(f"The key of {name} is in the system's keyring.")


def test(name: str, *, as_json: bool) -> None:
    """`caseroom models test`; its exit code is 9 if nothing of use came."""
    room = the_room(None)
    answer = largemodels.try_out(room, name)
    if as_json:
        print_json(asdict(answer))
        return
    settings = largemodels.settings_of(room)
    cost = "no price is set" if answer.cost is None else f"{answer.cost:.6f} {settings.currency}"
    say(answer.text.strip())
    say(f"{answer.seconds:.2f} s, {answer.tokens_in} tokens in, {answer.tokens_out} out, {cost}", style="dim")


def agree(name: str, purposes: Sequence[str], *, yes: bool, withdraw: bool, as_json: bool) -> None:
    """`caseroom models agree`."""
    room = the_room(None)
    shown = [largemodels.first_call_notice(room, name, p) for p in purposes] if purposes else largemodels.notices(room, name)
    if not shown:
        raise UsageError(f"{name} is used for nothing yet. Name a purpose with --for, or `caseroom models use PURPOSE {name}` first.")
    if not as_json:
        for notice in shown:
            _show(notice)
    leaving = [notice.purpose for notice in shown if notice.host]
    if leaving and not withdraw and not yes and not _asked(name, shown[0].host, as_json):
        say("Nothing was agreed; nothing is sent.")
        return
    largemodels.agree(room, name, leaving, agreed=not withdraw)
    if as_json:
        print_json([asdict(largemodels.first_call_notice(room, name, notice.purpose)) for notice in shown])
    elif leaving:
        word = "Not agreed any more" if withdraw else "Agreed"
        say(f"{word}: {', '.join(leaving)}." + ("" if withdraw else f" `caseroom models agree {name} --withdraw` takes it back."))


def _asked(name: str, host: str, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        raise UsageError(f"Nobody is there to ask. `caseroom models agree {name} --yes` agrees without asking.")
    return input(f"May {name} at {host} get this? [y/N] ").strip().lower() in ("y", "yes")


def _show(notice: largemodels.Notice) -> None:
    if not notice.host:
        say(f"{notice.purpose}: nothing leaves this machine.")
        return
    say(f"{notice.purpose}: {notice.name} ({notice.model}) at {notice.host} gets", style="bold")
    for text in notice.sends:
        say(f"  - {text}")
    say(f"  private data is {'masked before it is sent' if notice.masked else 'NOT masked (mask: true in models.yaml does it)'}")
    if not notice.encrypted:
        say("  it travels WITHOUT encryption (http)", style="yellow")
    if notice.price:
        say(f"  at {notice.price[0]:g} {notice.currency} a million tokens in, {notice.price[1]:g} out")
    say(f"  {'agreed' if notice.agreed else 'not agreed'}", style="dim")


def budget(
    session: tuple[float | None, int | None], day: tuple[float | None, int | None], currency: str, *, off: bool, as_json: bool
) -> None:  # fmt: skip
    """`caseroom models budget`."""
    room = the_room(None)
    settings = before = largemodels.settings_of(room)
    if off:
        settings = replace(settings, session=Limits(), day=Limits())
    settings = replace(
        settings, session=_limits(settings.session, session), day=_limits(settings.day, day), currency=currency.upper() or settings.currency
    )
    if settings != before:
        write_settings(largemodels.settings_path(room), settings)
    spent = CallStore(room.store.database).spent(None, largemodels.today())[1]
    if as_json:
        every = {"session": asdict(settings.session), "day": asdict(settings.day)}
        print_json({**every, "currency": settings.currency, "spent_today": {"tokens": spent[0], "cost": spent[1]}})
        return
    for what, limits in (("a session", settings.session), ("a day", settings.day)):
        money = "no limit in money" if limits.cost is None else f"{limits.cost:g} {settings.currency}"
        say(f"{what}: {money}, {'no limit in tokens' if limits.tokens is None else f'{limits.tokens} tokens'}")
    say(f"today: {spent[1]:.4f} {settings.currency}, {spent[0]} tokens are spent", style="dim")


def _limits(before: Limits, given: tuple[float | None, int | None]) -> Limits:
    cost, tokens = given
    return Limits(before.cost if cost is None else cost, before.tokens if tokens is None else tokens)


def spend(session: str | None, *, every: bool, as_json: bool) -> None:
    """`caseroom models spend`."""
    room = the_room(None)
    rows = CallStore(room.store.database).sums("" if every or session else largemodels.today(), session)
    currency = largemodels.settings_of(room).currency
    if as_json:
        print_json({"currency": currency, "rows": [asdict(row) for row in rows]})
        return
    if not rows:
        say("No large model was called." if every or session else "No large model was called today. --all looks further back.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "purpose", "calls", "failed", "tokens in", "tokens out", currency, "seconds"):
        table.add_column(heading, justify="left" if heading in ("name", "purpose") else "right")
    for row in rows:
        cost = f"{row.cost:.4f}" + (" +" if row.unpriced else "")
        cells = (row.name, row.purpose, row.calls, row.failed, row.tokens_in, row.tokens_out, cost, f"{row.seconds:.1f}")
        table.add_row(*(str(cell) for cell in cells))
    console.print(table)
    say(f"{sum(row.cost for row in rows):.4f} {currency} in all" + _unpriced(rows), style="bold")


def _unpriced(rows: Sequence[Any]) -> str:
    unknown = sum(row.unpriced for row in rows)
    return f"; + marks {unknown} calls without a price (`caseroom models add NAME --kind KIND --price IN OUT` sets one)" if unknown else ""
