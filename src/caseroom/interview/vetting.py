"""Vetting of a reply that a large model worded: sentence by sentence before anybody sees it, and as a whole. By code and the embedded models, never by a large one.

A sentence passes if each figure and name in it stands in what the model was given, it says no withheld fact, adds no claim, praises nobody, hints at nothing, and asks nothing
but what may be asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from caseroom.cases.model import Case
from caseroom.events import Move
from caseroom.language.encoder import Encoder
from caseroom.language.entailment import CONTRADICTED, PARTLY, SUPPORTED, Entailment
from caseroom.language.phrases import flat
from caseroom.language.support import content, pieces_of, strange_figure, unsupported
from caseroom.language.text import STOP, sentences, stems, words
from caseroom.numerals import figures

_PRAISE = re.compile(
    r"\b(?:great|good|excellent|nice|perfect|wonderful|fantastic|brilliant|smart|sharp|insightful|interesting|impressive|amazing|awesome|clever|solid|strong|thoughtful|"
    r"fair) (?:question|point|thinking|idea|start|answer|approach|job|work|catch|call|one|plan|structure|observation)s?\b|\bwell (?:done|said|put|thought)\b|\bi (?:really )?(?:like|love)\b|"
    r"\byou(?:'re| are) (?:right|correct|doing|on the right)\b|\b(?:that's|that is|this is|sounds) (?:absolutely |exactly |very |really |quite )?(?:right|correct|great|good|excellent|perfect|spot on|important|"
    r"smart|reasonable|sensible)\b|\bexactly right\b|\bkeep (?:it )?up\b|\bgood luck\b",
    re.IGNORECASE,
)
_HINT = re.compile(
    r"\byou (?:should|could|might|may|need to|must|ought to|can also|have to)\b|\b(?:consider|remember to|don't forget|do not forget|make sure|be sure to|keep in mind|think about|"
    r"focus on|look at|try to|start (?:with|by))\b|\bi(?:'d| would)? (?:suggest|recommend|advise|encourage)\b|\bhave you (?:thought|considered)\b|\b(?:hint|tip|advice|suggestion)\b|\bit (?:would|might) be "
    r"(?:good|better|wise|useful|helpful|worth)\b|\bwhy (?:not|don't you)\b",
    re.IGNORECASE,
)
_CONFIRMS = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|no|nope|correct|exactly|absolutely|certainly|definitely|indeed|of course|true|false|precisely|agreed)\b(?! (?:problem|hurry|rush))",
    re.IGNORECASE,
)
"""A yes or a no to something that the candidate supposed: nobody decided it."""
_ABOUT_ITSELF = re.compile(
    r"\b(?:rubric|scorecard|score|prompt|instruction|guideline|fact sheet|language model|as an ai|an ai\b|assistant|chatbot|system message|given (?:text|facts)|provided (?:text|information|context))|"
    r"\b(?:say|ask|opening|candidate|interviewer):|[<>{}\[\]`*#|]|https?:|www\.",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?:;\"“'‘\n] )(?<!^)\b[A-Z][\w'’-]+")
_NOT_NAMES = frozenset("i i'm i'd i'll i've ok okay".split())
_TO_YOU = re.compile(r"^(?:okay|ok|right|understood|i see|so|and|well|alright)?[,.]?\s*(?:so|and)?[,]?\s*(?:you|your)\b", re.IGNORECASE)
_MOST = 0.66
"""Share of a sentence's content words that must stand in the candidate's words to say them back."""
_SUPPORTS, _DENIES = 0.5, 0.5
_SAYS, _NEAR = 0.5, 0.62
_ASKS = 0.55
"""Nearness from which a question is taken for one that may be asked."""
_LONGEST_MORE, _LONGEST_TIMES = 30, 1.6
_ENGLISH = 0.22
_ECHO = 4
"""Words from which saying the candidate's own words again is an echo."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a model was given for one reply, and what the reply has to do."""

    say: tuple[str, ...]
    """What must be said: facts, messy turns; each text whole."""
    known: tuple[str, ...] = ()
    """What was said before: the opening, facts."""
    may_ask: tuple[str, ...] = ()
    """Questions that it may ask."""
    asked: str = ""
    """The candidate's last words; data, never to be confirmed."""
    facts: frozenset[str] = frozenset()
    """Ids of the facts among `say` and `known`."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All that it may stand on."""
        return (*self.say, *self.known, *self.may_ask)


