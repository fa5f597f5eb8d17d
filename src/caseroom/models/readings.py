"""How the extractive model reads a value out of sentences: a flag by entailment, a label by what it means, a number or a date from the nearest sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from caseroom.language.encoder import Encoder
from caseroom.language.text import STOP, sentences, stems
from caseroom.models.base import Request, Value, Wanted
from caseroom.models.memory import Near, head
from caseroom.models.recall import vote
from caseroom.numerals import figures

Sentence = tuple[str, str]
"""Text and kind of its source: input, document, lookup."""
Entails = Callable[[str, Sequence[str]], tuple[NDArray[np.float64], NDArray[np.float64]]]
_READ = 4
"""Sentences that are read for a flag."""
_SURE = 0.5
"""Support or contradiction from which a flag is told."""
_SPEAKS = 0.28
"""Nearness under which a sentence does not speak of a question."""
_SHARED, _UNIT = 0.25, 0.3
"""What shared words add to nearness, and a figure in the unit that was asked for."""
_CLOSE = 0.02
"""Two labels this near to each other are not told apart by a model that may say that it does not know."""
_REACH = 4
"""Words on either side that a denial speaks of."""
_DENIES = re.compile(
    r"\b(?:not|no|never|none|cannot|can['’]?t|don['’]?t|won['’]?t|without|neither|lapsed|expired|ran out|nothing)\b(?! else| problem| matter| only)",
    re.IGNORECASE,
)
_MONTHS = "january february march april may june july august september october november december".split()
_DATE = re.compile(
    r"\b(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b|\b(?P<d2>\d{1,2})[./-](?P<m2>\d{1,2})[./-](?P<y2>20\d\d)\b"
    r"|\b(?:(?P<d3>\d{1,2})(?:st|nd|rd|th)? )?(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? (?:(?P<d4>\d{1,2})(?:st|nd|rd|th)?,? )?(?P<y3>20\d\d)\b"
    r"|\b(?P<m5>\d{1,2})[/.](?P<y5>20\d\d)\b",
    re.IGNORECASE,
)


def read_values(
    request: Request, said: Sequence[Sentence], vectors: NDArray[np.float32], encoder: Encoder, entails: Entails, near: list[Near]
) -> tuple[dict[str, Value], dict[str, str]]:
    """The wanted values, None where nothing tells, and the words that each stands on. A question may name values read before: `{category}`."""
    values: dict[str, Value] = {}
    quotes: dict[str, str] = {}
    for wanted in request.wanted:
        ask = _asked(wanted.ask, {**dict(request.known), **values})
        if wanted.kind == "label":
            values[wanted.name] = _label(wanted, request, encoder, near)
            continue
        values[wanted.name] = None
        if said:
            nearness = _nearness(ask, said, (encoder.encode([ask]) @ vectors.T)[0])
            value, place = _flag(ask, said, nearness, entails) if wanted.kind == "flag" else _plain(wanted, ask, said, nearness)
            values[wanted.name] = value
            if place is not None:
                quotes[wanted.name] = said[place][0]
    return values, quotes


def _asked(ask: str, known: Mapping[str, Value]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: str(known.get(match[1]) or ""), ask)


def _nearness(ask: str, said: Sequence[Sentence], cosine: NDArray[np.float32]) -> NDArray[np.float64]:
    """How far each sentence speaks of a question: by meaning, and by the words that they share."""
    asked = frozenset(stems(ask))
    shared = np.array([len(asked & frozenset(stems(text))) / max(1, len(asked)) for text, _ in said])
    return np.asarray(cosine.astype(np.float64) + _SHARED * shared)


def _flag(statement: str, said: Sequence[Sentence], nearness: NDArray[np.float64], entails: Entails) -> tuple[Value, int | None]:
    """yes or no, by the sentences of the item itself; a document may say what a word of the item counts as."""
    own = [int(i) for i in np.argsort(-nearness, kind="stable") if said[i][1] == "input" and nearness[i] >= _SPEAKS][:_READ]
    if own:
        yes, no = entails(statement, [_with_question(said, i) for i in own])
        denied = np.array([_denies(said[i][0], statement) for i in own])
        no = np.where(denied, np.maximum(no, yes), no)
        yes = np.where(denied, 0.0, yes)
        if max(yes.max(), no.max()) >= _SURE:
            best = own[int(np.maximum(yes, no).argmax())]
            return ("yes" if yes.max() >= no.max() else "no"), best
    return _by_document(statement, said, nearness, entails)


def _denies(text: str, statement: str) -> bool:
    """Whether a denial stands within a few words of what the statement is about."""
    about = frozenset(stems(statement))
    for match in _DENIES.finditer(text):
        before, after = text[: match.start()].split()[-_REACH:], text[match.end() :].split()[:_REACH]
        if about & frozenset(stems(" ".join(before + after))):
            return True
    return False


def _with_question(said: Sequence[Sentence], place: int) -> str:
    """A sentence with the heading or question before it, as on a form."""
    before = said[place - 1][0] if place else ""
    return f"{before} {said[place][0]}" if before.endswith("?") else said[place][0]


def _by_document(statement: str, said: Sequence[Sentence], nearness: NDArray[np.float64], entails: Entails) -> tuple[Value, int | None]:
    """A document sentence that supports the statement, and names something (a certificate, a card) that the item names too."""
    pages = [i for i in np.argsort(-nearness, kind="stable") if said[i][1] == "document"][:_READ]
    if not pages:
        return None, None
    yes, _ = entails(statement, [said[i][0] for i in pages])
    known = frozenset(stems(statement))
    for place, odds in sorted(zip(pages, yes, strict=True), key=lambda pair: -pair[1]):
        if odds < _SURE:
            break
        names = _names(said[place][0]) - known
        for number, (text, kind) in enumerate(said):
            if kind == "input" and names & frozenset(stems(text)):
                return "yes", number
    return None, None


def _names(text: str) -> frozenset[str]:
    """Stems of words written like names: in capitals inside a sentence."""
    found = re.findall(r"(?<=[\w,;:(] )\(?([A-ZÄÖÜŁŚ][\w'’-]{2,})", text)
    return frozenset(piece for word in found for piece in stems(word) if word.lower() not in STOP)


def _label(wanted: Wanted, request: Request, encoder: Encoder, near: list[Near]) -> Value:
    """The value whose meaning is nearest to the input; memory and shown examples have a vote."""
    names = [value for value, _ in wanted.values]
    meanings = encoder.encode([f"{value}: {means}" for value, means in wanted.values])
    own = [head(request.input), *(piece.text for piece in sentences(request.input))]
    every = (encoder.encode(own) @ meanings.T).astype(float)
    nearness = every[0] + every[1:].max(axis=0, initial=-1.0)
    remembered = [] if request.grounded else near
    shown = [Near(example, 0.6) for example in request.examples]
    voted = vote([*remembered, *shown], wanted.name)
    if voted in names:
        nearness[names.index(str(voted))] += 0.25
    ranked = np.sort(nearness)
    if request.abstain and len(names) > 1 and ranked[-1] - ranked[-2] < _CLOSE:
        return None
    return names[int(nearness.argmax())]


def _plain(wanted: Wanted, ask: str, said: Sequence[Sentence], nearness: NDArray[np.float64]) -> tuple[Value, int | None]:
    """The figure, date or text of the nearest sentence that has one, where the question says that it stands."""
    here = [i for i, (_, kind) in enumerate(said) if (kind == "input") == (wanted.where == "input")]
    asked = frozenset(stems(ask))
    best: tuple[float, Value, int] | None = None
    for place in here:
        text = said[place][0]
        value, in_unit = (
            (first_date(text), False)
            if wanted.kind == "date"
            else (text, False)
            if wanted.kind == "text"
            else _number(wanted.kind, text, asked)
        )
        strength = float(nearness[place]) + _UNIT * in_unit
        if value is not None and strength >= _SPEAKS and (best is None or strength > best[0]):
            best = (strength, value, place)
    return (best[1], best[2]) if best else (None, None)


def _number(kind: str, text: str, asked: frozenset[str]) -> tuple[Value, bool]:
    """The figure of a sentence, and whether it stands in the unit that the question names: the first that does, else the first."""
    plain = _DATE.sub(" ", text)
    for match in re.finditer(r"(?<![\w.-])(\d[\d,]*(?:\.\d+)?)[ -]?(%|[A-Za-z]+)", plain):
        unit = "percent" if match[2] == "%" else match[2]
        if frozenset(stems(unit)) & asked:
            return float(match[1].replace(",", "")), True
    found = figures(plain)
    return (_as_number(kind, text, found[0].value) if found else None), False


def _as_number(kind: str, text: str, first: float) -> float:
    """A money amount is the first that stands beside a currency, if there is one."""
    if kind == "money" and (match := re.search(r"[$€£]\s?(\d[\d,]*(?:\.\d+)?)", text)):
        return float(match[1].replace(",", ""))
    return first


def first_date(text: str) -> str | None:
    """The first date in a text as 2026-05-31; a month without a day is its last."""
    for match in _DATE.finditer(text):
        part = match.groupdict()
        year = int(part["y"] or part["y2"] or part["y3"] or part["y5"])
        named = next((i for i, month in enumerate(_MONTHS, 1) if part["name"] and month.startswith(part["name"].lower())), 0)
        month = int(part["m"] or part["m2"] or part["m5"] or named)
        day = int(part["d"] or part["d2"] or part["d3"] or part["d4"] or 0)
        for candidate in (day,) if day else (31, 30, 29, 28):
            try:
                return datetime(year, month, candidate).date().isoformat()
            except ValueError:
                continue
    return None
