"""Phases and gates in a candidate's words: which stretch of the launch is spoken of, its share, its days, and what must be reached before the next. Cues and figures only."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from caseroom.proposal.bounds_said import bounds
from caseroom.proposal.model import Bound, Part, Phase
from caseroom.proposal.spoken import digits, durations, percents, sentences, without_rows

Stage = Literal["proof", "test", "full"]
STAGES: tuple[Stage, ...] = ("proof", "test", "full")
USUAL: dict[Stage, Phase] = {"proof": Phase(0.05, 14), "test": Phase(0.25, 28), "full": Phase(1.0, 28)}
"""Share and days where the words name none."""
_NAMED: tuple[tuple[Stage, str], ...] = (
    ("proof", r"\bproof\b|\bpoc\b|\bprototype|\bshadow|\bphase (?:1|one)\b|\b(?:first|1st|initial) (?:phase|stage|slice)\b|\b(?:stage|step) (?:1|one)\b|\bthe first (?:is|one|shows|answers)\b|\bcrawl|\bexperiment\b|\bfeasib|\boffline\b|\breplay(?:ing|s)?\b"),
    ("test", r"\bpilot|\b(?:wider|broader|limited|larger|bigger) (?:test|trial|pilot|phase|step|stage)|\b(?:2nd|second) (?:phase|stage)\b|\bbeta\b|\btrial\b|\bphase (?:2|two)\b|\b(?:stage|step) (?:2|two)\b|\bthe (?:second|2nd) (?:is|one|shows|answers)\b|\bwalk|\bcanary\b|\bpart of the (?:team|desk)"),
    ("full", r"\bfull\b(?! (?:day|week|month|time|text))|\bfully\b|\broll-? ?out\b|\beverybody\b|\beveryone\b|\bphase (?:3|three)\b|\b(?:3rd|third) (?:phase|stage)\b|\b(?:stage|step) (?:3|three)\b|\bthe (?:third|3rd) (?:is|one|takes|shows|answers|brings)\b|\bproduction\b|\bwhole (?:desk|chain|company|team|house|organi[sz]ation|business)|\bthe rest\b|\b100%|\brunning is\b|^run$|\bat scale\b|\bin the end\b|\b(?:to|for|in|then|last|finally|with) all\b|^all\b"),
)  # fmt: skip
_OPENS = re.compile(
    r"^(?:(?:and|so|um|uh)\b,? ?)*(?:then|next|after (?:that|which)|afterwards|after wards|later|from there|second(?:ly)?|2nd)\b",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"^(?:(?:and|so|um|uh|well|okay|ok)\b,? ?)*(?:first(?:ly)?|to (?:start|begin)|start|we(?:'d| would)? (?:start|begin)|i(?:'d| would) (?:start|begin)|begin)",
    re.IGNORECASE,
)
_LAST = re.compile(r"^(?:and )?(?:finally|last(?:ly)?|3rd|third(?:ly)?)\b", re.IGNORECASE)
_GOES_ON = re.compile(r"^(?:that|this|it|there|which|those|with)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:]\s+|\s[–-]\s|\s+(?=(?:and )?then\b)|\s+and\s+")
_GATE = re.compile(
    r"\bgates?\b|\bonly (?:if|when|once|after)\b|\bgo(?:es)? (?:on|to phase|to the next|further|wider)\b|\bmove (?:on|from|to|up)\b|\bprovided\b|\bopens? (?:when|if|once|at|only)\b|\bexit\b|\bleave the\b|"
    r"\bthe next (?:phase|stage|step|teams)\b|\bends? (?:and|when|once)\b|\bgoing from\b|\bbetween the phases\b|\b(?:continue|proceed|expand|widen) (?:if|when|once|only)\b|\bget(?:s)? it once\b|\bnot the calendar\b|\bstarts? once\b|\bunlocks?\b", re.IGNORECASE,
)  # fmt: skip
_ALERTS = re.compile(
    r"\b(?:alert|alarm|paged?s?|gets? (?:a|an|the) (?:message|call|mail)|is (?:told|notified)|on[- ]call)\b", re.IGNORECASE
)
_TO_TEST = re.compile(r"\b(?:to|into|before|for|start|enter) (?:the )?(?:pilot|(?:wider |limited )?test\b(?! set)|(?:phase|stage) (?:2|two)|(?:2nd|second) (?:phase|stage)|trial|beta)|\b(?:phase|stage) (?:2|two) (?:opens|starts|begins)|\b(?:leave|end of|out of|ends?) the (?:proof|shadow)|\bproof (?:ends|is over)", re.IGNORECASE)  # fmt: skip
_TO_FULL = re.compile(r"\b(?:to|into|before|for|start|enter) (?:the )?(?:full\b|roll-? ?out|whole|everyone|everybody|(?:phase|stage) (?:3|three)|(?:3rd|third) (?:phase|stage)|production|all\b|other (?:schools|teams))|\b(?:phase|stage) (?:3|three) (?:opens|starts|begins)|\bthe (?:third|3rd) phase\b|\b(?:leave|end of|out of) the (?:pilot|test)|\bpilot ends|\bother schools", re.IGNORECASE)  # fmt: skip
_METRIC = re.compile(
    r"\b(?:below|under|above|at least|at most|fewer|less than|more than|over|not above|wrong|right\b|correct|accura|edit|errors?|mistakes?|omission)",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r"\b(?:asks? (?:whether|if)|answers|shows?(?: that| whether)?|tests|to (?:see|learn|find out|collect|show|refine|settle|prove|measure)|for (?:learning|measuring))\b[^.,;]*",
    re.IGNORECASE,
)
_REFINE: tuple[tuple[Part, str], ...] = (
    ("prompt", r"\b(?:tun|refin|adapt|improv|adjust|fix)\w*\b.{0,20}\bprompts?\b|\bprompts? get better\b"),
    ("retrieval", r"\b(?:tun|refin|adapt|improv|adjust|fix)\w*\b.{0,20}\b(?:search|retrieval|index)\b"),
    ("threshold", r"\b(?:tun|refin|adapt|improv|adjust|set|fit)\w*\b.{0,20}\bthresholds?\b"),
)


@dataclass(frozen=True, slots=True)
class _Clause:
    """A piece of a sentence, with the days and shares that stand in it."""

    text: str
    days: tuple[float, ...]
    shares: tuple[float, ...]


def phases(text: str) -> dict[Stage, Phase]:
    """The phases that are spoken of, in order, without their gates."""
    spoken: dict[Stage, list[_Clause]] = defaultdict(list)
    for stage, clause in _spoken(text):
        spoken[stage].append(clause)
    counted = re.search(r"\b(?:three|3) (?:phases|stages|steps)\b", digits(text), re.IGNORECASE)
    return {stage: _phase(stage, spoken[stage]) for stage in STAGES if counted or stage in spoken}


def speaks_of(stage: Stage, sentence: str) -> bool:
    """Whether a sentence itself says something of a phase, besides how many there are."""
    return any(found == stage for found, _clause in _spoken(sentence))


def _spoken(text: str) -> Iterator[tuple[Stage, _Clause]]:
    """Each clause with the phase that it speaks of."""
    plain = [sentence for sentence in sentences(digits(text)) if not is_gate(sentence)]
    labelled = len({named for sentence in plain for piece in _clauses(sentence) if (named := _named(piece.text))}) > 2
    stage: Stage | None = None
    for sentence in plain:
        if not _GOES_ON.match(sentence) and not _OPENS.match(sentence):
            before, stage = stage, None
        else:
            before = stage
        for clause in _clauses(sentence):
            stage = _stage(clause, stage or (before if _OPENS.match(clause.text) else None), labelled)
            if stage is not None:
                yield stage, clause


def _stage(clause: _Clause, now: Stage | None, labelled: bool) -> Stage | None:
    """The phase of a clause: as it is named, or the next where it says "then", or as before."""
    found = _named(clause.text)
    if found:
        return found
    if labelled:
        return now
    if _LAST.match(clause.text) and now:
        return "full"
    if _LEADS.match(clause.text) or (now is None and clause.shares):
        return "proof"
    if _OPENS.match(clause.text) and now:
        return STAGES[min(2, STAGES.index(now) + 1)]
    return now


def _named(text: str) -> Stage | None:
    return next((stage for stage, cue in _NAMED if re.search(cue, text, re.IGNORECASE)), None)


def _clauses(sentence: str) -> Iterator[_Clause]:
    """The pieces of a sentence; a figure that leans on the unit before keeps it."""
    start, text = 0, without_rows(sentence)
    times, shares = durations(text), percents(text)
    for end, after in [*((match.start(), match.end()) for match in _CLAUSE.finditer(text)), (len(text), len(text))]:
        piece = text[start:end]
        if piece.strip():
            bounded = _METRIC.search(piece)
            here = tuple(share for share, place in shares if start <= place < end and share > 0 and not bounded)
            yield _Clause(piece.strip(" ."), tuple(one.days for one in times if start <= one.start < end), here)
        start = after


def _phase(stage: Stage, said: list[_Clause]) -> Phase:
    shares = [share for clause in said for share in clause.shares]
    days = [round(days) for clause in said for days in clause.days if 1 <= round(days) <= 365]
    share = (max(shares) if stage == "full" else shares[0]) if shares else USUAL[stage].share
    words = ". ".join(clause.text for clause in said)
    purpose = _PURPOSE.search(words)
    refine = next((part for part, cue in _REFINE if re.search(cue, words, re.IGNORECASE)), None)
    return Phase(min(1.0, share), days[0] if days else USUAL[stage].days, refine=refine, purpose=purpose[0].strip() if purpose else None)


def is_gate(sentence: str) -> bool:
    """Whether a sentence sets what must be reached before it goes on."""
    return bool(_GATE.search(sentence))


def gates(text: str, surely: bool = False) -> dict[Stage, tuple[tuple[Bound, ...], int | None]]:
    """What must be reached before the phase after the named one opens, and for how many days; a gate that names no phase stands after each but the last.

    `surely`: the words are known to speak of gates.
    """
    found: dict[Stage, tuple[tuple[Bound, ...], int | None]] = {}
    for sentence in sentences(digits(text)):
        for chunk in re.split(r",?\s+and (?=(?:the )?(?:gate|2nd gate|to (?:the )?(?:full|roll)))", sentence):
            told = bounds(chunk) if is_gate(sentence) or (surely and not _ALERTS.search(sentence)) else ()
            if told:
                for stage in _closed(chunk):
                    before = found.get(stage, ((), None))
                    found[stage] = (tuple({one.metric: one for one in (*before[0], *told)}.values()), before[1] or _holding(chunk))
    return found


def _closed(chunk: str) -> tuple[Stage, ...]:
    """The phases that end with a gate."""
    if _TO_TEST.search(chunk):
        return ("proof",)
    return ("test",) if _TO_FULL.search(chunk) else ("proof", "test")


def _holding(chunk: str) -> int | None:
    """For how many days it must hold: "for four weeks", "three weeks in a row"."""
    found = [
        one
        for one in durations(chunk)
        if re.search(r"\b(?:for|over|after|within)\s$|^$", chunk[: one.start][-7:])
        or re.match(r" (?:in a row|running|on end)", chunk[one.end :])
    ]
    return min(365, round(found[0].days)) if found and found[0].days >= 1 else None


def with_gates(said: dict[Stage, Phase], found: dict[Stage, tuple[tuple[Bound, ...], int | None]]) -> dict[Stage, Phase]:
    """The phases with their gates; a gate makes a phase of what was not spoken of otherwise, and lasts as long as it must hold."""
    whole = dict(said)
    for stage, (bars, days) in found.items():
        if stage in said or len(found) == 1 or not said:
            phase = whole.get(stage, USUAL[stage])
            lasts = days if days and (phase.days == USUAL[stage].days or days > phase.days) else phase.days
            whole[stage] = replace(phase, gate=bars, days=lasts)
    return {stage: whole[stage] for stage in STAGES if stage in whole}