class Vetting:
    """Vets replies in one case."""

    def __init__(self, case: Case, encoder: Encoder, entailment: Entailment) -> None:
        self._case, self._encoder, self._entailment = case, encoder, entailment
        rubric = " ".join(part for point in case.points for part in (point.statement, *point.whole.terms))
        self._withheld = {fact.id: frozenset(stems(fact.say)) for fact in case.facts}
        self._telling = frozenset(stems(rubric)) | frozenset().union(*self._withheld.values())

    def problem(self, sentence: str, given: Given) -> str | None:
        """Why a sentence must not be shown; None if it may."""
        return self._by_words(sentence, given) or (
            self._as_question(sentence, given) if sentence.rstrip().endswith("?") else self._as_statement(sentence, given)
        )

    def _by_words(self, sentence: str, given: Given) -> str | None:
        for fault, pattern in (("praise", _PRAISE), ("a hint", _HINT), ("a yes or no", _CONFIRMS), ("speaks of itself", _ABOUT_ITSELF)):
            if (match := pattern.search(sentence)) and not _stands(match[0], given.texts):
                return f"{fault}: {match[0]!r}"
        texts, said = " ".join(given.texts), words(sentence)
        if len(said) >= _ECHO and f" {' '.join(said)} " in f" {' '.join(words(given.asked))} ":
            return "an echo of the candidate"
        if (strange := strange_figure(sentence, texts)) is not None:
            return f"a figure that it was not given: {strange:g}"
        known = set(words(texts)) | set(words(given.asked)) | _NOT_NAMES
        if (name := next((n[0] for n in _NAME.finditer(sentence) if not set(words(n[0])) <= known), None)) is not None:
            return f"a name that it was not given: {name}"
        if len(said) >= 6 and sum(word in STOP for word in said) < _ENGLISH * len(said):
            return "not in plain English"
        if sum(not letter.isascii() and letter.isalpha() for letter in sentence) > 3:
            return "not in plain English"
        return None

    def _as_question(self, sentence: str, given: Given) -> str | None:
        if not given.may_ask:
            return "a question that is not to be asked"
        near = self._encoder.encode([sentence]) @ self._encoder.encode(list(given.may_ask)).T
        return None if float(near.max()) >= _ASKS else "a question that is not to be asked"

    def _as_statement(self, sentence: str, given: Given) -> str | None:
        said = content(sentence)
        if not said:
            return None
        here, asked = frozenset(stems(" ".join(given.texts))), frozenset(stems(given.asked))
        tell = [s for s in said if s not in here and s not in asked and s in self._telling]
        if len(tell) >= 2:
            return f"words that it was not given: {', '.join(tell[:3])}"
        if leak := self._withheld_in(sentence, given):
            return f"says a withheld fact: {leak}"
        if _TO_YOU.match(sentence) and sum(s in asked for s in said) >= _MOST * len(said):
            return None  # says back what the candidate said, as theirs
        lame = unsupported(sentence, pieces_of((*given.say, *given.known)), self._entailment)
        return None if lame is None else f"a claim that nothing given supports: {lame[:80]}"

    def _withheld_in(self, sentence: str, given: Given) -> str | None:
        """The fact that a sentence says although it was not given it."""
        hidden = [fact for fact in self._case.facts if fact.id not in given.facts]
        if not hidden:
            return None
        vector = self._encoder.encode([sentence])
        near = (self._encoder.encode([fact.say for fact in hidden]) @ vector.T)[:, 0]
        allowed = float((self._encoder.encode(list(given.texts)) @ vector.T).max()) if given.texts else -1.0
        best = [int(i) for i in np.argsort(-near, kind="stable")[:3] if near[i] > 0.3]
        if not best:
            return None
        odds = self._entailment.read([(hidden[i].say, sentence) for i in best])
        for place, row in zip(best, odds, strict=True):
            if (row[SUPPORTED] >= _SAYS and near[place] > allowed) or near[place] >= max(_NEAR, allowed + 0.05):
                return hidden[place].id
        return None

    def nearest(self, question: str, probes: Sequence[Move]) -> Move | None:
        """The follow-up that a question asks; None if it is near to none."""
        near = (self._encoder.encode([question]) @ self._encoder.encode([move.text for move in probes]).T)[0]
        best = int(near.argmax())
        return probes[best] if float(near[best]) >= _ASKS else None

    def lacking(self, said: str, given: Given) -> list[str]:
        """What had to be said and does not stand in the reply, or is denied there; each text whole."""
        return [text for text in given.say if not self._holds(said, text)]

    def _holds(self, said: str, text: str) -> bool:
        wanted = [(round(f.value, 6), f.percent) for f in figures(text)]
        have = {(round(f.value, 6), f.percent) for f in figures(said)}
        if any(figure not in have for figure in wanted):
            return False
        needed = set(stems(text))
        covered = len(needed & set(stems(said))) / max(1, len(needed))
        pieces = [piece.text for piece in sentences(text)] or [text]
        odds = self._entailment.read([(piece, said) for piece in pieces])
        if float(odds[:, CONTRADICTED].max()) >= _DENIES and covered < 0.9:
            return False
        return covered >= 0.75 or (covered >= 0.5 and float((odds[:, SUPPORTED] + 0.5 * odds[:, PARTLY]).min()) >= _SUPPORTS)

    @staticmethod
    def longest(given: Given, plain: str) -> int:
        """Words that a reply may have."""
        return int(len(words(plain)) * _LONGEST_TIMES) + _LONGEST_MORE


def _stands(phrase: str, texts: Sequence[str]) -> bool:
    wanted = flat(phrase)
    return bool(wanted.strip()) and any(wanted in flat(text) for text in texts)
