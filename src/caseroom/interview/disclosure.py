"""The ear: which withheld facts a turn asks for. It says a fact, asks back, or says that it is not known; it never writes a fact.

A turn is cut into clauses; only clauses that ask are matched. Two steps, as in search: the *finder* measures each fact by vectors and words
(similarity to its example questions, distance from its near-misses and from the other facts, whether its entity and attribute are named, whether
the kind of answer fits) and picks the few that are worth a closer look; the *reader*, a cross-encoder, reads those together with the
turn. A fitted model makes a probability of both, and three bands decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from caseroom.cases.model import Case, Fact
from caseroom.interview import manners
from caseroom.interview.attacks import is_attack
from caseroom.language.clauses import Clause, clauses, core, kind_agreement, pieces, without_quotes
from caseroom.language.encoder import Encoder
from caseroom.language.match import MEASURES, Entry, Fitted, Index, load_fitted
from caseroom.language.reader import Reader
from caseroom.language.text import fluent, holds, stems, words

FINDS = (
    "best", "near", "miss", "rival", "overlap", "miss_overlap", "rival_overlap", "topic", "entity", "attribute", "fits", "clashes",
    "near_over_miss", "near_full",
)  # fmt: skip
"""What the finder measures of a question and a fact."""
FEATURES = (*FINDS, "found", "found_rival", "read", "read_rival", "fragment", "piece", "hint", "leans", "several", "specific")
"""What is decided on: the finder's measures, its odds, the reader's odds, each also against the best other fact, and the sort of question."""
Outcome = Literal["say", "ask_back", "unknown", "nothing"]
MOST_AT_ONCE = 3
"""Of more facts asked for in one turn only so many are said; more bare topics are not gone through."""
_LEAD_WORDS = 30
"""So many words before a question may lead to it."""
_PASSAGE_WORDS = 60
"""A longer turn is read in passages around its questions."""
_FACT_WORDS = 36
"""So many words of a fact are read."""
_READ_OF_ONE, _READ_AT_LEAST, _WORDS_READ, _WORTH_READING = 3, 2, 110, 0.04
"""Facts read for one question at most; for a turn at least, and so many words; the finder's chance below which a fact is not read."""
_NEARER_MISS = 0.1
"""A fact is out of the question where one of its near-misses is so much nearer than its nearest example question."""
_BARE_WORDS, _BARE_AT_ONCE = 3, 5
"""A list of more than so many topics of so few words is not gone through, either."""
_FOR_YOU, _TOPIC_WORDS = re.compile(r"\?|\b(?:please|pls|you|your|me|thanks|thx)\b", re.IGNORECASE), 2
"""What makes a list one of topics that the interviewer is to go through: it speaks to them, or its items are so short."""
_SPECIFIC = 8
"""More words that carry meaning make a question no clearer."""
_UNREAD = -6.0
"""The reader's odds of a fact that it was not given."""
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
    crowded: bool = False
    """It asks for more at once than is answered. No attack: the first questions are answered, a list of topics is not."""
    courtesy: str | None = None
    """The turn asks about the conversation (time, going on): which kind."""

    @property
    def say(self) -> tuple[str, ...]:
        """Ids of the facts to say, in the order asked."""
        return tuple(dict.fromkeys(f for h in self.heard if h.outcome == "say" for f in h.facts))

    @property
    def ask_back(self) -> tuple[str, ...]:
        """Ids of the one or two facts to ask back about: of one question the two it may mean, of several the likeliest of the first two."""
        unsure = [h.facts for h in self.heard if h.outcome == "ask_back" and not set(h.facts) & set(self.say)]
        firsts = tuple(dict.fromkeys(facts[0] for facts in unsure))
        return firsts[:2] if len(firsts) > 1 else next(iter(unsure), ())

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
    piece: bool
    """Whether it is only a part of a clause that lists several things."""
    passage: str
    """What the reader reads: the turn, or the part of it around the question, after the topic of the last fact said."""

    @property
    def leans(self) -> bool:
        """Whether it can hardly be understood alone."""
        return leans(self.alone) or self.clause.act in ("fragment", "hint") or len(set(stems(self.alone))) <= 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact that a question may ask for."""

    question: int
    fact: int
    features: NDArray[np.float32]
    """In the order of `FEATURES`."""


class Ear:
    """Disclosure for one case."""

    def __init__(self, case: Case, encoder: Encoder, reader: Reader, finder: Fitted | None = None, fitted: Fitted | None = None) -> None:
        self.case = case
        self.encoder = encoder
        self.reader = reader
        self.finder = finder or load_fitted(Path(__file__).parent / "finder.json")
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
        asking = _asking(parts)
        before = self.case.fact(context.last_facts[-1]).topic if context.last_facts else None
        asked = []
        for part in asking:
            around = passage_text(passage(turn, parts, part), before)
            asked.append(Question(part, core(part.text), asked_text(parts, part, before), False, around))
            asked += [Question(part, piece, piece, True, around) for piece in pieces(part.text)]
        return parts, asked

    def finds(self, asked: Sequence[Question], *, leave_out: bool = False) -> NDArray[np.float32]:
        """The finder's measures of each question for each fact, shape (questions, facts, measures), in the order of `FINDS`."""
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
        if is_attack(turn):
            return Disclosure((), attack=True)
        parts, asked = self.questions(turn, context)
        if context.offered and (chosen := self._chosen(turn, parts, context.offered)):
            return Disclosure((Heard(parts[0], "say", chosen, why="an answer to our asking back"),))
        if _is_list(asked):
            steps = tuple(Heard(part, "nothing", (), why="a step of a design") for part in parts)
            return Disclosure(steps) if _are_steps(turn, asked) else Disclosure((), crowded=True)
        verdicts: dict[int, list[Heard]] = {}
        listed = False
        for question, verdict in zip(asked, self._hear(asked), strict=True):
            if not question.piece or verdict.facts:
                verdicts.setdefault(question.clause.span.start, []).append(verdict)
            listed |= verdict.outcome == "say" and (question.piece or question.clause.act not in ("question", "request"))
        heard = tuple(h for part in parts for h in verdicts.get(part.span.start) or [Heard(part, "nothing", (), why="asks nothing")])
        found = Disclosure(heard, courtesy=None if asked else manners.courtesy(turn))
        return Disclosure(() if listed else _first(heard), crowded=True) if len(found.say) > MOST_AT_ONCE else found

    def candidates(self, asked: Sequence[Question], *, leave_out: bool = False) -> list[Candidate]:
        """The facts worth a decision, each with the question that it is likeliest an answer to, as the reader sees them."""
        if not asked:
            return []
        finds = self.finds(asked, leave_out=leave_out)
        chances = self.finder.probability(finds)
        owner = chances.argmax(axis=0)
        beaten = finds[:, :, FINDS.index("miss")] - finds[:, :, FINDS.index("best")] > _NEARER_MISS
        pairs = [
            (number, int(fact))
            for number in range(len(asked))
            for fact in np.argsort(-chances[number], kind="stable")[:_READ_OF_ONE]
            if owner[fact] == number and chances[number, fact] >= _WORTH_READING and not beaten[number, fact]
        ]
        texts = [fact_text(fact) for fact in self.case.facts]
        pairs = sorted(_within_budget(asked, texts, sorted(pairs, key=lambda pair: -chances[pair])))
        read = dict(zip(pairs, self.reader.read([(asked[n].passage, texts[f]) for n, f in pairs]), strict=True))
        odds = np.log(np.maximum(chances, 1e-6)) - np.log(np.maximum(1 - chances, 1e-6))
        made = []
        for number, fact in pairs:
            others = [f for n, f in pairs if n == number and f != fact]
            own = (
                odds[number, fact], odds[number, fact] - np.delete(odds[number], fact).max(initial=_UNREAD),
                read[number, fact], read[number, fact] - max([read[number, f] for f in others], default=_UNREAD),
                asked[number].clause.act == "fragment", asked[number].piece, asked[number].clause.act == "hint", asked[number].leans,
                sum(not question.piece for question in asked) > 1, min(_SPECIFIC, len(set(stems(asked[number].alone)))),
            )  # fmt: skip
            made.append(Candidate(number, fact, np.concatenate([finds[number, fact], own]).astype(np.float32)))
        return made

    def _hear(self, asked: Sequence[Question]) -> list[Heard]:
        return self.decide(asked, self.likely(asked, self.candidates(asked)))

    def likely(self, asked: Sequence[Question], candidates: Sequence[Candidate]) -> list[tuple[tuple[str, float], ...]]:
        """For each question its facts with their probabilities, the likeliest first."""
        chances = self.fitted.probability(np.array([c.features for c in candidates] or np.empty((0, len(FEATURES))), np.float32))
        found: list[list[tuple[str, float]]] = [[] for _ in asked]
        for candidate, chance in zip(candidates, chances, strict=True):
            found[candidate.question].append((self.case.facts[candidate.fact].id, float(chance)))
        return [tuple(sorted(ranked, key=lambda item: -item[1])) for ranked in found]

    def decide(self, asked: Sequence[Question], likely: Sequence[tuple[tuple[str, float], ...]]) -> list[Heard]:
        """A verdict for each question, from its likeliest facts with their probabilities."""
        verdicts = [self._decide(question, ranked) for question, ranked in zip(asked, likely, strict=True)]
        answered = {question.clause.span.start for question, verdict in zip(asked, verdicts, strict=True) if verdict.outcome == "say"}
        together = {question.passage for question, verdict in zip(asked, verdicts, strict=True) if verdict.outcome == "say"}
        for number, (question, verdict) in enumerate(zip(asked, verdicts, strict=True)):
            if verdict.outcome == "unknown" and (
                question.clause.span.start in answered or (not likely[number] and question.passage in together)
            ):
                verdicts[number] = replace(verdict, outcome="nothing", why="answered together with the rest")
        return verdicts

    def _decide(self, question: Question, ranked: tuple[tuple[str, float], ...]) -> Heard:
        first, second = (ranked[n][1] if n < len(ranked) else 0.0 for n in range(2))
        part, limits = question.clause, self.fitted.thresholds
        enough = limits["say_piece" if question.piece else "say_leaning" if question.leans else "say"]
        if first >= enough and first - second >= limits["margin"]:
            return Heard(part, "say", (ranked[0][0],), ranked, "well above the others")
        if second >= limits["say_both"]:
            return Heard(part, "say", (ranked[0][0], ranked[1][0]), ranked, "asks for both")
        silent = question.piece or part.act in ("fragment", "hint")
        if first >= limits["ask"] and part.act != "hint":
            near = tuple(fact for fact, chance in ranked[:2] if chance >= limits["ask_second"] or chance == first)
            return Heard(part, "ask_back", near, ranked, "near, but not sure which")
        return Heard(part, "nothing" if silent else "unknown", (), ranked, "nothing on the sheet is near")

    def _chosen(self, turn: str, parts: Sequence[Clause], offered: tuple[str, ...]) -> tuple[str, ...]:
        """Which of the offered topics a short answer picks: "the first", "both", or a topic's own words."""
        picked = manners.pick(turn, len(offered))
        if picked:
            return tuple(offered[i] for i in picked)
        if len(words(turn)) > 14 or not parts:
            return ()
        features = self.finds([Question(parts[0], core(turn), core(turn), False, turn)])[0]
        near, topic, entity, attribute = (features[:, FINDS.index(name)] for name in ("near", "topic", "entity", "attribute"))
        close = {fact.id: float(value) for fact, value in zip(self.case.facts, near + topic + _NAMED * (entity + attribute), strict=True)}
        first = max(close, key=lambda fact: close[fact])
        clear = all(close[first] - close[other] >= _CLEARLY_NEARER for other in offered if other != first)
        # nearest of the whole sheet: a new question about something else is no answer to ours
        return (first,) if first in offered and close[first] >= _NEAR_A_TOPIC and clear else ()


