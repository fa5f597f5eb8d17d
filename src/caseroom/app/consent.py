"""Consent: which text of which purpose may go to which host. Nothing is sent before somebody agreed; another host, or no mask any more, is asked again."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from caseroom.app.interviews import Room
from caseroom.app.modelsettings import entry_of, settings_of
from caseroom.errors import NotAgreed, UsageError
from caseroom.models.chat import PURPOSES, Answer, Ask, ChatModel
from caseroom.models.entries import Entry
from caseroom.models.relay import relayed
from caseroom.store.calls import CallStore

SENDS: dict[str, tuple[str, ...]] = {
    "interviewer": (
        "what you say in the interview, word for word",
        "what the interviewer said",
        "the facts of the case that you have unlocked",
    ),
    "reader": ("the transcript of your interview", "the points of the rubric"),
    "coach": ("the transcript of your interview", "your scorecard", "the case and its rubric"),
    "draft": ("the document that you name, whole",),
    "lab": (
        "the records that are run",
        "the passages of the documents that are shown with them",
        "past examples, if the design shows any",
        "what the design wrote, whoever wrote it, if this model is its verifier",
    ),
    "test": ("one short sentence of ours; nothing of yours",),
}
"""By purpose: which text leaves the machine."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said before the first call: which text goes where."""

    name: str
    model: str
    purpose: str
    host: str
    """Who gets it; empty where nothing leaves the machine."""
    encrypted: bool
    """Whether it travels encrypted."""
    sends: tuple[str, ...]
    masked: bool
    price: tuple[float, float] | None
    """Of a million tokens in and out."""
    currency: str
    agreed: bool


class Guarded:
    """A model that is asked only where somebody agreed that text goes there for this purpose."""

    def __init__(self, model: ChatModel, entry: Entry, calls: CallStore) -> None:
        self._model, self._entry, self._calls = model, entry, calls
        self.name = model.name

    @property
    def signature(self) -> str:
        """The model's."""
        return self._model.signature

    @property
    def sends_to(self) -> str:
        """The model's."""
        return self._model.sends_to

    def ask(self, ask: Ask) -> Answer:
        """The model's answer.

        Raises:
            ModelError: the model's, or NotAgreed.
        """
        self._check(ask)
        return self._model.ask(ask)

    def stream(self, ask: Ask) -> Generator[str, None, Answer | None]:
        """The model's pieces.

        Raises:
            ModelError: the model's, or NotAgreed.
        """
        self._check(ask)
        return (yield from relayed(self._model.stream(ask)))

    def _check(self, ask: Ask) -> None:
        entry = self._entry
        if ask.purpose != "test" and not agreed_to(entry, ask.purpose, self._calls.agreed()):
            raise NotAgreed(
                f"Nobody has agreed that {entry.name} at {entry.host} gets text as {ask.purpose}, so nothing was sent. "
                f"`caseroom models agree {entry.name}` shows what it would be, and asks."
            )


def first_call_notice(room: Room, name: str, purpose: str) -> Notice:
    """What leaves the machine if this model is used for this purpose.

    Raises:
        UsageError: no such model or purpose.
    """
    return _notice(room, entry_of(room, name), purpose, CallStore(room.store.database).agreed())


def _notice(room: Room, entry: Entry, purpose: str, agreed: set[tuple[str, str, str]]) -> Notice:
    if purpose not in SENDS:
        raise UsageError(f"There is no purpose {purpose!r}. Write one of {', '.join(PURPOSES)}.")
    price = (entry.price.tokens_in, entry.price.tokens_out) if entry.price else None
    known = purpose == "test" or agreed_to(entry, purpose, agreed)
    encrypted = entry.address.startswith("https:") or not entry.host
    return Notice(
        entry.name, entry.model, purpose, entry.host, encrypted, SENDS[purpose], entry.mask, price, settings_of(room).currency, known
    )


def notices(room: Room, name: str) -> list[Notice]:
    """What leaves the machine by this model, for each purpose that it is used for.

    Raises:
        UsageError: no such model.
    """
    entry, settings = entry_of(room, name), settings_of(room)
    agreed = CallStore(room.store.database).agreed()
    return [_notice(room, entry, purpose, agreed) for purpose in PURPOSES if name in settings.use.get(purpose, ())]


def agree(room: Room, name: str, purposes: Iterable[str], *, agreed: bool = True) -> None:
    """Note that text may be sent to a model for these purposes, or not any more.

    Raises:
        UsageError: no such model or purpose.
    """
    entry = entry_of(room, name)
    for purpose in purposes:
        first_call_notice(room, name, purpose)
        for place in {_place(entry)} if agreed else {entry.host, _place(entry)}:
            CallStore(room.store.database).agree(
                datetime.now(UTC).isoformat(timespec="milliseconds"), entry.name, purpose, place, agreed=agreed
            )


def _place(entry: Entry) -> str:
    """What is agreed to: a host, and whether it gets private data. Another host, or no mask any more, is something else."""
    return f"{entry.host}, masked" if entry.mask else entry.host


def agreed_to(entry: Entry, purpose: str, agreed: set[tuple[str, str, str]]) -> bool:
    """Whether text may go there; who agreed to all of it agreed to what is masked, too."""
    return not entry.host or any((entry.name, purpose, place) in agreed for place in (entry.host, _place(entry)))
