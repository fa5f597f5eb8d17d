"""Read the value of a field out of the words that set it: "by keyword and by meaning, fused" is hybrid. Cues only; what they do not find is left to the person."""

from __future__ import annotations

import re
from collections.abc import Mapping

from caseroom.numerals import figures, to_digits
from caseroom.proposal.model import Bound, MetricName
from caseroom.proposal.spoken import digits, durations

_METHODS: tuple[tuple[str, str], ...] = (
    ("none", r"\b(?:no|not|without|don't|doesn't|nothing to|never) (?:\w+ ){0,4}?(?:retriev|search|rag\b)|\bretriev\w* (?:is|has) no|\bneed no (?:retriev|search|rag)"),
    ("hybrid", r"\bhybrid\b|\bfus(?:e|ed|ion)\b|\bside by side\b|(?:keyword|bm25|word match\w*)[^.]{0,60}(?:embedding|dense|semantic|vector|meaning)|(?:embedding|dense|semantic|vector|meaning)[^.]{0,60}(?:keyword|bm25|word match)"),
    ("dense", r"\bembedding|\bdense\b|\bsemantic|\bvector|\bby meaning\b|\bsimilarity search\b"),
    ("keyword", r"\bbm25\b|\bkeyword|\bfull[- ]text\b|\bword match"),
    ("hybrid", r"\bretriev|\brag\b|\bsearch\b"),
)  # fmt: skip
_DECISIONS: tuple[tuple[str, str], ...] = (
    ("split", r"\bsplit\b|\bdivision of labou?r\b|\bboth\b|\bhybrid\b|\bcombin|\bpart(?:s|ly)\b|\bbut (?:the )?(?:numbers|amounts|rules|figures)"),
    ("rules", r"\brules?\b|\bsql\b|\bengine\b|\bdeterministic|\bcalculat|\blook-?up|\bno (?:gen)?ai\b|\bnot (?:a )?(?:gen)?ai\b"),
    ("classical", r"\bclassifier\b|\bclassical\b|\bgradient boost|\bmachine learning\b"),
    ("process", r"\bprocess change\b|\bfix the process\b"),
    ("genai", r"\bgenai\b|\bgenerative\b|\blanguage model\b|\bllm\b|\bgeneration\b"),
)  # fmt: skip
_MODES: tuple[tuple[str, str], ...] = (
    ("draft", r"\bdraft|\bapprov|\bsuggestion|\bpresses? send\b|\bsign"),
    ("assist", r"\bassist|\bside panel\b|\bsuggest"),
    ("automate", r"\bautomat|\bautopilot\b|\bwithout a (?:person|human)\b"),
)
_CHECKS: dict[str, str] = {
    "numbers": r"\bnumbers?\b|\bfigures?\b|\bamounts?\b|\bdates?\b|\bdos(?:e|es|age)\b|\bdigits?\b|\bsums?\b",
    "grounding": r"\bground|\bsupport(?:s|ed)? (?:by|in)|\bentail|\bsource|\btranscript\b|\bquote|\bunsupported|\bevery (?:sentence|statement|claim)",
    "citations": r"\bcit(?:e|ed|es|ation)",
    "topic": r"\boff[- ]topic\b|\bon topic\b|\brelevan",
    "injection": r"\binject|\bhostile\b|\bprompt attack|\binstructions? (?:inside|in|hidden)",
    "schema": r"\bschema\b|\bjson\b|\bstructure|\bformat\b|\ballowed values\b",
    "privacy": r"\bprivate data\b|\bpersonal data\b|\bpii\b|\bleak",
    "verifier": r"\bsecond model\b|\banother model\b|\bseparate model\b|\bverifier\b|\bjudge\b|\bmodel (?:that )?(?:checks|verifies)",
}
_METRICS: dict[MetricName, str] = {
    "bleu": r"\bbleu\b", "rougeL": r"\brouge\b", "bertscore": r"\bbert[- ]?score\b", "edit_rate": r"\bedit", "deflection": r"\bdeflect|\bwithout a (?:person|human)",
    "wrong_resolution": r"\bwrong(?:ly)? (?:resol|clos)|\breopen", "resolution_minutes": r"\bresolution time\b|\bfirst reply\b|\btime to\b|\bwait",
    "minutes_per_item": r"\bminutes (?:per|a|for)\b|\bhandling time\b|\bhands-on\b", "exactness": r"\bexact|\bto the cent\b", "omission_rate": r"\bomission|\bomitted\b|\bleft out\b|\bmissing\b",
    "grounded_rate": r"\bground|\bunsupported|\bhallucination rate\b|\bfaithful", "abstention_recall": r"\babst|\bi don't know\b|\bunanswerable", "extraction_f1": r"\bprecision\b|\brecall\b|\bf1\b|\bextract",
    "selection_ratio": r"\bselection[- ]rate|\bfour[- ]fifths\b|\bimpact ratio\b|\bparity\b", "cost_per_item": r"\bcost per\b|\bcost a\b|\bunit cost\b", "latency_ms": r"\blatency\b|\bp95\b|\bseconds?\b",
    "human_accuracy": r"\bhuman (?:rat|review|eval)|\braters?\b|\brate(?:d)? (?:on|for)\b", "wrong_rate": r"\bwrong\b|\berror rate\b|\bmistakes?\b", "right_rate": r"\bcorrect|\baccura|\bright answers?\b",
}  # fmt: skip

