"""The ear: which withheld facts a turn asks for. It says a fact, asks back, or says that it is not known; it never writes a fact.

A turn is cut into clauses; only clauses that ask are matched. Each fact is measured (similarity to its example questions, distance from its
near-misses and from the other facts, whether its entity and attribute are named, whether the kind of answer fits), by its own words and
together with what leads to it or what it leans on. A fitted model turns the measures into a probability, and three bands decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from caseroom.cases.model import Case, Fact
from caseroom.interview import manners
from caseroom.language.clauses import Clause, clauses, core, kind_agreement
from caseroom.language.encoder import Encoder
from caseroom.language.match import MEASURES, Entry, Fitted, Index, load_fitted
from caseroom.language.text import holds, stems, words

FEATURES = (
    "best", "near", "miss", "rival", "overlap", "miss_overlap", "rival_overlap", "topic", "entity", "attribute", "fits", "clashes",
    "near_over_miss", "near_full",
)  # fmt: skip
Outcome = Literal["say", "ask_back", "unknown", "nothing"]
_MOST_AT_ONCE = 3
"""More facts in one turn, or more bare topics, is asking for the sheet."""
_LEAD_WORDS = 30
"""So many words before a question may lead to it."""
_NEAR_A_TOPIC, _CLEARLY_NEARER, _NAMED = 0.7, 0.08, 0.1
"""For an answer to our asking back: sum of two cosines (to the questions, to the topic), its distance from the other topic, and what a
named entity or attribute adds."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one clause was taken for."""

    clause: Clause
    outcome: Outcome
    facts: tuple[str, ...]
    """Facts to say, or the one or two to ask back about."""
    candidates: tuple[tuple[str, float], ...] = ()
    """The likeliest facts with their probabilities."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a turn unlocks."""

    heard: tuple[Heard, ...]
    attack: bool = False
    """The turn tries to get at what is withheld by other means than asking."""
    courtesy: str | None = None
    """The turn asks about the conversation (time, going on): which kind."""

    @property
    def say(self) -> tuple[str, ...]:
        """Ids of the facts to say, in the order asked."""
        return tuple(dict.fromkeys(f for h in self.heard if h.outcome == "say" for f in h.facts))

    @property
    def ask_back(self) -> tuple[str, ...]:
        """Ids of the one or two facts to ask back about: those of the first clause that needs it."""
        return next((h.facts for h in self.heard if h.outcome == "ask_back" and not set(h.facts) & set(self.say)), ())

    @property
    def unknown(self) -> tuple[str, ...]:
        """Words of the clauses that ask for something the case does not know."""
        return tuple(h.clause.text for h in self.heard if h.outcome == "unknown")

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the candidate assumed, in their words."""
        return tuple(h.clause.text for h in self.heard if h.clause.assumes and not h.clause.asks)


@dataclass(frozen=True, slots=True)
class Context:
    """What was said just before."""

    last_facts: tuple[str, ...] = ()
    """Facts said in the latest reply that said any."""
    offered: tuple[str, ...] = ()
    """Facts that the latest reply asked back about."""


@dataclass(frozen=True, slots=True)
class Question:
    """An asking clause as it is matched."""

    clause: Clause
    alone: str
    """Its own words."""
    full: str
    """With what leads to it or what it leans on."""


class Ear:
    """Disclosure for one case."""

    def __init__(self, case: Case, encoder: Encoder, fitted: Fitted | None = None) -> None:
        self.case = case
        self.encoder = encoder
        self.fitted = fitted or load_fitted(Path(__file__).parent / "ear.json")

    @cached_property
    def _index(self) -> Index:
        return Index(self.encoder, [Entry(fact.id, fact.questions, fact.near_misses) for fact in self.case.facts])

    @cached_property
    def _topics(self) -> NDArray[np.float32]:
        return self.encoder.encode([fact.topic for fact in self.case.facts])

    def lines(self) -> list[str]:
        """All texts whose vectors this ear needs."""
        return [line for fact in self.case.facts for line in (*fact.questions, *fact.near_misses, fact.topic)]

    def questions(self, turn: str, context: Context = Context()) -> tuple[list[Clause], list[Question]]:
        """The clauses of a turn, and those of them that ask about the business."""
        parts = clauses(turn)
        asking = [part for part in parts if part.asks and words(part.text) and not manners.courtesy(part.text)]
        if any(part.act != "fragment" for part in asking):  # beside a question, "First of all:" only leads into it
            asking = [part for part in asking if part.act != "fragment"]
        before = self.case.fact(context.last_facts[-1]).topic if context.last_facts else None
        return parts, [Question(part, core(part.text), asked_text(parts, part, before)) for part in asking]

    def features(self, asked: Sequence[Question], *, leave_out: bool = False) -> NDArray[np.float32]:
        """Features of each question for each fact, shape (questions, facts, features), in the order of `FEATURES`."""
        alone = [question.alone for question in asked]
        vectors = self.encoder.encode(alone)
        measures = self._index.measure(alone, vectors, leave_out=leave_out)
        near, miss = measures[:, :, MEASURES.index("near")], measures[:, :, MEASURES.index("miss")]
        full = near.copy()
        differ = [row for row, question in enumerate(asked) if question.full != question.alone]
        if differ:
            full[differ] = self._index.measure([asked[row].full for row in differ], leave_out=leave_out)[:, :, MEASURES.index("near")]
        typed = np.array([[_typed(question, fact) for fact in self.case.facts] for question in asked], np.float32)
        own = np.stack([near - miss, np.maximum(near, full)], axis=2)
        return np.concatenate([measures, (vectors @ self._topics.T)[:, :, None], typed, own], axis=2).astype(np.float32)

    def listen(self, turn: str, context: Context = Context()) -> Disclosure:
        """What the turn unlocks. Deterministic; says nothing for statements, attacks and courtesies."""
        if manners.is_attack(turn):
            return Disclosure((), attack=True)
        parts, asked = self.questions(turn, context)
        if context.offered and (chosen := self._chosen(turn, parts, context.offered)):
            return Disclosure((Heard(parts[0], "say", chosen, why="an answer to our asking back"),))
        if sum(question.clause.act == "fragment" for question in asked) > _MOST_AT_ONCE:
            return Disclosure((), attack=True)
        verdicts = {question.clause.span.start: heard for question, heard in zip(asked, self._hear(asked), strict=True)}
        heard = tuple(verdicts.get(part.span.start) or Heard(part, "nothing", (), why="asks nothing") for part in parts)
        found = Disclosure(heard, courtesy=None if asked else manners.courtesy(turn))
        return Disclosure((), attack=True) if len(found.say) > _MOST_AT_ONCE else found

    def _hear(self, asked: Sequence[Question]) -> list[Heard]:
        if not asked:
            return []
        features = self.features(asked)
        chances = self.fitted.probability(features)
        best, miss, full = (features[:, :, FEATURES.index(name)] for name in ("best", "miss", "near_full"))
        strange = (np.maximum(best, full) < self.fitted.thresholds["floor"]) | (miss - best > self.fitted.thresholds["nearer_miss"])
        chances[strange] = 0.0  # no example question is anywhere near, or a near-miss is clearly nearer
        return [self._decide(question.clause, row) for question, row in zip(asked, chances, strict=True)]

    def _decide(self, part: Clause, chances: NDArray[np.float64]) -> Heard:
        order = np.argsort(-chances, kind="stable")[:3]
        ranked = tuple((self.case.facts[i].id, float(chances[i])) for i in order)
        first, second = ranked[0][1], ranked[1][1] if len(ranked) > 1 else 0.0
        limits = self.fitted.thresholds
        strict = limits["say_fragment"] if part.act == "fragment" else limits["say"]
        if first >= strict and first - second >= limits["margin"]:
            return Heard(part, "say", (ranked[0][0],), ranked, "well above the others")
        if first >= limits["ask"]:
            near = tuple(fact for fact, chance in ranked[:2] if chance >= limits["ask_second"] or chance == first)
            return Heard(part, "ask_back", near, ranked, "near, but not sure which")
        return Heard(part, "nothing" if part.act == "fragment" else "unknown", (), ranked, "nothing on the sheet is near")

    def _chosen(self, turn: str, parts: Sequence[Clause], offered: tuple[str, ...]) -> tuple[str, ...]:
        """Which of the offered topics a short answer picks: "the first", "both", or a topic's own words."""
        picked = manners.pick(turn, len(offered))
        if picked:
            return tuple(offered[i] for i in picked)
        if len(words(turn)) > 14 or not parts:
            return ()
        features = self.features([Question(parts[0], core(turn), core(turn))])[0]
        near, topic, entity, attribute = (features[:, FEATURES.index(name)] for name in ("near", "topic", "entity", "attribute"))
        close = {fact.id: float(value) for fact, value in zip(self.case.facts, near + topic + _NAMED * (entity + attribute), strict=True)}
        first = max(close, key=lambda fact: close[fact])
        clear = all(close[first] - close[other] >= _CLEARLY_NEARER for other in offered if other != first)
        # nearest of the whole sheet: a new question about something else is no answer to ours
        return (first,) if first in offered and close[first] >= _NEAR_A_TOPIC and clear else ()