def _is_list(asked: Sequence[Question]) -> bool:
    """Whether topics are only listed."""
    fragments = sum(question.clause.act == "fragment" and not question.piece for question in asked)
    return fragments > MOST_AT_ONCE or sum(len(words(question.alone)) <= _BARE_WORDS for question in asked) > _BARE_AT_ONCE


def _are_steps(turn: str, asked: Sequence[Question]) -> bool:
    """Whether what is listed are a design's steps ("Load the rates. Replay last month.") and no topics; they unlock nothing, either."""
    whole = [question for question in asked if not question.piece]
    long = bool(np.mean([len(words(question.alone)) for question in whole]) > _TOPIC_WORDS)
    return long and not _FOR_YOU.search(turn) and all(question.clause.act == "fragment" for question in whole)


def _first(heard: Sequence[Heard]) -> tuple[Heard, ...]:
    """As many questions answered as are answered at once, the others left."""
    said: set[str] = set()
    kept = []
    for one in heard:
        fits = one.outcome == "say" and len(said.union(one.facts)) <= MOST_AT_ONCE
        said.update(one.facts if fits else ())
        kept.append(one if fits or one.outcome == "nothing" else replace(one, outcome="nothing", facts=(), why="too much at once"))
    return tuple(kept)


def asked_text(parts: Sequence[Clause], part: Clause, before: str | None) -> str:
    """What a clause asks, in full: with the statements that lead to it, or with the topic that it leans on."""
    lead: list[str] = []
    place = parts.index(part)
    while place and not parts[place - 1].asks and len(words(" ".join([parts[place - 1].text, *lead]))) <= _LEAD_WORDS:
        place -= 1
        lead.insert(0, core(parts[place].text))
    text = " ".join([*lead, core(part.text)])
    return f"({before}) {text}" if before and leans(part.text) else text


