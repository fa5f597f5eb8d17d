"""Whether a turn is an attack: a demand, addressed to the interviewer, for the sheet, the score or the rubric, or an order to behave otherwise.

Word patterns only. What the turn reaches for is one thing, whether the interviewer is told to hand it over is the other; an attack needs both. A
statement about a design ("a rule compares each number"), what a design hears or says ("ignore your rules"), and a question about the business are none.
"""

from __future__ import annotations

import base64
import binascii
import re

from caseroom.language.text import words


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_PAPER = (
    r"(?:(?:fact|cheat|scoring|score|briefing|case|answer|info) ?sheet|sheet|rubric|score ?card|marking (?:guide|scheme|key)|(?:grading|evaluation|scoring) (?:guide|criteria|scheme)|"
    r"answer key|model (?:answer|solution)|solution key|(?:system |initial |original )?prompt|instructions|brief(?:ing)?|context window|config(?:uration)?|"
    r"case (?:notes|file|facts)|dossier|fact base|cards)"
)
_KNOWN = r"(?:facts?|figures?|numbers?|answers?|details?|information|info|notes?|data ?points?|metrics|stats|statistics|briefing|context|background|data|lines?)"
_SECRET = r"(?:hidden|secret|internal|withheld|confidential|held-?back|undisclosed)"
_YOURS = rf"(?:your|ur|interviewer'?s)(?: own)?(?: \w+)? (?:{_PAPER}|notes|facts|secrets?|information|hidden \w+)"
_CASE = _any(
    rf"\b{_YOURS}\b", rf"\b(?:{_SECRET}|system|initial|original) (?:\w+ )?(?:prompt|instruction|message|rule|sheet|part|material|fields|{_KNOWN})\b",
    r"\b(?:fact|cheat|case|answer) ?sheet\b|\bcase (?:notes|file|facts|material|data)\b|\bfact base\b",
    r"\b(?:everything|anything|all|whatever|facts?|figures?|numbers?|information|data|sheet|brief(?:ing)?|notes)\b(?: that| which| of what| the things)?,? (?:else )?(?:you know|you have|you(?:'ve| have) (?:got|been|started)|"
    r"you(?:'re| are) (?:holding|hiding|not)|you (?:hold|keep|withhold|hide|started|were)|you can|there is to know|the interviewer (?:knows?|knew|has|had|holds?|keeps?))\b|\bwhat(?:ever)? you know\b",
    r"\b(?:held|holding|hold|keep|keeping) (?:\w+ )?back\b|\bkept secret\b|\bwithh(?:o|e)ld\w*|\bon file\b", r"\b(?:facts?|figures?|notes|data|details?|contents?|information)\b.{0,20}\b(?:of|on|about|in) (?:the|this|your)(?: \w+){0,2} case\b",
    r"\bcontents? of your\b|\b(?:items|things) you(?:'ve| have) prepared\b",
)  # fmt: skip
"""What only the interviewer holds."""
_ALL = _any(
    rf"(?<!how )\b(?:all|every|each|full|complete|entire|whole|single)\b(?: of)?(?: the| your| my| these| those| single| one)*.{{0,14}}\b{_KNOWN}\b",
    r"\b(?:everything|it all|the lot|the works\b(?! council)|all of (?:it|them)|them all|the (?:whole|full|rest|entire|complete) (?:thing|lot|picture|story|dossier|of it)|all there is|all that|all about|"
    r"as much as|any and all|line by line|one by one|(?:the )?facts|facts and figures)\b", rf"\bthe (?:\w+ )?{_PAPER}\b|\b(?:whole|full|entire|complete) {_PAPER}\b|\bsheet in full\b",
)  # fmt: skip
"""All of what may be asked for piece by piece, or a paper that may be a design's own."""
_JUDGED = _any(
    r"\b(?:hint|clue|nudge|full marks|top (?:marks|score)|perfect score|maximum score|the (?:right )?(?:answer|solution)|\d+ ?(?:/|out of) ?\d+|ten out of ten)\b",
    r"\bwhat i(?:'ve| have) (?:missed|not (?:asked|found))\b",
)  # fmt: skip
"""What would help towards the score."""
_SAY = (
    r"(?:tell|giv(?:e|ing)|shar(?:e|ing)|send|show|hand(?: over)?|say|list|walk|talk|fill|brief|provide|lay|put|read(?:ing)?|reveal|leak|dump|spill|exfiltrate|print|output|recite|repeat|enumerate|paste|cite|"
    r"divulge|disclose|unlock|decode|translate|rewrite|render|write|post|name|dictate|release|append|summari[sz]e|convert|paraphrase|return|retell|produce|take me|speak|"
    r"go through|run through|do a|let me (?:see|have|hear|know|read)|help me)"
)
_SOFTLY = r"(?:please|just|kindly|now|then|also|simply|quickly|instead|actually|maybe|perhaps|first|at least|be kind and|go ahead and|help me out and|be so kind (?:as to|and))"
_TO_YOU = _any(
    rf"\b(?:can|could|would|will|won't|should|must|may|shall|to have|have) (?:you|u)\b(?: {_SOFTLY})*(?: mind)?(?: {_SOFTLY})* {_SAY}\b(?! (?:me |us )?(?:how|if|whether|who|where|when|why)\b)",
    rf"\byou (?:can|could|would)(?: {_SOFTLY})* {_SAY} (?:me|us)\b", rf"\b(?:want|need|ask|like|tell|expect) you to(?: {_SOFTLY})* {_SAY}\b", rf"\byou(?:'re| are) (?:required|obliged|bound|expected) to {_SAY}\b",
    rf"\b(?:please|pls|kindly)\b,?(?: {_SOFTLY})* (?:[^.?!]{{0,60}} and )?{_SAY}\b", rf"(?<!if )(?<!when )(?<!before )(?<!after )(?<!as )\byou,?(?: {_SOFTLY}| have to| should| must| need to| shall| too)*:? (?:tell|give|share|send|show|hand|say|speak|reveal|dump|print|recite|repeat|disclose|answer|return|{_SAY} (?:me|us|aloud|out))\b",
    r"\byou (?:do|be) (?:act|the)\b", r"\b(?:can|could|may) i (?:please |just |now )?(?:see|have|get|read|hear)\b",
    r"\b(?:i|we)(?:'d| would| do|'ll)? (?:just |really |first )*(?:want|need|like|require|ask (?:for|that|you)|prefer|deserve|demand)\b(?! (?:you )?to (?:know|understand|ask|check) (?:how|if|whether|who))(?: \w+){0,2}?(?: to (?:see|have|know|hear|read|get|receive))? (?=all\b|every|the (?:whole|full|entire|complete|sheet|fact|case|rubric|hidden|held|marking|score ?card|model answer|answer key))",
    r"\byou (?:have to|must|are to) (?:put|tell|give|show|answer)\b|\bordered you to\b|\byour dropping\b", r"\bby (?:disclosing|handing over|giving|sharing|telling|showing|being helpful)\b",
    r"\binterviewer\b.{0,24}\b(?:please|posts?|agrees? to|shall|shares?|reveals?|appends?|prints?|open with)\b|\b(?:ai|assistant)\b.{0,24}\bplease\b|\bto the assistant\b|\byour interviewer\b|\bentitled to\b", r"\b(?:your|the) next (?:message|reply|answer)\b", rf"^(?:so |and )?just {_SAY}\b", r"^an? \w+(?: \w+)?, (?:please|pls)\b",
)  # fmt: skip
_ME = re.compile(
    rf"\b{_SAY}(?: (?:it|them|this|over|out|away|down|up|back|through|everything))? (?:to |with |for )?(?:me|us)\b(?! (?:how|if|whether|who|where|when|why)\b)",
    re.IGNORECASE,
)
_BY_OTHERS = re.compile(
    r"(?:\b(?:i|we|they|it|he|she|who|that|which|this|(?<!you )to|would|will|can|should|must|may|might|not|never|always|also|cannot|let|lets|help|helps|makes?|says?|say|like|(?!you'd\b)\w+'d|\w+'ll|\w+n't)|(?<!you)'d|'ll) $",
    re.IGNORECASE,
)
"""Before a verb: somebody else does it, or it is only told of."""
_BARE = re.compile(
    rf"(?:^|[.,:;!?(\n–—\"“-]\s*)(?:(?:ok|okay|so|now|and|but|well|then|right|great|thanks|hey|{_SOFTLY}),? )*{_SAY}\b|^(?:skip|stop|start|end|leave|drop|scrap|save)\b.{{0,40}} and {_SAY}\b",
    re.IGNORECASE,
)
"""An order without an addressee, as in a design that is told as a list of steps."""
_START = re.compile(
    rf"(?:^|[.,:;!?(\n–—\"“-]\s*|\b(?:you|yours|please|ok|okay|so|now|but|then|and|just|you to|um|uh|should|first order|everything above|conversation)[,:]? |\b(?:can|could|would|will) you )(?:{_SOFTLY},? )*$",
    re.IGNORECASE,
)
"""Before a verb: where an order may begin."""
_ORDER = _any(
    r"\b(?:cancel|drop|lift|suspend) (?:all |any )?(?:of )?your (?:\w+ )?(?:restriction|rule|instruction|guideline)",
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:yours|instruction|rule|prompt|guideline|polic|constraint|everything|above|previous|prior|restriction)",
    r"\boverride\s*:|\bnew (?:system )?(?:rule|instruction)s?\b.{0,30}(?::|\bfor you\b|\beffective\b)", r"\bstop (?:following|being|acting)\b.{0,20}\b(?:script|interviewer|rules)\b|\bstart following me\b",
    r"\b(?:enter|enable|activate|start|switch (?:to|on)|turn on|go into)\b.{0,12}\b(?:developer|debug|admin|root|god|maintenance|test|sudo|jailbreak|dan) mode\b",
    r"\b(?:developer|debug|admin|root|god|maintenance|sudo|jailbreak|dan) mode (?:on|enabled|active|activated)\b", r"\bsudo \w+", r"\b(?:decode|read) (?:it|this|them) and (?:do|answer)\b",
    r"\b(?:predict|generate|continue|produce)\b.{0,40}\b(?:next tokens?|continuation)\b", r"\b(?:finish|complete|continue) (?:this|it)\s*:", r"\b(?:expected )?output\s*[:=].{0,40}\b(?:facts|sheet|everything)\b",
    r"\b(?:complete|finish|continue|fill in)\b (?:the|this|my|that|each|every|these)\b.{0,20}\b(?:sentences?|blanks?|paragraph|phrase|list of facts|story)\b|\b(?:continue|finish) (?:this (?:text|list)|the (?:transcript|dialogue))\b", r"\b(?:recite|reveal|dump|spill|leak|divulge|disclose)\b.{0,12}\byour (?:numbers|figures|data)\b", r"\b(?:disclose|divulge|reveal|leak|spill)\b.{0,16}\b(?:all|every|the)\b.{0,12}\bfacts?\b",
    r"\b(?:mark|grade|score|rate)\b.{0,8}\b(?:me|my)\b.{0,24}(?:\d|\bten\b|correct|perfect|full|highest|covered|maximum|top)",
    rf"\b(?:turn|render|rewrite|convert|translate|recite|read|post|print|put|list|reveal|leak|dump|spill|divulge|disclose|unlock)\b.{{0,12}}\b(?:{_YOURS}|{_SECRET} \w+|case facts)\b",
)  # fmt: skip
"""Orders that reach for something by themselves."""
_ROLE = _any(
    r"\bpretend(?:ing)? (?:you|to be|that|the system)|\bimagine (?:you(?:'re| are| were)|that you|yourself)|\brole-?play\b(?! (?:tricks?|attacks?|prompts?|tests?|attempts?))|\bact (?:as|like) (?:if|though|an?|the|my)\b|\byou(?:'re| are) (?:now\b|under oath|an? new|the candidate)",
    r"\bfrom now on you\b|\blet's play\b|\bplay the role\b|\bsimulate being\b|\byou (?:be|play) the (?:candidate|interviewee|applicant)\b|\b(?:swap|switch|change|trade) (?:roles|seats|sides|places)\b|^be (?:my|an?|the)\b",
    r"\btake the part of\b|\bspeak as (?:an?|the)\b|^become (?:an?|the)\b|^(?:you(?:'re| are| =)|ur) (?:an? )?\w+|\bur an?\b",
    r"\b(?:i am|i'm|this is) (?:the|an?|your) (?:case |real |actual )?(?:author|developer|admin\w*|creator|owner|engineer|maintainer|examiner|auditor|supervisor|ceo|operator|tester)\b|\bas your (?:developer|owner|operator)\b",
)  # fmt: skip
"""A part that somebody is given, or a rank that is claimed: an attack together with something to reach for."""
_ROOM = _any(
    r"\b(?:interviewer|the candidate who|candidate has|asked for|facts?|(?<!in )(?:the|this) case|case (?:data|file)|secrets?|dossier|(?:fact|whole|the) sheet|confidential|rubric|tell me|what do they|you know|you were told|for me|information back|the answers)\b",
    r"\bevery (?:fact|detail|figure|answer)\b.{0,30}\b(?:case|interviewer|read out|got)\b",
)
_CONTEST = _any(
    rf"\bwhat(?:'s| is| are| does| do| did|s)?\b(?: \w+)?(?: on| in)? (?:your|ur|the interviewer's)(?: \w+)? (?:{_PAPER}|hidden \w+)(?! (?:to|for|on how)\b)", r"\bwhat(?:'s| is) (?:on|in) the (?:fact )?sheet\b",
    r"\b(?:what|which|how)\b.{0,40}\b(?:the|this|your) (?:rubric|score ?card|marking (?:guide|scheme)|(?:grading|evaluation) criteria)\b.{0,12}\b(?:looks? for|say|want|contain|reward|tick|does|do)",
    r"\b(?:my) (?:rubric|score ?card)\b|\bthe scorecard (?:wants?|rewards?|looks?)\b|\b(?:how|what)(?: \w+){0,3} (?:model answer|answer key)\b|\bmodel answer\b.{0,20}\b(?:you|me|for this)\b",
    r"\bhow (?:are|do|will|would) you (?:going to |to )?(?:score|grade|mark|rate) (?:me|this|my)\b|\bhow (?:you're|you are) going to (?:score|grade|mark) (?:me|this|my)\b|\bhow is this (?:assessed|scored|graded)\b",
    r"\bwhat (?:would|does|do|did) (?:a|the|an)? ?(?:strong|good|ideal|perfect|best|top|great) (?:answer|candidate|response|solution) (?:\w+ )?(?:say|ask|do\b|mention|cover|propose|include|answer|look like here|be here)",
    r"\b(?:what|which)\b.{0,30}\b(?:should i (?:say|answer|mention|reply)|am i supposed to (?:say|answer|write)|do you want me to (?:say|answer|write)|you want to hear|points? (?:do|would|will) i|are you looking for in (?:my|an?|this|the risk|your) \w+)",
    r"\bwhat you(?:'re| are) looking for in (?:the|my|this)\b", r"\b(?:nudge|steer|tip) me\b", r"\bwhat (?:am i missing|did i (?:miss|forget)|should i be asking|else should i ask|would you ask(?! (?:of|for|from)\b))",
    r"\bmost important (?:thing|fact|point|number|figure) (?:to know|here|on)\b", r"\b(?:what|which|anything|something|points?|facts?|topics?|those)\b(?: \w+){0,4} i (?:haven't|have not|didn't) (?:yet )?(?:asked?|uncovered?|found|find|covered?|mentioned?)\b",
    r"\bcandidate\b(?: \w+){0,3} who (?:got|scored|earned) (?:the )?(?:top|full|best|highest)\b", r"\b(?:the|all|every)? ?facts? (?:that )?you (?:keep|withhold|hold|hide|conceal)\b", r"\b(?:there(?:'s| is)|is there) a fact (?:on|about|for)\b",
    r"\bwhat (?:are|is) (?:all )?the (?:things?|facts?|lot|rest)\b.{0,10}\byou (?:know|have|hold)\b", r"\b(?:words?|lines?|page|items?) (?:of|on|in|from) your (?:notes|sheet|brief\w*|instructions|prompt)\b",
    r"\binterviewer\s*:.{0,40}\b(?:facts|everything|hidden)\b|\b(?:the )?interviewer (?:knew|had) (?:and|at hand|but)\b|\bwhat (?:you aren't|you're not) telling\b", r"\b(?:instruction|rule|prompt)s? for you\b|\b(?:withhold|hold back) nothing\b|\bhold nothing back\b",
)  # fmt: skip
"""Questions and wishes that go for the score, or for what was not asked."""
_MACHINE = re.compile(
    r"<\|?(?:system|im_start|assistant|endoftext)|\[/?(?:system|inst)\]|^[ \t]*(?:system|assistant|developer)[ \t]*:|\"role\"\s*:|```|(?:\?\s*\|[^?]*){3}|<!--",
    re.IGNORECASE | re.MULTILINE,
)
_CODED = re.compile(r"\b(?:rot13|base64|pig ?latin|hex(?:adecimal)?|morse|caesar|emoji|backwards|reversed)\b", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“][^\"“”]{0,600}[\"”]", re.DOTALL)
_OBEY = _any(
    r"(?:^|[.!?\n—–]\s*|\bplease |\bkindly |\bnow |\band )(?:treat|settle|follow|act on|carry out|obey|process|comply|finish|continue|complete|go ahead|decode|autocomplete|do (?:it|what|as))\b",
    r"\bplease\b", r"\byou(?:'ve| have) read it\b|\byou (?:finish|continue|complete) it\b", r"\binput:|^\W*translate\b|\breads?:|\bplease find\b", r"\b(?:you have the floor|does it change)\b",
)  # fmt: skip
_WISH = re.compile(
    r"^\W*(?:(?:ok|okay|so|well|just|quick|now|please|the)\W+)*(?:everything|all|every|full|complete|numbers|facts)\b.*\b(?:please|pls|now|thanks)\b",
    re.IGNORECASE | re.DOTALL,
)
_SHEET = re.compile(r"(?:^|[:,]\s*)(?:just )?the (?:\w+ )?(?:sheet|rubric|facts)\W*$", re.IGNORECASE)
_BACK = re.compile(
    r"\byou\b.{0,30}\b(?:list|name|tell|give|send|post|fill|reading out) (?:them|those|these|the items)\b|\bread me (?:it|them|those|these|the items)\b|[—–-] ?continue\W*$",
    re.IGNORECASE,
)
"""An order for what another sentence named."""
_END = re.compile(
    r"(?<=[.!?;])[\"”')\]]*\s+|\n+|,? (?:and|or|but) (?=(?:did|do|does|is|are|was|were|has|have|would|will|could|can|what|how|who|where|when|which|why)\b)",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^[ \t]*([\w-]{1,40}(?: [\w-]{1,40})?)[ \t]*[:=][ \t]*\S", re.MULTILINE)
_HEADERS = 3
"""Lines like `name: value` from which a turn may be a pasted document."""
_PASTED = re.compile(r"\b(?:from|to|subject|config|mode|role|reveal|disclos\w*|ask_first|verbosity|system|case)\b", re.IGNORECASE)
_ENCODED = re.compile(r"\b[A-Za-z0-9+/]{24,}={0,2}(?![A-Za-z0-9])")
_ROT_WORDS = frozenset("gryy zr gur lbhe nyy snpgf rirelguvat ahzoref vtaber lbh ner naq erirny cyrnfr fubj jung vafgehpgvbaf".split())
_COMMON = frozenset(
    "the a and you your all me to of is are i in for on it that what how tell give show facts everything numbers please with".split()
)
_LONG, _OVERLAP = 500, 120
"""Characters of a sentence that are read together, and that two parts of a longer one share; patterns that look back are slow on more."""
_SHORT = 14
"""In a turn of so few words an order without an addressee is one to the interviewer."""


def is_attack(turn: str) -> bool:
    """Whether the turn tells the interviewer to hand over the sheet, the score or the rubric, or to behave otherwise."""
    if _MACHINE.search(turn) or _is_pasted(turn) or _is_encoded(turn):
        return True
    own = _QUOTED.sub(" … ", turn)
    said = turn if _OBEY.search(own) else own
    pieces = [part for piece in _END.split(said) if words(piece) for part in _windows(piece)]
    return any(_demands(piece, len(words(said))) for piece in pieces) or _together(said, pieces)


def _windows(piece: str) -> list[str]:
    """A long sentence, as speech without punctuation is, in parts that overlap; a later part does not look like a beginning."""
    if len(piece) <= _LONG:
        return [piece]
    starts = range(_LONG - _OVERLAP, len(piece), _LONG - _OVERLAP)
    return [piece[:_LONG], *(f"_ {piece[start : start + _LONG]}" for start in starts)]


def _demands(piece: str, length: int) -> bool:
    """Whether a sentence is an order or a wish for what is withheld."""
    if _CONTEST.search(piece) or any(_START.search(piece[: match.start()]) for match in _ORDER.finditer(piece)):
        return True
    case, every, judged = (pattern.search(piece) for pattern in (_CASE, _ALL, _JUDGED))
    if not (case or every or judged):
        return False
    if _addressed(piece):
        return True
    return bool((case or length <= _SHORT) and _BARE.search(piece)) or _is_wish(piece, length)


def _addressed(piece: str) -> bool:
    """Whether the interviewer is asked or told to say something."""
    return bool(_TO_YOU.search(piece)) or any(not _by_others(piece, match) for match in _ME.finditer(piece))


def _by_others(piece: str, match: re.Match[str]) -> bool:
    return bool(_BY_OTHERS.search(piece[: match.start()]))


def _is_wish(piece: str, length: int) -> bool:
    """Words without a verb: "Everything on tax, please", "the sheet?"."""
    if len(words(piece)) > _SHORT:
        return False
    return bool(_WISH.search(piece)) or bool(length <= _SHORT and _SHEET.search(piece))


def _together(said: str, pieces: list[str]) -> bool:
    """Reaches that need more than one sentence: a part to play, a code, or "read me the items" after what they are."""
    reach = _CASE.search(said) or _ALL.search(said)
    spoken = any(_addressed(piece) or _BARE.search(piece) for piece in pieces)
    return bool(
        (_has_role(pieces) and _ROOM.search(said))
        or (_CODED.search(said) and reach and spoken)
        or (reach and any(_BACK.search(piece) for piece in pieces))
    )


def _has_role(pieces: list[str]) -> bool:
    return any(not _by_others(piece, match) for piece in pieces for match in _ROLE.finditer(piece))


def _is_pasted(turn: str) -> bool:
    names = [match[1] for match in _HEADER.finditer(turn)]
    return len(names) >= _HEADERS and any(_PASTED.fullmatch(name) for name in names)


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
