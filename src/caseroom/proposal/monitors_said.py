"""What is watched after launch, in a candidate's words: which number, from which value, how many days, who is told and what they do. Cues and figures only."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any

from caseroom.proposal.borders import borders
from caseroom.proposal.bounds_said import FIGURE, figure, milliseconds
from caseroom.proposal.model import Monitor, Monitors, OnCall
from caseroom.proposal.spoken import action, digits, every_days, in_a_row, mended_in, owner, sentences

NAMES: tuple[str, ...] = tuple(field.name for field in fields(Monitors))
_CUES: dict[str, str] = {
    "quality": r"\bgraded sample|\bsampl(?:e|es|ed|ing)\b|\bre-?grade|\bre-?read|\brecalculat|\brecode|\bspot[- ]check|\bquality\b|\bgraded?\b|\bscored for\b|\bchecked by\b|\bwrong\b|\bomission|\bmissed (?:legal|liability|fraud|threats?|clauses?|allerg)|\bagreement with\b|\bcomplete(?:ness)?\b",
    "proxies": r"\bedit(?:s|ed|ing)?\b|\bthumbs\b|\bre-?open|\brepeat (?:contacts?|questions?|calls?)|\brewr[io]t|\boverwrit|\boverrid|\bdiscard|\bdismiss|\baccepted comments|\bcomplain|\bthrow (?:away|out)|\bcorrected (?:fields|drafts|texts)|\bcorrections?\b|\badd to the drafts",
    "checks": r"\bcheck(?:s|er)? (?:that )?(?:object|fir|fail|flag)|\bflag(?:ged)? (?:rate|share|outputs|drafts|replies)|\bfailed checks\b|\bobjection|\bvalidator\b",
    "abstention": r"\bhand-?over(?:s| rate)?\b|\bescalations?\b|\bescalation rate|\babst|\bi don't know\b|\bpassed (?:on|over)\b|\bgo(?:es)? to a person\b|\bfall-?backs?\b|\brefusal",
    "latency": r"\blatency|\bp9[59]\b|\bresponse times?|\breply times?|\bspeed\b|\bseconds (?:per|until|to|for|a)\b|\bhow (?:fast|quick|long)|\bwaiting time|\bduration\b|\bdelay\b|\bslow\b|\bprocessing minutes",
    "errors": r"\berror rates?|\berrors\b|\bfail(?:ed|ing|ure|ures|s)? ?(?:calls?|requests?|parses|transcriptions?|rate|within|drafts)?\b(?! checks?)|\btime-?outs?\b|\binvalid (?:json|output)|\bcrash|\buptime|\bcome back broken|\bend in an error|\bretr(?:y|ied|ies)\b",
    "cost": r"\bcosts?\b|\bspend\b|\btokens?\b|\bmoney\b|\b(?:model|monthly) bill|\bprice\b|\b(?:euros?|dollars?|cents?) (?:per|a|an|for)\b|\bwhat we pay",
    "inputs": r"\b(?:input|topic|data|content)? ?drift\b|\bincoming (?:topics|questions|mix)|\bvocabulary\b|\bmix of\b|\bno known topic|\binputs?\b|\bnew (?:kinds|words|topics)\b|\bkinds? of (?:questions|tickets|listings)|\bshifted\b",
    "outputs": r"\blength of (?:the )?(?:answers?|outputs?|drafts?|replies|notes)|\boutput drift|\b(?:distribution|share|mix) of (?:the )?(?:outputs|values|categories|labels)|\banswers? (?:get|become) (?:longer|shorter)|\boutput length",
    "groups": r"\b(?:by|per|each|every|in one|between|across) (?:[\w-]+,? (?:and |or )?){0,3}?(?:groups?|languages?|regions?|accents?|gender|sex|segments?)\b|\bgroup (?:ratio|gap)|\bselection[- ]rate|\bgroups? (?:falls|drops)|\bwomen\b|\baccent groups",
    "attacks": r"\binjection|\battack|\bhostile|\bjailbreak|\binstructions (?:hidden|inside|to the model)",
}  # fmt: skip
_WATCHES = re.compile(
    r"\bmonitor|\bwatch|\btrack|\bkeep an eye|\bdashboard|\bchart|\bplot|\bafter (?:the )?(?:launch|go-live)|\bin (?:production|operation)|\bonce it(?:'s| is)? (?:running|runs|live)|\bgraded sample|\bp9[59]\b|"
    r"\b(?:every|each) (?:day|week|month|monday)\b.*\b(?:grade|re-?grade|re-?read|check|rate|recalculat)|\b(?:grade|re-?grade|re-?read|recalculate|recode)\b.*\b(?:a|each|every|per) (?:day|week|month)|\bsample of\b|\bweekly sample",
    re.IGNORECASE,
)
_ALERTS = re.compile(
    r"\balert|\balarm|\bpaged\b|\bpages (?:the|our|an?|whoever)\b|\bis (?:told|notified|called)|\bgets? (?:a|an|the) (?:message|call|mail|alert|ping)|\bon[- ]call\b|\bgoes to the\b|\bwakes?\b|\b(?:if|when|once|as soon as|more than)\b.*\b(?:above|over|below|under|more than|falls?|drops?|exceeds?|rises?|isn't|aren't)\b.*\b(?:switch|roll|pause|stop|freez|revert|put|turn|act|pull)",
    re.IGNORECASE,
)
_NOT_WATCHED = re.compile(
    r"\bnot (?:only|just) uptime|\buptime tells|\bserver being up|\blights are green|\bno need to|\bneeded? no (?:alert|monitor)|\baren't needed|\bnothing's down",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\bsample of (?:about |some |around )?(?P<a>\d[\d,]*)(?!%)|(?<![\d.])(?P<b>\d[\d,]*) (?:\w+ )?(?:random|graded|sampled)\b|\b(?:grade|re-?grade|re-?read|recalculate|recode|check|rate|score|read|look at|sample)s?\b(?: again)?(?: a)?(?: random| about| some| around| at)* (?P<c>\d[\d,]*)(?!%)\b"
    r"|\brandom (?P<d>\d[\d,]*)(?!%)|(?<![\d.])(?P<e>\d[\d,]*) (?:[\w-]+ ){1,2}(?:are |get )?(?:graded|re-?read|checked|rated|sampled|recoded)\b|\bgraded sample,? (?P<f>\d[\d,]*)(?!%)", re.IGNORECASE,
)  # fmt: skip
_ON_CALL = re.compile(
    r"\bon[- ]call\b|\bon duty\b|\bpaged\b|\bpages (?:the|our|an?|whoever)\b|\bis (?:told|notified|called|alerted|paged)\b|\bgets? (?:a|an|the) (?:message|call|mail|alert|ping)\b|\balerts? (?:the|our|go)|\bgoes to the\b|\bwakes?\b|\bsomebody (?:acts|is told)|\bI (?:myself )?want the mail",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"\b(?:no ?body|no one|noone)\b.{0,20}\bon[- ]call|\bno on[- ]call|\balerts? (?:are|is) not needed|\balerts aren't", re.IGNORECASE
)
_BAD = {
    "omissions": r"\bomission|\bomitted\b|\bleft out\b|\bmissing\b|\bmissed\b",
    "wrong": r"\bwrong|\bincorrect|\berrors?\b|\bmistakes?\b",
}
"""What a graded sample may hold too much of, by the monitor's field."""
_NOT_GRADED = r"\bmissed (?:legal|fraud|threats?|hand-?overs?|escalations?)"
"""Nobody counts these in a graded sample."""
_WITHIN = r"\b(?:corrected|changed|edited|overwritten|rewritten) (?:fields?|words?|lines?|values?|sentences?|characters?)|%(?: of)?(?: the| all)? (?:fields?|words?|lines?|values?|sentences?|characters?)\b"
"""A share within an output: what users do is counted in outputs."""
_WHOLE_SPLIT = re.compile(r"[,;:]\s+|\s[–-]\s|\s+(?:and|as well as|plus)\s+|\s+or\s+(?=[\w ]{2,30}? (?:above|over|below|under)\b)")


