"""What an event touches: which records come in, how they look, and what is planted beside them. By code and by names alone, so the same event always looks the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from caseroom.cases.data import Attack, Claim, Record
from caseroom.cases.drift import Drift, EventForm
from caseroom.pipeline.documents import EVERYONE, Document
from caseroom.pipeline.route import even

R = TypeVar("R", Record, Attack)
_WORD = re.compile(r"\S+\s*")
_CONFUSED = (
    ("rn", "m"), ("cl", "d"), ("vv", "w"), ("m", "rn"), ("w", "vv"), ("l", "1"), ("o", "0"), ("e", "c"), ("h", "b"), ("i", "l"), ("s", "5"),
    ("g", "q"), ("a", "o"), ("t", "f"), ("u", "ii"), ("n", "ri"),
)  # fmt: skip
"""Letters that a scan takes for others."""


@dataclass(frozen=True, slots=True)
class Touched:
    """The records that an event touches, as they come in."""

    records: tuple[Record, ...]
    origins: tuple[str, ...]
    """The record of the reference that each is made of; empty for a new one."""
    planted: Mapping[str, tuple[Document, ...]] = field(default_factory=dict)
    """Documents that stand in the knowledge base for a record only."""
    attacks: Mapping[str, Attack] = field(default_factory=dict)
    """The attack behind a record, if it is one."""


def touched(event: EventForm, base: Sequence[Record], drift: Drift, attacks: Sequence[Attack], most: int) -> Touched:
    """The records that an event touches; of the ones that it brings or rewrites `most`, chosen by their names."""
    if event.kind in ("policy_change", "new_line"):
        rows = _chosen(event, [Record(**row.model_dump(exclude={"event"})) for row in drift.of(event)], most)
        return Touched(tuple(rows), ("",) * len(rows))
    if event.kind == "injections":
        return _injected(event, base, attacks, most)
    if event.kind in ("vocabulary", "gaming", "group_loss"):
        return _rewritten(event, base, most)
    return Touched(tuple(base), tuple(row.id for row in base))


def _rewritten(event: EventForm, base: Sequence[Record], most: int) -> Touched:
    how = {"vocabulary": _in_new_words, "gaming": _gamed, "injections": _gamed, "group_loss": _spoilt}[event.kind]
    rewrite = how(event)
    changed = [(row, text) for row in base if _concerned(event, row) and (text := rewrite(row)) != row.input]
    chosen = {row.id for row in _chosen(event, [row for row, _ in changed], most)}
    kept = [(row, text) for row, text in changed if row.id in chosen]
    records = tuple(
        row.model_copy(update={"id": f"{row.id}~{event.id}", "input": text, "wrong": [*row.wrong, *_false(event)]}) for row, text in kept
    )
    return Touched(records, tuple(row.id for row, _ in kept))


def _chosen(event: EventForm, rows: Sequence[R], most: int) -> list[R]:
    """So many rows at most, in their order; which ones depends on their names alone."""
    names = {row.id for row in sorted(rows, key=lambda row: even(event.id, "chosen", row.id))[:most]}
    return [row for row in rows if row.id in names]


def _concerned(event: EventForm, row: Record) -> bool:
    """Whether it is of the kinds, the group, and the right values that an event is about."""
    known = (not event.kinds or row.kind in event.kinds) and (event.group is None or row.group == event.group)
    return known and all(name in row.values and row.values[name] == value for name, value in event.only.items())


def _false(event: EventForm) -> list[Claim]:
    """What no right output says, though it stands in the input now."""
    return [Claim(text=f"Stands in the input only because of {event.id}: {key}.", keys=[key]) for key in event.untrue]


def _in_new_words(event: EventForm) -> Callable[[Record], str]:
    swap = swapped(event.words)

    def rewrite(row: Record) -> str:
        """The input in the new words, and in a template if there are any."""
        text = swap(row.input)
        return _pick(event.templates, event.id, row.id).replace("{input}", text) if event.templates else text

    return rewrite


def _gamed(event: EventForm) -> Callable[[Record], str]:
    def rewrite(row: Record) -> str:
        """The input with what its writer has learnt to add."""
        return placed(row.input, _pick(event.phrases, event.id, row.id), event.place)

    return rewrite


def _spoilt(event: EventForm) -> Callable[[Record], str]:
    swap = swapped(event.words)

    def rewrite(row: Record) -> str:
        """The input as the new way in lets it through: cut, with words lost and letters taken for others."""
        pieces = _WORD.findall(swap(row.input))[: event.cut]
        kept = (piece for number, piece in enumerate(pieces) if even(event.id, "lost", row.id, str(number)) >= event.lost)
        read = (_misread(piece, event, row.id, number) for number, piece in enumerate(kept))
        return "".join(read).rstrip()

    return rewrite


def _misread(piece: str, event: EventForm, record: str, number: int) -> str:
    if even(event.id, "garbled", record, str(number)) >= event.garbled:
        return piece
    first = int(even(event.id, "letter", record, str(number)) * len(_CONFUSED))
    for right, read in (*_CONFUSED[first:], *_CONFUSED[:first]):
        if right in piece.lower():
            place = piece.lower().index(right)
            return piece[:place] + read + piece[place + len(right) :]
    return piece


def swapped(words: Mapping[str, str]) -> Callable[[str], str]:
    """A function that writes one word or phrase for another, whole words only, whatever the case; longer ones go first."""
    if not words:
        return str
    known = {old.lower(): new for old, new in words.items()}
    pattern = re.compile(
        r"(?<!\w)(?:" + "|".join(re.escape(old) for old in sorted(known, key=lambda w: (-len(w), w))) + r")(?!\w)", re.IGNORECASE
    )

    def new(match: re.Match[str]) -> str:
        """The new word, with a capital where the old one had one."""
        word = known[match[0].lower()]
        return word[:1].upper() + word[1:] if match[0][:1].isupper() else word

    return lambda text: pattern.sub(new, text)


def placed(text: str, phrase: str, place: str) -> str:
    """A text with a phrase before it, behind it, or after the line in its middle."""
    if place == "start":
        return f"{phrase}\n{text}"
    lines = text.split("\n")
    if place == "end" or len(lines) < 2:
        return f"{text}\n{phrase}"
    middle = (len(lines) + 1) // 2
    return "\n".join([*lines[:middle], phrase, *lines[middle:]])


def _pick(texts: Sequence[str], *names: str) -> str:
    return texts[int(even(*names, "pick") * len(texts))]


def _injected(event: EventForm, base: Sequence[Record], attacks: Sequence[Attack], most: int) -> Touched:
    """Attacks of the case, and usual records that carry an instruction to the model; what is right for these has not changed."""
    found = _attacked(_chosen(event, [row for row in attacks if row.family in event.families], most))
    if not event.phrases:
        return found
    carried = _rewritten(event, base, most)
    return replace(found, records=(*found.records, *carried.records), origins=(*found.origins, *carried.origins))


def _attacked(attacks: Sequence[Attack]) -> Touched:
    """Attacks as records: nothing is said of what is right; whether one got through is seen in its output."""
    records = tuple(
        Record(id=row.id, input=row.input, fields=row.fields, role=row.role, day=row.day, group=row.group, facts=row.facts, exact=row.exact)
        for row in attacks
    )
    planted = {row.id: tuple(_documents(row)) for row in attacks if row.documents}
    return Touched(records, ("",) * len(records), planted, {row.id: row for row in attacks})


def _documents(row: Attack) -> Iterator[Document]:
    for planted in row.documents:
        yield Document(planted.id, planted.title, planted.text, planted.updated, planted.valid, EVERYONE)
