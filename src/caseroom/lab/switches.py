"""What each part of a design bought: one switch changed at a time around it, on the same records, pair by pair."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast, get_args

from caseroom.cases.data import CaseData
from caseroom.lab.columns import Columns
from caseroom.lab.measures import difference, scored
from caseroom.lab.people import Settled
from caseroom.metrics.score import Score, paired_difference, tells
from caseroom.proposal.model import Check, MetricName, Proposal, ReviewerName, get


@dataclass(frozen=True, slots=True)
class Switch:
    """A part of a design that can be changed alone."""

    path: str
    title: str
    values: tuple[Any, ...]
    """The values that are tried; the design's own is left out."""


_ON_OFF = (False, True)
SWITCHES: tuple[Switch, ...] = (
    Switch("technical.exact", "exact parts", ("code", "model")),
    Switch("technical.retrieve.method", "search", ("none", "keyword", "dense", "hybrid")),
    Switch("technical.retrieve.top_k", "passages", (1, 5, 12)),
    Switch("technical.retrieve.permissions", "permission check", _ON_OFF),
    Switch("technical.ingest.current_only", "current documents only", _ON_OFF),
    Switch("technical.prompt.examples", "examples shown", (0, 3)),
    Switch("technical.model.name", "model", ("extractive", "recall", "baseline")),
    Switch("technical.respond.citations", "citations", _ON_OFF),
    Switch("hallucinations.grounding", "sources only", _ON_OFF),
    Switch("hallucinations.abstain", "says that it does not know", _ON_OFF),
    Switch("hallucinations.handover", "trigger list", _ON_OFF),
    Switch("hallucinations.mask", "private data masked", _ON_OFF),
    *(Switch(f"hallucinations.checks.{name}", f"check: {name}", _ON_OFF) for name in get_args(Check)),
    Switch("technical.review.flagged", "review of flagged outputs", _ON_OFF),
    Switch("technical.review.reviewer", "reviewer", get_args(ReviewerName)),
    Switch("technical.failure", "who takes over", (None, "person", "baseline")),
    Switch("assess.mode", "who looks", ("draft", "automate")),
    Switch("hallucinations.over_reliance", "measure against waving through", _ON_OFF),
)
_NEEDS_DOCUMENTS = ("technical.retrieve", "technical.ingest", "technical.respond.citations", "hallucinations.checks.citations")


_NEEDS_SEARCH = ("technical.retrieve.top_k", "technical.retrieve.permissions", "technical.ingest.current_only")


@dataclass(frozen=True, slots=True)
class Variant:
    """The design with one part changed."""

    switch: Switch
    before: Any
    after: Any
    proposal: Proposal

    @property
    def part(self) -> str:
        """Its name among the parts of a run."""
        return f"switch:{self.switch.path}={words(self.after)}"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a changed part does: the changed design less the design itself."""

    path: str
    title: str
    before: str
    after: str
    goal: Score
    right: Score
    """Outputs that are right before people."""
    wrong: Score
    """Outputs that are wrong when they leave."""
    harm: Score
    cost: Score
    latency: Score

    @property
    def tells(self) -> bool:
        """Whether an effect on the goal, on wrong outputs or on harm can be told from chance."""
        return any(map(tells, (self.goal, self.right, self.wrong, self.harm)))


def variants(proposal: Proposal, data: CaseData) -> Iterator[Variant]:
    """The design with one part changed, for each part that this task has."""
    for switch in SWITCHES:
        if _applies(switch, proposal, data):
            before = value_at(proposal, switch.path)
            for after in switch.values:
                if after != before and not (
                    switch.path == "assess.mode" and "automate" not in (before, after)
                ):  # assist and draft are looked at alike
                    yield Variant(switch, before, after, changed(proposal, switch.path, after))


def _applies(switch: Switch, proposal: Proposal, data: CaseData) -> bool:
    task, path = data.task, switch.path
    if path.startswith(_NEEDS_DOCUMENTS) and data.documents is None:
        return False
    if path in _NEEDS_SEARCH and proposal.technical.retrieve.method == "none":
        return False
    if path.endswith("citations") and task.kind != "answer":
        return False
    if path == "technical.review.reviewer" and not (proposal.technical.review.flagged or proposal.technical.review.sample):
        return False
    if path in ("technical.exact",) and not (task.lookups or task.compute):
        return False
    if path == "hallucinations.handover" and not task.handover:
        return False
    if path in ("technical.prompt.examples", "technical.model.name") and not data.examples:
        return False
    text_only = path.rsplit(".", 1)[-1] in ("topic", "verifier", "grounding", "privacy") and path.startswith("hallucinations.checks")
    if path.endswith("verifier") and proposal.hallucinations.verifier:  # a provider reads values, too
        return True
    return not (text_only and task.kind == "fields" and not path.endswith("grounding"))


def value_at(proposal: Proposal, path: str) -> Any:
    """The value at a path; `hallucinations.checks.numbers` is whether the check is among them."""
    if path.startswith("hallucinations.checks."):
        return path.rsplit(".", 1)[1] in proposal.hallucinations.checks
    return get(proposal, path)


def changed(proposal: Proposal, path: str, value: Any) -> Proposal:
    """The proposal with another value at a path."""
    if path.startswith("hallucinations.checks."):
        name = path.rsplit(".", 1)[1]
        rest = tuple(check for check in proposal.hallucinations.checks if check != name)
        return changed(proposal, "hallucinations.checks", (*rest, name) if value else rest)
    if path == "technical.respond.citations" and not value:  # without citations a check for them objects to everything
        proposal = changed(proposal, "hallucinations.checks.citations", False)
    return cast(Proposal, _replaced(proposal, path.split("."), value))


def _replaced(part: Any, names: list[str], value: Any) -> Any:
    inner = value if len(names) == 1 else _replaced(getattr(part, names[0]), names[1:], value)
    return dataclasses.replace(part, **{names[0]: inner})


def words(value: Any) -> str:
    """A switch's value for people."""
    return {True: "on", False: "off", None: "nobody"}.get(value, str(value)) if value is None or isinstance(value, bool) else str(value)


def effect(variant: Variant, goal: MetricName, mine: tuple[Columns, Settled], other: tuple[Columns, Settled]) -> Effect:
    """The effect of a changed part, pair by pair; both saw the same records."""
    after, before = (scored(columns, columns["right"]) for columns, _ in (other, mine))
    right = paired_difference(after, before, "right")
    latency = paired_difference(other[0]["latency"] * 1000, mine[0]["latency"] * 1000, "latency_ms")
    return Effect(
        variant.switch.path, variant.switch.title, words(variant.before), words(variant.after), difference(goal, mine, other), right,
        difference("wrong_rate", mine, other), difference("harm_per_item", mine, other), difference("cost_per_item", mine, other), latency,
    )  # fmt: skip
