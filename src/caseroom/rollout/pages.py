"""The report of a rollout as one HTML file that needs nothing else and prints well. Reads the report's plain data and computes no measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from caseroom.lab.pages import css as lab_css
from caseroom.lab.pages import page, place
from caseroom.lab.quotes import for_people, once
from caseroom.lab.verdict import shown
from caseroom.numerals import counted
from caseroom.rollout.chart import axis, event_said, harmful, lanes, limits, missed
from caseroom.rollout.words import amount, shown_reading

if TYPE_CHECKING:
    from jinja2 import Environment

Data = Mapping[str, Any]
_TEMPLATES = Path(__file__).parent / "templates"
WAYS = {"own": "Your monitors", "standard": "The standard set, your on-call", "perfect": "Perfect sight", "none": "Nobody looks"}
REFINED = {"prompt": "the prompt", "retrieval": "the retrieval", "threshold": "the threshold from which a person takes over"}
PARTS = {"proof": "Proof of concept", "test": "Wider test", "full": "Full deployment"}


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    env = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.filters["capfirst"] = lambda text: text[:1].upper() + text[1:]
    env.filters["whole"] = amount
    env.globals.update(
        ways=WAYS,
        parts=PARTS,
        refined=REFINED,
        event_said=event_said,
        harmful=harmful,
        limits=limits,
        missed=missed,
        counted=counted,
        shown_reading=shown_reading,
        place=place,
    )
    return env


def to_html(report: Data) -> str:
    """The report as one HTML file: style and chart inside it, no script, nothing from elsewhere."""
    return page(f"Rollout: {report['title']}", css(), to_body(report), "64rem")


def to_body(report: Data) -> Markup:
    """The report without the page around it, for a page that has `css` already."""
    return Markup(_templates().get_template("weeks.html").render(**_context(report)))


def css() -> str:
    """The style of the report: the lab's, and the chart's."""
    return lab_css() + (_TEMPLATES / "weeks.css").read_text(encoding="utf-8")


def _context(report: Data) -> dict[str, Any]:
    return {
        "report": report, "money": report["currency"], "lanes": lanes(report), "axis": axis(report),
        "words": {part: _quotes([words for words in report["words"] if words["part"] == part]) for part in ("phases", "monitors", "feedback")},
        "phases": [{**phase, "gate": [_gate(gate, report["currency"]) for gate in phase["gate"]]} for phase in report["phases"]],
        "loud": [alert for alert in report["alerts"] if alert["level"] != "info" and not alert["blind"]],
        "quiet": [alert for alert in report["alerts"] if alert["level"] == "info" or alert["blind"]],
        "names": {event["id"]: event["title"] for event in report["events"]}, "totals": _totals(report["totals"]),
    }  # fmt: skip


def _gate(gate: Data, currency: str) -> str:
    return (
        f"{gate['title'].lower()} {'at most' if gate['better'] == 'lower' else 'at least'} {shown(gate['metric'], gate['value'], currency)}"
    )


def _totals(totals: Mapping[str, Data]) -> Sequence[dict[str, Any]]:
    return [{"way": WAYS[way], **total} for way, total in totals.items()]


def _quotes(words: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A candidate's words, each sentence once, with the names of all that it set."""
    return [{"quote": quote, "turn": turn, "names": [for_people(path) for path in set_by]} for (quote, turn), set_by in once(words).items()]
