"""Examine this installation: Python, packages, models, store, cases. Each finding says what to do if it is not in order."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from caseroom.app.engine import Engine
from caseroom.cases.shelf import Shelf
from caseroom.config import Settings
from caseroom.errors import CaseroomError
from caseroom.models.settings import read_settings
from caseroom.store.sessions import SessionStore

PACKAGES = ("numpy", "onnxruntime", "tokenizers", "pydantic", "PyYAML", "SQLAlchemy", "typer", "rich", "jinja2", "text2num", "platformdirs")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything."""
    looks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("Python", lambda: sys.version.split()[0]),
        ("packages", _packages),
        ("embedded models", lambda: _models(settings)),
        ("session store", lambda: _store(settings)),
        ("cases", lambda: _cases(settings)),
        (
            "your own cases",
            lambda: f"{settings.user_cases} ({'there' if settings.user_cases.is_dir() else 'not made yet; put case folders there'})",
        ),
        ("lab", _lab),
        ("large models", lambda: large_models(settings)),
        ("network", lambda: _network(settings)),
    )
    return [_look(name, look) for name, look in looks]


def _look(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, look())
    except CaseroomError as error:
        return Finding(name, False, str(error))


def _packages() -> str:
    try:
        return ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    except PackageNotFoundError as error:
        raise CaseroomError(f"{error.name} is not installed; run `make start`, or install caseroom again") from None


def _lab() -> str:
    """Which cases run, and which extras are there; an extra that is not there is no fault."""
    shelf = Shelf([])
    running = [case_id for case_id in shelf.ids() if (shelf.folder(case_id) / "data").is_dir()]
    extras = {"documents (PDF, Word)": ("pypdf", "docx"), "local (GGUF)": ("xllamacpp",)}
    said = [f"{name} {'there' if all(map(find_spec, modules)) else 'not installed'}" for name, modules in extras.items()]
    return f"{len(running)} shipped cases have data to run on; extras: {', '.join(said)}"


def large_models(settings: Settings) -> str:
    """What is set up, where it sends text, and whether the keys are there; none is needed."""
    from caseroom.models.providers import ready

    entries = read_settings(settings.home / "models.yaml").entries
    if not entries:
        return "none is set up, and none is needed; `caseroom models` says how"
    said = []
    for entry in entries:
        known = ready(entry, os.environ)
        key = "no key needed" if not entry.key_name else f"key {entry.key_name} {'found' if known['key'] else 'not found'}"
        extra = "" if known["installed"] else "; its extra is not installed"
        said.append(f"{entry.name} ({entry.kind}, text goes to {entry.host or 'nobody'}, {key}{extra})")
    return "; ".join(said)


def _network(settings: Settings) -> str:
    try:
        hosts = sorted({entry.host for entry in read_settings(settings.home / "models.yaml").entries if entry.host})
    except CaseroomError:
        hosts = []
    return (
        f"not needed; text leaves this machine only to {', '.join(hosts)}, as agreed"
        if hosts
        else "not needed; nothing leaves this machine"
    )


def _models(settings: Settings) -> str:
    engine = Engine(settings.cache, settings.judge)
    engine.encoder.model.verify()
    engine.warm()
    engine.entailment.warm()
    return f"encoder {engine.encoder.signature}, reader {engine.reader.signature}, entailment {engine.entailment.signature}, judge {engine.gate.signature}, weights as shipped"


def _store(settings: Settings) -> str:
    store = SessionStore(settings.database)
    return f"{settings.database}, {len(store.sessions())} sessions"


def _cases(settings: Settings) -> str:
    found, broken = Shelf([*settings.case_folders, settings.user_cases]).all()
    if broken:
        raise CaseroomError("; ".join(error.problems[0] for error in broken))
    return ", ".join(case.id for case in found)
