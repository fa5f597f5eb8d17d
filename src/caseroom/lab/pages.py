"""The report of the lab as one HTML file that needs nothing else and prints well. Reads the report's plain data and computes no metric: what it says in
words stands in the intervals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from caseroom.lab.cautions import cautions
from caseroom.lab.plots import Axis, Span, axis, interval_plot, scale
from caseroom.lab.quotes import for_people, once
from caseroom.lab.switches import SWITCHES, words
from caseroom.lab.verdict import interval, scored_of, shown, told
from caseroom.metrics.registry import BY_NAME
from caseroom.metrics.score import Score, few, tells
from caseroom.proposal.file import is_words, paths

if TYPE_CHECKING:
    from jinja2 import Environment

Data = Mapping[str, Any]
_TEMPLATES = Path(__file__).parent / "templates"
_SWITCHED = {switch.path: switch.title for switch in SWITCHES}
_BESIDE = {100_001: "on the board", 100_002: "in the notes", 100_003: "the new answer"}
"""Turns that are no turns, by the numbers that a transcript gives them."""
ROUTES = {
    "send": "it left as it was", "look": "a person looked at it before it left", "review": "a reviewer decided", "person": "a person took the item over",
    "baseline": "the simple way answered instead",
}  # fmt: skip
FAMILIES = {
    "unanswerable": "nothing here answers it", "stale": "documents that no longer hold", "conflicting": "sources that contradict each other",
    "injected_document": "orders hidden in a document", "injected_input": "orders hidden in the input", "private": "private data",
    "paired": "the same item, another group", "exact": "exact values", "off_topic": "off topic",
}  # fmt: skip
_QUOTES = 3
"""Quotes of a section that are shown at least; words that set no switch are folded in beyond that."""
STRONG, WEAK = 0.5, 0.2
"""Rank correlations from which a metric is said to track something, and under which to be almost independent of it."""
_HOUR = 60.0
_SHARES, _CORRELATIONS = Axis(0.0, 1.0), Axis(-1.0, 1.0)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    env = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.filters["capfirst"] = lambda text: text[:1].upper() + text[1:]
    env.globals.update(split=split, routes=ROUTES, families_named=FAMILIES)
    return env


def to_html(report: Data) -> str:
    """The report as one HTML file: style and plots inside it, no script, nothing from elsewhere."""
    return page(f"Lab report: {report['title']}", css(), to_body(report), "56rem")


def page(title: str, style: str, body: Markup, width: str) -> str:
    """A report as a page of its own: all that it needs inside it, nothing from elsewhere."""
    return _templates().get_template("page.html").render(title=title, css=Markup(style), body=body, width=width)


def to_body(report: Data) -> Markup:
    """The report without the page around it, for a page that has `css` already."""
    return Markup(_templates().get_template("body.html").render(**_context(report)))


def css() -> str:
    """The style of the report."""
    return (_TEMPLATES / "report.css").read_text(encoding="utf-8")


def _context(report: Data) -> dict[str, Any]:
    head, _, tail = report["verdict"].partition("; ")
    goal, currency = report["goal"]["metric"], report["currency"]
    return {
        "report": report, "scored": report.get("scored", report["records"]), "head": head, "tail": tail[:1].upper() + tail[1:], "marks": [_yardstick(mark, n, report) for n, mark in enumerate((report["goal"], *report["limits"]))],
        "sections": [_section(section) for section in report["sections"]], "by_hand": not any(section["words"] for section in report["sections"]), "effects": _effects(report["effects"], goal, currency) if report["effects"] else None,
        "families": [_family(row) for row in report["families"]], "shares": scale(_SHARES, [(n / 4, f"{n * 25}%") for n in range(5)]),
        "matters": [_matter(row) for row in report["matters"]], "tracks": list(_tracks(report)), "cautions": cautions(report["matters"]),
        "correlations": scale(_CORRELATIONS, [(-1.0, "−1"), (-0.5, "−0.5"), (0.0, "0"), (0.5, "0.5"), (1.0, "1")]),
    }  # fmt: skip


def split(text: str) -> tuple[str, str]:
    """ "40.7% [35.0%, 46.7%]" in two: the value, and its interval."""
    value, bracket, rest = text.partition(" [")
    return value, f"[{rest}" if bracket else ""


def _score(data: Data | None) -> Score:
    return Score(**data) if data else Score("", None, None, None, 0, "")


# the goal and the limits


def _yardstick(mark: Data, number: int, report: Data) -> dict[str, Any]:
    """A goal or a limit: the design's dot between what is wanted, today, and the simple way."""
    metric, bound, currency = mark["metric"], mark["bound"], report["currency"]
    design, simple = _score(mark["design"]), _score(mark["simple"])
    place = axis([design.value, design.low, design.high, simple.value, bound, mark["today"]])
    lower = BY_NAME[metric].better == "lower"
    good = None if bound is None else ((place.low, bound) if lower else (bound, place.high))
    held = told(metric, design, bound)
    said = interval(metric, design, currency)
    spans = [Span(simple.value, kind="simple"), Span(design.value, design.low, design.high)]
    return {
        "kind": "limit" if number else "goal", "title": mark["title"], "held": held, "said": mark["said"], "design": said,
        "word": {True: "holds" if number else "reached", False: "broken" if number else "missed", None: "has too few records" if few(design) else "nothing to compare"}[held],
        "scored": scored_of(design, report["records"]),
        "wanted": "no value set" if bound is None else f"{'at most' if lower else 'at least'} {shown(metric, bound, currency)}",
        "today": None if mark["today"] is None else shown(metric, mark["today"], currency), "simple": shown(metric, simple.value, currency),
        "plot": interval_plot(place, spans, f"{mark['title']}: {said}", lines=((bound, "target"), (mark["today"], "today")), good=good),
        "scale": scale(place, [(value, shown(metric, value, currency) if value else "0") for value in _few(_ticks(place, metric))]),
    }  # fmt: skip


