"""What a turn is made of: clauses, each a question, a request, a bare fragment, a statement that may hint at a question, or a plain statement.

Light syntax over word lists, made for spoken English with and without punctuation. It knows nothing of any case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from caseroom.language.text import Span, fluent, sentences, span, stems, words

Act = Literal["question", "request", "fragment", "hint", "statement"]

_WH = r"(?:how|how's|hows|what|what's|whats|which|who|who's|whos|whose|whom|when|when's|where|where's|wheres|why)"
_AUX = (
    r"(?:is|are|was|were|am|do|does|did|can|could|have|has|had|will|would|should|may|might|must|isn't|aren't|don't|doesn't|didn't|haven't|"
    r"hasn't|won't|wouldn't|couldn't|'s|'re)"
)
_SUBJECT = (
    r"(?:you|we|they|there|it|he|she|i|the|your|their|any|anyone|anybody|someone|somebody|that|these|those|this|all|most|some|every|each|"
    r"people|customers|our|both|either|much|many)"
)
_LEAD = re.compile(
    r"^(?:(?:so|ok|okay|um|uh|er|erm|hmm|well|and|but|also|or|then|now|right|great|thanks|thank you|perfect|good|fine|got it|sure|sorry|yes|yeah|"
    r"no|alright|all right|i see|understood|before that|first|second|next|last|lastly|finally|one more thing|one more|just|like|actually|"
    r"roughly|please|maybe|perhaps|quick question|another question|question|for clarity|to be clear|plus|in that case|you know)\b[\s,:;.–-]*)+",
    re.IGNORECASE,
)
_JOINED = re.compile(
    rf"(?:,\s*|\s+|\s[–-]\s)(?:and|but|also|plus|then)\s+(?=(?:also\s+|then\s+|roughly\s+|if so,?\s+|at\s+|of those,?\s+|in\s+|by\s+)?"
    rf"(?:{_WH}\b|{_AUX}\s+{_SUBJECT}\b))|,\s+(?=(?:how|what|what's|why|who|is|are|do|does|did|can|could|have|has)\s+\w+)|\s[–-]\s",
    re.IGNORECASE,
)
_NO_SPLIT_BEFORE = re.compile(
    r"\b(?:know|understand|tell me|ask|see|hear|wonder(?:ing)?|curious|about|describe|explain|learn)\s*,?$", re.IGNORECASE
)
_INVERTED = re.compile(rf"^{_AUX}\s+(?:{_SUBJECT}|\w+s)\b", re.IGNORECASE)
_WH_ASKS = re.compile(
    rf"^(?:(?:at|in|on|by|for|to|from|with|of|about|until|since)\s+)?{_WH}(?:\s+(?:many|much|long|often|big|large|good|fast|old|accurate|far|well|"
    rf"quickly|soon|reliable|bad|kind|sort|type)\b|(?:(?<=what)|(?<=which)|(?<=whose)|(?<=\bwho))(?:\s+(?!i\b|we\b|it\b|they\b|you\b|he\b|she\b|matters\b)[\w'-]+){{0,4}}?\s+{_AUX}\b|\s+{_AUX}\b|'s\b"
    rf"|(?<=s)\s+(?:the|a|an|your|their|more|most|any|in|it)\b|\s+(?:percentage|percent|share|proportion|fraction)\b|\s+(?:owns|pays|decides|uses|happens|handles|signs|checks|reads|counts|goes|comes|breaks|makes|takes|gets|kind|about)\b|\s*$)",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\b(?:tell me|give me|run me through|list (?:the|all|me)|sketch (?:the|me|out)|(?:could|can) you (?:compare|sketch|share|say|describe|list)|help me|"
    r"explain me|how (?:much|many|long|often) (?:is|are|do|does|did|have|has)|how (?:do|does) (?:they|you|people|the)|is it the|"
    r"any \w+ (?:constraints|limits|rules)|ballpark|baseline for|i(?:'d| would) (?:like|love|need) (?:a|the|your)|(?:not (?:yet )?|un)clear (?:who|"
    r"what|how|why|when|where)|walk me|talk me through|take me through|show me|remind me|describe|explain to me|compare for me|"
    r"share (?:with me|the|some|how|what|any)|say (?:more|something|a word)|i(?:'d| would)? (?:really )?(?:like|love|want|need|have) to "
    r"(?:know|understand|hear|ask|learn|get|see|find out|be clear|clarify)|i(?:'d| would) (?:first |also |then |start by )?ask(?:ing)?\b|"
    r"i(?:'m| am) (?:also )?(?:curious|wondering|interested|not (?:sure|clear)|unsure|missing|trying to)|i(?:'d| would) be (?:curious|interested)|"
    r"i (?:also |just |do )?(?:wonder|need)\b|i (?:don't|do not) (?:yet )?(?:know|understand)|(?:do|does) (?:you|we|anyone|anybody) know|let me ask|"
    r"can i ask|(?:my|another|one|a|the) (?:next |first |last |quick )?question|it would (?:help|be (?:good|useful|helpful|great|nice))|"
    r"(?:would|will) help me|i (?:meant|was asking|was thinking of)\b|(?:what|how) about|any (?:idea|sense|numbers?|figures?|data|word|clue)|talk (?:to me )?about|curious (?:about|how|what|"
    r"whether|if|who|why)|wondering|please (?:say|tell|describe|explain|give)|asking (?:about|how|what|whether)|a (?:feel|sense|picture|rough "
    r"idea) (?:of|for|how))\b",
    re.IGNORECASE,
)
_ASKS_INSIDE = re.compile(rf"\b{_WH}(?:\s+[\w'-]+){{0,3}}?\s+{_AUX}\s+{_SUBJECT}\b", re.IGNORECASE)
_INVERTED_INSIDE = re.compile(
    rf"\b(?:is|are|do|does|did|have|has|can|was|were)\s+(?:you|we|they|there|it|that|the|your|any|people|anyone|somebody)\b|\b{_WH}\s+{_AUX}\b"
    rf"|\b(?:what|how|which|who|where|whats|hows|whos)\s+[\w'-]+(?:\s+[\w'-]+){{0,3}}\s+{_AUX}\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:i|i'd|i'll|i'm|i've|we|we'd|we'll|we're|let's|my|our|should|must|would|will|because|so that|therefore|thank|thanks|okay|ok|sure|yes|"
    r"no|great|understood|target|goal|assume|assuming|suppose)\b",
    re.IGNORECASE,
)
_HINTS = re.compile(
    r"\bplease\b|\bfrom you\b|\bi(?:'d| would| should| must| have to| need to| want to)? (?:still |also |first )?(?:know|ask|hear|learn|lack|miss)\b|\blet me (?:test|check|hear)\b"
    r"|\bi(?:'d| would) (?:want|need|like) (?:the|two|three|a|your)\b|\bwhat i (?:can't|cannot|don't|still|need|lack|miss|want)\b|\blet's (?:go through|talk about)\b"
    r"|\b(?:the|one) (?:figure|number|value|thing) (?:that|i|which|is|behind)\b|\bhow (?:many|much|long|often|good|far|complete|precise)\b|\bwhat(?:'s| is) the\b|\bshould i\b|\bor\s*$"
    r"|\bdoes \w+ ",
    re.IGNORECASE,
)
_PIECES = re.compile(
    r"\s*[,;:]\s*(?:(?:and|or|but|also|plus|then)\s+)?|\s+(?:and|plus|as well as|compared with|versus|vs)\s+|\s[–-]\s", re.IGNORECASE
)
_ASSUMES = re.compile(
    r"\b(?:i(?:'ll| will| would|'d|'m going to| am going to)?(?: just| then| also)? (?:assume|suppose|guess|estimate|take it|go with|pencil in|work with)|"
    r"(?:let's|let us|let me)(?: just)? (?:assume|say|suppose|call it|take|guess|go with)|assuming|my assumption|working assumption|as an assumption|"
    r"i(?:'d| would) put it at)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"\n]{10,}\"|“[^”\n]{10,}”|«[^»\n]{10,}»")
_WORDS_AROUND_A_QUOTE = 3
_TAG = re.compile(
    r"^(?:(?:is|would) that (?:be )?(?:right|so|fair|correct|true|the case|about right)|right|correct|yes|true|am i (?:right|wrong|correct)|"
    r"do i have that right|does that match|isn't it|fair)\W*$",
    re.IGNORECASE,
)

_KINDS: tuple[tuple[str, str], ...] = (
    (r"\bhow many\b|\bnumber of\b|\bcount\b|\bheadcount\b|\bhow (?:big|large) is the (?:team|group|staff)\b", "count"),
    (r"\bhow long\b|\bhow (?:quickly|fast|soon|slow)\b|\bhow much time\b|\bhow many (?:minutes|hours|days|weeks|months|seconds)\b|\bduration\b", "duration"),
    (r"\bhow often\b|\bhow frequent\w*\b|\bhow regularly\b|\bhow many times\b", "frequency"),
    (r"\bwhat (?:share|percentage|percent|proportion|fraction|part)\b|\bhow much of\b|\bwhich share\b|\bwhat % ", "share"),
    (r"\bcosts?\b|\bprice\b|\bbudget\b|\bhow much (?:\w+ ){0,4}(?:spend|paid|charge)\b|\bspending\b|\bmoney\b|\bdollars?\b|\beuros?\b|\bexpensive\b|\bsalary\b|\bpay\b", "money"),
    (r"^\W*(?:\w+\W+){0,3}who(?:se|'s)?\b|\bwhich (?:person|team|people|department|role)\b|\bwho (?:is|are|owns|signs|decides|uses|will|would|has|can|"
     r"does|pays|reads|checks)\b", "person"),
    (r"\bwhy\b|\bhow come\b|\bwhat (?:went wrong|was the reason|reason)\b|\breasons?\b", "reason"),
    (r"\bwhen\b|\bdeadline\b|\bby what date\b|\bwhat date\b|\bhow soon\b|\btimeline\b", "date"),
    (r"\bwhere\b", "place"),
    (r"\bhow (?:good|accurate|reliable|well|bad|often (?:is|are) \w+ wrong)\b|\bquality\b|\baccura\w+\b|\berror rate\b", "quality"),
    (r"\bhow (?:do|does|did|is|are)\b|\bwalk me\b|\bstep by step\b|\bwhat happens\b|\bprocess\b", "process"),
    (r"\b(?:what|which) (?:languages|channels|systems|tools|countries|formats|types|kinds|categories)\b", "list"),
)  # fmt: skip
_KIND_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in _KINDS)
_FITS: dict[str, frozenset[str]] = {
    "count": frozenset({"count", "frequency", "size", "data", "list", "share"}),
    "duration": frozenset({"duration", "date", "frequency"}),
    "frequency": frozenset({"frequency", "count", "share", "duration"}),
    "share": frozenset({"share", "quality", "count", "frequency"}),
    "money": frozenset({"money"}),
    "person": frozenset({"person", "rule"}),
    "reason": frozenset({"reason"}),
    "date": frozenset({"date", "duration", "frequency"}),
    "place": frozenset({"place", "data", "list", "process"}),
    "quality": frozenset({"quality", "share"}),
    "process": frozenset({"process", "data", "rule", "list", "reason", "person", "frequency"}),
    "list": frozenset({"list", "data", "place", "share"}),
}


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a turn and what it does."""

    span: Span
    act: Act
    asks_for: frozenset[str]
    """Kinds of answer that its words ask for; empty if they do not say."""
    assumes: bool
    """Whether it states an assumption."""

    @property
    def text(self) -> str:
        """The words."""
        return self.span.text

    @property
    def asks(self) -> bool:
        """Whether it wants an answer."""
        return self.act not in ("statement", "hint")


