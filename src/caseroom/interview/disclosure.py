"""The ear: which withheld facts a turn asks for. It says a fact, asks back, or says that it is not known; it never writes a fact.

A turn is cut into clauses; only clauses that ask are matched. Each fact is measured (similarity to its example questions, distance from its
near-misses and from the other facts, whether its entity and attribute are named, whether the kind of answer fits), a fitted model
turns the measures into a probability, and three bands decide. What was asked about before helps with a short follow-up.
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
from caseroom.language.match import Entry, Fitted, Index, load_fitted
from caseroom.language.text import holds, stems, words

FEATURES = (
    "best", "near", "miss", "rival", "overlap", "miss_overlap", "rival_overlap", "topic", "entity", "attribute", "fits", "clashes",
    "near_over_miss",
)  # fmt: skip
Outcome = Literal["say", "ask_back", "unknown", "nothing"]


_NEAR_A_TOPIC, _CLEARLY_NEARER = 0.7, 0.08
"""For an answer to our asking back: sum of two cosines (to the questions, to the topic), and its distance from the other topic."""


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

    def features(self, parts: Sequence[Clause], texts: Sequence[str] | None = None, *, leave_out: bool = False) -> NDArray[np.float32]:
        """Features of each clause for each fact, shape (clauses, facts, features); `texts` stand in for the clauses' own words."""
        said = [core(part.text) for part in parts] if texts is None else list(texts)
        vectors = self.encoder.encode(said)
        measures = self._index.measure(said, vectors, leave_out=leave_out)
        topic = (vectors @ self._topics.T)[:, :, None]
        typed = np.array(
            [[_typed(part, text, fact) for fact in self.case.facts] for part, text in zip(parts, said, strict=True)], np.float32
        )
        margin = (measures[:, :, 1] - measures[:, :, 2])[:, :, None]
        return np.concatenate([measures, topic, typed, margin], axis=2).astype(np.float32)

    def listen(self, turn: str, context: Context = Context()) -> Disclosure:
        """What the turn unlocks. Deterministic; says nothing for statements, attacks and courtesies."""
        if manners.is_attack(turn):
            return Disclosure((), attack=True)
        parts = clauses(turn)
        if context.offered and (chosen := self._chosen(turn, parts, context.offered)):
            return Disclosure((Heard(parts[0], "say", chosen, why="an answer to our asking back"),))
        courtesy = manners.courtesy(turn)
        asking = [part for part in parts if part.asks and words(part.text) and not manners.courtesy(part.text)]
        if any(part.act != "fragment" for part in asking):  # beside a question, "First of all:" only leads into it
            asking = [part for part in asking if part.act != "fragment"]
        verdicts = dict(zip((part.span.start for part in asking), self._hear(asking, context), strict=True))
        heard = tuple(verdicts.get(part.span.start) or Heard(part, "nothing", (), why="asks nothing") for part in parts)
        return Disclosure(heard, courtesy=None if asking else courtesy)

    def _hear(self, asking: Sequence[Clause], context: Context) -> list[Heard]:
        if not asking:
            return []
        chances = self._chances(asking, [core(part.text) for part in asking])
        unclear = chances.max(axis=1) < self.fitted.thresholds["say"]
        follow = [i for i, part in enumerate(asking) if context.last_facts and unclear[i] and _leans(part.text)]
        if follow:
            topic = self.case.fact(context.last_facts[-1]).topic
            leaning = self._chances([asking[i] for i in follow], [f"{core(asking[i].text)} ({topic})" for i in follow])
            chances[follow] = np.maximum(chances[follow], leaning)
        return [self._decide(part, chances[i]) for i, part in enumerate(asking)]

    def _chances(self, parts: Sequence[Clause], texts: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities, shape (clauses, facts); none where no example question is anywhere near, or a near-miss is clearly nearer."""
        features = self.features(parts, texts)
        chances = self.fitted.probability(features)
        best, miss = features[:, :, FEATURES.index("best")], features[:, :, FEATURES.index("miss")]
        chances[(best < self.fitted.thresholds["floor"]) | (miss - best > self.fitted.thresholds["nearer_miss"])] = 0.0
        return chances

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
        places = [next(n for n, fact in enumerate(self.case.facts) if fact.id == wanted) for wanted in offered]
        features = self.features(parts[:1], [core(turn)])[0, places]
        close = features[:, FEATURES.index("near")] + features[:, FEATURES.index("topic")]
        order = np.argsort(-close, kind="stable")
        clear = len(close) == 1 or close[order[0]] - close[order[1]] >= _CLEARLY_NEARER
        return (offered[order[0]],) if close[order[0]] >= _NEAR_A_TOPIC and clear else ()


def _typed(part: Clause, text: str, fact: Fact) -> tuple[float, float, float, float]:
    """Whether the entity and the attribute are named, whether the kind of answer fits, whether it clashes."""
    own = frozenset(stems(text))
    agreement = kind_agreement(part.asks_for, fact.kind)
    entity = any(holds(own, phrase) for phrase in fact.entity)
    attribute = any(holds(own, phrase) for phrase in fact.attribute)
    return float(entity), float(attribute), float(agreement == 1), float(agreement == -1)


def _leans(text: str) -> bool:
    """Whether a clause leans on what was said before: short, or with a pronoun in place of its entity."""
    said = words(core(text))
    return len(said) <= 4 or (
        len(said) <= 9 and bool({"those", "that", "it", "them", "these", "they", "ones", "others", "this"} & set(said))
    )