def _ticks(place: Axis, metric: str) -> Sequence[float]:
    """Round values along an axis; many minutes are hours, so those are round."""
    if BY_NAME[metric].unit != "minutes" or place.high < 2 * _HOUR:
        return place.ticks()
    return [hours * _HOUR for hours in Axis(place.low / _HOUR, place.high / _HOUR).ticks()]


def _few(ticks: Sequence[float]) -> Sequence[float]:
    """The first and the last of them: the marks between are said in words."""
    return ticks if len(ticks) < 2 else (ticks[0], ticks[-1])


# the sections


def _section(section: Data) -> dict[str, Any]:
    """A section: the words that set switches, then the others; its table without the columns that are empty."""
    said = sorted(_quotes(section["words"]), key=lambda quote: not quote["runs"])
    shown_first = max(_QUOTES, sum(quote["runs"] for quote in said))
    rows = section["rows"]
    return {"step": section["step"], "title": section["title"], "remark": section["remark"], "rows": rows, "said": said[:shown_first], "more": said[shown_first:],
            "simple": any(row["simple"] for row in rows), "note": any(row["note"] for row in rows)}  # fmt: skip


def _quotes(words_of: Sequence[Data]) -> list[dict[str, Any]]:
    """Quotes with what they set, joined where one sentence sets many fields."""
    return [
        {
            "quote": quote,
            "place": place(turn),
            "names": [for_people(path) for path in set_by],
            "runs": any(path in paths() and not is_words(path) for path in set_by),
        }
        for (quote, turn), set_by in once(words_of).items()
    ]


def place(turn: int | None) -> str:
    """Where words were said."""
    return "" if turn is None else _BESIDE.get(turn, f"turn {turn}")


# what each part bought


def _effects(effects: Sequence[Data], goal: str, currency: str) -> dict[str, Any]:
    """All changes, the largest first; plotted are those that changed anything."""
    ordered = sorted(effects, key=lambda e: -abs(_score(e["goal"]).value or 0.0))
    untold, known = ([e for e in ordered if (e["goal"]["value"] is None) == lacks] for lacks in (True, False))
    moved, still = ([e for e in known if unmoved(_score(e["goal"])) == stays] for stays in (False, True))
    place = axis([end for e in moved for end in _ends(_score(e["goal"]))], both_ways=True)
    lower = BY_NAME[goal].better == "lower"
    named = [name for name in ("wrong", "harm", "cost", "latency") if not (name == "wrong" and goal == "wrong_rate")]
    return {
        "goal": BY_NAME[goal].title, "sides": ("better", "worse") if lower else ("worse", "better"), "count": len(effects),
        "plotted": [_forest_row(e, goal, place, currency) for e in moved], "still": grouped(still), "told": bool(known), "untold": grouped(untold),
        "scale": scale(place, [(value, change(goal, value, currency)) for value in _few(_ticks(place, goal)) if value] + [(0.0, "0")]),
        "columns": [(name, _COLUMNS[name][1].format(currency=currency)) for name in named], **_bought(moved, goal, currency), "better": BY_NAME[goal].better,
        "rows": [{**_change_words(e), "cells": [_cell(e["goal"], goal, currency), *(_cell(e[name], _COLUMNS[name][0], currency) for name in named)]} for e in ordered],
    }  # fmt: skip


