"""Large models for the use-cases: settings, keys, consent, masking, limits, tries, budgets and the call log put together to one model per purpose.

Without settings there is none, and nothing is missing: each caller has its plain way. Nothing is sent before somebody agreed.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from caseroom.app.consent import SENDS, Guarded, Notice, agree, agreed_to, first_call_notice, notices
from caseroom.app.interviews import Room
from caseroom.app.masked import Masked
from caseroom.app.modelsettings import entry_of, settings_of, settings_path
from caseroom.errors import ModelSettingsError
from caseroom.models.base import GenerativeModel
from caseroom.models.breaker import Breaker
from caseroom.models.budget import Call, Counted, Purse, Spent, UnderWay
from caseroom.models.chain import Chain, Link
from caseroom.models.chat import PURPOSES, Answer, Ask, ChatModel
from caseroom.models.entries import Entry, ModelSettings
from caseroom.models.limiter import Limiter
from caseroom.models.local_chat import LocalChat
from caseroom.models.patience import Patience, Patient
from caseroom.models.providers import Provider
from caseroom.store.calls import CallStore, KeptCall


def chat_model(room: Room, purpose: str, session: str | None = None) -> ChatModel | None:
    """The models of a purpose in the order of the settings; None where none is set up, and the embedded engine speaks.

    Asking it raises ModelError where none of them answers, or the settings do not hold: then, too, the embedded engine speaks.
    """
    try:
        settings = settings_of(room)
    except ModelSettingsError as error:
        return Unusable(error)
    entries = settings.chain(purpose)
    return chain_of(room, settings, [_at_leisure(entry, purpose) for entry in entries], session) if entries else None


def named(room: Room, name: str, purpose: str, session: str | None = None) -> ChatModel:
    """One model of the settings, for a purpose, whatever it is used for.

    Raises:
        UsageError, ModelSettingsError: there is none of the name.
    """
    return chain_of(room, settings_of(room), [_at_leisure(entry_of(room, name), purpose)], session)


def _at_leisure(entry: Entry, purpose: str) -> Entry:
    """The entry with more time where nobody waits in a talk."""
    return replace(entry, seconds=min(600.0, _LEISURE * entry.seconds)) if purpose in ("reader", "coach", "draft") else entry


_LEISURE = 4
"""How much longer the second reader, the coach and a draft may take than a turn."""


def warm_up(room: Room, purpose: str) -> None:
    """Import and load what the first model of a purpose needs, so that the first turn does not wait. Sends nothing; may run in a thread of its own."""
    with contextlib.suppress(ModelSettingsError):
        for entry in settings_of(room).chain(purpose)[:1]:
            _asked(entry).warm()


class Unusable:
    """Stands for models whose settings do not hold: every call says so, and no turn is lost for it."""

    name = "models.yaml"
    signature = "unusable:1"
    sends_to = ""

    def __init__(self, error: ModelSettingsError) -> None:
        self._problems = error.problems

    def ask(self, ask: Ask) -> Answer:
        """Never answers.

        Raises:
            ModelSettingsError: always.
        """
        raise ModelSettingsError(self._problems)

    def stream(self, ask: Ask) -> Iterator[str]:
        """Never answers.

        Raises:
            ModelSettingsError: always.
        """
        raise ModelSettingsError(self._problems)


def chain_of(room: Room, settings: ModelSettings, entries: Iterable[Entry], session: str | None) -> Chain:
    """A chain of entries, ready to be asked."""
    calls = CallStore(room.store.database)
    purse = _purse(room, settings)
    return Chain([Link(_composed(entry, calls, purse, session), _breaker(entry)) for entry in entries])


def _composed(
    entry: Entry, calls: CallStore, purse: Purse, session: str | None, patience: Patience = Patience(), seconds: float = 0.0
) -> ChatModel:  # fmt: skip
    """From the inside: the provider, counted; tried again within its limits; masked; and asked only where somebody agreed."""
    counted = Counted(_asked(entry), entry, purse, session)
    model: ChatModel = Patient(counted, _limiter(entry), seconds or entry.seconds, patience)
    if entry.mask:
        model = Masked(model)
    return Guarded(model, entry, calls) if entry.host else model


@lru_cache(maxsize=64)
def _asked(entry: Entry) -> Provider | LocalChat:
    """The provider of an entry; one in this process, with its connections."""
    return LocalChat(entry) if entry.kind == "local" else Provider(entry, os.environ)


def _purse(room: Room, settings: ModelSettings) -> Purse:
    return Purse(settings, Kept(CallStore(room.store.database)), _under_way(room.store.url))


@lru_cache(maxsize=64)
def _under_way(_store: str) -> UnderWay:
    return UnderWay()


@lru_cache(maxsize=64)
def _limiter(entry: Entry) -> Limiter:
    return Limiter(entry.name, entry.a_minute)


@lru_cache(maxsize=64)
def _breaker(entry: Entry) -> Breaker:
    return Breaker()


class Kept:
    """Spending in the store."""

    def __init__(self, calls: CallStore) -> None:
        self._calls = calls

    def spent(self, session: str | None) -> tuple[Spent, Spent]:
        """Of the session, and of today by this machine's clock."""
        of_session, of_day = self._calls.spent(session, today())
        return Spent(*of_session), Spent(*of_day)

    def keep(self, call: Call) -> None:
        """Note a call that is over."""
        self._calls.keep(KeptCall(_now(), **asdict(call)))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def today() -> str:
    """When this day began, here, in UTC."""
    midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(UTC).isoformat(timespec="milliseconds")