_TIMES: dict[MetricName, str] = {"latency_ms": "ms", "resolution_minutes": "min", "minutes_per_item": "min"}
OUTRIGHT = {
    "technical.retrieve.method": r"\bhybrid\b|\bbm25\b|\bembedding|\bvector|\bkeyword|\bdense\b|\bsemantic|\bfused?\b|\b(?:no|not|without|against|need no) (?:any |a )?(?:retriev|rag\b|search)",
    "assess.decision": r"\bdecision\b|\bI(?:'d| would)? (?:split|decide)\b|\ba split\b|\b(?:rules|classifier|model|engine) (?:is|as) the core\b|\bno (?:gen)?ai\b",
}
"""Of fields whose value may stand in other words than those that earned credit: the cues that name it."""
_UNTIL = r"\b(?:in|within|after|during|over|by|for|until)(?: the)?(?: end of)?(?: the)?(?: first| next)? $"
_MILLISECONDS = {"ms": 1.0, "milli": 1.0, "sec": 1e3, "s": 1e3, "min": 6e4, "hour": 3.6e6, "h": 3.6e6, "day": 8.64e7}


def read(path: str, quote: str) -> object | None:
    """The value that the words give a field; None if they name none."""
    readings: Mapping[str, tuple[tuple[str, str], ...]] = {
        "technical.retrieve.method": _METHODS, "assess.decision": _DECISIONS, "assess.mode": _MODES,
    }  # fmt: skip
    if path in readings:
        return next((value for value, cue in readings[path] if re.search(cue, quote, re.IGNORECASE)), None)
    if path == "hallucinations.checks":
        return tuple(name for name, cue in _CHECKS.items() if re.search(cue, quote, re.IGNORECASE)) or ("grounding",)
    if path == "evaluation.metrics":
        return tuple(name for name, cue in _METRICS.items() if re.search(cue, quote, re.IGNORECASE))
    if path in ("evaluation.launch_bar", "assess.stop"):
        return bound(quote)
    return None


def speaks_of_generation(words: str | None) -> bool:
    """Whether the words give a part to a model that writes."""
    return bool(words and re.search(r"\b(?:gen(?:erative )?ai|generat|language model|llm|draft|free text|wording)", words, re.IGNORECASE))


def cites(quote: str) -> bool:
    """Whether the words name sources beside what is said."""
    return bool(re.search(r"\bcit(?:e|es|ed|ing|ation)", quote, re.IGNORECASE))


def metric(quote: str) -> MetricName | None:
    """The measure that the words name first of all."""
    return next((name for name, cue in _METRICS.items() if re.search(cue, quote, re.IGNORECASE)), None)


def bound(quote: str) -> Bound | None:
    """A measure with a value, where the words name both: "at most 2 % wrong replies"."""
    plain = digits(quote)
    named, found = _sharp(metric(quote), quote), figures(plain)
    if named is None or not found:
        return None
    figure = next((f for f in found if f.percent), found[0])
    return Bound(named, round(figure.value / 100 if figure.percent else figure.value * _factor(named, figure.value, plain), 6))


def _sharp(named: MetricName | None, quote: str) -> MetricName | None:
    """Recall or precision where only one of them is named; their mean else."""
    sides = [side for side in ("recall", "precision") if re.search(rf"\b{side}\b", quote, re.IGNORECASE)]
    if named != "extraction_f1" or len(sides) != 1 or re.search(r"\bf1\b", quote, re.IGNORECASE):
        return named
    return "extraction_recall" if sides == ["recall"] else "extraction_precision"


def _factor(metric: MetricName, value: float, quote: str) -> float:
    """From the unit that stands behind a figure to the metric's own: minutes, or milliseconds."""
    match = re.search(rf"(?<![\d.]){value:g}[ -]?(ms|milli|sec|s\b|min|hour|h\b|day)", to_digits(quote), re.IGNORECASE)
    unit = match[1].lower() if match else ""
    return _MILLISECONDS[unit] / _MILLISECONDS[_TIMES[metric]] if unit and metric in _TIMES else 1.0


def outright(path: str, words: str) -> object | None:
    """The value that words give a field by its name, not by what only hints at it."""
    return read(path, words) if path in OUTRIGHT and re.search(OUTRIGHT[path], words, re.IGNORECASE) else None


def within(quote: str) -> int | None:
    """The days after which the words look at a result: "in the first six weeks" is 42."""
    plain = digits(quote)
    told = [one for one in durations(plain) if re.search(_UNTIL, plain[: one.start], re.IGNORECASE)]
    days = round(told[0].days) if told else 0
    return days if 1 <= days <= 365 else None


def top_k(quote: str) -> int | None:
    """How many passages the words want: "keep 5", "the top 8"."""
    match = re.search(r"\b(?:top|keep|best|first|most|than)[- ](\d{1,2}|five|three|ten|six|eight)\b", quote, re.IGNORECASE)
    if not match:
        return None
    words = {"three": 3, "five": 5, "six": 6, "eight": 8, "ten": 10}
    value = words.get(match[1].lower()) or int(match[1])
    return value if 1 <= value <= 50 else None