def clauses(text: str) -> list[Clause]:
    """The clauses of a turn, in order. A question that is only quoted ('they write "Where is my order?"') asks nothing."""
    found: list[Clause] = []
    heard = without_quotes(text)
    for sentence in sentences(heard):
        asked = sentence.text.rstrip("\"')] ").endswith("?")
        if asked and found and not found[-1].asks and _TAG.match(core(sentence.text)):
            found[-1] = replace(found[-1], act="question")  # "The agents are the users. Is that right?"
            continue
        pieces = _split(heard, sentence)
        before: Act = "statement"
        for number, piece in enumerate(pieces):
            act = _act(piece.text, asked=asked, last=number == len(pieces) - 1)
            if act != "question" and before in ("question", "request") and re.match(rf"{_WH}\b", core(piece.text), re.IGNORECASE):
                act = before  # "I'd like to know who they are, and what they do by hand"
            found.append(Clause(piece, act, asked_kinds(piece.text), bool(_ASSUMES.search(piece.text))))
            before = act
    return [replace(clause, span=span(text, clause.span.start, clause.span.end)) for clause in found]


def without_quotes(text: str) -> str:
    """The text with quoted passages blanked out, of the same length; as it is if there is little else."""
    blank = _QUOTED.sub(lambda match: match[0][0] + " " * (len(match[0]) - 2) + match[0][-1], text)
    return blank if len(words(blank)) >= _WORDS_AROUND_A_QUOTE else text