def _within_budget(asked: Sequence[Question], facts: Sequence[str], pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of pairs of question and fact, the likeliest first: the first of each whole question, and more until they are too many words."""
    firsts = {next(pair for pair in pairs if pair[0] == number) for number, _ in pairs if not asked[number].piece}
    total = 0
    kept: list[tuple[int, int]] = []
    for number, fact in pairs:
        total += len(asked[number].passage.split()) + len(facts[fact].split())
        if (number, fact) in firsts or len(kept) < _READ_AT_LEAST or total <= _WORDS_READ:
            kept.append((number, fact))
    return kept


def passage(turn: str, parts: Sequence[Clause], part: Clause) -> str:
    """The part of a turn that the reader sees of a question: all of it, or the clauses around the question."""
    if len(words(turn)) <= _PASSAGE_WORDS:
        return turn
    first = last = parts.index(part)
    while last + 1 < len(parts) and parts[last + 1].asks and _length(parts, first, last + 1) <= _PASSAGE_WORDS:
        last += 1
    while first and _length(parts, first - 1, last) <= _PASSAGE_WORDS:
        first -= 1
    return turn[parts[first].span.start : parts[last].span.end]


def _length(parts: Sequence[Clause], first: int, last: int) -> int:
    return sum(len(words(part.text)) for part in parts[first : last + 1])


def passage_text(text: str, before: str | None) -> str:
    """What the reader is given of a turn."""
    text = fluent(without_quotes(text))
    return f"({before}) {text}" if before else text


def fact_text(fact: Fact) -> str:
    """What the reader is given of a fact."""
    return " ".join(f"{fact.topic}: {fact.say}".split()[:_FACT_WORDS])


def _asking(parts: Sequence[Clause]) -> list[Clause]:
    """The clauses that ask about the business: questions and requests; without any, bare topics; without any, what may hint at a question."""
    there = [part for part in parts if words(part.text) and not manners.courtesy(part.text)]
    for acts in (("question", "request"), ("fragment",), ("hint",)):
        if found := [part for part in there if part.act in acts]:
            return found
    return []


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
