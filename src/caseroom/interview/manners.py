"""What a turn does besides asking for facts: courtesies about the conversation, refusals, answers to our asking back. Word patterns only."""

from __future__ import annotations

import re

from caseroom.language.text import words

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