_COLUMNS = {
    "wrong": ("wrong_rate", "wrong"), "harm": ("harm_per_item", "harm an item"), "cost": ("cost_per_item", "cost an item"), "latency": ("latency_ms", "latency"),
}  # fmt: skip


_PRICES = (("wrong", "wrong"), ("harm", "harm an item"), ("cost", "cost an item"))


def unmoved(score: Score) -> bool:
    """Whether there is no difference on any record; of a few without an interval, whether there is none in all."""
    return score.value == 0 and score.low in (0, None) and score.high in (0, None)


def _ends(score: Score) -> tuple[float | None, float | None, float | None]:
    return score.low, score.value, score.high


def _change_words(effect: Data) -> dict[str, str]:
    return {"title": effect["title"], "before": effect["before"], "after": effect["after"]}


def grouped(effects: Iterable[Data]) -> list[str]:
    """Parts that moved nothing, each named once with the values that were tried."""
    found: dict[str, list[str]] = {}
    for effect in effects:
        found.setdefault(effect["title"], []).append(effect["after"])
    return [f"{title} ({', '.join(after)})" for title, after in found.items()]


def _forest_row(effect: Data, goal: str, place: Axis, currency: str) -> dict[str, Any]:
    score = _score(effect["goal"])
    sure = tells(score)
    span = Span(score.value, score.low, score.high, "sure" if sure else "unsure")
    said = change_interval(goal, score, currency)
    label = f"{effect['title']}, {effect['before']} to {effect['after']}: {said}"
    return {**_change_words(effect), "sure": sure, "said": said, "plot": interval_plot(place, [span], label, lines=((0.0, "zero"),))}


def _cell(data: Data, metric: str, currency: str) -> dict[str, Any]:
    score = _score(data)
    return {"said": change_interval(metric, score, currency), "sure": tells(score)}


def change(metric: str, value: float | None, currency: str = "") -> str:
    """A difference in its unit, with its sign; the difference of two shares is in points."""
    if value is None:
        return shown(metric, None)
    text = shown(metric, abs(value), currency).replace("%", " points")
    return f"{'−' if value < 0 else '+'}{text}" if any(sign in text for sign in "123456789") else "0"


def change_interval(metric: str, score: Score, currency: str = "") -> str:
    """A difference with its interval; "no change" where there is none on any record."""
    if unmoved(score):
        return "no change"
    if score.value is None or score.low is None or score.high is None:
        return change(metric, score.value, currency)
    low, high = (change(metric, end, currency).removesuffix(" points").removesuffix(f" {currency}") for end in (score.low, score.high))
    return f"{change(metric, score.value, currency)} [{low}, {high}]"


def _bought(moved: Sequence[Data], goal: str, currency: str) -> dict[str, list[str]]:
    """What the intervals say, in words: the parts that earn their place, and those that would be better changed."""
    lower, title = BY_NAME[goal].better == "lower", BY_NAME[goal].title.lower()
    found: dict[str, list[str]] = {"earned": [], "costs": []}
    for effect in moved:
        score = _score(effect["goal"])
        if score.value is not None and tells(score):
            said = f"{title} {_rises(goal, score, currency)}"
            if (score.value > 0) == lower:
                found["earned"].append(f"{effect['title']}, {effect['before']}: with {effect['after']} instead, {said}.")
            else:
                found["costs"].append(
                    f"{effect['title']}: with {effect['after']} instead of {effect['before']}, {said}{_price(effect, goal, currency)}."
                )
    return found


def _price(effect: Data, goal: str, currency: str) -> str:
    """What else would get worse with a change, as far as it can be told from chance."""
    scores = [(_COLUMNS[name][0], title, _score(effect[name])) for name, title in _PRICES if _COLUMNS[name][0] != goal]
    worse = [
        f"{title} {_rises(metric, score, currency)}"
        for metric, title, score in scores
        if tells(score) and score.value is not None and score.value > 0
    ]
    return f", but {' and '.join(worse)}" if worse else ""