def try_out(room: Room, name: str) -> Answer:
    """Ask a model one short thing of ours.

    Raises:
        ModelError: and its kinds, by what is wrong.
    """
    from caseroom.models.chat import Message

    entry = entry_of(room, name)
    purse = _purse(room, settings_of(room))
    model = Counted(_asked(entry), entry, purse, None)
    return model.ask(Ask((Message("user", "Say in one short sentence that you can hear me."),), "test", max_tokens=60))


_LAB = Patience(tries=5, first=1.0, longest=90.0)
_LAB_SECONDS = 900.0
"""A run may wait where a person may not."""


def generator(room: Room, name: str | None, run: str) -> GenerativeModel:
    """A model as the lab's generator: by its name, or the first of the purpose lab. A run's calls are counted as a session's.

    Raises:
        UsageError, ModelSettingsError: there is none.
    """
    from caseroom.models.remote import Remote

    settings = settings_of(room)
    entries = [entry_of(room, name)] if name else settings.chain("lab")
    if not entries:
        raise ModelSettingsError(
            [
                "technical.model.name is api, but technical.model.provider names no model, and none is set up for the lab: `caseroom models use lab NAME`"
            ]
        )
    entry, calls = entries[0], CallStore(room.store.database)
    link = Link(_composed(entry, calls, _purse(room, settings), run_session(run), _LAB, _LAB_SECONDS), _breaker(entry))
    return Remote(Chain([link]), entry.at_once)


def run_session(run: str) -> str:
    """The name under which a run's calls are counted."""
    return f"run:{run}"


def spent_in_words(room: Room, run: str, currency: str) -> list[str]:
    """What a run's calls of large models took, for its report; nothing where there were none."""
    settings, said = settings_of(room), []
    for row in CallStore(room.store.database).sums(session=run_session(run)):
        entry = settings.entry(row.name)
        price = f" at {entry.price.tokens_in:g} / {entry.price.tokens_out:g} a million" if entry and entry.price else ""
        money = f"{row.cost:.4f} {settings.currency}{price}" if not row.unpriced else "no price is set, so what it cost is not known"
        failed = f", {row.failed} of them failed" if row.failed else ""
        said.append(f"{row.name} was called {row.calls} times{failed}: {row.tokens_in} tokens in, {row.tokens_out} out, {money}.")
        if row.cost and settings.currency not in (currency, _SIGNS.get(currency)):
            said.append(f"Prices of models are in {settings.currency}, the data's in {currency}; they are added as they stand.")
    return said


_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}


def overview(room: Room) -> list[dict[str, Any]]:
    """What is set up, for people: never a key."""
    from caseroom.models.providers import ready

    settings, agreed = settings_of(room), CallStore(room.store.database).agreed()
    rows = []
    for entry in settings.entries:
        purposes = [purpose for purpose in PURPOSES if entry.name in settings.use.get(purpose, ())]
        rows.append({
            "name": entry.name, "kind": entry.kind, "model": entry.model or Path(entry.file).name, "sends_to": entry.host, "at": entry.address,
            "key": entry.key_name, "price": asdict(entry.price) if entry.price else None, "purposes": purposes, "masked": entry.mask,
            "agreed": [purpose for purpose in purposes if agreed_to(entry, purpose, agreed)], **_readiness(ready(entry, os.environ)),
        })  # fmt: skip
    return rows


def _readiness(known: dict[str, Any]) -> dict[str, Any]:
    return {"key_found": known["key"], "installed": known["installed"]}


__all__ = [
    "SENDS", "Notice", "agree", "chain_of", "chat_model", "entry_of", "first_call_notice", "generator", "named", "notices", "overview", "settings_of",
    "settings_path", "spent_in_words", "today", "try_out", "warm_up",
]  # fmt: skip