def _split(text: str, sentence: Span) -> list[Span]:
    start, pieces = sentence.start, []
    for match in _JOINED.finditer(sentence.text):
        end, next_start = sentence.start + match.start(), sentence.start + match.end()
        before = text[start:end]
        if len(words(core(before))) >= 3 and len(words(text[next_start : sentence.end])) >= 2 and not _NO_SPLIT_BEFORE.search(before):
            pieces.append(span(text, start, end))
            start = next_start
    return [*pieces, span(text, start, sentence.end)]


def core(text: str) -> str:
    """The clause without what only leads into it and without stutters: "Okay, and also um how how many" → "how many"."""
    plain = fluent(text)
    return _LEAD.sub("", plain, count=1) or plain


def _act(text: str, *, asked: bool, last: bool) -> Act:
    short = core(text)
    opens = bool(_INVERTED.match(short) or _WH_ASKS.match(short))
    if asked and (last or opens or re.match(rf"{_WH}\b", short, re.IGNORECASE) or _REQUEST.search(short)):
        return "question"
    if opens:
        return "question"
    if _REQUEST.search(short) or _ASKS_INSIDE.search(short) or (_is_speech(text) and _INVERTED_INSIDE.search(short)):
        return "request"
    if 0 < len(words(short)) <= 5 and not _OWN.search(text):
        return "fragment"
    return "hint" if _HINTS.search(text) else "statement"


def pieces(text: str) -> list[str]:
    """The parts of a list: "the money, the dates and who decides" → three; a text that is no list has none."""
    found = [core(piece) for piece in _PIECES.split(text) if stems(piece)]
    return found if len(found) > 1 else []


def _is_speech(text: str) -> bool:
    """Whether it looks like a recogniser's output: no capitals, no punctuation."""
    return len(text) > 20 and not re.search(r"[A-Z.?!,;:]", text)


def asked_kinds(text: str) -> frozenset[str]:
    """The kinds of answer that the words ask for."""
    return frozenset(kind for pattern, kind in _KIND_PATTERNS if pattern.search(text))


def kind_agreement(asks_for: frozenset[str], kinds: tuple[str, ...]) -> int:
    """1 if what is asked for fits one of a fact's kinds, -1 if nothing fits, 0 if the words do not say."""
    if not asks_for:
        return 0
    return 1 if any(_FITS.get(asked, frozenset({asked})) & set(kinds) for asked in asks_for) else -1