def _rises(goal: str, score: Score, currency: str) -> str:
    """ "rises by 55.0 points [49.3, 60.7]" """
    low, high = sorted((abs(score.low or 0.0), abs(score.high or 0.0)))
    positive = Score(score.name, abs(score.value or 0.0), low, high, score.n, score.signature)
    return f"{'rises' if (score.value or 0.0) > 0 else 'falls'} by {change_interval(goal, positive, currency).replace('+', '')}"


# the red team


def _family(row: Data) -> dict[str, Any]:
    """A family of attacks: what got through, and what gets through with each measure changed."""
    through = _score(row["through"])
    changed = [_changed(path, after, _score(score), through) for path, after, score in row["with_changed"]]
    same = [f"{one['title']} → {one['after']}" for one in changed if one["same"]]
    return {"family": FAMILIES.get(row["family"], row["family"]), "attacks": row["attacks"], **_share(through, row["family"], "design"),
            "changed": [one for one in changed if not one["same"]], "same": same}  # fmt: skip


def _changed(path: str, after: str, score: Score, through: Score) -> dict[str, Any]:
    value = words({"True": True, "False": False, "None": None}.get(after, after))
    title = _SWITCHED.get(path, path)
    return {"title": title, "after": value, "same": score.value == through.value, **_share(score, f"{title} {value}", "unsure")}


def _share(score: Score, label: str, kind: str) -> dict[str, Any]:
    said = interval("right_rate", score)
    span = Span(score.value, score.low, score.high, kind)
    return {"said": said, "plot": interval_plot(_SHARES, [span], f"{label}: {said}", lines=((0.0, "zero"),))}


# does the metric matter


def _matter(row: Data) -> dict[str, Any]:
    value, accuracy = _score(row["value"]), _score(row["accuracy"])
    spans = [Span(value.value, value.low, value.high, "design", 34), Span(accuracy.value, accuracy.low, accuracy.high, "other", 68)]
    cells = [agreement(row, name) for name in ("value", "accuracy", "helpfulness", "fluency")]
    label = f"{row['title']}: with worth {correlation(value)}, with accuracy {correlation(accuracy)}"
    return {"title": row["title"], "cells": cells, "plot": interval_plot(_CORRELATIONS, spans, label, lines=((0.0, "zero"),))}


def agreement(row: Data, name: str) -> str:
    """How a metric's ranking agrees with another; nothing with itself."""
    return "" if row["metric"] == f"human_{name}" else correlation(_score(row[name]))


def correlation(score: Score) -> str:
    """A rank correlation with its interval."""
    if score.value is None:
        return shown("", None)
    ends = "" if score.low is None or score.high is None else f" [{score.low:.2f}, {score.high:.2f}]"
    return f"{score.value:.2f}{ends}".replace("-", "−")


def _tracks(report: Data) -> Iterable[str]:
    """Which chosen metric tracks what the business and what people value: one sentence each; of the best of all where none was chosen."""
    chosen = chosen_metrics(report)
    rows = [row for row in report["matters"] if row["metric"] in chosen]
    for row in rows:
        value, accuracy = _score(row["value"]), _score(row["accuracy"])
        one, other = relation(value), relation(accuracy)
        joint = "and" if one == other else "but"
        title = f"{row['title']}, which you chose,"
        yield f"{title} {one} what an output is worth ({correlation(value)}), {joint} {other} what people call accurate ({correlation(accuracy)})."
    if report["matters"] and not rows:
        best, name, what = report["matters"][0], "value", "their worth"
        if best["value"]["value"] is None:
            best = next((row for row in report["matters"] if row["metric"] != "human_accuracy"), best)
            name, what = "accuracy", "what people call accurate"
        score = _score(best[name])
        yield f"No chosen metric can be told of single outputs. Of those that can, {best['title']} {relation(score)} {what} best ({correlation(score)})."


def chosen_metrics(report: Data) -> set[str]:
    """The metrics that the proposal chose, by the rows of its evaluation section."""
    rows = next((section["rows"] for section in report["sections"] if section["step"] == "evaluation"), ())
    return {row["score"]["name"] for row in rows if row["note"].partition("; ")[0] == "chosen" and row["score"]}


def relation(score: Score) -> str:
    """How a metric ranks outputs against something else, as far as the interval tells."""
    if score.value is None:
        return "cannot be compared with"
    if score.high is not None and score.high < 0:
        return "runs against"
    if score.value < WEAK or (score.low is not None and score.low <= 0):
        return "ranks outputs almost independently of"
    return "tracks" if score.value >= STRONG else "tracks weakly"