def watches(sentence: str) -> bool:
    """Whether a sentence speaks of watching."""
    return bool(_WATCHES.search(sentence)) and not _NOT_WATCHED.search(sentence)


def alerts_somebody(sentence: str) -> bool:
    """Whether a sentence says from which value on somebody acts."""
    return bool(_ALERTS.search(digits(sentence))) and not _NOBODY.search(sentence)


def monitors(text: str) -> dict[str, Monitor]:
    """The monitors that words name, each with the limit, sample, patience, owner and action that stand with it."""
    found: dict[str, Monitor] = {}
    for sentence in sentences(digits(text)):
        if _NOBODY.search(sentence):
            continue
        alert = bool(_ALERTS.search(sentence))
        for name, piece in _named(sentence, alert).items():
            found[name] = merged(found.get(name), _monitor(name, piece, sentence, alert))
    return {name: found[name] for name in NAMES if name in found}


def unread(text: str) -> list[str]:
    """The sentences that say from which value on somebody acts, where no monitor reads what the value is of."""
    told = [sentence for sentence in sentences(text) if alerts_somebody(sentence) and figure(digits(sentence))]
    return [sentence for sentence in told if not any(borders(name, one) for name, one in monitors(sentence).items())]


def _named(sentence: str, alert: bool) -> dict[str, str]:
    """The monitors of a sentence, each with the piece of it that names it; of an alert only the first is what alerts."""
    named: dict[str, str] = {}
    for piece in _WHOLE_SPLIT.split(_NOT_WATCHED.sub(" ", sentence)):
        for name in _cued(piece):
            named.setdefault(name, piece)
    if not alert and re.search(_CUES["groups"], sentence, re.IGNORECASE) and "quality" in named:
        named["groups"] = sentence  # "graded by clinic and first language"
    if alert and len(named) > 1:
        bounded = [name for name, piece in named.items() if FIGURE.search(piece) and name != "cost"] or list(named)
        first = min(bounded, key=lambda name: sentence.find(named[name]))
        named = {name: piece for name, piece in named.items() if piece == named[first] or (name in bounded and FIGURE.search(piece))}
        same = [name for name, piece in named.items() if piece == named[first]]
        if len(same) > 1:
            best = _leading(same, named[first])
            named = {name: piece for name, piece in named.items() if name == best or piece != named[first]}
    return named