def asked_text(parts: Sequence[Clause], part: Clause, before: str | None) -> str:
    """What a clause asks, in full: with the statements that lead to it, or with the topic that it leans on."""
    lead: list[str] = []
    place = parts.index(part)
    while place and not parts[place - 1].asks and len(words(" ".join([parts[place - 1].text, *lead]))) <= _LEAD_WORDS:
        place -= 1
        lead.insert(0, core(parts[place].text))
    text = " ".join([*lead, core(part.text)])
    return f"({before}) {text}" if before and leans(part.text) else text


def _typed(question: Question, fact: Fact) -> tuple[float, float, float, float]:
    """Whether the entity and the attribute are named, whether the kind of answer fits, whether it clashes."""
    own = frozenset(stems(question.alone))
    agreement = kind_agreement(question.clause.asks_for, fact.kind)
    entity = any(holds(own, phrase) for phrase in fact.entity)
    attribute = any(holds(own, phrase) for phrase in fact.attribute)
    return float(entity), float(attribute), float(agreement == 1), float(agreement == -1)


def leans(text: str) -> bool:
    """Whether a clause leans on what was said before: short, or with a pronoun in place of its entity."""
    said = words(core(text))
    return len(said) <= 4 or (
        len(said) <= 9 and bool({"those", "that", "it", "them", "these", "they", "ones", "others", "this"} & set(said))
    )
