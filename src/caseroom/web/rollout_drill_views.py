"""What pages and API show of a drill: what the person on call may know, in words. The truth is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from caseroom.app.drill import CAUSES, HOURS, Looked, Standing
from caseroom.monitoring.alerts import Alert
from caseroom.rollout.causes import CHECKS
from caseroom.web import rollout_views

PLACES: Mapping[str, str] = {
    "inputs": "What comes in, by kind", "documents": "The documents: dates and versions", "provider": "The provider's notices, and our own deploys",
    "index": "The index: when it was built", "service": "Latency and errors, step by step", "prices": "The bill", "groups": "One group at a time",
    "attacks": "Inputs that speak to the model", "outputs": "Outputs that people graded", "users": "What users send back",
}  # fmt: skip
CAUSE_WORDS: Mapping[str, str] = {
    "policy_change": "a rule changed, and old documents linger", "new_line": "a new line of questions that no document answers", "vocabulary": "people write in new words",
    "gaming": "users learnt to game it", "model_update": "the provider changed the model", "half_index": "the index was only half refreshed",
    "latency_creep": "the service grew slow", "cost_rise": "the price rose", "group_loss": "the inputs of one group come in spoilt", "injections": "a burst of attacks",
}  # fmt: skip
DID: Mapping[str, str] = {
    "look": "Looked at", "fix": "Named and mended", "rollback": "Switched back to today's way", "return": "Made it live again", "silence": "Silenced",
    "acknowledge": "Acknowledged", "sample": "Changed the sample", "nothing": "Waited",
}  # fmt: skip
LASTING = (1, 3, 7, 14)


def shown(at: Standing) -> dict[str, Any]:
    """Where a drill stands."""
    frame = rollout_views.frame(at.report)
    launch, currency = at.report["launch"], at.report["currency"]
    return {
        **frame, "id": at.id, "title": at.report["title"], "last": at.last, "number": at.log.next, "over": at.over, "hours": at.hours, "hours_a_day": HOURS,
        "called": list(at.called), "open": [_alert(alert, launch, at) for alert in reversed(at.open)], "looked": [_looked(one, currency) for one in at.looked],
        "log": [
            {"number": did.number, "day": did.action.day, "kind": did.action.kind, "words": did_words(did.action.kind, did.action.target), "reason": did.reason, "said": said}
            for did, said in reversed(at.said)
        ],
        "monitors": list(at.monitors), "graded": at.graded, "live": at.live, "ended": at.ended, "currency": currency,
        "checks": [{"place": place, "words": PLACES[place]} for place in CHECKS], "causes": [{"kind": kind, "words": CAUSE_WORDS[kind]} for kind in CAUSES],
    }  # fmt: skip


def _alert(alert: Alert, launch: str, at: Standing) -> dict[str, Any]:
    return {
        "id": alert.id, "watch": alert.watch, "part": alert.part, "level": alert.level, "state": alert.state, "since": alert.since, "raised": alert.raised,
        "why": alert.why, "owner": alert.owner, "action": alert.action, "blind": alert.kind == "blind",
    }  # fmt: skip


def _looked(one: Looked, currency: str) -> dict[str, Any]:
    return {
        "place": one.place,
        "words": PLACES[one.place],
        "said": one.said,
        "clues": [rollout_views.clue(clue, currency) for clue in one.clues],
    }


def did_words(kind: str, target: str) -> str:
    """What was done, in words."""
    named = PLACES.get(target, target).lower() if kind == "look" else CAUSE_WORDS.get(target, target) if kind == "fix" else target
    return f"{DID.get(kind, kind)}{': ' if kind == 'fix' else ' ' if named else ''}{named}"
