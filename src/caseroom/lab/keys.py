"""What a piece of work depends on, as a key: the same key, the same result. Words, goals and titles of a proposal are in no key; they change no output."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import caseroom
from caseroom.pipeline.verify import verifier_of
from caseroom.pipeline.workshop import Workshop
from caseroom.proposal.model import Proposal

FORM = 5
"""Goes up when stages, checks or columns change what they make of the same input."""


def work_key(kind: str, workshop: Workshop, proposal: Proposal | None = None, **more: object) -> str:
    """The key of a piece of work on a data folder, by a design if one is at work."""
    depends = {
        "kind": kind, "form": FORM, "caseroom": caseroom.__version__, "data": workshop.data.version, "encoder": workshop.encoder.signature,
        "entailment": workshop.entailment.signature, "reader": workshop.reader.signature, "design": design_of(proposal) if proposal else None,
        "model": workshop.model(proposal.technical.model).signature if proposal else None, **_verifier(workshop, proposal), **more,
    }  # fmt: skip
    return hashlib.sha256(json.dumps(depends, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _verifier(workshop: Workshop, proposal: Proposal | None) -> dict[str, str]:
    """Who verifies, where a provider does."""
    risks = proposal.hallucinations if proposal else None
    if risks is None or not risks.verifier or "verifier" not in risks.checks:
        return {}
    return {"verifier": workshop.model(verifier_of(risks.verifier)).signature}


def design_of(proposal: Proposal) -> dict[str, object]:
    """What of a proposal makes outputs what they are."""
    data = {
        "mode": proposal.assess.mode == "automate",
        "technical": dataclasses.asdict(proposal.technical),
        "hallucinations": dataclasses.asdict(proposal.hallucinations),
    }
    return {name: _without_words(value) for name, value in data.items()}


def _without_words(value: object) -> object:
    if isinstance(value, dict):
        return {
            k: _without_words(v)
            for k, v in value.items()
            if k not in ("words", "flow", "worst", "bias_test", "over_reliance", "a_day", "reviewer")
        }
    return value