def _leading(names: list[str], piece: str) -> str:
    """Of several monitors of one piece, that which the number belongs to: a group's share rather than quality, and the first named else."""
    if "groups" in names and re.search(r"\bgroup|\bselection|\bratio|\baccent|\bwomen", piece, re.IGNORECASE):
        return "groups"
    order = ["latency", "errors", "cost", "abstention", "attacks", "proxies", "quality"]
    sure = [name for name in order if name in names and name not in ("errors", "quality")]
    return (
        sure[0]
        if sure
        else "quality"
        if "quality" in names and re.search(r"\bwrong|\bsample|\bomission|\bmissed", piece, re.IGNORECASE)
        else names[0]
    )


def _cued(piece: str) -> list[str]:
    names = [name for name, cue in _CUES.items() if re.search(cue, piece, re.IGNORECASE)]
    if "checks" in names and "errors" in names:
        names.remove("errors")
    if "groups" in names and re.search(r"\bratio|\bgroup gap", piece, re.IGNORECASE) and "quality" in names:
        names.remove("quality")
    return names


def _monitor(name: str, piece: str, sentence: str, alert: bool) -> Monitor:
    told = owner(sentence) if alert else None
    return Monitor(
        **_limits(name, piece, alert), sample=_sample(sentence) if name in ("quality", "groups") else None,
        patience=min(14, max(1, in_a_row(sentence) or 1)), owner=told, action=action(sentence) if alert else None,
    )  # fmt: skip


def _limits(name: str, piece: str, alert: bool) -> dict[str, Any]:
    """The value that must not be broken, under the field for what it is said of; a value of what the monitor does not read is none."""
    found = figure(piece)
    if found is None or (found[2] is None and not alert):
        return {}
    if name == "quality":
        return _graded(piece, found, alert)
    value = _limit(name, piece, found)
    return {} if value is None else {"limit": value}


def _graded(piece: str, found: tuple[float, str, bool | None], alert: bool) -> dict[str, Any]:
    """Of a graded sample: wrong, left out and right are three readings, and none is what lacks of another."""
    value, unit, ceiling = found
    if unit != "%" or re.search(_NOT_GRADED, piece, re.IGNORECASE):
        return {}
    field = next((name for name, cue in _BAD.items() if re.search(cue, piece, re.IGNORECASE)), "limit")
    above = field == "limit" and alert and ceiling is False  # too much of what nobody named
    return {} if above else {field: round(value / 100, 6)}


def _limit(name: str, piece: str, found: tuple[float, str, bool | None]) -> float | None:
    """A value in the monitor's own unit."""
    value, unit, _ceiling = found
    time = milliseconds(unit)
    if name == "latency":
        return round(value * time / 1000, 6) if time else None
    if name == "cost":
        cents = re.search(rf"(?<![\d.]){value:g} cents?\b", piece)
        other = (
            time
            or unit == "%"
            or re.search(r"\b(?:a|per|each) (?:day|week|month|year)\b", piece)
            or not re.search(r"\b(?:cents?|euros?|dollars?|pounds?)\b|[$€£]", piece)
        )
        return None if other else round(value / 100, 6) if cents else value
    if name not in ("proxies", "checks", "abstention", "errors") or unit != "%":
        return None
    return None if name == "proxies" and re.search(_WITHIN, piece, re.IGNORECASE) else round(value / 100, 6)


def _sample(sentence: str) -> int | None:
    """How many outputs a day are graded: "50 random sheets a week" is 7."""
    found, days = _COUNT.search(sentence), every_days(sentence)
    count = next((part for part in found.groups() if part), None) if found else None
    if count is None or days is None:
        return None
    return max(1, min(1000, round(int(count.replace(",", "")) / max(1.0, days))))


def merged(before: Monitor | None, now: Monitor) -> Monitor:
    """What is said of a monitor at two places; what was said first stands."""
    if before is None:
        return now
    if not borders("quality", before) and borders("quality", now):  # who is told goes with the value that tells them
        before = replace(before, owner=now.owner or before.owner, action=now.action or before.action)
    values = {name: getattr(now if getattr(before, name) is None else before, name) for name in ("limit", *_BAD)}
    return replace(
        before, **values, sample=before.sample or now.sample,
        patience=max(before.patience, now.patience), owner=before.owner or now.owner, action=before.action or now.action,
    )  # fmt: skip


def on_call(text: str) -> OnCall | None:
    """Who acts on an alert, and how soon; None if nobody is named."""
    told = [sentence for sentence in sentences(digits(text)) if _ON_CALL.search(sentence) or (_ALERTS.search(sentence) and owner(sentence))]
    told = [sentence for sentence in told if not _NOBODY.search(sentence)]
    if not told:
        return None
    days = next((found for sentence in told if (found := mended_in(sentence)) is not None), None)
    return OnCall(1 if days is None else days, next((who for sentence in told if (who := owner(sentence))), None))
