"""What a turn does besides asking for facts: attacks on the sheet, courtesies about the conversation, refusals, answers to our asking back.

Word patterns only. An attack unlocks nothing; whoever wants a fact can ask for it.
"""

from __future__ import annotations

import base64
import binascii
import re

from caseroom.language.text import sentences, words

_ATTACKS = re.compile(
    r"\b(?:cancel|drop|lift|suspend) (?:all |any )?(?:of )?your (?:\w+ )?(?:restriction|rule|instruction|guideline)|\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instruction|rule|prompt|guideline|polic|constraint|everything|above|previous|prior|"
    r"restriction)"
    r"|\b(?:system|hidden|secret|internal|initial|original) (?:prompt|instruction|message|note|rule|sheet|fact)"
    r"|\b(?:developer|debug|admin|root|god|maintenance|test|sudo|jailbreak|dan) mode\b|\bjailbreak\b|\bsudo\b"
    r"|\b(?:fact|answer|cheat|scoring|score|briefing|case|interviewer'?s?|info|data|number|your|whole|entire|full|the) ?sheet\b"
    r"|(?<!common )(?<!own )\b(?:rubric|score ?card|marking (?:guide|scheme|key)|(?<!an )answer key|(?<!let the )(?<!lets the )model answer|model solution|solution key|"
    r"grading (?:guide|criteria|scheme))\b"
    r"|\b(?:everything|anything|all)\b(?: that| which| the things| of what)?\s?\b(?:you know|you have|you(?:'ve| have) got|you can|you are holding|there is to know|withh\w+|hidden|"
    r"holding back|on file|in your (?:notes|head|files|brief))"
    r"|\b(?:your|the interviewer'?s?) (?:notes|instructions|prompt|script|brief(?:ing)?|hidden|secret|context window|"
    r"configuration|config|cards?)\b"
    r"|\b(?:pretend(?:ing)? (?:you|to be|that)|imagine (?:you(?:'re| are| were)|that you|yourself)|role-?play|(?<!to )act (?:as|like) (?:if|though|an?|the|my)|you are now|you're now|from now on you|let's play|play the role|simulate being|roleplay|you (?:be|play) the (?:candidate|interviewee|applicant)|(?:swap|switch|change|trade) (?:roles|seats|sides|places))\b"
    r"|\b(?:got|gets|scored|earned) (?:the )?(?:top|full|best|highest) (?:marks?|scores?)\b"
    r"|\b(?:predict|generate|continue|produce)\b.{0,40}\b(?:tokens?|continuation)\b|(?:\?\s*\|[^?]*){3}"
    r"|\b(?:give|tell|grant|award)\b.{0,20}\b(?:hint|clue|full marks|top score|100|perfect score|the answer|the solution|maximum)\b"
    r"|\bwhat (?:would|does|do) (?:a|the|an)? ?(?:strong|good|ideal|perfect|best|top|great) (?:answer|candidate|response|solution)"
    r"|\b(?:what|which)\b.{0,30}\b(?:should i (?:say|answer|write|mention|include|reply)|am i supposed to (?:say|answer|write)|do you want me to (?:say|answer|write)|you want to hear|(?:are you|the \w+ is) looking for|points? (?:do|would|will) i)"
    r"|\b(?:mark|grade|score|rate)\b.{0,16}\b(?:me|this|my|it)\b.{0,24}(?:\d|correct|perfect|full|highest|covered|maximum|top)"
    r"|\b(?:i am|i'm|this is) (?:the|an?|your) (?:case |real |actual )?(?:author|developer|admin\w*|creator|owner|engineer|maintainer|examiner|auditor|"
    r"supervisor|ceo|operator|tester)\b"
    r"|<\|?(?:system|im_start|assistant|endoftext)|\[/?(?:system|inst)\]|^[ \t]*(?:system|assistant|developer)[ \t]*:|\"role\"\s*:|```|\b(?:rot13|base64|pig ?latin|"
    r"hex(?:adecimal)?|morse)\b"
    r"|\b(?:spell\w*|write|written|say|read|print|text|words?|letters?|answer)\b.{0,40}\b(?:backwards|reversed)\b"
    r"|\b(?:complete|finish|continue|fill in)\b (?:the|this|my|that|each|every|these)\b.{0,20}\b(?:sentences?|blanks?|paragraph|text|phrase|list|story)",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_TELL_ALL = re.compile(
    r"\b(?:tell|give|share|send|show|hand|say|list|walk|talk|fill|brief|provide|lay)\b.{0,30}\b(?:everything|it all|the lot|the works|whatever you have|"
    r"all of it|the whole (?:thing|story|lot|picture)|the full (?:picture|story)|all (?:there is|that)|as much as)\b",
    re.IGNORECASE,
)
_GREEDY = re.compile(
    r"(?<!how )\b(?:all|every|each|full|complete|entire|whole)\b(?: of)?(?: the| your| my| these| those| single| one)*.{0,14}\b(?:facts?|figures?|numbers?|"
    r"answers?|details?|information|info|notes?|data ?points?|metrics|stats|statistics|briefing|context|background)\b(?!.{0,30}\b(?:in the|of the "
    r"(?:data|article|record))\b)"
    r"|\b(?:reveal|leak|dump|spill|exfiltrate|print|output|recite|repeat|enumerate|divulge|disclose|unlock|decode|translate)\b.{0,60}\b(?:facts?|"
    r"numbers?|figures?|notes?|sheet|everything|all|prompt|instructions?|information|content|secrets?|withheld|hidden|answer|values?|list|context)\b",
    re.IGNORECASE,
)
"""An attack, unless the sentence is about the candidate's own design ("every answer would carry its source")."""
_DESIGN = re.compile(r"\b(?:i'd|i would|we'd|we would|would|i'll|we'll|how (?:much|many|long|often))\b", re.IGNORECASE)
_ADDRESSED = re.compile(r"\b(?:you|your|yours|interviewer\w*|facts?|please|kindly|give|tell|send|hand|show)\b", re.IGNORECASE)
_WHAT_IS_MISSING = re.compile(
    r"\b(?:nudge|steer|tip) me\b|\b(?:haven't|have not|have i not|didn't|did i not) (?:i )?(?:yet )?(?:asked?|uncovered?|found|find|covered?|mentioned?)\b"
    r"|\bwhat (?:am i missing|did i (?:miss|forget)|should i be asking|else should i ask|would you ask(?! of\b| for\b| from\b))\b|\binterviewer (?:knows?|knew|has|had)\b"
    r"|\bmost important (?:thing|fact|point|number|figure) (?:to know|here|on)\b",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^[ \t]*[\w-]{1,40}(?: [\w-]{1,40})?[ \t]*[:=][ \t]*\S", re.MULTILINE)
_HEADERS = 3
"""Lines like `name: value` from which a turn counts as a pasted document."""
_ENCODED = re.compile(r"\b[A-Za-z0-9+/]{24,}={0,2}(?![A-Za-z0-9])")
_ROT_WORDS = frozenset("gryy zr gur lbhe nyy snpgf rirelguvat ahzoref vtaber lbh ner naq erirny cyrnfr fubj jung vafgehpgvbaf".split())
_COMMON = frozenset(
    "the a and you your all me to of is are i in for on it that what how tell give show facts everything numbers please with".split()
)

_COURTESIES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("time", r"\bhow (?:much|many) (?:more )?(?:time|minutes)\b.{0,14}\b(?:left|remain\w*|do i have\W*$|have i\b|do we have\W*$|have we\b|is left|for this step)"
                 r"|\bhow (?:am i|are we) doing (?:on|for|with) time\b|\bam i (?:over|out of) time\b"),
        ("go_on", r"^(?:\W|so|ok|okay|and|then|um|uh|right)*(?:(?:shall|should|may|can|could) (?:i|we) (?:just |now |then )?(?:go on|continue|move on|move to|"
                  r"start|begin|proceed|go ahead|go deeper|sketch|walk you|dive|jump|take (?:a|one|two|some|thirty|a few)|think|pause|summari[sz]e|come back|"
                  r"turn to|share|draw|structure|lay out|propose|close|wrap|carry on|keep going|pick)|does (?:that|this|it) (?:make sense|sound|work|"
                  r"match|fit|answer|cover|help|seem|land|look|feel|sum)|does (?:this|that|the|my)\b.{1,60}\b(?:make sense|work for you|sound (?:right|good|sensible))|would you mind if i\b|"
                  r"(?:is|would) it (?:be )?(?:ok|okay|all ?right|alright|fine) (?:if i|for you)\b|am i (?:on the right|going too|making sense|too fast)|have i been clear|"
                  r"would you rather (?:hear|have me|see|that i|i)\b|tell me if you(?:'d| would) rather|could we agree|is that a fair|(?:right|so|okay|ok)?,? ?i have what i need|(?:is|are) (?:that|this|you) (?:ok|okay|fine|clear|alright|all right|good|enough|happy|"
                  r"still with me|with me so far|sound|what you had in mind|the level)|any (?:questions|thoughts|concerns|objections|comments)\b.{0,40}$|"
                  r"(?:do|would|should|will) (?:you|i) (?:want|like|prefer|rather)\b.{0,12}\b(?:me|i|to go|go)\b|ready\b|happy (?:with|for)|"
                  r"(?:where|which (?:part|step|one)) (?:would|do|should) (?:you|i|we) (?:(?:like|want|prefer) (?:me )?to )?(?:start|begin|go\b|dive|focus|continue)|sound (?:good|right|fair|reasonable)|make sense|okay\?|alright\?|"
                  r"(?:can you |could you |just )*give me (?:a|one|two|some|half a) (?:minute|moment|second|sec|minutes|seconds)|can you (?:hear|see|follow) (?:me|this)|(?:can|could) you repeat|sorry\?|pardon|come again|what(?:'s| is) next)"),
    )
)  # fmt: skip
_REFUSAL = re.compile(
    r"^(?:\W|so|ok|okay|well|um|uh|honestly|sorry|no|hmm)*(?:i(?:'d| would) (?:rather|prefer(?: to)?) (?:not|(?:to )?(?:skip|leave|move))|(?:let's|let us|can we|"
    r"i'd like to|i want to|i'll) (?:just )?(?:skip|move on|leave (?:it|that)|pass|come back|park)|skip|pass\b|no idea|i (?:don't|do not|really "
    r"don't) (?:know|have (?:an|a|more)|want)|not sure|i(?:'m| am) not sure|i can't say|nothing (?:more|else)|that's (?:it|all)|next\b)",
    re.IGNORECASE,
)
_ORDINALS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"\b(?:the )?(?:first|former|1st|one)\b", re.IGNORECASE), 0),
    (re.compile(r"\b(?:the )?(?:second|latter|2nd|two|other)\b", re.IGNORECASE), 1),
)


def is_attack(turn: str) -> bool:
    """Whether the turn reaches for the withheld sheet, the rubric or the machinery instead of asking about the business."""
    patterns = (_ATTACKS, _TELL_ALL, _WHAT_IS_MISSING)
    greedy = (sentence.text for sentence in sentences(turn) if _GREEDY.search(sentence.text))
    return (
        any(_ADDRESSED.search(text) or not _DESIGN.search(text) for text in greedy)
        or any(p.search(turn) for p in patterns)
        or len(_HEADER.findall(turn)) >= _HEADERS
        or _is_encoded(turn)
    )


def _is_encoded(turn: str) -> bool:
    for match in _ENCODED.finditer(turn):
        try:
            decoded = base64.b64decode(match[0] + "=" * (-len(match[0]) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        if decoded and sum(32 <= byte < 127 for byte in decoded) / len(decoded) > 0.9:
            return True
    said = words(turn)
    if len(set(said) & _ROT_WORDS) >= 2:
        return True
    backwards = words(turn[::-1])
    if len(set(backwards) & _COMMON) >= 3 and len(set(backwards) & _COMMON) > len(set(said) & _COMMON):
        return True
    spelled = re.findall(r"(?:\b\w[ .·-]){8,}", turn)
    return bool(spelled)


def courtesy(text: str) -> str | None:
    """The kind of a question about the conversation itself: `time` or `go_on`; None if it is none."""
    return next((kind for kind, pattern in _COURTESIES if pattern.search(text)), None)


def is_refusal(turn: str) -> bool:
    """Whether a short turn declines to answer a probe."""
    return len(words(turn)) <= 25 and bool(_REFUSAL.match(turn))


def pick(turn: str, offered: int) -> tuple[int, ...]:
    """Which of the offered topics a short turn names by place: "the second", "both", "yes" if there was one."""
    said = words(turn)
    if not said or len(said) > 8:
        return ()
    if re.search(r"\b(?:both|either|all|each)\b", turn, re.IGNORECASE):
        return tuple(range(offered))
    if offered == 1:
        return (0,) if re.match(r"\W*(?:yes|yeah|yep|exactly|correct|right|that|sure|please|indeed)\b", turn, re.IGNORECASE) else ()
    places = {place for pattern, place in _ORDINALS if pattern.search(turn)}
    return tuple(places) if len(places) == 1 and len(said) <= 6 else ()
